//! Means, intervals and verdicts.
//!
//! Trials are paired: the same seed gives every technique the same initial draws and the same batches, so a comparison looks at the differences within
//! each seed. The interval is Student's,
//!
//! ```text
//! d̄ ± t(.975, n−1) · s_d/√n
//! ```
//!
//! and a comparison is decided only when its interval excludes 0. (One exception: see [`compare`](crate::compare::compare) for techniques that diverge. And
//! where all pairs differ by the same amount, the interval is that amount alone.) Each interval stands for itself: with many comparisons, one in twenty excludes 0 by chance.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Mean, spread and interval of a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, n − 1 in the denominator; none for fewer than two numbers.
    pub sd: Option<f64>,
    /// 95 % Student interval of the mean; none for fewer than two numbers.
    pub ci95: Option<(f64, f64)>,
}

/// Which way a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Losses.
    Lower,
    /// Accuracies.
    Higher,
}

/// What a comparison comes to, from the first technique's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The interval of the difference lies wholly on the good side of 0.
    Better,
    /// It lies wholly on the bad side.
    Worse,
    /// It contains 0, or there is none.
    Undecided,
}

/// A paired comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// Pairs.
    pub n: usize,
    /// Mean of a − b within pairs; none without pairs.
    pub difference: Option<f64>,
    /// 95 % Student interval of it; none for fewer than two pairs.
    pub ci95: Option<(f64, f64)>,
}

/// The 97.5 % quantile of Student's t.
pub fn t975(degrees: usize) -> f64 {
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

/// The mean of some numbers; NaN of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Summarises; `None` of no numbers.
pub fn summary(values: &[f64]) -> Option<Summary> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let mean = mean(values);
    if n == 1 {
        return Some(Summary { mean, sd: None, ci95: None });
    }
    // Equal values spread by exactly 0, which rounding of the mean would hide.
    let all_equal = values.iter().all(|v| *v == values[0]);
    let sd = if all_equal {
        0.0
    } else {
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt()
    };
    let half = t975(n - 1) * sd / (n as f64).sqrt();
    Some(Summary { mean, sd: Some(sd), ci95: Some((mean - half, mean + half)) })
}

/// Compares a with b, pair by pair.
pub fn paired(pairs: &[(f64, f64)]) -> Paired {
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let summary = summary(&differences);
    Paired { n: pairs.len(), difference: summary.map(|s| s.mean), ci95: summary.and_then(|s| s.ci95) }
}

impl Paired {
    /// Whether a is better than b.
    pub fn verdict(&self, better: Better) -> Verdict {
        let Some((low, high)) = self.ci95 else {
            return Verdict::Undecided;
        };
        match (low > 0.0, high < 0.0, better) {
            (true, _, Better::Higher) | (_, true, Better::Lower) => Verdict::Better,
            (true, _, Better::Lower) | (_, true, Better::Higher) => Verdict::Worse,
            _ => Verdict::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    #[test]
    fn verdicts_follow_the_interval() {
        let p = |ci95| Paired { n: 3, difference: Some(0.0), ci95 };
        assert_eq!(p(Some((0.1, 0.2))).verdict(Better::Higher), Verdict::Better);
        assert_eq!(p(Some((0.1, 0.2))).verdict(Better::Lower), Verdict::Worse);
        assert_eq!(p(Some((-0.2, -0.1))).verdict(Better::Lower), Verdict::Better);
        assert_eq!(p(Some((-0.1, 0.1))).verdict(Better::Lower), Verdict::Undecided);
        assert_eq!(p(None).verdict(Better::Lower), Verdict::Undecided);
        assert_eq!(paired(&[(0.1, 0.1), (0.1, 0.1)]).verdict(Better::Lower), Verdict::Undecided);
    }

    #[test]
    fn few_numbers_have_no_interval() {
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[2.0]), Some(Summary { mean: 2.0, sd: None, ci95: None }));
        let equal = summary(&[0.1, 0.1, 0.1]).unwrap();
        assert_eq!(equal.sd, Some(0.0));
    }

    /// Recorded with SciPy: see goldens/samples.py.
    fn golden() -> Value {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../goldens/statistics.json");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        serde_json::from_str(&text).unwrap()
    }

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    }

    fn assert_close(found: f64, expected: f64, what: &str) {
        let apart = (found - expected).abs();
        assert!(apart <= 1e-9 * expected.abs(), "{what}: expected {expected:?}, found {found:?}");
    }

    #[test]
    fn quantiles_of_t_are_the_recorded_ones() {
        let quantiles = numbers(&golden()["t_quantiles"]);
        assert_eq!(quantiles.len(), 100);
        for (index, expected) in quantiles.into_iter().enumerate() {
            assert_close(t975(index + 1), expected, &format!("t(.975, {})", index + 1));
        }
    }

    #[test]
    fn means_deviations_and_intervals_are_the_recorded_ones() {
        let golden = golden();
        let cases = golden["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 30);
        for (index, case) in cases.iter().enumerate() {
            for (sample, of) in [("a", "of_a"), ("b", "of_b")] {
                let found = summary(&numbers(&case[sample])).unwrap();
                let what = |part: &str| format!("case {index}, {part} of {sample}");
                assert_close(found.mean, case[of]["mean"].as_f64().unwrap(), &what("mean"));
                assert_close(found.sd.unwrap(), case[of]["sd"].as_f64().unwrap(), &what("sd"));
                let (interval, (low, high)) = (numbers(&case[of]["interval"]), found.ci95.unwrap());
                assert_close(low, interval[0], &what("lower end"));
                assert_close(high, interval[1], &what("upper end"));
            }
        }
    }

    #[test]
    fn paired_intervals_and_their_verdicts_are_the_recorded_ones() {
        let golden = golden();
        let mut seen = Vec::new();
        for (index, case) in golden["cases"].as_array().unwrap().iter().enumerate() {
            let pairs: Vec<_> = numbers(&case["a"]).into_iter().zip(numbers(&case["b"])).collect();
            let found = paired(&pairs);
            let expected = &case["difference"];
            let what = |part: &str| format!("case {index}, {part} of the difference");
            assert_eq!(found.n, case["n"].as_u64().unwrap() as usize);
            let mean = expected["mean"].as_f64().unwrap();
            assert_close(found.difference.unwrap(), mean, &what("mean"));
            let (interval, (low, high)) = (numbers(&expected["interval"]), found.ci95.unwrap());
            assert_close(low, interval[0], &what("lower end"));
            assert_close(high, interval[1], &what("upper end"));
            // The recorded p is that of the t-test, which must decide as the interval does.
            let verdict = match (expected["p"].as_f64().unwrap() < 0.05, mean > 0.0) {
                (false, _) => Verdict::Undecided,
                (true, true) => Verdict::Better,
                (true, false) => Verdict::Worse,
            };
            assert_eq!(found.verdict(Better::Higher), verdict, "case {index}");
            seen.push(verdict);
        }
        for verdict in [Verdict::Better, Verdict::Worse, Verdict::Undecided] {
            assert!(seen.contains(&verdict), "no recorded sample comes to {verdict:?}");
        }
    }
}
