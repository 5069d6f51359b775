//! Means, intervals, tests and verdicts.
//!
//! Trials are paired: the same seed gives every technique the same initial draws and the same batches, so a comparison looks at the differences within
//! each seed. The interval is Student's,
//!
//! ```text
//! d̄ ± t(.975, n−1) · s_d/√n
//! ```
//!
//! and a comparison is decided only when its interval excludes 0. (Where all pairs differ by the same amount, the interval is that amount alone.) Each interval
//! stands for itself: with many comparisons, one in twenty excludes 0 by chance; [`holm`] is for several at once, [`sequential_p`] for looking after
//! every seed. What they come to in a study, also where techniques diverge, says [`compare`](crate::compare).
//!
//! One statistic, one file; every one is held to recorded numbers, to nine digits.

mod bootstrap;
mod descriptive;
mod distribution;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod golden;
mod holm;
mod power;
mod profiles;
mod ranks;
mod sequential;
mod survival;
mod t_test;
mod wilcoxon;

use serde::Serialize;

pub use bootstrap::{RESAMPLES, Statistic, bca95, bca95_of, resamples};
pub use descriptive::{Summary, mean, median, quantile, sd, summary, summary_without_bootstrap, t975};
pub use holm::holm;
pub use power::{MOST_SEEDS, power, seeds_needed};
pub use profiles::profiles;
pub use ranks::{friedman, mean_ranks};
pub(crate) use sequential::Signs;
pub use sequential::{EFFECT_VARIANCE, confidence_sequence, log_e_values, seeds_until, sequential_p};
pub use survival::{Survival, SurvivalStep, kaplan_meier};
pub use t_test::{TTest, hedges, t_test};
pub use wilcoxon::wilcoxon;

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

/// A paired comparison; without enough pairs for a number there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Paired {
    /// Pairs.
    pub n: usize,
    /// Mean of a − b within pairs.
    pub difference: Option<f64>,
    /// Standard deviation of a − b, n − 1 in the denominator; from two pairs on.
    pub sd: Option<f64>,
    /// Median of a − b.
    pub median: Option<f64>,
    /// 95 % Student interval of the mean; from two pairs on.
    pub ci95: Option<(f64, f64)>,
    /// 95 % bootstrap interval of the mean: see [`bca95`]; from two pairs on.
    pub bca95: Option<(f64, f64)>,
    /// Two-sided p of the t-test: see [`t_test()`]; from two pairs on.
    pub p: Option<f64>,
    /// Two-sided p of the signed-rank test: see [`wilcoxon()`].
    pub p_wilcoxon: Option<f64>,
    /// d_z = mean/sd, in standard deviations of the differences; none where these do not spread.
    pub effect: Option<f64>,
}

/// Compares a with b, pair by pair.
pub fn paired(pairs: &[(f64, f64)]) -> Paired {
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    Paired { bca95: bca95(&differences, Statistic::Mean), ..paired_without_bootstrap(pairs) }
}

/// The same without the bootstrap interval, whose resamples take nearly all of the time.
pub fn paired_without_bootstrap(pairs: &[(f64, f64)]) -> Paired {
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    if differences.is_empty() {
        return Paired::default();
    }
    let (mean, sd, test) = (mean(&differences), sd(&differences), t_test(&differences));
    Paired {
        n: differences.len(),
        difference: Some(mean),
        sd,
        median: Some(median(&differences)),
        ci95: sd.map(|sd| descriptive::student95(differences.len(), mean, sd)),
        bca95: None,
        p: test.map(|t| t.p),
        p_wilcoxon: wilcoxon(&differences),
        effect: test.and_then(|t| t.effect),
    }
}

impl Paired {
    /// Whether a is better than b, by Student's interval.
    pub fn verdict(&self, better: Better) -> Verdict {
        verdict(self.ci95, better)
    }
}

/// Whether a is better than b, by an interval of a − b; undecided where it contains 0, and without one.
pub fn verdict(interval: Option<(f64, f64)>, better: Better) -> Verdict {
    let Some((low, high)) = interval else {
        return Verdict::Undecided;
    };
    match (low > 0.0, high < 0.0, better) {
        (true, _, Better::Higher) | (_, true, Better::Lower) => Verdict::Better,
        (true, _, Better::Lower) | (_, true, Better::Higher) => Verdict::Worse,
        _ => Verdict::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_follow_the_interval() {
        let p = |ci95| Paired { n: 3, difference: Some(0.0), ci95, ..Paired::default() };
        assert_eq!(p(Some((0.1, 0.2))).verdict(Better::Higher), Verdict::Better);
        assert_eq!(p(Some((0.1, 0.2))).verdict(Better::Lower), Verdict::Worse);
        assert_eq!(p(Some((-0.2, -0.1))).verdict(Better::Lower), Verdict::Better);
        assert_eq!(p(Some((-0.1, 0.1))).verdict(Better::Lower), Verdict::Undecided);
        assert_eq!(p(None).verdict(Better::Lower), Verdict::Undecided);
        assert_eq!(paired(&[(0.1, 0.1), (0.1, 0.1)]).verdict(Better::Lower), Verdict::Undecided);
    }

    #[test]
    fn paired_intervals_and_their_verdicts_are_the_recorded_ones() {
        let golden = golden::read("statistics.json");
        let mut seen = Vec::new();
        for (index, case) in golden["cases"].as_array().unwrap().iter().enumerate() {
            let pairs: Vec<_> =
                golden::numbers(&case["a"]).into_iter().zip(golden::numbers(&case["b"])).collect();
            let found = paired(&pairs);
            let expected = &case["difference"];
            let what = |part: &str| format!("case {index}, {part} of the difference");
            assert_eq!(found.n, case["n"].as_u64().unwrap() as usize);
            let mean = expected["mean"].as_f64().unwrap();
            golden::assert_close(found.difference.unwrap(), mean, &what("mean"));
            golden::assert_interval(found.ci95, &expected["interval"], &what("interval"));
            golden::assert_close(found.p.unwrap(), golden::number(&expected["p"]), &what("p"));
            golden::assert_close(found.sd.unwrap(), golden::number(&expected["sd"]), &what("sd"));
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
