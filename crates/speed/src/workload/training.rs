//! One network in training, without anything around it.

use problem::data::Dataset;
use problem::supervised::{Measure, Part, Sampling, Supervised};
use technique::layer::activation::Relu;
use technique::net::NetSpec;
use technique::optimizer::Optimizer;
use technique::rule::Rule;

use crate::SpeedError;

/// What is trained, and on what.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// Units of the hidden layers.
    pub hidden: &'a [usize],
    /// Norm after each of them, as a word.
    pub norm: &'a str,
    /// Initial weights, as a word.
    pub init: &'a str,
    /// Update rule, as a word.
    pub rule: &'a str,
    /// Examples of a batch.
    pub batch: usize,
    /// How they are drawn.
    pub sampling: Sampling,
    /// Only the first so many examples.
    pub examples: Option<usize>,
    /// Of weights and batches.
    pub seed: u64,
}

impl<'a> Setup<'a> {
    /// Networks of W1.
    pub fn w1(rule: &'a str) -> Self {
        Self {
            hidden: &[100; 4],
            norm: "none",
            init: "he",
            rule,
            batch: super::BATCH,
            sampling: Sampling::Replacement,
            examples: None,
            seed: 1,
        }
    }

    /// Networks of W5 and W6.
    pub fn shallow(rule: &'a str, seed: u64) -> Self {
        Self { hidden: &[100], sampling: Sampling::Epochs, seed, ..Self::w1(rule) }
    }
}

pub(super) fn word<T: std::str::FromStr>(text: &str) -> Result<T, SpeedError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| SpeedError::Setting(error.to_string()))
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// The mean of the first losses.
pub(super) fn mean_of_first(losses: &[f64], count: usize) -> f64 {
    mean(&losses[..count.min(losses.len())])
}

/// The mean of the last losses.
pub(super) fn mean_of_last(losses: &[f64], count: usize) -> f64 {
    mean(&losses[losses.len().saturating_sub(count)..])
}

fn problem<'d>(data: &'d Dataset, setup: &Setup<'_>) -> Result<Supervised<'d, f32>, SpeedError> {
    let spec = NetSpec {
        inputs: data.columns,
        hidden: setup.hidden.to_vec(),
        outputs: data.task.outputs(),
        activation: Relu::default().into(),
        norm: word(setup.norm)?,
        dropout: Default::default(),
        loss: data.task.loss(),
    };
    Ok(Supervised::new(data, setup.examples, &spec, setup.batch, setup.sampling, setup.seed)?)
}

/// A network, its parameters and its optimizer.
pub struct Training<'d> {
    problem: Supervised<'d, f32>,
    params: Vec<f32>,
    grads: Vec<f32>,
    optimizer: Optimizer<f32>,
    step: u64,
}

impl<'d> Training<'d> {
    /// At birth.
    ///
    /// # Errors
    /// When a word is wrong or the data do not fit.
    pub fn new(data: &'d Dataset, setup: &Setup<'_>) -> Result<Self, SpeedError> {
        let problem = problem(data, setup)?;
        let params = problem.initial(&word(setup.init)?);
        Self::of(problem, params, setup)
    }

    /// At given parameters.
    pub(super) fn at(data: &'d Dataset, setup: &Setup<'_>, params: &[f32]) -> Result<Self, SpeedError> {
        Self::of(problem(data, setup)?, params.to_vec(), setup)
    }

    fn of(problem: Supervised<'d, f32>, params: Vec<f32>, setup: &Setup<'_>) -> Result<Self, SpeedError> {
        let rule: Rule = word(setup.rule)?;
        let optimizer = Optimizer::new(rule, problem.layout());
        let optimizer = optimizer.map_err(|error| SpeedError::Setting(error.to_string()))?;
        Ok(Self { grads: vec![0.0; params.len()], problem, params, optimizer, step: 0 })
    }

    /// One step; the loss before it.
    pub fn step(&mut self) -> f64 {
        let loss = self.problem.gradient(&self.params, self.step, &mut self.grads);
        self.optimizer.update(&mut self.params, &self.grads);
        self.step += 1;
        loss
    }

    /// Several steps; the loss before each.
    pub fn losses(&mut self, steps: u64) -> Vec<f64> {
        (0..steps).map(|_| self.step()).collect()
    }

    /// Several steps; the mean loss of the last `tail`.
    pub fn steps(&mut self, steps: u64, tail: usize) -> f64 {
        mean_of_last(&self.losses(steps), tail)
    }

    /// The share of right answers on a part of the data.
    ///
    /// # Errors
    /// When there is no such part.
    pub fn measure(&mut self, part: Part) -> Result<Measure, SpeedError> {
        Ok(self.problem.measure(&self.params, part)?)
    }

    /// Its parameters, layer by layer: weights (in, out), then the bias.
    pub fn params(&self) -> &[f32] {
        &self.params
    }

    /// The rows of the training part in a step's batch.
    pub fn rows(&mut self, step: u64) -> &[usize] {
        self.problem.rows(step)
    }
}
