//! Nesterov's accelerated gradient.

use super::{Block, LrAt, Step, UpdateRule};
use crate::real::Real;

crate::described! {
    /// Nesterov's accelerated gradient: momentum that corrects itself with the gradient of where it is about to be.
    ///
    /// # Formula
    /// With p standing for the looked-ahead point, as all frameworks store it:
    /// ```text
    /// v ← μ v − η g
    /// p ← p + μ v − η g        (v already new; equal to p + μ² v_old − (1+μ) η g)
    /// ```
    ///
    /// # Memory
    /// One number a parameter: the velocity v.
    ///
    /// # Conventions
    /// `lr_at=outside` is PyTorch and optax: v ← μv + g, p ← p − η(g + μv); the same path at a constant rate. The textbook's listing before
    /// 2021 updated v before using the old one and so computed something else; this is the corrected one.
    ///
    /// # When to use it
    /// In place of [`momentum`](super::momentum::Momentum), mostly for the better damping at a large μ.
    pub struct Nesterov("nesterov", "Nesterov", "Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), Soviet Math. Dokl. 27 (1983); in this form Sutskever et al., ICML 2013, eqs. (3)-(4)", 1983) {
        /// Learning rate η.
        lr: f64 = 0.01, Domain::Positive, Search::Log(1e-4, 1.0);
        /// Share of the velocity kept, μ.
        momentum: f64 = 0.9, Domain::Fraction, Search::LogComplement(0.5, 0.99);
        /// Where η stands: inside the velocity or outside it.
        lr_at: LrAt = LrAt::Inside, Domain::Choice(LrAt::NAMES);
    }
    dialect torch ("torch.optim.SGD(momentum=0.9, nesterov=True)") { lr = Number(1e-3), lr_at = Choice("outside") }
    dialect keras ("keras.optimizers.SGD(momentum=0.9, nesterov=True)") {}
    dialect optax ("optax.sgd(momentum=0.9, nesterov=True)") { lr = Required, lr_at = Choice("outside") }
}

impl UpdateRule for Nesterov {
    fn slots(&self) -> &'static [&'static str] {
        &["v"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, [v]) = block.parts();
        let (into, out_of) = self.lr_at.factors(step.rate(self.lr));
        let (mu, into, out_of) = (T::of(self.momentum), T::of(into), T::of(out_of));
        for ((p, &g), v) in params.iter_mut().zip(grads).zip(v) {
            let push = into * g;
            *v = mu * *v + push;
            *p += out_of * (mu * *v + push);
        }
    }
}
