//! Figures: plain numbers in, one self-contained SVG drawing out.
//!
//! Each kind of figure has a file and a function of its own; none of them knows what a trial or a
//! study is. A drawing is a function of its input alone: the same numbers give the same bytes, so
//! a report can be compared with an earlier one by its files.
//!
//! | function | shows |
//! |---|---|
//! | [`curves`] | training curves with bands, labelled at their ends |
//! | [`stairs`] | shares that change in steps, with bands, labelled at their ends |
//! | [`grid`] | many small panels of curves on shared axes |
//! | [`forest`] | every seed's value, the mean and its interval, row by row |
//! | [`histograms`] | activations: settings down, layers across |
//! | [`paths`], [`paths_together`] | trajectories over the contours of a surface |
//! | [`surface`], [`field`] | the surface itself, and the direction of steepest descent |
//!
//! The drawing stands on kuva's scene, its SVG writer and its rasteriser. Axes, clipping and
//! dashes are drawn here: kuva floors a logarithmic axis at 1e-10 (a noiseless descent passes that
//! easily), numbers its clip paths by a counter of the whole process (so the bytes would depend on
//! what was drawn before), and its PNG restarts a dash at every vertex. Clipping by geometry leaves
//! the SVG without a single id, so any number of figures can stand in one page.

mod canvas;
mod clip;
mod contour;
mod curves;
mod data;
mod field;
mod forest;
mod frame;
mod grid;
mod histograms;
mod legend;
mod lines;
mod paths;
mod raster;
mod scale;
mod stairs;
pub mod style;
mod surface;
mod text;

pub use curves::curves;
pub use data::{Axis, Series};
pub use field::field;
pub use forest::{Row, forest, forest_of};
pub use grid::grid;
pub use histograms::{HistogramRow, Panel, histograms};
pub use paths::{Trajectory, paths, paths_together};
pub use stairs::{SHARES, Stair, stairs};
pub use surface::{Surface, surface};

use kuva::render::render::Scene;

/// The largest PNG that is made, in pixels: a guard against a slip in `scale`.
const MAX_PIXELS: f64 = 2e8;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// There is nothing to draw: no series, or no finite number in any of them.
    #[error(
        "figure \"{title}\": expected at least one finite value to draw, found none in {what}; \
         check that the runs behind it recorded anything"
    )]
    Empty {
        /// The title of the figure.
        title: String,
        /// What was searched, for example `6 series`.
        what: String,
    },
    /// Two lists that belong together differ in length.
    #[error(
        "figure \"{title}\", {name}: expected {expected} values in `{list}` (one for each of \
         `{beside}`), found {found}; give both lists the same length"
    )]
    Length {
        /// The title of the figure.
        title: String,
        /// The series, row or panel.
        name: String,
        /// The list of the wrong length.
        list: &'static str,
        /// The list it is measured against.
        beside: &'static str,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// A fixed range, a window or a number of columns that no drawing can have.
    #[error("figure \"{title}\", {name}: expected {expected}, found {found}; correct it")]
    Range {
        /// The title of the figure.
        title: String,
        /// The axis or window.
        name: String,
        /// What is required of it.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The scale of a PNG is not a positive number, or the picture would be too large.
    #[error(
        "PNG of a {width}×{height} figure: expected a scale above 0 that gives at most 2e8 \
         pixels, found {scale}; 2 is a good choice for a screen"
    )]
    Scale {
        /// The scale asked for.
        scale: f32,
        /// The figure's width in SVG units.
        width: f64,
        /// The figure's height in SVG units.
        height: f64,
    },
    /// The rasteriser failed.
    #[error("PNG of a figure: expected an encoded picture, found: {0}; keep the SVG instead")]
    Png(String),
}

/// A finished drawing.
#[derive(Debug)]
pub struct Figure {
    svg: String,
    scene: Scene,
}

impl Figure {
    /// The drawing as SVG: one `<svg>` element, no ids, no scripts, nothing outside itself.
    ///
    /// It can be written to a file as it is, or placed into an HTML page any number of times.
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// Width and height in SVG units (pixels at scale 1).
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        (self.scene.width, self.scene.height)
    }

    /// The same drawing as a PNG of `scale` pixels to one SVG unit.
    ///
    /// It is made from the very elements that the SVG lists, with a font that is part of the
    /// program, so it needs no font on the machine.
    ///
    /// # Errors
    ///
    /// [`FigureError::Scale`] if `scale` is not a positive number or the picture would be larger
    /// than 2e8 pixels; [`FigureError::Png`] if the rasteriser fails.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, FigureError> {
        let (width, height) = self.size();
        let factor = f64::from(scale);
        let pixels = width * height * factor * factor;
        if !(factor > 0.0 && pixels <= MAX_PIXELS) {
            return Err(FigureError::Scale { scale, width, height });
        }
        raster::png(&self.scene, scale).map_err(FigureError::Png)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> Vec<Figure> {
        let series = || Series {
            name: "adam".into(),
            x: vec![0.0, 1.0, 2.0],
            mid: vec![1.0, 0.5, 0.2],
            band: Some((vec![0.9, 0.4, 0.1], vec![1.1, 0.6, 5.0])),
            diverged: Some(2.0),
            note: String::new(),
        };
        let bowl = Surface {
            name: "x² + y²".into(),
            f: &|x, y| x * x + y * y,
            window: ((-1.0, 1.0), (-1.0, 1.0)),
            minima: vec![[0.0, 0.0]],
        };
        let path = [Trajectory { points: vec![[-3.0, 0.5], [0.5, 0.1]], ..Trajectory::default() }];
        let row = Row { points: vec![1.0, 2.0], mean: 1.5, interval: Some((1.2, 1.8)), ..Row::default() };
        let panel = Panel { title: "layer 1".into(), edges: vec![0.0, 0.5, 1.0], counts: vec![3, 1] };
        let histogram = HistogramRow { panels: vec![panel], ..HistogramRow::default() };
        let (x, y) = (|| Axis::linear("step"), || Axis::log("loss"));
        [
            curves("t", x(), y(), &[series()]),
            stairs("t", x(), y(), &[Stair { points: vec![(0.0, 0.1), (2.0, 1.0)], ..Stair::default() }]),
            grid("t", x(), y(), &[("p".into(), vec![series()]), ("q".into(), vec![series()])], 2),
            forest("t", x(), &[row], Some(0.0)),
            histograms("t", "activation", &[histogram]),
            paths("t", &bowl, &path),
            paths_together("t", &bowl, &path),
            surface("t", &bowl),
            field("t", &bowl, &|x, y| [2.0 * x, 2.0 * y]),
        ]
        .into_iter()
        .map(|figure| figure.expect("drawn"))
        .collect()
    }

    #[test]
    fn figures_share_a_page_without_clashes_and_need_nothing_else() {
        let figures = every_kind();
        let page: String = figures.iter().chain(&figures).map(Figure::svg).collect();
        let page = format!("<body>{page}</body>");
        let tree = roxmltree::Document::parse(&page).expect("well-formed");
        for attribute in tree.descendants().flat_map(|n| n.attributes()) {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(name != "id" && name != "class" && name != "href", "{name}=\"{value}\"");
            assert!(!value.contains("url("), "{name}=\"{value}\"");
        }
        let kinds = ["script", "style", "image", "use", "defs"];
        assert!(!tree.descendants().any(|n| kinds.contains(&n.tag_name().name())));
    }

    #[test]
    fn nothing_is_drawn_outside_the_sheet() {
        for figure in every_kind() {
            let (width, height) = figure.size();
            let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
            for d in tree.descendants().filter_map(|n| n.attribute("d")) {
                for pair in d.split(['M', 'L', 'Z']).filter(|pair| !pair.is_empty()) {
                    let (x, y) = pair.split_once(' ').expect("two numbers");
                    let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
                    assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn a_png_has_the_signature_and_the_size() {
        for figure in every_kind() {
            let (width, height) = figure.size();
            let bytes = figure.png(0.5).expect("png");
            assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
            let side =
                |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            assert!((f64::from(side(16)) - width / 2.0).abs() <= 1.0);
            assert!((f64::from(side(20)) - height / 2.0).abs() <= 1.0);
        }
    }

    #[test]
    fn impossible_scales_are_refused() {
        let figure = &every_kind()[0];
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e4] {
            let refusal = figure.png(scale).expect_err("refused").to_string();
            assert!(refusal.contains("expected a scale above 0"), "{refusal}");
        }
    }
}
