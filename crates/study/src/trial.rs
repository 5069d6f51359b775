//! A trial: one technique, one seed, one run of training. Pure data; the same trial gives the same bits wherever it runs.

use std::time::Instant;

use problem::data::Dataset;
use problem::descend::Ended;
use problem::supervised::{Part, Sampling, Supervised};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use technique::matmul::Crew;
use technique::net::NetSpec;
use technique::optimizer::Optimizer;

use crate::error::StudyError;
use crate::statistics::Better;
use crate::technique::Technique;

/// Part of every trial's identity: raise it when a formula is corrected, so that old results are not taken for new ones.
pub const FORMULAS: u32 = 3;

/// Steps that the final training loss is the mean of.
pub const LAST: u64 = 100;

technique::choice! {
    /// At which parameters the training loss of a step is measured.
    pub enum LossAt {
        /// Before the update: the loss that the gradient was taken at.
        Before = "before",
        /// After the update, on the same batch (the textbook).
        After = "after",
    }
}

/// What a trial measures at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Mean training loss over the last 100 steps.
    TrainLoss,
    /// Share of training examples classified right.
    TrainAccuracy,
    /// Share of test examples classified right.
    TestAccuracy,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TrainLoss, Self::TrainAccuracy, Self::TestAccuracy];

    /// Its key in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::TestAccuracy => "test_accuracy",
        }
    }

    /// In prose.
    pub fn title(self) -> &'static str {
        match self {
            Self::TrainLoss => "training loss (mean of the last 100 steps)",
            Self::TrainAccuracy => "training accuracy",
            Self::TestAccuracy => "test accuracy",
        }
    }

    /// Which way it is better.
    pub fn better(self) -> Better {
        match self {
            Self::TrainLoss => Better::Lower,
            Self::TrainAccuracy | Self::TestAccuracy => Better::Higher,
        }
    }
}

/// One run of training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// Fingerprint of the data, and the label column of a table.
    pub data: String,
    /// Training examples used: the first so many.
    pub examples: usize,
    /// What is trained, and how.
    pub technique: Technique,
    /// Examples in a batch.
    pub batch: usize,
    /// How they are drawn.
    #[serde(serialize_with = "word")]
    pub sampling: Sampling,
    /// Updates.
    pub steps: u64,
    /// Where the training loss is measured.
    #[serde(serialize_with = "word")]
    pub loss_at: LossAt,
    /// The training loss is recorded at the first step and then every so many.
    pub record_every: u64,
    /// The training accuracy is measured every so many steps; 0 for only at the end.
    pub evaluate_every: u64,
    /// Of initial weights, batches and masks.
    pub seed: u64,
}

fn word<T: technique::card::SettingType, S: serde::Serializer>(
    choice: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&choice.value())
}

/// What a trial leaves: one line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`Trial::id`].
    pub id: String,
    /// Its seed.
    pub seed: u64,
    /// The step at which the loss stopped being a number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diverged_at: Option<u64>,
    /// Final metrics; none when it diverged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finals: Option<Finals>,
    /// (steps done, training loss).
    pub loss: Vec<(u64, f64)>,
    /// (steps done, training accuracy).
    pub accuracy: Vec<(u64, f64)>,
    /// Wall time, the only thing that differs between two runs of one trial.
    pub seconds: f64,
}

/// The final metrics of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Finals {
    /// See [`Metric::TrainLoss`].
    pub train_loss: f64,
    /// See [`Metric::TrainAccuracy`].
    pub train_accuracy: f64,
    /// See [`Metric::TestAccuracy`].
    pub test_accuracy: f64,
}

impl Record {
    /// The final value of a metric; none when the trial diverged.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.finals.map(|finals| match metric {
            Metric::TrainLoss => finals.train_loss,
            Metric::TrainAccuracy => finals.train_accuracy,
            Metric::TestAccuracy => finals.test_accuracy,
        })
    }

    /// How it ended.
    pub fn ended(&self) -> Ended {
        self.diverged_at.map_or(Ended::Finished, |at| Ended::Diverged { at })
    }
}

impl Trial {
    /// A hash of everything that its result depends on, defaults filled in.
    pub fn id(&self) -> String {
        let text = serde_json::json!({ "formulas": FORMULAS, "trial": self }).to_string();
        Sha256::digest(text.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Trains. `advance` is told of steps done, for progress bars.
    ///
    /// # Errors
    /// When the network, the data and the batch do not fit, or a hyper-parameter is outside its domain. Divergence is no error but a result.
    pub fn run(&self, data: &Dataset, advance: &dyn Fn(u64)) -> Result<Record, StudyError> {
        self.run_by(Crew::ALONE, data, advance)
    }

    /// The same with several threads in its large products, and the same bits.
    ///
    /// # Errors
    /// As [`Trial::run`].
    pub fn run_by(&self, crew: Crew, data: &Dataset, advance: &dyn Fn(u64)) -> Result<Record, StudyError> {
        let started = Instant::now();
        let technique = &self.technique;
        let spec = NetSpec {
            inputs: data.columns,
            hidden: technique.hidden.clone(),
            outputs: data.task.outputs(),
            activation: technique.activation.value,
            norm: technique.norm.value,
            dropout: technique.dropout.value,
            loss: data.task.loss(),
        };
        let mut problem =
            Supervised::<f32>::new(data, Some(self.examples), &spec, self.batch, self.sampling, self.seed)?;
        problem.crew(crew);
        let mut params = problem.initial(&technique.init.value);
        let mut grads = vec![0.0_f32; params.len()];
        let mut optimizer: Optimizer<f32> = Optimizer::with(
            technique.rule.value,
            technique.schedule.clone(),
            technique.guard.value,
            technique.decay.value,
            problem.layout(),
        )
        .map_err(|error| StudyError::Setting(error.to_string()))?;

        let mut record = Record {
            id: self.id(),
            seed: self.seed,
            diverged_at: None,
            finals: None,
            loss: Vec::new(),
            accuracy: Vec::new(),
            seconds: 0.0,
        };
        let tail = self.steps.saturating_sub(LAST);
        let (mut last, mut reported) = (Vec::new(), 0);
        for step in 0..self.steps {
            let done = step + 1;
            let before = problem.gradient(&params, step, &mut grads);
            optimizer.update(&mut params, &grads);
            let in_tail = step >= tail;
            let recorded = done % self.record_every == 0 || done == 1;
            let loss = match self.loss_at {
                LossAt::After if in_tail || recorded => problem.loss_again(&params),
                _ => before,
            };
            if !before.is_finite() || !loss.is_finite() {
                record.diverged_at = Some(done);
                break;
            }
            if recorded {
                record.loss.push((done, loss));
            }
            if in_tail {
                last.push(loss);
            }
            if self.evaluate_every > 0 && done % self.evaluate_every == 0 {
                record.accuracy.push((done, problem.measure(&params, Part::Train)?.score));
            }
            if done % 50 == 0 {
                advance(50);
                reported = done;
            }
        }
        advance(self.steps - reported);
        // A loss taken before the last update has not seen where that update led.
        if record.diverged_at.is_none() && !params.iter().all(|p| p.is_finite()) {
            record.diverged_at = Some(self.steps);
        }
        if record.diverged_at.is_none() {
            let train = match record.accuracy.last() {
                Some((done, accuracy)) if *done == self.steps => *accuracy,
                _ => problem.measure(&params, Part::Train)?.score,
            };
            let test = problem.measure(&params, Part::Test)?.score;
            let train_loss = crate::statistics::mean(&last);
            record.finals = Some(Finals { train_loss, train_accuracy: train, test_accuracy: test });
        }
        record.seconds = started.elapsed().as_secs_f64();
        Ok(record)
    }
}

#[cfg(test)]
mod tests;
