//! Small multiples: many panels, one pair of axes, one legend.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::Rect;
use super::data::{Axis, Series};
use super::frame::{self, ABOVE_NAME, BELOW_NAME, BELOW_TICKS, Frame, Labels};
use super::legend::{self, Entry, Sample};
use super::lines::{self, Drawn, Look};
use super::style::{ALARM, INK, MUTED, NAME, Pen, TICK, pen};
use super::text;
use super::{Figure, FigureError};

const WIDTH: f64 = 900.0;
const BETWEEN: f64 = 20.0;
/// Room above a panel for its title.
const HEAD: f64 = 22.0;
/// Between a remark and the border of its panel, and from line to line of it and of a title.
const INSET: f64 = 8.0;
const PITCH: f64 = 14.0;
const LOOK: Look = Look { width: 1.9, dashed: true, markers: 0 };

/// Panels in rows of `columns`, each with its title and series, all on the same two scales.
///
/// Tick labels stand at the left and the bottom only, and one legend above the panels names the
/// series: a name has the same pen in every panel. A series with no value to show in a panel is
/// named there.
///
/// # Errors
///
/// As [`curves`](super::curves()), and [`FigureError::Range`] if `columns` is 0.
pub fn grid(
    title: &str,
    x: Axis,
    y: Axis,
    panels: &[(String, Vec<Series>)],
    columns: usize,
) -> Result<Figure, FigureError> {
    x.checked_range(title)?;
    y.checked_range(title)?;
    let all = || panels.iter().flat_map(|(_, series)| series);
    all().try_for_each(|s| s.check(title))?;
    if columns == 0 {
        return Err(FigureError::Range {
            title: title.to_owned(),
            name: "columns".to_owned(),
            expected: "at least 1",
            found: "0".to_owned(),
        });
    }
    let Some((across, up)) = lines::scales(&x, &y, all()) else {
        let what = format!("{} series in {} panels", all().count(), panels.len());
        return Err(FigureError::Empty { title: title.to_owned(), what });
    };
    let mut names: Vec<&str> = Vec::new();
    for series in all() {
        if !names.contains(&series.name.as_str()) {
            names.push(&series.name);
        }
    }
    let mut entries: Vec<Entry> =
        names.iter().enumerate().map(|(i, n)| (Sample::Dashed(pen(i)), (*n).to_owned())).collect();
    if all().any(|s| s.diverged.is_some()) {
        entries.push((Sample::Cross, "diverged".to_owned()));
    }

    let columns = columns.min(panels.len());
    let rows = panels.len().div_ceil(columns);
    let left = EDGE + frame::gutter(&up, 120.0);
    let width = (WIDTH - EDGE - left + BETWEEN) / columns as f64 - BETWEEN;
    let height = (0.68 * width).clamp(90.0, 300.0);
    let titles: Vec<Vec<String>> = panels.iter().map(|(name, _)| text::wrap(name, NAME, width)).collect();
    let more = titles.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let head = HEAD + PITCH * more as f64;
    let legend_top = below_title(title, WIDTH) - 2.0;
    let top = legend_top + legend::height(&entries, WIDTH - EDGE - left) + ABOVE_NAME;
    let rect = |i: usize| {
        let left = left + (i % columns) as f64 * (width + BETWEEN);
        let top = top + head + (i / columns) as f64 * (height + head + BETWEEN / 2.0);
        Rect { left, top, right: left + width, bottom: top + height }
    };
    let last = rect(rows * columns - 1);

    let mut canvas = Canvas::new(title, WIDTH, last.bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    legend::draw(&mut canvas, [left, legend_top], WIDTH - EDGE - left, &entries);
    for (i, (_, series)) in panels.iter().enumerate() {
        let frame = Frame { rect: rect(i), x: across, y: up };
        let labels = Labels { x: i + columns >= panels.len(), y: i % columns == 0 };
        frame.draw(&mut canvas, labels);
        for (k, line) in titles[i].iter().rev().enumerate() {
            let at = [frame.rect.left, frame.rect.top - 6.0 - PITCH * k as f64];
            canvas.text(at, line, Face::new(NAME, INK, Anchor::Start));
        }
        let pens: Vec<(&Series, Pen)> = series
            .iter()
            .map(|s| (s, pen(names.iter().position(|n| *n == s.name).unwrap_or_default())))
            .collect();
        let drawn = lines::draw(&mut canvas, &frame, &pens, LOOK);
        let remarks = remarks(series, &drawn, width - 2.0 * INSET);
        let first = free(&frame, series, &remarks);
        for (k, (line, color)) in remarks.iter().enumerate() {
            let at = [frame.rect.right - INSET, first + PITCH * k as f64];
            canvas.text(at, line, Face::new(TICK, color, Anchor::End));
        }
    }
    let middle = Rect { left, top, right: WIDTH - EDGE, bottom: last.bottom };
    Frame { rect: middle, x: across, y: up }.name_x(&mut canvas, &x.name);
    frame::name_y(&mut canvas, top + 6.0, &y.name);
    Ok(canvas.finish())
}

/// What went wrong in a panel, in lines: what diverged, and the names of the series that are nowhere
/// to be seen, since nothing that was tried is hidden.
fn remarks(series: &[Series], drawn: &[Drawn], room: f64) -> Vec<(String, &'static str)> {
    let mut out = Vec::new();
    let mut add = |words: String, color| {
        let lines = text::wrap(&words, TICK, room).into_iter();
        out.extend(lines.map(|line| (line, color)));
    };
    for s in series.iter().filter(|s| !s.note.is_empty()) {
        add(format!("{}: {}", s.name, s.note), ALARM);
    }
    let lost: Vec<&str> = series
        .iter()
        .zip(drawn)
        .filter(|(s, d)| d.end.is_none() && s.note.is_empty())
        .map(|(s, _)| s.name.as_str())
        .collect();
    if !lost.is_empty() {
        add(format!("no finite value: {}", lost.join(", ")), MUTED);
    }
    out
}

/// The base line of the first remark: the height of the panel where the fewest points lie beneath.
fn free(frame: &Frame, series: &[Series], remarks: &[(String, &'static str)]) -> f64 {
    let rect = frame.rect;
    let tall = PITCH * remarks.len() as f64;
    let left = rect.right - INSET - text::widest(remarks.iter().map(|(line, _)| &**line), TICK);
    let points: Vec<[f64; 2]> = series
        .iter()
        .flat_map(|s| s.x.iter().zip(&s.mid))
        .map(|(x, y)| frame.place([*x, *y]))
        .filter(|p| rect.holds(*p) && p[0] >= left - INSET)
        .collect();
    let hidden = |top: f64| {
        let inside = |p: &&[f64; 2]| (top - 4.0..=top + tall + 4.0).contains(&p[1]);
        points.iter().filter(inside).count()
    };
    let tops = [rect.bottom - tall - 5.0, rect.top + 4.0, (rect.top + rect.bottom - tall) / 2.0];
    let best = tops.into_iter().min_by_key(|top| hidden(*top)).unwrap_or(tops[0]);
    best + PITCH - 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panels(count: usize) -> Vec<(String, Vec<Series>)> {
        (0..count)
            .map(|i| {
                let line = |name: &str, top: f64| Series {
                    name: name.into(),
                    x: vec![0.0, 10.0, 20.0],
                    mid: vec![0.1, top, f64::NAN],
                    ..Series::default()
                };
                (format!("W: {i}"), vec![line("plain", 0.5), line("batch norm", 0.9)])
            })
            .collect()
    }

    fn draw(panels: &[(String, Vec<Series>)], columns: usize) -> Result<Figure, FigureError> {
        grid("Scales", Axis::linear("epoch"), Axis::linear("accuracy").over(0.0, 1.0), panels, columns)
    }

    #[test]
    fn one_legend_names_the_series_and_every_panel_has_its_title() {
        let figure = draw(&panels(16), 4).expect("drawn");
        let count = |text: &str| figure.svg().matches(&format!(">{text}<")).count();
        assert_eq!((count("plain"), count("batch norm")), (1, 1));
        assert!((0..16).all(|i| count(&format!("W: {i}")) == 1));
        assert_eq!((count("epoch"), count("accuracy")), (1, 1));
        // Tick labels of y stand in the first column only.
        assert_eq!(count("0.5") + count("0.50"), 4);
    }

    #[test]
    fn what_is_not_to_be_seen_is_named() {
        let mut some = panels(3);
        some[1].1[0].mid.fill(f64::NAN);
        some[2].1[1].diverged = Some(10.0);
        let figure = draw(&some, 2).expect("drawn");
        assert_eq!(figure.svg().matches("no finite value").count(), 1);
        assert!(figure.svg().contains(">no finite value: plain<"));
        assert!(figure.svg().contains(">diverged<"));
        some[1].1[0].note = "diverged at step 3".into();
        let figure = draw(&some, 2).expect("drawn");
        assert!(figure.svg().contains(">plain: diverged at step 3<"));
        assert!(!figure.svg().contains("no finite value"));
        assert!(!draw(&panels(3), 2).expect("drawn").svg().contains(">diverged<"));
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
    }

    #[test]
    fn no_panels_and_no_columns_are_errors() {
        assert!(matches!(draw(&[], 4), Err(FigureError::Empty { .. })));
        assert!(matches!(draw(&panels(2), 0), Err(FigureError::Range { .. })));
    }
}
