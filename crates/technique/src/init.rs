//! Initial weights: the distribution a weight matrix is born from.
//!
//! The famous ones are constants of one formula, [`VarianceScaling`]: σ² = scale / fan.
//!
//! | init | σ² | for | file |
//! |---|---|---|---|
//! | [zeros](plain::Zeros) | 0 | nothing: see below | `init/plain.rs` |
//! | [normal](plain::Normal) | std² | the chapter's std 1 and std .01 | `init/plain.rs` |
//! | [xavier](scaled::Xavier) | 1/n_in | sigmoid, tanh (the textbook's Xavier, LeCun elsewhere) | `init/scaled.rs` |
//! | [glorot](scaled::Glorot) | 2/(n_in + n_out) | sigmoid, tanh (what frameworks call Xavier) | `init/scaled.rs` |
//! | [he](scaled::He) | 2/n_in | ReLU | `init/scaled.rs` |
//! | [lecun](scaled::LeCun) | 1/n_in | SELU, tanh | `init/scaled.rs` |
//! | [orthogonal](orthogonal::Orthogonal) | – | deep linear nets, recurrent nets | `init/orthogonal.rs` |
//!
//! **Zeros never break symmetry.** With equal weights all units of a layer compute the same output, receive the same gradient, and take the same step: they
//! stay copies of each other for ever, and the layer is as wide as one unit. (With ReLU and zeros no weight even moves.) The tests of
//! [`net`](crate::net) show it.
//!
//! A matrix has shape (in, out); its fans are these two. Draws are made from the standard distribution and then scaled, so that techniques that differ only
//! in scale start from the same draws.

use crate::layout::{Layout, Role};
use crate::random::{self, Purpose, key};
use crate::real::Real;

pub mod orthogonal;
pub mod plain;
pub mod scaled;

use rand::RngExt;

crate::choice! {
    /// Which fan of a matrix sets its scale.
    pub enum Fan {
        /// Inputs of a unit.
        In = "in",
        /// Outputs of the layer.
        Out = "out",
        /// The mean of both.
        Average = "average",
    }
}

crate::choice! {
    /// The law of the draws; all three have the variance asked for.
    pub enum Law {
        /// N(0, σ²).
        Normal = "normal",
        /// N(0, σ²/.8796²) cut at two of its standard deviations: what Keras and JAX draw.
        Truncated = "truncated",
        /// Uniform on ±√3 σ.
        Uniform = "uniform",
    }
}

/// Standard deviation of N(0, 1) cut at ±2.
const TRUNCATED_SD: f64 = 0.879_625_661_034_239_8;

/// One formula for the famous inits: σ² = scale / fan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceScaling {
    /// The numerator.
    pub scale: f64,
    /// The denominator.
    pub fan: Fan,
    /// The law of the draws.
    pub law: Law,
}

impl VarianceScaling {
    /// σ of a matrix of that shape.
    pub fn std(&self, fan_in: usize, fan_out: usize) -> f64 {
        let fan = match self.fan {
            Fan::In => fan_in as f64,
            Fan::Out => fan_out as f64,
            Fan::Average => (fan_in + fan_out) as f64 / 2.0,
        };
        (self.scale / fan.max(1.0)).sqrt()
    }
}

/// One of the inits: fills a weight matrix of shape (in, out), row-major.
pub trait Initial {
    /// Draws the matrix from the key's generator.
    fn fill<T: Real>(&self, shape: (usize, usize), key: random::Key, weights: &mut [T]);
}

impl Initial for VarianceScaling {
    fn fill<T: Real>(&self, (fan_in, fan_out): (usize, usize), key: random::Key, weights: &mut [T]) {
        let std = self.std(fan_in, fan_out);
        let mut rng = key.rng();
        for w in weights {
            let unit = match self.law {
                Law::Normal => random::normal(&mut rng),
                Law::Truncated => random::truncated_normal(&mut rng, 2.0) / TRUNCATED_SD,
                Law::Uniform => 3.0_f64.sqrt() * (2.0 * rng.random::<f64>() - 1.0),
            };
            *w = T::of(std * unit);
        }
    }
}

macro_rules! inits {
    ($($Variant:ident($Member:ty)),+ $(,)?) => {
        crate::family! {
            /// Any of the inits.
            pub enum Init("init", "inits") { $($Variant($Member)),+ }
            aliases {
                "std" => "normal",
                "glorot_normal" => "glorot",
                "glorot_uniform" => "glorot:law=uniform",
                "he_normal" => "he",
                "he_uniform" => "he:law=uniform",
                "kaiming" => "he",
            }
        }

        impl Initial for Init {
            fn fill<T: Real>(&self, shape: (usize, usize), key: random::Key, weights: &mut [T]) {
                match self { $(Self::$Variant(init) => init.fill(shape, key, weights)),+ }
            }
        }
    };
}

inits! {
    Zeros(plain::Zeros),
    Constant(plain::Constant),
    Normal(plain::Normal),
    Xavier(scaled::Xavier),
    Glorot(scaled::Glorot),
    He(scaled::He),
    LeCun(scaled::LeCun),
    Orthogonal(orthogonal::Orthogonal),
}

impl Init {
    /// Fills the parameters of a network: weight matrices from this init, scales with 1, everything else with 0.
    ///
    /// The draws depend on the seed and on the block's number among the weight matrices, not on what lies between them: a network with
    /// batch norm starts from the same weights as one without.
    pub fn params<T: Real>(&self, layout: &Layout, seed: u64, params: &mut [T]) {
        let mut matrices = 0;
        for span in layout.spans() {
            let block = &mut params[span.range.clone()];
            match (span.role, &span.shape[..]) {
                (Role::Weight, &[fan_in, fan_out]) => {
                    self.fill((fan_in, fan_out), key(seed, Purpose::Init, 0).index(matrices), block);
                    matrices += 1;
                }
                (Role::Scale, _) => block.fill(T::one()),
                _ => block.fill(T::zero()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
