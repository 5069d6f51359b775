//! Losses against PyTorch's numbers and against differences, and what no logit may do.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::testing::{assert_near, classes, gap, golden, normals, points, slopes};

#[derive(Deserialize)]
struct Recorded {
    losses: Losses,
}

#[derive(Deserialize)]
struct Losses {
    softmax_cross_entropy: CrossEntropies,
    mse: SquaredErrors,
}

#[derive(Deserialize)]
struct CrossEntropies {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    logits: Vec<Vec<f64>>,
    labels: Vec<u32>,
    loss: f64,
    dlogits: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct SquaredErrors {
    x: Vec<Vec<f64>>,
    target: Vec<Vec<f64>>,
    loss: f64,
    dx: Vec<Vec<f64>>,
}

fn cross_entropy_loss() -> Loss {
    "cross_entropy".parse().unwrap()
}

/// The loops of f32 use an exponential of their own: against the library's in f64.
#[test]
fn softmax_in_f32_is_as_exact_as_the_rounding_of_its_inputs() {
    for (classes, scale) in [(2, 1.0), (10, 1.0), (10, 30.0), (1000, 10.0), (3, 0.01)] {
        let rows = 64;
        let single: Vec<f32> = normals(7, rows * classes).into_iter().map(|x| (scale * x) as f32).collect();
        let double: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
        let labels: Vec<u32> = (0..rows).map(|row| (row % classes) as u32).collect();
        let target = Target::Classes(&labels);
        let (mut found, mut exact) = (vec![0.0_f32; single.len()], vec![0.0; single.len()]);
        let loss = cross_entropy_loss().evaluate(&single, target, rows, Some(&mut found));
        let target = Target::Classes(&labels);
        let exact_loss = cross_entropy_loss().evaluate(&double, target, rows, Some(&mut exact));
        assert!((loss - exact_loss).abs() <= 1e-6 * exact_loss.max(1.0), "{classes}: {loss} {exact_loss}");
        for (found, exact) in found.iter().zip(&exact) {
            // A softmax of y is y/rows, less 1/rows at the target.
            let gap = (f64::from(*found) - exact).abs() * rows as f64;
            assert!(gap <= 1e-5 * exact.abs() * rows as f64 + 2e-7, "{classes}: {found} {exact}");
        }
    }
}

#[test]
fn cross_entropy_is_as_recorded() {
    let Recorded { losses } = golden("layers");
    for case in &losses.softmax_cross_entropy.cases {
        let (logits, rows) = (case.logits.concat(), case.labels.len());
        let target = Target::Classes(&case.labels);
        let mut gradient = vec![f64::NAN; logits.len()];
        let loss = cross_entropy_loss().evaluate(&logits, target, rows, Some(&mut gradient));
        assert_near(&[loss], &[case.loss], 1e-12, 1.0, &case.name);
        assert_near(&gradient, &case.dlogits.concat(), 1e-12, 1.0, &case.name);
        assert_eq!(cross_entropy_loss().evaluate(&logits, target, rows, None), loss);
    }
    assert_eq!(losses.softmax_cross_entropy.cases.len(), 2);
}

#[test]
fn squared_error_is_as_recorded() {
    let mse = golden::<Recorded>("layers").losses.mse;
    let (x, target) = (mse.x.concat(), mse.target.concat());
    let mut gradient = vec![f64::NAN; x.len()];
    let loss: Loss = "mse".parse().unwrap();
    let found = loss.evaluate(&x, Target::Values(&target), mse.x.len(), Some(&mut gradient));
    assert_near(&[found], &[mse.loss], 1e-12, 1.0, "loss");
    assert_near(&gradient, &mse.dx.concat(), 1e-12, 1.0, "gradient");
}

/// Logits of ±1000: sure and right costs nothing, sure and wrong the whole gap, in both number types, and no gradient is lost or infinite.
fn huge_logits<T: Real>() {
    let logits = [1e3, -1e3, 0.0, 1e3, -1e3, 0.0].map(T::of);
    for (labels, expected) in [([0, 0], 0.0), ([1, 1], 2_000.0), ([2, 0], 500.0)] {
        let mut gradient = [T::nan(); 6];
        let target = Target::Classes(&labels);
        let loss = cross_entropy_loss().evaluate(&logits, target, 2, Some(&mut gradient));
        assert_eq!(loss, expected);
        let half = T::of(0.5);
        let mut right = [half, T::zero(), T::zero(), half, T::zero(), T::zero()];
        right[labels[0] as usize] -= half;
        right[3 + labels[1] as usize] -= half;
        assert_eq!(gradient, right);
    }
}

#[test]
fn no_logit_overflows() {
    huge_logits::<f32>();
    huge_logits::<f64>();
}

#[test]
fn equal_logits_cost_the_logarithm_of_the_classes() {
    let loss = cross_entropy_loss().evaluate(&[7.0_f64; 40], Target::Classes(&[3, 0, 9, 5]), 4, None);
    assert_near(&[loss], &[10.0_f64.ln()], 1e-15, 1.0, "log 10");
}

#[test]
fn a_diverged_network_has_no_finite_loss() {
    for logits in [[f32::NAN, 0.0], [f32::INFINITY, 0.0], [0.0, f32::NAN]] {
        let loss = cross_entropy_loss().evaluate(&logits, Target::Classes(&[1]), 1, None);
        assert!(!loss.is_finite(), "{logits:?}: {loss}");
    }
}

proptest! {
    #![proptest_config(points(64))]

    #[test]
    fn losses_have_the_slope_they_say(rows in 1_usize..6, width in 1_u32..6, seed: u64) {
        let mut outputs = normals(seed, rows * width as usize);
        let values = normals(seed ^ 1, outputs.len());
        let classes = classes(seed, rows, width);
        for (loss, target) in [("cross_entropy", Target::Classes(&classes)), ("mse", Target::Values(&values))] {
            let loss: Loss = loss.parse().unwrap();
            let mut gradient = vec![f64::NAN; outputs.len()];
            loss.evaluate(&outputs, target, rows, Some(&mut gradient));
            let numeric = slopes(&mut outputs, |outputs| Some(loss.evaluate(outputs, target, rows, None)));
            let numeric: Vec<f64> = numeric.into_iter().flatten().collect();
            let apart = gap(&gradient, &numeric, 1e-9);
            prop_assert!(apart < 1e-6, "{}: {:e}", loss, apart);
        }
    }
}
