//! The trials that a run folder is to hold: `trials.jsonl`, one line for each, in the order of the study.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::StudyError;

/// A trial as it was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Its identity.
    pub id: String,
    /// The name of its group.
    pub group: String,
    /// What it trains on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The fields that vary, with its choices.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Its seed.
    pub seed: u64,
}

/// The planned trials of a run folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// All of them, in the order of the study.
    pub trials: Vec<Planned>,
    at: HashMap<String, usize>,
}

impl Plan {
    /// The name of its file in a run folder.
    pub const NAME: &'static str = "trials.jsonl";

    /// Reads the plan of a run folder; none when it has none.
    ///
    /// # Errors
    /// When it cannot be read, or a line of it is no trial.
    pub fn read(folder: &Path) -> Result<Option<Self>, StudyError> {
        match Self::read_from(&folder.join(Self::NAME)) {
            Err(StudyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            plan => plan.map(Some),
        }
    }

    /// Reads a list of trials.
    ///
    /// # Errors
    /// When it cannot be read, or a line of it is no trial.
    pub fn read_from(path: &Path) -> Result<Self, StudyError> {
        let text = fs::read_to_string(path).map_err(StudyError::io("read", path))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a plan from the text of `file`.
    ///
    /// # Errors
    /// When a line of it is no trial: the error names file and line.
    pub fn parse(file: &str, text: &str) -> Result<Self, StudyError> {
        let mut plan = Self::default();
        for (index, line) in text.lines().enumerate() {
            let trial = serde_json::from_str(line).map_err(|error| StudyError::File {
                file: file.to_owned(),
                line: index + 1,
                what: format!(
                    "expected a planned trial, {{\"id\":…,\"group\":…,\"seed\":…}} ({error}); delete the file and run the study again, which writes it anew"
                ),
            })?;
            plan.add(trial);
        }
        Ok(plan)
    }

    /// Adds a trial, unless it is there already.
    pub fn add(&mut self, trial: Planned) {
        if !self.at.contains_key(&trial.id) {
            self.at.insert(trial.id.clone(), self.trials.len());
            self.trials.push(trial);
        }
    }

    /// The trial of that id.
    pub fn get(&self, id: &str) -> Option<&Planned> {
        self.at.get(id).map(|&at| &self.trials[at])
    }

    /// The plan as a file.
    pub fn text(&self) -> String {
        let line = |trial| serde_json::to_string(trial).unwrap_or_default() + "\n";
        self.trials.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_comes_back_in_order_and_a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Plan::read(folder.path()).unwrap(), None);
        let path = folder.path().join(Plan::NAME);
        let lines = "{\"id\":\"b\",\"group\":\"adam\",\"data\":\"digits\",\"settings\":{\"rule\":\"adam\"},\"seed\":2}\n{\"id\":\"a\",\"group\":\"sgd\",\"settings\":{},\"seed\":1}\n";
        fs::write(&path, lines).unwrap();
        let plan = Plan::read(folder.path()).unwrap().unwrap();
        assert_eq!(plan.trials.iter().map(|trial| trial.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(plan.get("b").unwrap().settings["rule"], "adam");
        assert_eq!(plan.text(), lines);
        fs::write(&path, lines.to_owned() + "{}\n").unwrap();
        let error = Plan::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("trials.jsonl:3: expected a planned trial"), "{error}");
    }
}
