//! Series in a panel: bands first, lines over them, crosses on top.

use super::canvas::Canvas;
use super::clip::{self, Point};
use super::data::{Axis, Series};
use super::frame::Frame;
use super::scale::{Extent, Scale};
use super::style::{ALARM, Pen};

/// A band may push the range of a logarithmic axis this far below the lines: a mean minus a
/// standard deviation close to zero says nothing, but would stretch the axis without end.
const BAND_BELOW: f64 = 4.0;
/// A diverging run may push the range upwards by this share of the height of the others.
const DIVERGED_ABOVE: f64 = 0.15;

fn shown(value: f64, log: bool) -> bool {
    value.is_finite() && (!log || value > 0.0)
}

/// The points of the line that can be shown on these axes.
fn points<'a>(series: &'a Series, x: &Axis, y: &Axis) -> impl Iterator<Item = [f64; 2]> + 'a {
    let (log_x, log_y) = (x.log, y.log);
    let pairs = series.x.iter().copied().zip(series.mid.iter().copied());
    pairs.filter(move |(x, y)| shown(*x, log_x) && shown(*y, log_y)).map(|(x, y)| [x, y])
}

/// The scales that hold all series; `None` if nothing can be shown.
pub(super) fn scales<'a>(
    x: &Axis,
    y: &Axis,
    all: impl IntoIterator<Item = &'a Series>,
) -> Option<(Scale, Scale)> {
    let all: Vec<&Series> = all.into_iter().collect();
    let across = Extent::of(all.iter().flat_map(|s| points(s, x, y)).map(|[x, _]| x));
    let along = |diverged: bool| {
        let chosen = all.iter().filter(move |s| s.diverged.is_some() == diverged);
        Extent::of(chosen.flat_map(|s| points(s, x, y)).map(|[_, y]| y))
    };
    let (mut up, wild) = (along(false), along(true));
    if up.is_empty() {
        up = wild;
    } else {
        let lines = up;
        for series in all.iter().filter(|s| s.diverged.is_none()) {
            let Some((low, high)) = &series.band else {
                continue;
            };
            high.iter().filter(|v| shown(**v, y.log)).for_each(|v| up.add(*v));
            let floor = if y.log { lines.low / BAND_BELOW } else { f64::NEG_INFINITY };
            low.iter().filter(|v| shown(**v, y.log)).for_each(|v| up.add(v.max(floor)));
        }
        if !wild.is_empty() {
            let top = if y.log {
                up.high * (up.high / up.low).powf(DIVERGED_ABOVE)
            } else {
                up.high + DIVERGED_ABOVE * (up.high - up.low)
            };
            up.add(wild.low.clamp(up.low, up.high));
            up.add(wild.high.clamp(up.high, top.max(up.high)));
        }
    }
    Some((Scale::new(x, across, 0.0)?, Scale::new(y, up, 0.04)?))
}

/// The band around a line, as closed areas; where the line has a gap, so has the band.
fn bands(frame: &Frame, series: &Series) -> Vec<Vec<Point>> {
    let Some((low, high)) = &series.band else {
        return Vec::new();
    };
    let mut areas: Vec<(Vec<Point>, Vec<Point>)> = vec![Default::default()];
    for (((&x, &mid), &low), &high) in series.x.iter().zip(&series.mid).zip(low).zip(high) {
        // The foot of a band at or below zero is the foot of a logarithmic panel.
        let low = if frame.y.log() && low <= 0.0 { frame.y.low() } else { low };
        let (foot, head) = (frame.place([x, low]), frame.place([x, high]));
        if mid.is_finite() && foot.iter().chain(&head).all(|v| v.is_finite()) {
            if let Some((feet, heads)) = areas.last_mut() {
                feet.push(foot);
                heads.push(head);
            }
        } else {
            areas.push(Default::default());
        }
    }
    areas
        .into_iter()
        .map(|(feet, heads)| {
            let mut around = clip::simplify(&heads, 0.2);
            around.extend(clip::simplify(&feet, 0.2).into_iter().rev());
            clip::area(&around, &frame.rect)
        })
        .filter(|area| area.len() > 2)
        .collect()
}

/// One line on the sheet, at most four points to a unit of width: long runs stay small files.
fn thin(points: Vec<Point>) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    let mut rest = points.as_slice();
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|p| (p[0] - first[0]).abs() < 1.0 && p[1].is_finite() == first[1].is_finite())
            .count()
            .max(1);
        let (column, after) = rest.split_at(same);
        rest = after;
        if column.len() <= 4 || !first[1].is_finite() {
            out.extend_from_slice(column);
            continue;
        }
        let place = |f: fn(f64, f64) -> bool| {
            (0..column.len()).reduce(|a, b| if f(column[b][1], column[a][1]) { b } else { a })
        };
        let mut kept = vec![0, column.len() - 1];
        kept.extend(place(|b, a| b < a));
        kept.extend(place(|b, a| b > a));
        kept.sort_unstable();
        kept.dedup();
        out.extend(kept.into_iter().map(|i| column[i]));
    }
    out
}

/// What is known of a drawn series, for its label.
pub(super) struct Drawn {
    /// Where its line ends inside the panel, if any of it is inside.
    pub(super) end: Option<Point>,
}

/// How lines are drawn in a panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) width: f64,
    pub(super) dashed: bool,
    /// Number of markers along a line; 0 for none.
    pub(super) markers: usize,
}

/// Draws all series, each with its pen.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, all: &[(&Series, Pen)], look: Look) -> Vec<Drawn> {
    for (series, pen) in all {
        for area in bands(frame, series) {
            canvas.area(&area, pen.color, 0.16);
        }
    }
    let mut drawn = Vec::new();
    for (i, (series, pen)) in all.iter().enumerate() {
        let places: Vec<Point> =
            series.x.iter().zip(&series.mid).map(|(x, y)| frame.place([*x, *y])).collect();
        let pieces = clip::line(&thin(places.clone()), &frame.rect);
        let dash = if look.dashed { pen.dash } else { &[] };
        canvas.lines(&pieces, pen.color, look.width, dash);
        let inside: Vec<Point> = places.into_iter().filter(|p| frame.rect.holds(*p)).collect();
        // A single value has no line: its marker is all there is to see.
        let markers = if pieces.is_empty() { look.markers.max(1) } else { look.markers };
        let shift = i as f64 / all.len() as f64;
        for at in spread(&inside, frame, markers, shift) {
            canvas.marker(at, 4.0, *pen);
        }
        let end = pieces.last().and_then(|piece| piece.last()).or(inside.last());
        drawn.push(Drawn { end: end.copied() });
    }
    for ((series, pen), drawn) in all.iter().zip(&drawn) {
        if let Some(at) = series.diverged {
            // The run ended here, even if its last record is earlier or above the panel.
            let x = frame.place([at, frame.y.low()])[0];
            let Some(end) = drawn.end else {
                // Nothing was recorded before: the cross stands on the axis.
                if x.is_finite() {
                    let foot = [x, frame.rect.bottom - 7.0];
                    canvas.cross(frame.rect.nearest(foot), ALARM);
                }
                continue;
            };
            let x = if x.is_finite() { x } else { end[0] };
            let cross = frame.rect.nearest([x.max(end[0]), end[1]]);
            canvas.line(&[end, cross], pen.color, look.width, &[2.0, 3.0]);
            canvas.cross(cross, ALARM);
        }
    }
    drawn
}

/// Points for `count` markers, evenly across the panel and shifted so that series differ.
fn spread(inside: &[Point], frame: &Frame, count: usize, shift: f64) -> Vec<Point> {
    let gap = frame.width() / count.max(1) as f64;
    let mut out: Vec<Point> = Vec::new();
    for i in 0..count {
        let x = frame.rect.left + (i as f64 + 0.15 + 0.7 * shift) * gap;
        let near = inside.iter().min_by(|a, b| (a[0] - x).abs().total_cmp(&(b[0] - x).abs()));
        out.extend(near.filter(|p| (p[0] - x).abs() <= gap / 2.0 && !out.contains(*p)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(mid: &[f64]) -> Series {
        let x = (0..mid.len()).map(|i| i as f64).collect();
        Series { name: "s".into(), x, mid: mid.to_vec(), ..Series::default() }
    }

    #[test]
    fn a_diverged_run_does_not_set_the_scale() {
        let calm = series(&[1.0, 0.5, 0.1]);
        let wild = Series { diverged: Some(2.0), ..series(&[1.0, 1e9, 1e30]) };
        let (_, y) = scales(&Axis::linear("x"), &Axis::linear("y"), [&calm, &wild]).expect("data");
        assert!(y.high() > 1.0 && y.high() < 1.5, "{y:?}");
        let (_, alone) = scales(&Axis::linear("x"), &Axis::log("y"), [&wild]).expect("data");
        assert!(alone.high() > 1e29);
    }

    #[test]
    fn values_that_cannot_be_shown_set_no_scale() {
        let odd = series(&[f64::NAN, -1.0, 0.0, 0.1, f64::INFINITY, 0.2]);
        let (x, y) = scales(&Axis::linear("x"), &Axis::log("y"), [&odd]).expect("data");
        assert_eq!((x.low(), x.high()), (3.0, 5.0));
        assert!(y.low() > 0.05 && y.high() < 0.3);
        assert!(scales(&Axis::linear("x"), &Axis::log("y"), [&series(&[0.0, -3.0])]).is_none());
    }

    #[test]
    fn thinning_keeps_the_peaks() {
        let mut many: Vec<Point> = (0..10_000).map(|i| [f64::from(i) / 100.0, 5.0]).collect();
        many[4321][1] = 0.0;
        many[4322][1] = 9.0;
        let few = thin(many.clone());
        assert!(few.len() <= 404, "{}", few.len());
        assert!(few.contains(&many[4321]) && few.contains(&many[4322]));
        assert_eq!(few.last(), many.last());
    }
}
