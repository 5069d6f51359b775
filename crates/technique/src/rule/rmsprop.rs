//! RMSProp: AdaGrad that forgets.

use super::{Block, EpsAt, LrAt, Step, UpdateRule};
use crate::real::Real;

crate::described! {
    /// RMSProp: AdaGrad with a moving average in place of the sum, so that old gradients are forgotten.
    ///
    /// # Formula
    /// ```text
    /// h ← ρ h + (1−ρ) g²
    /// p ← p − η g / (√h + ε)
    /// ```
    ///
    /// # Memory
    /// One number a parameter: the mean square h. With `centered` or `momentum` two more: the mean gradient and the velocity.
    ///
    /// # Conventions
    /// The textbook and PyTorch keep ρ = 0.99 and ε outside the root; Keras and optax keep 0.9 and ε inside it. `centered` divides by the root of
    /// h − ḡ², an estimate of the variance (kept at 0 or above, where rounding would give it a sign). With `momentum` μ > 0 the steps are
    /// gathered in a velocity: Keras and optax put η inside it, PyTorch outside.
    ///
    /// # When to use it
    /// On gradients whose size differs much between parameters and over time. It does not correct the bias of h: the first steps are
    /// up to 1/√(1−ρ) times the rate.
    pub struct RmsProp("rmsprop", "RMSProp", "Tieleman & Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012; centered: Graves, arXiv:1308.0850, eqs. (38)-(41)", 2012) {
        /// Learning rate η.
        lr: f64 = 0.01, Domain::Positive, Search::Log(1e-5, 1e-1);
        /// Share of the mean square kept, ρ.
        decay: f64 = 0.99, Domain::Fraction, Search::LogComplement(0.8, 0.999);
        /// ε, against division by 0.
        eps: f64 = 1e-7, Domain::NonNegative;
        /// Where ε stands: outside the root or inside it.
        eps_at: EpsAt = EpsAt::Outside, Domain::Choice(EpsAt::NAMES);
        /// Divide by the estimated standard deviation in place of the root mean square.
        centered: bool = false, Domain::Flag;
        /// Share of the velocity kept, μ; 0 for none.
        momentum: f64 = 0.0, Domain::Fraction;
        /// Where η stands when there is a velocity.
        lr_at: LrAt = LrAt::Inside, Domain::Choice(LrAt::NAMES);
        /// h before the first step.
        initial: f64 = 0.0, Domain::NonNegative;
    }
    dialect torch ("torch.optim.RMSprop") { eps = Number(1e-8), lr_at = Choice("outside") }
    dialect keras ("keras.optimizers.RMSprop") { lr = Number(1e-3), decay = Number(0.9), eps_at = Choice("inside") }
    dialect optax ("optax.rmsprop") { lr = Required, decay = Number(0.9), eps = Number(1e-8), eps_at = Choice("inside") }
}

impl RmsProp {
    fn is_plain(&self) -> bool {
        !self.centered && self.momentum == 0.0
    }
}

impl UpdateRule for RmsProp {
    fn slots(&self) -> &'static [&'static str] {
        if self.is_plain() { &["h"] } else { &["h", "mean", "v"] }
    }

    fn birth(&self, slot: &str) -> f64 {
        if slot == "h" { self.initial } else { 0.0 }
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (keep, take) = (T::of(self.decay), T::of(1.0 - self.decay));
        let (inside, outside) = self.eps_at.places(self.eps);
        let (inside, outside) = (T::of(inside), T::of(outside));
        // g over the root; only with ε = 0 can the root be 0, and then there is no scale to step by.
        let scaled = |g: T, square: T| {
            let root = (square + inside).sqrt() + outside;
            if root > T::zero() { g / root } else { T::zero() }
        };
        if self.is_plain() {
            let (params, grads, [h]) = block.parts();
            let rate = T::of(step.rate(self.lr));
            for ((p, &g), h) in params.iter_mut().zip(grads).zip(h) {
                *h = keep * *h + take * (g * g);
                *p -= rate * scaled(g, *h);
            }
        } else {
            let (params, grads, [h, mean, v]) = block.parts();
            let (into, out_of) = self.lr_at.factors(step.rate(self.lr));
            let (mu, into, out_of) = (T::of(self.momentum), T::of(into), T::of(out_of));
            let centre = if self.centered { T::one() } else { T::zero() };
            for ((((p, &g), h), mean), v) in params.iter_mut().zip(grads).zip(h).zip(mean).zip(v) {
                *h = keep * *h + take * (g * g);
                *mean = keep * *mean + take * g;
                let variance = (*h - centre * (*mean * *mean)).max(T::zero());
                *v = mu * *v + into * scaled(g, variance);
                *p += out_of * *v;
            }
        }
    }
}
