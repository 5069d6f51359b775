//! The journal of a run: one line for each finished trial, written as it finishes, never changed.
//!
//! | look for | in |
//! |---|---|
//! | what a line looks like, and its checksum | [`mod@line`] |
//! | what stands where in a file | [`index`] |
//! | one process at a time | [`lock`] |
//! | writing, a full disk, the cost of it | [`pen`] |
//! | what can be wrong | [`error`] |
//!
//! A line that was being written when the process died has no line feed at its end: it is cut off when the journal is opened for writing. A damaged line
//! elsewhere is named and stays where it is; what the other lines say is kept. Trials whose lines are whole are never run twice.

pub mod error;
pub mod index;
pub mod line;
pub mod lock;
pub mod pen;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

pub use error::JournalError;
pub use index::{Damage, Index};
pub use line::Brief;
pub use lock::Lock;

use self::pen::Pen;
use crate::error::StudyError;
use crate::trial::{FORMULAS, Record};

/// What a journal says, in full.
#[derive(Debug, Default)]
pub struct Records {
    records: Vec<Record>,
    at: HashMap<String, usize>,
    damaged: Vec<Damage>,
}

impl Records {
    fn of(index: &mut Index) -> Result<Self, StudyError> {
        let mut all = Self::default();
        let mut damaged = index.damaged().to_vec();
        for entry in index.entries().to_vec() {
            match index.record(&entry)? {
                Ok(record) => all.put(record),
                Err(why) => damaged.push(Damage { line: entry.line, why }),
            }
        }
        damaged.sort_by_key(|damage| damage.line);
        all.damaged = damaged;
        Ok(all)
    }

    fn put(&mut self, record: Record) {
        match self.at.get(&record.id) {
            Some(&at) => self.records[at] = record,
            None => {
                self.at.insert(record.id.clone(), self.records.len());
                self.records.push(record);
            }
        }
    }

    /// The record of a trial, if it has one.
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.at.get(id).map(|&at| &self.records[at])
    }

    /// All of them, in the order in which the trials finished.
    pub fn all(&self) -> &[Record] {
        &self.records
    }

    /// The lines that cannot be used; the trials that stood there have to run again.
    pub fn damaged(&self) -> &[Damage] {
        &self.damaged
    }
}

/// A journal that is open for writing; no other process can open it so meanwhile.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    pen: Pen<File>,
    records: Records,
    _lock: Lock,
}

impl Journal {
    /// The name of its file in a run folder.
    pub const NAME: &'static str = "journal.jsonl";

    /// Opens the journal of a run folder, or starts one.
    ///
    /// # Errors
    /// When another process has it open, it cannot be read or written, it is of another version or of other formulas, or it is no journal.
    pub fn open(folder: &Path) -> Result<Self, StudyError> {
        Self::open_under(Lock::take(folder)?, folder)
    }

    /// The same for a folder whose lock has been taken already.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_under(lock: Lock, folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::NAME);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(StudyError::io("open", &path))?;
        let mut index = Index::scan(&path)?;
        if let Some(found) = index.formulas().filter(|found| *found != FORMULAS) {
            return Err(JournalError::Formulas { path, found }.into());
        }
        let records = Records::of(&mut index)?;
        let write = |error| StudyError::io("write", &path)(error);
        let mut pen = Pen::at(file, index.whole()).map_err(write)?;
        if index.whole() == 0 {
            pen.append(line::header().as_bytes()).map_err(write)?;
            // So that the name of a new file outlives a power cut too; where folders cannot be synced it has to do without.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(Self { path, pen, records, _lock: lock })
    }

    /// What a journal says, without opening it for writing: takes no lock and changes nothing, so a folder may be read-only and a run under way.
    ///
    /// # Errors
    /// When there is none, it cannot be read, it is of a newer version, or it is no journal.
    pub fn read(folder: &Path) -> Result<Records, StudyError> {
        Records::of(&mut Index::read(folder)?)
    }

    /// The record of a trial, if it has one.
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// All records, in the order in which the trials finished.
    pub fn records(&self) -> &[Record] {
        self.records.all()
    }

    /// The lines that cannot be used; the trials that stood there have to run again.
    pub fn damaged(&self) -> &[Damage] {
        self.records.damaged()
    }

    /// Appends a finished trial and hands it to the system; after an error the file is as it was before.
    ///
    /// A trial that ended in an error may be tried again: its new record takes the place of the old one. Any other record is final.
    ///
    /// # Errors
    /// When it cannot be written, has a value that is not a number, or differs from what the journal says of the same trial.
    pub fn append(&mut self, record: Record) -> Result<(), StudyError> {
        let text = line::record_text(&record, &self.path)?;
        let brief = line::brief(&text, &self.path)?;
        if let Some(old) = self.records.get(&record.id) {
            let old = line::record_text(old, &self.path)?;
            if !line::brief(&old, &self.path)?.is_failed() {
                return match line::difference(old.as_bytes(), text.as_bytes()) {
                    _ if brief.is_failed() => Ok(()),
                    None => Ok(()),
                    Some(what) => {
                        Err(JournalError::Twice { path: self.path.clone(), id: record.id, what }.into())
                    }
                };
            }
        }
        let line = line::frame(&brief, &text);
        self.pen.append(line.as_bytes()).map_err(StudyError::io("write", &self.path))?;
        self.records.put(record);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
