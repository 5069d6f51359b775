//! W1, W2, W5 and W6: networks on data.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use problem::classify::{Part, Sampling};
use problem::data::Dataset;

use super::training::{Setup, Training};
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

/// Steps of W1 in which rounding has not yet grown: peers must agree on their losses closely.
const FIRST: u64 = 50;

/// The rule of W6.
const ADAM: &str = "adam@torch:lr=0.001";

pub(super) fn w1(data: &Dataset, steps: u64) -> Result<Ready<'_>, SpeedError> {
    // Once for the errors, and for what is made at the first use of the data.
    Training::new(data, &Setup::w1(ADAM))?.steps(2, 1);
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        for (name, rule) in W1_RULES {
            let mut training = Training::new(data, &Setup::w1(rule))?;
            let started = Instant::now();
            let first = training.steps(FIRST, FIRST);
            let last = training.steps(steps - FIRST, 100);
            let seconds = started.elapsed().as_secs_f64();
            outcome.seconds += seconds;
            outcome.parts.insert(name.to_owned(), seconds);
            outcome.check.insert(name.to_owned(), last);
            outcome.check.insert(format!("{name}/first"), first);
        }
        Ok(outcome)
    }))
}

pub(super) fn w6(data: &Dataset, epochs: u64, steps: u64) -> Result<Ready<'_>, SpeedError> {
    Training::new(data, &Setup::shallow(ADAM, 1))?.steps(2, 1);
    Ok(Box::new(move || {
        let mut training = Training::new(data, &Setup::shallow(ADAM, 1))?;
        let mut outcome = Outcome::default();
        let started = Instant::now();
        for _ in 0..epochs {
            let loss = training.steps(steps, 100);
            outcome.check.insert("loss".to_owned(), loss);
            outcome.check.insert("accuracy".to_owned(), training.measure(Part::Test).accuracy);
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
    let inits: Vec<String> = lengths.w2_scales.iter().map(|std| format!("normal:std={std}")).collect();
    Training::new(data, &w2_setup(&inits[0], "batch"))?.steps(2, 1);
    Ok(Box::new(move || {
        let norms = ["batch:eps=1e-6", "none"];
        let started = Instant::now();
        let accuracies = on_threads(inits.len() * norms.len(), threads, |index| {
            let setup = w2_setup(&inits[index / norms.len()], norms[index % norms.len()]);
            let mut training = Training::new(data, &setup)?;
            let mut accuracy = 0.0;
            for _ in 0..steps / 10 {
                training.steps(10, 1);
                accuracy = training.measure(Part::Train).accuracy;
            }
            Ok(accuracy)
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        for (at, name) in ["batch", "plain"].into_iter().enumerate() {
            let mean = accuracies.iter().skip(at).step_by(2).sum::<f64>() / inits.len() as f64;
            outcome.check.insert(name.to_owned(), mean);
        }
        Ok(outcome)
    }))
}

pub(super) fn w5(data: &Dataset, steps: u64, threads: usize) -> Result<Ready<'_>, SpeedError> {
    Training::new(data, &Setup::shallow(ADAM, 1))?.steps(2, 1);
    let mut trials = Vec::new();
    for (name, word, factor) in W5_RULES {
        for rate in W5_RATES {
            for seed in 1..=W5_SEEDS {
                trials.push((name, format!("{word}:lr={}", rate * factor), seed));
            }
        }
    }
    Ok(Box::new(move || {
        let started = Instant::now();
        let losses = on_threads(trials.len(), threads, |index| {
            let (_, rule, seed) = &trials[index];
            let loss = Training::new(data, &Setup::shallow(rule, *seed))?.steps(steps, 50);
            Ok(if loss.is_finite() { loss } else { 10.0 })
        })?;
        let mut outcome = Outcome { seconds: started.elapsed().as_secs_f64(), ..Outcome::default() };
        let each = (W5_RATES.len() as u64 * W5_SEEDS) as f64;
        for ((name, _, _), loss) in trials.iter().zip(losses) {
            *outcome.check.entry((*name).to_owned()).or_default() += loss / each;
        }
        Ok(outcome)
    }))
}
