//! The sheet a figure is drawn on: a kuva scene that takes only what can be drawn.

use std::fmt::Write as _;

use kuva::backend::svg::SvgBackend;
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};

use super::Figure;
use super::clip::{self, Point};
use super::style::{FONTS, INK, Marker, Pen, TITLE};
use super::text;

/// Lines may move by this much when needless points are dropped, in SVG units.
const TOLERANCE: f64 = 0.12;

/// Free space around the drawing.
pub(super) const EDGE: f64 = 14.0;

/// Where a text stands relative to its position.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    pub(super) size: u32,
    pub(super) color: &'static str,
    pub(super) anchor: Anchor,
}

impl Face {
    pub(super) fn new(size: u32, color: &'static str, anchor: Anchor) -> Self {
        Self { size, color, anchor }
    }
}

/// A drawing in progress.
pub(super) struct Canvas {
    title: String,
    scene: Scene,
}

impl Canvas {
    /// An empty sheet with the title in its top left corner.
    pub(super) fn new(title: &str, width: f64, height: f64) -> Self {
        // Whole units: a PNG has no half pixels.
        let mut scene = Scene::new(width.ceil(), height.ceil());
        scene.font_family = Some(FONTS.to_owned());
        scene.text_color = Some(INK.to_owned());
        let mut canvas = Self { title: title.to_owned(), scene };
        let face = Face::new(TITLE, INK, Anchor::Start);
        for (i, line) in title_lines(title, width).iter().enumerate() {
            canvas.text([EDGE, EDGE + 14.0 + 22.0 * i as f64], line, face);
        }
        canvas
    }

    pub(super) fn text(&mut self, [x, y]: Point, content: &str, face: Face) {
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        self.scene.add(Primitive::Text {
            x: tenth(x),
            y: tenth(y),
            content: text::plain(content),
            size: face.size,
            anchor: match face.anchor {
                Anchor::Start => TextAnchor::Start,
                Anchor::Middle => TextAnchor::Middle,
                Anchor::End => TextAnchor::End,
            },
            rotate: None,
            bold: false,
            color: Some(Color::from(face.color)),
        });
    }

    /// A line, perhaps dashed. Points must be finite.
    pub(super) fn line(&mut self, points: &[Point], color: &str, width: f64, dash: &[f64]) {
        self.lines(std::slice::from_ref(&points.to_vec()), color, width, dash);
    }

    /// Several lines of one look, as one element.
    pub(super) fn lines(&mut self, lines: &[Vec<Point>], color: &str, width: f64, dash: &[f64]) {
        // Round ends stand out by half the width: what is drawn is that much shorter.
        let open = |(i, length): (usize, &f64)| match i % 2 {
            0 => (length - width).max(0.1),
            _ => length + width,
        };
        let dash: Vec<f64> = dash.iter().enumerate().map(open).collect();
        let mut d = String::new();
        for points in lines {
            for piece in clip::dashes(&clip::simplify(points, TOLERANCE), &dash) {
                trace(&mut d, &piece);
            }
        }
        self.path(d, None, Color::from(color), width, None);
    }

    /// A filled area. Points must be finite.
    pub(super) fn area(&mut self, points: &[Point], color: &str, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        let mut d = String::new();
        trace(&mut d, points);
        d.push('Z');
        let opacity = (opacity < 1.0).then_some(opacity);
        self.path(d, Some(Color::from(color)), Color::None, 0.0, opacity);
    }

    fn path(&mut self, d: String, fill: Option<Color>, stroke: Color, width: f64, opacity: Option<f64>) {
        if d.is_empty() {
            return;
        }
        self.scene.add(Primitive::Path(Box::new(PathData {
            d,
            // An absent fill would be black in SVG.
            fill: Some(fill.unwrap_or(Color::None)),
            stroke,
            stroke_width: width,
            opacity,
            stroke_dasharray: None,
        })));
    }

    /// A facet of a surface, set off from its neighbours by a thin white rim.
    pub(super) fn facet(&mut self, corners: &[Point], color: &str) {
        let mut d = String::new();
        trace(&mut d, corners);
        d.push('Z');
        self.path(d, Some(Color::from(color)), Color::from("#ffffff"), 0.4, None);
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, r: clip::Rect, color: &str) {
        if ![r.left, r.top, r.right, r.bottom].iter().all(|v| v.is_finite()) {
            return;
        }
        self.scene.add(Primitive::Rect {
            x: tenth(r.left),
            y: tenth(r.top),
            width: tenth(r.right) - tenth(r.left),
            height: tenth(r.bottom) - tenth(r.top),
            fill: Color::from(color),
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
    }

    /// A disc, with a rim if `rim` names a colour.
    pub(super) fn disc(&mut self, [x, y]: Point, r: f64, fill: &str, rim: Option<&str>) {
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        self.scene.add(Primitive::Circle {
            cx: tenth(x),
            cy: tenth(y),
            r,
            fill: Color::from(fill),
            fill_opacity: None,
            stroke: rim.map(Color::from),
            stroke_width: rim.map(|_| 1.2),
        });
    }

    /// The marker of a pen, `r` from its middle to its edge, set off by a white rim.
    pub(super) fn marker(&mut self, at: Point, r: f64, pen: Pen) {
        let [x, y] = at;
        match pen.marker {
            Marker::Circle => self.disc(at, r, pen.color, Some("#ffffff")),
            Marker::Plus => self.strokes(at, pen.color, &[[r, 0.0], [0.0, r]]),
            shape => {
                let corners: Vec<Point> =
                    outline(shape).iter().map(|[dx, dy]| [x + r * dx, y + r * dy]).collect();
                let mut d = String::new();
                trace(&mut d, &corners);
                d.push('Z');
                self.path(d, Some(Color::from(pen.color)), Color::from("#ffffff"), 1.0, None);
            }
        }
    }

    /// Strokes through `at`, each on a white one that sets it off.
    fn strokes(&mut self, [x, y]: Point, color: &str, arms: &[[f64; 2]]) {
        let lines: Vec<Vec<Point>> =
            arms.iter().map(|[dx, dy]| vec![[x - dx, y - dy], [x + dx, y + dy]]).collect();
        self.lines(&lines, "#ffffff", 4.0, &[]);
        self.lines(&lines, color, 2.2, &[]);
    }

    /// The cross of a run that diverged.
    pub(super) fn cross(&mut self, at: Point, color: &str) {
        self.strokes(at, color, &[[5.5, 5.5], [5.5, -5.5]]);
    }

    /// The finished figure.
    pub(super) fn finish(self) -> Figure {
        let drawn = SvgBackend::new().render_scene(&self.scene);
        // kuva gives no view box, without which a page could not scale the drawing; its stamp
        // would make the bytes differ with its version.
        let body = drawn.split_once('>').map_or("", |(_, body)| body);
        let body = body
            .strip_prefix("<!-- Generated by kuva ")
            .map_or(body, |stamped| stamped.split_once("-->").map_or(body, |(_, rest)| rest));
        let (width, height) = (self.scene.width, self.scene.height);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"{FONTS}\" fill=\"{INK}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\" role=\"img\" style=\"max-width:100%;height:auto\"><title>{}</title>{body}",
            text::escape(&self.title),
        );
        Figure { svg, scene: self.scene }
    }
}

/// The title in lines that fit the sheet.
fn title_lines(title: &str, width: f64) -> Vec<String> {
    text::wrap(title, TITLE, width - 2.0 * EDGE)
}

/// Where the drawing may begin below the title of a sheet of this width.
pub(super) fn below_title(title: &str, width: f64) -> f64 {
    EDGE + 14.0 + 22.0 * title_lines(title, width).len().saturating_sub(1) as f64 + 12.0
}

fn outline(shape: Marker) -> &'static [[f64; 2]] {
    match shape {
        Marker::Square => &[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
        Marker::Up => &[[0.0, -1.15], [1.05, 0.8], [-1.05, 0.8]],
        Marker::Down => &[[0.0, 1.15], [1.05, -0.8], [-1.05, -0.8]],
        Marker::Bar => &[[-0.55, -1.4], [0.55, -1.4], [0.55, 1.4], [-0.55, 1.4]],
        Marker::Star => &[
            [0.0, -1.5],
            [0.35, -0.49],
            [1.43, -0.46],
            [0.57, 0.19],
            [0.88, 1.21],
            [0.0, 0.6],
            [-0.88, 1.21],
            [-0.57, 0.19],
            [-1.43, -0.46],
            [-0.35, -0.49],
        ],
        _ => &[[0.0, -1.25], [1.25, 0.0], [0.0, 1.25], [-1.25, 0.0]],
    }
}

/// To a tenth of a unit: finer than the eye, and short in the file.
fn tenth(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}

fn trace(d: &mut String, points: &[Point]) {
    for (i, [x, y]) in points.iter().enumerate() {
        let letter = if i == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(d, "{letter}{} {}", tenth(*x), tenth(*y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_as_it_is() {
        let mut canvas = Canvas::new("a < b\u{0}& \"c\"", 400.0, 100.0);
        canvas.text([10.0, 60.0], "$5 for x^2$ \\$", Face::new(11, INK, Anchor::Start));
        let figure = canvas.finish();
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let texts: Vec<&str> =
            tree.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text()).collect();
        assert_eq!(texts[0], "a < b & \"c\"");
        assert_eq!(texts[1], "$5 for x^2$ \\$");
        assert!(figure.svg().contains("<title>a &lt; b &amp; \"c\"</title>"));
    }

    #[test]
    fn a_dot_that_is_not_finite_is_left_out() {
        let mut canvas = Canvas::new("", 100.0, 100.0);
        canvas.disc([f64::NAN, 1.0], 2.0, INK, None);
        canvas.text([1.0, f64::INFINITY], "gone", Face::new(11, INK, Anchor::Start));
        let figure = canvas.finish();
        assert!(!figure.svg().contains("circle") && !figure.svg().contains("gone"));
    }

    #[test]
    fn the_sheet_can_be_scaled_and_has_no_stamp() {
        let figure = Canvas::new("t", 100.0, 50.0).finish();
        assert!(figure.svg().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 50\""));
        assert!(!figure.svg().contains("kuva"));
    }
}
