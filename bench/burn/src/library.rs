//! What the bench asks of a framework, in Burn.

use std::mem::take;

use burn::module::{Module, Param};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{relu, sigmoid, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};
use peer::{Activation, Framework, Moments, Plan, Result, Rule};

use crate::network::{Layers, optimizer};

/// Burn on a device.
#[derive(Debug)]
pub(crate) struct Burn {
    /// Without autodiff: what needs no gradients does not pass through it.
    plain: Device,
    autodiff: Device,
    loss: CrossEntropyLoss,
}

impl Burn {
    pub(crate) fn new(device: &Device) -> Self {
        let autodiff = device.clone().autodiff();
        let loss = CrossEntropyLossConfig::new().init(&autodiff);
        Self { plain: device.clone(), autodiff, loss }
    }
}

/// Images and labels.
#[derive(Debug)]
pub(crate) struct Examples {
    images: Tensor<2>,
    labels: Tensor<1, Int>,
}

/// A network in training.
pub(crate) struct Network {
    layers: Layers,
    optimizer: ModuleOptimizer,
    rate: f64,
}

/// One tensor of parameters.
pub(crate) struct Parameters {
    /// Absent only while it is updated: the optimizer takes and returns it.
    tensor: Option<Param<Tensor<1>>>,
    gradients: Tensor<1>,
    optimizer: ModuleOptimizer,
    rate: f64,
}

impl Framework for Burn {
    type Examples = Examples;
    type Network = Network;
    type Parameters = Parameters;
    type Matrix = Tensor<2>;

    fn examples(&self, pixels: Vec<f32>, labels: &[u8]) -> Result<Examples> {
        let width = pixels.len() / labels.len();
        let images = Tensor::from_data(TensorData::new(pixels, [labels.len(), width]), &self.plain);
        let labels: Vec<i32> = labels.iter().map(|&label| i32::from(label)).collect();
        Ok(Examples { images, labels: Tensor::from_data(&labels[..], &self.plain) })
    }

    fn network(&self, plan: &Plan<'_>) -> Result<Network> {
        let layers = Layers::new(plan, &self.autodiff);
        Ok(Network { layers, optimizer: optimizer(plan.rule), rate: plan.rate })
    }

    fn step(&self, network: &mut Network, examples: &Examples, rows: &[i32]) -> Result<f64> {
        let rows = Tensor::<1, Int>::from_data(rows, &self.plain);
        let images = examples.images.clone().select(0, rows.clone()).autodiff();
        let labels = examples.labels.clone().select(0, rows).autodiff();
        let loss = self.loss.forward(network.layers.forward(images), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &network.layers);
        let loss = f64::from(loss.into_scalar::<f32>());
        network.layers = network.optimizer.step(network.rate, take(&mut network.layers), gradients);
        Ok(loss)
    }

    fn accuracy(&self, network: &Network, examples: &Examples) -> Result<f64> {
        let outputs = network.layers.valid().forward(examples.images.clone());
        let right = outputs.argmax(1).squeeze_dim::<1>(1).equal(examples.labels.clone());
        let [count] = examples.labels.dims();
        Ok(right.int().sum().into_scalar::<i32>() as f64 / count as f64)
    }

    fn parameters(&self, rule: Rule, rate: f64, gradients: Vec<f32>) -> Result<Parameters> {
        let tensor = Some(Param::from_tensor(Tensor::ones([gradients.len()], &self.autodiff)));
        let gradients = Tensor::from_data(&gradients[..], &self.plain);
        Ok(Parameters { tensor, gradients, optimizer: optimizer(rule), rate })
    }

    fn update(&self, parameters: &mut Parameters) -> Result<()> {
        let tensor = parameters.tensor.take().ok_or("an update has failed before")?;
        let mut gradients = GradientsParams::new();
        gradients.register(tensor.id, parameters.gradients.clone());
        parameters.tensor = Some(parameters.optimizer.step(parameters.rate, tensor, gradients));
        Ok(())
    }

    fn values(&self, parameters: &Parameters) -> Result<Vec<f32>> {
        let tensor = parameters.tensor.as_ref().ok_or("an update has failed before")?;
        Ok(tensor.val().into_data().as_slice::<f32>().map_err(|error| format!("{error:?}"))?.to_vec())
    }

    fn matrix(&self, numbers: Vec<f32>, columns: usize) -> Result<Tensor<2>> {
        let rows = numbers.len() / columns;
        Ok(Tensor::from_data(TensorData::new(numbers, [rows, columns]), &self.plain))
    }

    fn layer(
        &self,
        x: &Tensor<2>,
        weights: &Tensor<2>,
        std: f64,
        activation: Activation,
    ) -> Result<Tensor<2>> {
        let sums = x.clone().matmul(weights.clone().mul_scalar(std));
        Ok(match activation {
            Activation::Sigmoid => sigmoid(sums),
            Activation::Tanh => tanh(sums),
            Activation::Relu => relu(sums),
        })
    }

    fn moments(&self, x: &Tensor<2>) -> Result<Moments> {
        let count = x.shape().num_elements();
        let (variance, mean) = x.clone().reshape([count]).var_mean_bias(0);
        let [mean, variance] = [mean, variance].map(|x| f64::from(x.into_scalar::<f32>()));
        Ok(Moments { mean, std: variance.sqrt() })
    }

    fn largest(&self, x: &Tensor<2>) -> Result<f32> {
        Ok(x.clone().max().into_scalar::<f32>())
    }

    fn read<R>(&self, x: &Tensor<2>, reader: impl FnOnce(&[f32]) -> R) -> Result<R> {
        let data = x.clone().into_data();
        Ok(reader(data.as_slice::<f32>().map_err(|error| format!("{error:?}"))?))
    }
}
