//! The field of downhill directions over the plane.

use super::canvas::{Anchor, Canvas, EDGE, Face, below_title};
use super::clip::{Point, Rect};
use super::contour::Relief;
use super::frame::{self, BELOW_NAME, BELOW_TICKS, Frame, Labels};
use super::scale::Extent;
use super::style::{MUTED, TICK};
use super::{Figure, FigureError, Surface, paths};

const WIDTH: f64 = 700.0;
/// Arrows along the longer side.
const ARROWS: usize = 21;
const ARROW: &str = "#0072b2";

/// The direction of steepest descent over the plane: arrows along −`gradient`.
///
/// The length of an arrow grows with the square root of the slope: proportional arrows would be
/// specks all along the floor of a valley, which is where the question is.
///
/// # Errors
///
/// [`FigureError::Range`] if the window is empty, [`FigureError::Empty`] if the gradient is
/// nowhere finite and different from 0.
pub fn field(
    title: &str,
    surface: &Surface<'_>,
    gradient: &dyn Fn(f64, f64) -> [f64; 2],
) -> Result<Figure, FigureError> {
    surface.check(title)?;
    let (x, y) = surface.scales();
    let left = EDGE + frame::gutter(&y, 400.0);
    let width = WIDTH - EDGE - left;
    let top = below_title(title, WIDTH) + 20.0;
    let bottom = top + surface.height_for(width, 240.0, 640.0);
    let frame = Frame { rect: Rect { left, top, right: left + width, bottom }, x, y };
    let cell = frame.width().max(frame.height()) / ARROWS as f64;
    let arrows = arrows(&frame, cell, gradient);
    let longest = Extent::of(arrows.iter().map(|(_, [dx, dy])| dx.hypot(*dy))).high;
    if !longest.is_finite() || longest == 0.0 {
        return Err(FigureError::Empty {
            title: title.to_owned(),
            what: format!("the gradient of \"{}\"", surface.name),
        });
    }
    let mut canvas = Canvas::new(title, WIDTH, bottom + BELOW_TICKS + BELOW_NAME + EDGE / 2.0);
    let caption = format!("−∇f of f(x, y) = {}; length of an arrow ∝ √|∇f|", surface.name);
    canvas.text([left, top - 10.0], &caption, Face::new(TICK, MUTED, Anchor::Start));
    Relief::new((x, y), surface.f).draw(&mut canvas, &frame);
    frame.border(&mut canvas);
    frame.ticks(&mut canvas, Labels { x: true, y: true });
    let mut shafts = Vec::new();
    let mut heads = Vec::new();
    for (at, [dx, dy]) in arrows {
        let slope = dx.hypot(dy);
        let length = cell * 0.9 * (slope / longest).sqrt();
        if length > 1.5 {
            let (neck, head) = arrow(at, [dx / slope, dy / slope], length);
            shafts.push(vec![at, neck]);
            heads.push(head);
        }
    }
    canvas.lines(&shafts, ARROW, 1.3, &[]);
    heads.iter().for_each(|head| canvas.area(head, ARROW, 1.0));
    paths::minima(&mut canvas, &frame, surface);
    frame.name_x(&mut canvas, "x");
    frame::name_y(&mut canvas, top, "y");
    Ok(canvas.finish())
}

/// The middles of the cells that fill the panel, each with the downhill direction on the sheet.
fn arrows(frame: &Frame, cell: f64, gradient: &dyn Fn(f64, f64) -> [f64; 2]) -> Vec<(Point, Point)> {
    let (across, down) = (frame.width(), frame.height());
    let (columns, rows) = ((across / cell).round().max(1.0), (down / cell).round().max(1.0));
    let (wide, high) = (frame.x.high() - frame.x.low(), frame.y.high() - frame.y.low());
    let mut out = Vec::new();
    for i in 0..(columns * rows) as usize {
        let u = ((i % columns as usize) as f64 + 0.5) / columns;
        let v = ((i / columns as usize) as f64 + 0.5) / rows;
        let [gx, gy] = gradient(frame.x.low() + u * wide, frame.y.low() + v * high);
        // Downhill is −g, and y points down on the sheet.
        let direction = [-gx * across / wide, gy * down / high];
        if direction.iter().all(|d| d.is_finite()) {
            out.push(([frame.rect.left + u * across, frame.rect.bottom - v * down], direction));
        }
    }
    out
}

/// The end of an arrow's shaft, and its head.
fn arrow([x, y]: Point, [ux, uy]: Point, length: f64) -> (Point, Vec<Point>) {
    let head = (0.42 * length).clamp(2.5, 7.0);
    let neck = [x + ux * (length - head), y + uy * (length - head)];
    let half = 0.45 * head;
    let corners = vec![
        [x + ux * length, y + uy * length],
        [neck[0] - uy * half, neck[1] + ux * half],
        [neck[0] + uy * half, neck[1] - ux * half],
    ];
    (neck, corners)
}

#[cfg(test)]
mod tests {
    use super::super::surface::tests::bowl;
    use super::*;

    #[test]
    fn the_drawing_is_well_formed_and_named() {
        let figure = field("F", &bowl(), &|x, y| [x / 10.0, 2.0 * y]).expect("drawn");
        roxmltree::Document::parse(figure.svg()).expect("well-formed");
        assert!(figure.svg().contains("f(x, y) = x²/20 + y²"));
    }

    #[test]
    fn arrows_point_downhill() {
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let (x, y) = bowl().scales();
        let arrows = arrows(&Frame { rect, x, y }, 10.0, &|x, y| [x, y]);
        assert_eq!(arrows.len(), 100);
        for ([px, py], [dx, dy]) in arrows {
            assert!((50.0 - px) * dx + (50.0 - py) * dy > 0.0);
        }
    }

    #[test]
    fn an_arrow_ends_at_its_tip() {
        let (neck, head) = arrow([10.0, 10.0], [0.0, -1.0], 10.0);
        assert_eq!(head[0], [10.0, 0.0]);
        assert!(neck[0] == 10.0 && neck[1] > 0.0 && neck[1] < 10.0);
    }

    #[test]
    fn no_direction_anywhere_is_an_error() {
        let draw = |g: [f64; 2]| field("F", &bowl(), &|_, _| g);
        assert!(matches!(draw([f64::NAN, 0.0]), Err(FigureError::Empty { .. })));
        assert!(matches!(draw([0.0, 0.0]), Err(FigureError::Empty { .. })));
    }
}
