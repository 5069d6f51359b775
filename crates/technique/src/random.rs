//! Randomness is a function, not a stream.
//!
//! Every random number of a trial comes from a generator born of a [`Key`]: the seed, what the numbers are for, the step, and an index within it.
//! So nothing depends on which thread ran first, on how many numbers another part drew, or on whether the trial was resumed: step 1,000 draws the
//! same mini-batch whether or not the steps before it were run in this process.
//!
//! The generator is ChaCha with 8 rounds, stream 0, whose 256-bit key is the four numbers as little-endian 64-bit words, in the order above.
//! It is specified bit for bit, on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// What the numbers are drawn for. The values are part of the specification: a new purpose takes a new number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights; the index is the number of the block.
    Init = 1,
    /// The examples of a mini-batch; the step counts from 0.
    Batch = 2,
    /// Dropout masks; the index is the number of the layer.
    Dropout = 3,
    /// Gradient noise.
    Noise = 4,
    /// Synthetic inputs.
    Inputs = 5,
    /// The split of a table into training and test part.
    Split = 6,
}

/// A place in the space of all random numbers. Cheap to copy; makes a generator on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    seed: u64,
    purpose: Purpose,
    step: u64,
    index: u64,
}

/// The key of (seed, purpose, step), index 0.
pub const fn key(seed: u64, purpose: Purpose, step: u64) -> Key {
    Key { seed, purpose, step, index: 0 }
}

impl Key {
    /// The same place for another purpose.
    #[must_use]
    pub const fn purpose(self, purpose: Purpose) -> Self {
        Self { purpose, ..self }
    }

    /// The `index`-th generator of this place, for a block or a layer.
    #[must_use]
    pub const fn index(self, index: u64) -> Self {
        Self { index, ..self }
    }

    /// The generator of this key.
    pub fn rng(self) -> ChaCha8Rng {
        let mut bytes = [0; 32];
        for (word, value) in
            bytes.chunks_exact_mut(8).zip([self.seed, self.purpose as u64, self.step, self.index])
        {
            word.copy_from_slice(&value.to_le_bytes());
        }
        ChaCha8Rng::from_seed(bytes)
    }
}

/// One draw from N(0, 1).
pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// One draw from N(0, 1) conditioned on |z| ≤ `bound`, by rejection.
pub fn truncated_normal(rng: &mut ChaCha8Rng, bound: f64) -> f64 {
    loop {
        let z = normal(rng);
        if z.abs() <= bound {
            return z;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn keys_that_differ_in_one_word_draw_differently() {
        let first = |key: Key| key.rng().next_u64();
        let base = key(1, Purpose::Init, 0);
        let others =
            [key(2, Purpose::Init, 0), key(1, Purpose::Batch, 0), key(1, Purpose::Init, 1), base.index(1)];
        assert_eq!(first(base), first(key(1, Purpose::Init, 0)));
        for other in others {
            assert_ne!(first(base), first(other), "{other:?}");
        }
    }

    /// Pins the specification: these bits may never change, or every recorded trial would.
    #[test]
    fn bits_are_pinned() {
        let mut rng = key(1, Purpose::Batch, 7).rng();
        assert_eq!([rng.next_u64(), rng.next_u64()], [0x077a_6ace_fd93_2766, 0x4474_55ec_42b5_d403]);
        assert_eq!(normal(&mut key(1, Purpose::Init, 0).rng()).to_bits(), 0xbff0_5126_859e_b643);
    }

    #[test]
    fn truncated_draws_stay_inside_and_have_the_known_spread() {
        let mut rng = key(3, Purpose::Init, 0).rng();
        let draws: Vec<f64> = (0..200_000).map(|_| truncated_normal(&mut rng, 2.0)).collect();
        assert!(draws.iter().all(|z| z.abs() <= 2.0));
        let sd = (draws.iter().map(|z| z * z).sum::<f64>() / draws.len() as f64).sqrt();
        assert!((sd - 0.879_625_66).abs() < 0.005, "{sd}");
    }
}
