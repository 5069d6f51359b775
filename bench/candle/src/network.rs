//! A network as Candle's variables.

use candle_core::{DType, Device, ModuleT, Result, Tensor, Var};
use candle_nn::BatchNorm;
use peer::Plan;

const CPU: &Device = &Device::Cpu;
const EPSILON: f64 = 1e-6;

/// Affine layers with batch norm, where there is any, and ReLU between them.
pub(crate) struct Layers {
    /// Weights (in, out) and bias: Candle's own layer keeps them as (out, in), whose gradient it must then turn.
    affine: Vec<(Var, Var)>,
    norms: Vec<Norm>,
}

struct Norm {
    layer: BatchNorm,
    scale: Var,
    shift: Var,
}

impl Norm {
    fn new(units: usize) -> Result<Self> {
        let zeros = || Tensor::zeros(units, DType::F32, CPU);
        let (scale, shift) = (Var::ones(units, DType::F32, CPU)?, Var::zeros(units, DType::F32, CPU)?);
        let [scaled, shifted] = [&scale, &shift].map(|var| var.as_tensor().clone());
        let layer = BatchNorm::new_with_momentum(units, zeros()?, zeros()?, scaled, shifted, EPSILON, 0.1)?;
        Ok(Self { layer, scale, shift })
    }

    /// By the running averages. Candle's are of the unbiased variance of batches of so many examples: from 0 that is a constant factor too much.
    fn evaluate(&self, x: &Tensor, batch: usize) -> Result<Tensor> {
        let variance = (self.layer.running_var() * ((batch - 1) as f64 / batch as f64))?;
        let scale = (self.scale.as_tensor() / (variance + EPSILON)?.sqrt()?)?;
        let shift = (self.shift.as_tensor() - self.layer.running_mean() * &scale)?;
        x.broadcast_mul(&scale)?.broadcast_add(&shift)
    }
}

impl Layers {
    pub(crate) fn new(plan: &Plan<'_>) -> Result<Self> {
        let affine = plan.layers().map(|(inputs, outputs, weights, bias)| {
            Ok((Var::from_slice(weights, (inputs, outputs), CPU)?, Var::from_slice(bias, outputs, CPU)?))
        });
        let normed = if plan.norm { &plan.sizes[1..plan.sizes.len() - 1] } else { &[] };
        let norms = normed.iter().map(|&units| Norm::new(units));
        Ok(Self { affine: affine.collect::<Result<_>>()?, norms: norms.collect::<Result<_>>()? })
    }

    /// What is trained.
    pub(crate) fn vars(&self) -> Vec<Var> {
        let affine = self.affine.iter().flat_map(|(weights, bias)| [weights, bias]);
        let norms = self.norms.iter().flat_map(|norm| [&norm.scale, &norm.shift]);
        affine.chain(norms).cloned().collect()
    }

    fn forward(&self, x: &Tensor, norm: impl Fn(&Norm, &Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let mut x = x.clone();
        for (at, (weights, bias)) in self.affine.iter().enumerate() {
            x = x.matmul(weights)?.broadcast_add(bias)?;
            if let Some(layer) = self.norms.get(at) {
                x = norm(layer, &x)?;
            }
            if at + 1 < self.affine.len() {
                x = x.relu()?;
            }
        }
        Ok(x)
    }

    /// The outputs, by the batch's own mean and variance.
    pub(crate) fn train(&self, x: &Tensor) -> Result<Tensor> {
        self.forward(x, |norm, x| norm.layer.forward_t(x, true))
    }

    /// The outputs, by the running averages over batches of so many examples.
    pub(crate) fn evaluate(&self, x: &Tensor, batch: usize) -> Result<Tensor> {
        self.forward(x, |norm, x| norm.evaluate(x, batch))
    }
}
