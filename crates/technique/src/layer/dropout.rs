//! Dropout.

use rand::RngExt;

use super::{Layer, Pass, Phase};
use crate::real::Real;

crate::choice! {
    /// When the scale of the surviving units is made up for.
    pub enum ScaleAt {
        /// In evaluation, y = (1−p) x (the paper, the textbook).
        Evaluation = "evaluation",
        /// In training, y = x/(1−p) where a unit survives ("inverted"; all frameworks).
        Training = "training",
    }
}

crate::described! {
    /// Dropout: each unit is silenced with probability p in each training step, and all speak in evaluation.
    ///
    /// # Formula
    /// ```text
    /// training: y = x m,   m = 0 with probability p, else 1        dx = m dy
    /// evaluation: y = (1−p) x
    /// ```
    ///
    /// # Conventions
    /// The frameworks divide by 1−p in training and leave evaluation alone (`scale_at=training`).
    pub struct Dropout("dropout", "Dropout", "Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, JMLR 15 (2014), section 4", 2014) {
        /// Probability p of silence.
        ratio: f64 = 0.5, Domain::Fraction, Search::Linear(0.0, 0.7);
        /// When the scale is made up for.
        scale_at: ScaleAt = ScaleAt::Evaluation, Domain::Choice(ScaleAt::NAMES);
    }
    dialect torch ("torch.nn.Dropout") { scale_at = Choice("training") }
    dialect keras ("keras.layers.Dropout") { scale_at = Choice("training") }
    absent optax ("optax has no layers");
}

crate::described! {
    /// No dropout.
    ///
    /// # Formula
    /// ```text
    /// y = x
    /// ```
    pub struct NoDropout("none", "No dropout", "the comparison", 1986) {}
}

crate::family! {
    /// What silences units, if anything does.
    pub enum Regularisation("dropout", "layers") {
        None(NoDropout),
        Dropout(Dropout),
    }
}

impl Default for Regularisation {
    fn default() -> Self {
        NoDropout::default().into()
    }
}

/// A dropout layer; `number` sets its random numbers apart from other layers'.
#[derive(Debug, Clone)]
pub struct DropoutLayer<T> {
    settings: Dropout,
    number: u64,
    /// The factor of each element in the last pass.
    mask: Vec<T>,
}

impl<T: Real> DropoutLayer<T> {
    /// The `number`-th dropout layer of a network.
    pub fn new(settings: Dropout, number: u64) -> Self {
        Self { settings, number, mask: Vec::new() }
    }
}

impl<T: Real> Layer<T> for DropoutLayer<T> {
    fn forward(&mut self, pass: &Pass, _: &[T], x: &[T], y: &mut [T]) {
        let survive = 1.0 - self.settings.ratio;
        let (in_training, in_evaluation) = match self.settings.scale_at {
            ScaleAt::Evaluation => (T::one(), T::of(survive)),
            ScaleAt::Training => (T::of(1.0 / survive), T::one()),
        };
        self.mask.resize(x.len(), T::zero());
        match pass.phase {
            Phase::Evaluation => self.mask.fill(in_evaluation),
            Phase::Training | Phase::Probing => {
                let mut rng = pass.key.index(self.number).rng();
                for m in &mut self.mask {
                    *m = if rng.random::<f64>() < self.settings.ratio { T::zero() } else { in_training };
                }
            }
        }
        for ((y, &x), &m) in y.iter_mut().zip(x).zip(&self.mask) {
            *y = m * x;
        }
    }

    fn backward(&mut self, _: &Pass, _: &[T], _: &[T], _: &[T], dy: &[T], _: &mut [T], dx: Option<&mut [T]>) {
        if let Some(dx) = dx {
            for ((dx, &dy), &m) in dx.iter_mut().zip(dy).zip(&self.mask) {
                *dx = m * dy;
            }
        }
    }
}
