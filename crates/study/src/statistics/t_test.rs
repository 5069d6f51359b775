//! Student's paired t-test (Student 1908, "The probable error of a mean").

use super::descriptive::{mean, sd, student95};
use super::distribution::t_two_sided;

/// The test of a mean difference of 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// n − 1.
    pub degrees: usize,
    /// t = d̄ / (s_d/√n), a pure number; ±∞ where all differences are the same one but 0, and 0 where all are 0.
    pub t: f64,
    /// P(|T| ≥ |t|) with n − 1 degrees of freedom.
    pub p: f64,
    /// d̄ ± t(.975, n − 1)·s_d/√n, in the unit of the differences.
    pub ci95: (f64, f64),
    /// The standardised mean difference d_z = d̄/s_d, in standard deviations of the differences (Cohen 1988); none where these do not spread.
    pub effect: Option<f64>,
}

/// Tests whether the mean of the differences is 0; none for fewer than two, or where one is not finite.
///
/// Where all differences are the same number c, the formula has only its limit for a vanishing spread: the interval is c alone, and p is 0,
/// or 1 if c = 0, so that p and interval decide alike. That takes the missing spread at its word, which two pairs hardly justify; Wilcoxon's test and
/// the anytime-valid one do not, and say how little few pairs can tell.
pub fn t_test(differences: &[f64]) -> Option<TTest> {
    let n = differences.len();
    let (mean, sd) = (mean(differences), sd(differences)?);
    if !(mean.is_finite() && sd.is_finite()) {
        return None;
    }
    let t = match (sd == 0.0, differences[0] == 0.0) {
        (true, true) => 0.0,
        (true, false) => f64::INFINITY.copysign(differences[0]),
        _ => mean / (sd / (n as f64).sqrt()),
    };
    let p = t_two_sided(t, (n - 1) as f64);
    let effect = (sd > 0.0).then(|| mean / sd);
    Some(TTest { degrees: n - 1, t, p, ci95: student95(n, mean, sd), effect })
}

/// Hedges' correction of d_z, which is too large for few pairs: g = d·J(n − 1) with J(m) = Γ(m/2) / (√(m/2)·Γ((m − 1)/2))
/// (Hedges 1981). None for fewer than three pairs, where the expected value of d_z does not exist.
pub fn hedges(effect: f64, n: usize) -> Option<f64> {
    if n < 3 {
        return None;
    }
    let m = (n - 1) as f64;
    Some(effect * (libm::lgamma(m / 2.0) - libm::lgamma((m - 1.0) / 2.0)).exp() / (m / 2.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn tests_are_the_recorded_ones() {
        for (what, case, differences) in golden::samples() {
            let found = t_test(&differences).unwrap();
            golden::assert_close(found.t, golden::number(&case["t"]), &format!("{what}: t"));
            golden::assert_close(found.p, golden::number(&case["p"]), &format!("{what}: p"));
            golden::assert_interval(Some(found.ci95), &case["interval"], &format!("{what}: interval"));
            golden::assert_close(
                found.effect.unwrap(),
                golden::number(&case["effect"]),
                &format!("{what}: d"),
            );
            let hedges = hedges(found.effect.unwrap(), differences.len());
            golden::assert_option(hedges, &case["hedges"], &format!("{what}: g"));
        }
    }

    #[test]
    fn differences_without_spread_are_defined() {
        assert_eq!(t_test(&[1.0]), None);
        assert_eq!(t_test(&[1.0, f64::NAN]), None);
        let same = t_test(&[-0.1, -0.1, -0.1]).unwrap();
        assert_eq!((same.t, same.p, same.effect), (f64::NEG_INFINITY, 0.0, None));
        assert_eq!(same.ci95.0, same.ci95.1);
        let none = t_test(&[0.0, 0.0]).unwrap();
        assert_eq!((none.t, none.p, none.ci95), (0.0, 1.0, (0.0, 0.0)));
    }
}
