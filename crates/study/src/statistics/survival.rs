//! Steps to a target when some never reach it (Kaplan & Meier 1958, "Nonparametric estimation from incomplete observations").

use serde::Serialize;

use super::distribution::phi_inverse;

/// Shares are compared with ½ up to this much of rounding.
const ROUNDING: f64 = 1e-12;

/// One step of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurvivalStep {
    /// When, in the unit of the times: training steps, for instance.
    pub time: f64,
    /// Trials that had neither reached the target nor stopped before.
    pub at_risk: usize,
    /// Trials that reached it then.
    pub events: usize,
    /// S, the estimated share that has not reached it by then (it included).
    pub survival: f64,
    /// 95 % interval of S; none where S is 0.
    pub ci95: Option<(f64, f64)>,
}

/// A curve of trials that have not reached the target.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Survival {
    /// Where it falls, in order of time; before the first, S is 1.
    pub steps: Vec<SurvivalStep>,
    /// Trials.
    pub n: usize,
    /// Trials that reached the target.
    pub reached: usize,
}

/// The curve of (time, whether the target was reached then, or the trial ended without).
///
/// ```text
/// S(t) = Π over times ≤ t of (1 − d/n),   with d that reach the target of the n still at risk
/// ```
///
/// Trials that end at a time at which others reach the target count as at risk then. The interval is S^exp(±1.96·√(Σ d/(n(n−d)))/ln S), Greenwood's
/// variance on the scale ln(−ln S), which stays within 0 and 1 (Kalbfleisch & Prentice 1980). Times that are not a number are left out.
pub fn kaplan_meier(times: &[(f64, bool)]) -> Survival {
    let mut times: Vec<_> = times.iter().copied().filter(|(time, _)| !time.is_nan()).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let z = phi_inverse(0.975);
    let (mut survival, mut variance, mut steps) = (1.0, 0.0, Vec::new());
    let mut at_risk = times.len();
    for same in times.chunk_by(|a, b| a.0 == b.0) {
        let events = same.iter().filter(|(_, reached)| *reached).count();
        if events > 0 {
            let left = (at_risk - events) as f64;
            survival *= left / at_risk as f64;
            variance += events as f64 / (at_risk as f64 * left);
            let log: f64 = f64::ln(survival);
            let end = |z: f64| survival.powf((z * variance.sqrt() / log).exp());
            let ci95 = (survival > 0.0).then(|| (end(-z), end(z)));
            steps.push(SurvivalStep { time: same[0].0, at_risk, events, survival, ci95 });
        }
        at_risk -= same.len();
    }
    Survival { steps, n: times.len(), reached: times.iter().filter(|(_, reached)| *reached).count() }
}

impl Survival {
    /// The median time: the first with S ≤ ½; none if more than half of the trials never get there.
    pub fn median(&self) -> Option<f64> {
        self.first(|step| step.survival)
    }

    /// 95 % interval of the median: the times at which the lower and the upper end of the curve's interval are first at or below ½ (Brookmeyer &
    /// Crowley 1982). An end that is none is beyond what was seen.
    pub fn median_ci95(&self) -> (Option<f64>, Option<f64>) {
        // Where S is 0 the lower end is 0 too; the upper one is not known.
        (
            self.first(|step| step.ci95.map_or(0.0, |(low, _)| low)),
            self.first(|step| step.ci95.map_or(1.0, |(_, high)| high)),
        )
    }

    fn first(&self, of: impl Fn(&SurvivalStep) -> f64) -> Option<f64> {
        self.steps.iter().find(|step| of(step) <= 0.5 + ROUNDING).map(|step| step.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn curves_and_medians_are_the_recorded_ones() {
        let golden = golden::read("differences.json");
        let cases = golden["survival"].as_array().unwrap();
        assert_eq!(cases.len(), 100);
        for (index, case) in cases.iter().enumerate() {
            let times = golden::numbers(&case["times"]);
            let reached = golden::numbers(&case["reached"]).into_iter().map(|r| r == 1.0);
            let found = kaplan_meier(&times.into_iter().zip(reached).collect::<Vec<_>>());
            let steps = case["steps"].as_array().unwrap();
            assert_eq!(found.steps.len(), steps.len(), "case {index}");
            for (step, expected) in found.steps.iter().zip(steps) {
                let what = format!("case {index}, time {}", step.time);
                let expected = expected.as_array().unwrap();
                let [time, at_risk, events, survival] = [0, 1, 2, 3].map(|at| golden::number(&expected[at]));
                assert_eq!(
                    (step.time, step.at_risk as f64, step.events as f64),
                    (time, at_risk, events),
                    "{what}"
                );
                golden::assert_close(step.survival, survival, &what);
                golden::assert_option(step.ci95.map(|c| c.0), &expected[4], &what);
                golden::assert_option(step.ci95.map(|c| c.1), &expected[5], &what);
            }
            let (low, high) = found.median_ci95();
            for (found, key) in [(found.median(), "median"), (low, "median_low"), (high, "median_high")] {
                golden::assert_option(found, &case[key], &format!("case {index}: {key}"));
            }
        }
    }

    #[test]
    fn edges_are_defined() {
        assert_eq!(kaplan_meier(&[]), Survival::default());
        let missed = kaplan_meier(&[(9.0, false), (9.0, false), (f64::NAN, true)]);
        assert_eq!((missed.n, missed.reached, missed.median()), (2, 0, None));
        assert_eq!(missed.median_ci95(), (None, None));
        // One step at a time: half of two, then all.
        let both = kaplan_meier(&[(4.0, true), (2.0, true)]);
        assert_eq!((both.median(), both.steps[1].survival, both.steps[1].ci95), (Some(2.0), 0.0, None));
    }
}
