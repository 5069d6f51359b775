//! W1, W2, W5 and W6: networks on data.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use problem::data::Dataset;
use problem::supervised::{Part, Sampling};

use super::training::{Setup, Training, mean_of_first, mean_of_last};
use super::{Lengths, Outcome, Ready, W2_BATCH};
use crate::SpeedError;

/// The sixteen scales of the chapter's section 6.3.
pub const W2_SCALES: [f64; 16] = [
    1.0, 0.541, 0.293, 0.158, 0.0858, 0.0464, 0.0251, 0.0136, 0.00736, 0.00398, 0.00215, 0.00117, 0.000631,
    0.000341, 0.000185, 0.0001,
];

/// The rules of W1, by the names in the bench's protocol.
const W1_RULES: [(&str, &str); 4] = [
    ("sgd", "sgd:lr=0.01"),
    ("momentum", "momentum@torch:lr=0.01"),
    ("adagrad", "adagrad@torch:lr=0.01"),
    ("adam", "adam@torch:lr=0.001"),
];

/// The rules of W5 and the factor of their rates.
const W5_RULES: [(&str, &str, f64); 5] = [
    ("sgd", "sgd", 1.0),
    ("momentum", "momentum@torch", 1.0),
    ("adagrad", "adagrad@torch", 1.0),
    ("rmsprop", "rmsprop@torch", 0.1),
    ("adam", "adam@torch", 0.1),
];
const W5_RATES: [f64; 4] = [0.1, 0.03, 0.01, 0.003];
/// Seeds of W5.
pub const W5_SEEDS: u64 = 5;

/// Steps of W1 and W6 in which rounding has not yet grown: peers must agree on their losses closely.
const FIRST: usize = 50;
/// The same of W2 and W5.
const SOONER: usize = 20;
/// The network of W2 whose first losses are checked: its scale is neither so large that they overflow nor so small that nothing happens.
const W2_CHECKED: usize = 4;

/// The rule of W6.
const ADAM: &str = "adam@torch:lr=0.001";

/// The initial weights, which the peers read from a file. It trains a little for the errors, and for what is made at the first use of the data.
fn start(data: &Dataset, setup: &Setup<'_>) -> Result<Vec<f32>, SpeedError> {
    let mut training = Training::new(data, setup)?;
    let start = training.params().to_vec();
    training.steps(2, 1);
    Ok(start)
}

pub(super) fn w1(data: &Dataset, steps: u64) -> Result<Ready<'_>, SpeedError> {
    let start = start(data, &Setup::w1(ADAM))?;
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        for (name, rule) in W1_RULES {
            let started = Instant::now();
            let losses = Training::at(data, &Setup::w1(rule), &start)?.losses(steps);
            let seconds = started.elapsed().as_secs_f64();
            outcome.seconds += seconds;
            outcome.parts.insert(name.to_owned(), seconds);
            outcome.check.insert(name.to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert(format!("{name}/first"), mean_of_first(&losses, FIRST));
        }
        Ok(outcome)
    }))
}

pub(super) fn w6(data: &Dataset, epochs: u64, steps: u64) -> Result<Ready<'_>, SpeedError> {
    let setup = Setup::shallow(ADAM, 1);
    let start = start(data, &setup)?;
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        let started = Instant::now();
        let mut training = Training::at(data, &setup, &start)?;
        for epoch in 0..epochs {
            let losses = training.losses(steps);
            if epoch == 0 {
                outcome.check.insert("loss/first".to_owned(), mean_of_first(&losses, FIRST));
            }
            outcome.check.insert("loss".to_owned(), mean_of_last(&losses, 100));
            outcome.check.insert("accuracy".to_owned(), training.measure(Part::Test)?.score);
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }))
}

/// Runs `job` for every number below `count` on some threads.
fn on_threads<R: Send>(
    count: usize,
    threads: usize,
    job: impl Fn(usize) -> Result<R, SpeedError> + Sync,
) -> Result<Vec<R>, SpeedError> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let result = job(index);
                    results.lock().expect("no job panics").push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no job panics");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// A network of W2.
pub(crate) fn w2_setup<'a>(init: &'a str, norm: &'a str) -> Setup<'a> {
    Setup {
        hidden: &[100; 5],
        norm,
        init,
        rule: "sgd:lr=0.01",
        batch: W2_BATCH.0,
        sampling: Sampling::Replacement,
        examples: Some(W2_BATCH.1),
        seed: 1,
    }
}

pub(super) fn w2<'d>(data: &'d Dataset, lengths: &Lengths, threads: usize) -> Result<Ready<'d>, SpeedError> {
    let steps = lengths.w2_steps;
    let norms = [("batch", "batch:eps=1e-6"), ("plain", "none")];
    let inits: Vec<String> = lengths.w2_scales.iter().map(|std| format!("normal:std={std}")).collect();
    let mut networks = Vec::new();
    for (_, norm) in norms {
        for init in &inits {
            networks.push((norm, start(data, &w2_setup(init, norm))?));
        }
    }
    Ok(Box::new(move || {
        let started = Instant::now();
        let results = on_threads(networks.len(), threads, |index| {
            let (norm, start) = &networks[index];
            // The weights are given: their scale says nothing.
            let mut training = Training::at(data, &w2_setup("he", norm), start)?;
            let (mut accuracy, mut losses) = (0.0, Vec::new());
            for _ in 0..steps / 10 {
                losses.extend(training.losses(10));
                accuracy = training.measure(Part::Train)?.score;
            }
            Ok((accuracy, mean_of_first(&losses, SOONER)))
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        let count = networks.len() / norms.len();
        for ((name, _), of) in norms.into_iter().zip(results.chunks_exact(count)) {
            let mean = of.iter().map(|(accuracy, _)| accuracy).sum::<f64>() / count as f64;
            outcome.check.insert(name.to_owned(), mean);
            if let Some((_, first)) = of.get(W2_CHECKED) {
                outcome.check.insert(format!("{name}/first"), *first);
            }
        }
        Ok(outcome)
    }))
}

pub(super) fn w5(data: &Dataset, steps: u64, threads: usize) -> Result<Ready<'_>, SpeedError> {
    let starts = (1..=W5_SEEDS).map(|seed| start(data, &Setup::shallow(ADAM, seed)));
    let starts = starts.collect::<Result<Vec<_>, _>>()?;
    let mut trials = Vec::new();
    for (name, word, factor) in W5_RULES {
        for rate in W5_RATES {
            for seed in 1..=W5_SEEDS {
                trials.push((name, rate, format!("{word}:lr={}", rate * factor), seed));
            }
        }
    }
    Ok(Box::new(move || {
        let started = Instant::now();
        let results = on_threads(trials.len(), threads, |index| {
            let (_, _, rule, seed) = &trials[index];
            let start = &starts[*seed as usize - 1];
            let losses = Training::at(data, &Setup::shallow(rule, *seed), start)?.losses(steps);
            let last = mean_of_last(&losses, 50);
            Ok((if last.is_finite() { last } else { 10.0 }, mean_of_first(&losses, SOONER)))
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        let each = (W5_RATES.len() as u64 * W5_SEEDS) as f64;
        let smallest = W5_RATES.into_iter().fold(f64::INFINITY, f64::min);
        for ((name, rate, _, _), (last, first)) in trials.iter().zip(results) {
            *outcome.check.entry((*name).to_owned()).or_default() += last / each;
            if *rate == smallest {
                *outcome.check.entry(format!("{name}/first")).or_default() += first / W5_SEEDS as f64;
            }
        }
        Ok(outcome)
    }))
}
