//! Lines and areas cut by hand: to a rectangle, into dashes, down to what the eye can see.
//!
//! Cutting the geometry instead of naming an SVG clip path leaves the drawing without ids.

/// A point in SVG units, y downwards.
pub(super) type Point = [f64; 2];

/// An axis-parallel rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn holds(&self, [x, y]: Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The nearest point inside.
    pub(super) fn nearest(&self, [x, y]: Point) -> Point {
        [x.clamp(self.left, self.right), y.clamp(self.top, self.bottom)]
    }
}

fn between(a: Point, b: Point, t: f64) -> Point {
    [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

/// The part of a segment inside `rect` (Liang and Barsky, 1984).
fn segment(a: Point, b: Point, rect: &Rect) -> Option<(Point, Point)> {
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    for (slope, room) in
        [(-dx, a[0] - rect.left), (dx, rect.right - a[0]), (-dy, a[1] - rect.top), (dy, rect.bottom - a[1])]
    {
        if slope == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if slope < 0.0 {
            from = from.max(room / slope);
        } else {
            to = to.min(room / slope);
        }
    }
    (from <= to).then(|| (between(a, b, from), between(a, b, to)))
}

/// The pieces of a line inside `rect`. A point that is not finite breaks the line.
pub(super) fn line(points: &[Point], rect: &Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        if !pair.iter().flatten().all(|v| v.is_finite()) {
            continue;
        }
        let Some((a, b)) = segment(pair[0], pair[1], rect) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&a) => piece.push(b),
            _ => pieces.push(vec![a, b]),
        }
    }
    pieces
}

/// The part of an area inside `rect` (Sutherland and Hodgman, 1974).
pub(super) fn area(points: &[Point], rect: &Rect) -> Vec<Point> {
    // One bound after the other: which coordinate, the bound, and on which side it is inside.
    let bounds = [(0, rect.left, 1.0), (0, rect.right, -1.0), (1, rect.top, 1.0), (1, rect.bottom, -1.0)];
    let mut area = points.to_vec();
    for (axis, bound, side) in bounds {
        let depth = |p: Point| side * (p[axis] - bound);
        let mut cut = Vec::with_capacity(area.len());
        for (i, &b) in area.iter().enumerate() {
            let a = area[(i + area.len() - 1) % area.len()];
            if (depth(a) < 0.0) != (depth(b) < 0.0) {
                cut.push(between(a, b, depth(a) / (depth(a) - depth(b))));
            }
            if depth(b) >= 0.0 {
                cut.push(b);
            }
        }
        area = cut;
    }
    area
}

/// A line cut into dashes whose pattern runs on through its corners.
pub(super) fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    if pattern.is_empty() || pattern.iter().any(|length| *length <= 0.0) {
        return vec![points.to_vec()];
    }
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let (mut turn, mut left, mut fresh) = (0, pattern[0], true);
    for pair in points.windows(2) {
        let length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        let mut done = 0.0;
        while done < length {
            let stretch = left.min(length - done);
            if turn % 2 == 0 {
                let end = between(pair[0], pair[1], (done + stretch) / length);
                match pieces.last_mut() {
                    Some(piece) if !fresh => piece.push(end),
                    _ => pieces.push(vec![between(pair[0], pair[1], done / length), end]),
                }
                fresh = false;
            }
            done += stretch;
            left -= stretch;
            if left <= 0.0 {
                turn = (turn + 1) % pattern.len();
                left = pattern[turn];
                fresh = true;
            }
        }
    }
    pieces
}

/// The line without the points that nobody would miss: none moves it by more than `tolerance`
/// (Douglas and Peucker, 1973).
pub(super) fn simplify(points: &[Point], tolerance: f64) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut spans = vec![(0, points.len() - 1)];
    while let Some((from, to)) = spans.pop() {
        let (a, b) = (points[from], points[to]);
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let distance = |p: Point| {
            if length == 0.0 {
                (p[0] - a[0]).hypot(p[1] - a[1])
            } else {
                let along =
                    ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / (length * length);
                let foot = between(a, b, along.clamp(0.0, 1.0));
                (p[0] - foot[0]).hypot(p[1] - foot[1])
            }
        };
        let farthest = (from + 1..to).map(|i| (i, distance(points[i]))).max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((i, far)) = farthest
            && far > tolerance
        {
            keep[i] = true;
            spans.push((from, i));
            spans.push((i, to));
        }
    }
    points.iter().zip(keep).filter_map(|(p, kept)| kept.then_some(*p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_is_cut_at_the_border_and_at_gaps() {
        let pieces = line(&[[-5.0, 5.0], [5.0, 5.0], [5.0, 15.0]], &BOX);
        assert_eq!(pieces, [vec![[0.0, 5.0], [5.0, 5.0], [5.0, 10.0]]]);
        let gap = [[1.0, 1.0], [2.0, 1.0], [f64::NAN, 1.0], [4.0, 1.0], [5.0, 1.0]];
        assert_eq!(line(&gap, &BOX).len(), 2);
        assert!(line(&[[-1.0, 20.0], [11.0, 20.0]], &BOX).is_empty());
    }

    #[test]
    fn an_area_is_cut_to_its_overlap() {
        let cut = area(&[[5.0, 5.0], [15.0, 5.0], [15.0, 8.0], [5.0, 8.0]], &BOX);
        assert!(cut.iter().all(|p| BOX.holds(*p)));
        let size: f64 = (0..cut.len())
            .map(|i| (cut[i], cut[(i + 1) % cut.len()]))
            .map(|(a, b)| (a[0] * b[1] - b[0] * a[1]) / 2.0)
            .sum();
        assert!((size.abs() - 15.0).abs() < 1e-9, "{size}");
        assert!(area(&[[20.0, 0.0], [30.0, 0.0], [25.0, 9.0]], &BOX).is_empty());
    }

    #[test]
    fn dashes_run_on_through_corners() {
        // A staircase of unit steps, 8 long in all; dashes of 3 and gaps of 1 fit twice.
        let stairs: Vec<Point> = (0..9).map(|i| [f64::from((i + 1) / 2), f64::from(i / 2)]).collect();
        let drawn = dashes(&stairs, &[3.0, 1.0]);
        assert_eq!(drawn.len(), 2);
        for dash in drawn {
            let length: f64 = dash.windows(2).map(|p| (p[1][0] - p[0][0]).hypot(p[1][1] - p[0][1])).sum();
            assert!((length - 3.0).abs() < 1e-9);
        }
    }

    #[test]
    fn only_needless_points_are_dropped() {
        let straight: Vec<Point> = (0..100).map(|i| [f64::from(i), 0.0]).collect();
        assert_eq!(simplify(&straight, 0.1), [[0.0, 0.0], [99.0, 0.0]]);
        let mut peak = straight;
        peak[50][1] = 5.0;
        assert!(simplify(&peak, 0.1).contains(&[50.0, 5.0]));
    }
}
