//! W4: activations of deep networks at birth, and their histograms.

use std::time::Instant;

use problem::signal::Flow;
use technique::init::{Init, Initial};
use technique::layer::activation::Activation;
use technique::random::{Purpose, key, normal};

use super::{Outcome, Ready, W4_SHAPE};

/// (activation, deviation of the weights).
fn settings() -> [(&'static str, f64); 7] {
    let width = W4_SHAPE.1 as f64;
    let (xavier, he) = (1.0 / width.sqrt(), (2.0 / width).sqrt());
    [
        ("sigmoid", 1.0),
        ("sigmoid", 0.01),
        ("sigmoid", xavier),
        ("tanh", xavier),
        ("relu", 0.01),
        ("relu", xavier),
        ("relu", he),
    ]
}

/// Inputs and weights, from N(0, 1).
pub(crate) fn draws() -> (Vec<f32>, Vec<f32>) {
    let (rows, width, layers) = W4_SHAPE;
    let mut rng = key(1, Purpose::Inputs, 0).rng();
    let x = (0..rows * width).map(|_| normal(&mut rng) as f32).collect();
    let mut weights = vec![0.0; layers * width * width];
    let init: Init = "normal:std=1".parse().expect("a word of the list");
    for (layer, weights) in weights.chunks_exact_mut(width * width).enumerate() {
        init.fill((width, width), key(1, Purpose::Init, 0).index(layer as u64), weights);
    }
    (x, weights)
}

pub(super) fn w4() -> Ready<'static> {
    let (x, weights) = draws();
    let width = W4_SHAPE.1;
    Box::new(move || {
        let mut outcome = Outcome::default();
        let started = Instant::now();
        let mut scaled = vec![0.0; width * width];
        for (index, (activation, std)) in settings().into_iter().enumerate() {
            let activation: Activation = super::training::word(activation)?;
            let mut flow = Flow::new(activation, width, x.clone());
            let mut last = None;
            for weights in weights.chunks_exact(width * width) {
                scaled.iter_mut().zip(weights).for_each(|(to, w)| *to = std as f32 * w);
                last = Some(flow.layer(&scaled));
            }
            if let Some(last) = last {
                outcome.check.insert(index.to_string(), last.std);
                let fullest = last.histogram.counts.iter().max().copied().unwrap_or(0);
                outcome.check.insert(format!("{index}h"), fullest as f64);
            }
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    })
}
