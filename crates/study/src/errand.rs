//! A trial as a line of text that says all it needs: what `thalweg plan` writes and `thalweg trial` reads, on whatever machine.

use problem::data::{Dataset, Shelf};
use problem::supervised::{Part, Sampling};
use serde::{Deserialize, Serialize};
use technique::card::SettingType;
use technique::matmul::Crew;

use crate::error::StudyError;
use crate::executor::{Job, Silent};
use crate::planned::Planned;
use crate::spec;
use crate::technique::{Field, Technique};
use crate::training::{DataChoice, Group, Problem, Training};
use crate::trial::{LossAt, Record, Trial};

/// A planned trial with everything that it takes to run it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Errand {
    /// Its identity and its place in the study.
    #[serde(flatten)]
    pub planned: Planned,
    /// What is to be trained.
    pub trial: Order,
}

/// What is to be trained: the fields of [`Trial`] but the seed, as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `Trial` and `Technique`")]
pub struct Order {
    /// As the table `[data]` of a study file.
    pub data: toml::Table,
    pub examples: usize,
    pub hidden: Vec<usize>,
    pub activation: String,
    pub init: String,
    pub rule: String,
    pub schedule: String,
    pub norm: String,
    pub dropout: String,
    pub guard: String,
    pub decay: String,
    pub batch: usize,
    pub sampling: String,
    pub steps: u64,
    pub loss_at: String,
    pub record_every: u64,
    pub evaluate_every: u64,
    pub evaluate: Vec<String>,
}

impl Errand {
    /// The errand for one trial of a study.
    pub fn of(training: &Training, problem: &Problem, group: &Group, seed: u64) -> Self {
        let trial = training.trial(problem, group, seed);
        let t = &trial.technique;
        // In full: what a word leaves out must not depend on who reads it.
        let word = |field| t.full_choice(field);
        Self {
            planned: group.planned(problem, trial.id(), seed),
            trial: Order {
                data: training.data[group.problem].resolved(),
                examples: trial.examples,
                hidden: t.hidden.clone(),
                activation: word(Field::Activation),
                init: word(Field::Init),
                rule: word(Field::Rule),
                schedule: word(Field::Schedule),
                norm: word(Field::Norm),
                dropout: word(Field::Dropout),
                guard: word(Field::Guard),
                decay: word(Field::Decay),
                batch: t.batch,
                sampling: trial.sampling.value().to_string(),
                steps: trial.steps,
                loss_at: trial.loss_at.value().to_string(),
                record_every: trial.record_every,
                evaluate_every: trial.evaluate_every,
                evaluate: trial.evaluate.iter().map(|part| part.name().to_owned()).collect(),
            },
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it is none; `place` says where it stands.
    pub fn parse(place: &str, line: &str) -> Result<Self, StudyError> {
        serde_json::from_str(line).map_err(|error| {
            StudyError::Setting(format!(
                "{place}: expected one line of `thalweg plan`, {{\"id\":…,\"seed\":…,\"trial\":{{…}}}} ({error})"
            ))
        })
    }

    /// Where its examples come from.
    ///
    /// # Errors
    /// When its data are none that a study can name.
    pub fn data(&self) -> Result<DataChoice, StudyError> {
        spec::data(&self.trial.data)
    }

    /// The trial itself, on data that have been read.
    ///
    /// # Errors
    /// When a word of it is wrong, or it is another trial than its id says: the data or the formulas have changed.
    pub fn trial(&self, data: &Dataset) -> Result<Trial, StudyError> {
        let o = &self.trial;
        let choice = self.data()?;
        if o.record_every == 0 || o.steps == 0 {
            let text = "trial: expected `steps` and `record_every` above 0, found 0";
            return Err(StudyError::Setting(text.to_owned()));
        }
        let evaluate = o.evaluate.iter().map(|name| {
            Part::ALL.into_iter().find(|part| part.name() == name).ok_or_else(|| {
                let text = format!("trial.evaluate: expected train, validation or test, found `{name}`");
                StudyError::Setting(text)
            })
        });
        let trial = Trial {
            data: choice.source.identity(&data.fingerprint),
            examples: o.examples,
            technique: Technique {
                variant: None,
                hidden: o.hidden.clone(),
                activation: word("activation", &o.activation)?,
                init: word("init", &o.init)?,
                rule: word("rule", &o.rule)?,
                schedule: word("schedule", &o.schedule)?,
                norm: word("norm", &o.norm)?,
                dropout: word("dropout", &o.dropout)?,
                guard: word("guard", &o.guard)?,
                decay: word("decay", &o.decay)?,
                batch: o.batch,
            },
            sampling: named("sampling", &o.sampling, Sampling::NAMES)?,
            steps: o.steps,
            loss_at: named("loss_at", &o.loss_at, LossAt::NAMES)?,
            record_every: o.record_every,
            evaluate_every: o.evaluate_every,
            evaluate: evaluate.collect::<Result<_, _>>()?,
            seed: self.planned.seed,
        };
        let found = trial.id();
        if found != self.planned.id {
            return Err(StudyError::Setting(format!(
                "trial {}: the data or the formulas here are not those that it was planned with (here it would be trial {found}); plan the study again",
                self.planned.id
            )));
        }
        Ok(trial)
    }

    /// Reads the data and trains. An error of the training itself is a record that says so.
    ///
    /// # Errors
    /// When the data are missing or others than planned, or the trial does not fit them.
    pub fn run(&self, shelf: &Shelf) -> Result<Record, StudyError> {
        let data = self.data()?.source.load(shelf)?;
        let trial = self.trial(&data)?;
        trial.check(&data)?;
        Job { trial, data: &data }.run(Crew::ALONE, &Silent).ok_or(StudyError::Interrupted)
    }
}

fn word<T: std::str::FromStr<Err: std::fmt::Display>>(key: &str, word: &str) -> Result<T, StudyError> {
    word.parse().map_err(|error| StudyError::Setting(format!("trial.{key}: {error}")))
}

fn named<T: SettingType>(key: &str, word: &str, names: &[&str]) -> Result<T, StudyError> {
    T::read(word).ok_or_else(|| {
        StudyError::Setting(format!("trial.{key}: expected {}, found `{word}`", names.join(" or ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Body, Study};
    use crate::testing::digits;

    fn errands() -> (Training, Vec<Errand>) {
        let text = r#"
            title = "t"
            data = { name = "digits", first = 100 }
            [network]
            hidden = [10]
            [technique]
            rule = ["sgd:lr=0.1", "adam@torch"]
            schedule = "warmup:steps=2 then cosine"
            [[variant]]
            name = "plain"
            [[variant]]
            name = "dropped"
            dropout = "dropout:ratio=0.2"
            [training]
            batch = 10
            steps = 5
            seeds = 2
        "#;
        let Body::Training(training) = Study::parse("t", "t", text).unwrap().body else { panic!() };
        let (problems, groups) = training.groups(&[digits()]).unwrap();
        let of = |group: &Group| [1, 2].map(|seed| Errand::of(&training, &problems[0], group, seed));
        let errands = groups.iter().flat_map(of).collect();
        (*training, errands)
    }

    #[test]
    fn a_line_says_all_that_a_trial_needs() {
        let (training, errands) = errands();
        assert_eq!(errands.len(), 8);
        let (data, shelf) = (digits(), Shelf::new(None));
        let (problems, groups) = training.groups(std::slice::from_ref(&data)).unwrap();
        for (index, errand) in errands.iter().enumerate() {
            let line = serde_json::to_string(errand).unwrap();
            assert!(!line.contains('\n'));
            let read = Errand::parse("here", &line).unwrap();
            assert_eq!(&read, errand);
            let expected = training.trial(&problems[0], &groups[index / 2], index as u64 % 2 + 1);
            assert_eq!(read.trial(&data).unwrap().id(), expected.id());
            if index == 7 {
                let found = read.run(&shelf).unwrap();
                let expected = expected.run(&data).unwrap();
                assert_eq!((found.finals, found.series), (expected.finals, expected.series));
            }
        }
    }

    #[test]
    fn another_trial_than_planned_is_refused() {
        let (_, errands) = errands();
        let data = digits();
        let changed = |change: &dyn Fn(&mut Errand)| {
            let mut errand = errands[0].clone();
            change(&mut errand);
            errand.trial(&data).unwrap_err().to_string()
        };
        for (change, part) in [
            (&(|e: &mut Errand| e.planned.seed = 9) as &dyn Fn(&mut Errand), "plan the study again"),
            (&|e| e.trial.steps = 6, "plan the study again"),
            (&|e| e.trial.steps = 0, "above 0"),
            (&|e| e.trial.rule = "adaam".into(), "trial.rule: unknown update rule `adaam`"),
            (&|e| e.trial.sampling = "all".into(), "trial.sampling: expected replacement or epochs"),
            (&|e| e.trial.evaluate = vec!["all".into()], "trial.evaluate: expected train"),
            (&|e| drop(e.trial.data.insert("nam".into(), "x".into())), "unknown field `nam`"),
        ] {
            let error = changed(change);
            assert!(error.contains(part), "expected `{part}` in: {error}");
        }
        let error = Errand::parse("plan.jsonl:3", "{}").unwrap_err().to_string();
        assert!(error.starts_with("plan.jsonl:3: expected one line of `thalweg plan`"), "{error}");
    }
}
