//! Wilcoxon's signed-rank test (Wilcoxon 1945, "Individual comparisons by ranking methods").

use super::distribution::phi;
use super::ranks::ranks;

/// Up to this many differences, ties and zeros included, every assignment of signs is counted.
const COUNTED: usize = 13;
/// Up to this many without ties or zeros.
const COUNTED_PLAIN: usize = 50;

/// Two-sided p of the differences being symmetric about 0; none without differences, or where one is not a number.
///
/// Zeros are dropped, the rest ranked by size, ties sharing their mean rank; W is the sum of the ranks of the positive ones. p is
/// 2·min(P(W' ≤ W), P(W' ≥ W)), at most 1, for signs W' that are fair coins: counted for up to 50 differences without ties or zeros and for up to 13
/// with them, else by the normal law with mean m(m+1)/4 and variance (m(m+1)(2m+1) − Σ(t³ − t)/2)/24 over m ranks and ties of t, without
/// correction for continuity. These are the choices of `scipy.stats.wilcoxon`, version 1.17, by default. Only zeros: p = 1.
pub fn wilcoxon(differences: &[f64]) -> Option<f64> {
    if differences.is_empty() || differences.iter().any(|d| d.is_nan()) {
        return None;
    }
    let n = differences.len();
    let nonzero: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    if nonzero.is_empty() {
        return Some(1.0);
    }
    let sizes: Vec<f64> = nonzero.iter().map(|d| d.abs()).collect();
    let (ranks, ties) = ranks(&sizes);
    let plain = ties.is_empty() && nonzero.len() == n;
    let positive = |(rank, d): (&f64, &f64)| if *d > 0.0 { *rank } else { 0.0 };
    let sum: f64 = ranks.iter().zip(&nonzero).map(positive).sum();
    if n <= COUNTED || (plain && n <= COUNTED_PLAIN) {
        return Some(counted(&ranks, sum));
    }
    let m = nonzero.len() as f64;
    let tied: f64 = ties.iter().map(|t| (*t as f64).powi(3) - *t as f64).sum();
    let variance = (m * (m + 1.0) * (2.0 * m + 1.0) - tied / 2.0) / 24.0;
    let z = (sum - m * (m + 1.0) / 4.0) / variance.sqrt();
    Some((2.0 * phi(-z.abs())).min(1.0))
}

/// p by the law of the sum over all signs. Mean ranks are whole or half numbers, so twice the sum is an index.
fn counted(ranks: &[f64], sum: f64) -> f64 {
    let doubled: Vec<usize> = ranks.iter().map(|r| (2.0 * r).round() as usize).collect();
    let mut law = vec![0.0; doubled.iter().sum::<usize>() + 1];
    law[0] = 1.0;
    for rank in &doubled {
        for at in (0..law.len()).rev() {
            let with = if at >= *rank { law[at - rank] } else { 0.0 };
            law[at] = 0.5 * (law[at] + with);
        }
    }
    let at = (2.0 * sum).round() as usize;
    let (below, above): (f64, f64) = (law[..=at].iter().sum(), law[at..].iter().sum());
    (2.0 * below.min(above)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn tests_are_the_recorded_ones() {
        for (what, case, differences) in golden::samples() {
            let found = wilcoxon(&differences).unwrap();
            golden::assert_close(found, golden::number(&case["wilcoxon"]), &what);
        }
    }

    #[test]
    fn few_differences_say_little() {
        assert_eq!(wilcoxon(&[]), None);
        assert_eq!(wilcoxon(&[1.0, f64::NAN]), None);
        assert_eq!(wilcoxon(&[0.0; 20]), Some(1.0));
        assert_eq!(wilcoxon(&[2.0]), Some(1.0));
        // Two signs of 2⁵, however large the differences.
        assert_eq!(wilcoxon(&[1.0, 2.0, 3.0, 4.0, 1e9]), Some(0.0625));
        assert_eq!(wilcoxon(&[3.0; 5]), Some(0.0625));
    }
}
