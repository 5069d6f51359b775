//! Adam: adaptive moment estimation.

use super::{Block, Step, UpdateRule};
use crate::real::Real;

crate::choice! {
    /// Where Adam's ε stands.
    pub enum AdamEps {
        /// Added to √v, the rate corrected: η√c₂/c₁ · m/(√v + ε). The paper's "ε-hat" (end of section 2; textbook, Keras).
        Hat = "hat",
        /// Added to the corrected root: η · (m/c₁)/(√(v/c₂) + ε). The paper's Algorithm 1 (PyTorch, optax).
        Corrected = "corrected",
    }
}

crate::described! {
    /// Adam: momentum on the gradient, RMSProp on its square, and both averages corrected for having started at 0.
    ///
    /// # Formula
    /// ```text
    /// m ← β₁ m + (1−β₁) g             c₁ = 1 − β₁ᵗ
    /// v ← β₂ v + (1−β₂) g²            c₂ = 1 − β₂ᵗ
    /// p ← p − η √c₂/c₁ · m / (√v + ε)
    /// ```
    /// t counts steps from 1.
    ///
    /// # Memory
    /// Two numbers a parameter: the mean gradient m and the mean square v.
    ///
    /// # Conventions
    /// `eps_at=hat` (textbook, Keras, both with ε = 1e-7) adds ε to √v before the correction, as the formula above; `eps_at=corrected` (PyTorch, optax, with
    /// 1e-8) adds it after: p ← p − η (m/c₁)/(√(v/c₂) + ε). In the first steps, where √c₂ is .03, the same ε weighs thirty times more in the first form.
    ///
    /// # When to use it
    /// As the first thing to try: steps of about η per element whatever the gradient's scale, so η = .001 works on many problems. A tuned
    /// momentum may end lower.
    pub struct Adam("adam", "Adam", "Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980, Algorithm 1", 2015) {
        /// Learning rate η.
        lr: f64 = 0.001, Domain::Positive, Search::Log(1e-5, 1e-1);
        /// Share of the mean gradient kept, β₁.
        beta1: f64 = 0.9, Domain::Fraction, Search::LogComplement(0.5, 0.99);
        /// Share of the mean square kept, β₂.
        beta2: f64 = 0.999, Domain::Fraction, Search::LogComplement(0.9, 0.9999);
        /// ε, against division by 0.
        eps: f64 = 1e-7, Domain::NonNegative;
        /// Where ε stands.
        eps_at: AdamEps = AdamEps::Hat, Domain::Choice(AdamEps::NAMES);
    }
    dialect torch ("torch.optim.Adam") { eps = Number(1e-8), eps_at = Choice("corrected") }
    dialect keras ("keras.optimizers.Adam") {}
    dialect optax ("optax.adam") { lr = Required, eps = Number(1e-8), eps_at = Choice("corrected") }
}

impl UpdateRule for Adam {
    fn slots(&self) -> &'static [&'static str] {
        &["m", "v"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, [m, v]) = block.parts();
        let t = step.t as f64;
        let (c1, c2) = (1.0 - self.beta1.powf(t), 1.0 - self.beta2.powf(t));
        let lr = step.rate(self.lr);
        // p ← p − rate · m / (√v · stretch + ε)
        let (rate, stretch) = match self.eps_at {
            AdamEps::Hat => (lr * c2.sqrt() / c1, 1.0),
            AdamEps::Corrected => (lr / c1, 1.0 / c2.sqrt()),
        };
        let (rate, stretch, eps) = (T::of(rate), T::of(stretch), T::of(self.eps));
        let (keep1, take1) = (T::of(self.beta1), T::of(1.0 - self.beta1));
        let (keep2, take2) = (T::of(self.beta2), T::of(1.0 - self.beta2));
        for (((p, &g), m), v) in params.iter_mut().zip(grads).zip(m).zip(v) {
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * (g * g);
            let root = v.sqrt() * stretch + eps;
            // Only with ε = 0 and no gradient yet is the root 0: no step, where 0/0 would be NaN.
            *p -= if root > T::zero() { rate * *m / root } else { T::zero() };
        }
    }
}
