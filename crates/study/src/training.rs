//! A training study: a grid of techniques, each with the same seeds, on the same data.

use std::collections::HashMap;

use problem::data::{Dataset, Shelf, TableSpec};
use problem::supervised::{Part, Sampling};
use technique::card::SettingType;
use technique::decay::Decay;
use technique::guard::Guard;
use technique::init::Init;
use technique::layer::activation::Activation;
use technique::layer::dropout::Regularisation;
use technique::norm::Norm;
use technique::rule::Rule;
use technique::schedule::Schedule;
use technique::word::Word;

use crate::error::StudyError;
use crate::executor;
use crate::journal::Journal;
use crate::run::Means;
use crate::technique::{Field, Technique, describe_choice};
use crate::trial::{LossAt, Metric, Record, Trial};

/// Trials of the largest study.
const MOST_TRIALS: u64 = 1_000_000;

/// Where the examples come from.
#[derive(Debug, Clone, PartialEq)]
pub enum DataSource {
    /// One of the known sets.
    Named(String),
    /// A file of one's own.
    Table(Box<TableSpec>),
}

impl DataSource {
    /// Reads the examples.
    ///
    /// # Errors
    /// When they are missing or damaged.
    pub fn load(&self, shelf: &Shelf) -> Result<Dataset, StudyError> {
        Ok(match self {
            Self::Named(name) => shelf.load(name)?,
            Self::Table(spec) => spec.load()?,
        })
    }

    /// What identifies the task: the content, and how it is read. The same file with another label is another task.
    fn identity(&self, fingerprint: &str) -> String {
        match self {
            Self::Named(_) => fingerprint.to_owned(),
            Self::Table(spec) => {
                let how: Vec<String> =
                    reading(spec).into_iter().map(|(key, value)| format!(" {key}={value}")).collect();
                format!("{fingerprint}{}", how.concat())
            }
        }
    }
}

/// How a file is read, every default written out, as it stands in a study file.
fn reading(spec: &TableSpec) -> Vec<(&'static str, toml::Value)> {
    let mut all: Vec<(&str, toml::Value)> = vec![("label", spec.label.clone().into())];
    let choice = |value: technique::card::Value| value.to_string().into();
    all.extend(spec.inputs.clone().map(|name| ("inputs", name.into())));
    all.extend(spec.delimiter.map(|byte| ("delimiter", char::from(byte).to_string().into())));
    all.extend(spec.task.map(|task| ("task", choice(task.value()))));
    all.extend(spec.missing.map(|missing| ("missing", choice(missing.value()))));
    all.extend(spec.rare.map(|rare| ("rare", choice(rare.value()))));
    if !spec.drop.is_empty() {
        all.push(("drop", spec.drop.clone().into()));
    }
    all.push(("test", spec.split.test.into()));
    all.push(("validation", spec.split.validation.into()));
    all.push(("split_seed", toml::Value::Integer(spec.split.seed as i64)));
    all
}

/// How long a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many updates.
    Steps(u64),
    /// So many passes over the data: examples/batch updates each.
    Epochs(u64),
}

/// The values of each field; the study is their product.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Technique`")]
pub struct Grid {
    pub hidden: Vec<Vec<usize>>,
    pub activation: Vec<Word<Activation>>,
    pub init: Vec<Word<Init>>,
    pub rule: Vec<Word<Rule>>,
    pub schedule: Vec<Schedule>,
    pub norm: Vec<Word<Norm>>,
    pub dropout: Vec<Word<Regularisation>>,
    pub guard: Vec<Word<Guard>>,
    pub decay: Vec<Word<Decay>>,
}

/// A training study with every default written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Where the examples come from.
    pub data: DataSource,
    /// Train on the first so many; all when none.
    pub examples: Option<usize>,
    /// What is compared.
    pub grid: Grid,
    /// Examples in a batch.
    pub batch: usize,
    /// How they are drawn.
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
    /// Seeds 1 to so many, the same for every technique.
    pub seeds: u64,
    /// Compare techniques that differ in one of these fields only; all that vary when none are named.
    pub compare: Option<Vec<Field>>,
    /// One panel of the figure for each value of this field.
    pub panels: Option<Field>,
    /// The metric that the figure and the sentences are about.
    pub metric: Metric,
}

/// One technique of a study with its trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What varies, in short: `adam:lr=0.001`, or `normal:std=0.01, batch`.
    pub name: String,
    /// The value of each field that varies.
    pub settings: Vec<(Field, String)>,
    /// The technique in full.
    pub technique: Technique,
    /// One record a seed, in the order of the seeds.
    pub records: Vec<Record>,
}

/// A training study that has run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the trials measure.
    pub metrics: Vec<Metric>,
    /// The fields that vary.
    pub varying: Vec<Field>,
    /// One group a technique, in the order of the grid.
    pub groups: Vec<Group>,
    /// Updates of each trial.
    pub steps: u64,
    /// Training examples used.
    pub examples: usize,
}

impl Training {
    /// Updates of each trial on `examples` examples.
    fn steps(&self, examples: usize) -> u64 {
        match self.length {
            Length::Steps(steps) => steps,
            Length::Epochs(epochs) => epochs.saturating_mul((examples / self.batch.max(1)).max(1) as u64),
        }
    }

    /// The fields that have more than one value.
    pub fn varying(&self) -> Vec<Field> {
        let g = &self.grid;
        let counts = |field| match field {
            Field::Hidden => g.hidden.len(),
            Field::Activation => g.activation.len(),
            Field::Init => g.init.len(),
            Field::Rule => g.rule.len(),
            Field::Schedule => g.schedule.len(),
            Field::Norm => g.norm.len(),
            Field::Dropout => g.dropout.len(),
            Field::Guard => g.guard.len(),
            Field::Decay => g.decay.len(),
        };
        Field::ALL.into_iter().filter(|field| counts(*field) > 1).collect()
    }

    /// All techniques of the grid, schedules resolved over `steps`.
    fn techniques(&self, steps: u64) -> Result<Vec<Technique>, StudyError> {
        let g = &self.grid;
        let mut all = Vec::new();
        let schedules = g.schedule.iter().map(|schedule| schedule.over(steps)).collect::<Result<Vec<_>, _>>();
        let schedules = schedules.map_err(|error| StudyError::Setting(error.to_string()))?;
        for hidden in &g.hidden {
            for activation in &g.activation {
                for init in &g.init {
                    for rule in &g.rule {
                        for schedule in &schedules {
                            for norm in &g.norm {
                                for dropout in &g.dropout {
                                    for guard in &g.guard {
                                        for decay in &g.decay {
                                            all.push(Technique {
                                                hidden: hidden.clone(),
                                                activation: *activation,
                                                init: *init,
                                                rule: *rule,
                                                schedule: schedule.clone(),
                                                norm: *norm,
                                                dropout: *dropout,
                                                guard: *guard,
                                                decay: *decay,
                                            });
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        Ok(all)
    }

    /// Runs what the journal does not have yet.
    ///
    /// # Errors
    /// When the study does not fit the data, a technique is given twice, or the journal cannot be written.
    pub fn run(
        &self,
        name: &str,
        data: &Dataset,
        journal: &mut Journal,
        means: &Means<'_>,
    ) -> Result<Outcome, StudyError> {
        let metrics = Metric::of(data);
        if !metrics.contains(&self.metric) {
            let known: Vec<&str> = metrics.iter().map(|metric| metric.name()).collect();
            return Err(StudyError::Setting(format!(
                "report.metric: `{}` has {}, found {}",
                data.name,
                known.join(", "),
                self.metric.name()
            )));
        }
        let examples = self.examples.unwrap_or(data.train.len());
        let steps = self.steps(examples);
        let techniques = self.techniques(steps)?;
        let varying = self.varying();
        let identity = self.data.identity(&data.fingerprint);
        let trial = |technique: &Technique, seed| Trial {
            data: identity.clone(),
            examples,
            technique: technique.clone(),
            batch: self.batch,
            sampling: self.sampling,
            steps,
            loss_at: self.loss_at,
            record_every: self.record_every,
            evaluate_every: self.evaluate_every,
            evaluate: self.evaluate.clone(),
            seed,
        };
        let trials = self.seeds.saturating_mul(techniques.len() as u64);
        if trials > MOST_TRIALS {
            let text = format!(
                "expected at most {MOST_TRIALS} trials, found {trials}: {} techniques with {} seeds each",
                techniques.len(),
                self.seeds
            );
            return Err(StudyError::Setting(text));
        }
        // Which technique an id belongs to.
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<(Technique, Vec<String>)> = Vec::new();
        let mut missing = Vec::new();
        for technique in techniques {
            let mut ids = Vec::new();
            for seed in 1..=self.seeds {
                let trial = trial(&technique, seed);
                let id = trial.id();
                if let Some(twin) = seen.insert(id.clone(), groups.len()) {
                    let twin = groups.get(twin).map_or(&technique, |(twin, _)| twin);
                    return Err(StudyError::Setting(format!(
                        "the same technique stands in the study twice: `{twin}` and `{technique}`"
                    )));
                }
                match (journal.get(&id), means.known.get(&id)) {
                    (Some(_), _) => {}
                    (None, Some(record)) => journal.append(record.clone())?,
                    (None, None) => missing.push(trial),
                }
                ids.push(id);
            }
            groups.push((technique, ids));
        }
        means.watch.begin(name, (missing.len() as u64).saturating_mul(steps));
        let ran = executor::run(&missing, data, means.workers, means.watch, |record| journal.append(record));
        means.watch.end();
        ran?;
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|(technique, ids)| {
                let settings: Vec<_> =
                    varying.iter().map(|field| (*field, technique.choice(*field))).collect();
                let name = match settings.len() {
                    0 => technique.choice(Field::Rule),
                    _ => settings
                        .iter()
                        .map(|(field, value)| describe_choice(*field, value))
                        .collect::<Vec<_>>()
                        .join(", "),
                };
                let records = ids.iter().filter_map(|id| journal.get(id).cloned()).collect();
                Group { name, settings, technique, records }
            })
            .collect();
        Ok(Outcome { metrics, varying, groups, steps, examples })
    }

    /// The study with every default written out, as a file that can be run again.
    pub fn resolved(&self) -> toml::Table {
        fn words<T: ToString>(words: &[T]) -> toml::Value {
            match words {
                [word] => word.to_string().into(),
                words => words.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            }
        }
        let integer = |n: usize| toml::Value::Integer(n as i64);
        let table = |entries: Vec<(&str, toml::Value)>| {
            toml::Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        let mut data = match &self.data {
            DataSource::Named(name) => vec![("name", name.clone().into())],
            DataSource::Table(spec) => {
                let spec: &TableSpec = spec;
                let path = std::path::absolute(&spec.path).unwrap_or_else(|_| spec.path.clone());
                let mut all = vec![("file", path.display().to_string().into())];
                all.extend(reading(spec));
                all
            }
        };
        data.extend(self.examples.map(|n| ("first", integer(n))));
        let g = &self.grid;
        let hidden: Vec<toml::Value> = g
            .hidden
            .iter()
            .map(|widths| widths.iter().map(|n| integer(*n)).collect::<Vec<_>>().into())
            .collect();
        let length = match self.length {
            Length::Steps(steps) => ("steps", integer(steps as usize)),
            Length::Epochs(epochs) => ("epochs", integer(epochs as usize)),
        };
        let mut report = vec![("metric", self.metric.name().into())];
        report.extend(self.panels.map(|field| ("panels", field.name().into())));
        let compare = |fields: &Vec<Field>| {
            ("compare", fields.iter().map(|field| field.name()).collect::<Vec<_>>().into())
        };
        report.extend(self.compare.as_ref().map(compare));
        [
            ("data", table(data)),
            ("network", table(vec![("hidden", hidden.into()), ("activation", words(&g.activation))])),
            (
                "technique",
                table(vec![
                    ("init", words(&g.init)),
                    ("rule", words(&g.rule)),
                    ("schedule", words(&g.schedule)),
                    ("norm", words(&g.norm)),
                    ("dropout", words(&g.dropout)),
                    ("guard", words(&g.guard)),
                    ("decay", words(&g.decay)),
                ]),
            ),
            (
                "training",
                table(vec![
                    ("batch", integer(self.batch)),
                    ("sampling", self.sampling.value().to_string().into()),
                    length,
                    ("loss_at", self.loss_at.value().to_string().into()),
                    ("record_every", integer(self.record_every as usize)),
                    ("evaluate_every", integer(self.evaluate_every as usize)),
                    ("evaluate", self.evaluate.iter().map(|part| part.name()).collect::<Vec<_>>().into()),
                    ("seeds", integer(self.seeds as usize)),
                ]),
            ),
            ("report", table(report)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}

impl Outcome {
    /// The group of these settings.
    pub fn group(&self, wanted: &[(Field, &str)]) -> Option<&Group> {
        let has =
            |group: &&Group| wanted.iter().all(|(field, value)| group.technique.choice(*field) == *value);
        self.groups.iter().find(has)
    }
}

impl Group {
    /// The final values of a metric, of the seeds that did not diverge.
    pub fn values(&self, metric: Metric) -> Vec<f64> {
        self.records.iter().filter_map(|record| record.value(metric)).collect()
    }

    /// How many seeds diverged.
    pub fn diverged(&self) -> usize {
        self.records.iter().filter(|record| record.diverged_at.is_some()).count()
    }
}

#[cfg(test)]
mod tests;
