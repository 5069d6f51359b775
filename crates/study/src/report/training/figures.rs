//! The figures of a training study: curves, paired differences, final values.
//!
//! What stands inside a picture is English in every language, its caption is not: see [`lang`](crate::report::lang).

use super::best::Choice;
use super::curve::{self, curve};
use super::scope::{self, Scope};
use super::values::{diverged_at, pairs};
use super::{
    Better, Comparison, Group, Lang, Metric, Study, StudyError, Training, WIDE, describe_choice, distinct,
    duels, fill, panel_title, shown, shown_difference, time, verdict_word,
};
use crate::figure::{Axis, Row, Series, curves, forest, grid};
use crate::report::Drawn;
use crate::statistics::summary_without_bootstrap as summary;
use crate::target::Target;
use crate::technique::Field;

/// Panels that a figure has at most.
const MOST_PANELS: usize = 24;

/// All figures of a data set, in the order of the page; of one among many only those of the study's metric.
pub(super) fn figures(
    study: &Study,
    training: &Training,
    scope: &Scope<'_>,
    (all, times): (&[Comparison<'_>], &[Target<'_>]),
    brief: bool,
    lang: Lang,
) -> Result<Vec<Drawn>, StudyError> {
    let title = scope.title(&study.title);
    let differences = differences(training, scope, all, lang)?;
    // Many rows of which a figure of their differences says the same are left out.
    let finals_too = differences.is_none() || scope.groups.len() <= 12;
    let course = course(&title, training, scope, lang)?;
    let parts = parts(&title, training, scope, lang)?;
    let mut figures: Vec<Drawn> = course.into_iter().chain(parts).chain(differences).collect();
    let metrics = scope.metrics.iter().filter(|metric| !brief || **metric == training.metric);
    if finals_too {
        for &metric in metrics {
            figures.extend(finals(scope, metric, lang)?);
        }
    }
    figures.extend(time::figure(
        &scope.title(&format!("{}: time to target", study.title)),
        times,
        scope,
        lang,
    )?);
    for drawn in &mut figures {
        drawn.name = scope.file(&drawn.name);
        if let Some((_, data)) = scope.data {
            drawn.caption = fill(lang.texts().found.on_data, &[("data", &data), ("text", &drawn.caption)]);
        }
    }
    Ok(figures)
}

/// How a study went: one panel of curves, or one for each value of the field it asks for. None if nothing was recorded.
fn course(
    title: &str,
    training: &Training,
    scope: &Scope<'_>,
    lang: Lang,
) -> Result<Option<Drawn>, StudyError> {
    let texts = &lang.texts().captions;
    let panels = training.panels.filter(|field| scope.varying.contains(field));
    let panels = panels.and_then(|field| Some((field, panels_of(training, scope, field)?)));
    let Some((field, panels)) = panels else {
        let choice = Choice::for_figure(scope, training.metric);
        let series: Vec<Series> =
            choice.groups.iter().map(|group| curve(training, scope, group, &scope::name(group))).collect();
        if !is_drawable(series.iter()) {
            return Ok(None);
        }
        let axes = curve::axes(training, scope, &series.iter().collect::<Vec<_>>());
        let caption = lang.prose(&[&axes.reading(training, &choice.groups, lang), texts.named_at_end]);
        return Ok(Some(Drawn {
            name: "curves".to_owned(),
            caption: choice.caption(&caption, texts.best_of, "", lang),
            figure: curves(title, axes.x, axes.y, &series)?,
        }));
    };
    let all: Vec<&Series> = panels.iter().flat_map(|(_, series)| series).collect();
    if !is_drawable(all.iter().copied()) {
        return Ok(None);
    }
    let axes = curve::axes(training, scope, &all);
    let caption =
        [fill(texts.panels, &[("field", &lang.field(field))]), axes.reading(training, &scope.groups, lang)];
    Ok(Some(Drawn {
        name: "grid".to_owned(),
        caption: lang.prose(&caption),
        figure: grid(title, axes.x, axes.y, &panels, columns(panels.len()))?,
    }))
}

/// No more columns than keep a panel readable, and no lone panel in the last row of two.
fn columns(panels: usize) -> usize {
    match panels {
        n @ ..=3 => n,
        4 => 2,
        5 | 6 => 3,
        _ => 4,
    }
}

/// The scores on all parts of the data that were measured on the way, one panel for each group: how far they lie apart is what overfitting is.
fn parts(
    title: &str,
    training: &Training,
    scope: &Scope<'_>,
    lang: Lang,
) -> Result<Option<Drawn>, StudyError> {
    let texts = &lang.texts().captions;
    let parts = curve::parts(training, scope);
    let choice = Choice::for_figure(scope, training.metric);
    let panels: Vec<(String, Vec<Series>)> = choice
        .groups
        .iter()
        .map(|group| (scope::name(group), curve::part_curves(training, scope, group, &parts)))
        .collect();
    if !is_drawable(panels.iter().flat_map(|(_, series)| series)) {
        return Ok(None);
    }
    let all: Vec<&Series> = panels.iter().flat_map(|(_, series)| series).collect();
    let axes = curve::part_axes(training, scope, &parts, &all);
    let titles: Vec<&str> = parts.iter().map(|metric| lang.metric(*metric)).collect();
    let reading = axes.reading(training, &choice.groups, lang);
    let caption = lang.prose(&[fill(texts.parts, &[("parts", &lang.listed(&titles))]), reading]);
    Ok(Some(Drawn {
        name: "parts".to_owned(),
        caption: choice.caption(&caption, texts.best_of, "", lang),
        figure: grid(title, axes.x, axes.y, &panels, columns(panels.len()))?,
    }))
}

/// Whether there is a value to show.
fn is_drawable<'a>(mut series: impl Iterator<Item = &'a Series>) -> bool {
    series.any(|series| series.mid.iter().any(|value| value.is_finite()))
}

/// The panels of a field with their curves; none if they are more than a figure can hold.
fn panels_of(training: &Training, scope: &Scope<'_>, field: Field) -> Option<Vec<(String, Vec<Series>)>> {
    let values = distinct(scope.groups.iter().map(|g| g.choice(field)));
    if values.len() > MOST_PANELS || scope.groups.len() > 12 * values.len() {
        return None;
    }
    let panel = |value: String| {
        let members = scope.groups.iter().filter(|group| group.choice(field) == value);
        let series = members.map(|group| curve(training, scope, group, &rest_name(group, field))).collect();
        (panel_title(field, &value), series)
    };
    Some(values.into_iter().map(panel).collect())
}

/// The two values of a compared field against each other, panel by panel.
fn differences(
    training: &Training,
    scope: &Scope<'_>,
    all: &[Comparison<'_>],
    lang: Lang,
) -> Result<Option<Drawn>, StudyError> {
    let metric = training.metric;
    let (Some(duels), Some(panels)) = (duels(training, scope, metric, all), training.panels) else {
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
            let lost: Vec<String> = [c.a, c.b]
                .into_iter()
                .filter_map(|group| Some(format!("{} {}", name(group), diverged_at(Lang::En, group)?)))
                .collect();
            let verdict = verdict_word(c.verdict);
            let difference = c.paired.difference.map(|d| shown_difference(metric, d));
            let note = difference.into_iter().chain(lost.iter().cloned());
            Row {
                name: panel_title(panels, panel),
                points: pairs(c.a, c.b)
                    .into_iter()
                    .filter_map(|(a, b)| Some(unit * (a.value(metric)? - b.value(metric)?)))
                    .collect(),
                mean: c.paired.difference.map_or(f64::NAN, |d| unit * d),
                interval: c.interval.map(|(low, high)| (unit * low, unit * high)),
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
    let texts = &lang.texts().captions;
    let side = match metric.better() {
        Better::Higher => texts.right,
        Better::Lower => texts.left,
    };
    let unit = if metric.is_share() { " (percentage points)" } else { "" };
    let title = scope.title(&format!("Final {}: {a} minus {b}", metric.title()));
    let mut caption = vec![fill(texts.differences, &[("a", &a), ("side", &side)])];
    if training.until_decided.is_some() {
        caption.push(texts.sequential.to_owned());
    }
    Ok(Some(Drawn {
        name: "differences".to_owned(),
        caption: lang.prose(&caption),
        figure: forest(&title, Axis::linear(format!("difference{unit}")), &rows, Some(0.0))?,
    }))
}

/// The final values of a metric, group by group; none if no trial finished.
fn finals(scope: &Scope<'_>, metric: Metric, lang: Lang) -> Result<Option<Drawn>, StudyError> {
    let (unit, texts) = (unit(metric), &lang.texts().captions);
    let choice = Choice::for_figure(scope, metric);
    // No mean of accuracies lies outside, whatever Student's formula says.
    let (floor, top) = if metric.is_share() { (0.0, 1.0) } else { (f64::NEG_INFINITY, f64::INFINITY) };
    let rows: Vec<Row> = choice
        .groups
        .iter()
        .map(|group| {
            let values = group.values(metric);
            let summary = summary(&values);
            let mean = summary.map(|s| shown(metric, s.mean));
            let note = mean.into_iter().chain(diverged_at(Lang::En, group));
            Row {
                name: scope::name(group),
                points: values.iter().map(|v| unit * v).collect(),
                mean: summary.map_or(f64::NAN, |s| unit * s.mean),
                interval: summary
                    .and_then(|s| s.ci95)
                    .map(|(low, high)| (unit * low.max(floor), unit * high.min(top))),
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
        Better::Higher if metric.is_share() => (Axis::linear(format!("{title} (%)")), texts.larger),
        Better::Higher => (Axis::linear(title), texts.larger),
        Better::Lower if low > 0.0 && high > WIDE * low => (Axis::log(title), texts.smaller_log),
        Better::Lower => (Axis::linear(title), texts.smaller),
    };
    let reaches_out = |group: &&Group| {
        let interval = summary(&group.values(metric)).and_then(|s| s.ci95);
        interval.is_some_and(|(low, high)| low < floor || high > top)
    };
    let mut caption = vec![texts.finals, reading];
    if choice.groups.iter().any(reaches_out) {
        caption.push(texts.cut_share);
    }
    Ok(Some(Drawn {
        name: metric.name().to_owned(),
        caption: choice.caption(&lang.prose(&caption), texts.best_of, "", lang),
        figure: forest(&scope.title(&format!("Final {title}")), axis, &rows, None)?,
    }))
}

/// The name of a group inside the panel of a field: what else varies.
fn rest_name(group: &Group, panel: Field) -> String {
    let rest = group.settings.iter().filter(|(field, _)| *field != panel && *field != Field::Data);
    rest.map(|(field, value)| describe_choice(*field, value)).collect::<Vec<_>>().join(", ")
}

/// Accuracies are shown in per cent.
fn unit(metric: Metric) -> f64 {
    if metric.is_share() { 100.0 } else { 1.0 }
}
