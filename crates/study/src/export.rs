//! A run for other programs: a long table (CSV, Parquet), records (JSON Lines), event files (TensorBoard).
//!
//! Nothing is left out: trials that diverged or failed have rows that say so. The trials stand in the order of the study, those that it does not have (any
//! more) after them in the order of their ids, so that the same run gives the same bytes whichever trial finished first.

mod parquet;
mod rows;
mod table;
mod tensorboard;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::atomic;
use crate::error::StudyError;
use crate::journal::index::Entry;
use crate::journal::{Damage, Index};
use crate::planned::{Plan, Planned};

technique::choice! {
    /// What a run is exported to.
    pub enum Form {
        /// A long table, one row for each measurement, as comma-separated values.
        Csv = "csv",
        /// One record a line, as the journal has it, with its group and settings.
        Jsonl = "jsonl",
        /// The table of `csv`, with types, as Parquet.
        Parquet = "parquet",
        /// Event files, a folder for each trial.
        Tensorboard = "tensorboard",
    }
}

impl Form {
    /// Where it goes in the run folder if nowhere else.
    pub fn place(self) -> &'static str {
        match self {
            Self::Csv => "export.csv",
            Self::Jsonl => "export.jsonl",
            Self::Parquet => "export.parquet",
            Self::Tensorboard => "tb",
        }
    }
}

/// What an export came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file or folder.
    pub path: PathBuf,
    /// Trials in it.
    pub trials: usize,
    /// Lines of the journal that could not be used.
    pub damaged: Vec<Damage>,
}

/// The trials of a run in their order, read one by one.
struct Run {
    index: Index,
    plan: Plan,
    order: Vec<Entry>,
}

impl Run {
    fn read(folder: &Path) -> Result<Self, StudyError> {
        let index = Index::read(folder)?;
        let plan = Plan::read(folder)?.unwrap_or_default();
        let planned = plan.trials.iter().filter_map(|trial| index.get(&trial.id).cloned());
        let mut order: Vec<Entry> = planned.collect();
        let mut others: Vec<Entry> =
            index.entries().iter().filter(|entry| plan.get(&entry.brief.id).is_none()).cloned().collect();
        others.sort_by(|a, b| a.brief.id.cmp(&b.brief.id));
        order.extend(others);
        Ok(Self { index, plan, order })
    }

    /// The fields that vary, in the order in which the plan has them.
    fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = Vec::new();
        for key in self.plan.trials.iter().flat_map(|trial| trial.settings.keys()) {
            if !fields.contains(key) {
                fields.push(key.clone());
            }
        }
        fields
    }

    /// Each trial with its record and, if it is in the plan, its place there.
    fn each(
        &mut self,
        mut act: impl FnMut(&Entry, Option<&Planned>, Value) -> Result<(), StudyError>,
    ) -> Result<(), StudyError> {
        for entry in &self.order {
            let json = self.index.json(entry)?;
            // The checksum holds, so it is the JSON that was written.
            let record = serde_json::from_slice(&json).unwrap_or_default();
            act(entry, self.plan.get(&entry.brief.id), record)?;
        }
        Ok(())
    }
}

/// Exports a run; takes no lock. A file is written whole or not at all.
///
/// # Errors
/// When the folder has no journal, or a file cannot be read or written.
pub fn export(folder: &Path, form: Form, out: Option<&Path>) -> Result<Exported, StudyError> {
    let mut run = Run::read(folder)?;
    let path = out.map_or_else(|| folder.join(form.place()), Path::to_owned);
    match form {
        Form::Csv => table::write(&mut run, &path)?,
        Form::Jsonl => records(&mut run, &path)?,
        Form::Parquet => parquet::write(&mut run, &path)?,
        Form::Tensorboard => tensorboard::write(&mut run, &path)?,
    }
    Ok(Exported { path, trials: run.order.len(), damaged: run.index.damaged().to_vec() })
}

fn records(run: &mut Run, path: &Path) -> Result<(), StudyError> {
    let failed = atomic::failed(path);
    atomic::write(path, |file| {
        run.each(|_, planned, record| {
            let mut line = json!({
                "id": record["id"],
                "group": planned.map(|planned| &planned.group),
                "data": planned.and_then(|planned| planned.data.as_ref()),
                "settings": planned.map(|planned| &planned.settings),
            });
            if let (Value::Object(line), Value::Object(record)) = (&mut line, record) {
                line.extend(record);
            }
            writeln!(file, "{line}").map_err(&failed)
        })
    })
}

#[cfg(test)]
mod tests;
