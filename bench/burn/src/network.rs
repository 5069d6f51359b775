//! Networks as Burn's modules, and its optimizers at the bench's settings.

use burn::module::{Module, Param, RunningState};
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdaGradConfig, AdamConfig, ModuleOptimizer, RmsPropConfig, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use peer::{Plan, Rule};

/// Affine layers with batch norm, where there is any, and ReLU between them.
#[derive(Module, Debug, Default)]
pub(crate) struct Layers {
    affine: Vec<Linear>,
    norms: Vec<BatchNorm>,
}

impl Layers {
    pub(crate) fn new(plan: &Plan<'_>, device: &Device) -> Self {
        let tensor = |numbers: &[f32], shape: &[usize]| TensorData::new(numbers.to_vec(), shape.to_vec());
        let affine = plan.layers().map(|(inputs, outputs, weights, bias)| Linear {
            weight: Param::from_data(tensor(weights, &[inputs, outputs]), device),
            bias: Some(Param::from_data(tensor(bias, &[outputs]), device)),
        });
        let norm = |&units: &usize| {
            let mut norm = BatchNormConfig::new(units).with_epsilon(1e-6).with_momentum(0.1).init(device);
            // The running variance starts from 0, not from 1.
            norm.running_var = RunningState::new(Tensor::zeros([units], device));
            norm
        };
        let normed = if plan.norm { &plan.sizes[1..plan.sizes.len() - 1] } else { &[] };
        Self { affine: affine.collect(), norms: normed.iter().map(norm).collect() }
    }

    pub(crate) fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (at, affine) in self.affine.iter().enumerate() {
            x = affine.forward(x);
            if let Some(norm) = self.norms.get(at) {
                x = norm.forward(x);
            }
            if at + 1 < self.affine.len() {
                x = relu(x);
            }
        }
        x
    }
}

/// Burn's form of a rule. Its momentum must not be damped, and its ε are PyTorch's only when asked.
pub(crate) fn optimizer(rule: Rule) -> ModuleOptimizer {
    let momentum = |nesterov| {
        let config = MomentumConfig { momentum: Rule::MOMENTUM, dampening: 0.0, nesterov };
        SgdConfig::new().with_momentum(Some(config)).init()
    };
    match rule {
        Rule::Sgd => SgdConfig::new().init(),
        Rule::Momentum => momentum(false),
        Rule::Nesterov => momentum(true),
        Rule::AdaGrad => AdaGradConfig::new().with_epsilon(Rule::ADAGRAD_EPSILON as f32).init(),
        Rule::RmsProp => {
            let config = RmsPropConfig::new().with_alpha(Rule::ALPHA as f32).with_momentum(0.0);
            config.with_epsilon(Rule::EPSILON as f32).init()
        }
        Rule::Adam => AdamConfig::new().with_epsilon(Rule::EPSILON as f32).init(),
    }
}
