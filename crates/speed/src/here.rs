//! What this machine reaches, for whoever trains on it: rates, and the steps a second of W1 and W6.

use std::time::Instant;

use problem::classify::Part;
use problem::data::{DataError, Dataset, Examples, Inputs};
use serde::Serialize;
use technique::random::{Purpose, key, normal};

use crate::machine::{measure, step_flops};
use crate::workload::{BATCH, Setup, Training};
use crate::{SpeedError, results::Spread};

/// Rows of the images that stand in for MNIST, to train on and to test on.
const MADE_UP: (usize, usize) = (20_000, 10_000);
/// Their sides, their classes, and the share of their pixels that is not 0, as in MNIST.
const SIDE: usize = 28;
const CLASSES: usize = 10;
const DENSITY: f64 = 0.19;

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

/// Images with the zeros of MNIST but no meaning.
///
/// # Errors
/// Never: rows and labels are as many.
pub fn made_up() -> Result<Dataset, DataError> {
    let (train, test) = MADE_UP;
    let columns = SIDE * SIDE;
    let mut rng = key(1, Purpose::Inputs, 0).rng();
    // Runs of pixels, as strokes leave them: two numbers in a row belong to one draw.
    let bound = 0.878;
    let mut bytes = Vec::with_capacity((train + test) * columns);
    while bytes.len() < (train + test) * columns {
        let x = normal(&mut rng);
        let byte = if x > bound { ((x - bound) * 100.0 + 1.0).min(255.0) as u8 } else { 0 };
        bytes.extend([byte, byte]);
    }
    let labels = |count: usize| (0..count as u32).map(|row| row % CLASSES as u32).collect();
    let rest = bytes.split_off(train * columns);
    let examples = |values, count| {
        Examples::new(Inputs::Bytes { values, divisor: 255.0 }, labels(count), columns, "made up")
    };
    Ok(Dataset {
        name: format!("made-up images of MNIST's size, {:.0} % of their pixels not 0", 100.0 * DENSITY),
        source: "made here".to_owned(),
        columns,
        shape: Some((SIDE, SIDE)),
        classes: (0..CLASSES).map(|class| class.to_string()).collect(),
        train: examples(bytes, train)?,
        test: examples(rest, test)?,
        fingerprint: String::new(),
    })
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
    let widths = [&[data.columns], setup.hidden, &[data.classes.len()]].concat();
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
    training.measure(Part::Test);
    let started = Instant::now();
    training.measure(Part::Test);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_images_are_as_empty_as_they_say() {
        let data = made_up().unwrap();
        let Inputs::Bytes { values, .. } = data.train.inputs() else { panic!("bytes") };
        let density = values.iter().filter(|byte| **byte != 0).count() as f64 / values.len() as f64;
        assert!((density - DENSITY).abs() < 0.005, "{density}");
        assert_eq!((data.train.len(), data.test.len(), data.columns), (MADE_UP.0, MADE_UP.1, 784));
    }
}
