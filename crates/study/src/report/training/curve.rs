//! From recorded values to curves: averaged over stretches of the run, then over the seeds.

use std::collections::BTreeMap;

use super::scope::Scope;
use super::values::diverged_at;
use super::{Better, Group, Lang, Metric, Training, WIDE, fill};
use crate::figure::{Axis, Series};
use crate::report::short;
use crate::statistics::mean;
use crate::training::Length;
use crate::trial::Record;

/// Points of a loss curve: enough to see its shape, few enough to average the noise of single batches.
const POINTS: u64 = 50;
/// The share of a run in which curves of scores rise, and need not be seen from their feet on.
const EARLY: f64 = 0.1;
/// A curve that starts this many times above all others would press them flat.
const FAR: f64 = 4.0;

/// The axes of the curves, and what must be said to read them.
pub(super) struct Axes {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// The curve that lies outside, and how high it reaches.
    cut: Option<(String, f64)>,
    /// Where an axis of scores begins, if curves come from below.
    foot: Option<String>,
}

impl Axes {
    /// How the curves are to be read.
    pub(super) fn reading(&self, training: &Training, groups: &[&Group], lang: Lang) -> String {
        let texts = &lang.texts().captions;
        let mut all = vec![lines(groups, lang)];
        if !shows_score(training) && training.record_every > 1 {
            all.push(fill(texts.recorded_every, &[("n", &training.record_every)]));
        }
        if self.y.log {
            all.push(texts.logarithmic.to_owned());
        }
        let leaves =
            |(name, top): &(String, f64)| fill(texts.leaves_panel, &[("name", name), ("top", &short(*top))]);
        all.extend(self.cut.as_ref().map(leaves));
        all.extend(self.foot.as_ref().map(|foot| fill(texts.from_below, &[("foot", foot)])));
        lang.prose(&all)
    }
}

/// What lines and bands of these groups are: of how many seeds, which are not equally many where seeds were added, or trials are missing.
fn lines(groups: &[&Group], lang: Lang) -> String {
    let texts = &lang.texts().captions;
    let run = |group: &&Group| group.records.iter().filter(|record| record.failed.is_none()).count();
    let counts = || groups.iter().map(run).filter(|count| *count > 0);
    let (fewest, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
    let n = match (fewest, most) {
        (_, ..=1) => return texts.one_seed.to_owned(),
        (fewest, most) if fewest == most => most.to_string(),
        _ => fill(lang.texts().words.range, &[("first", &fewest), ("last", &most)]),
    };
    fill(texts.many_seeds, &[("n", &n)])
}

fn shows_score(training: &Training) -> bool {
    training.metric.better() == Better::Higher && training.evaluate_every > 0
}

/// The score whose course is drawn: the one that the study is about, where it was recorded on the way; else that of the training part.
fn score(training: &Training, scope: &Scope<'_>) -> Metric {
    let recorded = |metric: &Metric| {
        scope.groups.iter().flat_map(|group| &group.records).any(|record| !record.series(*metric).is_empty())
    };
    let train = scope.metrics.iter().copied().find(|metric| metric.better() == Better::Higher);
    Some(training.metric).filter(recorded).or(train).unwrap_or(Metric::TrainAccuracy)
}

/// Steps to one unit of the x axis: those of an epoch where the study is as long as so many epochs and shows scores.
fn steps_to_one(training: &Training, steps: u64) -> f64 {
    match training.length {
        Length::Epochs(epochs) if shows_score(training) && epochs > 0 => steps as f64 / epochs as f64,
        _ => 1.0,
    }
}

/// Steps that one point of a loss curve stands for: a whole number of records, so that every
/// point averages equally many.
fn stretch(training: &Training, scope: &Scope<'_>) -> u64 {
    let each = training.record_every.max(1);
    scope.steps().div_ceil(POINTS).div_ceil(each).max(1) * each
}

fn steps_axis(training: &Training, scope: &Scope<'_>) -> Axis {
    let one = steps_to_one(training, scope.steps());
    let x = Axis::linear(if one > 1.0 { "epoch" } else { "step" });
    x.over(0.0, (scope.steps() as f64 / one).max(1.0))
}

/// The axes that suit these curves.
pub(super) fn axes(training: &Training, scope: &Scope<'_>, series: &[&Series]) -> Axes {
    let x = steps_axis(training, scope);
    if shows_score(training) {
        let score = score(training, scope);
        let (y, foot) = if score.is_share() {
            share_axis(&format!("{} (%)", score.plain()), series)
        } else {
            r2_axis(score.plain(), series)
        };
        return Axes { x, y, cut: None, foot };
    }
    let each = stretch(training, scope);
    let name = match each {
        1 => "training loss".to_owned(),
        _ => format!("training loss (mean over {each} steps)"),
    };
    let finite = |s: &Series| s.mid.iter().copied().filter(|v| v.is_finite()).collect::<Vec<_>>();
    let calm = || series.iter().filter(|s| s.diverged.is_none());
    let values: Vec<f64> = calm().flat_map(|s| finite(s)).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    let log = low > 0.0 && high > WIDE * low;
    let y = if log { Axis::log(name) } else { Axis::linear(name) };

    let mut tops: Vec<f64> = calm().map(|s| finite(s).into_iter().fold(0.0, f64::max)).collect();
    tops.sort_by(f64::total_cmp);
    let cap = match tops[..] {
        [.., second, top] if second > 0.0 && top > FAR * second => 1.5 * second,
        _ => return Axes { x, y, cut: None, foot: None },
    };
    // Only a short excursion is cut; a curve that stays up there is what there is to see.
    let above: Vec<(&&Series, f64)> = calm()
        .filter_map(|s| {
            let all = finite(s);
            let count = all.iter().filter(|v| **v > cap).count();
            let top = all.iter().copied().fold(0.0, f64::max);
            (count > 0 && 10 * count <= all.len()).then_some((s, top))
        })
        .collect();
    let [(wild, top)] = above[..] else {
        return Axes { x, y, cut: None, foot: None };
    };
    let feet = calm().filter_map(|s| s.band.as_ref()).flat_map(|(low, _)| low);
    let foot = feet.copied().filter(|v| *v > 0.0).fold(low, f64::min);
    let y = if log { y.over(foot / 1.15, cap) } else { y.over(0.0, cap) };
    Axes { x, y, cut: Some((wild.name.clone(), top)), foot: None }
}

/// The curve of a group: mean over the seeds, from the lowest to the highest as band.
///
/// Where some seeds diverged the curve is that of the others: a mean whose members change on the
/// way would jump.
pub(super) fn curve(training: &Training, scope: &Scope<'_>, group: &Group, name: &str) -> Series {
    let metric = shows_score(training).then(|| score(training, scope));
    curve_of(training, scope, group, name, metric)
}

/// The curves of a group's scores on several parts of the data, each named by its metric.
pub(super) fn part_curves(
    training: &Training,
    scope: &Scope<'_>,
    group: &Group,
    parts: &[Metric],
) -> Vec<Series> {
    let curve = |(at, metric): (usize, &Metric)| {
        let mut curve = curve_of(training, scope, group, metric.plain(), Some(*metric));
        // It is said once in a panel.
        if at > 0 {
            curve.note.clear();
        }
        curve
    };
    parts.iter().enumerate().map(curve).collect()
}

/// The scores that were recorded on the way, if they are of several parts and the study is about one of them.
pub(super) fn parts(training: &Training, scope: &Scope<'_>) -> Vec<Metric> {
    let recorded = |metric: &Metric| {
        let mut records = scope.groups.iter().flat_map(|group| &group.records);
        metric.better() == Better::Higher && records.any(|record| !record.series(*metric).is_empty())
    };
    let parts: Vec<Metric> = scope.metrics.iter().copied().filter(recorded).collect();
    if parts.len() > 1 && shows_score(training) { parts } else { Vec::new() }
}

/// The axes of such curves.
pub(super) fn part_axes(
    training: &Training,
    scope: &Scope<'_>,
    parts: &[Metric],
    series: &[&Series],
) -> Axes {
    let shares = parts.iter().all(|metric| metric.is_share());
    let (y, foot) = if shares { share_axis("accuracy (%)", series) } else { r2_axis("R²", series) };
    Axes { x: steps_axis(training, scope), y, cut: None, foot }
}

/// An axis of per cents up to 100: from 0 on, or where all curves are in the upper half after the first tenth of the run, from the ten below them then;
/// and where it begins, if some come from further below.
fn share_axis(name: &str, series: &[&Series]) -> (Axis, Option<String>) {
    let [early, low] = lows(series);
    let from = if low.is_finite() && low >= 50.0 { (low.min(99.0) / 10.0).floor() * 10.0 } else { 0.0 };
    (Axis::linear(name).over(from, 100.0), (from > 0.0 && early < from).then(|| format!("{from} %")))
}

/// An axis of R², which is at most 1 and may begin far below 0: then from where all curves are after the first tenth of the run.
fn r2_axis(name: &str, series: &[&Series]) -> (Axis, Option<String>) {
    let [early, low] = lows(series);
    let from = (10.0 * low.min(0.9)).floor() / 10.0;
    if from.is_finite() && early < from - (1.0 - from) {
        return (Axis::linear(name).over(from, 1.0), Some(super::super::minus(from.to_string())));
    }
    (Axis::linear(name), None)
}

/// The lowest values in the first tenth of the run, and after it; of a curve that ends before, all are of the latter.
fn lows(series: &[&Series]) -> [f64; 2] {
    let end = series.iter().flat_map(|s| &s.x).copied().fold(0.0, f64::max);
    let (mut early, mut late) = (f64::INFINITY, f64::INFINITY);
    for s in series {
        let low = s.band.as_ref().map_or(&s.mid, |(low, _)| low);
        let points = || s.x.iter().zip(low).filter(|(_, low)| low.is_finite());
        let ends_early = points().all(|(x, _)| *x < EARLY * end);
        for (x, low) in points() {
            let least = if *x < EARLY * end && !ends_early { &mut early } else { &mut late };
            *least = least.min(*low);
        }
    }
    [early, late]
}

/// One curve: of a score, or of the training loss.
fn curve_of(
    training: &Training,
    scope: &Scope<'_>,
    group: &Group,
    name: &str,
    metric: Option<Metric>,
) -> Series {
    let lost = group.diverged();
    let all_lost = lost == group.records.len();
    let records: Vec<&Record> =
        group.records.iter().filter(|record| all_lost || record.diverged_at.is_none()).collect();
    let one = steps_to_one(training, group.steps);
    let points = match metric {
        Some(metric) => score_points(&records, metric, one),
        None => loss_points(&records, scope.steps(), stretch(training, scope)),
    };
    let note = diverged_at(Lang::En, group).unwrap_or_default();
    let mut series = Series { name: name.to_owned(), note, ..Series::default() };
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for (x, values) in points {
        series.x.push(x);
        series.mid.push(mean(&values));
        low.push(values.iter().copied().fold(f64::INFINITY, f64::min));
        high.push(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    }
    if records.len() > 1 {
        series.band = Some((low, high));
    }
    if all_lost {
        let last = group.records.iter().filter_map(|r| r.diverged_at).max();
        series.diverged = last.map(|at| at as f64 / one);
    }
    series
}

/// (x, the seeds' values) of the recorded scores, shares in per cent.
fn score_points(records: &[&Record], metric: Metric, one: f64) -> Vec<(f64, Vec<f64>)> {
    let unit = if metric.is_share() { 100.0 } else { 1.0 };
    // By step: of a score that is no number at some step its record has no point there.
    let mut points: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (step, value) in records.iter().flat_map(|record| record.series(metric)) {
        points.entry(*step).or_default().push(unit * value);
    }
    points.into_iter().map(|(step, values)| (step as f64 / one, values)).collect()
}

/// (step, the seeds' values) of the recorded losses: means over equal stretches of the run, each
/// placed at the middle of its stretch.
fn loss_points(records: &[&Record], steps: u64, width: u64) -> Vec<(f64, Vec<f64>)> {
    let of = |index: u64| {
        let (from, to) = (index * width, (index + 1) * width);
        let inside = |record: &&Record| {
            let losses: Vec<f64> = record
                .series(Metric::TrainLoss)
                .iter()
                .filter(|(step, _)| (from + 1..=to).contains(step))
                .map(|(_, loss)| *loss)
                .collect();
            (!losses.is_empty()).then(|| mean(&losses))
        };
        let values: Vec<f64> = records.iter().filter_map(inside).collect();
        let middle = (from + to.min(steps)) as f64 / 2.0;
        (!values.is_empty()).then_some((middle, values))
    };
    (0..=steps / width).filter_map(of).collect()
}

#[cfg(test)]
mod tests;
