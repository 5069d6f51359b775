//! Values that several claims look at, and their comparison.

use crate::report::training::{shown, shown_difference, verdict_word};
use crate::statistics::{Better, Paired, Verdict, mean, paired};
use crate::training::Group;
use crate::trial::{Metric, Record};

/// The mean training loss over the whole run: low for who learns fast.
pub(super) fn mean_loss(record: &Record) -> Option<f64> {
    let losses: Vec<f64> = record.series(Metric::TrainLoss).iter().map(|(_, loss)| *loss).collect();
    (record.diverged_at.is_none() && !losses.is_empty()).then(|| mean(&losses))
}

/// The mean training accuracy over the epochs: high for who learns fast. From the step at which it diverges a network guesses.
pub(super) fn mean_accuracy(record: &Record, epochs: usize, chance: f64) -> f64 {
    let seen: f64 = record.series(Metric::TrainAccuracy).iter().map(|(_, accuracy)| accuracy).sum();
    let missing = epochs.saturating_sub(record.series(Metric::TrainAccuracy).len());
    (seen + chance * missing as f64) / epochs.max(1) as f64
}

/// The longest series of accuracies of some groups.
pub(super) fn epochs(groups: &[Group]) -> usize {
    groups
        .iter()
        .flat_map(|group| &group.records)
        .map(|record| record.series(Metric::TrainAccuracy).len())
        .max()
        .unwrap_or(0)
}

/// Compares two groups seed by seed by any value of a record.
pub(super) fn pair(a: &Group, b: &Group, value: impl Fn(&Record) -> Option<f64>) -> Paired {
    let pairs: Vec<(f64, f64)> =
        a.records.iter().zip(&b.records).filter_map(|(a, b)| Some((value(a)?, value(b)?))).collect();
    let whole = pairs.len() == a.records.len();
    let paired = paired(&pairs);
    // Seeds that diverged are no accident: what is left of the pairs decides nothing.
    if whole { paired } else { Paired { ci95: None, ..paired } }
}

/// `a − b = difference [interval], n = …: a is better`.
pub(super) fn sentence(a: &str, b: &str, what: &str, paired: &Paired, metric: Metric) -> (String, Verdict) {
    let verdict = paired.verdict(metric.better());
    let difference = paired.difference.map_or("no pair".to_owned(), |d| shown_difference(metric, d));
    let interval = paired.ci95.map(|(low, high)| {
        format!(" [{}, {}]", shown_difference(metric, low), shown_difference(metric, high))
    });
    let text = format!(
        "{what}, {a} minus {b}: {difference}{}, n = {}: {a} is {}",
        interval.unwrap_or_default(),
        paired.n,
        verdict_word(verdict)
    );
    (text, verdict)
}

/// The mean of a group's final metric; none when all diverged.
pub(super) fn final_mean(group: &Group, metric: Metric) -> Option<f64> {
    let values = group.values(metric);
    (!values.is_empty()).then(|| mean(&values))
}

/// The same for readers.
pub(super) fn final_text(group: &Group, metric: Metric) -> String {
    final_mean(group, metric).map_or("diverged".to_owned(), |value| shown(metric, value))
}

/// Whether every seed of a group ended no better than twice chance, or diverged.
pub(super) fn guesses(group: &Group, chance: f64) -> bool {
    group
        .records
        .iter()
        .all(|record| record.value(Metric::TrainAccuracy).is_none_or(|accuracy| accuracy < 2.0 * chance))
}

/// Which way accuracies are better.
pub(super) const HIGHER: Better = Better::Higher;
