//! W4: activations of deep networks at birth, and their histograms.

use std::f64::consts::SQRT_2;
use std::hint::black_box;
use std::time::Instant;

use crate::framework::{Activation, Framework, Result};
use crate::inputs::Inputs;
use crate::serve::{Outcome, Run};

/// Units of a layer.
const WIDTH: usize = 100;
/// Bins of a histogram.
const BINS: usize = 30;

/// (activation, deviation of the weights).
const CASES: [(Activation, f64); 7] = [
    (Activation::Sigmoid, 1.0),
    (Activation::Sigmoid, 0.01),
    (Activation::Sigmoid, 0.1),
    (Activation::Tanh, 0.1),
    (Activation::Relu, 0.01),
    (Activation::Relu, 0.1),
    (Activation::Relu, 0.1 * SQRT_2),
];

/// How many numbers are in each of the equal bins of a range. No framework here has a histogram, and adding ones by index takes longer than this loop.
fn histogram(x: &[f32], low: f32, high: f32) -> [u32; BINS] {
    let step = (high - low) / BINS as f32;
    let mut counts = [0; BINS];
    for x in x {
        counts[(((x - low) / step) as usize).min(BINS - 1)] += 1;
    }
    counts
}

/// The range of the histogram: the activation's own, or up to the largest number.
fn range<F: Framework>(framework: &F, activation: Activation, x: &F::Matrix) -> Result<(f32, f32)> {
    Ok(match activation {
        Activation::Sigmoid => (0.0, 1.0),
        Activation::Tanh => (-1.0, 1.0),
        Activation::Relu => match framework.largest(x)? {
            // All zero: any range will do.
            0.0 => (0.0, 1.0),
            largest => (0.0, largest),
        },
    })
}

pub(super) fn w4<'f, F: Framework>(framework: &'f F, inputs: &Inputs) -> Result<Run<'f>> {
    let start = framework.matrix(inputs.floats("w4_x.f32")?, WIDTH)?;
    let weights = inputs.floats("w4_w.f32")?;
    let layers = weights.chunks_exact(WIDTH * WIDTH).map(|layer| framework.matrix(layer.to_vec(), WIDTH));
    let layers = layers.collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        let started = Instant::now();
        for (index, (activation, std)) in CASES.into_iter().enumerate() {
            let mut x = None;
            for (at, weights) in layers.iter().enumerate() {
                let next = framework.layer(x.as_ref().unwrap_or(&start), weights, std, activation)?;
                let moments = black_box(framework.moments(&next)?);
                let (low, high) = range(framework, activation, &next)?;
                let counts = black_box(framework.read(&next, |x| histogram(x, low, high))?);
                if at + 1 == layers.len() {
                    let fullest = counts.into_iter().max().unwrap_or_default();
                    outcome.check.insert(index.to_string(), moments.std);
                    outcome.check.insert(format!("{index}h"), f64::from(fullest));
                }
                x = Some(next);
            }
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }))
}
