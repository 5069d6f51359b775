//! What a training study found, in sentences.

use super::best::ranked;
use super::values::{diverged_at, value_with_interval};
use super::{Lang, Metric, duels, fill, panel_title};
use crate::compare::Comparison;
use crate::statistics::{Better, Verdict};
use crate::technique::describe_choice;
use crate::training::{Group, Outcome, Training};

/// Groups that a sentence names before it counts the rest.
const MOST_NAMED: usize = 20;

/// The findings: who is decidedly better than whom, what diverged, and what failed.
pub(super) fn sentences(
    training: &Training,
    outcome: &Outcome,
    all: &[Comparison<'_>],
    lang: Lang,
) -> Vec<String> {
    let mut sentences = duel_sentences(training, outcome, lang);
    if sentences.is_empty() {
        sentences.extend(outcome.metrics.iter().filter_map(|metric| best(outcome, all, *metric, lang)));
    }
    sentences.push(divergences(outcome, lang));
    sentences.extend(failures(outcome, lang));
    sentences
}

/// How two values of one field compare, panel by panel; none if the study is not of that shape.
fn duel_sentences(training: &Training, outcome: &Outcome, lang: Lang) -> Vec<String> {
    let texts = &lang.texts().found;
    let Some(duels) = duels(training, outcome, training.metric) else {
        return Vec::new();
    };
    let (Some(field), Some(panels), Some((_, first))) =
        (training.compare.as_ref().and_then(|fields| fields.first()), training.panels, duels.first())
    else {
        return Vec::new();
    };
    let [a, b] = [first.a, first.b].map(|group| describe_choice(*field, &group.choice(*field)));
    let metric = lang.metric_title(training.metric);
    let says = |(verdict, template): (Verdict, &str)| {
        let at: Vec<String> = duels
            .iter()
            .filter(|(_, c)| c.verdict == verdict)
            .map(|(panel, _)| panel_title(panels, panel))
            .collect();
        (!at.is_empty()).then(|| {
            let which = lang.listed(&at);
            fill(
                template,
                &[
                    ("metric", &metric),
                    ("a", &a),
                    ("b", &b),
                    ("k", &at.len()),
                    ("n", &duels.len()),
                    ("which", &which),
                ],
            )
        })
    };
    [
        (Verdict::Better, texts.is_better),
        (Verdict::Worse, texts.is_worse),
        (Verdict::Undecided, texts.is_undecided),
    ]
    .into_iter()
    .filter_map(says)
    .collect()
}

/// Every trial that diverged, counted.
fn divergences(outcome: &Outcome, lang: Lang) -> String {
    let texts = &lang.texts().found;
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    let lost: usize = outcome.groups.iter().map(Group::diverged).sum();
    if lost == 0 {
        let finished = outcome.groups.iter().flat_map(|g| &g.records).filter(|r| r.finals.is_some()).count();
        let template = if finished == trials { texts.all_finished } else { texts.none_diverged };
        return fill(template, &[("n", &trials), ("k", &finished)]);
    }
    let which: Vec<(&str, String)> = outcome
        .groups
        .iter()
        .filter_map(|group| Some((group.name.as_str(), diverged_at(lang, group)?)))
        .collect();
    fill(texts.some_diverged, &[("k", &lost), ("n", &trials), ("which", &reasons(&which, lang))])
}

/// Every trial that failed, with its reason; none if none did.
fn failures(outcome: &Outcome, lang: Lang) -> Option<String> {
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    let failed = |group: &Group| group.records.iter().filter(|record| record.failed.is_some()).count();
    let lost: usize = outcome.groups.iter().map(failed).sum();
    let which: Vec<(&str, String)> = outcome
        .groups
        .iter()
        .filter_map(|group| {
            let why = group.records.iter().find_map(|record| record.failed.clone())?;
            Some((group.name.as_str(), why))
        })
        .collect();
    let template = lang.texts().found.some_failed;
    (lost > 0).then(|| fill(template, &[("k", &lost), ("n", &trials), ("which", &reasons(&which, lang))]))
}

/// `adam: …; sgd: …`, and how many more.
fn reasons(which: &[(&str, String)], lang: Lang) -> String {
    let texts = &lang.texts().found;
    let mut all: Vec<String> = which
        .iter()
        .take(MOST_NAMED)
        .map(|(name, reason)| fill(texts.with_reason, &[("name", name), ("reason", reason)]))
        .collect();
    if which.len() > MOST_NAMED {
        all.push(fill(texts.and_more, &[("n", &(which.len() - MOST_NAMED))]));
    }
    all.join(lang.texts().words.semicolon)
}

/// The best group of a metric, and against whom that is decided.
fn best(outcome: &Outcome, comparisons: &[Comparison<'_>], metric: Metric, lang: Lang) -> Option<String> {
    let texts = &lang.texts().found;
    // A mean over the seeds that survived does not compete with one over all of them.
    let whole =
        |group: &&Group| group.values(metric).len() == group.records.len() && !group.records.is_empty();
    let best = ranked(&outcome.groups, metric).into_iter().next().filter(whole)?;
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
            decided.push(other.name.as_str());
        } else {
            open.push(other.name.as_str());
        }
    }
    let all = decided.len() + open.len();
    // With several fields, only groups that differ in one of them are compared.
    let near = all + 1 != outcome.groups.len();
    let counted = |k: usize| {
        let template = match (k == all, all, near) {
            (true, 1, false) => texts.the_other,
            (true, 1, true) => texts.the_other_near,
            (true, _, false) => texts.all_others,
            (true, _, true) => texts.all_others_near,
            (false, _, false) => texts.some_others,
            (false, _, true) => texts.some_others_near,
        };
        fill(template, &[("k", &k), ("n", &all)])
    };
    let won = match decided.len() {
        n if n == all || n > 3 => counted(n),
        _ => names(&decided, lang),
    };
    let lost = if open.len() > MOST_NAMED { counted(open.len()) } else { names(&open, lang) };
    let template = match (decided.is_empty(), open.is_empty()) {
        (true, true) => texts.alone,
        (false, true) => texts.over,
        (true, false) => texts.not_over,
        (false, false) => texts.over_not_over,
    };
    let found = fill(template, &[("won", &won), ("open", &lost)]);
    let template = match metric.better() {
        Better::Lower => texts.lowest,
        Better::Higher => texts.highest,
    };
    let value = value_with_interval(lang, best, metric).text;
    Some(fill(
        template,
        &[
            ("metric", &lang.metric_title(metric)),
            ("best", &names(&[best.name.as_str()], lang)),
            ("value", &value),
            ("found", &found),
        ],
    ))
}

/// Names in a row; in quotation marks where a name has commas of its own.
fn names(all: &[&str], lang: Lang) -> String {
    let quoted: Vec<String> = all
        .iter()
        .map(|name| {
            if name.contains(", ") {
                fill(lang.texts().words.quoted, &[("name", name)])
            } else {
                (*name).to_owned()
            }
        })
        .collect();
    lang.listed(&quoted)
}
