use std::collections::HashSet;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde::Deserialize;
use technique::layout::Layout;
use technique::optimizer::Optimizer;
use technique::rule::Rule;
use technique::word::Family;

use super::*;

fn all() -> Vec<Function> {
    let born = |name| Function::born(name).unwrap();
    Function::CARDS.iter().map(|card| born(card.name)).collect()
}

/// Fourth-order central differences: exact for polynomials up to degree 4, but for rounding.
fn differences(f: &Function, p: [f64; 2]) -> [f64; 2] {
    let h = 1e-3;
    [0, 1].map(|axis| {
        let at = |steps: f64| {
            let mut p = p;
            p[axis] += steps * h;
            f.value(p)
        };
        (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h)
    })
}

fn norm(g: [f64; 2]) -> f64 {
    g[0].hypot(g[1])
}

fn within(f: &Function, p: [f64; 2]) -> bool {
    p.iter().zip(f.window()).all(|(x, (low, high))| low < *x && *x < high)
}

/// The same points every time, and no files left behind.
fn points() -> Config {
    Config { rng_seed: RngSeed::Fixed(1960), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(points())]

    #[test]
    fn gradients_are_those_of_the_values(s in 0.0..1.0_f64, t in 0.0..1.0_f64, a in -3.0..3.0_f64, b in 1.0..200.0_f64) {
        for f in all().into_iter().chain([rosenbrock::Rosenbrock { a, b }.into()]) {
            let [(left, right), (low, high)] = f.window();
            let p = [left + s * (right - left), low + t * (high - low)];
            // Ackley's tip is no place for differences.
            if matches!(f, Function::Ackley(_)) && norm(p) < 0.1 {
                continue;
            }
            let (exact, found) = (differences(&f, p), f.gradient(p));
            let error = norm([found[0] - exact[0], found[1] - exact[1]]);
            prop_assert!(error < 1e-6 * norm(exact).max(1.0), "{f} at {p:?}: gradient {found:?}, differences {exact:?}");
        }
    }
}

/// Written from the formulas once more, in the plainest way, so that a slip in one of them shows.
#[test]
fn known_values() {
    for (name, p, value, gradient) in [
        ("ravine", [-7.0, 2.0], 6.45, [-0.7, 4.0]),
        ("sphere", [-4.0, 3.0], 25.0, [-8.0, 6.0]),
        ("saddle", [-3.0, 2.0], 5.0, [-6.0, -4.0]),
        ("rosenbrock", [-1.2, 1.0], 24.2, [-215.6, -88.0]),
        ("beale", [0.0, 0.0], 14.203125, [-12.75, 0.0]),
        ("himmelblau", [0.0, 0.0], 170.0, [-14.0, -22.0]),
        ("booth", [0.0, 0.0], 74.0, [-34.0, -38.0]),
        ("three_hump_camel", [2.0, 1.0], 8.0 - 16.8 + 64.0 / 6.0 + 3.0, [8.0 - 33.6 + 33.0, 4.0]),
        ("rastrigin", [0.5, 1.0], 21.25, [1.0, 2.0]),
        ("ackley", [1.0, 1.0], 20.0 - 20.0 * (-0.2_f64).exp(), [2.0 * (-0.2_f64).exp(); 2]),
        ("styblinski_tang", [1.0, -2.0], -34.0, [-11.5, 18.5]),
    ] {
        let f = Function::born(name).unwrap();
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-12 * expected.abs().max(1.0);
        assert!(close(f.value(p), value), "{f}: {}", f.value(p));
        for (found, expected) in f.gradient(p).into_iter().zip(gradient) {
            assert!(
                (found - expected).abs() < 1e-12 * expected.abs().max(10.0),
                "{f}: {found}, expected {expected}"
            );
        }
    }
}

/// Values and gradients by automatic differentiation in JAX, at twenty points each: see goldens/functions.py.
#[test]
fn recorded_values_and_gradients() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../goldens/functions.json");
    let text = std::fs::read_to_string(file).unwrap();
    let recorded: Recorded = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = recorded.functions.iter().map(|f| f.name.as_str()).collect();
    let known: Vec<&str> = Function::CARDS.iter().map(|card| card.name).collect();
    assert_eq!(names, known, "each function has its numbers");

    for case in &recorded.functions {
        let f = Function::born(&case.name).unwrap();
        assert_eq!((case.points.len(), case.values.len(), case.gradients.len()), (20, 20, 20));
        for ((&p, &value), &expected) in case.points.iter().zip(&case.values).zip(&case.gradients) {
            let (found, gradient) = (f.value(p), f.gradient(p));
            assert!(
                (found - value).abs() < 1e-12 * value.abs().max(1.0),
                "{f} at {p:?}: {found}, recorded {value}"
            );
            let error = norm([gradient[0] - expected[0], gradient[1] - expected[1]]);
            assert!(
                error < 1e-12 * norm(expected).max(1.0),
                "{f} at {p:?}: {gradient:?}, recorded {expected:?}"
            );
        }
        let minima = f.minima();
        assert_eq!(minima.len(), case.minima.len(), "{f}");
        for Minimum { at, value } in &case.minima {
            let near = |p: &&[f64; 2]| norm([p[0] - at[0], p[1] - at[1]]) < 1e-12;
            let p = minima.iter().find(near).unwrap_or_else(|| panic!("{f} lacks the minimum {at:?}"));
            assert!((f.value(*p) - value).abs() < 1e-13, "{f}: {}", f.value(*p));
        }
    }
}

#[derive(Deserialize)]
struct Recorded {
    functions: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    points: Vec<[f64; 2]>,
    values: Vec<f64>,
    gradients: Vec<[f64; 2]>,
    minima: Vec<Minimum>,
}

#[derive(Deserialize)]
struct Minimum {
    at: [f64; 2],
    value: f64,
}

#[test]
fn minima_are_flat_known_and_lowest() {
    for f in all() {
        let (count, least) = match f {
            Function::Saddle(_) => (0, f64::NEG_INFINITY),
            Function::Himmelblau(_) => (4, 0.0),
            Function::StyblinskiTang(_) => (1, -78.332_331_407_542_82),
            _ => (1, 0.0),
        };
        let minima = f.minima();
        assert_eq!(minima.len(), count, "{f}");
        for (index, &p) in minima.iter().enumerate() {
            assert!((f.value(p) - least).abs() < 1e-13, "{f}: {}", f.value(p));
            assert!(norm(f.gradient(p)) < 1e-12, "{f}: {:?}", f.gradient(p));
            assert!(!minima[..index].contains(&p), "{f}: {p:?} twice");
        }
        // Nothing in the window is lower, unless there is no minimum.
        let [(left, right), (low, high)] = f.window();
        let steps = 200;
        let grid = (0..=steps * steps).map(|i| {
            let (s, t) = (i / (steps + 1), i % (steps + 1));
            let share = |n: i32| f64::from(n) / f64::from(steps);
            f.value([left + share(s) * (right - left), low + share(t) * (high - low)])
        });
        assert!(grid.fold(f64::INFINITY, f64::min) >= least - 1e-12, "{f} is lower somewhere");
    }
}

#[test]
fn careful_steps_from_a_minimum_lead_back_to_it() {
    for f in all() {
        for minimum in f.minima() {
            // A little beside it: what were a maximum or a saddle would push away.
            let mut p = [minimum[0] + 1e-3, minimum[1] - 1e-3];
            let away = norm([1e-3, 1e-3]);
            for _ in 0..1000 {
                let g = f.gradient(p);
                p = [p[0] - 1e-4 * g[0], p[1] - 1e-4 * g[1]];
            }
            assert!(norm([p[0] - minimum[0], p[1] - minimum[1]]) < away, "{f}: {minimum:?} → {p:?}");
        }
    }
}

#[test]
fn windows_hold_what_there_is_to_see() {
    let moved = ["rosenbrock:a=-5", "rosenbrock:a=4"].map(|word| word.parse().unwrap());
    for f in all().into_iter().chain(moved) {
        for p in f.minima().into_iter().chain([f.start()]) {
            assert!(within(&f, p), "{f}: {p:?}");
        }
    }
}

#[test]
fn every_start_leads_down() {
    let rule: Rule = "adam:lr=0.05".parse().unwrap();
    for f in all() {
        let mut optimizer: Optimizer<f64> = Optimizer::new(rule, &Layout::flat(2)).unwrap();
        let mut p = f.start();
        assert!(norm(f.gradient(p)) > 0.01, "{f} starts without a gradient");
        for _ in 0..100 {
            let gradient = f.gradient(p);
            optimizer.update(&mut p, &gradient);
        }
        assert!(f.value(p) < f.value(f.start()), "{f}");
    }
}

#[test]
fn ackley_rests_at_its_tip_and_is_a_cone_around_it() {
    let f = ackley::Ackley::default();
    assert_eq!(f.value([0.0, -0.0]), 0.0);
    assert_eq!(f.gradient([0.0, -0.0]), [0.0, 0.0]);
    // d f / d r along x at 0+ is 4/√2.
    let slope = f.gradient([1e-9, 0.0])[0];
    assert!((slope - 4.0 / 2.0_f64.sqrt()).abs() < 1e-6, "{slope}");
    // Too small to square.
    assert!(f.gradient([1e-200, 0.0]).iter().all(|g| g.is_finite()));
}

#[test]
fn far_away_nothing_is_hidden() {
    for f in all() {
        let p = [1e200, -1e200];
        let finite = f.value(p).is_finite() && f.gradient(p).iter().all(|g| g.is_finite());
        // Only Ackley's plain goes on for ever; what overflows must say so.
        assert_eq!(finite, matches!(f, Function::Ackley(_)), "{f}");
    }
}

#[test]
fn the_registry_is_in_order() {
    let mut names = HashSet::new();
    for f in all() {
        let card = f.card();
        assert!(names.insert(card.name), "{} twice", card.name);
        assert!(card.doc.contains("# Formula\n"), "{} has no formula", card.name);
        assert!(card.doc.contains("∂f/∂x"), "{} has no gradient", card.name);
        assert!(card.doc.contains("# Minim"), "{} says nothing of minima", card.name);
        assert!(card.doc.contains("# What it shows"), "{}", card.name);
        assert!(card.paper.contains(&card.year.to_string()), "{}: {}", card.name, card.paper);
        assert_eq!(f.to_string().parse::<Function>().unwrap(), f);
        assert_eq!(f.full_word().parse::<Function>().unwrap(), f);
        f.settings().check().unwrap();
    }
    assert_eq!("rosenbrock:a=2,b=5".parse::<Function>().unwrap().minima(), [[2.0, 4.0]]);
    let error = "rosenbrok".parse::<Function>().unwrap_err().to_string();
    assert!(error.contains("did you mean `rosenbrock`?"), "{error}");
}
