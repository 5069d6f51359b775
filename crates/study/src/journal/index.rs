//! What stands where in a journal: the briefs of its records, one pass over the file, no curve read.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::line::{self, Brief, Head};
use super::{Journal, JournalError};
use crate::error::StudyError;
use crate::trial::Record;

/// The longest first line that is looked at.
const HEAD: u64 = 4096;

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it says in short.
    pub brief: Brief,
    /// The number of its line, from 1.
    pub line: usize,
    /// Where the line begins, in bytes.
    pub(crate) offset: u64,
    /// Its length, without its line feed.
    pub(crate) length: usize,
}

/// The briefs of a journal.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    file: File,
    whole: u64,
    formulas: Option<u32>,
    entries: Vec<Entry>,
    at: HashMap<String, usize>,
    damaged: Vec<Damage>,
}

impl Index {
    /// Reads the briefs of a run folder's journal; takes no lock, changes nothing.
    ///
    /// # Errors
    /// When there is none, it cannot be read, it is of another version, or it is no journal.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        match Self::scan(&folder.join(Journal::NAME)) {
            Err(StudyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Err(JournalError::Missing { folder: folder.to_owned() }.into())
            }
            result => result,
        }
    }

    pub(crate) fn scan(path: &Path) -> Result<Self, StudyError> {
        let file = File::open(path).map_err(StudyError::io("read", path))?;
        let again = File::open(path).map_err(StudyError::io("read", path))?;
        let mut index = Self {
            path: path.to_owned(),
            file: again,
            whole: 0,
            formulas: None,
            entries: Vec::new(),
            at: HashMap::new(),
            damaged: Vec::new(),
        };
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut bytes = Vec::new();
        let mut first = (&mut reader).take(HEAD);
        first.read_until(b'\n', &mut bytes).map_err(StudyError::io("read", path))?;
        let headless = match bytes.strip_suffix(b"\n") {
            // A journal that was torn as it was begun has nothing in it.
            None if line::header().as_bytes().starts_with(&bytes) => return Ok(index),
            None => return Err(index.stranger(&bytes)),
            Some(first) => match line::head(first) {
                Head::Ours(formulas) => {
                    index.formulas = Some(formulas);
                    None
                }
                Head::Newer(version) => {
                    return Err(JournalError::Newer { path: path.to_owned(), version }.into());
                }
                Head::Old => return Err(JournalError::Old { path: path.to_owned() }.into()),
                // Only the lines below can tell a journal with a damaged first line from something else.
                Head::Stranger => Some(bytes.clone()),
            },
        };
        index.whole = bytes.len() as u64;
        let mut number = 1;
        loop {
            bytes.clear();
            reader.read_until(b'\n', &mut bytes).map_err(StudyError::io("read", path))?;
            let Some(line) = bytes.strip_suffix(b"\n") else { break };
            number += 1;
            let offset = index.whole;
            index.whole += bytes.len() as u64;
            match line::split(line) {
                Ok((brief, _)) => index.put(Entry { brief, line: number, offset, length: line.len() })?,
                Err(why) => index.damaged.push(Damage { line: number, why }),
            }
            if headless.is_some() && index.entries.is_empty() && number > 100 {
                break;
            }
        }
        if let Some(first) = headless {
            if index.entries.is_empty() {
                return Err(index.stranger(&first));
            }
            let why = format!("expected {}, found `{}`", line::header().trim_end(), begin(&first));
            index.damaged.insert(0, Damage { line: 1, why });
        }
        Ok(index)
    }

    fn stranger(&self, first: &[u8]) -> StudyError {
        JournalError::Stranger { path: self.path.clone(), found: begin(first) }.into()
    }

    /// A record takes the place of a failed one of the same trial; any other second one has to say the same.
    fn put(&mut self, entry: Entry) -> Result<(), StudyError> {
        let Some(&at) = self.at.get(&entry.brief.id) else {
            self.at.insert(entry.brief.id.clone(), self.entries.len());
            self.entries.push(entry);
            return Ok(());
        };
        let old = self.entries[at].clone();
        if old.brief.is_failed() {
            self.entries[at] = entry;
        } else if !entry.brief.is_failed()
            && let Some(what) = line::difference(&self.json(&old)?, &self.json(&entry)?)
        {
            let why = format!(
                "another result of trial {} than on line {}, which is kept: {what}",
                old.brief.id, old.line
            );
            self.damaged.push(Damage { line: entry.line, why });
        }
        Ok(())
    }

    /// Where each record stands, one for each trial, in the order in which the trials finished.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where the record of a trial stands.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.at.get(id).map(|&at| &self.entries[at])
    }

    /// The lines that cannot be used.
    pub fn damaged(&self) -> &[Damage] {
        &self.damaged
    }

    /// The formulas that the first line names.
    pub fn formulas(&self) -> Option<u32> {
        self.formulas
    }

    /// The length of the file up to the end of its last whole line.
    pub(crate) fn whole(&self) -> u64 {
        self.whole
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A line as it stands in the file, without its line feed.
    pub(crate) fn line(&mut self, entry: &Entry) -> Result<Vec<u8>, StudyError> {
        let mut bytes = vec![0; entry.length];
        let read = |file: &mut File, bytes: &mut [u8]| {
            file.seek(SeekFrom::Start(entry.offset))?;
            file.read_exact(bytes)
        };
        read(&mut self.file, &mut bytes).map_err(StudyError::io("read", &self.path))?;
        Ok(bytes)
    }

    /// A record as it stands in the file. Its checksum holds, which by itself does not make it JSON.
    ///
    /// # Errors
    /// When the file cannot be read any more, or has changed.
    pub fn json(&mut self, entry: &Entry) -> Result<Vec<u8>, StudyError> {
        let line = self.line(entry)?;
        match line::split(&line) {
            Ok((_, record)) => Ok(record.to_owned()),
            Err(_) => Err(JournalError::Changed { path: self.path.clone(), line: entry.line }.into()),
        }
    }

    /// A record, or why it does not read as one.
    pub(crate) fn record(&mut self, entry: &Entry) -> Result<Result<Record, String>, StudyError> {
        let bytes = self.json(entry)?;
        Ok(match serde_json::from_slice::<Record>(&bytes) {
            Ok(record) if record.id != entry.brief.id => {
                Err(format!("its brief is of trial {}, its record of trial {}", entry.brief.id, record.id))
            }
            Ok(record) => Ok(record),
            Err(error) => Err(format!("it does not read as a record: {error}")),
        })
    }
}

/// How a line begins.
fn begin(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.trim_ascii_end());
    let some: String = text.chars().take(60).map(|c| if c.is_control() { '·' } else { c }).collect();
    if some.len() < text.len() { format!("{some}…") } else { some }
}
