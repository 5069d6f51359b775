//! The update rules: Candle's own, and those that it lacks.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, SGD};
use peer::Rule;

/// A rule with its memory.
pub(crate) enum Optimizer {
    Sgd(SGD),
    /// With weight decay 0 it is Adam.
    Adam(AdamW),
    Memory(WithMemory),
}

/// A rule that keeps one number for each parameter.
pub(crate) struct WithMemory {
    rule: Rule,
    rate: f64,
    /// (parameters, memory).
    slots: Vec<(Var, Tensor)>,
}

impl Optimizer {
    pub(crate) fn new(rule: Rule, rate: f64, vars: Vec<Var>) -> Result<Self> {
        Ok(match rule {
            Rule::Sgd => Self::Sgd(SGD::new(vars, rate)?),
            Rule::Adam => {
                let params =
                    ParamsAdamW { lr: rate, eps: Rule::EPSILON, weight_decay: 0.0, ..Default::default() };
                Self::Adam(AdamW::new(vars, params)?)
            }
            Rule::Momentum | Rule::Nesterov | Rule::AdaGrad | Rule::RmsProp => {
                let slot = |var: Var| var.zeros_like().map(|zeros| (var, zeros));
                let slots = vars.into_iter().map(slot).collect::<Result<_>>()?;
                Self::Memory(WithMemory { rule, rate, slots })
            }
        })
    }

    pub(crate) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match self {
            Self::Sgd(rule) => rule.step(gradients),
            Self::Adam(rule) => rule.step(gradients),
            Self::Memory(rule) => rule.step(gradients),
        }
    }
}

impl WithMemory {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for (var, memory) in &mut self.slots {
            let Some(g) = gradients.get(var) else { continue };
            // Else the memory would hold the graphs of all steps, and with them their batches.
            let g = &g.detach();
            let scaled = |root: Tensor, epsilon: f64| g / (root + epsilon)?;
            let direction = match self.rule {
                Rule::AdaGrad => {
                    *memory = (&*memory + g.sqr()?)?;
                    scaled(memory.sqrt()?, Rule::ADAGRAD_EPSILON)?
                }
                Rule::RmsProp => {
                    *memory = ((&*memory * Rule::ALPHA)? + (g.sqr()? * (1.0 - Rule::ALPHA))?)?;
                    scaled(memory.sqrt()?, Rule::EPSILON)?
                }
                rule => {
                    *memory = ((&*memory * Rule::MOMENTUM)? + g)?;
                    if rule == Rule::Nesterov { (g + (&*memory * Rule::MOMENTUM)?)? } else { memory.clone() }
                }
            };
            var.set(&var.sub(&(direction * self.rate)?)?)?;
        }
        Ok(())
    }
}
