//! A panel: its border, ticks and grid, and where a value lies in it.

use super::canvas::{Anchor, Canvas, EDGE, Face};
use super::clip::{Point, Rect};
use super::scale::{Scale, Tick};
use super::style::{AXIS, GRID, INK, LABEL, MUTED, TICK};
use super::text;

/// Room for tick labels below a panel, and for the axis name below those.
pub(super) const BELOW_TICKS: f64 = 20.0;
/// See [`BELOW_TICKS`].
pub(super) const BELOW_NAME: f64 = 22.0;

/// Room above a panel for the name of its y axis.
pub(super) const ABOVE_NAME: f64 = 24.0;
/// How far a tick label may stand out at the sides of its panel.
const OVERHANG: f64 = 6.0;

/// Which axes of a panel carry labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels {
    pub(super) x: bool,
    pub(super) y: bool,
}

/// A rectangle with two scales.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) rect: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Frame {
    pub(super) fn width(&self) -> f64 {
        self.rect.right - self.rect.left
    }

    pub(super) fn height(&self) -> f64 {
        self.rect.bottom - self.rect.top
    }

    /// Where a pair of values lies on the sheet; perhaps outside the panel, perhaps not finite.
    pub(super) fn place(&self, [x, y]: [f64; 2]) -> Point {
        [self.rect.left + self.x.at(x) * self.width(), self.rect.bottom - self.y.at(y) * self.height()]
    }

    fn x_ticks(&self) -> Vec<Tick> {
        self.x.ticks(((self.width() / 62.0) as usize).clamp(2, 10))
    }

    fn y_ticks(&self) -> Vec<Tick> {
        y_ticks(&self.y, self.height())
    }

    /// Grid, ticks, labels and border; the data are drawn over them.
    pub(super) fn draw(&self, canvas: &mut Canvas, labels: Labels) {
        let r = self.rect;
        let (xs, ys) = (self.x_ticks(), self.y_ticks());
        let mut lines = Vec::new();
        for tick in xs.iter().filter(|tick| !tick.label.is_empty()) {
            let x = self.place([tick.value, self.y.low()])[0];
            lines.push(vec![[x, r.top], [x, r.bottom]]);
        }
        for tick in ys.iter().filter(|tick| !tick.label.is_empty()) {
            let y = self.place([self.x.low(), tick.value])[1];
            lines.push(vec![[r.left, y], [r.right, y]]);
        }
        canvas.lines(&lines, GRID, 1.0, &[]);
        self.border(canvas);
        self.draw_ticks(canvas, &xs, &ys, labels);
    }

    /// The x axis alone with its grid, for panels whose other direction is no axis.
    pub(super) fn draw_x(&self, canvas: &mut Canvas) {
        let r = self.rect;
        let xs = self.x_ticks();
        let places =
            xs.iter().filter(|t| !t.label.is_empty()).map(|t| self.place([t.value, self.y.low()])[0]);
        let lines: Vec<Vec<Point>> = places.map(|x| vec![[x, r.top], [x, r.bottom]]).collect();
        canvas.lines(&lines, GRID, 1.0, &[]);
        canvas.line(&[[r.left, r.bottom], [r.right, r.bottom]], AXIS, 1.0, &[]);
        self.draw_ticks(canvas, &xs, &[], Labels { x: true, y: false });
    }

    /// The border alone.
    pub(super) fn border(&self, canvas: &mut Canvas) {
        let r = self.rect;
        let corners =
            [[r.left, r.top], [r.left, r.bottom], [r.right, r.bottom], [r.right, r.top], [r.left, r.top]];
        canvas.line(&corners, AXIS, 1.0, &[]);
    }

    /// Ticks and labels, without the grid.
    pub(super) fn ticks(&self, canvas: &mut Canvas, labels: Labels) {
        self.draw_ticks(canvas, &self.x_ticks(), &self.y_ticks(), labels);
    }

    fn draw_ticks(&self, canvas: &mut Canvas, xs: &[Tick], ys: &[Tick], labels: Labels) {
        let r = self.rect;
        let length = |tick: &Tick| if tick.label.is_empty() { 2.5 } else { 4.5 };
        let mut marks = Vec::new();
        let mut free = f64::NEG_INFINITY;
        for tick in xs {
            let x = self.place([tick.value, self.y.low()])[0];
            marks.push(vec![[x, r.bottom], [x, r.bottom + length(tick)]]);
            let half = text::width(&tick.label, TICK) / 2.0;
            // A label at the very end moves inwards, away from that of the next panel.
            let middle = x.max(r.left - OVERHANG + half).min(r.right + OVERHANG - half);
            if labels.x && !tick.label.is_empty() && middle - half > free {
                let face = Face::new(TICK, MUTED, Anchor::Middle);
                canvas.text([middle, r.bottom + 16.0], &tick.label, face);
                free = middle + half + 4.0;
            }
        }
        for tick in ys {
            let y = self.place([self.x.low(), tick.value])[1];
            marks.push(vec![[r.left, y], [r.left - length(tick), y]]);
            if labels.y {
                let face = Face::new(TICK, MUTED, Anchor::End);
                canvas.text([r.left - 7.5, y + 4.0], &tick.label, face);
            }
        }
        canvas.lines(&marks, AXIS, 1.0, &[]);
    }

    /// The name of the x axis, below its labels.
    pub(super) fn name_x(&self, canvas: &mut Canvas, name: &str) {
        let x = (self.rect.left + self.rect.right) / 2.0;
        let y = self.rect.bottom + BELOW_TICKS + 15.0;
        canvas.text([x, y], name, Face::new(LABEL, INK, Anchor::Middle));
    }
}

fn y_ticks(scale: &Scale, height: f64) -> Vec<Tick> {
    scale.ticks(((height / 34.0) as usize).clamp(2, 8))
}

/// Room to the left of a panel of this height for its tick labels.
pub(super) fn gutter(scale: &Scale, height: f64) -> f64 {
    let ticks = y_ticks(scale, height);
    text::widest(ticks.iter().map(|tick| tick.label.as_str()), TICK) + 11.0
}

/// The name of the y axis, level so that no head need be turned, above a panel whose top is `top`.
pub(super) fn name_y(canvas: &mut Canvas, top: f64, name: &str) {
    canvas.text([EDGE, top - 11.0], name, Face::new(LABEL, INK, Anchor::Start));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_lie_in_the_corners() {
        let frame = Frame {
            rect: Rect { left: 10.0, top: 20.0, right: 110.0, bottom: 70.0 },
            x: Scale::exact(false, 0.0, 4.0),
            y: Scale::exact(true, 0.01, 100.0),
        };
        assert_eq!(frame.place([0.0, 0.01]), [10.0, 70.0]);
        let [x, y] = frame.place([4.0, 100.0]);
        assert!((x - 110.0).abs() < 1e-9 && (y - 20.0).abs() < 1e-9);
        let [x, y] = frame.place([2.0, 1.0]);
        assert!((x - 60.0).abs() < 1e-9 && (y - 45.0).abs() < 1e-9);
    }

    #[test]
    fn the_gutter_holds_the_widest_label() {
        let narrow = gutter(&Scale::exact(false, 0.0, 5.0), 300.0);
        let wide = gutter(&Scale::exact(false, 0.0, 50000.0), 300.0);
        assert!(wide > narrow + 20.0);
    }
}
