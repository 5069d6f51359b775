//! The workloads, W1 to W6, each a function from data to seconds and to the numbers that peers must agree on.

mod networks;
mod signals;
mod training;
mod updates;

use std::collections::BTreeMap;

use problem::data::Dataset;
use serde::{Deserialize, Serialize};

use crate::SpeedError;
pub(crate) use networks::w2_setup;
pub use networks::{W2_SCALES, W5_SEEDS};
pub(crate) use signals::draws as w4_draws;
pub use training::{Setup, Training};
pub use updates::{UPDATE_RULES, loop_seconds, update_seconds};

/// Examples in a batch of W1, W5 and W6.
pub const BATCH: usize = 128;
/// Examples in a batch of W2, and the first examples that it trains on.
pub const W2_BATCH: (usize, usize) = (100, 1000);
/// Rows, columns and layers of W4.
pub const W4_SHAPE: (usize, usize, usize) = (1000, 100, 5);

/// How long the workloads are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// Updates of each rule in W1.
    pub w1_steps: u64,
    /// Updates of each network in W2.
    pub w2_steps: u64,
    /// Deviations of the initial weights in W2.
    pub w2_scales: Vec<f64>,
    /// Parameters in W3.
    pub w3_sizes: Vec<usize>,
    /// Updates of each trial in W5.
    pub w5_steps: u64,
    /// Epochs of W6.
    pub w6_epochs: u64,
    /// Updates of an epoch of W6.
    pub w6_steps: u64,
}

impl Lengths {
    /// As the bench is meant.
    pub fn full() -> Self {
        Self {
            w1_steps: 2000,
            w2_steps: 200,
            w2_scales: W2_SCALES.to_vec(),
            w3_sizes: vec![1000, 100_000, 10_000_000],
            w5_steps: 468,
            w6_epochs: 10,
            w6_steps: 468,
        }
    }

    /// For a look.
    pub fn quick() -> Self {
        let w3_sizes = vec![1000, 100_000];
        Self { w1_steps: 200, w2_steps: 40, w3_sizes, w5_steps: 60, w6_epochs: 1, ..Self::full() }
    }
}

/// What a workload took and came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// All of it.
    pub seconds: f64,
    /// Its parts, where it has several.
    #[serde(default)]
    pub parts: BTreeMap<String, f64>,
    /// What every peer must come to as well.
    #[serde(default)]
    pub check: BTreeMap<String, f64>,
}

/// The names of the workloads.
pub const NAMES: [&str; 6] = ["w1", "w2", "w3", "w4", "w5", "w6"];

/// What a workload is, in a few words.
pub fn title(name: &str) -> &'static str {
    match name {
        "w1" => "784-100×4-10 ReLU, batch 128, SGD, momentum, AdaGrad and Adam",
        "w2" => "the batch-norm study: 32 networks, batch 100",
        "w3" => "one update of N parameters, every rule",
        "w4" => "the activation study with its histograms",
        "w5" => "a sweep of 100 trials of 784-100-10",
        "w6" => "784-100-10, Adam, with a test evaluation each epoch",
        _ => "unknown",
    }
}

/// Threads of a workload: W2 and W5 are about both cores.
pub fn threads(name: &str) -> usize {
    if matches!(name, "w2" | "w5") { 2 } else { 1 }
}

/// A workload ready to be run: everything that is not to be timed is done.
pub type Ready<'d> = Box<dyn FnMut() -> Result<Outcome, SpeedError> + 'd>;

/// Prepares a workload.
///
/// # Errors
/// When there is none of that name, or the data do not fit.
pub fn prepare<'d>(
    name: &str,
    data: &'d Dataset,
    lengths: &Lengths,
    threads: usize,
) -> Result<Ready<'d>, SpeedError> {
    Ok(match name {
        "w1" => networks::w1(data, lengths.w1_steps)?,
        "w2" => networks::w2(data, lengths, threads)?,
        "w3" => updates::w3(&lengths.w3_sizes)?,
        "w4" => signals::w4(),
        "w5" => networks::w5(data, lengths.w5_steps, threads)?,
        "w6" => networks::w6(data, lengths.w6_epochs, lengths.w6_steps)?,
        _ => {
            let text = format!("expected a workload, {}, found `{name}`", NAMES.join(", "));
            return Err(SpeedError::Setting(text));
        }
    })
}

#[cfg(test)]
mod tests;
