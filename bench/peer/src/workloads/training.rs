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
/// The network of W2 whose first losses are checked.
const W2_CHECKED: usize = 4;
const W5_SEEDS: usize = 5;
/// Steps of W1 and W6 in which rounding has not yet grown, and those of W2 and W5.
const FIRST: usize = 50;
const SOONER: usize = 20;
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

/// The mean of the first losses.
fn mean_of_first(losses: &[f64], count: usize) -> f64 {
    mean(&losses[..count.min(losses.len())])
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
            let started = Instant::now();
            let mut network = framework.network(&plan)?;
            let losses = train(framework, &mut network, &examples, &batches)?;
            let seconds = started.elapsed().as_secs_f64();
            outcome.seconds += seconds;
            outcome.parts.insert(rule.name().to_owned(), seconds);
            outcome.check.insert(rule.name().to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert(format!("{}/first", rule.name()), mean_of_first(&losses, FIRST));
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
        let results = on_threads(networks.len(), threads, |index| {
            let (norm, at) = networks[index];
            let params = &params[at * Plan::length(W2_SIZES)..];
            let plan = Plan { sizes: W2_SIZES, params, norm, rule: Rule::Sgd, rate: 0.01 };
            let mut network = framework.network(&plan)?;
            let (mut accuracy, mut losses) = (0.0, Vec::new());
            for batches in batches.chunks_exact(W2_BATCH * W2_EVERY) {
                for rows in batches.chunks_exact(W2_BATCH) {
                    losses.push(framework.step(&mut network, &examples, rows)?);
                }
                accuracy = framework.accuracy(&network, &examples)?;
            }
            Ok((accuracy, mean_of_first(&losses, SOONER)))
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        for (name, of) in ["batch", "plain"].into_iter().zip(results.chunks_exact(count)) {
            let accuracies = of.iter().map(|(accuracy, _)| accuracy);
            outcome.check.insert(name.to_owned(), accuracies.sum::<f64>() / count as f64);
            outcome.check.insert(format!("{name}/first"), of[W2_CHECKED].1);
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
        let results = on_threads(trials.len(), threads, |index| {
            let (rule, rate, at) = trials[index];
            let params = &params[at * Plan::length(SMALL_SIZES)..];
            let plan = Plan { sizes: SMALL_SIZES, params, norm: false, rule, rate };
            let mut network = framework.network(&plan)?;
            let losses = train(framework, &mut network, &examples, &batches[at * rows..][..rows])?;
            let last = mean_of_last(&losses, 50);
            Ok((if last.is_finite() { last } else { DIVERGED }, mean_of_first(&losses, SOONER)))
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        let each = W5_RATES.len() * W5_SEEDS;
        for ((rule, _), of) in W5_RULES.iter().zip(results.chunks_exact(each)) {
            let last = of.iter().map(|(last, _)| last).sum::<f64>() / each as f64;
            // The smallest rate comes last.
            let first: Vec<f64> = of[each - W5_SEEDS..].iter().map(|(_, first)| *first).collect();
            outcome.check.insert(rule.name().to_owned(), last);
            outcome.check.insert(format!("{}/first", rule.name()), mean(&first));
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
        let mut outcome = Outcome::default();
        let started = Instant::now();
        let mut network = framework.network(&plan)?;
        for (at, batches) in batches.chunks_exact(epoch).enumerate() {
            let losses = train(framework, &mut network, &trained, batches)?;
            if at == 0 {
                outcome.check.insert("loss/first".to_owned(), mean_of_first(&losses, FIRST));
            }
            outcome.check.insert("loss".to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert("accuracy".to_owned(), framework.accuracy(&network, &test)?);
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }))
}
