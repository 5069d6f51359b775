//! Histograms: a setting to each row, a layer to each column.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::{Point, Rect};
use super::frame::{BELOW_NAME, BELOW_TICKS, Frame};
use super::scale::{Extent, Scale};
use super::style::{BAR, INK, MUTED, NAME, TICK};
use super::text;
use super::{Figure, FigureError};

const WIDTH: f64 = 900.0;
const PANEL: f64 = 84.0;
const BETWEEN: f64 = 18.0;
const LINE: f64 = 16.0;
/// The least width of what a panel shows.
const SLIVER: f64 = 3.0;
/// A bin this many times as tall as the next is cut.
const FAR: u64 = 4;
/// How the panels are to be read; stands below the title.
const READING: &str = "every panel is as high as its own tallest bin, unless that is cut; the share of the values in that bin stands above it";

/// One histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// Its title: `layer 1`.
    pub title: String,
    /// The borders of the bins, ascending: one more than there are counts.
    pub edges: Vec<f64>,
    /// How many values fell into each bin.
    pub counts: Vec<u64>,
}

/// A row of histograms: one setting, layer by layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistogramRow {
    /// The setting: `sigmoid, std 1`.
    pub name: String,
    /// What is to be seen: `crowded at 0 and 1: gradients vanish`.
    pub reading: String,
    /// One panel for each layer.
    pub panels: Vec<Panel>,
}

/// Histograms in rows; all panels of a row have the same x axis, whose name is `x`.
///
/// The height is free: each panel is as high as its own tallest bin, and the share of the values
/// in that bin is written above it. A bin far above all others is cut, and marked. A common height would press the spread-out layers of a row
/// flat as soon as one layer has collapsed into a single bin, and it is their shape that tells.
///
/// # Errors
///
/// [`FigureError::Empty`] if no panel has a value, [`FigureError::Length`] if a panel does not have
/// one edge more than counts.
pub fn histograms(title: &str, x: &str, rows: &[HistogramRow]) -> Result<Figure, FigureError> {
    for (row, panel) in rows.iter().flat_map(|row| row.panels.iter().map(move |p| (row, p))) {
        if panel.edges.len() != panel.counts.len() + 1 {
            return Err(FigureError::Length {
                title: title.to_owned(),
                name: format!("row \"{}\", panel \"{}\"", row.name, panel.title),
                list: "edges",
                beside: "counts, and one more",
                expected: panel.counts.len() + 1,
                found: panel.edges.len(),
            });
        }
    }
    let columns = rows.iter().map(|row| row.panels.len()).max().unwrap_or(0);
    if !rows.iter().flat_map(|row| &row.panels).any(|panel| bins(panel).next().is_some()) {
        let what = format!("{} rows of {columns} panels", rows.len());
        return Err(FigureError::Empty { title: title.to_owned(), what });
    }
    let inner = WIDTH - 2.0 * EDGE;
    let width = (inner + BETWEEN) / columns as f64 - BETWEEN;
    let heads: Vec<Vec<String>> = rows.iter().map(|row| head(row, inner)).collect();
    let top = below_title(title, WIDTH) + LINE;
    let row_height = |i: usize| LINE * (heads[i].len() as f64 + 1.0) + 12.0 + PANEL + BELOW_TICKS + 8.0;
    let height = top + (0..rows.len()).map(row_height).sum::<f64>() + BELOW_NAME;

    let mut canvas = Canvas::new(title, WIDTH, height);
    canvas.text([EDGE, top - LINE + 8.0], READING, Face::new(TICK, MUTED, Anchor::Start));
    let mut at = top;
    for (i, row) in rows.iter().enumerate() {
        let base = at + 14.0;
        for (j, line) in heads[i].iter().enumerate() {
            let face = if j == 0 {
                Face::new(NAME, INK, Anchor::Start)
            } else {
                Face::new(TICK, MUTED, Anchor::Start)
            };
            canvas.text([EDGE, base + 6.0 + LINE * j as f64], line, face);
        }
        let panel_top = at + LINE * (heads[i].len() as f64 + 1.0) + 12.0;
        // All bins, the empty ones too: where no value fell is half of what is to be seen.
        let across = Extent::of(row.panels.iter().flat_map(|panel| panel.edges.iter().copied()));
        for (j, panel) in row.panels.iter().enumerate() {
            let left = EDGE + j as f64 * (width + BETWEEN);
            let rect = Rect { left, top: panel_top, right: left + width, bottom: panel_top + PANEL };
            draw_panel(&mut canvas, rect, across, panel);
        }
        at += row_height(i);
    }
    canvas.text([WIDTH / 2.0, at + 8.0], x, Face::new(NAME, INK, Anchor::Middle));
    Ok(canvas.finish())
}

/// The lines above a row: its name, then its reading.
fn head(row: &HistogramRow, room: f64) -> Vec<String> {
    let mut lines = vec![row.name.clone()];
    lines.extend(text::wrap(&row.reading, TICK, room));
    lines
}

/// The bins with values: lower edge, upper edge, count.
fn bins(panel: &Panel) -> impl Iterator<Item = (f64, f64, u64)> + '_ {
    let edges = panel.edges.windows(2).map(|pair| (pair[0], pair[1]));
    edges
        .zip(&panel.counts)
        .filter(|((low, high), count)| low.is_finite() && high.is_finite() && low < high && **count > 0)
        .map(|((low, high), count)| (low, high, *count))
}

fn draw_panel(canvas: &mut Canvas, rect: Rect, across: Extent, panel: &Panel) {
    let head = rect.top - 6.0;
    canvas.text([rect.left, head], &panel.title, Face::new(TICK, INK, Anchor::Start));
    let total: u64 = bins(panel).map(|(_, _, count)| count).sum();
    let peak = bins(panel).map(|(_, _, count)| count).max().unwrap_or(0);
    let top = height(panel);
    let cut = (peak as f64) > top;
    let note = match (total, cut) {
        (0, _) => "no values".to_owned(),
        (_, false) => format!("peak {}", share(peak, total)),
        (_, true) => format!("peak {}, cut", share(peak, total)),
    };
    canvas.text([rect.right, head], &note, Face::new(TICK, MUTED, Anchor::End));
    let across = if across.is_empty() { Extent { low: 0.0, high: 1.0 } } else { across };
    let frame = Frame {
        rect,
        x: Scale::exact(false, across.low, across.high),
        y: Scale::exact(false, 0.0, top * 1.04),
    };
    frame.draw_x(canvas);
    // A layer that has collapsed next to its neighbours would be thinner than a line can be.
    let used = Extent::of(bins(panel).flat_map(|(low, high, _)| [low, high]));
    if !used.is_empty() {
        let [a, b] = [used.low, used.high].map(|v| frame.place([v, 0.0])[0]);
        if b - a < SLIVER {
            let left = ((a + b - SLIVER) / 2.0).clamp(rect.left, rect.right - SLIVER);
            let bar = Rect {
                left,
                right: left + SLIVER,
                top: frame.place([used.low, top.min(peak as f64)])[1],
                bottom: rect.bottom,
            };
            canvas.rect(bar, BAR);
            return;
        }
    }
    // Bins that touch are one area: no seams between them.
    let mut outline: Vec<Point> = Vec::new();
    for (low, high, count) in bins(panel) {
        let foot = frame.place([low, 0.0]);
        if outline.last().is_some_and(|last| (last[0] - foot[0]).abs() > 1e-6) {
            canvas.area(&std::mem::take(&mut outline), BAR, 1.0);
        }
        match outline.last_mut() {
            None => outline.push(foot),
            // The foot of the bin before is not a corner of the common area.
            Some(_) => outline.truncate(outline.len() - 1),
        }
        let shown = (count as f64).min(frame.y.high());
        outline.push(frame.place([low, shown]));
        outline.push(frame.place([high, shown]));
        outline.push(frame.place([high, 0.0]));
    }
    canvas.area(&outline, BAR, 1.0);
    for (low, high, _) in bins(panel).filter(|(_, _, count)| *count as f64 > top) {
        // Two white strokes across a bin that goes on above the panel.
        let [a, b] = [low, high].map(|v| frame.place([v, 0.0])[0]);
        if b - a < SLIVER {
            continue;
        }
        let strokes =
            [12.0, 18.0].map(|down| vec![[a - 1.0, rect.top + down + 3.0], [b + 1.0, rect.top + down - 3.0]]);
        canvas.lines(&strokes, "#ffffff", 2.0, &[]);
    }
}

/// The count at the top of a panel: that of its tallest bin, unless this one stands far above all
/// others (half of what leaves a ReLU is exactly 0) and would press them flat.
fn height(panel: &Panel) -> f64 {
    let mut counts: Vec<u64> = bins(panel).map(|(_, _, count)| count).collect();
    counts.sort_unstable();
    match counts[..] {
        [] => 1.0,
        [.., second, first] if counts.len() > 4 && first > FAR * second => 2.0 * second as f64,
        [.., first] => first as f64,
    }
}

fn share(part: u64, total: u64) -> String {
    let percent = 100.0 * part as f64 / total as f64;
    if percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(counts: &[&[u64]]) -> HistogramRow {
        let panels = counts.iter().enumerate().map(|(i, counts)| Panel {
            title: format!("layer {}", i + 1),
            edges: (0..=counts.len()).map(|e| e as f64 / counts.len() as f64).collect(),
            counts: counts.to_vec(),
        });
        HistogramRow { name: "sigmoid, std 1".into(), reading: "crowded".into(), panels: panels.collect() }
    }

    #[test]
    fn a_bin_far_above_the_others_is_cut_and_says_so() {
        let tall = row(&[&[500, 40, 30, 20, 10]]);
        let figure = histograms("t", "activation", std::slice::from_ref(&tall)).expect("drawn");
        assert!(figure.svg().contains(">peak 83 %, cut<"));
        assert!((height(&tall.panels[0]) - 80.0).abs() < 1e-9);
        let even = row(&[&[100, 40, 30, 20, 10]]);
        let figure = histograms("t", "activation", &[even]).expect("drawn");
        assert!(figure.svg().contains(">peak 50 %<"));
    }

    #[test]
    fn a_collapsed_layer_is_still_to_be_seen() {
        let counts = &[500, 40, 30, 20, 10];
        let mut collapsed = row(&[counts, counts]);
        collapsed.panels[1].edges = vec![0.0, 1e-6, 2e-6, 3e-6, 4e-6, 5e-6];
        let figure = histograms("t", "activation", &[collapsed]).expect("drawn");
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let bars = tree
            .descendants()
            .filter(|n| n.has_tag_name("rect") && n.attribute("width") == Some(&SLIVER.to_string()));
        let heights: Vec<f64> = bars.filter_map(|n| n.attribute("height")?.parse().ok()).collect();
        assert_eq!(heights.len(), 1, "{}", figure.svg());
        assert!(heights[0] > 0.5 * PANEL && heights[0] <= PANEL, "{heights:?}");
    }

    #[test]
    fn names_readings_and_peaks_are_written() {
        let rows = [row(&[&[30, 40, 30], &[90, 5, 5]])];
        let figure = histograms("Activations", "activation", &rows).expect("drawn");
        for text in [
            "Activations",
            "activation",
            "sigmoid, std 1",
            "crowded",
            "layer 1",
            "layer 2",
            "peak 40 %",
            "peak 90 %",
        ] {
            assert!(figure.svg().contains(&format!(">{text}<")), "{text}");
        }
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
    }

    #[test]
    fn bins_apart_are_two_areas() {
        let areas = |counts: &[u64]| {
            let figure = histograms("t", "x", &[row(&[counts])]).expect("drawn");
            figure.svg().matches(&format!("fill=\"{BAR}\"")).count()
        };
        assert_eq!((areas(&[5, 3, 2]), areas(&[5, 0, 2])), (1, 2));
    }

    #[test]
    fn broken_panels_are_errors_or_left_out() {
        assert!(matches!(histograms("t", "x", &[]), Err(FigureError::Empty { .. })));
        assert!(matches!(histograms("t", "x", &[row(&[&[0, 0]])]), Err(FigureError::Empty { .. })));
        let mut wrong = row(&[&[1, 2]]);
        wrong.panels[0].edges.pop();
        assert!(matches!(histograms("t", "x", &[wrong]), Err(FigureError::Length { .. })));
        let mut odd = row(&[&[1, 2, 3], &[0, 0, 0]]);
        odd.panels[0].edges[0] = f64::NEG_INFINITY;
        let figure = histograms("t", "x", &[odd]).expect("drawn");
        assert!(figure.svg().contains(">no values<") && !figure.svg().contains("inf"));
    }
}
