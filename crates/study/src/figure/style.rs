//! One look for all figures: colours, markers, dashes, sizes.
//!
//! The colours are those of Okabe and Ito (2008), which stay apart for the common kinds of colour
//! blindness. Their yellow is left out: it vanishes on white. Colour is never the only sign: a
//! series also has a marker or a dash of its own.

/// Text and strong lines.
pub const INK: &str = "#1f2328";
/// Text of second rank: tick labels, notes.
pub const MUTED: &str = "#5c6570";
/// The border of a panel and its ticks.
pub const AXIS: &str = "#7d8590";
/// Grid lines behind the data.
pub const GRID: &str = "#e7eaee";
/// The shade behind every second row.
pub const SHADE: &str = "#f5f7f9";
/// Level lines of a surface.
pub const CONTOUR: &str = "#b4bfcc";
/// What went wrong: the cross of a diverged run.
pub const ALARM: &str = "#b3261e";
/// Bars of a histogram.
pub const BAR: &str = "#0072b2";

/// Font size of a figure's title, in SVG units.
pub const TITLE: u32 = 17;
/// Font size of panel titles and names of series.
pub const NAME: u32 = 13;
/// Font size of axis names.
pub const LABEL: u32 = 13;
/// Font size of tick labels and notes.
pub const TICK: u32 = 12;

/// Fonts by preference; the first is also the one a PNG is drawn with.
pub const FONTS: &str = "DejaVu Sans, Verdana, Liberation Sans, Arial, sans-serif";

/// The shape that marks a series' points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle that points up.
    Up,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    Down,
    /// Two strokes, upright and level.
    Plus,
    /// A narrow upright bar.
    Bar,
    /// A star of five points.
    Star,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Colour as `#rrggbb`.
    pub color: &'static str,
    /// Lengths drawn and left out in turn, in SVG units; empty for a solid line.
    pub dash: &'static [f64],
    /// The shape of its points.
    pub marker: Marker,
}

const PENS: [Pen; 7] = [
    Pen { color: "#0072b2", dash: &[], marker: Marker::Circle },
    Pen { color: "#d55e00", dash: &[7.0, 3.0], marker: Marker::Square },
    Pen { color: "#009e73", dash: &[2.5, 2.5], marker: Marker::Up },
    Pen { color: "#c05c96", dash: &[9.0, 3.0, 2.0, 3.0], marker: Marker::Diamond },
    Pen { color: "#d48f00", dash: &[13.0, 4.0], marker: Marker::Down },
    Pen { color: "#4aa3d8", dash: &[5.0, 2.0], marker: Marker::Plus },
    Pen { color: "#1f2328", dash: &[9.0, 2.5, 2.0, 2.5, 2.0, 2.5], marker: Marker::Bar },
];

/// The pen of the series at `index`.
///
/// Seven colours repeat; from the eighth series on the markers and dashes are shifted, so that a
/// colour meets another marker.
#[must_use]
pub fn pen(index: usize) -> Pen {
    let round = index / PENS.len();
    let base = PENS[index % PENS.len()];
    let other = PENS[(index + round) % PENS.len()];
    Pen { color: base.color, dash: other.dash, marker: other.marker }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_many_pens_look_the_same() {
        let pens: Vec<Pen> = (0..49).map(pen).collect();
        for (i, a) in pens.iter().enumerate() {
            for b in &pens[i + 1..] {
                assert!(a.color != b.color || (a.marker != b.marker && a.dash != b.dash), "{a:?} twice");
            }
        }
    }
}
