//! What a training study comes to: problems, groups of trials, and all of them together.

use problem::data::Note;

use crate::planned::Planned;
use crate::technique::{Field, Technique, describe_choice};
use crate::trial::{Metric, Record};

/// What the techniques of a study are trained on: one data set, as far as the report needs to know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its name in the report.
    pub name: String,
    /// Where it was read from.
    pub source: String,
    /// SHA-256 of its content.
    pub fingerprint: String,
    /// What identifies it in a trial: the fingerprint and, of a table, how it is read.
    pub identity: String,
    /// Training examples used.
    pub examples: usize,
    /// Training examples that there are.
    pub available: usize,
    /// Validation examples, if there is such a part.
    pub validation: Option<usize>,
    /// Test examples.
    pub test: usize,
    /// Numbers per example.
    pub columns: usize,
    /// Outputs of a network for it.
    pub outputs: usize,
    /// What the reader decided.
    pub notes: Vec<Note>,
}

/// One technique of a study on one of its data sets, with its trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What varies, in short: `adam:lr=0.001`, or `normal:std=0.01, batch`.
    pub name: String,
    /// Which of the study's problems it is trained on.
    pub problem: usize,
    /// Updates of each of its trials.
    pub steps: u64,
    /// The value of each field that varies.
    pub settings: Vec<(Field, String)>,
    /// The technique in full.
    pub technique: Technique,
    /// One record a seed, in the order of the seeds; fewer while trials are missing.
    pub records: Vec<Record>,
}

/// A training study that has run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it ran on, in the order of the study.
    pub problems: Vec<Problem>,
    /// What the trials measure.
    pub metrics: Vec<Metric>,
    /// The fields that vary.
    pub varying: Vec<Field>,
    /// One group for each technique on each problem, in the order of the grid.
    pub groups: Vec<Group>,
    /// The most seeds that a group was given.
    pub seeds: u64,
    /// Trials that are still to run.
    pub missing: usize,
}

/// What a group is called: what varies, or its rule.
pub(super) fn name_of(technique: &Technique, settings: &[(Field, String)]) -> String {
    if settings.is_empty() {
        return technique.variant.clone().unwrap_or_else(|| technique.choice(Field::Rule));
    }
    let described = settings.iter().map(|(field, value)| describe_choice(*field, value));
    described.collect::<Vec<_>>().join(", ")
}

impl Outcome {
    /// The group of these settings.
    pub fn group(&self, wanted: &[(Field, &str)]) -> Option<&Group> {
        let has = |group: &&Group| wanted.iter().all(|(field, value)| group.choice(*field) == *value);
        self.groups.iter().find(has)
    }

    /// The problem of a group.
    pub fn problem(&self, group: &Group) -> &Problem {
        &self.problems[group.problem]
    }

    /// Updates of the longest trials.
    pub fn steps(&self) -> u64 {
        self.groups.iter().map(|group| group.steps).max().unwrap_or(0)
    }

    /// Trials that ended in an error, with their groups.
    pub fn failures(&self) -> impl Iterator<Item = (&Group, &Record)> {
        let all =
            self.groups.iter().flat_map(|group| group.records.iter().map(move |record| (group, record)));
        all.filter(|(_, record)| record.failed.is_some())
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

    /// How many seeds ended in an error.
    pub fn failed(&self) -> usize {
        self.records.iter().filter(|record| record.failed.is_some()).count()
    }

    /// The choice of a field: as it is written where it varies, the data's name among them; else that of the technique.
    pub fn choice(&self, field: Field) -> String {
        let varies = self.settings.iter().find(|(of, _)| *of == field);
        varies.map_or_else(|| self.technique.choice(field), |(_, value)| value.clone())
    }

    /// What varies but the data: the same for a technique on every problem.
    pub fn technique_settings(&self) -> impl Iterator<Item = &(Field, String)> {
        self.settings.iter().filter(|(field, _)| *field != Field::Data)
    }

    /// What its technique is called, on whatever data.
    pub fn technique_name(&self) -> String {
        let settings: Vec<_> = self.technique_settings().cloned().collect();
        name_of(&self.technique, &settings)
    }

    pub(crate) fn planned(&self, problem: &Problem, id: String, seed: u64) -> Planned {
        let settings =
            self.settings.iter().map(|(field, value)| (field.name().to_owned(), value.clone().into()));
        Planned {
            id,
            group: self.name.clone(),
            data: Some(problem.name.clone()),
            settings: settings.collect(),
            seed,
        }
    }
}
