//! Bootstrap intervals that suppose no normal law: bias-corrected and accelerated (Efron 1987, "Better bootstrap confidence intervals"; Efron &
//! Tibshirani 1993, section 14.3).
//!
//! With θ* the statistic of each resample, θ that of the sample and θ₍ᵢ₎ without its i-th number, the ends are the quantiles of θ* at
//!
//! ```text
//! Φ(z₀ + (z₀ ± 1.96) / (1 − a·(z₀ ± 1.96)))
//! z₀ = Φ⁻¹((#{θ* < θ} + #{θ* ≤ θ}) / 2B)      a = Σ(θ̄₍·₎ − θ₍ᵢ₎)³ / (6·(Σ(θ̄₍·₎ − θ₍ᵢ₎)²)^1.5)
//! ```

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::descriptive::{all_equal, mean, quantile_in_place};
use super::distribution::{phi, phi_inverse};

/// Resamples of up to 200 numbers; see [`resamples`].
pub const RESAMPLES: usize = 9_999;

/// What the interval is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The median.
    Median,
}

impl Statistic {
    /// Its value; may reorder the numbers.
    fn of(self, values: &mut [f64]) -> f64 {
        match self {
            Self::Mean => mean(values),
            Self::Median => quantile_in_place(values, 0.5),
        }
    }
}

/// How many resamples are drawn of `n` numbers: 9,999, and fewer above 200, where 2 million draws are shared out; at least 999.
pub fn resamples(n: usize) -> usize {
    (2_000_000 / n.max(1)).clamp(999, RESAMPLES)
}

/// The 95 % interval; none for fewer than two numbers or where one is not finite. Equal numbers have that number alone.
///
/// The resamples are a function of n, so that all samples of one size are resampled alike. The words u of ChaCha8, stream 0, whose key is the 64-bit
/// little-endian words 1, `"resample"` in ASCII, n, 0, give k places each, one resample after another: the first k digits of u/2³² in base n, with the
/// largest k that has nᵏ ≤ 2¹⁸ (at least 1). No place is favoured by more than 1 part in 2¹⁴, up to 2¹⁸ numbers.
pub fn bca95(values: &[f64], statistic: Statistic) -> Option<(f64, f64)> {
    let n = values.len();
    if n < 2 {
        return None;
    }
    let mut key = [0; 32];
    for (word, value) in key.chunks_exact_mut(8).zip([1, u64::from_le_bytes(*b"resample"), n as u64, 0]) {
        word.copy_from_slice(&value.to_le_bytes());
    }
    let mut rng = ChaCha8Rng::from_seed(key);
    let digits = (1_usize << 18).ilog(n).max(1);
    let (mut word, mut left) = (0, 0);
    interval(values, statistic, resamples(n), || {
        if left == 0 {
            (word, left) = (rng.next_u32(), digits);
        }
        left -= 1;
        let scaled = u64::from(word) * n as u64;
        word = scaled as u32;
        (scaled >> 32) as usize
    })
}

/// The same from resamples that are given, each a list of n places in the sample; none if there is no resample, or one has another length or a place
/// outside.
pub fn bca95_of(values: &[f64], statistic: Statistic, resamples: &[Vec<usize>]) -> Option<(f64, f64)> {
    let n = values.len();
    if resamples.iter().any(|r| r.len() != n || r.iter().any(|at| *at >= n)) {
        return None;
    }
    let mut places = resamples.iter().flatten();
    interval(values, statistic, resamples.len(), || places.next().copied().unwrap_or(0))
}

fn interval(
    values: &[f64],
    statistic: Statistic,
    count: usize,
    mut place: impl FnMut() -> usize,
) -> Option<(f64, f64)> {
    let n = values.len();
    if n < 2 || count == 0 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    if all_equal(values) {
        return Some((values[0], values[0]));
    }
    // About θ, so that rounding is small against the spread: resamples that hold the same numbers in another order are ties.
    let centre = statistic.of(&mut values.to_vec());
    let centred: Vec<f64> = values.iter().map(|v| v - centre).collect();
    let tie = 1e-12 * centred.iter().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    let mut found = vec![0.0; count];
    match statistic {
        Statistic::Mean => {
            for found in &mut found {
                *found = (0..n).map(|_| centred[place()]).sum::<f64>() / n as f64;
            }
        }
        Statistic::Median => medians(&centred, place, &mut found),
    }
    let below: usize = found.iter().map(|t| usize::from(*t < -tie) + usize::from(*t <= tie)).sum();
    let bias = phi_inverse(below as f64 / (2 * count) as f64);
    let acceleration = acceleration(&centred, statistic);
    let mut end = |z: f64| {
        let moved = bias + z;
        let share = phi(bias + moved / (1.0 - acceleration * moved));
        Some(centre + quantile_in_place(&mut found, share)).filter(|end| end.is_finite())
    };
    let z = phi_inverse(0.975);
    Some((end(-z)?, end(z)?))
}

/// The median of each resample, by counting how often each number is drawn, in their order.
fn medians(values: &[f64], mut place: impl FnMut() -> usize, found: &mut [f64]) {
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut rank = vec![0; n];
    order.iter().enumerate().for_each(|(at, from)| rank[*from] = at);
    let mut drawn = vec![0; n];
    for found in found {
        drawn.fill(0);
        (0..n).for_each(|_| drawn[rank[place()]] += 1);
        let (mut at, mut before) = (0, drawn[0]);
        let mut middle = |k: usize| {
            while before <= k {
                at += 1;
                before += drawn[at];
            }
            values[order[at]]
        };
        let low = middle((n - 1) / 2);
        *found = low + (middle(n / 2) - low) / 2.0;
    }
}

/// The jackknife's; 0 where leaving a number out moves nothing.
fn acceleration(values: &[f64], statistic: Statistic) -> f64 {
    let n = values.len();
    let without: Vec<f64> = match statistic {
        Statistic::Mean => {
            let sum: f64 = values.iter().sum();
            values.iter().map(|v| (sum - v) / (n - 1) as f64).collect()
        }
        Statistic::Median => {
            let left = |at: usize| [&values[..at], &values[at + 1..]].concat();
            (0..n).map(|at| statistic.of(&mut left(at))).collect()
        }
    };
    let centre = mean(&without);
    let power = |k| without.iter().map(|v| (centre - v).powi(k)).sum::<f64>();
    let squares = power(2);
    if squares > 0.0 { power(3) / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    /// As in goldens/differences.py.
    fn given(seed: u64, n: usize, count: usize) -> Vec<Vec<usize>> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        (0..count).map(|_| (0..n).map(|_| next()).collect()).collect()
    }

    #[test]
    fn intervals_of_given_resamples_are_the_recorded_ones() {
        let mut seen = 0;
        for (index, (what, case, differences)) in golden::samples().into_iter().enumerate() {
            let resamples = given(index as u64, differences.len(), 499);
            for (key, statistic) in [("bca_mean", Statistic::Mean), ("bca_median", Statistic::Median)] {
                let Some(expected) = case.get(key) else { continue };
                let found = bca95_of(&differences, statistic, &resamples);
                golden::assert_interval(found, expected, &format!("{what}: {key}"));
                seen += 1;
            }
        }
        assert!(seen > 180, "{seen}");
    }

    #[test]
    fn intervals_are_pinned_and_follow_the_numbers() {
        let values = [0.3, -0.1, 0.5, 0.9, 0.2, 0.4, 0.1];
        let (low, high) = bca95(&values, Statistic::Mean).unwrap();
        golden::assert_close(low, 0.142_857_142_857_142_88, "pinned");
        golden::assert_close(high, 0.6000000000000001, "pinned");
        let shifted: Vec<f64> = values.iter().map(|v| 1e3 - 8.0 * v).collect();
        let (a, b) = bca95(&shifted, Statistic::Mean).unwrap();
        assert!((1e3 - 8.0 * high - a).abs() < 0.1 && (1e3 - 8.0 * low - b).abs() < 0.1);
        assert!(low < 0.33 && high > 0.33, "{low} {high}");
        assert_eq!(bca95(&values, Statistic::Mean), Some((low, high)));
        let (low, high) = bca95(&values, Statistic::Median).unwrap();
        assert!(low >= -0.1 && high <= 0.9 && low < high, "{low} {high}");
    }

    #[test]
    fn edges_are_defined() {
        assert_eq!(bca95(&[], Statistic::Mean), None);
        assert_eq!(bca95(&[1.0], Statistic::Mean), None);
        assert_eq!(bca95(&[1.0, f64::INFINITY], Statistic::Mean), None);
        assert_eq!(bca95(&[1.5, 1.5], Statistic::Median), Some((1.5, 1.5)));
        assert_eq!(bca95(&[0.0, 1.0], Statistic::Mean), Some((0.0, 1.0)));
        assert_eq!(bca95_of(&[0.0, 1.0], Statistic::Mean, &[vec![0, 2]]), None);
        assert_eq!(bca95_of(&[0.0, 1.0], Statistic::Mean, &[]), None);
        assert_eq!(
            (resamples(2), resamples(200), resamples(1000), resamples(1 << 30)),
            (9_999, 9_999, 2_000, 999)
        );
    }
}
