//! A study as it is written: a TOML file, built in or the user's own, read into plain data with every default written out.
//!
//! A file has a name, a title, a question, and one of three bodies: `[training]` (with `[data]`, `[network]`, `[technique]`, `[report]`), `[descent]` or
//! `[activations]`. Techniques are [words](technique::word). In `[technique]` and `[network]` each entry is one value or a list of them, and
//! the study is their product.

use std::path::Path;

use problem::descend::Descent;
use problem::signal::Signal;
use serde::Deserialize;
use technique::guard::Guard;
use technique::schedule::Schedule;
use technique::word::nearest;
use toml::Spanned;

use crate::error::StudyError;
use crate::training::{DataSource, Training};

mod source;
mod training;

use source::{OneOrMany, Source};

/// The studies of the chapter, in its order, then those that check its further claims.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("trajectories", include_str!("../../../studies/trajectories.toml")),
    ("optimizers", include_str!("../../../studies/optimizers.toml")),
    ("sensitivity", include_str!("../../../studies/sensitivity.toml")),
    ("schedules", include_str!("../../../studies/schedules.toml")),
    ("activations", include_str!("../../../studies/activations.toml")),
    ("initializers", include_str!("../../../studies/initializers.toml")),
    ("batchnorm", include_str!("../../../studies/batchnorm.toml")),
    ("norm-rates", include_str!("../../../studies/norm-rates.toml")),
];

/// Steps of the longest path.
pub const MOST_STEPS: u64 = 10_000_000;

/// A study, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Its name, `optimizers`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// What it does.
    pub body: Body,
    /// The file as it was given.
    pub text: String,
}

/// The three kinds of studies.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Networks on data.
    Training(Box<Training>),
    /// Paths in the plane.
    Descent(Paths),
    /// Activations at birth.
    Activations(Vec<Signal>),
}

/// Paths of several rules from one start.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// Where and how long.
    pub descent: Descent,
    /// Which rules.
    pub rules: Vec<technique::word::Word<technique::rule::Rule>>,
    /// The schedule of all of them.
    pub schedule: Schedule,
    /// The guard of all of them.
    pub guard: Guard,
}

impl Study {
    /// A built-in study by name, or a file by path.
    ///
    /// # Errors
    /// When there is neither, or the file is not as it should be: the error names file, line and key.
    pub fn find(name: &str) -> Result<Self, StudyError> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Self::parse(&format!("built-in {name}"), name, text);
        }
        let path = Path::new(name);
        if path.exists() {
            let bytes = std::fs::read(path).map_err(StudyError::io("read", path))?;
            let text = String::from_utf8(bytes).map_err(|error| {
                let whole = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = 1 + whole.iter().filter(|byte| **byte == b'\n').count();
                StudyError::File { file: name.to_owned(), line, what: "expected text in UTF-8".to_owned() }
            })?;
            let stem =
                path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
            let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
            let mut study = Self::parse(name, &stem, &text)?;
            if let Body::Training(training) = &mut study.body
                && let DataSource::Table(spec) = &mut training.data
            {
                // A relative path in a study file starts at the file.
                spec.path = folder.join(&spec.path);
            }
            return Ok(study);
        }
        let known = BUILT_IN.iter().map(|(name, _)| *name);
        let hint =
            nearest(name, known.clone()).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        Err(StudyError::Unknown { name: name.to_owned(), hint, known: known.collect::<Vec<_>>().join(", ") })
    }

    /// Reads a study from the text of `file`.
    ///
    /// # Errors
    /// When it is not as it should be: the error names file, line and key.
    pub fn parse(file: &str, default_name: &str, text: &str) -> Result<Self, StudyError> {
        let source = Source { file, text };
        let raw: StudyFile = toml::from_str(text).map_err(|error| source.toml(&error))?;
        let bodies = [
            ("training", raw.training.is_some()),
            ("descent", raw.descent.is_some()),
            ("activations", raw.activations.is_some()),
        ];
        let found: Vec<&str> = bodies.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        if found.len() != 1 {
            let found = if found.is_empty() { "none of them".to_owned() } else { found.join(" and ") };
            return Err(source.at(
                0,
                format!("expected exactly one of [training], [descent] and [activations], found {found}"),
            ));
        }
        if raw.training.is_none() {
            // Read by no other body: to ignore one in silence would be to run another study than the one written.
            let strays = [
                ("data", raw.data.as_ref().map(Spanned::span)),
                ("network", raw.network.as_ref().map(Spanned::span)),
                ("technique", raw.technique.as_ref().map(Spanned::span)),
                ("report", raw.report.as_ref().map(Spanned::span)),
            ];
            if let Some((name, span)) = strays.into_iter().find_map(|(name, span)| Some((name, span?))) {
                let what = format!("[{name}] belongs to a study with [training], found [{}]", found[0]);
                return Err(source.at(span.start, what));
            }
        }
        let body = match (raw.descent, raw.activations) {
            (Some(descent), _) => Body::Descent(descent.resolve(&source)?),
            (_, Some(activations)) => {
                let at = activations.span().start;
                Body::Activations(activations.into_inner().resolve(&source, at)?)
            }
            _ => {
                let tables = training::Tables {
                    data: raw.data,
                    network: raw.network.map(Spanned::into_inner),
                    technique: raw.technique.map(Spanned::into_inner),
                    training: raw.training,
                    report: raw.report.map(Spanned::into_inner),
                };
                Body::Training(Box::new(tables.resolve(&source)?))
            }
        };
        Ok(Self {
            name: raw.name.unwrap_or_else(|| default_name.to_owned()),
            title: raw.title,
            question: raw.question.unwrap_or_default(),
            body,
            text: text.to_owned(),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StudyFile {
    name: Option<String>,
    title: String,
    question: Option<String>,
    data: Option<Spanned<training::DataTable>>,
    network: Option<Spanned<training::NetworkTable>>,
    technique: Option<Spanned<training::TechniqueTable>>,
    training: Option<Spanned<training::TrainingTable>>,
    report: Option<Spanned<training::ReportTable>>,
    descent: Option<DescentTable>,
    activations: Option<Spanned<ActivationsTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescentTable {
    function: Spanned<String>,
    start: Option<Spanned<[f64; 2]>>,
    steps: Spanned<u64>,
    #[serde(default)]
    noise: f64,
    #[serde(default)]
    seed: u64,
    schedule: Option<Spanned<String>>,
    guard: Option<Spanned<String>>,
    rule: Spanned<OneOrMany>,
}

impl DescentTable {
    fn resolve(self, source: &Source<'_>) -> Result<Paths, StudyError> {
        let function = source.word("descent.function", &self.function)?;
        let steps = *self.steps.get_ref();
        if !(1..=MOST_STEPS).contains(&steps) {
            let what =
                format!("descent.steps: expected a whole number from 1 to {MOST_STEPS}, found {steps}");
            return Err(source.at(self.steps.span().start, what));
        }
        let mut descent = Descent::new(function, steps);
        if let Some(start) = self.start {
            descent.start = start.into_inner();
        }
        descent.noise = self.noise;
        descent.seed = self.seed;
        let schedule = self.schedule.as_ref().map(|word| source.word("descent.schedule", word));
        let guard = self.guard.as_ref().map(|word| source.word("descent.guard", word));
        Ok(Paths {
            descent,
            rules: source.words("descent.rule", Some(&self.rule), "")?,
            schedule: schedule.transpose()?.unwrap_or_default(),
            guard: guard.transpose()?.unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivationsTable {
    #[serde(default = "five")]
    layers: usize,
    #[serde(default = "hundred")]
    width: usize,
    #[serde(default = "thousand")]
    samples: usize,
    #[serde(default = "one")]
    seed: u64,
    settings: Vec<SettingTable>,
}

fn five() -> usize {
    5
}
fn hundred() -> usize {
    100
}
fn thousand() -> usize {
    1000
}
fn one() -> u64 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingTable {
    activation: Spanned<String>,
    init: Spanned<String>,
}

impl ActivationsTable {
    fn resolve(self, source: &Source<'_>, at: usize) -> Result<Vec<Signal>, StudyError> {
        if self.settings.is_empty() {
            let what = "activations.settings: expected at least one, found an empty list";
            return Err(source.at(at, what.to_owned()));
        }
        for (key, found, most) in
            [("layers", self.layers, 4096), ("width", self.width, 4096), ("samples", self.samples, 1_000_000)]
        {
            if !(1..=most).contains(&found) {
                let what =
                    format!("activations.{key}: expected a whole number from 1 to {most}, found {found}");
                return Err(source.at(at, what));
            }
        }
        let signals = self.settings.iter().map(|setting| {
            Ok(Signal {
                activation: source.word("activations.settings.activation", &setting.activation)?,
                init: source.word("activations.settings.init", &setting.init)?,
                layers: self.layers,
                width: self.width,
                samples: self.samples,
                seed: self.seed,
            })
        });
        signals.collect()
    }
}

#[cfg(test)]
mod tests;
