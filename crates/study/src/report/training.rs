//! The section of a training study.

use problem::supervised::Sampling;

mod curve;
mod figures;
mod sentences;
mod tables;

use super::{Section, short, signed};
use crate::compare::{Comparison, compare, comparisons};
use crate::error::StudyError;
use crate::spec::Study;
use crate::statistics::{Better, Verdict, summary};
use crate::technique::{Field, describe_choice};
use crate::training::{Group, Outcome, Training};
use crate::trial::{LossAt, Metric};

/// From this ratio of the largest to the smallest loss on, an axis of losses is logarithmic.
const WIDE: f64 = 8.0;

/// Everything there is to say of a training study.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(study: &Study, training: &Training, outcome: &Outcome) -> Result<Section, StudyError> {
    let all = comparisons(training, outcome);
    Ok(Section {
        from_study: true,
        name: study.name.clone(),
        title: study.title.clone(),
        question: study.question.clone(),
        method: method(training, outcome),
        sentences: sentences::sentences(training, outcome, &all),
        figures: figures::figures(study, training, outcome)?,
        tables: tables::tables(outcome, &all),
    })
}

fn method(training: &Training, outcome: &Outcome) -> String {
    let (technique, data) = (&outcome.groups[0].technique, &outcome.problems[0]);
    let fixed = Field::OF_FORMULA.iter().filter(|field| !outcome.varying.contains(field));
    let fixed: Vec<String> = fixed
        .map(|field| (field.name(), technique.choice(*field)))
        .filter(|(name, value)| !["hidden", "batch"].contains(name) && value != "none" && value != "constant")
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let network = if outcome.varying.contains(&Field::Hidden) {
        String::new()
    } else {
        format!("{}-{}-{} network, ", data.columns, technique.choice(Field::Hidden), data.outputs)
    };
    let drawn = match training.sampling {
        Sampling::Replacement => "drawn with replacement",
        Sampling::Epochs => "epoch by epoch",
    };
    let loss = match training.loss_at {
        LossAt::Before => "where its gradient was taken",
        LossAt::After => "after the update, on the same batch",
    };
    format!(
        "Data: {} ({}), the first {} training and all {} test examples. {network}{}; batches of {} {drawn}, {} steps, training loss measured {loss}. {}.",
        data.name,
        data.source,
        grouped(data.examples),
        grouped(data.test),
        fixed.join(", "),
        technique.choice(Field::Batch),
        grouped(outcome.steps() as usize),
        if training.seeds == 1 {
            "Seed 1: the same weights (up to scale) and batches for every technique".to_owned()
        } else {
            format!(
                "Seeds 1 to {}: within a seed the same weights (up to scale) and batches for every technique",
                training.seeds
            )
        }
    )
}

/// `60,000`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value of a metric as a reader sees it: losses as they are, accuracies in per cent.
pub(crate) fn shown(metric: Metric, value: f64) -> String {
    if metric.is_share() { super::minus(format!("{:.2} %", 100.0 * value)) } else { short(value) }
}

/// A difference of a metric, with its sign; of accuracies in percentage points.
pub(crate) fn shown_difference(metric: Metric, value: f64) -> String {
    signed(if metric.is_share() { super::minus(format!("{:.2} pp", 100.0 * value)) } else { short(value) })
}

/// Mean, interval and n of a group's metric.
pub(crate) fn value_with_interval(group: &Group, metric: Metric) -> String {
    let values = group.values(metric);
    match summary(&values) {
        None => "diverged".to_owned(),
        Some(summary) => {
            let interval = summary
                .ci95
                .map(|(low, high)| format!(" [{}, {}]", shown(metric, low), shown(metric, high)))
                .unwrap_or_default();
            format!("{}{interval}", shown(metric, summary.mean))
        }
    }
}

/// `adam over sgd: difference [interval], n = 3: better`.
pub(crate) fn difference_with_interval(c: &Comparison<'_>) -> String {
    let difference =
        c.paired.difference.map_or("no pair that finished".to_owned(), |d| shown_difference(c.metric, d));
    let interval = c
        .paired
        .ci95
        .map(|(low, high)| {
            format!(" [{}, {}]", shown_difference(c.metric, low), shown_difference(c.metric, high))
        })
        .unwrap_or_default();
    format!("{difference}{interval}, n = {}", c.paired.n)
}

pub(crate) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Undecided => "undecided",
    }
}

/// The two values of the compared field and, panel by panel, their comparison; when the study is of that shape.
pub(crate) fn duels<'a>(
    training: &Training,
    outcome: &'a Outcome,
    metric: Metric,
) -> Option<Vec<(String, Comparison<'a>)>> {
    let panels = training.panels?;
    let [field] = training.compare.as_deref()? else {
        return None;
    };
    let values = distinct(outcome.groups.iter().map(|group| group.choice(*field)));
    let [first, second] = &values[..] else {
        return None;
    };
    if outcome.varying.len() != 2 {
        return None;
    }
    let duel = |panel: String| {
        let a = outcome.group(&[(panels, &panel), (*field, first)])?;
        let b = outcome.group(&[(panels, &panel), (*field, second)])?;
        Some((panel, compare(a, b, metric)))
    };
    Some(
        distinct(outcome.groups.iter().map(|group| group.choice(panels)))
            .into_iter()
            .filter_map(duel)
            .collect(),
    )
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// When a group diverged, if it did: `diverged at step 5`, `1 of 3 seeds diverged at step 12`.
fn diverged_at(group: &Group) -> Option<String> {
    let steps = group.records.iter().filter_map(|record| record.diverged_at);
    let (first, last) = (steps.clone().min()?, steps.max()?);
    let at = if first == last { format!("at step {first}") } else { format!("at steps {first}–{last}") };
    let (lost, all) = (group.diverged(), group.records.len());
    Some(if lost == all { format!("diverged {at}") } else { format!("{lost} of {all} seeds diverged {at}") })
}

/// `W std 0.0251` for `normal:std=0.0251`; other values as they are described.
fn panel_title(field: Field, value: &str) -> String {
    match value.strip_prefix("normal:std=") {
        Some(std) if field == Field::Init => format!("W std {std}"),
        _ => describe_choice(field, value),
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1000, 60_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "60,000", "1,234,567"]);
    }
}
