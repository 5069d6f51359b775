//! How many seeds a difference takes: the power of the paired t-test.

use super::distribution::{phi, phi_inverse, t_critical};

/// More seeds than this are not looked for.
pub const MOST_SEEDS: u64 = 1_000_000;

/// The probability that the two-sided paired t-test at level `alpha` decides, for a true mean difference of `effect` standard deviations of the
/// differences and n pairs:
///
/// ```text
/// P(T > c) + P(T < −c),   T noncentral t with ν = n − 1 and δ = effect·√n,   c = t(1 − α/2, ν)
/// ```
///
/// (Cohen 1988, chapter 2). 0 for fewer than two pairs, where there is no test; NaN for a level outside (0, 1).
pub fn power(effect: f64, n: u64, alpha: f64) -> f64 {
    if n < 2 {
        return 0.0;
    }
    let degrees = (n - 1) as f64;
    let (critical, shift) = (t_critical(degrees, alpha), effect * (n as f64).sqrt());
    let power = noncentral_tail(critical, degrees, shift) + noncentral_tail(critical, degrees, -shift);
    // Not by `min`, which would turn NaN into 1.
    if power > 1.0 { 1.0 } else { power }
}

/// Effects above it are of no interest: any few seeds tell them.
const LARGEST: f64 = 1e3;

/// The smallest number of seeds, at least 2, with which a difference of `effect` standard deviations is decided with probability `power`; none if that
/// takes more than a million, as it does for an effect of 0. An effect above 1,000, where the work grows with it, counts as 1,000.
pub fn seeds_needed(effect: f64, power: f64, alpha: f64) -> Option<u64> {
    let effect = if effect.is_finite() { effect.clamp(-LARGEST, LARGEST) } else { effect };
    let enough = |n: u64| self::power(effect, n, alpha) >= power;
    if effect == 0.0 {
        // There the power is the level, whatever n.
        return (alpha >= power).then_some(2);
    }
    if !effect.is_finite() {
        return enough(2).then_some(2);
    }
    // Begin where the normal law has it, ((z(1 − α/2) + z(power))/effect)², and a little above, as Student's t has it.
    let normal = ((phi_inverse(power) - phi_inverse(alpha / 2.0)) / effect).powi(2);
    let begin = (normal + 2.0).min(MOST_SEEDS as f64).max(2.0) as u64;
    let (mut low, mut high, mut stride) = (begin, begin, 2);
    if enough(begin) {
        while low >= 2 && enough(low) {
            (high, low) = (low, low.saturating_sub(stride).max(1));
            stride *= 2;
        }
    } else {
        while !enough(high) {
            if high == MOST_SEEDS {
                return None;
            }
            (low, high) = (high, (high + stride).min(MOST_SEEDS));
            stride *= 2;
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// P(T > c) for T = (Z + δ)/S, noncentral t: Z is normal, S² is χ²/ν. Conditioned on S, with u = ln S,
///
/// ```text
/// P(T > c) = ∫ Φ(δ − c·eᵘ) f(u) du,   f(u) ∝ exp(ν·(u − (e²ᵘ − 1)/2)),
/// ```
///
/// the integral of Johnson, Kotz & Balakrishnan (1995, chapter 31) in the logarithm. Nothing in it cancels, so that small tails keep their
/// digits; for c ≥ 0 it has one peak and falls at least exponentially from there, where the trapezoidal rule converges faster than any power of its
/// step (Trefethen & Weideman 2014). f is normalised by the same sum, without gamma functions.
pub(super) fn noncentral_tail(c: f64, degrees: f64, shift: f64) -> f64 {
    if !(c.is_finite() && shift.is_finite()) {
        return if c == f64::INFINITY && shift.is_finite() { 0.0 } else { f64::NAN };
    }
    let step = 0.25 / ((2.0 * degrees).sqrt() + shift.abs() + 1.0);
    let weight = |u: f64| (degrees * (u - libm::expm1(2.0 * u) / 2.0)).exp();
    let below = |u: f64| phi(shift - c * u.exp());
    trapezoidal(step, weight, below) / trapezoidal(step, weight, |_| 1.0)
}

/// Σ w(k·step)·g(k·step) over all k, for a product that rises to one peak and falls from it, a w that does so at 0, and a g of at most 1.
fn trapezoidal(step: f64, weight: impl Fn(f64) -> f64, of: impl Fn(f64) -> f64) -> f64 {
    let mut sum = weight(0.0) * of(0.0);
    let mut largest = sum;
    for direction in [-step, step] {
        let mut at = 0.0;
        loop {
            at += 1.0;
            let weight = weight(direction * at);
            let value = weight * of(direction * at);
            sum += value;
            // Where the weight is 0 it stays so: a peak that lies beyond is too small to be a number.
            if value < 1e-18 * largest || weight == 0.0 {
                break;
            }
            largest = largest.max(value);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn powers_and_numbers_of_seeds_are_the_recorded_ones() {
        let golden = golden::read("differences.json");
        for row in golden["power"].as_array().unwrap() {
            let [effect, n, alpha, expected] = golden::numbers(row)[..] else { panic!() };
            golden::assert_close(power(effect, n as u64, alpha), expected, &format!("{row}"));
        }
        for row in golden["seeds_needed"].as_array().unwrap() {
            let [effect, power, alpha, expected] = golden::numbers(row)[..] else { panic!() };
            assert_eq!(seeds_needed(effect, power, alpha), Some(expected as u64), "{row}");
        }
    }

    #[test]
    fn no_smaller_number_is_enough_wherever_the_search_begins() {
        // Far from what the normal law has: high powers at tiny levels take many more seeds than it says.
        for alpha in [0.05, 1e-3, 1e-9, 1e-15] {
            for power in [0.06, 0.5, 0.8, 0.999] {
                for effect in [0.8, 2.5, 8.0, 50.0] {
                    let found = seeds_needed(effect, power, alpha).unwrap();
                    let enough = |n: u64| super::power(effect, n, alpha) >= power;
                    let what = format!("{effect} {power} {alpha}: {found}");
                    assert!(enough(found) && (found == 2 || !enough(found - 1)), "{what}");
                }
            }
        }
    }

    #[test]
    fn edges_are_defined() {
        assert_eq!(power(1.0, 1, 0.05), 0.0);
        assert!(power(1.0, 5, 0.0).is_nan() && power(f64::NAN, 5, 0.05).is_nan());
        assert!((power(0.0, 7, 0.05) - 0.05).abs() < 1e-14);
        for effect in [0.0, 1e-9, f64::NAN] {
            assert_eq!(seeds_needed(effect, 0.8, 0.05), None);
        }
        assert_eq!(seeds_needed(-1.0, 0.8, 0.05), seeds_needed(1.0, 0.8, 0.05));
        assert_eq!(seeds_needed(0.0, 0.01, 0.05), Some(2));
        assert_eq!(seeds_needed(1e3, 0.8, 0.05), Some(2));
    }
}
