//! What this machine reaches, for whoever trains on it: rates, and the steps a second of W1 and W6.

use std::time::Instant;

use problem::data::Dataset;
use problem::supervised::Part;
use serde::Serialize;

use crate::machine::{measure, step_flops};
use crate::workload::{BATCH, Setup, Training};
use crate::{SpeedError, results::Spread};

/// What was measured, on one thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Here {
    /// CPU, cores, system, vectors.
    pub machine: String,
    /// What was trained on.
    pub data: String,
    /// Floating-point operations a second of a 512 × 512 product in f32.
    pub flops: f64,
    /// Bytes a second of a loop over memory.
    pub bandwidth: f64,
    /// W1: each rule.
    pub w1: Vec<Steps>,
    /// W6: training alone.
    pub w6: Steps,
    /// Test images a second of W6's evaluation.
    pub evaluated_per_second: f64,
}

/// Steps of one network with one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Steps {
    /// The rule.
    pub rule: String,
    /// Seconds a step, the median of some windows.
    pub seconds: f64,
    /// The time of the step's dense products at the rate of `flops`, as a share of the step's: above 1 where skipping zeros beats the dense limit.
    pub share_of_limit: f64,
}

fn steps(data: &Dataset, setup: &Setup<'_>, flops: f64) -> Result<Steps, SpeedError> {
    let mut training = Training::new(data, setup)?;
    training.steps(20, 1);
    let window = || {
        let (started, mut count) = (Instant::now(), 0);
        while started.elapsed().as_secs_f64() < 0.2 {
            training.step();
            count += 1;
        }
        started.elapsed().as_secs_f64() / f64::from(count)
    };
    let seconds = Spread::of(std::iter::repeat_with(window).take(5)).median;
    let widths = [&[data.columns], setup.hidden, &[data.task.outputs()]].concat();
    let share_of_limit = step_flops(&widths, setup.batch) / flops / seconds;
    Ok(Steps { rule: setup.rule.to_owned(), seconds, share_of_limit })
}

/// Measures everything, in some ten seconds.
///
/// # Errors
/// When the data do not fit.
pub fn run(data: &Dataset) -> Result<Here, SpeedError> {
    let rates = measure()?;
    let rules = ["sgd:lr=0.01", "momentum:lr=0.01", "adagrad:lr=0.01", "adam:lr=0.001"];
    let w1: Result<_, _> = rules.iter().map(|rule| steps(data, &Setup::w1(rule), rates.flops)).collect();
    let shallow = Setup::shallow(rules[3], 1);
    let w6 = steps(data, &shallow, rates.flops)?;
    let mut training = Training::new(data, &shallow)?;
    training.measure(Part::Test)?;
    let started = Instant::now();
    training.measure(Part::Test)?;
    let evaluated_per_second = data.test.len() as f64 / started.elapsed().as_secs_f64();
    Ok(Here {
        machine: crate::results::describe(),
        data: format!("{} ({})", data.name, data.source),
        flops: rates.flops,
        bandwidth: rates.bandwidth,
        w1: w1?,
        w6,
        evaluated_per_second,
    })
}

impl Here {
    /// Updates of one epoch of W6 on 60,000 images.
    pub fn epoch_seconds(&self) -> f64 {
        (60_000 / BATCH) as f64 * self.w6.seconds + 10_000.0 / self.evaluated_per_second
    }
}
