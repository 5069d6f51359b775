//! A study as it is written: a TOML file, built in or the user's own, read into plain data with every default written out.
//!
//! A file has a name, a title, a question, and one of three bodies: `[training]` (with `[data]`, `[network]`, `[technique]`, `[[variant]]`, `[report]`),
//! `[descent]` or `[activations]`. Techniques are [words](technique::word). In `[technique]` and `[network]` each entry is one value or a list of
//! them, and the study is their product. [`schema`] is for editors.

use std::path::Path;

use problem::descend::Descent;
use problem::signal::Signal;
use schemars::JsonSchema;
use serde::Deserialize;
use technique::guard::Guard;
use technique::schedule::Schedule;
use technique::word::nearest;
use toml::Spanned;

use crate::error::StudyError;
use crate::training::{DataChoice, DataSource, Training};

mod source;
mod tables;
mod training;

use source::{OneOrMany, Source};
use tables::{
    DataTable, NetworkTable, OneOrSeveral, ReportTable, TechniqueTable, TrainingTable, VariantTable,
};
pub use training::MOST_SEEDS;

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
    ("overfitting", include_str!("../../../studies/overfitting.toml")),
];

/// The file of a run folder that holds the study as it was given.
pub const GIVEN: &str = "study.toml";

/// The file of a run folder that holds the study with every default written out.
pub const RESOLVED: &str = "resolved.toml";

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
        if path.is_dir() {
            return Err(StudyError::Setting(format!(
                "{name}: expected a built-in study or a TOML file, found a folder; `thalweg report {name}` writes the report of a run folder, `thalweg run {} --out {name}` goes on with it",
                path.join("study.toml").display()
            )));
        }
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
            if let Body::Training(training) = &mut study.body {
                for data in &mut training.data {
                    if let DataSource::Table(spec) = &mut data.source {
                        // A relative path in a study file starts at the file.
                        let path = folder.join(&spec.path);
                        spec.path = std::path::absolute(&path).unwrap_or(path);
                    }
                }
            }
            return Ok(study);
        }
        let known = BUILT_IN.iter().map(|(name, _)| *name);
        let hint =
            nearest(name, known.clone()).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        Err(StudyError::Unknown { name: name.to_owned(), hint, known: known.collect::<Vec<_>>().join(", ") })
    }

    /// The study of a run folder, as it ran there.
    ///
    /// # Errors
    /// When the folder is none of a run, or its files do not read.
    pub fn of_run(folder: &Path) -> Result<Self, StudyError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => {
                    StudyError::NoRun { folder: folder.to_owned(), name: name.to_owned() }
                }
                _ => StudyError::io("read", path)(error),
            })
        };
        let resolved = folder.join(RESOLVED).display().to_string();
        let study = Self::parse(&resolved, "study", &read(RESOLVED)?)?;
        Ok(Self { text: read(GIVEN)?, ..study })
    }

    /// Reads a study from the text of `file`.
    ///
    /// # Errors
    /// When it is not as it should be: the error names file, line and key.
    pub fn parse(file: &str, default_name: &str, text: &str) -> Result<Self, StudyError> {
        let source = Source { file, text };
        let raw: StudyFile = toml::from_str(text).map_err(|error| source.toml(&error))?;
        // The reader takes larger numbers into `u64`; written out again (`resolved`) they would be others.
        toml::from_str::<toml::Table>(text).map_err(|error| {
            let what = format!("expected whole numbers up to {}, where those of TOML end", i64::MAX);
            source.at(error.span().unwrap_or_default().start, what)
        })?;
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
                ("variant", raw.variant.as_ref().map(Spanned::span)),
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
                    variant: raw.variant.map(Spanned::into_inner).unwrap_or_default(),
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

/// The JSON schema of a study file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(StudyFile).to_value()
}

/// One data set as it stands in a study file.
///
/// # Errors
/// When it is none.
pub fn data(table: &toml::Table) -> Result<DataChoice, StudyError> {
    let text = table.to_string();
    let source = Source { file: "data", text: &text };
    let table: DataTable = toml::from_str(&text).map_err(|error| source.toml(&error))?;
    table.resolve(&source, 0)
}

/// A study of thalweg: what is compared, on what, and how often.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A study of thalweg")]
struct StudyFile {
    /// Its name; that of the file when none is given.
    name: Option<String>,
    /// Its title, above the report.
    title: String,
    /// What it asks, ending with a question mark.
    question: Option<String>,
    /// What is trained on: one data set, or several as [[data]].
    #[schemars(with = "Option<OneOrSeveral<DataTable>>")]
    data: Option<Spanned<OneOrSeveral<DataTable>>>,
    /// The network.
    #[schemars(with = "Option<NetworkTable>")]
    network: Option<Spanned<NetworkTable>>,
    /// The techniques; each entry is one word or a list, and the study is their product.
    #[schemars(with = "Option<TechniqueTable>")]
    technique: Option<Spanned<TechniqueTable>>,
    /// Named bundles of choices, one factor of the product.
    #[schemars(with = "Option<Vec<VariantTable>>")]
    variant: Option<Spanned<Vec<Spanned<VariantTable>>>>,
    /// How long, how often, and what is recorded.
    #[schemars(with = "Option<TrainingTable>")]
    training: Option<Spanned<TrainingTable>>,
    /// What the report is about.
    #[schemars(with = "Option<ReportTable>")]
    report: Option<Spanned<ReportTable>>,
    /// Paths of update rules in the plane, in place of training.
    descent: Option<DescentTable>,
    /// Activations of a network at birth, in place of training.
    #[schemars(with = "Option<ActivationsTable>")]
    activations: Option<Spanned<ActivationsTable>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DescentTable {
    /// The function, as `thalweg list functions` names it.
    #[schemars(with = "String")]
    function: Spanned<String>,
    /// The first point; the function's own when none is given.
    #[schemars(with = "Option<[f64; 2]>")]
    start: Option<Spanned<[f64; 2]>>,
    /// Steps.
    #[schemars(with = "u64", range(min = 1, max = 10_000_000))]
    steps: Spanned<u64>,
    /// Standard deviation of the noise added to each component of every gradient.
    #[serde(default)]
    noise: f64,
    /// Seed of the noise.
    #[serde(default)]
    seed: u64,
    /// Learning-rate schedule of all rules.
    #[schemars(with = "Option<String>")]
    schedule: Option<Spanned<String>>,
    /// Gradient clipping of all rules.
    #[schemars(with = "Option<String>")]
    guard: Option<Spanned<String>>,
    /// Update rules.
    #[schemars(with = "OneOrMany")]
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ActivationsTable {
    /// Layers.
    #[serde(default = "five")]
    layers: usize,
    /// Units of each layer.
    #[serde(default = "hundred")]
    width: usize,
    /// Inputs.
    #[serde(default = "thousand")]
    samples: usize,
    /// Seed of inputs and weights.
    #[serde(default = "one")]
    seed: u64,
    /// What is looked at.
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SettingTable {
    /// Activation function.
    #[schemars(with = "String")]
    activation: Spanned<String>,
    /// Initial weights.
    #[schemars(with = "String")]
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
