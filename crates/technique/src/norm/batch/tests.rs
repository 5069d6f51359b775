//! Batch norm against the frameworks' numbers, against the graph of its own docs node by node, and against differences.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::card::Described;
use crate::norm::Norm;
use crate::random::{Purpose, key};
use crate::testing::{assert_backward, assert_near, gap, golden, normals, points};

const DIALECTS: [&str; 3] = ["batch", "batch@torch", "batch@keras"];

fn layer(word: &str, columns: usize) -> BatchNormLayer<f64> {
    match word.parse() {
        Ok(Norm::Batch(settings)) => BatchNormLayer::new(settings, columns),
        other => panic!("{word}: {other:?}"),
    }
}

fn pass(rows: usize, phase: Phase) -> Pass {
    let key = key(0, Purpose::Dropout, 0);
    Pass { rows, phase, key }
}

#[derive(Deserialize)]
struct Recorded {
    batch_norm: BatchNorms,
}

type Matrix = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct BatchNorms {
    gamma: Vec<f64>,
    beta: Vec<f64>,
    batches: Vec<Matrix>,
    d: Vec<Matrix>,
    evaluate: Matrix,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    dialect: String,
    call: String,
    tolerance: f64,
    train: Vec<Trained>,
    evaluate: Matrix,
}

#[derive(Deserialize)]
struct Trained {
    y: Matrix,
    dx: Matrix,
    dgamma: Vec<f64>,
    dbeta: Vec<f64>,
    running_mean: Vec<f64>,
    running_var: Vec<f64>,
}

#[test]
fn every_dialect_is_as_recorded() {
    let r = golden::<Recorded>("layers").batch_norm;
    let params = [r.gamma, r.beta].concat();
    for case in &r.cases {
        let mut layer = layer(&format!("batch@{}", case.dialect), 4);
        assert_eq!(case.train.len(), 3);
        let near = |found: &[f64], expected: &[f64], what: &str| {
            let what = format!("{} {what}", case.call);
            assert_near(found, expected, case.tolerance, 1.0, &what);
        };
        let (mut y, mut dx, mut grads) = ([f64::NAN; 24], [f64::NAN; 24], [f64::NAN; 8]);
        for ((x, d), expected) in r.batches.iter().zip(&r.d).zip(&case.train) {
            let (x, d, pass) = (x.concat(), d.concat(), pass(6, Phase::Training));
            layer.forward(&pass, &params, &x, &mut y);
            layer.backward(&pass, &params, &x, &y, &d, &mut grads, Some(&mut dx));
            near(&y, &expected.y.concat(), "y");
            near(&dx, &expected.dx.concat(), "dx");
            near(&grads[..4], &expected.dgamma, "dγ");
            near(&grads[4..], &expected.dbeta, "dβ");
            near(&layer.running()[..4], &expected.running_mean, "running mean");
            near(&layer.running()[4..], &expected.running_var, "running variance");
        }
        layer.forward(&pass(6, Phase::Evaluation), &params, &r.evaluate.concat(), &mut y);
        near(&y, &case.evaluate.concat(), "evaluation");
    }
    let recorded = r.cases.iter().map(|case| case.dialect.as_str());
    let dialects = BatchNorm::CARD.dialects.iter().map(|d| d.name);
    assert!(recorded.eq(["textbook"].into_iter().chain(dialects)));
}

/// The backward pass of the docs, one node of the graph after the other, column by column.
fn by_nodes(eps: f64, rows: usize, gamma: &[f64], x: &[f64], dy: &[f64]) -> Vec<f64> {
    let columns = gamma.len();
    let n = rows as f64;
    let (mut dx, mut dgammas, mut dbetas) = (vec![0.0; x.len()], Vec::new(), Vec::new());
    for column in 0..columns {
        let of = |m: &[f64]| -> Vec<f64> { m.iter().skip(column).step_by(columns).copied().collect() };
        let (x, dy, gamma) = (of(x), of(dy), gamma[column]);
        // Forwards.
        let mu = x.iter().sum::<f64>() / n;
        let x_c: Vec<f64> = x.iter().map(|x| x - mu).collect();
        let variance = x_c.iter().map(|c| c * c).sum::<f64>() / n;
        let s = (variance + eps).sqrt();
        let x_hat: Vec<f64> = x_c.iter().map(|c| c / s).collect();
        // Backwards.
        let dbeta: f64 = dy.iter().sum();
        let dgamma: f64 = dy.iter().zip(&x_hat).map(|(dy, x_hat)| dy * x_hat).sum();
        let dx_hat: Vec<f64> = dy.iter().map(|dy| gamma * dy).collect();
        let mut dx_c: Vec<f64> = dx_hat.iter().map(|d| d / s).collect();
        let ds = -dx_hat.iter().zip(&x_c).map(|(d, c)| d * c).sum::<f64>() / (s * s);
        let dvariance = ds / (2.0 * s);
        for (d, c) in dx_c.iter_mut().zip(&x_c) {
            *d += 2.0 * c * dvariance / n;
        }
        let dmu = -dx_c.iter().sum::<f64>();
        for (row, d) in dx_c.iter().enumerate() {
            dx[row * columns + column] = d + dmu / n;
        }
        dgammas.push(dgamma);
        dbetas.push(dbeta);
    }
    [dx, dgammas, dbetas].concat()
}

proptest! {
    #![proptest_config(points(200))]

    #[test]
    fn the_closed_form_is_the_graph_of_the_docs(rows in 1_usize..9, columns in 1_usize..5, log_scale in -2.0..3.0_f64, seed: u64) {
        for word in DIALECTS {
            let mut layer = layer(word, columns);
            let params = normals(seed, 2 * columns);
            let scale = 10.0_f64.powf(log_scale);
            let x: Vec<f64> = normals(seed ^ 1, rows * columns).iter().map(|x| scale * x + 3.0).collect();
            let dy = normals(seed ^ 2, x.len());
            let (mut y, mut dx) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
            let mut grads = vec![f64::NAN; params.len()];
            let pass = pass(rows, Phase::Training);
            layer.forward(&pass, &params, &x, &mut y);
            layer.backward(&pass, &params, &x, &y, &dy, &mut grads, Some(&mut dx));
            let expected = by_nodes(layer.settings.eps, rows, &params[..columns], &x, &dy);
            let apart = gap(&[dx, grads].concat(), &expected, 1e-12);
            prop_assert!(apart < 1e-12, "{}: {:e}", word, apart);
        }
    }

    /// In training through the batch's statistics, in evaluation past the running ones.
    #[test]
    fn batch_norm_has_the_slope_it_says(rows in 2_usize..9, columns in 1_usize..5, seed: u64) {
        for word in DIALECTS {
            let mut layer = layer(word, columns);
            let params = normals(seed, 2 * columns);
            let (x, dy) = (normals(seed ^ 1, rows * columns), normals(seed ^ 2, rows * columns));
            for phase in [Phase::Training, Phase::Probing, Phase::Evaluation] {
                assert_backward(&mut layer, &pass(rows, phase), &params, &x, &dy);
            }
        }
    }
}

#[test]
fn training_gives_every_column_mean_zero_and_variance_one() {
    let (rows, columns) = (50, 3);
    let mut layer = layer("batch", columns);
    let x: Vec<f64> = normals(8, rows * columns).iter().map(|x| 40.0 * x - 7.0).collect();
    let mut y = vec![f64::NAN; x.len()];
    layer.forward(&pass(rows, Phase::Training), &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0], &x, &mut y);
    for column in 0..columns {
        let column: Vec<f64> = y.iter().skip(column).step_by(columns).copied().collect();
        let mean = column.iter().sum::<f64>() / rows as f64;
        let variance = column.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / rows as f64;
        assert!(mean.abs() < 1e-14, "{mean}");
        assert!((variance - 1.0).abs() < 1e-8, "{variance}");
    }
}

/// To look at a batch once more gives the same outputs and leaves no trace.
#[test]
fn probing_leaves_the_running_averages_alone() {
    for word in DIALECTS {
        let (mut layer, x, params) = (layer(word, 2), normals(1, 8), normals(2, 4));
        let (mut trained, mut probed) = ([0.0; 8], [0.0; 8]);
        let born = layer.running().to_vec();
        layer.forward(&pass(4, Phase::Probing), &params, &x, &mut probed);
        assert_eq!(layer.running(), born);
        layer.forward(&pass(4, Phase::Training), &params, &x, &mut trained);
        assert_eq!(trained, probed);
        assert_ne!(layer.running(), born);
        let seen = layer.running().to_vec();
        layer.forward(&pass(4, Phase::Evaluation), &params, &x, &mut probed);
        assert_eq!(layer.running(), seen);
        assert_ne!(trained, probed);
    }
}

/// One row has no unbiased variance, and any row equals its mean: the output is β, and nothing is NaN.
#[test]
fn a_batch_of_one_row_is_its_shift() {
    for word in DIALECTS {
        let mut layer = layer(word, 2);
        let (mut y, mut dx, mut grads) = ([f64::NAN; 2], [f64::NAN; 2], [f64::NAN; 4]);
        let (pass, params) = (pass(1, Phase::Training), [2.0, 3.0, 0.5, -0.5]);
        layer.forward(&pass, &params, &[5.0, -1.0], &mut y);
        assert_eq!(y, [0.5, -0.5], "{word}");
        layer.backward(&pass, &params, &[5.0, -1.0], &y, &[1.0, 1.0], &mut grads, Some(&mut dx));
        assert_eq!((dx, grads), ([0.0, 0.0], [0.0, 0.0, 1.0, 1.0]), "{word}");
        assert!(layer.running().iter().all(|r| r.is_finite()), "{word}");
    }
}

/// Saved running averages, loaded into a new layer, evaluate as the old one did.
#[test]
fn running_averages_can_be_taken_along() {
    let (mut old, x, params) = (layer("batch@torch", 2), normals(5, 12), normals(6, 4));
    let (mut expected, mut found) = ([0.0; 12], [0.0; 12]);
    old.forward(&pass(6, Phase::Training), &params, &x, &mut expected);
    old.forward(&pass(6, Phase::Evaluation), &params, &x, &mut expected);
    let mut new = layer("batch@torch", 2);
    new.running_mut().copy_from_slice(old.running());
    new.forward(&pass(6, Phase::Evaluation), &params, &x, &mut found);
    assert_eq!(found, expected);
}
