//! Inits that do not look at the shape.

use super::Initial;
use crate::random::{self, Key};
use crate::real::Real;

crate::described! {
    /// All zeros: the one that does not work.
    ///
    /// # Formula
    /// ```text
    /// w = 0
    /// ```
    /// The units of a layer stay identical for ever (symmetry is never broken).
    pub struct Zeros("zeros", "Zeros", "the chapter's counter-example; symmetry: Rumelhart, Hinton & Williams, Nature 323 (1986)", 1986) {}
}

impl Initial for Zeros {
    fn fill<T: Real>(&self, _: (usize, usize), _: Key, weights: &mut [T]) {
        weights.fill(T::zero());
    }
}

crate::described! {
    /// All equal: as bad as zeros, with gradients to show it.
    ///
    /// # Formula
    /// ```text
    /// w = c
    /// ```
    pub struct Constant("constant", "Constant", "the chapter's counter-example; symmetry: Rumelhart, Hinton & Williams, Nature 323 (1986)", 1986) {
        /// The value c of every weight.
        value: f64 = 0.1, Domain::Finite;
    }
}

impl Initial for Constant {
    fn fill<T: Real>(&self, _: (usize, usize), _: Key, weights: &mut [T]) {
        weights.fill(T::of(self.value));
    }
}

crate::described! {
    /// Gaussian of a standard deviation that does not look at the shape.
    ///
    /// # Formula
    /// ```text
    /// w ~ N(0, std²)
    /// ```
    /// With std 1, sigmoids saturate; with std .01, deep layers all say the same.
    pub struct Normal("normal", "Normal", "the chapter, section 6.2; std .01: Krizhevsky, Sutskever & Hinton, NIPS 2012, section 5", 2012) {
        /// Standard deviation.
        std: f64 = 0.01, Domain::NonNegative, Search::Log(1e-4, 1.0);
    }
}

impl Initial for Normal {
    fn fill<T: Real>(&self, _: (usize, usize), key: Key, weights: &mut [T]) {
        let mut rng = key.rng();
        for w in weights {
            *w = T::of(self.std * random::normal(&mut rng));
        }
    }
}
