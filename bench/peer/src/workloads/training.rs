//! W1, W2, W5 and W6: networks on images.

use std::time::Instant;

use crate::framework::{Framework, Plan, Result};
use crate::inputs::{Inputs, PIXELS};
use crate::pool::on_threads;
use crate::rules::{Rule, W1_RULES, W5_RATES, W5_RULES};
use crate::serve::{Outcome, Run};

/// Examples in a batch of W1, W5 and W6.
const BATCH: usize = 128;
const W1_SIZES: &[usize] = &[PIXELS, 100, 100, 100, 100, 10];
const W2_SIZES: &[usize] = &[PIXELS, 100, 100, 100, 100, 100, 10];
/// Of W5 and W6.
const SMALL_SIZES: &[usize] = &[PIXELS, 100, 10];
/// Examples in a batch of W2, and the first examples that it trains on.
const W2_BATCH: usize = 100;
const W2_EXAMPLES: usize = 1000;
/// Updates of W2 between two measurements.
const W2_EVERY: usize = 10;
const W5_SEEDS: usize = 5;
/// What a loss counts that is no number.
const DIVERGED: f64 = 10.0;

/// Trains on all batches; the losses, each before its update.
fn train<F: Framework>(
    framework: &F,
    network: &mut F::Network,
    examples: &F::Examples,
    batches: &[i32],
) -> Result<Vec<f64>> {
    batches.chunks_exact(BATCH).map(|rows| framework.step(network, examples, rows)).collect()
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// The mean of the last losses.
fn mean_of_last(losses: &[f64], count: usize) -> f64 {
    mean(&losses[losses.len().saturating_sub(count)..])
}

fn examples<F: Framework>(
    framework: &F,
    inputs: &Inputs,
    part: &str,
    count: Option<usize>,
) -> Result<F::Examples> {
    let (pixels, labels) = inputs.images(part, count)?;
    framework.examples(pixels, &labels)
}

pub(super) fn w1<'f, F: Framework>(framework: &'f F, inputs: &Inputs) -> Result<Run<'f>> {
    let examples = examples(framework, inputs, "train", None)?;
    let (params, batches) = (inputs.floats("w1_params.f32")?, inputs.rows("w1_batches.i32")?);
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        for (rule, rate) in W1_RULES {
            let plan = Plan { sizes: W1_SIZES, params: &params, norm: false, rule, rate };
            let mut network = framework.network(&plan)?;
            let started = Instant::now();
            let losses = train(framework, &mut network, &examples, &batches)?;
            let seconds = started.elapsed().as_secs_f64();
            outcome.seconds += seconds;
            outcome.parts.insert(rule.name().to_owned(), seconds);
            outcome.check.insert(rule.name().to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert(format!("{}/first", rule.name()), mean(&losses[..50.min(losses.len())]));
        }
        Ok(outcome)
    }))
}

pub(super) fn w2<'f, F: Framework>(framework: &'f F, inputs: &Inputs, threads: usize) -> Result<Run<'f>> {
    let examples = examples(framework, inputs, "train", Some(W2_EXAMPLES))?;
    let (params, batches) = (inputs.floats("w2_params.f32")?, inputs.rows("w2_batches.i32")?);
    let count = inputs.spec.w2_scales.len();
    let networks: Vec<(bool, usize)> =
        [true, false].into_iter().flat_map(|norm| (0..count).map(move |at| (norm, at))).collect();
    Ok(Box::new(move || {
        let started = Instant::now();
        let accuracies = on_threads(networks.len(), threads, |index| {
            let (norm, at) = networks[index];
            let params = &params[at * Plan::length(W2_SIZES)..];
            let plan = Plan { sizes: W2_SIZES, params, norm, rule: Rule::Sgd, rate: 0.01 };
            let mut network = framework.network(&plan)?;
            let mut accuracy = 0.0;
            for batches in batches.chunks_exact(W2_BATCH * W2_EVERY) {
                for rows in batches.chunks_exact(W2_BATCH) {
                    framework.step(&mut network, &examples, rows)?;
                }
                accuracy = framework.accuracy(&network, &examples)?;
            }
            Ok(accuracy)
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        for (name, of) in ["batch", "plain"].into_iter().zip(accuracies.chunks_exact(count)) {
            outcome.check.insert(name.to_owned(), of.iter().sum::<f64>() / count as f64);
        }
        Ok(outcome)
    }))
}

pub(super) fn w5<'f, F: Framework>(framework: &'f F, inputs: &Inputs, threads: usize) -> Result<Run<'f>> {
    let examples = examples(framework, inputs, "train", None)?;
    let (params, batches) = (inputs.floats("w5_params.f32")?, inputs.rows("w5_batches.i32")?);
    let mut trials = Vec::new();
    for (rule, factor) in W5_RULES {
        trials
            .extend(W5_RATES.iter().flat_map(|rate| (0..W5_SEEDS).map(move |at| (rule, factor * rate, at))));
    }
    let rows = batches.len() / W5_SEEDS;
    Ok(Box::new(move || {
        let started = Instant::now();
        let losses = on_threads(trials.len(), threads, |index| {
            let (rule, rate, at) = trials[index];
            let params = &params[at * Plan::length(SMALL_SIZES)..];
            let plan = Plan { sizes: SMALL_SIZES, params, norm: false, rule, rate };
            let mut network = framework.network(&plan)?;
            let losses = train(framework, &mut network, &examples, &batches[at * rows..][..rows])?;
            let loss = mean_of_last(&losses, 50);
            Ok(if loss.is_finite() { loss } else { DIVERGED })
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        let each = W5_RATES.len() * W5_SEEDS;
        for ((rule, _), losses) in W5_RULES.iter().zip(losses.chunks_exact(each)) {
            outcome.check.insert(rule.name().to_owned(), losses.iter().sum::<f64>() / each as f64);
        }
        Ok(outcome)
    }))
}

pub(super) fn w6<'f, F: Framework>(framework: &'f F, inputs: &Inputs) -> Result<Run<'f>> {
    let trained = examples(framework, inputs, "train", None)?;
    let test = examples(framework, inputs, "test", None)?;
    let (params, batches) = (inputs.floats("w6_params.f32")?, inputs.rows("w6_batches.i32")?);
    let epoch = batches.len() / inputs.spec.w6_epochs;
    Ok(Box::new(move || {
        let plan = Plan { sizes: SMALL_SIZES, params: &params, norm: false, rule: Rule::Adam, rate: 0.001 };
        let mut network = framework.network(&plan)?;
        let mut outcome = Outcome::default();
        let started = Instant::now();
        for batches in batches.chunks_exact(epoch) {
            let losses = train(framework, &mut network, &trained, batches)?;
            outcome.check.insert("loss".to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert("accuracy".to_owned(), framework.accuracy(&network, &test)?);
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }))
}
