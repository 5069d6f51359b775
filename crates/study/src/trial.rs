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
pub use crate::metric::{Finals, Metric, Series};
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

/// One run of training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// What identifies the data: their fingerprint and, of a table, how it is read.
    pub data: String,
    /// Training examples used: the first so many.
    pub examples: usize,
    /// What is trained, and how.
    pub technique: Technique,
    /// How the examples of a batch are drawn.
    #[serde(serialize_with = "word")]
    pub sampling: Sampling,
    /// Updates.
    pub steps: u64,
    /// Where the training loss is measured.
    #[serde(serialize_with = "word")]
    pub loss_at: LossAt,
    /// The training loss is recorded at the first step and then every so many.
    pub record_every: u64,
    /// The scores are measured every so many steps; 0 for only at the end.
    pub evaluate_every: u64,
    /// Of these parts, on the way; at the end all parts are measured.
    #[serde(serialize_with = "parts")]
    pub evaluate: Vec<Part>,
    /// Of initial weights, batches and masks.
    pub seed: u64,
}

fn word<T: technique::card::SettingType, S: serde::Serializer>(
    choice: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&choice.value())
}

fn parts<S: serde::Serializer>(parts: &[Part], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(parts.iter().map(|part| part.name()))
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
    /// Why there is no result: the trial ended in an error, which is not a divergence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
    /// What was recorded on the way.
    pub series: Series,
    /// Wall time, the only thing that differs between two runs of one trial.
    pub seconds: f64,
}

impl Record {
    /// The final value of a metric; none when the trial diverged.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.finals.as_ref()?.get(&metric).copied()
    }

    /// What was recorded of a metric on the way: (steps done, value).
    pub fn series(&self, metric: Metric) -> &[(u64, f64)] {
        self.series.get(&metric).map_or(&[], Vec::as_slice)
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

    /// Trains.
    ///
    /// # Errors
    /// When the network, the data and the batch do not fit, or a hyper-parameter is outside its domain. Divergence is no error but a result.
    pub fn run(&self, data: &Dataset) -> Result<Record, StudyError> {
        self.run_by(Crew::ALONE, data, &|_| true)
    }

    /// Whether the network, the data and the batch fit, without training.
    ///
    /// # Errors
    /// As [`Trial::run`].
    pub fn check(&self, data: &Dataset) -> Result<(), StudyError> {
        self.problem(data).and_then(|problem| self.optimizer(&problem)).map(drop)
    }

    /// What is left of it when it ends in an error.
    pub(crate) fn failed(&self, why: String) -> Record {
        Record {
            id: self.id(),
            seed: self.seed,
            diverged_at: None,
            finals: None,
            failed: Some(why),
            series: Series::new(),
            seconds: 0.0,
        }
    }

    fn problem<'d>(&self, data: &'d Dataset) -> Result<Supervised<'d, f32>, StudyError> {
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
        let (examples, batch) = (Some(self.examples), technique.batch);
        Ok(Supervised::new(data, examples, &spec, batch, self.sampling, self.seed)?)
    }

    fn optimizer(&self, problem: &Supervised<'_, f32>) -> Result<Optimizer<f32>, StudyError> {
        let t = &self.technique;
        let (schedule, layout) = (t.schedule.clone(), problem.layout());
        Optimizer::with(t.rule.value, schedule, t.guard.value, t.decay.value, layout)
            .map_err(|error| StudyError::Setting(error.to_string()))
    }

    /// Trains with several threads in the large products, and the same bits. `advance` is told of steps done, and says whether to go on.
    ///
    /// # Errors
    /// As [`Trial::run`], and [`StudyError::Interrupted`] when it is not to go on.
    pub fn run_by(
        &self,
        crew: Crew,
        data: &Dataset,
        advance: &dyn Fn(u64) -> bool,
    ) -> Result<Record, StudyError> {
        let started = Instant::now();
        let mut problem = self.problem(data)?;
        problem.crew(crew);
        let mut params = problem.initial(&self.technique.init.value);
        let mut grads = vec![0.0_f32; params.len()];
        let mut optimizer = self.optimizer(&problem)?;

        let mut record = Record {
            id: self.id(),
            seed: self.seed,
            diverged_at: None,
            finals: None,
            failed: None,
            series: Series::new(),
            seconds: 0.0,
        };
        let mut losses = Vec::new();
        let mut scores: Vec<(Part, Vec<(u64, f64)>)> =
            self.evaluate.iter().map(|part| (*part, Vec::new())).collect();
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
                losses.push((done, loss));
            }
            if in_tail {
                last.push(loss);
            }
            if self.evaluate_every > 0 && done % self.evaluate_every == 0 {
                for (part, scores) in &mut scores {
                    let score = problem.measure(&params, *part)?.score;
                    // Of weights so large that what they say is not a number.
                    if score.is_finite() {
                        scores.push((done, score));
                    }
                }
            }
            if done % 50 == 0 {
                if !advance(50) {
                    return Err(StudyError::Interrupted);
                }
                reported = done;
            }
        }
        advance(self.steps - reported);
        // A loss taken before the last update has not seen where that update led.
        if record.diverged_at.is_none() && !params.iter().all(|p| p.is_finite()) {
            record.diverged_at = Some(self.steps);
        }
        if record.diverged_at.is_none() {
            let mut finals = Finals::from([(Metric::TrainLoss, crate::statistics::mean(&last))]);
            for part in Part::ALL {
                if part == Part::Validation && data.validation.is_none() {
                    continue;
                }
                let seen = scores.iter().find(|(of, _)| *of == part).and_then(|(_, scores)| scores.last());
                match seen {
                    // Measured a moment ago.
                    Some((done, score)) if *done == self.steps && part == Part::Train => {
                        finals.insert(Metric::score(&data.task, part), *score);
                    }
                    _ => {
                        let measure = problem.measure(&params, part)?;
                        finals.insert(Metric::score(&data.task, part), measure.score);
                        if part == Part::Test {
                            finals.extend(measure.rmse.map(|rmse| (Metric::TestRmse, rmse)));
                        }
                    }
                }
            }
            // Weights so large that what they say is not a number any more: the last update led nowhere.
            if finals.values().all(|value| value.is_finite()) {
                record.finals = Some(finals);
            } else {
                record.diverged_at = Some(self.steps);
            }
        }
        let scores = scores.into_iter().filter(|(_, scores)| !scores.is_empty());
        record.series.extend(scores.map(|(part, scores)| (Metric::score(&data.task, part), scores)));
        record.series.insert(Metric::TrainLoss, losses);
        record.seconds = started.elapsed().as_secs_f64();
        Ok(record)
    }
}

#[cfg(test)]
mod tests;
