//! How long it takes to a target: the first step at which a metric is good enough, with the trials that never get there.
//!
//! # When a trial is there
//!
//! At the first step at which the metric was recorded and is at or beyond the target, in its better direction. So a time is only as fine as the study records:
//! every `record_every` or `evaluate_every` steps. A score counts as it was measured, the one at the end too. The training loss of single batches
//! jumps, and a lucky batch is no arrival: at each step it is the mean of what was recorded over the last 100 steps, as the final loss is
//! ([`LAST`]), over fewer at the beginning.
//!
//! # When it never gets there
//!
//! A trial that finishes without is a miss, seen up to its last step. A trial that diverged is a miss too, up to the last step that it should have had, also if
//! it was past the target before: it left nothing that could be used. To end its time where it diverged would be wrong: the estimator
//! supposes that trials which are no longer watched would go on like the others, and what diverged does not. Trials that failed (an error, no result of the
//! technique) are left out.
//!
//! Shares over steps are those of Kaplan and Meier ([`kaplan_meier`]); misses are what its curve lacks to 100 %.
//!
//! # The target of a study that names none
//!
//! The value that three quarters of the techniques reach, in at least half of their trials, by the end: with the k techniques of which no trial diverged
//! or failed in order of their median final values, the best first, that of the technique at place ⌈3k/4⌉. Of up to three techniques that is the last one. The last of
//! many may have learnt nothing (weights of 0), and everybody is there before the first step; the best would make a miss of all
//! others. It is chosen from the trials that it is applied to, so it describes them and tests nothing.

use crate::figure::{Axis, Figure, FigureError, SHARES, Stair, stairs};
use crate::report::Lang;
use crate::report::training::shown;
use crate::statistics::{Better, Survival, kaplan_meier, mean, median};
use crate::training::{Group, Outcome, Training};
use crate::trial::{LAST, Metric, Record};

/// More curves than this in one panel have no bands: they would cover each other.
const BANDS: usize = 3;

/// The times of all techniques on one data set.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Which data set.
    pub problem: usize,
    /// What must be reached: the metric that the study is about.
    pub metric: Metric,
    /// How good it must be, in the metric's unit.
    pub value: f64,
    /// Whether the study names it.
    pub named: bool,
    /// Updates of the longest trial.
    pub steps: u64,
    /// One entry a technique, in the order of the groups.
    pub groups: Vec<Reach<'a>>,
}

/// The time of one technique.
#[derive(Debug, Clone)]
pub struct Reach<'a> {
    /// The technique.
    pub group: &'a Group,
    /// Steps; its `n` counts the trials that did not fail, `reached` those that reached the target.
    pub steps: Survival,
    /// Wall time in seconds: that of the trial, shared out evenly over its steps, so that measuring and evaluating on the way and at the end are in it. Another
    /// machine, another load or another number of workers give other times: not for files that must be equal between two runs.
    pub seconds: Survival,
}

/// The times of a study, one entry for each data set. Empty where the study's metric is not recorded on the way, and where no technique is free of
/// divergence that could give a target.
pub fn targets<'a>(training: &Training, outcome: &'a Outcome) -> Vec<Target<'a>> {
    let mut problems: Vec<usize> = outcome.groups.iter().map(|group| group.problem).collect();
    problems.sort_unstable();
    problems.dedup();
    let metric = training.metric;
    let of_problem = |problem: usize| {
        let groups: Vec<&Group> = outcome.groups.iter().filter(|group| group.problem == problem).collect();
        if groups.iter().flat_map(|group| &group.records).all(|record| record.series(metric).is_empty()) {
            return None;
        }
        let named = training.target;
        let value = named.or_else(|| default_target(&groups, metric))?;
        Some(Target {
            problem,
            metric,
            value,
            named: named.is_some(),
            steps: groups.iter().map(|group| group.steps).max().unwrap_or(0),
            groups: groups.iter().map(|group| reach(group, metric, value)).collect(),
        })
    };
    problems.into_iter().filter_map(of_problem).collect()
}

impl Reach<'_> {
    /// Trials that did not reach the target.
    pub fn missed(&self) -> usize {
        self.steps.n - self.steps.reached
    }
}

impl Target<'_> {
    /// `training accuracy ≥ 97.50 %`, `训练准确率 ≥ 97.50 %`.
    pub fn text(&self, lang: Lang) -> String {
        let sign = match self.metric.better() {
            Better::Lower => '≤',
            Better::Higher => '≥',
        };
        format!("{} {sign} {}", lang.metric(self.metric), shown(self.metric, self.value))
    }

    /// The share of the trials that are there, over the steps: what it lacks to 100 % at the end are misses. With at most three techniques each has a band, its
    /// 95 % interval.
    ///
    /// # Errors
    /// When there is nothing to draw.
    pub fn figure(&self, title: &str) -> Result<Figure, FigureError> {
        let curves: Vec<Stair> = self
            .groups
            .iter()
            .filter(|reach| reach.steps.n > 0)
            .map(|reach| {
                let curve = &reach.steps.steps;
                let rises = curve.iter().map(|step| (step.time, 100.0 * (1.0 - step.survival)));
                let bands =
                    curve.iter().map(|s| Some((100.0 * (1.0 - s.ci95?.1), 100.0 * (1.0 - s.ci95?.0))));
                let banded = self.groups.len() <= BANDS && reach.steps.n > 1;
                let missed = match reach.missed() {
                    0 => String::new(),
                    missed => format!(", {missed} missed"),
                };
                Stair {
                    name: reach.group.technique_name(),
                    points: [(0.0, 0.0)].into_iter().chain(rises).collect(),
                    band: if banded { [None].into_iter().chain(bands).collect() } else { Vec::new() },
                    note: format!("n = {}{missed}", reach.steps.n),
                }
            })
            .collect();
        let x = Axis::linear("step").over(0.0, self.steps.max(1) as f64);
        let y = Axis::linear(format!("trials (%) with {}", self.text(Lang::En))).over(0.0, SHARES);
        stairs(title, x, y, &curves)
    }
}

/// One technique's times.
fn reach(group: &Group, metric: Metric, target: f64) -> Reach<'_> {
    let steps = group.steps;
    let (mut in_steps, mut in_seconds) = (Vec::new(), Vec::new());
    for record in group.records.iter().filter(|record| record.failed.is_none()) {
        let (step, second) = match (record.diverged_at, first(record, steps, metric, target)) {
            // For good: longer than any other.
            (Some(_), _) => ((steps as f64, false), (f64::INFINITY, false)),
            (None, None) => ((steps as f64, false), (record.seconds, false)),
            (None, Some(at)) => {
                let second = record.seconds * at as f64 / steps.max(1) as f64;
                ((at as f64, true), (second, true))
            }
        };
        in_steps.push(step);
        in_seconds.push(second);
    }
    Reach { group, steps: kaplan_meier(&in_steps), seconds: kaplan_meier(&in_seconds) }
}

/// The first step at which a trial was at or beyond the target.
fn first(record: &Record, steps: u64, metric: Metric, target: f64) -> Option<u64> {
    let there = |value: f64| match metric.better() {
        Better::Lower => value <= target,
        Better::Higher => value >= target,
    };
    course(record, steps, metric).find(|(_, value)| there(*value)).map(|(step, _)| step)
}

/// The last value that a trial has on its way.
fn last(record: &Record, steps: u64, metric: Metric) -> Option<f64> {
    match metric {
        // Without the means of all other steps.
        Metric::TrainLoss => {
            let losses = record.series(metric);
            losses.len().checked_sub(1).map(|at| running(losses, at))
        }
        _ => course(record, steps, metric).last().map(|(_, value)| value),
    }
}

/// A metric on the way and at the end: (steps done, value).
fn course(record: &Record, steps: u64, metric: Metric) -> impl Iterator<Item = (u64, f64)> {
    let series = record.series(metric);
    let running = move |(at, (step, value)): (usize, &(u64, f64))| match metric {
        Metric::TrainLoss => (*step, running(series, at)),
        _ => (*step, *value),
    };
    // The final loss is a mean already, and that of the steps that were recorded is known.
    let at_end = match metric {
        Metric::TrainLoss => None,
        _ if series.last().is_none_or(|(step, _)| *step >= steps) => None,
        _ => record.value(metric).map(|value| (steps, value)),
    };
    series.iter().enumerate().map(running).chain(at_end)
}

/// The mean of the losses recorded over the last 100 steps, up to the one at a place.
fn running(losses: &[(u64, f64)], at: usize) -> f64 {
    let until = losses[at].0;
    let inside = losses[..=at].iter().rev().take_while(|(step, _)| step + LAST > until);
    mean(&inside.map(|(_, loss)| *loss).collect::<Vec<_>>())
}

/// What three quarters of the techniques reach by the end.
fn default_target(groups: &[&Group], metric: Metric) -> Option<f64> {
    let whole = |group: &Group| {
        let lost = |record: &Record| record.diverged_at.is_some() || record.failed.is_some();
        !group.records.iter().any(lost)
    };
    let finals = groups.iter().filter(|group| whole(group)).filter_map(|group| {
        let ends: Option<Vec<f64>> =
            group.records.iter().map(|record| last(record, group.steps, metric)).collect();
        ends.filter(|ends| !ends.is_empty()).map(|ends| median(&ends))
    });
    let mut finals: Vec<f64> = finals.filter(|value| value.is_finite()).collect();
    match metric.better() {
        Better::Lower => finals.sort_by(f64::total_cmp),
        Better::Higher => finals.sort_by(|a, b| b.total_cmp(a)),
    }
    finals.get((3 * finals.len()).div_ceil(4).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests;
