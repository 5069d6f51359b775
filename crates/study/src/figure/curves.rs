//! Training curves: one panel, every curve named where it ends.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::{Point, Rect};
use super::data::{Axis, Series};
use super::frame::{self, ABOVE_NAME, BELOW_NAME, BELOW_TICKS, Frame, Labels};
use super::legend::{self, Sample};
use super::lines::{self, Look};
use super::style::{ALARM, AXIS, INK, MUTED, NAME, Pen, TICK, pen};
use super::text;
use super::{Figure, FigureError};

const WIDTH: f64 = 880.0;
const PANEL: f64 = 400.0;
const LOOK: Look = Look { width: 2.0, dashed: false, markers: 7 };
const SAMPLE: f64 = 30.0;
/// Between a sample and its name, and from line to line of a name.
const BESIDE: f64 = 7.0;
const PITCH: f64 = 15.0;
/// A name is broken into lines of this width; names and remarks together take no more than that.
const NAMES: f64 = 230.0;
const MOST_NAMES: f64 = 337.0;
/// Room between the panel and the names for the lines that join a curve's end to its name.
const LEAD: f64 = 22.0;
/// How far names may stand out above and below the panel.
const ABOVE: f64 = 4.0;
const BELOW: f64 = 8.0;

/// Curves over one pair of axes, with bands where there are any.
///
/// Each name stands to the right of the panel, at the height where its curve ends, so that
/// nothing covers the data and no legend has to be looked up. A curve that diverged ends in a red
/// cross, and its name says at which step. Values that are not finite (or not positive on a
/// logarithmic axis) are gaps. Without a fixed range the y axis fits the runs that did not
/// diverge.
///
/// # Errors
///
/// [`FigureError::Empty`] if there is no value to show, [`FigureError::Length`] if the lists of a
/// series differ in length, [`FigureError::Range`] if the range of an axis cannot be drawn.
pub fn curves(title: &str, x: Axis, y: Axis, series: &[Series]) -> Result<Figure, FigureError> {
    let remark = |s: &Series| {
        note(s, &x).map(|text| Remark { text, wrong: s.diverged.is_some() || !s.note.is_empty() })
    };
    labelled(title, &x, &y, series, &series.iter().map(remark).collect::<Vec<_>>())
}

/// What stands below the name of a curve.
pub(super) struct Remark {
    pub(super) text: String,
    /// Whether something went wrong: in the colour of alarm.
    pub(super) wrong: bool,
}

/// The same with one remark, or none, for each series.
pub(super) fn labelled(
    title: &str,
    x: &Axis,
    y: &Axis,
    series: &[Series],
    notes: &[Option<Remark>],
) -> Result<Figure, FigureError> {
    x.checked_range(title)?;
    y.checked_range(title)?;
    series.iter().try_for_each(|s| s.check(title))?;
    let Some((across, up)) = lines::scales(x, y, series) else {
        return Err(FigureError::Empty { title: title.to_owned(), what: format!("{} series", series.len()) });
    };
    let names: Vec<Vec<String>> = series.iter().map(|s| text::wrap(&s.name, NAME, NAMES)).collect();
    let widest = text::widest(names.iter().flatten().map(String::as_str), NAME);
    let remarks = text::widest(notes.iter().flatten().map(|note| note.text.as_str()), TICK);
    let right = LEAD + SAMPLE + BESIDE + widest.max(remarks).min(MOST_NAMES);
    let top = below_title(title, WIDTH) + ABOVE_NAME;
    // Many names make the panel taller: each keeps its place beside it.
    let heights: Vec<f64> = names
        .iter()
        .zip(notes)
        .map(|(name, note)| {
            4.0 + PITCH * name.len().max(1) as f64 + if note.is_some() { PITCH - 1.0 } else { 0.0 }
        })
        .collect();
    let panel = PANEL.max(heights.iter().sum::<f64>() - ABOVE - BELOW);
    let left = EDGE + frame::gutter(&up, panel);
    let rect = Rect { left, top, right: WIDTH - EDGE - right, bottom: top + panel };
    let frame = Frame { rect, x: across, y: up };

    let mut canvas = Canvas::new(title, WIDTH, rect.bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    frame.draw(&mut canvas, Labels { x: true, y: true });
    frame.name_x(&mut canvas, &x.name);
    frame::name_y(&mut canvas, rect.top, &y.name);
    let pens: Vec<(&Series, Pen)> = series.iter().enumerate().map(|(i, s)| (s, pen(i))).collect();
    let drawn = lines::draw(&mut canvas, &frame, &pens, LOOK);

    let wishes: Vec<Wish> = drawn
        .iter()
        .zip(&heights)
        .map(|(d, height)| Wish { at: d.end.map_or(rect.bottom, |end| end[1]), height: *height })
        .collect();
    let middles = spread(&wishes, rect.top - ABOVE, rect.bottom + BELOW);
    for (i, ((_, pen), d)) in pens.iter().zip(&drawn).enumerate() {
        // The first of several lines stands above the middle.
        let y = middles[i] - (heights[i] - PITCH - 4.0) / 2.0;
        let at = [rect.right + LEAD, y];
        if let Some(end) = d.end {
            lead(&mut canvas, end, at, rect.right);
        }
        legend::sample(&mut canvas, at, Sample::Marked(*pen));
        let mut beside = [at[0] + SAMPLE + BESIDE, y + 4.5];
        for line in &names[i] {
            canvas.text(beside, line, Face::new(NAME, INK, Anchor::Start));
            beside[1] += PITCH;
        }
        if let Some(note) = &notes[i] {
            let color = if note.wrong { ALARM } else { MUTED };
            canvas.text(beside, &note.text, Face::new(TICK, color, Anchor::Start));
        }
    }
    Ok(canvas.finish())
}

/// What is said below the name of a curve.
fn note(series: &Series, x: &Axis) -> Option<String> {
    if !series.note.is_empty() {
        return Some(series.note.clone());
    }
    if let Some(at) = series.diverged {
        let unit = if x.name.to_lowercase().starts_with("epoch") { "epoch" } else { "step" };
        return Some(format!("diverged at {unit} {at}"));
    }
    series.mid.iter().all(|v| !v.is_finite()).then(|| "no finite value".to_owned())
}

/// A thin line from the end of a curve at the right border to its name.
fn lead(canvas: &mut Canvas, end: Point, name: Point, border: f64) {
    // A curve of means ends half a stretch before the border.
    if border - end[0] < 14.0 {
        let route = [
            [end[0] + 2.0, end[1]],
            [border + 6.0, end[1]],
            [name[0] - 5.0, name[1]],
            [name[0] - 2.0, name[1]],
        ];
        canvas.line(&route, AXIS, 0.8, &[]);
    }
}

/// Where a label would like its middle, and the height it needs.
struct Wish {
    at: f64,
    height: f64,
}

/// Middles close to the wishes, in the same order, without overlap and inside `[low, high]` as
/// far as they fit.
fn spread(wishes: &[Wish], low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].at.total_cmp(&wishes[*b].at));
    let mut middles = vec![0.0; wishes.len()];
    let mut edge = low;
    for &i in &order {
        let half = wishes[i].height / 2.0;
        middles[i] = wishes[i].at.max(edge + half);
        edge = middles[i] + half;
    }
    // What was pushed out below comes back, and pushes the ones above it up.
    let mut edge = high;
    for &i in order.iter().rev() {
        let half = wishes[i].height / 2.0;
        middles[i] = middles[i].min(edge - half);
        edge = middles[i] - half;
    }
    middles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decay(name: &str, rate: f64) -> Series {
        let x: Vec<f64> = (0..200).map(f64::from).collect();
        let mid: Vec<f64> = x.iter().map(|t| 2.3 * (-rate * t).exp() + 0.01).collect();
        let band = (mid.iter().map(|v| 0.8 * v).collect(), mid.iter().map(|v| 1.2 * v).collect());
        Series { name: name.into(), x, mid, band: Some(band), diverged: None, note: String::new() }
    }

    #[test]
    fn every_name_is_in_the_drawing() {
        let names = ["sgd", "momentum", "a <b> & c"];
        let all = names.map(|n| decay(n, 0.02));
        let figure = curves("Training", Axis::linear("step"), Axis::log("loss (nats)"), &all).expect("drawn");
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let texts: Vec<&str> = tree.descendants().filter_map(|n| n.text()).collect();
        for name in names.iter().chain(&["Training", "step", "loss (nats)"]) {
            assert!(texts.contains(name), "{name} is missing from {texts:?}");
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let draw = || {
            let all = [decay("a", 0.02), decay("b", 0.05)];
            curves("t", Axis::linear("step"), Axis::log("loss"), &all).expect("drawn")
        };
        let (one, two) = (draw(), draw());
        assert_eq!(one.svg(), two.svg());
        assert_eq!(one.png(1.0).expect("png"), two.png(1.0).expect("png"));
    }

    #[test]
    fn values_that_are_not_finite_are_gaps() {
        let mut odd = decay("odd", 0.02);
        odd.mid[3] = f64::NAN;
        odd.mid[50] = f64::INFINITY;
        odd.x[70] = f64::NEG_INFINITY;
        if let Some((low, high)) = &mut odd.band {
            low[90] = f64::NAN;
            high[120] = f64::INFINITY;
        }
        odd.diverged = Some(f64::NAN);
        let figure = curves("t", Axis::linear("step"), Axis::log("loss"), &[odd]).expect("drawn");
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let shapes = figure.svg().split_once("</title>").expect("title").1.replace("step NaN", "");
        assert!(!shapes.contains("NaN") && !shapes.contains("inf"), "{shapes}");
    }

    #[test]
    fn a_diverged_run_says_when() {
        let mut wild = decay("wild", 0.02);
        wild.mid.truncate(41);
        wild.x.truncate(41);
        wild.band = None;
        wild.diverged = Some(40.0);
        let all = [decay("calm", 0.02), wild];
        let figure = curves("t", Axis::linear("step"), Axis::log("loss"), &all).expect("drawn");
        assert!(figure.svg().contains(">diverged at step 40<"));
        assert!(figure.svg().contains(ALARM));
    }

    #[test]
    fn nothing_to_show_is_an_error() {
        let empty = curves("none", Axis::linear("x"), Axis::linear("y"), &[]).expect_err("refused");
        assert!(matches!(empty, FigureError::Empty { .. }), "{empty}");
        let nan = Series { mid: vec![f64::NAN; 2], x: vec![0.0, 1.0], ..Series::default() };
        assert!(curves("nan", Axis::linear("x"), Axis::linear("y"), &[nan]).is_err());
    }

    #[test]
    fn lists_of_different_length_are_refused() {
        let mut short = decay("short", 0.02);
        short.mid.pop();
        let figure = curves("t", Axis::linear("x"), Axis::log("y"), &[short]);
        assert!(matches!(figure, Err(FigureError::Length { expected: 200, found: 199, .. })));
    }

    #[test]
    fn many_names_with_notes_all_stand_on_the_sheet() {
        let of = |i: usize| Series { note: "n = 3".into(), ..decay(&format!("rule {i}"), 0.02) };
        let all: Vec<Series> = (0..30).map(of).collect();
        let figure = curves("t", Axis::linear("step"), Axis::log("loss"), &all).expect("drawn");
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let mut places: Vec<f64> = tree
            .descendants()
            .filter(|n| n.text().is_some_and(|text| text.starts_with("rule ")))
            .filter_map(|n| n.attribute("y")?.parse().ok())
            .collect();
        places.sort_by(f64::total_cmp);
        assert_eq!(places.len(), 30);
        assert!(places[0] > 30.0 && places[29] < figure.size().1 - 20.0, "{places:?}");
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 32.9), "{places:?}");
    }

    #[test]
    fn labels_never_overlap_and_stay_in_order() {
        let wishes: Vec<Wish> = [90.0, 10.0, 91.0, 92.0, 10.5].map(|at| Wish { at, height: 15.0 }).into();
        let middles = spread(&wishes, 0.0, 100.0);
        assert!(middles.iter().all(|m| (7.5..=92.5).contains(m)), "{middles:?}");
        let mut sorted = middles.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|p| p[1] - p[0] >= 15.0 - 1e-9), "{sorted:?}");
        assert!(middles[1] < middles[4] && middles[0] < middles[2] && middles[2] < middles[3]);
    }
}
