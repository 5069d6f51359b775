//! What the tests share: the recorded numbers, how close is close, and derivatives by differences.

use std::path::Path;

use proptest::test_runner::{Config, RngSeed};
use rand::RngExt;
use serde::de::DeserializeOwned;

use crate::layer::{Layer, Pass};
use crate::random::{self, Purpose, key};

/// The recorded numbers of a topic, `goldens/<topic>.json`.
pub(crate) fn golden<D: DeserializeOwned>(topic: &str) -> D {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../goldens/{topic}.json"));
    let text =
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("expected {}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{topic}.json: {error}"))
}

/// Fails unless both have one length and every number is within `tolerance` of the expected one: relative, absolute below `floor`.
#[track_caller]
pub(crate) fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, floor: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: how many numbers");
    for (index, (&f, &e)) in found.iter().zip(expected).enumerate() {
        let gap = (f - e).abs();
        // Written so that NaN fails.
        assert!(
            gap <= tolerance * e.abs().max(floor),
            "{what}[{index}]: expected {e:e}, found {f:e}, apart by {gap:e}"
        );
    }
}

/// ‖a − b‖ / (‖a‖ + ‖b‖); 0 when both vanish up to `floor`, the rounding error that differences of a loss of order 1 leave.
pub(crate) fn gap(a: &[f64], b: &[f64], floor: f64) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    let apart = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    if apart <= floor {
        return 0.0;
    }
    apart / (norm(&mut a.iter().copied()) + norm(&mut b.iter().copied()))
}

/// Distance of the points of [`slopes`].
pub(crate) const H: f64 = 1e-5;

/// ∂f/∂x by central differences over five points: their error is h⁴, so that a small scale inside f (the σ of a batch) does no harm.
/// `f` may say `None` where it must not be compared (a kink within reach); so does the slope then.
pub(crate) fn slopes(x: &mut [f64], mut f: impl FnMut(&[f64]) -> Option<f64>) -> Vec<Option<f64>> {
    (0..x.len())
        .map(|index| {
            let centre = x[index];
            let mut at = |steps: f64| {
                x[index] = centre + steps * H;
                let value = f(x);
                x[index] = centre;
                value
            };
            let (near, far) = (at(1.0)? - at(-1.0)?, at(2.0)? - at(-2.0)?);
            Some((8.0 * near - far) / (12.0 * H))
        })
        .collect()
}

/// The configuration of the random tests: the same points every time, and no files left behind.
pub(crate) fn points(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(0x7468_616c_7765_6721),
        failure_persistence: None,
        ..Config::default()
    }
}

/// `count` draws from N(0, 1).
pub(crate) fn normals(seed: u64, count: usize) -> Vec<f64> {
    let mut rng = key(seed, Purpose::Inputs, 0).rng();
    (0..count).map(|_| random::normal(&mut rng)).collect()
}

/// `count` classes below `classes`.
pub(crate) fn classes(seed: u64, count: usize, classes: u32) -> Vec<u32> {
    let mut rng = key(seed, Purpose::Inputs, 1).rng();
    (0..count).map(|_| rng.random_range(0..classes)).collect()
}

/// The backward pass of a layer against differences of its forward pass: ∂(Σ dy·y) by the inputs and by the parameters.
#[track_caller]
pub(crate) fn assert_backward(
    layer: &mut impl Layer<f64>,
    pass: &Pass,
    params: &[f64],
    x: &[f64],
    dy: &[f64],
) {
    let (mut y, mut dx) = (vec![f64::NAN; dy.len()], vec![f64::NAN; x.len()]);
    let mut grads = vec![f64::NAN; params.len()];
    layer.forward(pass, params, x, &mut y);
    layer.backward(pass, params, x, &y, dy, &mut grads, Some(&mut dx));

    let mut at = [x, params].concat();
    let numeric = slopes(&mut at, |at| {
        let (x, params) = at.split_at(x.len());
        layer.forward(pass, params, x, &mut y);
        Some(y.iter().zip(dy).map(|(y, dy)| y * dy).sum())
    });
    let numeric: Vec<f64> = numeric.into_iter().flatten().collect();
    let apart = gap(&[dx, grads].concat(), &numeric, 1e-8);
    assert!(apart < 1e-6, "relative error of the gradient: {apart:e}");
}
