//! Looking after every seed: an anytime-valid t-test (Lai 1976; Wang & Ramdas 2024, "Anytime-valid t-tests and confidence sequences for Gaussian means
//! with unknown variance").
//!
//! The differences are N(δσ, σ²), σ unknown. Under the right-Haar law dσ/σ the density of what does not depend on the scale is that of Student's t, and
//! with δ ~ N(0, g) the statistic t/√(1 + ng) has Student's law with ν = n − 1. The ratio of the two densities of t is
//!
//! ```text
//! eₙ = (1 + ng)^(−½) · ((1 + t²/ν) / (1 + t²/(ν(1 + ng))))^(n/2)
//!    = (1 + ng)^(−½) · (V / (V − n·d̄²·ng/(1 + ng)))^(n/2),     V = Σd²
//! ```
//!
//! the paper's Gaussian mixture with c² = 1/g. Under δ = 0 it is a likelihood ratio of the scale-free part of the data, so a martingale that
//! begins with 1, and by Ville's inequality it ever reaches 1/α with probability at most α, whenever one looks. Hence p = 1/max eₙ.
//!
//! g = 1 here: effects of about one standard deviation, as they matter with few seeds. With it p can fall below 0.05 from the fifth seed on.
//!
//! # Differences of one size
//!
//! Accuracies on small test sets are multiples of 1/n, and a few of their differences may all be +c or −c by chance; to a law without jumps that would be next to
//! impossible, and e explodes. While all differences so far (0 aside) have one size, only their signs count: with h of one sign and k of the other eₙ is at most
//!
//! ```text
//! ½·2^(h+k−1)·[h = 0 or k = 0]  +  ½·2^(h+k)·h!·k!/(h+k+1)!
//! ```
//!
//! the even mixture of two martingales of a fair coin: that it always falls on one side, and that its chance is anything alike (Robbins 1970).

use super::descriptive::{all_equal, mean};
use super::power::MOST_SEEDS;

/// The variance g of the law of effects.
pub const EFFECT_VARIANCE: f64 = 1.0;

/// ln eₙ after each difference; none if one is not finite. While all differences are 0 nothing is known, and it is 0.
pub fn log_e_values(differences: &[f64]) -> Option<Vec<f64>> {
    let scale = scale(differences)?;
    let (mut centre, mut spread) = (0.0, 0.0);
    let mut signs = Signs::default();
    let step = |(index, d): (usize, &f64)| {
        let (n, d) = ((index + 1) as f64, d / scale);
        signs.take(d);
        let from = d - centre;
        centre += from / n;
        spread += from * (d - centre);
        let (square, widened) = (n * centre * centre, 1.0 + n * EFFECT_VARIANCE);
        if square + spread == 0.0 {
            return 0.0;
        }
        // V / (S + n·d̄²/(1 + ng)) with V = S + n·d̄².
        let log = 0.5 * (n * ((square + spread) / (spread + square / widened)).ln() - widened.ln());
        signs.log_e_value().map_or(log, |most| log.min(most))
    };
    Some(differences.iter().enumerate().map(step).collect())
}

/// The number of pairs after which a difference that goes on as it was decides, beyond the `seen` ones: the smallest n with eₙ ≥ 1/α at the same effect. None
/// for an effect of 0, or if that takes more than a million.
pub fn seeds_until(effect: f64, seen: u64, alpha: f64) -> Option<u64> {
    let enough = |n: u64| {
        let (n, square) = (n as f64, effect * effect);
        let widened = 1.0 + n * EFFECT_VARIANCE;
        // S/n of differences whose standard deviation, that of n − 1, is 1.
        let spread = (n - 1.0) / n;
        0.5 * (n * ((spread + square) / (spread + square / widened)).ln() - widened.ln()) >= -alpha.ln()
    };
    let mut high = (seen + 1).max(2);
    while !enough(high) {
        if high >= MOST_SEEDS || !effect.is_finite() || effect == 0.0 {
            return None;
        }
        high = (2 * high).min(MOST_SEEDS);
    }
    let mut low = (high / 2).max(seen);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// More signs that agree decide at any level there is: e is 2ⁿ⁻² at least.
const MOST_AGREEING: u32 = 1024;

/// Differences of one size are the same up to this share of it.
const ROUNDING: f64 = 1e-9;

/// The signs of differences that are all of one size.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Signs {
    size: f64,
    positive: u32,
    negative: u32,
    several: bool,
}

impl Signs {
    /// The signs of these differences.
    pub(crate) fn of(differences: &[f64]) -> Self {
        let mut signs = Self::default();
        differences.iter().for_each(|d| signs.take(*d));
        signs
    }

    fn take(&mut self, difference: f64) {
        if difference == 0.0 {
            return;
        }
        if self.size == 0.0 {
            self.size = difference.abs();
        }
        self.several |= (difference.abs() - self.size).abs() > ROUNDING * self.size;
        if difference > 0.0 { self.positive += 1 } else { self.negative += 1 }
    }

    /// Whether all differences but 0 are of one size, and there are any.
    pub(crate) fn are_all(self) -> bool {
        !self.several && self.positive + self.negative > 0
    }

    /// Whether they are all on one side.
    pub(crate) fn agree(self) -> bool {
        self.positive == 0 || self.negative == 0
    }

    /// The most that e may be; none where sizes differ.
    fn log_e_value(self) -> Option<f64> {
        if !self.are_all() {
            return None;
        }
        let [h, k] = [self.positive, self.negative].map(f64::from);
        let two = std::f64::consts::LN_2;
        let any = (h + k) * two + libm::lgamma(h + 1.0) + libm::lgamma(k + 1.0) - libm::lgamma(h + k + 2.0);
        let same = if self.agree() { (h + k - 1.0) * two } else { f64::NEG_INFINITY };
        let largest = any.max(same);
        Some(largest + ((any - largest).exp() + (same - largest).exp()).ln() - two)
    }

    /// The smallest number of differences of one size and one sign that decide at a level.
    pub(crate) fn agreeing_until(alpha: f64) -> Option<u64> {
        let decides = |n: &u32| {
            let signs = Self { size: 1.0, positive: *n, ..Self::default() };
            signs.log_e_value().is_some_and(|e| e > -alpha.ln())
        };
        (2..=MOST_AGREEING).find(decides).map(u64::from)
    }

    /// Two-sided p of a fair coin: twice the chance of so few of the rarer side, at most 1 (the exact sign test).
    pub(crate) fn p(self) -> f64 {
        let n = self.positive + self.negative;
        let rarer = self.positive.min(self.negative);
        let (mut term, mut sum) = (0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX)), 0.0);
        for i in 0..=rarer {
            sum += term;
            term *= f64::from(n - i) / f64::from(i + 1);
        }
        (2.0 * sum).min(1.0)
    }
}

/// The anytime-valid p of no mean difference: the smallest so far, 1/max eₙ, at most 1. None for fewer than two differences, or if one is not finite.
///
/// It may be looked at after every pair, and the study stopped at the first p < α, without more than a share α of studies of nothing being decided.
/// It depends on the order of the pairs, which is that of their seeds.
pub fn sequential_p(differences: &[f64]) -> Option<f64> {
    if differences.len() < 2 {
        return None;
    }
    let largest = log_e_values(differences)?.into_iter().fold(0.0, f64::max);
    Some((-largest).exp())
}

/// The interval of the mean difference, in its unit, that goes with it: all m for which the differences less m have eₙ < 1/α. With probability
/// 1 − `alpha` it holds the mean for all n at once:
///
/// ```text
/// d̄ ± √(r·S/n),   r = (K − 1)/(1 − K/(1 + ng)),   K = (√(1 + ng)/α)^(2/n),   S = Σ(d − d̄)²
/// ```
///
/// None where it is the whole line, which at 5 % it is for up to four pairs.
pub fn confidence_sequence(differences: &[f64], alpha: f64) -> Option<(f64, f64)> {
    let n = differences.len() as f64;
    let widened = 1.0 + n * EFFECT_VARIANCE;
    let bound = (widened.sqrt() / alpha).powf(2.0 / n);
    // NaN too: a level outside (0, 1).
    if differences.len() < 2 || !(bound < widened && alpha < 1.0) {
        return None;
    }
    let scale = scale(differences)?;
    let centre = mean(differences);
    if all_equal(differences) {
        return Some((differences[0], differences[0]));
    }
    let spread: f64 = differences.iter().map(|d| ((d - centre) / scale).powi(2)).sum();
    let half = scale * ((bound - 1.0) / (1.0 - bound / widened) * spread / n).sqrt();
    Some((centre - half, centre + half))
}

/// The largest size, or 1: the test does not depend on the unit, and squares must not overflow.
fn scale(differences: &[f64]) -> Option<f64> {
    let largest = differences.iter().fold(0.0, |largest: f64, d| largest.max(d.abs()));
    if differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    Some(if largest > 0.0 { largest } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use technique::random::{Purpose, key, normal};

    use super::*;

    /// eₙ from its definition, ∬ Π N(dᵢ; δσ, σ²) dδ-law dσ/σ over ∫ Π N(dᵢ; 0, σ²) dσ/σ, on a grid of δ and ln σ.
    fn integrated(differences: &[f64]) -> f64 {
        let n = differences.len() as f64;
        let squares: f64 = differences.iter().map(|d| d * d).sum();
        let sum: f64 = differences.iter().sum();
        let level = (squares / n).sqrt().ln();
        let (mut mixture, mut null) = (0.0, 0.0);
        for step in -2000..=4000 {
            let log_sigma = level + f64::from(step) * 0.005;
            let sigma = log_sigma.exp();
            let likelihood = |effect: f64| {
                let fit = squares / (sigma * sigma) - 2.0 * effect * sum / sigma + n * effect * effect;
                (-n * (log_sigma - level) - fit / 2.0).exp()
            };
            null += likelihood(0.0);
            let weight = 0.02 / (2.0 * std::f64::consts::PI * EFFECT_VARIANCE).sqrt();
            mixture += (-400..=400)
                .map(|k| f64::from(k) * 0.02)
                .map(|effect| {
                    weight * (-effect * effect / (2.0 * EFFECT_VARIANCE)).exp() * likelihood(effect)
                })
                .sum::<f64>();
        }
        mixture / null
    }

    #[test]
    fn the_closed_form_is_the_integral() {
        for (index, n) in [2, 3, 5, 9].into_iter().enumerate() {
            let mut rng = key(17, Purpose::Noise, index as u64).rng();
            let differences: Vec<f64> = (0..n).map(|_| 3.0 * (normal(&mut rng) + 0.7)).collect();
            let found = log_e_values(&differences).unwrap()[n - 1].exp();
            let expected = integrated(&differences);
            assert!((found / expected - 1.0).abs() < 1e-9, "{n}: {found} {expected}");
        }
    }

    /// n differences, not all of one size, of this mean and of standard deviation 1.
    fn sample(n: u64, effect: f64) -> Vec<f64> {
        let size = ((n - 1) as f64 / (n - n % 2) as f64).sqrt();
        let all = (0..n).map(|i| if i == n - n % 2 { 0.0 } else { size * (1.0 - 2.0 * (i % 2) as f64) });
        all.map(|from| effect + from).collect()
    }

    #[test]
    fn the_seeds_are_the_first_that_decide() {
        for step in 1..=120 {
            let effect = 0.15 + 0.02 * f64::from(step);
            for (seen, alpha) in [(2, 0.05_f64), (3, 0.001), (12, 0.05)] {
                let decides =
                    |n: u64| *log_e_values(&sample(n, effect)).unwrap().last().unwrap() >= -alpha.ln();
                let found = seeds_until(effect, seen, alpha).unwrap();
                assert_eq!(seeds_until(-effect, seen, alpha), Some(found));
                assert!(found > seen && decides(found), "{effect} {seen} {alpha}: {found}");
                assert!(found == seen + 1 || !decides(found - 1), "{effect} {seen} {alpha}: {found}");
            }
        }
        for effect in [0.0, f64::NAN, f64::INFINITY, 1e-4] {
            assert_eq!(seeds_until(effect, 2, 0.05), None, "{effect}");
        }
    }

    #[test]
    fn p_falls_only_and_does_not_depend_on_the_unit() {
        let differences = [0.4, 0.9, -0.1, 0.7, 0.5, 0.8, 0.6, 0.3];
        let p = sequential_p(&differences).unwrap();
        for unit in [1e-200, 3.0, 1e200, -1.0] {
            let scaled: Vec<f64> = differences.iter().map(|d| unit * d).collect();
            assert!((sequential_p(&scaled).unwrap() / p - 1.0).abs() < 1e-12);
        }
        let mut with = differences.to_vec();
        with.extend([-5.0; 4]);
        assert_eq!(sequential_p(&with), Some(p));
    }

    #[test]
    fn the_interval_is_where_the_test_does_not_decide() {
        let differences: [f64; 8] = [0.4, 0.9, -0.1, 0.7, 0.5, 0.8, 0.6, 0.3];
        for alpha in [0.05, 0.3] {
            let (low, high) = confidence_sequence(&differences, alpha).unwrap();
            for end in [low, high] {
                let moved: Vec<f64> = differences.iter().map(|d| d - end).collect();
                let e = log_e_values(&moved).unwrap()[7];
                assert!((e + alpha.ln()).abs() < 1e-9, "{end}: {e}");
            }
        }
        assert_eq!(confidence_sequence(&differences[..4], 0.05), None);
        assert!(confidence_sequence(&differences[..5], 0.05).is_some());
        assert_eq!(confidence_sequence(&differences, 1.0), None);
        assert_eq!(confidence_sequence(&[0.1; 6], 0.05), Some((0.1, 0.1)));
    }

    #[test]
    fn edges_are_defined() {
        assert_eq!((sequential_p(&[]), sequential_p(&[1.0])), (None, None));
        assert_eq!(sequential_p(&[1.0, f64::NAN]), None);
        assert_eq!(sequential_p(&[0.0; 9]), Some(1.0));
        // The same difference in all seeds is a coin that fell on one side: ½·2ⁿ⁻¹ + ½·2ⁿ/(n + 1). Five seeds do not decide and six do.
        for n in [2, 4, 5, 6] {
            let e = 0.5 * 2.0_f64.powi(n - 1) + 0.5 * 2.0_f64.powi(n) / f64::from(n + 1);
            let found = sequential_p(&vec![0.1; n as usize]).unwrap();
            assert!((found * e - 1.0).abs() < 1e-12, "{n}: {found} {e}");
            assert_eq!(found < 0.05, n >= 6);
        }
        // One of them on the other side: 2ⁿ·h!·k!/(n + 1)! alone, and never more than before.
        let mixed = sequential_p(&[0.1, 0.1, 0.1, -0.1, 0.0]).unwrap();
        assert!((mixed * (2.0 + 1.0) - 1.0).abs() < 1e-12, "{mixed}");
    }

    #[test]
    fn signs_are_tested_as_a_fair_coin() {
        // scipy.stats.binomtest(k, n).pvalue
        for (differences, expected) in [
            (vec![0.2; 3], 0.25),
            (vec![0.2; 6], 0.03125),
            (vec![0.2, 0.2, 0.2, 0.2, 0.2, 0.2, -0.2], 0.125),
            (vec![0.2, -0.2, 0.2, -0.2, 0.0], 1.0),
            (vec![-0.2; 8], 0.0078125),
        ] {
            let signs = Signs::of(&differences);
            assert!(signs.are_all());
            assert!((signs.p() - expected).abs() < 1e-15, "{differences:?}: {}", signs.p());
        }
        assert!(!Signs::of(&[0.1, 0.2]).are_all() && !Signs::of(&[0.0]).are_all());
    }

    #[test]
    fn the_mixture_of_signs_is_a_martingale() {
        // The mean of the next value over both sides is the present one.
        for h in 0..12 {
            for k in 0..12 {
                let e = |positive, negative| {
                    let signs = Signs { size: 1.0, positive, negative, several: false };
                    signs.log_e_value().map_or(1.0, f64::exp)
                };
                let next = (e(h + 1, k) + e(h, k + 1)) / 2.0;
                assert!((next / e(h, k) - 1.0).abs() < 1e-9, "{h} {k}: {next} {}", e(h, k));
            }
        }
    }
}
