//! What the bench asks of a framework, in Candle.

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, D, DType, Device, Storage, Tensor, Var};
use candle_nn::loss::cross_entropy;
use candle_nn::ops::sigmoid;
use peer::{Activation, Framework, Moments, Plan, Result, Rule};

use crate::network::Layers;
use crate::rules::Optimizer;

/// Candle on the CPU.
#[derive(Debug)]
pub(crate) struct Candle;

/// Images and labels.
#[derive(Debug)]
pub(crate) struct Examples {
    images: Tensor,
    labels: Tensor,
}

/// A network in training.
pub(crate) struct Network {
    layers: Layers,
    optimizer: Optimizer,
    /// Examples of the last batch.
    batch: usize,
}

/// One tensor of parameters.
pub(crate) struct Parameters {
    var: Var,
    gradients: GradStore,
    optimizer: Optimizer,
}

impl Framework for Candle {
    type Examples = Examples;
    type Network = Network;
    type Parameters = Parameters;
    type Matrix = Tensor;

    fn examples(&self, pixels: Vec<f32>, labels: &[u8]) -> Result<Examples> {
        let images = Tensor::from_vec(pixels, (labels.len(), ()), &Device::Cpu)?;
        let labels = Tensor::from_iter(labels.iter().map(|&label| u32::from(label)), &Device::Cpu)?;
        Ok(Examples { images, labels })
    }

    fn network(&self, plan: &Plan<'_>) -> Result<Network> {
        let layers = Layers::new(plan)?;
        let optimizer = Optimizer::new(plan.rule, plan.rate, layers.vars())?;
        Ok(Network { layers, optimizer, batch: 0 })
    }

    fn step(&self, network: &mut Network, examples: &Examples, rows: &[i32]) -> Result<f64> {
        network.batch = rows.len();
        let rows = Tensor::from_iter(rows.iter().map(|&row| row as u32), &Device::Cpu)?;
        let (x, y) = (examples.images.index_select(&rows, 0)?, examples.labels.index_select(&rows, 0)?);
        let loss = cross_entropy(&network.layers.train(&x)?, &y)?;
        network.optimizer.step(&loss.backward()?)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    }

    fn accuracy(&self, network: &Network, examples: &Examples) -> Result<f64> {
        let outputs = network.layers.evaluate(&examples.images, network.batch)?;
        let right = outputs.argmax(D::Minus1)?.eq(&examples.labels)?.to_dtype(DType::F32)?;
        Ok(f64::from(right.mean_all()?.to_scalar::<f32>()?))
    }

    fn parameters(&self, rule: Rule, rate: f64, gradients: Vec<f32>) -> Result<Parameters> {
        let n = gradients.len();
        let var = Var::ones(n, DType::F32, &Device::Cpu)?;
        let mut store = GradStore::default();
        store.insert(&var, Tensor::from_vec(gradients, n, &Device::Cpu)?);
        let optimizer = Optimizer::new(rule, rate, vec![var.clone()])?;
        Ok(Parameters { var, gradients: store, optimizer })
    }

    fn update(&self, parameters: &mut Parameters) -> Result<()> {
        Ok(parameters.optimizer.step(&parameters.gradients)?)
    }

    fn values(&self, parameters: &Parameters) -> Result<Vec<f32>> {
        Ok(parameters.var.to_vec1()?)
    }

    fn matrix(&self, numbers: Vec<f32>, columns: usize) -> Result<Tensor> {
        Ok(Tensor::from_vec(numbers, ((), columns), &Device::Cpu)?)
    }

    fn layer(&self, x: &Tensor, weights: &Tensor, std: f64, activation: Activation) -> Result<Tensor> {
        let sums = x.matmul(&(weights * std)?)?;
        Ok(match activation {
            Activation::Sigmoid => sigmoid(&sums)?,
            Activation::Tanh => sums.tanh()?,
            Activation::Relu => sums.relu()?,
        })
    }

    fn moments(&self, x: &Tensor) -> Result<Moments> {
        let mean = f64::from(x.mean_all()?.to_scalar::<f32>()?);
        let variance = (x - mean)?.sqr()?.mean_all()?.to_scalar::<f32>()?;
        Ok(Moments { mean, std: f64::from(variance).sqrt() })
    }

    fn largest(&self, x: &Tensor) -> Result<f32> {
        Ok(x.max_all()?.to_scalar()?)
    }

    fn read<R>(&self, x: &Tensor, reader: impl FnOnce(&[f32]) -> R) -> Result<R> {
        let (storage, layout) = x.storage_and_layout();
        let (Storage::Cpu(CpuStorage::F32(numbers)), Some((from, to))) =
            (&*storage, layout.contiguous_offsets())
        else {
            return Err("the numbers do not lie in a row".into());
        };
        Ok(reader(&numbers[from..to]))
    }
}
