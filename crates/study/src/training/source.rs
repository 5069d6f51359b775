//! Where the examples of a study come from, and what identifies them.

use problem::data::{Dataset, Shelf, TableSpec};
use technique::card::{SettingType, Value};

use crate::error::StudyError;

/// Where examples come from.
#[derive(Debug, Clone, PartialEq)]
pub enum DataSource {
    /// One of the known sets.
    Named(String),
    /// A file of one's own.
    Table(Box<TableSpec>),
}

/// One of the data sets of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct DataChoice {
    /// Where its examples come from.
    pub source: DataSource,
    /// Train on the first so many; all when none.
    pub first: Option<usize>,
    /// What it is called in the report; its own name when none.
    pub title: Option<String>,
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
    pub(crate) fn identity(&self, fingerprint: &str) -> String {
        match self {
            Self::Named(_) => fingerprint.to_owned(),
            Self::Table(spec) => {
                let how = reading(spec).into_iter().map(|(key, value)| format!(" {key}={value}"));
                fingerprint.to_owned() + &how.collect::<String>()
            }
        }
    }
}

impl From<DataSource> for DataChoice {
    fn from(source: DataSource) -> Self {
        Self { source, first: None, title: None }
    }
}

impl DataChoice {
    /// Its table in a study file, every default written out.
    pub fn resolved(&self) -> toml::Table {
        let mut table = toml::Table::new();
        match &self.source {
            DataSource::Named(name) => {
                table.insert("name".to_owned(), name.clone().into());
            }
            DataSource::Table(spec) => {
                let path = std::path::absolute(&spec.path).unwrap_or_else(|_| spec.path.clone());
                table.insert("file".to_owned(), path.display().to_string().into());
                table.extend(reading(spec).into_iter().map(|(key, value)| (key.to_owned(), value)));
            }
        }
        table.extend(self.first.map(|n| ("first".to_owned(), toml::Value::Integer(n as i64))));
        table.extend(self.title.clone().map(|title| ("title".to_owned(), title.into())));
        table
    }
}

/// How a file is read, every default written out, as it stands in a study file.
fn reading(spec: &TableSpec) -> Vec<(&'static str, toml::Value)> {
    let mut all: Vec<(&str, toml::Value)> = vec![("label", spec.label.clone().into())];
    let choice = |value: Value| value.to_string().into();
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
