//! Which rows of a data set are for testing: stratified, so that both parts hold the classes in the same proportion.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::error::DataError;

/// How to split a table into a training part, a test part and, if wanted, a validation part. The same split of the same rows is the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Which of the possible splits.
    pub seed: u64,
    /// The fraction of each class that is for testing, between 0 and 1.
    pub test: f64,
    /// The fraction of each class that is for validation; 0 for no such part.
    pub validation: f64,
}

/// The rows of each part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parts {
    pub(super) train: Vec<usize>,
    pub(super) validation: Vec<usize>,
    pub(super) test: Vec<usize>,
}

impl Default for Split {
    /// A fifth for testing, none for validation, seed 0.
    fn default() -> Self {
        Self { seed: 0, test: 0.2, validation: 0.0 }
    }
}

impl Split {
    /// The rows of each part, in random order, so that any first few are a fair sample.
    ///
    /// A class of n rows gives n · `test` of them, rounded, to the test part: at least one and at most n − 1, but a class
    /// of a single row gives none. If wanted, it gives n · `validation` of the others to the validation part: at least one,
    /// and always leaving one to train on. So every class can be trained, and the test part does not depend on how much is
    /// for validation.
    pub(super) fn rows(&self, labels: &[u32], classes: usize) -> Result<Parts, DataError> {
        if !(self.test > 0.0 && self.test < 1.0) {
            return Err(DataError::BadFraction { found: self.test });
        }
        if !(self.validation >= 0.0 && self.test + self.validation < 1.0) {
            return Err(DataError::BadFractions { test: self.test, validation: self.validation });
        }
        let mut counts = vec![0_usize; classes];
        for &label in labels {
            counts[label as usize] += 1;
        }
        let mut tested: Vec<usize> = counts
            .iter()
            .map(|&n| match n {
                0 | 1 => 0,
                n => ((n as f64 * self.test).round() as usize).clamp(1, n - 1),
            })
            .collect();
        let mut chosen: Vec<usize> = counts
            .iter()
            .zip(&tested)
            .map(|(&n, &tested)| match n - tested {
                0 | 1 => 0,
                _ if self.validation == 0.0 => 0,
                left => ((n as f64 * self.validation).round() as usize).clamp(1, left - 1),
            })
            .collect();
        let (mut train, mut validation, mut test) = (Vec::new(), Vec::new(), Vec::new());
        for row in shuffled(labels.len(), self.seed) {
            let class = labels[row] as usize;
            if tested[class] > 0 {
                tested[class] -= 1;
                test.push(row);
            } else if chosen[class] > 0 {
                chosen[class] -= 1;
                validation.push(row);
            } else {
                train.push(row);
            }
        }
        Ok(Parts { train, validation, test })
    }
}

/// The numbers below `n` in random order (Fisher and Yates, in Durstenfeld's form).
///
/// Written out, down to the place of the seed in the key, rather than taken from a crate: what a crate leaves open may
/// change from version to version, and a split must not.
fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    let mut rows: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        // The high half of u64 × bound: uniform but for a bias of at most n / 2⁶⁴.
        let j = (u128::from(random.next_u64()) * (i as u128 + 1)) >> 64;
        rows.swap(i, j as usize);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_disjoint_and_complete() {
        let labels: Vec<u32> = (0..100).map(|i| u32::from(i % 3 == 0)).collect();
        let Parts { train, test, .. } = Split::default().rows(&labels, 2).unwrap();
        let mut all = [train, test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn each_class_gives_its_share() {
        let labels = [vec![0; 50], vec![1; 10], vec![2; 2], vec![3]].concat();
        let Parts { train, test, .. } = Split::default().rows(&labels, 4).unwrap();
        let count = |rows: &[usize], class| rows.iter().filter(|&&r| labels[r] == class).count();
        let share = |class| (count(&train, class), count(&test, class));
        assert_eq!([share(0), share(1), share(2), share(3)], [(40, 10), (8, 2), (1, 1), (1, 0)]);
        let most = Split { test: 0.99, ..Split::default() };
        let train = most.rows(&labels, 4).unwrap().train;
        assert_eq!([count(&train, 0), count(&train, 2)], [1, 1]);
    }

    #[test]
    fn validation_comes_out_of_the_training_rows_alone() {
        let labels = [vec![0; 50], vec![1; 10], vec![2; 2], vec![3]].concat();
        let without = Split::default().rows(&labels, 4).unwrap();
        let with = Split { validation: 0.1, ..Split::default() }.rows(&labels, 4).unwrap();
        assert!(without.validation.is_empty());
        assert_eq!(with.test, without.test);
        let count = |rows: &[usize], class| rows.iter().filter(|&&r| labels[r] == class).count();
        assert_eq!([0, 1, 2, 3].map(|c| count(&with.validation, c)), [5, 1, 0, 0]);
        assert_eq!([0, 1, 2, 3].map(|c| count(&with.train, c)), [35, 7, 1, 1]);
        for validation in [-0.1, 0.8, f64::NAN] {
            let error = Split { validation, ..Split::default() }.rows(&[0, 1], 2).unwrap_err();
            assert!(matches!(error, DataError::BadFractions { .. }), "{error}");
        }
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let split = |seed| Split { seed, ..Split::default() }.rows(&[0; 1000], 1).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn the_order_is_fixed_for_all_time() {
        // From an independent ChaCha8 written in Python. Another order would change every recorded study on a table.
        assert_eq!(shuffled(12, 7), [4, 1, 7, 10, 11, 6, 8, 3, 2, 0, 5, 9]);
    }

    #[test]
    fn every_place_is_equally_likely() {
        // Row 0 over 3,000 seeds and 5 places: 600 each; the standard deviation is √(3000 · 1/5 · 4/5) = 22.
        let mut places = [0_i32; 5];
        for seed in 0..3000 {
            let place = shuffled(5, seed).iter().position(|&r| r == 0).unwrap();
            places[place] += 1;
        }
        assert!(places.iter().all(|n| (n - 600).abs() < 110), "{places:?}");
    }

    #[test]
    fn a_fraction_outside_of_0_to_1_is_refused() {
        for test in [0.0, 1.0, -0.2, f64::NAN] {
            let error = Split { test, ..Split::default() }.rows(&[0, 1], 2).unwrap_err();
            assert!(matches!(error, DataError::BadFraction { .. }));
        }
    }
}
