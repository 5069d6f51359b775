//! The tables of a training study, and the CSV files behind them.

use super::{
    Comparison, Group, Outcome, difference_with_interval, diverged_at, summary, value_with_interval,
    verdict_word,
};
use crate::report::{Table, full, full_or_empty};

/// The groups, their comparisons, the trials and everything they recorded.
pub(super) fn tables(outcome: &Outcome, all: &[Comparison<'_>]) -> Vec<Table> {
    let fields: Vec<&str> = outcome.varying.iter().map(|field| field.name()).collect();
    let settings = |group: &Group| group.settings.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let metrics = &outcome.metrics;

    let mut headers = vec!["group"];
    headers.extend(&fields);
    headers.extend(["n", "diverged", "metric", "mean", "sd", "ci95_low", "ci95_high"]);
    let mut rows = Vec::new();
    for group in &outcome.groups {
        for &metric in metrics {
            let s = summary(&group.values(metric));
            let mut row = vec![group.name.clone()];
            row.extend(settings(group));
            row.extend([
                group.records.len().to_string(),
                group.diverged().to_string(),
                metric.name().to_owned(),
            ]);
            row.extend([full_or_empty(s.map(|s| s.mean)), full_or_empty(s.and_then(|s| s.sd))]);
            row.extend([
                full_or_empty(s.and_then(|s| s.ci95).map(|c| c.0)),
                full_or_empty(s.and_then(|s| s.ci95).map(|c| c.1)),
            ]);
            rows.push(row);
        }
    }
    let shown_rows = outcome.groups.iter().map(|group| {
        let mut row = vec![group.name.clone()];
        row.extend(metrics.iter().map(|metric| value_with_interval(group, *metric)));
        row.push((group.records.len() - group.diverged()).to_string());
        row.push(diverged_at(group).unwrap_or_else(|| "none".to_owned()));
        row
    });
    let mut shown = vec!["technique"];
    shown.extend(metrics.iter().map(|metric| metric.plain()));
    shown.extend(["seeds finished", "diverged"]);
    let groups = Table::hidden(
        "groups",
        "Final values of every technique: mean over the seeds that finished and its 95 % interval.",
        &headers,
        rows,
    )
    .showing(&shown, shown_rows.collect());

    let rows = all.iter().map(|c| {
        let ci = c.paired.ci95;
        vec![
            c.a.name.clone(),
            c.b.name.clone(),
            c.metric.name().to_owned(),
            c.paired.n.to_string(),
            full_or_empty(c.paired.difference),
            full_or_empty(ci.map(|c| c.0)),
            full_or_empty(ci.map(|c| c.1)),
            verdict_word(c.verdict).to_owned(),
        ]
    });
    let shown_rows = all.iter().map(|c| {
        vec![
            c.a.name.clone(),
            c.b.name.clone(),
            c.metric.plain().to_owned(),
            difference_with_interval(c),
            verdict_word(c.verdict).to_owned(),
        ]
    });
    let comparisons = Table::hidden(
        "comparisons",
        "Paired differences a − b within seeds, with 95 % intervals; a is better or worse only where the interval excludes 0, or where every seed of one and none of the other diverged. Each interval stands for itself: of many, one in twenty excludes 0 by chance.",
        &["a", "b", "metric", "n", "difference", "ci95_low", "ci95_high", "verdict"],
        rows.collect(),
    )
    .showing(&["a", "b", "metric", "difference, 95 % interval", "a is"], shown_rows.collect());

    let mut headers = vec!["group"];
    headers.extend(&fields);
    headers.extend(["seed", "ended"]);
    headers.extend(metrics.iter().map(|metric| metric.name()));
    let mut trials = Vec::new();
    let mut series = Vec::new();
    for group in &outcome.groups {
        for record in &group.records {
            let mut row = vec![group.name.clone()];
            row.extend(settings(group));
            row.extend([record.seed.to_string(), record.ended().to_string()]);
            row.extend(metrics.iter().map(|metric| full_or_empty(record.value(*metric))));
            trials.push(row);
            let point = |kind: &str, (step, value): &(u64, f64)| {
                vec![
                    group.name.clone(),
                    record.seed.to_string(),
                    kind.to_owned(),
                    step.to_string(),
                    full(*value),
                ]
            };
            for (metric, points) in &record.series {
                series.extend(points.iter().map(|p| point(metric.name(), p)));
            }
        }
    }
    vec![
        groups,
        comparisons,
        Table::hidden("trials", "Every trial.", &headers, trials),
        Table::hidden(
            "series",
            "Every recorded value of every trial.",
            &["group", "seed", "series", "step", "value"],
            series,
        ),
    ]
}
