//! Affine layer, activations and dropout against PyTorch's numbers and against differences.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::activation::Activation;
use super::affine::AffineLayer;
use super::dropout::{Dropout, DropoutLayer, Regularisation, ScaleAt};
use super::*;
use crate::random::{Purpose, key};
use crate::testing::{assert_backward, assert_near, golden, normals, points};

fn pass(rows: usize, phase: Phase) -> Pass {
    let key = key(4, Purpose::Dropout, 0);
    Pass { rows, phase, key }
}

#[derive(Deserialize)]
struct Recorded {
    affine: RecordedAffine,
    activations: Activations,
}

#[derive(Deserialize)]
struct RecordedAffine {
    x: Vec<Vec<f64>>,
    w: Vec<Vec<f64>>,
    b: Vec<f64>,
    y: Vec<Vec<f64>>,
    d: Vec<Vec<f64>>,
    dx: Vec<Vec<f64>>,
    dw: Vec<Vec<f64>>,
    db: Vec<f64>,
}

#[derive(Deserialize)]
struct Activations {
    x: Vec<f64>,
    d: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    settings: BTreeMap<String, Json>,
    y: Vec<f64>,
    dx: Vec<f64>,
}

impl Case {
    fn activation(&self) -> Activation {
        let text = |v: &Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        let settings = self.settings.iter().map(|(k, v)| format!("{k}={}", text(v)));
        let settings: Vec<String> = settings.collect();
        let colon = if settings.is_empty() { "" } else { ":" };
        let word = format!("{}{colon}{}", self.name, settings.join(","));
        word.parse().unwrap()
    }
}

#[test]
fn the_affine_layer_is_as_recorded() {
    let Recorded { affine: r, .. } = golden("layers");
    let mut layer = AffineLayer { inputs: 3, outputs: 2 };
    let params = [r.w.concat(), r.b].concat();
    let (x, d, pass) = (r.x.concat(), r.d.concat(), pass(4, Phase::Training));
    let (mut y, mut dx, mut grads) = ([0.0; 8], [0.0; 12], [f64::NAN; 8]);
    layer.forward(&pass, &params, &x, &mut y);
    layer.backward(&pass, &params, &x, &y, &d, &mut grads, Some(&mut dx));
    assert_near(&y, &r.y.concat(), 1e-12, 1.0, "y");
    assert_near(&dx, &r.dx.concat(), 1e-12, 1.0, "dx");
    assert_near(&grads, &[r.dw.concat(), r.db].concat(), 1e-12, 1.0, "dw, db");
    // The first layer of a network is not asked for dx.
    let mut again = [f64::NAN; 8];
    layer.backward(&pass, &params, &x, &y, &d, &mut again, None);
    assert_eq!(again, grads);
}

/// Also where they saturate, at the kink, and at ±800, where a naive exponential overflows.
#[test]
fn every_activation_is_as_recorded() {
    let Recorded { activations, .. } = golden("layers");
    let Activations { x, d, cases } = activations;
    let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let mut seen = Vec::new();
    for case in &cases {
        let f = case.activation();
        let (mut y, mut dx) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
        f.values(&x, &mut y);
        f.slopes(&x, &y, &d, &mut dx);
        assert_near(&y, &case.y, 1e-12, 1.0, &format!("`{f}` y"));
        assert_near(&dx, &case.dx, 1e-12, 1.0, &format!("`{f}` dx"));

        let (mut y, mut dx) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
        f.values(&single, &mut y);
        f.slopes(&single, &y, &vec![1.0; x.len()], &mut dx);
        let wide: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
        assert_near(&wide, &case.y, 1e-6, 1.0, &format!("`{f}` y in f32"));
        assert!(dx.iter().all(|dx| dx.is_finite()), "`{f}` in f32: {dx:?}");
        seen.push(f.card().name);
    }
    for card in Activation::CARDS {
        assert!(seen.contains(&card.name), "nothing recorded for {}", card.name);
    }
}

/// Dialects are no other formula than a setting that was recorded.
#[test]
fn dialects_of_activations_set_what_was_recorded() {
    for (word, same) in [
        ("gelu@torch", "gelu:form=exact"),
        ("gelu@jax", "gelu:form=tanh"),
        ("leaky_relu@torch", "leaky_relu:slope=0.01"),
        ("leaky_relu@keras", "leaky_relu:slope=0.3"),
        ("swish", "silu"),
    ] {
        assert_eq!(word.parse::<Activation>(), same.parse(), "{word}");
    }
}

#[test]
fn activations_let_a_diverged_number_through() {
    for card in Activation::CARDS {
        let mut y = [0.0_f32];
        let f: Activation = card.name.parse().unwrap();
        f.values(&[f32::NAN], &mut y);
        assert!(y[0].is_nan(), "{}", card.name);
    }
}

/// Away from the kink of ReLU, where there is no slope to compare.
fn off_the_kink() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-6.0..6.0_f64).prop_map(|x| x + 1e-3_f64.copysign(x)), 6)
}

proptest! {
    #![proptest_config(points(64))]

    #[test]
    fn activations_have_the_slope_they_say(x in off_the_kink(), seed: u64) {
        let words = Activation::CARDS.iter().map(|card| card.name).chain(["gelu@jax", "leaky_relu@keras"]);
        for word in words {
            let mut f: Activation = word.parse().unwrap();
            assert_backward(&mut f, &pass(2, Phase::Training), &[], &x, &normals(seed, 6));
        }
    }

    #[test]
    fn the_affine_layer_has_the_slope_it_says(rows in 1_usize..6, inputs in 1_usize..6, outputs in 1_usize..6, seed: u64) {
        let mut layer = AffineLayer { inputs, outputs };
        let params = normals(seed, (inputs + 1) * outputs);
        let x = normals(seed ^ 1, rows * inputs);
        assert_backward(&mut layer, &pass(rows, Phase::Training), &params, &x, &normals(seed ^ 2, rows * outputs));
    }

    #[test]
    fn dropout_has_the_slope_it_says(ratio in 0.0..0.95_f64, seed: u64) {
        for phase in [Phase::Training, Phase::Probing, Phase::Evaluation] {
            for scale_at in [ScaleAt::Evaluation, ScaleAt::Training] {
                let mut layer = DropoutLayer::new(Dropout { ratio, scale_at }, 1);
                assert_backward(&mut layer, &pass(3, phase), &[], &normals(seed, 12), &normals(seed ^ 1, 12));
            }
        }
    }
}

fn dropped(word: &str, phase: Phase, number: u64, step: u64) -> Vec<f64> {
    let Regularisation::Dropout(settings) = word.parse().unwrap() else { panic!("{word}") };
    let mut y = vec![f64::NAN; 40_000];
    let pass = Pass { rows: 1, phase, key: key(4, Purpose::Dropout, step) };
    DropoutLayer::new(settings, number).forward(&pass, &[], &vec![2.0; 40_000], &mut y);
    y
}

#[test]
fn dropout_silences_its_share_and_makes_up_for_it_once() {
    for (word, spoken, evaluated) in [
        ("dropout:ratio=0.3", 2.0, 2.0 * 0.7),
        ("dropout@torch:ratio=0.3", 2.0 / 0.7, 2.0),
        ("dropout@keras:ratio=0.3", 2.0 / 0.7, 2.0),
    ] {
        let y = dropped(word, Phase::Training, 1, 0);
        let silent = y.iter().filter(|y| **y == 0.0).count() as f64 / 40_000.0;
        // Four standard errors of a share of .3.
        assert!((silent - 0.3).abs() < 4.0 * (0.3 * 0.7 / 40_000.0_f64).sqrt(), "{word}: {silent}");
        let loud: Vec<f64> = y.into_iter().filter(|y| *y != 0.0).collect();
        assert_near(&loud, &vec![spoken; loud.len()], 1e-15, 1.0, word);
        let evaluation = dropped(word, Phase::Evaluation, 1, 0);
        assert_near(&evaluation, &vec![evaluated; 40_000], 1e-15, 1.0, word);
    }
}

#[test]
fn masks_depend_on_step_and_layer_alone() {
    let mask = |number, step| dropped("dropout", Phase::Training, number, step);
    assert_eq!(mask(1, 0), mask(1, 0));
    assert_eq!(mask(1, 0), dropped("dropout", Phase::Probing, 1, 0));
    assert_ne!(mask(1, 0), mask(2, 0));
    assert_ne!(mask(1, 0), mask(1, 1));
    assert!(dropped("dropout:ratio=0", Phase::Training, 1, 0).iter().all(|y| *y == 2.0));
}
