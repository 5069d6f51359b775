//! The figures of a training study: curves, paired differences, final values.

use super::curve::{self, curve};
use super::{
    Better, Group, Metric, Outcome, Study, StudyError, Training, WIDE, describe_choice, distinct,
    diverged_at, duels, panel_title, shown, shown_difference, summary, verdict_word,
};
use crate::figure::{Axis, Row, Series, curves, forest, grid};
use crate::report::Drawn;
use crate::technique::Field;

/// All figures, in the order of the page.
pub(super) fn figures(
    study: &Study,
    training: &Training,
    outcome: &Outcome,
) -> Result<Vec<Drawn>, StudyError> {
    let mut figures = vec![course(study, training, outcome)?];
    figures.extend(differences(training, outcome)?);
    if outcome.groups.len() <= 12 {
        for &metric in &outcome.metrics {
            figures.extend(finals(outcome, metric)?);
        }
    }
    Ok(figures)
}

/// How a study went: one panel of curves, or one for each value of the field it asks for.
fn course(study: &Study, training: &Training, outcome: &Outcome) -> Result<Drawn, StudyError> {
    let panelled = training.panels.filter(|field| outcome.varying.contains(field));
    let Some(field) = panelled else {
        let series: Vec<Series> =
            outcome.groups.iter().map(|group| curve(training, outcome, group, &group.name)).collect();
        let axes = curve::axes(training, outcome, &series.iter().collect::<Vec<_>>());
        return Ok(Drawn {
            name: "curves".to_owned(),
            caption: format!("{} Every curve is named where it ends.", axes.reading(training)),
            figure: curves(&study.title, axes.x, axes.y, &series)?,
        });
    };
    let values = distinct(outcome.groups.iter().map(|g| g.choice(field)));
    let panels: Vec<(String, Vec<Series>)> = values
        .into_iter()
        .map(|value| {
            let members = outcome.groups.iter().filter(|group| group.choice(field) == value);
            let series =
                members.map(|group| curve(training, outcome, group, &rest_name(group, field))).collect();
            (panel_title(field, &value), series)
        })
        .collect();
    // No more columns than keep a panel readable, and no lone panel in the last row of two.
    let columns = match panels.len() {
        n @ ..=3 => n,
        4 => 2,
        5 | 6 => 3,
        _ => 4,
    };
    let all: Vec<&Series> = panels.iter().flat_map(|(_, series)| series).collect();
    let axes = curve::axes(training, outcome, &all);
    Ok(Drawn {
        name: "grid".to_owned(),
        caption: format!(
            "One panel for each value of {}, all on the same axes. {}",
            in_words(field),
            axes.reading(training)
        ),
        figure: grid(&study.title, axes.x, axes.y, &panels, columns)?,
    })
}

/// The two values of a compared field against each other, panel by panel.
fn differences(training: &Training, outcome: &Outcome) -> Result<Option<Drawn>, StudyError> {
    let metric = training.metric;
    let (Some(duels), Some(panels)) = (duels(training, outcome, metric), training.panels) else {
        return Ok(None);
    };
    let Some((_, first)) = duels.first() else {
        return Ok(None);
    };
    let field = training.compare.as_ref().and_then(|fields| fields.first().copied()).unwrap_or(Field::Rule);
    let name = |group: &Group| describe_choice(field, &group.choice(field));
    let (a, b) = (name(first.a), name(first.b));
    let unit = unit(metric);
    let rows: Vec<Row> = duels
        .iter()
        .map(|(panel, c)| {
            let pairs = c.a.records.iter().zip(&c.b.records);
            let lost: Vec<String> = [c.a, c.b]
                .into_iter()
                .filter_map(|group| Some(format!("{} {}", name(group), diverged_at(group)?)))
                .collect();
            let verdict = verdict_word(c.verdict);
            let difference = c.paired.difference.map(|d| shown_difference(metric, d));
            let note = difference.into_iter().chain(lost.iter().cloned());
            Row {
                name: panel_title(panels, panel),
                points: pairs
                    .filter_map(|(a, b)| Some(unit * (a.value(metric)? - b.value(metric)?)))
                    .collect(),
                mean: c.paired.difference.map_or(f64::NAN, |d| unit * d),
                interval: c.paired.ci95.map(|(low, high)| (unit * low, unit * high)),
                note: note
                    .chain([if lost.is_empty() { verdict.to_owned() } else { format!("{a} {verdict}") }])
                    .collect::<Vec<_>>()
                    .join(", "),
                diverged: !lost.is_empty(),
            }
        })
        .collect();
    if rows.iter().all(|row| !row.mean.is_finite()) {
        return Ok(None);
    }
    let better = match metric.better() {
        Better::Higher => "right",
        Better::Lower => "left",
    };
    let unit = if metric.is_share() { " (percentage points)" } else { "" };
    let title = format!("Final {}: {a} minus {b}", metric.title());
    Ok(Some(Drawn {
        name: "differences".to_owned(),
        caption: format!(
            "Paired differences within seeds: {a} is better {better} of the dashed line at 0. It is better or worse only where the whole interval lies on one side, or where only the other diverged."
        ),
        figure: forest(&title, Axis::linear(format!("difference{unit}")), &rows, Some(0.0))?,
    }))
}

/// The final values of a metric, group by group; none if no trial finished.
fn finals(outcome: &Outcome, metric: Metric) -> Result<Option<Drawn>, StudyError> {
    let unit = unit(metric);
    let rows: Vec<Row> = outcome
        .groups
        .iter()
        .map(|group| {
            let values = group.values(metric);
            let summary = summary(&values);
            let mean = summary.map(|s| shown(metric, s.mean));
            let note = mean.into_iter().chain(diverged_at(group));
            Row {
                name: group.name.clone(),
                points: values.iter().map(|v| unit * v).collect(),
                mean: summary.map_or(f64::NAN, |s| unit * s.mean),
                interval: summary.and_then(|s| s.ci95).map(|(low, high)| (unit * low, unit * high)),
                note: note.collect::<Vec<_>>().join(", "),
                diverged: group.diverged() > 0,
            }
        })
        .collect();
    let points = || rows.iter().flat_map(|row| &row.points).copied();
    let (low, high) =
        points().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return Ok(None);
    }
    let title = metric.title();
    let (axis, reading) = match metric.better() {
        Better::Higher if metric.is_share() => (Axis::linear(format!("{title} (%)")), "Larger is better."),
        Better::Higher => (Axis::linear(title), "Larger is better."),
        Better::Lower if low > 0.0 && high > WIDE * low => (
            Axis::log(title),
            "Smaller is better; the axis is logarithmic, and an interval that would pass below the panel is cut.",
        ),
        Better::Lower => (Axis::linear(title), "Smaller is better."),
    };
    Ok(Some(Drawn {
        name: metric.name().to_owned(),
        caption: format!(
            "Every seed, their mean and its 95 % interval; the number at the right is the mean. {reading}"
        ),
        figure: forest(&format!("Final {title}"), axis, &rows, None)?,
    }))
}

/// The name of a group inside the panel of a field: what else varies.
fn rest_name(group: &Group, panel: Field) -> String {
    let rest = group.settings.iter().filter(|(field, _)| *field != panel);
    rest.map(|(field, value)| describe_choice(*field, value)).collect::<Vec<_>>().join(", ")
}

/// Accuracies are shown in per cent.
fn unit(metric: Metric) -> f64 {
    if metric.is_share() { 100.0 } else { 1.0 }
}

fn in_words(field: Field) -> &'static str {
    match field {
        Field::Hidden => "the hidden layers",
        Field::Init => "the initial weights",
        Field::Rule => "the update rule",
        Field::Schedule => "the schedule",
        other => other.name(),
    }
}
