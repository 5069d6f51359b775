//! Level lines of a function over a window.

use std::collections::BTreeMap;

use super::canvas::Canvas;
use super::clip::Point;
use super::frame::Frame;
use super::scale::Scale;
use super::style::CONTOUR;

/// Points along each side of the grid on which the function is asked.
const SIDE: usize = 241;
const LEVELS: usize = 13;

/// The function's values on a grid over a window.
pub(super) struct Relief {
    /// Row by row, from the low end of y.
    values: Vec<f64>,
}

impl Relief {
    /// Asks `f` everywhere between the ends of two linear scales.
    pub(super) fn new((x, y): (Scale, Scale), f: &dyn Fn(f64, f64) -> f64) -> Self {
        let at = |s: Scale, i: usize| s.low() + (s.high() - s.low()) * i as f64 / (SIDE - 1) as f64;
        let values = (0..SIDE * SIDE).map(|i| f(at(x, i % SIDE), at(y, i / SIDE)));
        Self { values: values.collect() }
    }

    /// Draws the level lines over the whole panel.
    pub(super) fn draw(&self, canvas: &mut Canvas, frame: &Frame) {
        let lines: Vec<Vec<Point>> =
            self.levels().into_iter().flat_map(|level| self.trace(frame, level)).collect();
        canvas.lines(&lines, CONTOUR, 0.9, &[]);
    }

    /// Levels by quantile: below the k-th of n lies (k/n)² of the window.
    ///
    /// A quadratic bowl then gets evenly spaced ellipses however long it is, and the floor of a
    /// curved valley gets its lines too, where even steps in height would leave it blank.
    fn levels(&self) -> Vec<f64> {
        let mut sorted: Vec<f64> = self.values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            return Vec::new();
        };
        let mut levels: Vec<f64> = (1..=LEVELS)
            .map(|k| (k as f64 / (LEVELS + 1) as f64).powi(2))
            .map(|share| sorted[(share * last as f64).round() as usize])
            .collect();
        levels.dedup();
        levels
    }

    /// Where on the sheet the function crosses `level`, as lines through the grid.
    fn trace(&self, frame: &Frame, level: f64) -> Vec<Vec<Point>> {
        join(&self.segments(level))
            .into_iter()
            .map(|edges| edges.into_iter().map(|edge| self.cross(frame, level, edge)).collect())
            .collect()
    }

    /// In every cell, the pairs of grid edges that the level line joins (marching squares).
    fn segments(&self, level: f64) -> Vec<(Edge, Edge)> {
        let mut out = Vec::new();
        for row in 0..SIDE - 1 {
            for column in 0..SIDE - 1 {
                let at = row * SIDE + column;
                let corners = [at, at + 1, at + SIDE + 1, at + SIDE];
                if corners.iter().any(|i| !self.values[*i].is_finite()) {
                    continue;
                }
                let above = corners.map(|i| self.values[i] >= level);
                // Edge i runs from corner i to corner i + 1.
                let crossed: Vec<Edge> = (0..4)
                    .filter(|i| above[*i] != above[(i + 1) % 4])
                    .map(|i| Edge::new(corners[i], corners[(i + 1) % 4]))
                    .collect();
                match crossed[..] {
                    [a, b] => out.push((a, b)),
                    // A saddle: the middle decides which corners belong together.
                    [a, b, c, d] => {
                        let middle = corners.iter().map(|i| self.values[*i]).sum::<f64>() / 4.0;
                        if (middle >= level) == above[0] {
                            out.extend([(a, b), (c, d)]);
                        } else {
                            out.extend([(d, a), (b, c)]);
                        }
                    }
                    _ => {}
                }
            }
        }
        out
    }

    fn cross(&self, frame: &Frame, level: f64, edge: Edge) -> Point {
        let (a, b) = (self.values[edge.from], self.values[edge.to]);
        let t = if a == b { 0.5 } else { (level - a) / (b - a) };
        let along = |i: usize| [(i % SIDE) as f64, (i / SIDE) as f64];
        let (p, q) = (along(edge.from), along(edge.to));
        let share = |k: usize| (p[k] + t * (q[k] - p[k])) / (SIDE - 1) as f64;
        let rect = frame.rect;
        [rect.left + share(0) * frame.width(), rect.bottom - share(1) * frame.height()]
    }
}

/// An edge of the grid between two neighbouring points, the lower index first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
}

impl Edge {
    fn new(a: usize, b: usize) -> Self {
        Self { from: a.min(b), to: a.max(b) }
    }
}

/// Segments end to end as lines; a closed line ends where it begins.
fn join(segments: &[(Edge, Edge)]) -> Vec<Vec<Edge>> {
    let mut at: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (i, (a, b)) in segments.iter().enumerate() {
        at.entry(*a).or_default().push(i);
        at.entry(*b).or_default().push(i);
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    // Lines that end at the border begin there; what is left are closed lines.
    let ends = at.iter().filter(|(_, list)| list.len() == 1).map(|(edge, _)| *edge);
    let starts: Vec<Edge> = ends.chain(segments.iter().map(|(a, _)| *a)).collect();
    for start in starts {
        let mut line = vec![start];
        let mut here = start;
        while let Some(&i) = at[&here].iter().find(|i| !used[**i]) {
            used[i] = true;
            here = if segments[i].0 == here { segments[i].1 } else { segments[i].0 };
            line.push(here);
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::clip::Rect;
    use super::*;

    fn frame() -> Frame {
        let rect = Rect { left: 0.0, top: 0.0, right: 200.0, bottom: 200.0 };
        Frame { rect, x: Scale::exact(false, -1.0, 1.0), y: Scale::exact(false, -1.0, 1.0) }
    }

    #[test]
    fn a_level_of_a_bowl_is_one_closed_circle() {
        let relief = Relief::new((frame().x, frame().y), &|x, y| x * x + y * y);
        let lines = relief.trace(&frame(), 0.25);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for [x, y] in &lines[0] {
            let radius = (x - 100.0).hypot(y - 100.0);
            assert!((radius - 50.0).abs() < 0.1, "{radius}");
        }
    }

    #[test]
    fn a_saddle_has_two_branches() {
        let relief = Relief::new((frame().x, frame().y), &|x, y| x * y);
        assert_eq!(relief.trace(&frame(), 0.1).len(), 2);
    }

    #[test]
    fn branches_do_not_cross_where_a_saddle_lies_inside_a_cell() {
        let half = 1.0 / (SIDE - 1) as f64;
        let relief = Relief::new((frame().x, frame().y), &|x, y| (x - half) * (y - half));
        let middle = frame().place([half, half]);
        // Both levels lie between the middle of the cell and its corners.
        for level in [0.1 * half * half, -0.1 * half * half] {
            let lines = relief.trace(&frame(), level);
            assert_eq!(lines.len(), 2);
            for line in lines {
                let right = line.iter().filter(|p| p[0] > middle[0]).count();
                assert!(right == 0 || right == line.len(), "{right} of {}", line.len());
            }
        }
    }

    #[test]
    fn levels_of_a_bowl_are_evenly_spaced_in_radius() {
        let levels = Relief::new((frame().x, frame().y), &|x, y| x * x + y * y).levels();
        let radii: Vec<f64> = levels.iter().map(|l| l.sqrt()).collect();
        let inner = radii.iter().filter(|r| **r < 0.95).count();
        assert!(inner >= 10, "{radii:?}");
        assert!(radii.windows(2).take(inner).all(|p| (p[1] - p[0] - radii[0]).abs() < 0.02), "{radii:?}");
    }

    #[test]
    fn holes_and_flats_are_survived() {
        let hole = Relief::new((frame().x, frame().y), &|x, y| {
            if x > 0.0 { f64::NAN } else { x * x + y * y }
        });
        let lines: Vec<_> = hole.levels().into_iter().flat_map(|l| hole.trace(&frame(), l)).collect();
        assert!(lines.iter().flatten().flatten().all(|v| v.is_finite()));
        assert!(Relief::new((frame().x, frame().y), &|_, _| f64::NAN).levels().is_empty());
        let flat = Relief::new((frame().x, frame().y), &|_, _| 1.0);
        assert!(flat.levels().into_iter().all(|l| flat.trace(&frame(), l).is_empty()));
    }
}
