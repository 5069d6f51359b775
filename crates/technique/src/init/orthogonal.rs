//! Random orthogonal matrices.

use super::Initial;
use crate::random::{self, Key};
use crate::real::Real;

crate::described! {
    /// A random orthogonal matrix: lengths and angles pass through the layer unchanged.
    ///
    /// # Formula
    /// ```text
    /// W = gain · Q,    QᵀQ = 1 (as many orthonormal columns, or rows, as fit)
    /// ```
    /// Q is the orthogonal factor of a Gaussian matrix with the signs that make R's diagonal positive, so it is uniform (Haar).
    pub struct Orthogonal("orthogonal", "Orthogonal", "Saxe, McClelland & Ganguli, Exact solutions to the nonlinear dynamics of learning, ICLR 2014, arXiv:1312.6120", 2014) {
        /// Factor of the orthogonal matrix; √2 suits ReLU.
        gain: f64 = 1.0, Domain::Positive, Search::Log(0.1, 2.0);
    }
    dialect torch ("torch.nn.init.orthogonal_") {}
    dialect keras ("keras.initializers.Orthogonal") {}
    dialect jax ("jax.nn.initializers.orthogonal") {}
}

impl Initial for Orthogonal {
    fn fill<T: Real>(&self, (fan_in, fan_out): (usize, usize), key: Key, weights: &mut [T]) {
        let mut rng = key.rng();
        let (count, length) = (fan_in.min(fan_out), fan_in.max(fan_out));
        let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
        while vectors.len() < count {
            let mut v: Vec<f64> = (0..length).map(|_| random::normal(&mut rng)).collect();
            // Gram–Schmidt leaves R's diagonal positive; "twice is enough" for orthogonality to rounding.
            for _ in 0..2 {
                for q in &vectors {
                    let along = dot(q, &v);
                    v.iter_mut().zip(q).for_each(|(v, q)| *v -= along * q);
                }
            }
            let norm = dot(&v, &v).sqrt();
            // Probability 0, but a vector of rounding errors must not be blown up to length 1.
            if norm > 1e-8 {
                v.iter_mut().for_each(|v| *v /= norm);
                vectors.push(v);
            }
        }
        for (index, w) in weights.iter_mut().enumerate() {
            let (row, column) = (index / fan_out, index % fan_out);
            let q = if fan_in >= fan_out { vectors[column][row] } else { vectors[row][column] };
            *w = T::of(self.gain * q);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
