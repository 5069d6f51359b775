//! What a training study found, in sentences.

use super::{Metric, diverged_at, duels, panel_title, value_with_interval};
use crate::compare::Comparison;
use crate::report::listed;
use crate::statistics::{Better, Verdict, mean};
use crate::technique::describe_choice;
use crate::training::{Group, Outcome, Training};

/// The findings: who is decidedly better than whom, and what diverged.
pub(super) fn sentences(training: &Training, outcome: &Outcome, all: &[Comparison<'_>]) -> Vec<String> {
    let mut sentences = duel_sentences(training, outcome);
    if sentences.is_empty() {
        sentences.extend(outcome.metrics.iter().filter_map(|metric| best(outcome, all, *metric)));
    }
    sentences.push(divergences(outcome));
    sentences
}

/// How two values of one field compare, panel by panel; none if the study is not of that shape.
fn duel_sentences(training: &Training, outcome: &Outcome) -> Vec<String> {
    let Some(duels) = duels(training, outcome, training.metric) else {
        return Vec::new();
    };
    let (Some(field), Some(panels), Some((_, first))) =
        (training.compare.as_ref().and_then(|fields| fields.first()), training.panels, duels.first())
    else {
        return Vec::new();
    };
    let [a, b] = [first.a, first.b].map(|group| describe_choice(*field, &group.choice(*field)));
    let says = |(verdict, says): (Verdict, &str)| {
        let at: Vec<String> = duels
            .iter()
            .filter(|(_, c)| c.verdict == verdict)
            .map(|(panel, _)| panel_title(panels, panel))
            .collect();
        (!at.is_empty()).then(|| {
            format!(
                "Final {}: {a} {says} {b} at {} of {} ({}).",
                training.metric.title(),
                at.len(),
                duels.len(),
                listed(&at)
            )
        })
    };
    [
        (Verdict::Better, "is decidedly better than"),
        (Verdict::Worse, "is decidedly worse than"),
        (Verdict::Undecided, "is not decidedly different from"),
    ]
    .into_iter()
    .filter_map(says)
    .collect()
}

/// Every trial that diverged, counted.
fn divergences(outcome: &Outcome) -> String {
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    let lost: usize = outcome.groups.iter().map(Group::diverged).sum();
    if lost == 0 {
        return format!("All {trials} trials finished; none diverged.");
    }
    let which: Vec<String> = outcome
        .groups
        .iter()
        .filter_map(|group| Some(format!("{}: {}", group.name, diverged_at(group)?)))
        .collect();
    format!("{lost} of {trials} trials diverged ({}).", which.join("; "))
}

/// The best group of a metric, and against whom that is decided.
fn best(outcome: &Outcome, comparisons: &[Comparison<'_>], metric: Metric) -> Option<String> {
    let value = |group: &Group| mean(&group.values(metric));
    // A mean over the seeds that survived does not compete with one over all of them.
    let whole = |group: &&Group| group.diverged() == 0 && !group.records.is_empty();
    let best = outcome.groups.iter().filter(whole).min_by(|a, b| {
        let (a, b) = (value(a), value(b));
        match metric.better() {
            Better::Lower => a.total_cmp(&b),
            Better::Higher => b.total_cmp(&a),
        }
    })?;
    let (mut decided, mut open) = (Vec::new(), Vec::new());
    let rivals = comparisons.iter().filter(|c| c.metric == metric);
    for c in rivals {
        let (other, won) = if c.a.name == best.name {
            (c.b, Verdict::Better)
        } else if c.b.name == best.name {
            (c.a, Verdict::Worse)
        } else {
            continue;
        };
        if c.verdict == won {
            decided.push(other.name.clone());
        } else {
            open.push(other.name.clone());
        }
    }
    let superlative = match metric.better() {
        Better::Lower => "Lowest",
        Better::Higher => "Highest",
    };
    let all = decided.len() + open.len();
    // With several fields, only groups that differ in one of them are compared.
    let which = if all + 1 == outcome.groups.len() { "" } else { " that differ from it in one setting" };
    let won = match decided.len() {
        1 if all == 1 => format!("the other{which}"),
        n if n == all => format!("all {all} others{which}"),
        n if n > 3 => format!("{n} of {all} others{which}"),
        _ => names(&decided),
    };
    let found = match (decided.is_empty(), open.is_empty()) {
        (true, true) => "compared with no other".to_owned(),
        (false, true) => format!("decidedly better than {won}"),
        (true, false) => format!("not decidedly better than {}", names(&open)),
        (false, false) => format!("decidedly better than {won}; not decidedly better than {}", names(&open)),
    };
    Some(format!(
        "{superlative} {}: {} with {}, {found}.",
        metric.title(),
        names(std::slice::from_ref(&best.name)),
        value_with_interval(best, metric),
    ))
}

/// Names in a row; in quotation marks where a name has commas of its own.
fn names(all: &[String]) -> String {
    let quoted: Vec<String> =
        all.iter().map(|name| if name.contains(", ") { format!("“{name}”") } else { name.clone() }).collect();
    listed(&quoted)
}
