//! Final values: every seed, the mean and its interval, one row for each candidate.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::Rect;
use super::data::Axis;
use super::frame::{BELOW_NAME, BELOW_TICKS, Frame};
use super::legend::{self, Entry, Sample};
use super::scale::{Extent, Scale};
use super::style::{ALARM, INK, MUTED, Marker, NAME, Pen, SHADE, TICK, pen};
use super::text;
use super::{Figure, FigureError};

const WIDTH: f64 = 880.0;
/// The height of a row, where its name has no more than two lines.
const ROW: f64 = 40.0;
/// Between the edge of the shade and what stands on it.
const INSET: f64 = 8.0;
/// From line to line of a name.
const PITCH: f64 = 15.5;
/// How far below its lowest point an interval is shown on a logarithmic axis, as a factor.
const FOOT: f64 = 2.0;
/// Half the width of the mean's diamond.
const DIAMOND: f64 = 5.0;
const MEAN: Pen = Pen { color: INK, dash: &[], marker: Marker::Diamond };

/// One candidate, or one paired difference.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its name, left of the panel.
    pub name: String,
    /// One value for each seed; values that are not finite are left out, and counted.
    pub points: Vec<f64>,
    /// The mean of the points.
    pub mean: f64,
    /// Lower and upper end of the interval of the mean.
    pub interval: Option<(f64, f64)>,
    /// A remark, right of the panel: `0.978 [0.975, 0.981], n = 10`; inside it where there is no
    /// point to show.
    pub note: String,
    /// Whether runs behind it diverged, which its note then says; written in the colour of alarm.
    pub diverged: bool,
}

impl Row {
    fn is_empty(&self) -> bool {
        !self.mean.is_finite() && self.points.iter().all(|v| !v.is_finite())
    }
}

/// Rows of points with mean and 95 % interval along one value axis.
///
/// With `reference`, a dashed line marks that value: 0 for paired differences.
///
/// # Errors
///
/// [`FigureError::Empty`] if no row has a finite value, [`FigureError::Range`] if the range of the
/// axis cannot be drawn.
pub fn forest(title: &str, value: Axis, rows: &[Row], reference: Option<f64>) -> Result<Figure, FigureError> {
    forest_of(title, value, rows, reference, ["one seed", "mean"])
}

/// The same of points and middles of other names.
///
/// # Errors
///
/// As [`forest`].
pub fn forest_of(
    title: &str,
    value: Axis,
    rows: &[Row],
    reference: Option<f64>,
    [point, middle]: [&str; 2],
) -> Result<Figure, FigureError> {
    value.checked_range(title)?;
    let mut extent = Extent::NONE;
    let possible = |v: &f64| !value.log || *v > 0.0;
    for row in rows {
        // On a logarithmic axis a foot close to 0 would stretch the panel without end.
        let floor = match row.points.iter().copied().fold(row.mean, f64::min) {
            least if value.log => least / FOOT,
            _ => f64::NEG_INFINITY,
        };
        let ends = row.interval.map(|(low, high)| [low.max(floor), high]);
        let values = row.points.iter().copied().chain([row.mean]).chain(ends.into_iter().flatten());
        values.filter(possible).for_each(|v| extent.add(v));
    }
    if extent.is_empty() {
        return Err(FigureError::Empty { title: title.to_owned(), what: format!("{} rows", rows.len()) });
    }
    reference.iter().filter(|v| possible(v)).for_each(|v| extent.add(*v));
    // Differences lie on both sides of 0, and even values above 0 may be far from it.
    let fitted = Scale::new(&Axis { range: None, ..value.clone() }, extent, 0.04);
    let scale = match (value.range, fitted) {
        (Some((low, high)), _) => Scale::exact(value.log, low, high),
        (None, Some(scale)) => scale,
        (None, None) => Scale::exact(value.log, extent.low, extent.high),
    };

    let notes: Vec<String> = rows.iter().map(remark).collect();
    let names: Vec<Vec<String>> = rows.iter().map(|r| text::wrap(&r.name, NAME, 0.26 * WIDTH)).collect();
    let left = EDGE + INSET + text::widest(names.iter().flatten().map(String::as_str), NAME) + 12.0;
    let remarks: Vec<Vec<String>> = notes
        .iter()
        .zip(rows)
        .map(|(note, row)| if row.is_empty() { Vec::new() } else { text::wrap(note, TICK, 0.28 * WIDTH) })
        .collect();
    let widest = text::widest(remarks.iter().flatten().map(String::as_str), TICK);
    let right = WIDTH - EDGE - if widest > 0.0 { widest + 14.0 } else { 0.0 } - INSET;
    let mut entries: Vec<Entry> =
        vec![(Sample::Dot(pen(0)), point.into()), (Sample::Dot(MEAN), middle.into())];
    if rows.iter().any(|r| r.interval.is_some()) {
        entries[1] = (Sample::Interval(MEAN), format!("{middle} and 95 % interval"));
    }
    let legend_top = below_title(title, WIDTH) - 2.0;
    let top = legend_top + legend::height(&entries, right - left) + 8.0;
    let lines = names.iter().chain(&remarks).map(Vec::len).max().unwrap_or(1);
    let height = ROW.max(PITCH * lines as f64 + INSET);
    let rect = Rect { left, top, right, bottom: top + height * rows.len() as f64 };
    // The rows are not values: the panel's y scale is never asked.
    let frame = Frame { rect, x: scale, y: Scale::exact(false, 0.0, 1.0) };

    let mut canvas = Canvas::new(title, WIDTH, rect.bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    legend::draw(&mut canvas, [left, legend_top], right - left, &entries);
    for i in (0..rows.len()).step_by(2) {
        let top = rect.top + height * i as f64;
        canvas.rect(Rect { left: EDGE, top, right: WIDTH - EDGE, bottom: top + height }, SHADE);
    }
    frame.draw_x(&mut canvas);
    if let Some(x) = reference.map(|v| rect.left + scale.at(v) * frame.width())
        && (rect.left..=rect.right).contains(&x)
    {
        canvas.line(&[[x, rect.top], [x, rect.bottom]], INK, 1.3, &[4.0, 3.0]);
    }
    for (i, row) in rows.iter().enumerate() {
        let middle = rect.top + height * (i as f64 + 0.5);
        block(&mut canvas, [left - 12.0, middle], &names[i], Face::new(NAME, INK, Anchor::End));
        let color = if row.diverged { ALARM } else { MUTED };
        let face = Face::new(TICK, color, Anchor::Start);
        block(&mut canvas, [right + 14.0, middle], &remarks[i], face);
        if row.is_empty() {
            // The words stand on the row's own ground, so that no line runs through them.
            let ground = if i % 2 == 0 { SHADE } else { "#ffffff" };
            let at = left + if row.diverged { 26.0 } else { INSET };
            let words = Rect {
                left,
                top: middle - height / 2.0 + 4.0,
                right: at + text::width(&notes[i], TICK) + INSET,
                bottom: middle + height / 2.0 - 4.0,
            };
            canvas.rect(words, ground);
            if row.diverged {
                canvas.cross([left + 12.0, middle], ALARM);
            }
            block(&mut canvas, [at, middle], &notes[i..=i], face);
        }
        draw_row(&mut canvas, &frame, row, middle);
    }
    frame.name_x(&mut canvas, &value.name);
    Ok(canvas.finish())
}

/// The row's note, and how many of its points cannot be shown.
fn remark(row: &Row) -> String {
    let lost = row.points.iter().filter(|v| !v.is_finite()).count();
    match (lost, row.note.is_empty()) {
        (0, _) => row.note.clone(),
        (_, true) => format!("{lost} not finite"),
        (_, false) => format!("{} ({lost} not finite)", row.note),
    }
}

/// Lines of text centred on a height.
fn block(canvas: &mut Canvas, [x, middle]: [f64; 2], lines: &[String], face: Face) {
    let pitch = f64::from(face.size) + 2.5;
    let first = middle + 0.36 * f64::from(face.size) - pitch * (lines.len().saturating_sub(1)) as f64 / 2.0;
    for (i, line) in lines.iter().enumerate() {
        canvas.text([x, first + pitch * i as f64], line, face);
    }
}

/// The mean and its interval in the upper part of a row, the seeds below.
fn draw_row(canvas: &mut Canvas, frame: &Frame, row: &Row, middle: f64) {
    let rect = frame.rect;
    let place = |v: f64| rect.left + frame.x.at(v) * frame.width();
    let shown = |x: f64| (rect.left - 0.5..=rect.right + 0.5).contains(&x);
    let mut places: Vec<f64> = row.points.iter().map(|v| place(*v)).filter(|x| shown(*x)).collect();
    places.sort_by(f64::total_cmp);
    for (x, level) in places.iter().zip(levels(&places)) {
        canvas.disc([*x, middle + 4.0 + 3.5 * level as f64], 3.2, pen(0).color, Some("#ffffff"));
    }
    let y = middle - 7.0;
    if let Some((low, high)) = row.interval {
        // An end that a logarithmic axis cannot show lies beyond its left border.
        let foot = |v: f64, x: f64| {
            if frame.x.log() && v <= 0.0 { rect.left - 1.0 } else { x }
        };
        let (a, b) = (foot(low, place(low)), foot(high, place(high)));
        // What is narrower than the diamond is hidden by it: bare caps would look like a slip.
        if a.is_finite() && b.is_finite() && b - a > 2.0 * DIAMOND + 4.0 {
            let ends = [a.clamp(rect.left, rect.right), b.clamp(rect.left, rect.right)];
            canvas.line(&[[ends[0], y], [ends[1], y]], INK, 2.2, &[]);
            let caps: Vec<Vec<[f64; 2]>> =
                [a, b].into_iter().filter(|x| shown(*x)).map(|x| vec![[x, y - 4.5], [x, y + 4.5]]).collect();
            canvas.lines(&caps, INK, 1.6, &[]);
        }
    }
    let mean = place(row.mean);
    if shown(mean) {
        canvas.marker([mean, y], DIAMOND, MEAN);
    }
}

/// A level for each of the sorted places, so that neighbours do not hide one another; at most
/// four levels, then they repeat.
fn levels(sorted: &[f64]) -> Vec<usize> {
    let mut last = [f64::NEG_INFINITY; 4];
    sorted
        .iter()
        .map(|x| {
            let free = last.iter().position(|before| x - before >= 5.5);
            let oldest = || (0..4).min_by(|a, b| last[*a].total_cmp(&last[*b])).unwrap_or_default();
            let level = free.unwrap_or_else(oldest);
            last[level] = *x;
            level
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |name: &str, mean: f64| Row {
            name: name.into(),
            points: vec![mean - 0.01, mean, mean + 0.01],
            mean,
            interval: Some((mean - 0.008, mean + 0.008)),
            note: format!("{mean}, n = 3"),
            diverged: false,
        };
        vec![row("adam", 0.97), row("sgd", 0.92)]
    }

    #[test]
    fn every_seed_is_a_dot_and_every_name_is_there() {
        let figure = forest("Final", Axis::linear("accuracy"), &rows(), None).expect("drawn");
        // Six seeds, and one in the legend.
        assert_eq!(figure.svg().matches("<circle").count(), 7);
        for text in ["adam", "sgd", "0.97, n = 3", "accuracy", "mean and 95 % interval"] {
            assert!(figure.svg().contains(&format!(">{text}<")), "{text}");
        }
    }

    #[test]
    fn lost_seeds_are_counted_in_the_note() {
        let mut some = rows();
        some[0].points.extend([f64::NAN, f64::INFINITY]);
        some[1] = Row {
            name: "all lost".into(),
            points: vec![f64::NAN],
            mean: f64::NAN,
            interval: Some((f64::NAN, f64::NAN)),
            note: String::new(),
            diverged: true,
        };
        let figure = forest("Final", Axis::linear("accuracy"), &some, Some(0.9)).expect("drawn");
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
        assert!(figure.svg().contains(">0.97, n = 3 (2 not finite)<"));
        assert!(figure.svg().contains(">1 not finite<"));
        assert!(!figure.svg().contains("NaN"));
        assert!(figure.svg().contains(ALARM));
    }

    #[test]
    fn the_reference_is_on_the_axis() {
        let differences =
            [Row { name: "a − b".into(), points: vec![0.5, 0.6], mean: 0.55, ..Row::default() }];
        let with = forest("d", Axis::linear("difference"), &differences, Some(0.0)).expect("drawn");
        let without = forest("d", Axis::linear("difference"), &differences, None).expect("drawn");
        assert!(with.svg().contains(">0.0<") && !without.svg().contains(">0.0<"));
    }

    #[test]
    fn an_interval_down_to_0_neither_vanishes_nor_stretches_a_logarithmic_axis() {
        let row = |low: f64| Row {
            points: vec![0.1, 0.2, 0.9],
            mean: 0.4,
            interval: Some((low, 1.0)),
            ..Row::default()
        };
        for low in [-0.2, 0.0, 1e-30] {
            let figure = forest("f", Axis::log("loss"), &[row(low)], None).expect("drawn");
            assert!(figure.svg().contains(">0.1<"), "{low}");
            // The interval of the row and that of the legend are the strokes of this width.
            assert_eq!(figure.svg().matches("stroke-width=\"2.2\"").count(), 2, "{low}");
            assert!(!figure.svg().contains("10⁻"), "{low}");
        }
    }

    #[test]
    fn neighbours_get_different_levels() {
        assert_eq!(levels(&[0.0, 1.0, 2.0, 50.0]), [0, 1, 2, 0]);
    }

    #[test]
    fn no_finite_value_is_an_error() {
        assert!(matches!(forest("f", Axis::linear("v"), &[], None), Err(FigureError::Empty { .. })));
        let nan = Row { mean: f64::NAN, ..Row::default() };
        assert!(forest("f", Axis::linear("v"), &[nan], Some(0.0)).is_err());
    }
}
