//! Stochastic gradient descent.

use super::{Block, Step, UpdateRule};
use crate::real::Real;

crate::described! {
    /// Stochastic gradient descent: a step straight down the gradient of a mini-batch.
    ///
    /// # Formula
    /// ```text
    /// p ← p − η g
    /// ```
    /// η is the learning rate, g = ∂L/∂p.
    ///
    /// # Memory
    /// None.
    ///
    /// # Conventions
    /// All frameworks agree on the formula; only the default rate differs (PyTorch 0.001, optax has none).
    ///
    /// # When to use it
    /// As the yardstick. On a stretched surface the gradient rarely points at the minimum, so the path zigzags across the valley, and the
    /// rate that the steep direction allows is too small for the flat one.
    pub struct Sgd("sgd", "SGD", "Robbins & Monro, A stochastic approximation method, Ann. Math. Stat. 22 (1951), eq. (6)", 1951) {
        /// Learning rate η.
        lr: f64 = 0.01, Domain::Positive, Search::Log(1e-4, 1.0);
    }
    dialect torch ("torch.optim.SGD") { lr = Number(1e-3) }
    dialect keras ("keras.optimizers.SGD") {}
    dialect optax ("optax.sgd") { lr = Required }
}

impl UpdateRule for Sgd {
    fn slots(&self) -> &'static [&'static str] {
        &[]
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, []) = block.parts();
        let rate = T::of(step.rate(self.lr));
        for (p, &g) in params.iter_mut().zip(grads) {
            *p -= rate * g;
        }
    }
}
