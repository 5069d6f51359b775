//! A training study: a grid of techniques, each with the same seeds, on the same data.
//!
//! | look for | in |
//! |---|---|
//! | the values of each field, their product, bundles of choices | [`grid`] |
//! | running the trials, look by look | [`looks`] |
//! | what has run: problems, groups, outcome | [`outcome`] |
//! | where the examples come from | [`source`] |
//! | the study as a file, every default written out | [`resolved`] |

use std::collections::HashMap;

use problem::data::{Dataset, Shelf};
use problem::supervised::{Part, Sampling};

use crate::error::StudyError;
use crate::technique::{Field, Technique};
use crate::trial::{LossAt, Metric, Trial};

pub mod grid;
pub mod looks;
pub mod outcome;
pub mod resolved;
pub mod source;

pub use grid::{Grid, Variant};
pub use outcome::{Group, Outcome, Problem};
pub use source::{DataChoice, DataSource};

use outcome::name_of;

/// A study of more trials than this is run only when somebody says that it is meant.
pub const MANY_TRIALS: u64 = 1_000_000;

/// How long a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many updates.
    Steps(u64),
    /// So many passes over the data: examples/batch updates each.
    Epochs(u64),
}

/// A training study with every default written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The data sets: each technique is trained on every one.
    pub data: Vec<DataChoice>,
    /// What is compared.
    pub grid: Grid,
    /// Named bundles of choices, one factor of the product; none in most studies.
    pub variants: Vec<Variant>,
    /// How the examples of a batch are drawn.
    pub sampling: Sampling,
    /// How long a trial is.
    pub length: Length,
    /// Where the training loss is measured.
    pub loss_at: LossAt,
    /// The training loss is recorded every so many steps.
    pub record_every: u64,
    /// The scores (accuracy of classes, R² of numbers) are measured every so many steps; 0 for only at the end.
    pub evaluate_every: u64,
    /// Of these parts, on the way.
    pub evaluate: Vec<Part>,
    /// Seeds 1 to so many, the same for every technique; where seeds are added until all is decided, those of the first look.
    pub seeds: u64,
    /// Add seeds until every comparison is decided, at most to so many; none for a fixed number.
    pub until_decided: Option<u64>,
    /// Compare techniques that differ in one of these fields only; all that vary when none are named.
    pub compare: Option<Vec<Field>>,
    /// One panel of the figure for each value of this field.
    pub panels: Option<Field>,
    /// The metric that the figure and the sentences are about.
    pub metric: Metric,
    /// The value of the metric whose first crossing is timed.
    pub target: Option<f64>,
}

/// Data sets, techniques and what they measure, before anything has run.
struct Scene {
    problems: Vec<Problem>,
    metrics: Vec<Metric>,
    groups: Vec<Group>,
}

impl Training {
    /// Reads the examples of all data sets.
    ///
    /// # Errors
    /// When some are missing or damaged.
    pub fn load(&self, shelf: &Shelf) -> Result<Vec<Dataset>, StudyError> {
        self.data.iter().map(|data| data.source.load(shelf)).collect()
    }

    /// The fields that have more than one value.
    pub fn varying(&self) -> Vec<Field> {
        let many = |field: &Field| match field {
            Field::Data => self.data.len() > 1,
            Field::Variant => self.variants.len() > 1,
            field => self.grid.count(*field) > 1,
        };
        Field::ALL.into_iter().filter(many).collect()
    }

    /// Whether a variant sets this field.
    pub fn sets(&self, field: Field) -> bool {
        self.variants.iter().any(|variant| variant.sets().contains(&field))
    }

    /// How many trials the first look takes: data sets × techniques × seeds.
    pub fn trials(&self) -> u64 {
        let techniques = self.grid.product().saturating_mul(self.variants.len().max(1) as u64);
        techniques.saturating_mul(self.data.len() as u64).saturating_mul(self.first_seeds())
    }

    /// The seeds of the first look.
    pub fn first_seeds(&self) -> u64 {
        self.until_decided.map_or(self.seeds, |most| self.seeds.min(most))
    }

    /// Updates of each trial.
    fn steps(&self, examples: usize, batch: usize) -> u64 {
        match self.length {
            Length::Steps(steps) => steps,
            Length::Epochs(epochs) => epochs.saturating_mul((examples / batch.max(1)).max(1) as u64),
        }
    }

    /// All techniques, schedules as they are written.
    fn techniques(&self) -> Vec<Technique> {
        if self.variants.is_empty() {
            return self.grid.techniques().collect();
        }
        let of = |variant: &Variant| {
            let name = Some(variant.name.clone());
            let named = move |technique| Technique { variant: name.clone(), ..technique };
            self.grid.with(variant).techniques().map(named).collect::<Vec<_>>()
        };
        self.variants.iter().flat_map(of).collect()
    }

    /// What the report needs to know of the data sets.
    fn problems(&self, data: &[Dataset]) -> Result<Vec<Problem>, StudyError> {
        let mut problems: Vec<Problem> = Vec::new();
        for (choice, data) in self.data.iter().zip(data) {
            let name = choice.title.clone().unwrap_or_else(|| data.name.clone());
            if problems.iter().any(|other| other.name == name) {
                return Err(StudyError::Setting(format!(
                    "two data sets of the study are called `{name}`: give each a `title` of its own"
                )));
            }
            problems.push(Problem {
                name,
                source: data.source.clone(),
                fingerprint: data.fingerprint.clone(),
                identity: choice.source.identity(&data.fingerprint),
                examples: choice.first.unwrap_or(data.train.len()),
                available: data.train.len(),
                validation: data.validation.as_ref().map(problem::data::Examples::len),
                test: data.test.len(),
                columns: data.columns,
                outputs: data.task.outputs(),
                notes: data.notes.clone(),
            });
        }
        Ok(problems)
    }

    /// What the trials measure; every data set has to be of the same kind.
    fn metrics(&self, data: &[Dataset]) -> Result<Vec<Metric>, StudyError> {
        let Some((first, others)) = data.split_first() else {
            return Err(StudyError::Setting("data: expected at least one data set, found none".to_owned()));
        };
        let metrics = Metric::of(first);
        let listed =
            |metrics: &[Metric]| metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>().join(", ");
        if let Some(other) = others.iter().find(|other| Metric::of(other) != metrics) {
            return Err(StudyError::Setting(format!(
                "the data sets of one study need the same metrics: `{}` has {}, `{}` has {}",
                first.name,
                listed(&metrics),
                other.name,
                listed(&Metric::of(other))
            )));
        }
        let wants_validation = self.evaluate_every > 0 && self.evaluate.contains(&Part::Validation);
        if let Some(data) = data.iter().find(|data| wants_validation && data.validation.is_none()) {
            return Err(StudyError::Setting(format!(
                "training.evaluate: `{}` has no validation part; split one off (`validation` in [data], --validation), or leave it out",
                data.name
            )));
        }
        if let Some(target) = self.target.filter(|x| self.metric.is_share() && !(0.0..=1.0).contains(x)) {
            return Err(StudyError::Setting(format!(
                "report.target: {} is a share, expected a number from 0 to 1, found {target}{}",
                self.metric.name(),
                if (1.0..=100.0).contains(&target) {
                    format!("; did you mean {}?", target / 100.0)
                } else {
                    String::new()
                }
            )));
        }
        if self.target.is_some() && !self.is_timed(self.metric) {
            let what = match self.metric.part() {
                Some(part) => format!(
                    "is not measured on the way: set `evaluate_every`, and `evaluate = [\"{}\"]`, in [training]",
                    part.name()
                ),
                None => "is known at the end only: name a score or train_loss as `metric`".to_owned(),
            };
            return Err(StudyError::Setting(format!(
                "report.target: nothing can be timed, since {} {what}",
                self.metric.name()
            )));
        }
        if !metrics.contains(&self.metric) {
            return Err(StudyError::Setting(format!(
                "report.metric: `{}` has {}, found {}",
                first.name,
                listed(&metrics),
                self.metric.name()
            )));
        }
        Ok(metrics)
    }

    /// Whether a metric is recorded on the way, so that its crossings can be timed.
    fn is_timed(&self, metric: Metric) -> bool {
        let is_evaluated = |part: Part| self.evaluate_every > 0 && self.evaluate.contains(&part);
        metric == Metric::TrainLoss || metric.part().is_some_and(is_evaluated)
    }

    /// The groups, without their trials.
    fn scene(&self, data: &[Dataset]) -> Result<Scene, StudyError> {
        let metrics = self.metrics(data)?;
        let problems = self.problems(data)?;
        let (varying, techniques) = (self.varying(), self.techniques());
        // Which group a trial's id belongs to.
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for (index, problem) in problems.iter().enumerate() {
            for technique in &techniques {
                let steps = self.steps(problem.examples, technique.batch);
                // As they are written: a schedule laid over the steps would be another one on other data or with other batches.
                let choice = |field: &Field| match field {
                    Field::Data => problem.name.clone(),
                    field => technique.choice(*field),
                };
                let settings: Vec<_> = varying.iter().map(|field| (*field, choice(field))).collect();
                let name = name_of(technique, &settings);
                let technique = grid::over(technique.clone(), steps)?;
                let records = Vec::new();
                let group = Group { name, problem: index, steps, settings, technique, records };
                let id = self.trial(problem, &group, 1).id();
                if let Some(twin) = seen.insert(id, groups.len()) {
                    let other = &problems[groups[twin].problem];
                    if other.name != problem.name {
                        return Err(StudyError::Setting(format!(
                            "the data sets `{}` and `{}` hold the same examples: leave one out",
                            other.name, problem.name
                        )));
                    }
                    return Err(StudyError::Setting(format!(
                        "the same technique stands in the study twice: `{}` and `{}` are both {}",
                        groups[twin].name, group.name, group.technique
                    )));
                }
                groups.push(group);
            }
        }
        Ok(Scene { problems, metrics, groups })
    }

    /// The groups of the study on these data, without their trials, and the problems that they are trained on.
    ///
    /// # Errors
    /// When the study does not fit the data, or a technique is given twice.
    pub fn groups(&self, data: &[Dataset]) -> Result<(Vec<Problem>, Vec<Group>), StudyError> {
        self.scene(data).map(|scene| (scene.problems, scene.groups))
    }

    /// Whether the study can run on these data: found before anything is written.
    ///
    /// # Errors
    /// When it has more trials than anybody means (unless `many` are meant), or a technique does not fit the data or is given twice.
    pub fn check(&self, data: &[Dataset], many: bool) -> Result<(), StudyError> {
        if self.trials() > MANY_TRIALS && !many {
            return Err(StudyError::Setting(format!(
                "the study has {} trials, which is more than {MANY_TRIALS}: make its lists shorter, or say --yes if so many are meant",
                self.trials()
            )));
        }
        let scene = self.scene(data)?;
        let fits =
            |group: &Group| self.trial(&scene.problems[group.problem], group, 1).check(&data[group.problem]);
        scene.groups.iter().try_for_each(fits)
    }

    /// A trial of a group.
    pub fn trial(&self, problem: &Problem, group: &Group, seed: u64) -> Trial {
        Trial {
            data: problem.identity.clone(),
            examples: problem.examples,
            technique: group.technique.clone(),
            sampling: self.sampling,
            steps: group.steps,
            loss_at: self.loss_at,
            record_every: self.record_every,
            evaluate_every: self.evaluate_every,
            evaluate: self.evaluate.clone(),
            seed,
        }
    }
}

#[cfg(test)]
mod tests;
