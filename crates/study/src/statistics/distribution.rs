//! The laws the tests need: normal, Student, χ².
//!
//! The incomplete beta and gamma functions of statrs keep some 13 digits, also far out. Its erfc keeps 9 and its quantile of t loses digits far out, so
//! that erfc is libm's (FreeBSD's, within an ulp) and quantiles are found here, by Newton's method on the logarithm of the tail.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;

use super::power::noncentral_tail;

/// Φ(z), the share of N(0, 1) below z.
pub(super) fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The z with Φ(z) = p; ∓∞ at 0 and 1.
pub(super) fn phi_inverse(p: f64) -> f64 {
    if p > 0.5 {
        return -phi_inverse(1.0 - p);
    }
    if p <= 0.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    let mut z = -SQRT_2 * erfc_inv(2.0 * p);
    for _ in 0..3 {
        let density = (-z * z / 2.0).exp() / (2.0 * PI).sqrt();
        let newton = (phi(z) - p) / density;
        z -= newton / (1.0 + z * newton / 2.0);
    }
    z
}

/// P(|T| > |t|) for Student's T with any number of degrees of freedom:
/// I(ν/(ν+t²); ν/2, ½), or 1 − I(t²/(ν+t²); ½, ν/2) where that loses nothing.
pub(super) fn t_two_sided(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    if square.is_nan() || degrees.is_nan() || degrees <= 0.0 {
        f64::NAN
    } else if degrees > 200.0 {
        // Here the continued fraction of statrs is cut off before it has settled.
        2.0 * noncentral_tail(t.abs(), degrees, 0.0)
    } else if square < 1.0 {
        1.0 - beta_reg(0.5, degrees / 2.0, square / (degrees + square))
    } else {
        beta_reg(degrees / 2.0, 0.5, degrees / (degrees + square))
    }
}

/// The t > 0 with P(|T| > t) = `alpha`, for 0 < `alpha` < 1; NaN without degrees of freedom.
///
/// ln P falls, ever faster, with ln t; so Newton's method on these two comes from the right and cannot miss.
pub(super) fn t_critical(degrees: f64, alpha: f64) -> f64 {
    if degrees.is_nan() || degrees <= 0.0 || !(alpha > 0.0 && alpha < 1.0) {
        return f64::NAN;
    }
    let norm = libm::lgamma((degrees + 1.0) / 2.0) - libm::lgamma(degrees / 2.0) - 0.5 * (degrees * PI).ln();
    let mut t = -phi_inverse(alpha / 2.0);
    for _ in 0..100 {
        let tail = t_two_sided(t, degrees);
        let density = (norm - (degrees + 1.0) / 2.0 * (t * t / degrees).ln_1p()).exp();
        let step = (tail / alpha).ln() * tail / (2.0 * density * t);
        t *= step.exp();
        if step.abs() < 1e-14 || !step.is_finite() {
            break;
        }
    }
    t
}

/// P(X > x) for χ² with some degrees of freedom.
pub(super) fn chi2_tail(x: f64, degrees: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { gamma_ur(degrees / 2.0, x / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn tails_and_quantiles_are_the_recorded_ones_far_out_too() {
        let golden = golden::read("differences.json");
        let laws = &golden["laws"];
        for row in laws["t_tails"].as_array().unwrap() {
            let [degrees, t, tail] = golden::numbers(row)[..] else { panic!() };
            golden::assert_close(t_two_sided(t, degrees), tail, &format!("P(|T| > {t}), {degrees}"));
        }
        for row in laws["t_critical"].as_array().unwrap() {
            let [degrees, alpha, t] = golden::numbers(row)[..] else { panic!() };
            golden::assert_close(t_critical(degrees, alpha), t, &format!("critical t, {degrees}, {alpha}"));
        }
        for row in laws["normal"].as_array().unwrap() {
            let [p, z] = golden::numbers(row)[..] else { panic!() };
            golden::assert_close(phi_inverse(p), z, &format!("z at {p}"));
            golden::assert_close(phi(z), p, &format!("share below {z}"));
        }
        for row in laws["chi2"].as_array().unwrap() {
            let [degrees, x, tail] = golden::numbers(row)[..] else { panic!() };
            golden::assert_close(chi2_tail(x, degrees), tail, &format!("P(chi2 > {x}), {degrees}"));
        }
    }

    #[test]
    fn edges_have_values() {
        assert_eq!((phi_inverse(0.0), phi_inverse(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((t_two_sided(0.0, 3.0), t_two_sided(f64::INFINITY, 3.0)), (1.0, 0.0));
        assert!(t_critical(0.0, 0.05).is_nan() && t_critical(3.0, 0.0).is_nan());
    }
}
