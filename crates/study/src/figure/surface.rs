//! The surface itself, in three dimensions.

use kuva::plot::ColorMap;

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::Point;
use super::scale::{Extent, Scale, Tick};
use super::style::{AXIS, GRID, INK, LABEL, MUTED, Marker, Pen, TICK};
use super::{Figure, FigureError};

/// How a minimum is marked.
pub(super) const MINIMUM: Pen = Pen { color: "#b3261e", dash: &[], marker: Marker::Star };

const WIDTH: f64 = 700.0;
const HEIGHT: f64 = 500.0;
/// Facets along each side.
const FACETS: usize = 36;

/// A function of two variables over a window.
#[derive(Clone)]
pub struct Surface<'a> {
    /// Its formula, or its name.
    pub name: String,
    /// The function.
    pub f: &'a dyn Fn(f64, f64) -> f64,
    /// Lowest and highest x, lowest and highest y.
    pub window: ((f64, f64), (f64, f64)),
    /// Where it is smallest.
    pub minima: Vec<[f64; 2]>,
}

impl std::fmt::Debug for Surface<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Surface")
            .field("name", &self.name)
            .field("window", &self.window)
            .field("minima", &self.minima)
            .finish_non_exhaustive()
    }
}

impl Surface<'_> {
    pub(super) fn check(&self, title: &str) -> Result<(), FigureError> {
        let (x, y) = self.window;
        if [x, y].iter().all(|(low, high)| low.is_finite() && high.is_finite() && low < high) {
            return Ok(());
        }
        Err(FigureError::Range {
            title: title.to_owned(),
            name: format!("window of \"{}\"", self.name),
            expected: "finite numbers with low < high for x and y",
            found: format!("{:?}", self.window),
        })
    }

    pub(super) fn scales(&self) -> (Scale, Scale) {
        let ((left, right), (low, high)) = self.window;
        (Scale::exact(false, left, right), Scale::exact(false, low, high))
    }

    /// The height that shows x and y in the same unit, within bounds.
    pub(super) fn height_for(&self, width: f64, least: f64, most: f64) -> f64 {
        let ((left, right), (low, high)) = self.window;
        (width * (high - low) / (right - left)).clamp(least, most)
    }
}

/// The box around the surface, seen from above its front edge: x runs to the right, y away.
struct Room {
    x: Scale,
    y: Scale,
    z: Scale,
    middle: Point,
}

impl Room {
    const SIZE: f64 = 425.0;
    const TALL: f64 = 0.55;
    /// Turn around the upright axis and tilt, as in the textbook's figure: 30° each.
    const TURN: (f64, f64) = (0.5, 0.866_025_403_784_438_6);
    const TILT: (f64, f64) = (0.5, 0.866_025_403_784_438_6);

    /// How far away a place on the ground is; places run from 0 to 1 along each axis.
    fn depth(u: f64, v: f64) -> f64 {
        let (sin, cos) = Self::TURN;
        cos * (v - 0.5) - sin * (u - 0.5)
    }

    /// Where a place in the box lies on the sheet.
    fn project(&self, [u, v, w]: [f64; 3]) -> Point {
        let (sin, cos) = Self::TURN;
        let across = cos * (u - 0.5) + sin * (v - 0.5);
        let up = Self::TILT.1 * Self::TALL * (w - 0.5) + Self::TILT.0 * Self::depth(u, v);
        [self.middle[0] + Self::SIZE * across, self.middle[1] - Self::SIZE * up]
    }

    /// The floor and the two walls behind the surface, with grid, ticks and names.
    fn draw(&self, canvas: &mut Canvas) {
        let ticks = |scale: &Scale, most| -> Vec<(f64, Tick)> {
            scale.ticks(most).into_iter().map(|tick| (scale.at(tick.value), tick)).collect()
        };
        let (xs, ys, zs) = (ticks(&self.x, 5), ticks(&self.y, 5), ticks(&self.z, 5));
        let line =
            |places: &[[f64; 3]]| -> Vec<Point> { places.iter().map(|place| self.project(*place)).collect() };
        let mut grid = Vec::new();
        for (u, _) in &xs {
            grid.push(line(&[[*u, 0.0, 0.0], [*u, 1.0, 0.0], [*u, 1.0, 1.0]]));
        }
        for (v, _) in &ys {
            grid.push(line(&[[1.0, *v, 0.0], [0.0, *v, 0.0], [0.0, *v, 1.0]]));
        }
        for (w, _) in &zs {
            grid.push(line(&[[0.0, 0.0, *w], [0.0, 1.0, *w], [1.0, 1.0, *w]]));
        }
        canvas.lines(&grid, GRID, 1.0, &[]);
        let axes = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]];
        canvas.line(&line(&axes), AXIS, 1.0, &[]);

        let mut mark = |place: [f64; 3], label: &str, [dx, dy]: Point, anchor| {
            let [x, y] = self.project(place);
            canvas.text([x + dx, y + dy], label, Face::new(TICK, MUTED, anchor));
        };
        for (u, tick) in &xs {
            mark([*u, 0.0, 0.0], &tick.label, [-5.0, 13.0], Anchor::End);
        }
        for (v, tick) in &ys {
            mark([1.0, *v, 0.0], &tick.label, [6.0, 16.0], Anchor::Start);
        }
        for (w, tick) in &zs {
            mark([1.0, 1.0, *w], &tick.label, [8.0, 1.0], Anchor::Start);
        }
        let names = [
            ([0.5, 0.0, 0.0], [-36.0, 36.0], "x"),
            ([1.0, 0.5, 0.0], [44.0, 38.0], "y"),
            ([1.0, 1.0, 1.0], [0.0, -14.0], "f(x, y)"),
        ];
        for (place, [dx, dy], name) in names {
            let [x, y] = self.project(place);
            canvas.text([x + dx, y + dy], name, Face::new(LABEL, INK, Anchor::Middle));
        }
    }
}

/// The surface in three dimensions, coloured by height.
///
/// # Errors
///
/// [`FigureError::Range`] if the window is empty, [`FigureError::Empty`] if the function has no
/// finite value in it.
pub fn surface(title: &str, surface: &Surface<'_>) -> Result<Figure, FigureError> {
    surface.check(title)?;
    let (x, y) = surface.scales();
    let side =
        |scale: &Scale, i: usize| scale.low() + (scale.high() - scale.low()) * i as f64 / FACETS as f64;
    let heights: Vec<f64> = (0..(FACETS + 1) * (FACETS + 1))
        .map(|i| (surface.f)(side(&x, i % (FACETS + 1)), side(&y, i / (FACETS + 1))))
        .collect();
    let extent = Extent::of(heights.iter().copied());
    if extent.is_empty() {
        return Err(FigureError::Empty { title: title.to_owned(), what: format!("\"{}\"", surface.name) });
    }
    let top = below_title(title, WIDTH);
    let z = Scale::exact(false, extent.low, extent.high);
    let room = Room { x, y, z, middle: [WIDTH / 2.0 - 10.0, top + 30.0 + HEIGHT / 2.0] };
    let mut canvas = Canvas::new(title, WIDTH, top + 52.0 + HEIGHT);
    let formula = format!("f(x, y) = {}", surface.name);
    canvas.text([EDGE, top + 6.0], &formula, Face::new(TICK, MUTED, Anchor::Start));
    room.draw(&mut canvas);

    let place = |i: usize| i as f64 / FACETS as f64;
    let mut facets: Vec<(usize, usize)> = (0..FACETS * FACETS).map(|i| (i % FACETS, i / FACETS)).collect();
    // The farthest first: nearer facets cover them.
    let depth = |(i, j): &(usize, usize)| Room::depth(place(*i), place(*j));
    facets.sort_by(|a, b| depth(b).total_cmp(&depth(a)));
    for (i, j) in facets {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let levels = corners.map(|(i, j)| room.z.at(heights[j * (FACETS + 1) + i]));
        if levels.iter().all(|w| w.is_finite()) {
            let ends: Vec<Point> = corners
                .iter()
                .zip(levels)
                .map(|((i, j), w)| room.project([place(*i), place(*j), w]))
                .collect();
            let color = ColorMap::Viridis.map(levels.iter().sum::<f64>() / 4.0);
            canvas.facet(&ends, &color);
        }
    }
    Ok(canvas.finish())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn bowl() -> Surface<'static> {
        Surface {
            name: "x²/20 + y²".into(),
            f: &|x, y| x * x / 20.0 + y * y,
            window: ((-10.0, 10.0), (-10.0, 10.0)),
            minima: vec![[0.0, 0.0]],
        }
    }

    #[test]
    fn the_drawing_is_well_formed_named_and_the_same_each_time() {
        let figure = surface("S", &bowl()).expect("drawn");
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
        assert!(figure.svg().contains("f(x, y) = x²/20 + y²"));
        assert_eq!(figure.svg(), surface("S", &bowl()).expect("drawn").svg());
    }

    #[test]
    fn the_box_fits_the_sheet_and_is_right_handed() {
        let scale = Scale::exact(false, 0.0, 1.0);
        let room = Room { x: scale, y: scale, z: scale, middle: [0.0, 0.0] };
        for i in 0..8_u8 {
            let [x, y] = room.project([0, 1, 2].map(|bit| f64::from(i >> bit & 1)));
            assert!(x.abs() < WIDTH / 2.0 - 40.0 && y.abs() <= HEIGHT / 2.0, "{x} {y}");
        }
        let origin = room.project([0.5; 3]);
        let (x, z) = (room.project([1.0, 0.5, 0.5]), room.project([0.5, 0.5, 1.0]));
        assert!(x[0] > origin[0] && z[1] < origin[1] && Room::depth(0.5, 1.0) > 0.0);
    }

    #[test]
    fn holes_are_left_out_and_nothing_is_an_error() {
        let hole = Surface { f: &|x, y| if x > 0.0 { f64::INFINITY } else { x + y }, ..bowl() };
        let figure = surface("S", &hole).expect("drawn");
        assert!(!figure.svg().contains("NaN") && !figure.svg().contains("inf"));
        let facets = |f: &Figure| f.svg().matches("stroke-width=\"0.4\"").count();
        assert_eq!(facets(&figure), FACETS * FACETS / 2);
        let lost = Surface { f: &|_, _| f64::NAN, ..bowl() };
        assert!(matches!(surface("S", &lost), Err(FigureError::Empty { .. })));
    }
}
