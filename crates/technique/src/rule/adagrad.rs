//! AdaGrad: a learning rate of its own for each element.

use super::{Block, EpsAt, Step, UpdateRule};
use crate::real::Real;

crate::described! {
    /// AdaGrad: each element's rate shrinks with the squared gradients it has seen.
    ///
    /// # Formula
    /// ```text
    /// h ← h + g²
    /// p ← p − η g / (√h + ε)
    /// ```
    ///
    /// # Memory
    /// One number a parameter: the sum of squares h.
    ///
    /// # Conventions
    /// The textbook starts h at 0 and adds ε = 1e-7 outside the root; PyTorch the same with 1e-10. Keras and optax start h at 0.1 and add
    /// 1e-7 inside the root: after 50 small steps that is a fifth of the way behind. `lr_decay` d is PyTorch's: η ← η/(1 + (t−1)d).
    ///
    /// # When to use it
    /// For sparse features, and where a rate must find itself. h only grows, so learning slows down for ever: a long run ends in steps of nearly 0.
    pub struct AdaGrad("adagrad", "AdaGrad", "Duchi, Hazan & Singer, Adaptive subgradient methods, JMLR 12 (2011), fig. 1 (diagonal)", 2011) {
        /// Learning rate η.
        lr: f64 = 0.01, Domain::Positive, Search::Log(1e-4, 1.0);
        /// ε, against division by 0.
        eps: f64 = 1e-7, Domain::NonNegative;
        /// Where ε stands: outside the root or inside it.
        eps_at: EpsAt = EpsAt::Outside, Domain::Choice(EpsAt::NAMES);
        /// h before the first step.
        initial: f64 = 0.0, Domain::NonNegative;
        /// Decay d of the rate by step, η/(1 + (t−1)d).
        lr_decay: f64 = 0.0, Domain::NonNegative;
    }
    dialect torch ("torch.optim.Adagrad") { eps = Number(1e-10) }
    dialect keras ("keras.optimizers.Adagrad") { lr = Number(1e-3), eps_at = Choice("inside"), initial = Number(0.1) }
    dialect optax ("optax.adagrad") { lr = Required, eps_at = Choice("inside"), initial = Number(0.1) }
}

impl UpdateRule for AdaGrad {
    fn slots(&self) -> &'static [&'static str] {
        &["h"]
    }

    fn birth(&self, _slot: &str) -> f64 {
        self.initial
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, [h]) = block.parts();
        let rate = T::of(step.rate(self.lr) / (1.0 + (step.t - 1) as f64 * self.lr_decay));
        let (inside, outside) = self.eps_at.places(self.eps);
        let (inside, outside) = (T::of(inside), T::of(outside));
        for ((p, &g), h) in params.iter_mut().zip(grads).zip(h) {
            *h += g * g;
            let root = (*h + inside).sqrt() + outside;
            // Only with ε = 0 and no gradient yet is the root 0: there is no step to take, where 0/0 would be NaN.
            *p -= if root > T::zero() { rate * g / root } else { T::zero() };
        }
    }
}
