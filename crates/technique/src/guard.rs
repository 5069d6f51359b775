//! Guards: what is done to a gradient before anything else sees it.
//!
//! `value:limit=1` clips each element, `block_norm:limit=1` each block (a weight matrix, a bias) by its norm, `global_norm:limit=1` the whole gradient.

use crate::layout::Layout;
use crate::real::Real;

crate::described! {
    /// The gradient as it is.
    ///
    /// # Formula
    /// ```text
    /// g ← g
    /// ```
    pub struct NoGuard("none", "No guard", "the textbook", 1951) {}
}

crate::described! {
    /// Clips each element.
    ///
    /// # Formula
    /// ```text
    /// g ← min(max(g, −c), c)
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `clip_grad_value_`, Keras' `clipvalue`, optax's `clip`.
    pub struct ClipValue("value", "Clip by value", "Mikolov, Statistical language models based on neural networks, 2012, section 3.2.2", 2012) {
        /// Limit c.
        limit: f64 = 1.0, Domain::Positive, Search::Log(1e-3, 1e3);
    }
}

crate::described! {
    /// Scales a block of the gradient down to a norm.
    ///
    /// # Formula
    /// ```text
    /// g_B ← g_B · min(1, c/‖g_B‖)        for each block B
    /// ```
    ///
    /// # Conventions
    /// Keras' `clipnorm`: each variable by itself.
    pub struct ClipBlock("block_norm", "Clip by block norm", "Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, ICML 2013, Algorithm 1, block by block", 2013) {
        /// Largest norm c.
        limit: f64 = 1.0, Domain::Positive, Search::Log(1e-2, 1e2);
    }
    dialect keras ("keras.optimizers.Optimizer(clipnorm=1)") {}
    absent torch ("PyTorch clips by the global norm: ask for `global_norm@torch`");
    absent optax ("optax clips by the global norm: ask for `global_norm@optax`");
}

crate::described! {
    /// Scales the whole gradient down to a norm.
    ///
    /// # Formula
    /// ```text
    /// g ← g · min(1, c/(‖g‖ + ε))
    /// ```
    ///
    /// # Conventions
    /// optax's `clip_by_global_norm` and Keras' `global_clipnorm` have ε = 0, as here; PyTorch's `clip_grad_norm_` has 1e-6.
    pub struct ClipGlobal("global_norm", "Clip by global norm", "Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, ICML 2013, Algorithm 1", 2013) {
        /// Largest norm c.
        limit: f64 = 1.0, Domain::Positive, Search::Log(1e-2, 1e2);
        /// ε by the norm.
        eps: f64 = 0.0, Domain::NonNegative;
    }
    dialect torch ("torch.nn.utils.clip_grad_norm_") { eps = Number(1e-6) }
    dialect keras ("keras.optimizers.Optimizer(global_clipnorm=1)") {}
    dialect optax ("optax.clip_by_global_norm") {}
}

crate::family! {
    /// Any of the guards.
    pub enum Guard("guard", "guards") {
        None(NoGuard),
        Value(ClipValue),
        Block(ClipBlock),
        Global(ClipGlobal),
    }
}

impl Default for Guard {
    fn default() -> Self {
        NoGuard::default().into()
    }
}

impl Guard {
    /// Changes the gradient in place.
    pub fn apply<T: Real>(&self, grads: &mut [T], layout: &Layout) {
        match self {
            Self::None(_) => {}
            Self::Value(clip) => {
                let limit = T::of(clip.limit);
                // Not `clamp`: NaN must stay NaN, so that the trial is seen to diverge.
                for g in grads {
                    *g = if *g > limit {
                        limit
                    } else if *g < -limit {
                        -limit
                    } else {
                        *g
                    };
                }
            }
            Self::Block(clip) => {
                for span in layout.spans() {
                    shrink(&mut grads[span.range.clone()], clip.limit, 0.0);
                }
            }
            Self::Global(clip) => shrink(grads, clip.limit, clip.eps),
        }
    }
}

fn shrink<T: Real>(grads: &mut [T], limit: f64, eps: f64) {
    // In f64: the squares of an f32 gradient may not fit in f32.
    let norm = grads.iter().map(|g| g.wide() * g.wide()).sum::<f64>().sqrt();
    let scale = limit / (norm + eps);
    if scale < 1.0 || scale.is_nan() {
        let scale = T::of(scale);
        for g in grads {
            *g *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Role;
    use crate::testing::assert_near;

    #[test]
    fn a_gradient_that_is_not_a_number_stays_visible() {
        let layout = Layout::flat(2);
        for word in ["value", "block_norm", "global_norm"] {
            let mut grads = [f64::NAN, 1.0];
            word.parse::<Guard>().unwrap().apply(&mut grads, &layout);
            assert!(grads[0].is_nan(), "{word}");
        }
    }

    #[test]
    fn blocks_are_clipped_apart() {
        let mut layout = Layout::new();
        layout.push("w", &[2], Role::Weight);
        layout.push("b", &[1], Role::Bias);
        let mut grads = [3.0_f64, 4.0, 0.5];
        Guard::from(ClipBlock { limit: 1.0 }).apply(&mut grads, &layout);
        assert_near(&grads, &[0.6, 0.8, 0.5], 1e-15, 1.0, "block norm");
    }
}
