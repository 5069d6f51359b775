//! Trajectories in the plane, over the level lines of the surface they descend.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::{self, Point, Rect};
use super::contour::Relief;
use super::frame::{self, BELOW_NAME, BELOW_TICKS, Frame, Labels};
use super::legend::{self, Entry, Sample};
use super::style::{ALARM, INK, Marker, NAME, Pen, TICK, pen};
use super::surface::{MINIMUM, Surface};
use super::{Figure, FigureError};

const WIDTH: f64 = 900.0;
const BETWEEN: f64 = 28.0;

/// The points that a rule visited.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trajectory {
    /// The rule, as it stands above its panel.
    pub name: String,
    /// The points in order, the start first.
    pub points: Vec<[f64; 2]>,
    /// How it ended, if that must be said: `diverged at step 12`.
    pub note: Option<String>,
}

/// One panel for each trajectory, up to three beside one another, over the same level lines.
///
/// A trajectory that leaves the window is cut at its border.
///
/// # Errors
///
/// [`FigureError::Empty`] if no trajectory has a finite point, [`FigureError::Range`] if the
/// window of the surface is empty.
pub fn paths(title: &str, surface: &Surface<'_>, all: &[Trajectory]) -> Result<Figure, FigureError> {
    check(title, surface, all)?;
    let columns = all.len().min(3);
    let rows = all.len().div_ceil(columns);
    let (x, y) = surface.scales();
    let relief = Relief::new((x, y), surface.f);
    let left = EDGE + frame::gutter(&y, 200.0);
    let width = (WIDTH - EDGE - left + BETWEEN) / columns as f64 - BETWEEN;
    let height = surface.height_for(width, 130.0, 480.0);
    let notes = all.iter().any(|t| t.note.is_some());
    let head = if notes { 38.0 } else { 24.0 };
    let ended = Pen { color: INK, dash: &[], marker: Marker::Square };
    let entries = entries(surface, [(Sample::Dot(ended), "end")]);
    let legend_top = below_title(title, WIDTH) - 2.0;
    let top = legend_top + legend::height(&entries, WIDTH - EDGE - left);
    let rect = |i: usize| {
        let left = left + (i % columns) as f64 * (width + BETWEEN);
        let top = top + head + (i / columns) as f64 * (height + head + BETWEEN / 2.0);
        Rect { left, top, right: left + width, bottom: top + height }
    };
    let last = rect(rows * columns - 1);

    let mut canvas = Canvas::new(title, WIDTH, last.bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    legend::draw(&mut canvas, [left, legend_top], WIDTH - EDGE - left, &entries);
    for (i, trajectory) in all.iter().enumerate() {
        let frame = Frame { rect: rect(i), x, y };
        let labels = Labels { x: i + columns >= all.len(), y: i % columns == 0 };
        relief.draw(&mut canvas, &frame);
        frame.border(&mut canvas);
        frame.ticks(&mut canvas, labels);
        minima(&mut canvas, &frame, surface);
        let pen = Pen { marker: Marker::Square, ..pen(i) };
        draw(&mut canvas, &frame, trajectory, pen, true);
        let above = frame.rect.top - 7.0;
        let name_at = if trajectory.note.is_some() { above - 14.0 } else { above };
        canvas.text([frame.rect.left, name_at], &trajectory.name, Face::new(NAME, INK, Anchor::Start));
        if let Some(note) = &trajectory.note {
            canvas.text([frame.rect.left, above], note, Face::new(TICK, ALARM, Anchor::Start));
        }
    }
    let whole = Rect { left, top, right: WIDTH - EDGE, bottom: last.bottom };
    Frame { rect: whole, x, y }.name_x(&mut canvas, "x");
    frame::name_y(&mut canvas, top + head, "y");
    Ok(canvas.finish())
}

/// All trajectories in one panel, with a legend above it.
///
/// # Errors
///
/// As [`paths()`].
pub fn paths_together(title: &str, surface: &Surface<'_>, all: &[Trajectory]) -> Result<Figure, FigureError> {
    check(title, surface, all)?;
    let named = all.iter().enumerate().map(|(i, t)| {
        let note = t.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
        (Sample::Marked(pen(i)), format!("{}{note}", t.name))
    });
    let mut entries: Vec<Entry> = named.collect();
    entries.extend(self::entries(surface, []));
    let (x, y) = surface.scales();
    let relief = Relief::new((x, y), surface.f);
    let left = EDGE + frame::gutter(&y, 400.0);
    let width = WIDTH - EDGE - left;
    let legend_top = below_title(title, WIDTH) - 2.0;
    let top = legend_top + legend::height(&entries, width) + 8.0;
    let rect = Rect { left, top, right: left + width, bottom: top + surface.height_for(width, 260.0, 620.0) };
    let frame = Frame { rect, x, y };

    let mut canvas = Canvas::new(title, WIDTH, rect.bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    legend::draw(&mut canvas, [left, legend_top], width, &entries);
    relief.draw(&mut canvas, &frame);
    frame.border(&mut canvas);
    frame.ticks(&mut canvas, Labels { x: true, y: true });
    minima(&mut canvas, &frame, surface);
    for (i, trajectory) in all.iter().enumerate() {
        draw(&mut canvas, &frame, trajectory, pen(i), false);
    }
    frame.name_x(&mut canvas, "x");
    frame::name_y(&mut canvas, rect.top, "y");
    Ok(canvas.finish())
}

fn check(title: &str, surface: &Surface<'_>, all: &[Trajectory]) -> Result<(), FigureError> {
    surface.check(title)?;
    if all.iter().flat_map(|t| &t.points).any(|p| p.iter().all(|v| v.is_finite())) {
        return Ok(());
    }
    Err(FigureError::Empty { title: title.to_owned(), what: format!("{} trajectories", all.len()) })
}

/// The legend's entries for the marked points.
fn entries<const N: usize>(surface: &Surface<'_>, more: [(Sample, &str); N]) -> Vec<Entry> {
    let mut out: Vec<Entry> = vec![(Sample::Start, "start".to_owned())];
    out.extend(more.map(|(sample, name)| (sample, name.to_owned())));
    if !surface.minima.is_empty() {
        let name = if surface.minima.len() == 1 { "minimum" } else { "minima" };
        out.push((Sample::Dot(MINIMUM), name.to_owned()));
    }
    out
}

/// The minima that lie inside the window.
pub(super) fn minima(canvas: &mut Canvas, frame: &Frame, surface: &Surface<'_>) {
    for at in surface.minima.iter().map(|m| frame.place(*m)).filter(|p| frame.rect.holds(*p)) {
        canvas.marker(at, 6.5, MINIMUM);
    }
}

/// The line through the points, a dot at each of them where there is room (`dots`) or markers now
/// and then, the start and the end.
fn draw(canvas: &mut Canvas, frame: &Frame, trajectory: &Trajectory, pen: Pen, dots: bool) {
    let places: Vec<Point> = trajectory.points.iter().map(|p| frame.place(*p)).collect();
    canvas.lines(&clip::line(&places, &frame.rect), pen.color, if dots { 1.4 } else { 1.8 }, &[]);
    let inside = |p: &Point| frame.rect.holds(*p);
    let mut last: Option<Point> = None;
    let apart = if dots { 4.5 } else { 90.0 };
    for at in places.iter().copied().filter(inside) {
        if last.is_none_or(|l| (l[0] - at[0]).hypot(l[1] - at[1]) >= apart) {
            if dots {
                canvas.disc(at, 1.9, pen.color, None);
            } else if last.is_some() {
                canvas.marker(at, 4.0, pen);
            }
            last = Some(at);
        }
    }
    // A trajectory that left the window or diverged has no end to show.
    if let Some(end) = places.last().copied().filter(inside) {
        canvas.marker(end, if dots { 4.2 } else { 5.0 }, pen);
    }
    if let Some(start) = places.first().copied().filter(inside) {
        canvas.disc(start, 4.5, "#ffffff", Some(INK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ravine() -> Surface<'static> {
        Surface {
            name: "x²/20 + y²".into(),
            f: &|x, y| x * x / 20.0 + y * y,
            window: ((-10.0, 10.0), (-5.0, 5.0)),
            minima: vec![[0.0, 0.0]],
        }
    }

    fn sgd(rate: f64) -> Trajectory {
        let step = |p: &[f64; 2]| Some([p[0] * (1.0 - rate / 10.0), p[1] * (1.0 - 2.0 * rate)]);
        let points = std::iter::successors(Some([-7.0, 2.0]), step).take(30).collect();
        Trajectory { name: format!("sgd {rate}"), points, note: None }
    }

    #[test]
    fn names_notes_and_minimum_are_there() {
        let wild = Trajectory { note: Some("diverged at step 9".into()), ..sgd(1.4) };
        let all = [sgd(0.95), wild];
        for figure in [paths("Ravine", &ravine(), &all), paths_together("Ravine", &ravine(), &all)] {
            let figure = figure.expect("drawn");
            roxmltree::Document::parse(figure.svg()).expect("well-formed");
            for text in ["Ravine", "sgd 0.95", "sgd 1.4", "diverged at step 9", "minimum", "start"] {
                assert!(figure.svg().contains(text), "{text}");
            }
            assert!(figure.svg().contains(MINIMUM.color));
        }
    }

    #[test]
    fn steps_out_of_the_window_or_of_the_numbers_are_cut() {
        let mut wild = sgd(3.0);
        wild.points.extend([[f64::NAN, 0.0], [1e300, f64::INFINITY]]);
        let figure = paths("t", &ravine(), &[wild]).expect("drawn");
        let (width, height) = figure.size();
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        for d in tree.descendants().filter_map(|n| n.attribute("d")) {
            for pair in d.split(['M', 'L', 'Z']).filter(|pair| !pair.is_empty()) {
                let (x, y) = pair.split_once(' ').expect("two numbers");
                let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
                assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x} {y}");
            }
        }
    }

    #[test]
    fn nothing_to_draw_is_an_error() {
        assert!(matches!(paths("t", &ravine(), &[]), Err(FigureError::Empty { .. })));
        let lost = Trajectory { points: vec![[f64::NAN, 0.0]], ..Trajectory::default() };
        assert!(matches!(paths_together("t", &ravine(), &[lost]), Err(FigureError::Empty { .. })));
        let flat = Surface { window: ((0.0, 0.0), (0.0, 1.0)), ..ravine() };
        assert!(matches!(paths("t", &flat, &[sgd(0.1)]), Err(FigureError::Range { .. })));
    }
}
