//! The tables of a training study, and the CSV files behind them.

use std::collections::HashSet;

use super::best::Choice;
use super::scope::Scope;
use super::values::{difference_with_interval, diverged_at, value_with_interval};
use super::{Comparison, Group, Lang, Outcome, Training, several, time, verdict_word};
use crate::across::Across;
use crate::report::{Cell, Table, full_or_empty, short};
use crate::statistics::summary_without_bootstrap as summary;
use crate::target::Target;

/// Comparisons that the page shows in full.
const MOST_COMPARISONS: usize = 600;
/// Failures that the page shows.
const MOST_FAILURES: usize = 100;

/// The groups, their comparisons, the trials and everything they recorded.
pub(super) fn tables(
    training: &Training,
    outcome: &Outcome,
    scopes: &[Scope<'_>],
    (all, times, across): (&[Comparison<'_>], &[Target<'_>], Option<&Across>),
    lang: Lang,
) -> Vec<Table> {
    let texts = &lang.texts().tables;
    let choice = Choice::for_table(scopes, training.metric);
    let mut tables = vec![groups(outcome, &choice, lang), comparisons(training, &choice, all, lang)];
    tables.extend(time::table(times, &choice, lang));
    tables.extend(across.map(|across| several::table(across, lang)));
    tables.extend(failures(outcome, lang));
    tables.push(Table::streamed("trials", texts.trials));
    tables.push(Table::streamed("series", texts.series));
    tables
}

/// The final values of every group.
fn groups(outcome: &Outcome, choice: &Choice<'_>, lang: Lang) -> Table {
    let (texts, metrics) = (&lang.texts().tables, &outcome.metrics);
    let mut headers = vec!["group"];
    headers.extend(outcome.varying.iter().map(|field| field.name()));
    headers.extend(["n", "diverged", "metric", "mean", "sd", "ci95_low", "ci95_high"]);
    let mut rows = Vec::new();
    for group in &outcome.groups {
        for &metric in metrics {
            let s = summary(&group.values(metric));
            let mut row = vec![group.name.clone()];
            row.extend(group.settings.iter().map(|(_, value)| value.clone()));
            let counts = [group.records.len(), group.diverged()].map(|n| n.to_string());
            row.extend(counts.into_iter().chain([metric.name().to_owned()]));
            let ci = s.and_then(|s| s.ci95);
            let numbers = [s.map(|s| s.mean), s.and_then(|s| s.sd), ci.map(|c| c.0), ci.map(|c| c.1)];
            row.extend(numbers.map(full_or_empty));
            rows.push(row);
        }
    }
    let shown_row = |group: &&Group| {
        let mut row = vec![Cell::from(group.name.clone())];
        row.extend(metrics.iter().map(|metric| value_with_interval(lang, group, *metric)));
        row.push(Cell::count(group.records.iter().filter(|record| record.finals.is_some()).count()));
        row.push(diverged_at(lang, group).map_or(lang.texts().words.none.into(), Cell::from));
        row
    };
    let mut shown = vec![texts.technique];
    shown.extend(metrics.iter().map(|metric| lang.metric(*metric)));
    shown.extend([texts.finished, texts.diverged]);
    let caption = choice.caption(texts.groups, texts.best_of, "groups.csv", lang);
    Table::hidden("groups", &caption, &headers, rows)
        .showing(&shown, choice.groups.iter().map(shown_row).collect())
}

/// The paired differences.
fn comparisons(training: &Training, choice: &Choice<'_>, all: &[Comparison<'_>], lang: Lang) -> Table {
    let texts = &lang.texts().tables;
    let rows = all.iter().map(|c| {
        let ci = c.interval;
        vec![
            c.a.name.clone(),
            c.b.name.clone(),
            c.metric.name().to_owned(),
            c.paired.n.to_string(),
            full_or_empty(c.paired.difference),
            full_or_empty(ci.map(|c| c.0)),
            full_or_empty(ci.map(|c| c.1)),
            full_or_empty(c.p),
            full_or_empty(c.p_holm),
            full_or_empty(c.paired.effect),
            verdict_word(c.verdict).to_owned(),
            c.seeds_needed.map(|n| n.to_string()).unwrap_or_default(),
        ]
    });
    let shown_row = |c: &Comparison<'_>| {
        vec![
            Cell::from(c.a.name.clone()),
            c.b.name.clone().into(),
            lang.metric(c.metric).into(),
            difference_with_interval(lang, c),
            Cell::number(c.p_holm.map_or("–".to_owned(), short), c.p_holm),
            lang.verdict(c.verdict).into(),
            c.seeds_needed.map_or("–".into(), |n| Cell::count(n as usize)),
        ]
    };
    // Of many, those within the groups that the other tables show.
    let shown: HashSet<*const Group> = choice.groups.iter().map(|group| std::ptr::from_ref(*group)).collect();
    let is_shown = |group: &Group| shown.contains(&std::ptr::from_ref(group));
    let near = |c: &&Comparison<'_>| is_shown(c.a) && is_shown(c.b);
    let shown: Vec<Vec<Cell>> = all.iter().filter(near).take(MOST_COMPARISONS).map(shown_row).collect();
    let mut caption = vec![texts.comparisons];
    if training.until_decided.is_some() {
        caption.push(texts.sequential);
    }
    let mut caption = choice.caption(&lang.prose(&caption), texts.best_of, "comparisons.csv", lang);
    if !choice.is_cut() && all.len() > shown.len() {
        caption = lang.prose(&[
            &caption,
            &super::fill(
                texts.first_of,
                &[("k", &shown.len()), ("n", &all.len()), ("file", &"comparisons.csv")],
            ),
        ]);
    }
    Table::hidden(
        "comparisons",
        &caption,
        &[
            "a",
            "b",
            "metric",
            "n",
            "difference",
            "ci95_low",
            "ci95_high",
            "p",
            "p_holm",
            "effect",
            "verdict",
            "seeds_needed",
        ],
        rows.collect(),
    )
    .showing(&["a", "b", texts.metric, texts.difference, texts.p_holm, texts.a_is, texts.needed], shown)
}

/// Trials that ended in an error; none if none did.
fn failures(outcome: &Outcome, lang: Lang) -> Option<Table> {
    let texts = &lang.texts().tables;
    let mut rows = Vec::new();
    for group in &outcome.groups {
        rows.extend(group.records.iter().filter_map(|record| {
            Some(vec![group.name.clone(), record.seed.to_string(), record.failed.clone()?])
        }));
    }
    if rows.is_empty() {
        return None;
    }
    let mut caption = texts.failures.to_owned();
    if rows.len() > MOST_FAILURES {
        let places: [(&str, &dyn std::fmt::Display); 3] =
            [("k", &MOST_FAILURES), ("n", &rows.len()), ("file", &"failures.csv")];
        caption = lang.prose(&[&caption, &super::fill(texts.first_of, &places)]);
    }
    let cell = |text: &String| Cell::from(text.clone());
    let shown: Vec<Vec<Cell>> =
        rows.iter().take(MOST_FAILURES).map(|row| row.iter().map(cell).collect()).collect();
    let headers = ["group", "seed", "reason"];
    let titles = [texts.technique, texts.seed, texts.reason];
    Some(Table::hidden("failures", &caption, &headers, rows).showing(&titles, shown))
}
