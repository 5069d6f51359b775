//! Curves that go up or down in steps: shares of trials, and of problems.

use super::curves::{Remark, labelled};
use super::data::{Axis, Series};
use super::scale::Extent;
use super::{Figure, FigureError};

/// Where an axis of shares in per cent ends: a curve at 100 must not lie on the border.
pub const SHARES: f64 = 103.0;

/// One curve of steps: from each point on it has that point's height, up to the next point and, at last, to the end of the axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stair {
    /// Its name, at the right end.
    pub name: String,
    /// Where it changes, and to what, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper edge of a band from each point on, none where it is not known; empty for no band at all.
    pub band: Vec<Option<(f64, f64)>>,
    /// A remark below the name: `n = 10, 2 missed`.
    pub note: String,
}

/// Curves of steps over one pair of axes, named at their right ends as those of [`curves`](super::curves()).
///
/// All go on to the end of the x axis: of its range, or of the longest curve.
///
/// # Errors
///
/// As [`curves`](super::curves()).
pub fn stairs(title: &str, x: Axis, y: Axis, all: &[Stair]) -> Result<Figure, FigureError> {
    let known = Extent::of(all.iter().flat_map(|stair| &stair.points).map(|(x, _)| *x));
    let end = x.range.map_or(known.high, |(_, high)| high);
    let series = all.iter().map(|stair| steps(title, stair, end)).collect::<Result<Vec<_>, _>>()?;
    let remark =
        |stair: &Stair| (!stair.note.is_empty()).then(|| Remark { text: stair.note.clone(), wrong: false });
    labelled(title, &x, &y, &series, &all.iter().map(remark).collect::<Vec<_>>())
}

/// The corners of a curve: two for each change, and its end.
fn steps(title: &str, stair: &Stair, end: f64) -> Result<Series, FigureError> {
    if !stair.band.is_empty() && stair.band.len() != stair.points.len() {
        return Err(FigureError::Length {
            title: title.to_owned(),
            name: format!("stair \"{}\"", stair.name),
            list: "band",
            beside: "points",
            expected: stair.points.len(),
            found: stair.band.len(),
        });
    }
    let mut series = Series { name: stair.name.clone(), ..Series::default() };
    let (mut low, mut high) = (Vec::new(), Vec::new());
    let mut corner = |x: f64, at: usize| {
        let (foot, head) = stair.band.get(at).copied().flatten().unwrap_or((f64::NAN, f64::NAN));
        series.x.push(x);
        series.mid.push(stair.points[at].1);
        low.push(foot);
        high.push(head);
    };
    for (at, &(x, _)) in stair.points.iter().enumerate() {
        if let Some(before) = at.checked_sub(1) {
            corner(x, before);
        }
        corner(x, at);
    }
    match stair.points.last() {
        Some((x, _)) if *x < end => corner(end, stair.points.len() - 1),
        _ => {}
    }
    series.band = (!stair.band.is_empty()).then_some((low, high));
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stair(name: &str, points: &[(f64, f64)]) -> Stair {
        Stair { name: name.into(), points: points.to_vec(), ..Stair::default() }
    }

    #[test]
    fn a_curve_holds_its_height_up_to_the_next_point_and_to_the_end() {
        let one = Stair {
            band: vec![None, Some((10.0, 40.0)), Some((30.0, 90.0))],
            ..stair("s", &[(0.0, 0.0), (2.0, 25.0), (5.0, 60.0)])
        };
        let found = steps("t", &one, 8.0).expect("steps");
        assert_eq!(found.x, [0.0, 2.0, 2.0, 5.0, 5.0, 8.0]);
        assert_eq!(found.mid, [0.0, 0.0, 25.0, 25.0, 60.0, 60.0]);
        let (low, high) = found.band.expect("a band");
        assert!(low[..2].iter().chain(&high[..2]).all(|v| v.is_nan()));
        assert_eq!((&low[2..], &high[2..]), (&[10.0, 10.0, 30.0, 30.0][..], &[40.0, 40.0, 90.0, 90.0][..]));
        // One that changes at the very end has no tread after it.
        assert_eq!(steps("t", &one, 5.0).expect("steps").x, [0.0, 2.0, 2.0, 5.0, 5.0]);
        assert_eq!(steps("t", &stair("s", &[]), 5.0).expect("none").x, [0.0; 0]);
    }

    /// The corners of the strokes of this colour that are as wide as curves are.
    fn corners(svg: &str, color: &str) -> Vec<Vec<(f64, f64)>> {
        let tree = roxmltree::Document::parse(svg).expect("well-formed");
        let strokes = tree
            .descendants()
            .filter(|n| n.attribute("stroke") == Some(color) && n.attribute("stroke-width") == Some("2"));
        let path = |d: &str| {
            let pairs = d.split(['M', 'L']).filter(|pair| !pair.is_empty());
            let pair = |pair: &str| {
                let (x, y) = pair.trim().split_once(' ').expect("two numbers");
                (x.parse().expect("x"), y.parse().expect("y"))
            };
            pairs.map(pair).collect()
        };
        strokes.filter_map(|n| n.attribute("d")).map(path).collect()
    }

    #[test]
    fn strokes_are_level_or_upright_and_names_stand_at_their_ends() {
        let all = [
            Stair { note: "n = 10".into(), ..stair("adam", &[(0.0, 0.0), (100.0, 40.0), (250.0, 100.0)]) },
            Stair {
                note: "n = 10, 4 missed".into(),
                ..stair("sgd", &[(0.0, 0.0), (300.0, 20.0), (700.0, 60.0)])
            },
        ];
        let (x, y) = (Axis::linear("step").over(0.0, 1000.0), Axis::linear("trials (%)").over(0.0, SHARES));
        let figure = stairs("Time to the target", x, y, &all).expect("drawn");
        let tree = roxmltree::Document::parse(figure.svg()).expect("well-formed");
        let texts: Vec<&str> = tree.descendants().filter_map(|n| n.text()).collect();
        for text in ["adam", "sgd", "n = 10", "n = 10, 4 missed", "step", "trials (%)", "0", "100", "1000"] {
            assert!(texts.contains(&text), "{text} is missing from {texts:?}");
        }
        assert!(!figure.svg().contains(super::super::style::ALARM), "nothing went wrong");
        let curves: Vec<_> =
            [0, 1].map(|i| corners(figure.svg(), super::super::style::pen(i).color).concat()).into();
        for curve in &curves {
            assert!(curve.len() >= 6, "{curve:?}");
            assert!(curve.windows(2).all(|p| p[0].0 == p[1].0 || p[0].1 == p[1].1), "{curve:?}");
        }
        // Both go on to the right end, the second at 60 % of the height.
        let (first, second) = (curves[0].last().expect("end"), curves[1].last().expect("end"));
        assert_eq!(first.0, second.0);
        let foot = curves[0][0].1;
        assert!(((foot - second.1) / (foot - first.1) - 0.6).abs() < 1e-3, "{curves:?}");
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let (x, y) = (|| Axis::linear("x"), || Axis::linear("y"));
        assert!(matches!(stairs("t", x(), y(), &[]), Err(FigureError::Empty { .. })));
        let short = Stair { band: vec![None], ..stair("s", &[(0.0, 0.0), (1.0, 1.0)]) };
        let found = stairs("t", x(), y(), &[short]);
        assert!(matches!(found, Err(FigureError::Length { expected: 2, found: 1, .. })));
        assert!(stairs("t", x().over(1.0, 1.0), y(), &[stair("s", &[(0.0, 0.0)])]).is_err());
    }
}
