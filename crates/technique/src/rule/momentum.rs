//! SGD with momentum, the heavy ball.

use super::{Block, LrAt, Step, UpdateRule};
use crate::real::Real;

crate::described! {
    /// Momentum: a ball that rolls down the surface and keeps most of its velocity.
    ///
    /// # Formula
    /// ```text
    /// v ← μ v − η g
    /// p ← p + v
    /// ```
    /// η is the learning rate, μ the share of the velocity that is kept; v starts at 0.
    ///
    /// # Memory
    /// One number a parameter: the velocity v.
    ///
    /// # Conventions
    /// `lr_at=outside` is PyTorch and optax: v ← μv + g, p ← p − ηv. At a constant rate the paths are the same; when a schedule changes the rate
    /// they part. `dampening` d is PyTorch's: v ← μv + (1−d)g, except that the first gradient enters whole.
    ///
    /// # When to use it
    /// Whenever SGD zigzags: what alternates cancels in v, what persists adds up, to 1/(1−μ) times the step of SGD.
    pub struct Momentum("momentum", "Momentum", "Polyak, Some methods of speeding up the convergence of iteration methods, USSR Comput. Math. Math. Phys. 4 (1964), eq. (9)", 1964) {
        /// Learning rate η.
        lr: f64 = 0.01, Domain::Positive, Search::Log(1e-4, 1.0);
        /// Share of the velocity kept, μ.
        momentum: f64 = 0.9, Domain::Fraction, Search::LogComplement(0.5, 0.99);
        /// Where η stands: inside the velocity or outside it.
        lr_at: LrAt = LrAt::Inside, Domain::Choice(LrAt::NAMES);
        /// Share of the gradient withheld from the velocity, d; from the second step on.
        dampening: f64 = 0.0, Domain::Fraction;
    }
    dialect torch ("torch.optim.SGD(momentum=0.9)") { lr = Number(1e-3), lr_at = Choice("outside") }
    dialect keras ("keras.optimizers.SGD(momentum=0.9)") {}
    dialect optax ("optax.sgd(momentum=0.9)") { lr = Required, lr_at = Choice("outside") }
}

impl UpdateRule for Momentum {
    fn slots(&self) -> &'static [&'static str] {
        &["v"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, [v]) = block.parts();
        let (into, out_of) = self.lr_at.factors(step.rate(self.lr));
        // PyTorch clones the first gradient into its buffer undamped.
        let kept = if step.t == 1 { 1.0 } else { 1.0 - self.dampening };
        let (mu, into, out_of) = (T::of(self.momentum), T::of(into * kept), T::of(out_of));
        for ((p, &g), v) in params.iter_mut().zip(grads).zip(v) {
            *v = mu * *v + into * g;
            *p += out_of * *v;
        }
    }
}
