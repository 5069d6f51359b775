//! Update rules: how a gradient becomes a step.
//!
//! | rule | step | file |
//! |---|---|---|
//! | [SGD](sgd::Sgd) | p ← p − ηg | `rule/sgd.rs` |
//! | [Momentum](momentum::Momentum) | v ← μv − ηg, p ← p + v | `rule/momentum.rs` |
//! | [Nesterov](nesterov::Nesterov) | momentum with the gradient looked up ahead | `rule/nesterov.rs` |
//! | [AdaGrad](adagrad::AdaGrad) | h ← h + g², p ← p − ηg/√h | `rule/adagrad.rs` |
//! | [RMSProp](rmsprop::RmsProp) | h ← ρh + (1−ρ)g², p ← p − ηg/√h | `rule/rmsprop.rs` |
//! | [Adam](adam::Adam) | both averages, bias corrected | `rule/adam.rs` |
//!
//! A rule is a struct of hyper-parameters that implements [`UpdateRule`]; its memory is passed in. To add one: write its file, name it above the
//! list at the end of this one and in it. It then appears in the command line, in `list` and `show`, in the docs and in the shared tests.

pub mod adagrad;
pub mod adam;
pub mod momentum;
pub mod nesterov;
pub mod rmsprop;
pub mod sgd;

use crate::card::{Card, Settings, Value};
use crate::real::Real;
use crate::word::Family;

/// Which step it is, and how much of the learning rate the schedule grants it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The number of this step, counted from 1, as in the papers' bias corrections.
    pub t: u64,
    /// Factor of the learning rate, 1 without a schedule.
    pub factor: f64,
}

impl Step {
    /// The `t`-th step (from 1) without a schedule.
    pub const fn plain(t: u64) -> Self {
        Self { t, factor: 1.0 }
    }

    /// The learning rate of this step.
    pub fn rate(self, lr: f64) -> f64 {
        lr * self.factor
    }
}

/// A run of parameters with its gradient and the rule's memory of it, all of one length.
#[derive(Debug)]
pub struct Block<'a, T> {
    /// Parameters, updated in place.
    pub params: &'a mut [T],
    /// ∂L/∂p.
    pub grads: &'a [T],
    /// The slots of [`UpdateRule::slots`], one after the other.
    pub memory: &'a mut [T],
}

impl<'a, T> Block<'a, T> {
    /// Parameters, gradient, and the `N` memory slots.
    ///
    /// # Panics
    /// When the memory is not `N` slots of the length of the parameters: a bug of the caller.
    #[inline(always)]
    pub fn parts<const N: usize>(self) -> (&'a mut [T], &'a [T], [&'a mut [T]; N]) {
        let len = self.params.len();
        assert_eq!(self.grads.len(), len, "one gradient for each parameter");
        assert_eq!(self.memory.len(), N * len, "{N} memory slots for each parameter");
        let mut rest = self.memory;
        let slots = std::array::from_fn(|_| {
            let (slot, tail) = std::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            slot
        });
        (self.params, self.grads, slots)
    }
}

/// One formula. The hyper-parameters live in the implementing struct, the memory is passed in.
///
/// Element-wise: it may be called with the whole flat vector of a network or with any part of it.
pub trait UpdateRule: Settings {
    /// Names of its memory, `["m", "v"]`. It may depend on the settings: what is switched off costs nothing.
    fn slots(&self) -> &'static [&'static str];

    /// The value that a slot is filled with before the first step.
    fn birth(&self, _slot: &str) -> f64 {
        0.0
    }

    /// One step, in place. `#[inline(always)]` on it lets the optimizer compile its loop for the widest vectors of the CPU.
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>);
}

crate::choice! {
    /// Where the learning rate of a velocity stands. The two agree at a constant rate; when the rate changes, `inside` keeps the
    /// old rate in the steps it remembers, `outside` applies the new one to all of them.
    pub enum LrAt {
        /// v ← μv − ηg, p ← p + v (textbook, Keras).
        Inside = "inside",
        /// v ← μv + g, p ← p − ηv (PyTorch, optax).
        Outside = "outside",
    }
}

impl LrAt {
    /// (k, s) of v ← μv + k·g, p ← p + s·v.
    fn factors(self, rate: f64) -> (f64, f64) {
        match self {
            Self::Inside => (-rate, 1.0),
            Self::Outside => (1.0, -rate),
        }
    }
}

crate::choice! {
    /// Where ε stands by the root of a mean square.
    pub enum EpsAt {
        /// √h + ε.
        Outside = "outside",
        /// √(h + ε).
        Inside = "inside",
    }
}

impl EpsAt {
    /// (a, b) of √(h + a) + b: one loop serves both places, since adding 0 is exact.
    fn places(self, eps: f64) -> (f64, f64) {
        match self {
            Self::Outside => (0.0, eps),
            Self::Inside => (eps, 0.0),
        }
    }
}

macro_rules! rules {
    ($($Variant:ident($Member:ty)),+ $(,)?) => {
        crate::family! {
            /// Any of the update rules.
            pub enum Rule("update rule", "rules") { $($Variant($Member)),+ }
            aliases { "rms" => "rmsprop", "nag" => "nesterov" }
        }

        impl UpdateRule for Rule {
            fn slots(&self) -> &'static [&'static str] {
                match self { $(Self::$Variant(rule) => rule.slots()),+ }
            }
            fn birth(&self, slot: &str) -> f64 {
                match self { $(Self::$Variant(rule) => rule.birth(slot)),+ }
            }
            #[inline(always)]
            fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
                match self { $(Self::$Variant(rule) => rule.update(step, block)),+ }
            }
        }
    };
}

impl Settings for Rule {
    fn card(&self) -> &'static Card {
        Family::card(self)
    }
    fn get(&self, setting: &str) -> Option<Value> {
        self.settings().get(setting)
    }
    fn set(&mut self, setting: &str, text: &str) -> bool {
        self.settings_mut().set(setting, text)
    }
}

// The list. One word here adds a rule everywhere.
rules! {
    Sgd(sgd::Sgd),
    Momentum(momentum::Momentum),
    Nesterov(nesterov::Nesterov),
    AdaGrad(adagrad::AdaGrad),
    RmsProp(rmsprop::RmsProp),
    Adam(adam::Adam),
}

#[cfg(test)]
mod tests;
