//! Weight decay: coupled (a penalty in the loss) or decoupled (a shrinking of its own).

use crate::layout::{Layout, Role};
use crate::real::Real;

crate::choice! {
    /// Which parameters decay.
    pub enum On {
        /// Weight matrices only (the textbook).
        Weights = "weights",
        /// Everything: biases, scales and shifts too (what a framework does when it is handed all parameters).
        All = "all",
    }
}

impl On {
    fn covers(self, role: Role) -> bool {
        match self {
            Self::Weights => role == Role::Weight,
            Self::All => true,
        }
    }
}

crate::described! {
    /// No decay.
    ///
    /// # Formula
    /// ```text
    /// g ← g
    /// ```
    pub struct NoDecay("none", "No decay", "the textbook", 1951) {}
}

crate::described! {
    /// Coupled decay: the gradient of the penalty ½λ‖W‖² joins the loss's gradient, and passes through the rule with it.
    ///
    /// # Formula
    /// ```text
    /// g ← g + λ p
    /// ```
    /// The reported loss does not include the penalty.
    ///
    /// # Conventions
    /// The textbook decays weights, not biases; PyTorch's `weight_decay` (of all but AdamW) everything it is handed.
    pub struct Coupled("l2", "Coupled decay (L2)", "Krogh & Hertz, A simple weight decay can improve generalization, NIPS 1991, eq. (4)", 1991) {
        /// Decay λ.
        rate: f64 = 1e-4, Domain::NonNegative, Search::Log(1e-6, 1e-1);
        /// Which parameters.
        on: On = On::Weights, Domain::Choice(On::NAMES);
    }
    dialect torch ("torch.optim.*(weight_decay=…), except AdamW") { rate = Required, on = Choice("all") }
    absent keras ("Keras' `weight_decay` is always decoupled: ask for `decoupled@keras`");
    absent optax ("optax leaves it to the user: `l2` is `add_decayed_weights` before the rule");
}

crate::described! {
    /// Decoupled decay: the parameters shrink by themselves, in proportion to the step's learning rate, before the rule moves them.
    ///
    /// # Formula
    /// ```text
    /// p ← p (1 − η_t λ)
    /// ```
    ///
    /// # Conventions
    /// AdamW is Adam with it. PyTorch's default is λ = .01, Keras' .004, optax's 1e-4; all shrink the old parameters, as here.
    pub struct Decoupled("decoupled", "Decoupled decay", "Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, arXiv:1711.05101, Algorithm 2, line 12", 2019) {
        /// Decay λ.
        rate: f64 = 0.01, Domain::NonNegative, Search::Log(1e-5, 1.0);
        /// Which parameters.
        on: On = On::Weights, Domain::Choice(On::NAMES);
    }
    dialect torch ("torch.optim.AdamW") { on = Choice("all") }
    dialect keras ("keras.optimizers.AdamW") { rate = Number(0.004), on = Choice("all") }
    dialect optax ("optax.adamw") { rate = Number(1e-4), on = Choice("all") }
}

crate::family! {
    /// Any of the decays.
    pub enum Decay("decay", "decays") {
        None(NoDecay),
        Coupled(Coupled),
        Decoupled(Decoupled),
    }
    aliases { "coupled" => "l2" }
}

impl Default for Decay {
    fn default() -> Self {
        NoDecay::default().into()
    }
}

impl Decay {
    /// Adds the coupled part to the gradient.
    pub fn couple<T: Real>(&self, params: &[T], grads: &mut [T], layout: &Layout) {
        if let Self::Coupled(decay) = self {
            let rate = T::of(decay.rate);
            for span in layout.spans().iter().filter(|span| decay.on.covers(span.role)) {
                for (g, &p) in grads[span.range.clone()].iter_mut().zip(&params[span.range.clone()]) {
                    *g += rate * p;
                }
            }
        }
    }

    /// Shrinks the parameters by the decoupled part; `lr` is the learning rate of this step.
    pub fn shrink<T: Real>(&self, params: &mut [T], lr: f64, layout: &Layout) {
        if let Self::Decoupled(decay) = self {
            let keep = T::of(1.0 - lr * decay.rate);
            for span in layout.spans().iter().filter(|span| decay.on.covers(span.role)) {
                for p in &mut params[span.range.clone()] {
                    *p *= keep;
                }
            }
        }
    }
}
