//! Classes and numbers told by a network: what the chapter trains on MNIST, and any table.

mod error;

use rand::RngExt;
use rand::seq::SliceRandom;
use technique::init::Init;
use technique::layer::{Pass, Phase};
use technique::layout::Layout;
use technique::loss::{Loss, Target};
use technique::matmul::Crew;
use technique::net::{Net, NetSpec};
use technique::random::{Purpose, key};
use technique::real::Real;

pub use error::SupervisedError;

use crate::data::{Dataset, Examples, Targets, Task};

technique::choice! {
    /// How the examples of a mini-batch are drawn.
    pub enum Sampling {
        /// Each with replacement, from all examples (the textbook's `np.random.choice`).
        Replacement = "replacement",
        /// Epoch by epoch in a new random order, without replacement; the examples that do not fill a last batch wait for the next epoch.
        Epochs = "epochs",
    }
}

/// Which examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that are trained on.
    Train,
    /// Those that no step sees, but that settings may be chosen by.
    Validation,
    /// Those that neither a step nor a choice sees.
    Test,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Its key in study files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

/// How well a network does on a part of the data, in evaluation phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Mean loss; of numbers, that of the standardised targets.
    pub loss: f64,
    /// Of classes the accuracy: the share of examples whose largest output is their class. Of numbers
    /// R² = 1 − Σ (y − t)² / Σ (t − t̄)², with the mean t̄ of the part itself; where all targets of the part are the same,
    /// 1 if every output is exact and else 0, as scikit-learn's `r2_score` has it.
    pub score: f64,
    /// Of numbers, the root of the mean squared error, in the unit of the data.
    pub rmse: Option<f64>,
}

/// Rows of an evaluation pass: enough for the matrix products, small enough for the cache.
const CHUNK: usize = 500;

/// A data set, a network and a way to draw batches. One instance per trial; the data are shared.
#[derive(Debug, Clone)]
pub struct Supervised<'d, T> {
    data: &'d Dataset,
    /// Examples that are trained on: the first so many.
    examples: usize,
    net: Net<T>,
    batch: usize,
    sampling: Sampling,
    seed: u64,
    rows: Vec<usize>,
    wanted: Wanted<T>,
    /// The order of the epoch at hand, and its number.
    order: Vec<usize>,
    epoch: Option<u64>,
    pass: Pass,
}

/// The targets of a batch, in the network's number type.
#[derive(Debug, Clone)]
enum Wanted<T> {
    Classes(Vec<u32>),
    Values(Vec<T>),
}

impl<T: Real> Wanted<T> {
    /// Takes the targets of these rows.
    fn take(&mut self, targets: &Targets, rows: &[usize]) {
        match (self, targets) {
            (Self::Classes(classes), Targets::Classes(from)) => {
                classes.iter_mut().zip(rows).for_each(|(class, &row)| *class = from[row]);
            }
            (Self::Values(values), Targets::Numbers(from)) => {
                values.iter_mut().zip(rows).for_each(|(value, &row)| *value = T::of(from[row].into()));
            }
            // `Supervised::new` refuses parts of another kind than the task.
            _ => {}
        }
    }

    /// The first `count`.
    fn target(&self, count: usize) -> Target<'_, T> {
        match self {
            Self::Classes(classes) => Target::Classes(&classes[..count]),
            Self::Values(values) => Target::Values(&values[..count]),
        }
    }
}

impl<'d, T: Real> Supervised<'d, T> {
    /// Trains `spec` on the first `examples` training examples of `data` in batches of `batch`.
    ///
    /// # Errors
    /// When there are fewer examples than that, or than a batch; when the network or its loss does not fit the data or has
    /// an empty layer; when the targets do not fit the task.
    pub fn new(
        data: &'d Dataset,
        examples: Option<usize>,
        spec: &NetSpec,
        batch: usize,
        sampling: Sampling,
        seed: u64,
    ) -> Result<Self, SupervisedError> {
        let available = data.train.len();
        let examples = examples.unwrap_or(available);
        if examples == 0 || examples > available {
            return Err(SupervisedError::TooFewExamples {
                data: data.name.clone(),
                wanted: examples,
                available,
            });
        }
        if batch == 0 || batch > examples {
            return Err(SupervisedError::Batch { batch, examples });
        }
        if (spec.inputs, spec.outputs) != (data.columns, data.task.outputs()) {
            let (expected, found) = ((data.columns, data.task.outputs()), (spec.inputs, spec.outputs));
            return Err(SupervisedError::Shape { data: data.name.clone(), expected, found });
        }
        if matches!(data.task, Task::Classification { .. }) != matches!(spec.loss, Loss::CrossEntropy(_)) {
            let (expected, found) = (data.task.loss().to_string(), spec.loss.to_string());
            return Err(SupervisedError::Loss { data: data.name.clone(), expected, found });
        }
        for (part, examples) in parts(data) {
            check(data, part, examples)?;
        }
        let pass = Pass { rows: batch, phase: Phase::Training, key: key(seed, Purpose::Dropout, 0) };
        Ok(Self {
            data,
            examples,
            net: Net::new(spec)?,
            batch,
            sampling,
            seed,
            rows: vec![0; batch.max(CHUNK)],
            wanted: match data.task {
                Task::Classification { .. } => Wanted::Classes(vec![0; batch.max(CHUNK)]),
                Task::Regression { .. } => Wanted::Values(vec![T::zero(); batch.max(CHUNK)]),
            },
            order: Vec::new(),
            epoch: None,
            pass,
        })
    }

    /// Lets the network's large products use several threads; the numbers are the same, bit for bit.
    pub fn crew(&mut self, crew: Crew) {
        self.net.crew(crew);
    }

    /// Names, shapes and ranges of the network's parameters.
    pub fn layout(&self) -> &Layout {
        self.net.layout()
    }

    /// Parameters as `init` draws them for this trial's seed.
    pub fn initial(&self, init: &Init) -> Vec<T> {
        let mut params = vec![T::zero(); self.layout().len()];
        init.params(self.layout(), self.seed, &mut params);
        params
    }

    /// Loss and gradient on the mini-batch of a step, counted from 0: the same batch for every technique with this seed.
    pub fn gradient(&mut self, params: &[T], step: u64, grads: &mut [T]) -> f64 {
        self.draw(step);
        self.pass =
            Pass { rows: self.batch, phase: Phase::Training, key: key(self.seed, Purpose::Dropout, step) };
        self.load(&self.data.train, self.batch);
        self.net.gradient(params, &self.pass, self.wanted.target(self.batch), grads)
    }

    /// The loss on the batch of the last [`Supervised::gradient`], with other parameters; the running averages stay as they are.
    pub fn loss_again(&mut self, params: &[T]) -> f64 {
        let pass = Pass { phase: Phase::Probing, ..self.pass };
        self.net.loss(params, &pass, self.wanted.target(self.batch))
    }

    /// Loss and score on a whole part, in evaluation phase; of the training part, on the examples that are trained on.
    ///
    /// # Errors
    /// When the data have no such part, or it is empty.
    pub fn measure(&mut self, params: &[T], part: Part) -> Result<Measure, SupervisedError> {
        let data = self.data;
        let absent = || SupervisedError::NoPart { data: data.name.clone(), part };
        let examples = examples(data, part).filter(|examples| !examples.is_empty()).ok_or_else(absent)?;
        let count = if part == Part::Train { self.examples } else { examples.len() };
        let outputs = data.task.outputs();
        let (mut loss, mut right, mut squares) = (0.0, 0_usize, 0.0);
        for start in (0..count).step_by(CHUNK) {
            let rows = CHUNK.min(count - start);
            self.rows[..rows].iter_mut().zip(start..).for_each(|(row, index)| *row = index);
            self.load(examples, rows);
            let pass = Pass { rows, phase: Phase::Evaluation, ..self.pass };
            let found = self.net.forward(params, &pass);
            match self.wanted.target(rows) {
                Target::Classes(classes) => {
                    right += found
                        .chunks_exact(outputs)
                        .zip(classes)
                        .filter(|(row, class)| largest(row) == **class as usize)
                        .count();
                }
                Target::Values(values) => {
                    let pairs = found.iter().zip(values);
                    squares += pairs.map(|(&y, &t)| (y.wide() - t.wide()).powi(2)).sum::<f64>();
                }
            }
            loss += self.net.last_loss(&pass, self.wanted.target(rows)) * rows as f64;
        }
        let loss = loss / count as f64;
        Ok(match (&data.task, &examples.targets) {
            (Task::Regression { scale, .. }, Targets::Numbers(targets)) => Measure {
                loss,
                score: determination(squares, &targets[..count]),
                rmse: Some((squares / count as f64).sqrt() * scale.sd),
            },
            _ => Measure { loss, score: right as f64 / count as f64, rmse: None },
        })
    }

    /// The training examples in the mini-batch of a step, counted from 0.
    pub fn rows(&mut self, step: u64) -> &[usize] {
        self.draw(step);
        &self.rows[..self.batch]
    }

    /// The rows of a step's batch, into `self.rows`.
    fn draw(&mut self, step: u64) {
        let rows = &mut self.rows[..self.batch];
        match self.sampling {
            Sampling::Replacement => {
                let mut rng = key(self.seed, Purpose::Batch, step).rng();
                rows.iter_mut().for_each(|row| *row = rng.random_range(0..self.examples));
            }
            Sampling::Epochs => {
                let batches = (self.examples / self.batch) as u64;
                let (epoch, place) = (step / batches, (step % batches) as usize);
                if self.epoch != Some(epoch) {
                    self.order.clear();
                    self.order.extend(0..self.examples);
                    self.order.shuffle(&mut key(self.seed, Purpose::Batch, epoch).rng());
                    self.epoch = Some(epoch);
                }
                rows.copy_from_slice(&self.order[place * self.batch..(place + 1) * self.batch]);
            }
        }
    }

    /// Inputs and targets of the first `count` of `self.rows`.
    fn load(&mut self, examples: &Examples, count: usize) {
        let rows = &self.rows[..count];
        examples.feed(self.data.columns, rows, &mut self.net);
        self.wanted.take(&examples.targets, rows);
    }
}

fn examples(data: &Dataset, part: Part) -> Option<&Examples> {
    match part {
        Part::Train => Some(&data.train),
        Part::Validation => data.validation.as_ref(),
        Part::Test => Some(&data.test),
    }
}

fn parts(data: &Dataset) -> impl Iterator<Item = (Part, &Examples)> {
    [Part::Train, Part::Validation, Part::Test]
        .into_iter()
        .filter_map(|part| Some((part, examples(data, part)?)))
}

/// Whether the targets of a part are what the task says: a data set need not come from a reader.
fn check(data: &Dataset, part: Part, examples: &Examples) -> Result<(), SupervisedError> {
    let problem = match (&data.task, &examples.targets) {
        (Task::Classification { classes }, Targets::Classes(targets)) => {
            targets.iter().position(|&class| class as usize >= classes.len()).map(|row| {
                let found = targets[row];
                format!("expected classes below {}, found {found} in row {row}", classes.len())
            })
        }
        (Task::Regression { .. }, Targets::Numbers(_)) => None,
        (Task::Classification { .. }, Targets::Numbers(_)) => Some("expected classes, found numbers".into()),
        (Task::Regression { .. }, Targets::Classes(_)) => Some("expected numbers, found classes".into()),
    };
    match problem {
        None => Ok(()),
        Some(problem) => Err(SupervisedError::Targets { data: data.name.clone(), part, problem }),
    }
}

/// R² of outputs whose squared errors sum to `squares`.
fn determination(squares: f64, targets: &[f32]) -> f64 {
    let targets = targets.iter().map(|&t| f64::from(t));
    let mean = targets.clone().sum::<f64>() / targets.len() as f64;
    // Told from the values: the rounding of the mean gives targets that are all the same a tiny spread.
    let constant = targets.clone().zip(targets.clone().skip(1)).all(|(a, b)| a == b);
    if !constant {
        1.0 - squares / targets.map(|t| (t - mean).powi(2)).sum::<f64>()
    } else if squares.is_nan() {
        squares
    } else {
        f64::from(squares == 0.0)
    }
}

/// The place of the largest number; NaN is never the largest.
fn largest<T: Real>(row: &[T]) -> usize {
    let mut best = (usize::MAX, T::neg_infinity());
    for (index, &x) in row.iter().enumerate() {
        if x > best.1 {
            best = (index, x);
        }
    }
    best.0
}

#[cfg(test)]
mod tests;
