//! A legend in a row of its own, so that it covers nothing.

use super::canvas::{Anchor, Canvas, Face};
use super::clip::Point;
use super::style::{ALARM, INK, NAME, Pen};
use super::text;

const LINE: f64 = 20.0;
const SAMPLE: f64 = 30.0;
const GAP: f64 = 22.0;

/// What stands before a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    /// A dashed line.
    Dashed(Pen),
    /// A solid line with its marker.
    Marked(Pen),
    /// A marker alone.
    Dot(Pen),
    /// A hollow disc: where a path starts.
    Start,
    /// A cross: where a run diverged.
    Cross,
    /// An interval: a line with its mean as a diamond.
    Interval(Pen),
}

/// A name and its sample.
pub(super) type Entry = (Sample, String);

/// Entries with the places they get within a width.
fn places(entries: &[Entry], width: f64) -> (Vec<Point>, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    let mut out = Vec::new();
    for (sample, name) in entries {
        let length = sample_width(*sample) + 6.0 + text::width(name, NAME);
        if x > 0.0 && x + length > width {
            (x, y) = (0.0, y + LINE);
        }
        out.push([x, y]);
        x += length + GAP;
    }
    (out, y + LINE)
}

fn sample_width(sample: Sample) -> f64 {
    match sample {
        Sample::Dot(_) | Sample::Start | Sample::Cross => 12.0,
        _ => SAMPLE,
    }
}

/// The height a legend takes within a width.
pub(super) fn height(entries: &[Entry], width: f64) -> f64 {
    places(entries, width).1
}

/// Draws the entries in rows from `[left, top]`.
pub(super) fn draw(canvas: &mut Canvas, [left, top]: Point, width: f64, entries: &[Entry]) {
    for ((sample, name), [x, y]) in entries.iter().zip(places(entries, width).0) {
        let at = [left + x, top + y + LINE / 2.0];
        self::sample(canvas, at, *sample);
        let beside = [at[0] + sample_width(*sample) + 6.0, at[1] + 4.5];
        canvas.text(beside, name, Face::new(NAME, INK, Anchor::Start));
    }
}

/// Draws one sample, its left end at `at`.
pub(super) fn sample(canvas: &mut Canvas, [x, y]: Point, sample: Sample) {
    let middle = [x + sample_width(sample) / 2.0, y];
    let across = [[x, y], [x + SAMPLE, y]];
    match sample {
        Sample::Dashed(pen) => canvas.line(&across, pen.color, 2.2, pen.dash),
        Sample::Marked(pen) => {
            canvas.line(&across, pen.color, 2.2, &[]);
            canvas.marker(middle, 4.0, pen);
        }
        Sample::Dot(pen) => canvas.marker(middle, 4.5, pen),
        Sample::Start => canvas.disc(middle, 4.5, "#ffffff", Some(INK)),
        Sample::Cross => canvas.cross(middle, ALARM),
        Sample::Interval(pen) => {
            canvas.line(&across, pen.color, 2.2, &[]);
            let cap = |x: f64| vec![[x, y - 4.5], [x, y + 4.5]];
            canvas.lines(&[cap(x), cap(x + SAMPLE)], pen.color, 1.6, &[]);
            canvas.marker(middle, 5.0, pen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::pen;
    use super::*;

    #[test]
    fn entries_wrap_and_never_overlap() {
        let entries: Vec<Entry> =
            (0..6).map(|i| (Sample::Marked(pen(i)), format!("rule number {i}"))).collect();
        let (places, height) = places(&entries, 300.0);
        assert!(height > 2.0 * LINE - 1e-9);
        for pair in places.windows(2) {
            let apart = pair[1][0] - pair[0][0] > SAMPLE + text::width("rule number 0", NAME);
            assert!(apart || pair[1][1] > pair[0][1]);
        }
    }
}
