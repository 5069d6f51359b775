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

use super::descriptive::{all_equal, mean};

/// The variance g of the law of effects.
pub const EFFECT_VARIANCE: f64 = 1.0;

/// ln eₙ after each difference; none if one is not finite. While all differences are 0 nothing is known, and it is 0.
pub fn log_e_values(differences: &[f64]) -> Option<Vec<f64>> {
    let scale = scale(differences)?;
    let (mut centre, mut spread) = (0.0, 0.0);
    let step = |(index, d): (usize, &f64)| {
        let (n, d) = ((index + 1) as f64, d / scale);
        let from = d - centre;
        centre += from / n;
        spread += from * (d - centre);
        let (square, widened) = (n * centre * centre, 1.0 + n * EFFECT_VARIANCE);
        if square + spread == 0.0 {
            return 0.0;
        }
        // V / (S + n·d̄²/(1 + ng)) with V = S + n·d̄².
        0.5 * (n * ((square + spread) / (spread + square / widened)).ln() - widened.ln())
    };
    Some(differences.iter().enumerate().map(step).collect())
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
        // The same difference in all seeds: eₙ = (1 + n)^((n − 1)/2), so four seeds do not decide and five do.
        for (n, expected) in [(2, 3.0_f64.powf(-0.5)), (4, 5.0_f64.powf(-1.5)), (5, 6.0_f64.powi(-2))] {
            let found = sequential_p(&vec![0.1; n]).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-12, "{n}: {found} {expected}");
        }
        assert!(5.0_f64.powf(-1.5) > 0.05 && 6.0_f64.powi(-2) < 0.05);
    }
}
