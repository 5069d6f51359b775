//! The journal of a run: one line for each finished trial, written as it finishes, never changed.
//!
//! A line that was being written when the process died has no line feed at its end: it is dropped when the journal is opened again. Trials whose lines
//! are whole are never run twice.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::StudyError;
use crate::trial::Record;

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    records: HashMap<String, Record>,
}

impl Journal {
    /// The name of its file in a run folder.
    pub const NAME: &'static str = "journal.jsonl";

    /// Opens the journal of a run folder, or starts one.
    ///
    /// # Errors
    /// When the file cannot be read or written, or a line other than a torn last one is damaged.
    pub fn open(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::NAME);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(StudyError::io("open", &path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(StudyError::io("read", &path))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut records = HashMap::new();
        for (index, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let record: Record = serde_json::from_slice(line).map_err(|error| StudyError::Journal {
                path: path.clone(),
                line: index + 1,
                why: error.to_string(),
            })?;
            records.insert(record.id.clone(), record);
        }
        file.set_len(whole as u64).map_err(StudyError::io("write", &path))?;
        file.seek(SeekFrom::End(0)).map_err(StudyError::io("write", &path))?;
        Ok(Self { path, file, records })
    }

    /// The record of a trial, if it has finished.
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// Appends a finished trial and hands it to the system.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, record: Record) -> Result<(), StudyError> {
        let mut line = serde_json::to_string(&record)
            .map_err(|error| StudyError::io("write", &self.path)(error.into()))?;
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(StudyError::io("write", &self.path))?;
        self.records.insert(record.id.clone(), record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::Finals;

    fn record(id: &str) -> Record {
        let finals = Some(Finals { train_loss: 0.1 + 0.2, train_accuracy: 1.0 / 3.0, test_accuracy: 1e-300 });
        Record {
            id: id.into(),
            seed: 1,
            diverged_at: None,
            finals,
            loss: vec![(10, 2.3)],
            accuracy: vec![],
            seconds: 1.5,
        }
    }

    #[test]
    fn records_come_back_bit_for_bit_and_a_torn_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.append(record("a")).unwrap();
        journal.append(record("b")).unwrap();
        drop(journal);
        let path = folder.path().join(Journal::NAME);
        let mut bytes = std::fs::read(&path).unwrap();
        let whole = bytes.clone();
        bytes.extend_from_slice(br#"{"id":"c","seed":"#);
        std::fs::write(&path, &bytes).unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.get("a"), Some(&record("a")));
        assert_eq!(journal.get("c"), None);
        journal.append(record("d")).unwrap();
        let now = std::fs::read(&path).unwrap();
        assert!(now.starts_with(&whole) && now.ends_with(b"\n"));
        assert_eq!(Journal::open(folder.path()).unwrap().get("d"), Some(&record("d")));
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(Journal::NAME), "nonsense\n").unwrap();
        let error = Journal::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("journal.jsonl:1:"), "{error}");
    }
}
