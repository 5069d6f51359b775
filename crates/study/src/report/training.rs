//! The section of a training study.

use problem::classify::Sampling;
use problem::data::Dataset;

use super::{Drawn, Section, Table, full, full_or_empty, listed, short, signed};
use crate::compare::{Comparison, compare, comparisons};
use crate::error::StudyError;
use crate::figure::{Axis, Row, Series, curves, forest, grid};
use crate::spec::Study;
use crate::statistics::{Better, Verdict, mean, summary};
use crate::technique::Field;
use crate::training::{Group, Length, Outcome, Training, describe_choice};
use crate::trial::{LossAt, Metric};

/// Points of a loss curve: enough to see its shape, few enough to average the noise of single batches.
const POINTS: usize = 50;

/// Everything there is to say of a training study.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(
    study: &Study,
    training: &Training,
    outcome: &Outcome,
    data: &Dataset,
) -> Result<Section, StudyError> {
    let all = comparisons(training, outcome);
    Ok(Section {
        name: study.name.clone(),
        title: study.title.clone(),
        question: study.question.clone(),
        method: method(training, outcome, data),
        sentences: sentences(training, outcome, &all),
        figures: figures(study, training, outcome)?,
        tables: tables(outcome, &all),
    })
}

fn method(training: &Training, outcome: &Outcome, data: &Dataset) -> String {
    let technique = &outcome.groups[0].technique;
    let fixed = Field::ALL
        .iter()
        .filter(|field| !outcome.varying.contains(field) && **field != Field::Hidden);
    let fixed: Vec<String> = fixed
        .map(|field| (field.name(), technique.choice(*field)))
        .filter(|(_, value)| value != "none" && value != "constant")
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let network = if outcome.varying.contains(&Field::Hidden) {
        String::new()
    } else {
        format!(
            "{}-{}-{} network, ",
            data.columns,
            technique.choice(Field::Hidden),
            data.classes.len()
        )
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
        "Data: {} ({}), the first {} training and all {} test examples. {network}{}; batches of {} {drawn}, {} updates, training loss measured {loss}. Seeds 1 to {}: the same weights (up to scale) and batches for every technique.",
        data.name,
        data.source,
        outcome.examples,
        data.test.len(),
        fixed.join(", "),
        training.batch,
        outcome.steps,
        training.seeds
    )
}

/// A value of a metric as a reader sees it: losses as they are, accuracies in per cent.
pub(crate) fn shown(metric: Metric, value: f64) -> String {
    match metric.better() {
        Better::Lower => short(value),
        Better::Higher => format!("{:.2} %", 100.0 * value),
    }
}

/// A difference of a metric, with its sign; of accuracies in percentage points.
pub(crate) fn shown_difference(metric: Metric, value: f64) -> String {
    match metric.better() {
        Better::Lower => signed(short(value)),
        Better::Higher => signed(super::minus(format!("{:.2} pp", 100.0 * value))),
    }
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
    let difference = c
        .paired
        .difference
        .map_or("no pair that finished".to_owned(), |d| {
            shown_difference(c.metric, d)
        });
    let interval = c
        .paired
        .ci95
        .map(|(low, high)| {
            format!(
                " [{}, {}]",
                shown_difference(c.metric, low),
                shown_difference(c.metric, high)
            )
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
    let values = distinct(
        outcome
            .groups
            .iter()
            .map(|group| group.technique.choice(*field)),
    );
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
        distinct(
            outcome
                .groups
                .iter()
                .map(|group| group.technique.choice(panels)),
        )
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

fn sentences(training: &Training, outcome: &Outcome, all: &[Comparison<'_>]) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(duels) = duels(training, outcome, training.metric)
        && let (Some(field), Some((_, first))) = (
            training.compare.as_ref().and_then(|f| f.first()),
            duels.first(),
        )
    {
        let (a, b) = (
            first.a.technique.choice(*field),
            first.b.technique.choice(*field),
        );
        let (a, b) = (describe_choice(*field, &a), describe_choice(*field, &b));
        let of = |verdict| {
            duels
                .iter()
                .filter(|(_, c)| c.verdict == verdict)
                .map(|(panel, _)| panel.as_str())
                .collect::<Vec<_>>()
        };
        for (verdict, says) in [
            (Verdict::Better, "wins"),
            (Verdict::Worse, "loses"),
            (Verdict::Undecided, "is undecided"),
        ] {
            let at = of(verdict);
            sentences.push(format!(
                "{a} against {b} {says} at {} of {}: {}.",
                at.len(),
                duels.len(),
                listed(&at)
            ));
        }
        sentences[0] = format!("By {}: {}", training.metric.title(), sentences[0]);
    } else {
        for metric in Metric::ALL {
            sentences.extend(best(outcome, all, metric));
        }
    }
    let diverged: Vec<String> = outcome
        .groups
        .iter()
        .filter(|g| g.diverged() > 0)
        .map(|g| {
            let at: Vec<String> = g
                .records
                .iter()
                .filter_map(|r| r.diverged_at)
                .map(|at| at.to_string())
                .collect();
            format!(
                "{} in {} of {} seeds (at step {})",
                g.name,
                g.diverged(),
                g.records.len(),
                at.join(", ")
            )
        })
        .collect();
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    sentences.push(if diverged.is_empty() {
        format!("All {trials} trials finished; none diverged.")
    } else {
        format!("Of {trials} trials some diverged: {}.", listed(&diverged))
    });
    sentences
}

/// The best group of a metric, and against whom that is decided.
fn best(outcome: &Outcome, all: &[Comparison<'_>], metric: Metric) -> Option<String> {
    let value = |group: &&Group| {
        let values = group.values(metric);
        (!values.is_empty()).then(|| mean(&values))
    };
    let order = |a: &&Group, b: &&Group| {
        let (a, b) = (value(a)?, value(b)?);
        Some(match metric.better() {
            Better::Lower => a.total_cmp(&b),
            Better::Higher => b.total_cmp(&a),
        })
    };
    let finished: Vec<&Group> = outcome
        .groups
        .iter()
        .filter(|group| value(group).is_some())
        .collect();
    let best = finished
        .iter()
        .copied()
        .min_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal))?;
    let (mut decided, mut undecided) = (Vec::new(), Vec::new());
    for c in all
        .iter()
        .filter(|c| c.metric == metric && (c.a.name == best.name || c.b.name == best.name))
    {
        let other = if c.a.name == best.name { c.b } else { c.a };
        let won = if c.a.name == best.name {
            Verdict::Better
        } else {
            Verdict::Worse
        };
        if c.verdict == won {
            decided.push(other.name.clone())
        } else {
            undecided.push(other.name.clone())
        }
    }
    Some(format!(
        "Best {}: {}, {}; decided against {}; undecided against {}.",
        metric.title(),
        best.name,
        value_with_interval(best, metric),
        listed(&decided),
        listed(&undecided)
    ))
}

fn figures(
    study: &Study,
    training: &Training,
    outcome: &Outcome,
) -> Result<Vec<Drawn>, StudyError> {
    let mut figures = Vec::new();
    let groups: Vec<&Group> = outcome.groups.iter().collect();
    if let Some(field) = training
        .panels
        .filter(|field| outcome.varying.contains(field))
    {
        let panels = distinct(groups.iter().map(|group| group.technique.choice(field)));
        let panels: Vec<(String, Vec<Series>)> = panels
            .into_iter()
            .map(|panel| {
                let members: Vec<&Group> = groups
                    .iter()
                    .copied()
                    .filter(|group| group.technique.choice(field) == panel)
                    .collect();
                let series = members
                    .iter()
                    .map(|group| curve(training, group, &rest_name(group, field)))
                    .collect();
                (panel_title(field, &panel), series)
            })
            .collect();
        let columns = if panels.len() > 6 {
            4
        } else {
            panels.len().min(3)
        };
        let (x, y) = axes(
            training,
            outcome,
            &panels.iter().flat_map(|(_, s)| s).collect::<Vec<_>>(),
        );
        figures.push(Drawn {
            name: "grid".to_owned(),
            caption: format!(
                "{} by {}; lines are means over the seeds, bands 95 % intervals of the mean.",
                y.name,
                field.name()
            ),
            figure: grid(&study.title, x, y, &panels, columns)?,
        });
    } else {
        let series: Vec<Series> = groups
            .iter()
            .map(|group| curve(training, group, &group.name))
            .collect();
        let (x, y) = axes(training, outcome, &series.iter().collect::<Vec<_>>());
        figures.push(Drawn {
            name: "curves".to_owned(),
            caption: format!(
                "{}; lines are means over the seeds, bands 95 % intervals of the mean.",
                y.name
            ),
            figure: curves(&study.title, x, y, &series)?,
        });
    }
    if let Some(duels) = duels(training, outcome, training.metric) {
        let percent = if training.metric.better() == Better::Higher {
            100.0
        } else {
            1.0
        };
        let rows: Vec<Row> = duels
            .iter()
            .map(|(panel, c)| Row {
                name: panel.clone(),
                points: c
                    .a
                    .records
                    .iter()
                    .zip(&c.b.records)
                    .filter_map(|(a, b)| Some(percent * (a.value(c.metric)? - b.value(c.metric)?)))
                    .collect(),
                mean: c.paired.difference.map_or(f64::NAN, |d| percent * d),
                interval: c
                    .paired
                    .ci95
                    .map(|(low, high)| (percent * low, percent * high)),
                note: verdict_word(c.verdict).to_owned(),
            })
            .collect();
        let unit = if percent == 100.0 {
            " (percentage points)"
        } else {
            ""
        };
        let (a, b) = (&duels[0].1.a, &duels[0].1.b);
        let field = training
            .compare
            .as_ref()
            .map_or(Field::Rule, |fields| fields[0]);
        let (a, b) = (
            describe_choice(field, &a.technique.choice(field)),
            describe_choice(field, &b.technique.choice(field)),
        );
        if rows.iter().any(|row| row.mean.is_finite()) {
            let axis = Axis::linear(format!("{}: {a} minus {b}{unit}", training.metric.title()));
            figures.push(Drawn {
                name: "differences".to_owned(),
                caption: format!("Paired differences, {a} minus {b}: every seed, mean and 95 % interval. Right of 0, {a} has the larger value."),
                figure: forest(&format!("{a} minus {b}"), axis, &rows, Some(0.0))?,
            });
        }
    }
    if groups.len() <= 12 {
        for metric in Metric::ALL {
            let percent = if metric.better() == Better::Higher {
                100.0
            } else {
                1.0
            };
            let rows: Vec<Row> = groups
                .iter()
                .map(|group| {
                    let values = group.values(metric);
                    let summary = summary(&values);
                    let diverged = group.diverged();
                    Row {
                        name: group.name.clone(),
                        points: values.iter().map(|v| percent * v).collect(),
                        mean: summary.map_or(f64::NAN, |s| percent * s.mean),
                        interval: summary
                            .and_then(|s| s.ci95)
                            .map(|(low, high)| (percent * low, percent * high)),
                        note: if diverged > 0 {
                            format!("diverged: {diverged} of {}", group.records.len())
                        } else {
                            summary.map_or(String::new(), |s| shown(metric, s.mean))
                        },
                    }
                })
                .collect();
            if rows.iter().all(|row| !row.mean.is_finite()) {
                continue;
            }
            let unit = if percent == 100.0 { " (%)" } else { "" };
            figures.push(Drawn {
                name: metric.name().to_owned(),
                caption: format!(
                    "Final {}: every seed, mean and 95 % interval of the mean.",
                    metric.title()
                ),
                figure: forest(
                    &format!("Final {}", metric.title()),
                    Axis::linear(format!("{}{unit}", metric.title())),
                    &rows,
                    None,
                )?,
            });
        }
    }
    Ok(figures)
}

/// The name of a group inside the panel of a field: what else varies.
fn rest_name(group: &Group, panel: Field) -> String {
    let rest = group.settings.iter().filter(|(field, _)| *field != panel);
    rest.map(|(field, value)| describe_choice(*field, value))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `std 0.0251` for `normal:std=0.0251`; other values as they are.
fn panel_title(field: Field, value: &str) -> String {
    match value.strip_prefix("normal:std=") {
        Some(std) => format!("W std {std}"),
        None => describe_choice(field, value),
    }
}

fn shows_accuracy(training: &Training) -> bool {
    training.metric.better() == Better::Higher && training.evaluate_every > 0
}

fn axes(training: &Training, outcome: &Outcome, series: &[&Series]) -> (Axis, Axis) {
    if shows_accuracy(training) {
        let x = if matches!(training.length, Length::Epochs(_)) {
            "epoch"
        } else {
            "update"
        };
        return (
            Axis::linear(x),
            Axis::linear("training accuracy (%)").over(0.0, 100.0),
        );
    }
    let values = || {
        series
            .iter()
            .flat_map(|s| &s.mid)
            .copied()
            .filter(|v| v.is_finite())
    };
    let (low, high) = values().fold((f64::INFINITY, 0.0_f64), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let each = (outcome.steps as usize).div_ceil(POINTS);
    let name = format!("training loss (mean over {each} updates)");
    let y = if low > 0.0 && high > 8.0 * low {
        Axis::log(name)
    } else {
        Axis::linear(name)
    };
    (Axis::linear("update"), y)
}

/// The curve of a group: mean over the seeds, with the 95 % interval as band.
fn curve(training: &Training, group: &Group, name: &str) -> Series {
    let points = if shows_accuracy(training) {
        accuracy_points(training, group)
    } else {
        loss_points(group)
    };
    let mut series = Series {
        name: name.to_owned(),
        ..Series::default()
    };
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for (x, values) in points {
        let Some(summary) = summary(&values) else {
            continue;
        };
        series.x.push(x);
        series.mid.push(summary.mean);
        let (l, h) = summary.ci95.unwrap_or((summary.mean, summary.mean));
        low.push(l);
        high.push(h);
    }
    if group.records.len() > 1 {
        series.band = Some((low, high));
    }
    let at = group
        .records
        .iter()
        .filter_map(|record| record.diverged_at)
        .min();
    let per_x = if shows_accuracy(training) {
        training.evaluate_every.max(1) as f64
    } else {
        1.0
    };
    series.diverged = at.map(|at| at as f64 / per_x);
    series
}

/// (x, the seeds' values) of the recorded accuracies, in per cent.
fn accuracy_points(training: &Training, group: &Group) -> Vec<(f64, Vec<f64>)> {
    let per_x = if matches!(training.length, Length::Epochs(_)) {
        training.evaluate_every as f64
    } else {
        1.0
    };
    let longest = group
        .records
        .iter()
        .map(|record| record.accuracy.len())
        .max()
        .unwrap_or(0);
    let at = |i: usize| {
        let values: Vec<(u64, f64)> = group
            .records
            .iter()
            .filter_map(|record| record.accuracy.get(i).copied())
            .collect();
        Some((
            values.first()?.0 as f64 / per_x,
            values.iter().map(|(_, v)| 100.0 * v).collect(),
        ))
    };
    (0..longest).filter_map(at).collect()
}

/// (step, the seeds' values) of the recorded losses: means over equal stretches of the run.
fn loss_points(group: &Group) -> Vec<(f64, Vec<f64>)> {
    let end = group
        .records
        .iter()
        .filter_map(|record| record.loss.last())
        .map(|(step, _)| *step)
        .max()
        .unwrap_or(0);
    let width = (end as usize).div_ceil(POINTS).max(1) as u64;
    let stretch = |index: u64| {
        let (from, to) = (index * width, (index + 1) * width);
        let of = |record: &crate::trial::Record| {
            let inside: Vec<f64> = record
                .loss
                .iter()
                .filter(|(step, _)| (from + 1..=to).contains(step))
                .map(|(_, loss)| *loss)
                .collect();
            (!inside.is_empty()).then(|| mean(&inside))
        };
        let values: Vec<f64> = group.records.iter().filter_map(of).collect();
        (!values.is_empty()).then(|| ((from + to) as f64 / 2.0, values))
    };
    (0..=end / width).filter_map(stretch).collect()
}

fn tables(outcome: &Outcome, all: &[Comparison<'_>]) -> Vec<Table> {
    let fields: Vec<&str> = outcome.varying.iter().map(|field| field.name()).collect();
    let settings = |group: &Group| {
        group
            .settings
            .iter()
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let metrics = Metric::ALL;

    let mut headers = vec!["group"];
    headers.extend(&fields);
    headers.extend([
        "n",
        "diverged",
        "metric",
        "mean",
        "sd",
        "ci95_low",
        "ci95_high",
    ]);
    let mut rows = Vec::new();
    for group in &outcome.groups {
        for metric in metrics {
            let s = summary(&group.values(metric));
            let mut row = vec![group.name.clone()];
            row.extend(settings(group));
            row.extend([
                group.records.len().to_string(),
                group.diverged().to_string(),
                metric.name().to_owned(),
            ]);
            row.extend([
                full_or_empty(s.map(|s| s.mean)),
                full_or_empty(s.and_then(|s| s.sd)),
            ]);
            row.extend([
                full_or_empty(s.and_then(|s| s.ci95).map(|c| c.0)),
                full_or_empty(s.and_then(|s| s.ci95).map(|c| c.1)),
            ]);
            rows.push(row);
        }
    }
    let shown_rows = outcome.groups.iter().map(|group| {
        let mut row = vec![group.name.clone()];
        row.extend(metrics.map(|metric| value_with_interval(group, metric)));
        row.push((group.records.len() - group.diverged()).to_string());
        row.push(group.diverged().to_string());
        row
    });
    let groups = Table::hidden(
        "groups",
        "Final values: mean and 95 % interval over the seeds.",
        &headers,
        rows,
    )
    .showing(
        &[
            "technique",
            "training loss",
            "training accuracy",
            "test accuracy",
            "n",
            "diverged",
        ],
        shown_rows.collect(),
    );

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
            c.metric.name().replace('_', " "),
            difference_with_interval(c),
            verdict_word(c.verdict).to_owned(),
        ]
    });
    let comparisons = Table::hidden(
        "comparisons",
        "Paired differences a − b within seeds, with 95 % intervals; a verdict of a against b only where the interval excludes 0. Each interval stands for itself: of many, one in twenty excludes 0 by chance.",
        &["a", "b", "metric", "n", "difference", "ci95_low", "ci95_high", "verdict"],
        rows.collect(),
    )
    .showing(&["a", "b", "metric", "difference, 95 % interval", "a is"], shown_rows.collect());

    let mut headers = vec!["group"];
    headers.extend(&fields);
    headers.extend([
        "seed",
        "ended",
        "train_loss",
        "train_accuracy",
        "test_accuracy",
    ]);
    let mut trials = Vec::new();
    let mut series = Vec::new();
    for group in &outcome.groups {
        for record in &group.records {
            let mut row = vec![group.name.clone()];
            row.extend(settings(group));
            row.extend([record.seed.to_string(), record.ended().to_string()]);
            row.extend(metrics.map(|metric| full_or_empty(record.value(metric))));
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
            series.extend(record.loss.iter().map(|p| point("train_loss", p)));
            series.extend(record.accuracy.iter().map(|p| point("train_accuracy", p)));
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
