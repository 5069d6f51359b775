//! Journals of several run folders, joined into one.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::atomic;
use crate::error::StudyError;
use crate::journal::line::{self, difference};
use crate::journal::{Damage, Index, Journal, Lock};
use crate::planned::Plan;
use crate::report::folder;
use crate::trial::FORMULAS;

/// What a merge came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Records in the joined journal.
    pub records: usize,
    /// Of them, those that were new to it.
    pub added: usize,
    /// Records that were dropped because another folder had the same.
    pub duplicates: usize,
    /// Lines that cannot be used, with their journals. Those of `out` stay where they are, others are left out.
    pub damaged: Vec<(PathBuf, Damage)>,
}

/// Why journals cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Two folders say different things of one trial.
    #[error(
        "trial {id} has two results: {} (line {first_line}) and {} (line {second_line}) differ, {what}; the same trial gives the same bits on one kind of CPU: leave one of the folders out",
        first.display(),
        second.display()
    )]
    Conflict {
        /// The trial.
        id: String,
        /// One journal.
        first: PathBuf,
        /// Its line.
        first_line: usize,
        /// The other journal.
        second: PathBuf,
        /// Its line.
        second_line: usize,
        /// The first difference.
        what: String,
    },
    /// Two folders hold different studies.
    #[error(
        "{} and {} differ: expected folders of one study; merge those of each study on their own",
        first.display(),
        second.display()
    )]
    Studies {
        /// One study.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A journal of other formulas.
    #[error(
        "{}: expected results of formulas {FORMULAS}, found those of formulas {found}; leave the folder out",
        path.display()
    )]
    Formulas {
        /// The journal.
        path: PathBuf,
        /// Its formulas.
        found: u32,
    },
}

/// Each folder once, and `out` not at all: it is read under its lock.
fn distinct(folders: &[PathBuf], out: &Path) -> Vec<PathBuf> {
    let real = |folder: &Path| fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mut seen = vec![real(out)];
    let mut new = |folder: &Path| {
        let folder = real(folder);
        let is_new = !seen.contains(&folder);
        seen.push(folder);
        is_new
    };
    folders.iter().filter(|folder| new(folder)).cloned().collect()
}

/// Which line of which journal says what of a trial.
#[derive(Debug, Clone, Copy)]
struct Place {
    journal: usize,
    entry: usize,
}

/// Joins the journals of run folders into `out`, which may hold one already.
///
/// Nothing of `out` changes when the folders do not fit together; a second time adds nothing.
///
/// # Errors
/// When a folder has no journal, two of them differ in a trial or in their study, another process runs in `out`, or a file cannot be read or written.
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Merged, StudyError> {
    let mut journals = Vec::new();
    let folders = &distinct(folders, out);
    for folder in folders {
        journals.push(Index::read(folder)?);
    }
    let mut joined = Joined::default();
    for journal in 0..journals.len() {
        joined.add(&mut journals, journal)?;
    }
    let mut sources: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    same_studies(&sources)?;

    folder::create(out)?;
    let _lock = Lock::take(out)?;
    sources.insert(0, out);
    let study = same_studies(&sources)?;
    let path = out.join(Journal::NAME);
    let old = if path.exists() { Some(Index::scan(&path)?) } else { None };
    // What `out` has stays first and stays as it is, so everything is joined once more behind it.
    let begun = old.is_some();
    if let Some(old) = old {
        journals.insert(0, old);
        joined = Joined::default();
        for journal in 0..journals.len() {
            joined.add(&mut journals, journal)?;
        }
    }
    let new: Vec<Place> =
        joined.places.iter().copied().filter(|place| !(begun && place.journal == 0)).collect();
    let merged = Merged {
        records: joined.places.len(),
        added: new.len(),
        duplicates: joined.duplicates,
        damaged: journals
            .iter()
            .flat_map(|journal| journal.damaged().iter().map(|d| (journal.path().to_owned(), d.clone())))
            .collect(),
    };
    write_plan(&sources, out)?;
    if let Some(study) = study {
        folder::write(&out.join("study.toml"), &study)?;
    }
    if !begun || !new.is_empty() {
        write(&path, &mut journals, begun, &new)?;
    }
    Ok(merged)
}

/// One line for each trial.
#[derive(Debug, Default)]
struct Joined {
    places: Vec<Place>,
    at: HashMap<String, usize>,
    duplicates: usize,
}

impl Joined {
    fn add(&mut self, journals: &mut [Index], journal: usize) -> Result<(), StudyError> {
        if let Some(found) = journals[journal].formulas().filter(|found| *found != FORMULAS) {
            let path = journals[journal].path().to_owned();
            return Err(MergeError::Formulas { path, found }.into());
        }
        for (entry, found) in journals[journal].entries().to_vec().into_iter().enumerate() {
            let place = Place { journal, entry };
            let Some(&at) = self.at.get(&found.brief.id) else {
                self.at.insert(found.brief.id, self.places.len());
                self.places.push(place);
                continue;
            };
            self.duplicates += 1;
            let first = self.places[at];
            let kept = journals[first.journal].entries()[first.entry].clone();
            // A result counts more than an error; of two errors the first stays.
            if found.brief.is_failed() {
                continue;
            }
            if kept.brief.is_failed() {
                self.places[at] = place;
                continue;
            }
            let texts = (journals[first.journal].json(&kept)?, journals[journal].json(&found)?);
            if let Some(what) = difference(&texts.0, &texts.1) {
                return Err(MergeError::Conflict {
                    id: found.brief.id,
                    first: journals[first.journal].path().to_owned(),
                    first_line: kept.line,
                    second: journals[journal].path().to_owned(),
                    second_line: found.line,
                    what,
                }
                .into());
            }
        }
        Ok(())
    }
}

/// The study of all folders that have one.
fn same_studies(folders: &[&Path]) -> Result<Option<Vec<u8>>, StudyError> {
    let mut first: Option<(PathBuf, Vec<u8>)> = None;
    for folder in folders {
        let path = folder.join("study.toml");
        match (read(&path)?, &first) {
            (Some(text), Some((first, study))) if text != *study => {
                return Err(MergeError::Studies { first: first.clone(), second: path }.into());
            }
            (Some(text), None) => first = Some((path, text)),
            _ => {}
        }
    }
    Ok(first.map(|(_, study)| study))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StudyError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StudyError::io("read", path)(error)),
    }
}

/// Every trial that one of the folders plans, once.
fn write_plan(folders: &[&Path], out: &Path) -> Result<(), StudyError> {
    let mut joined: Option<Plan> = None;
    for folder in folders {
        if let Some(plan) = Plan::read(folder)? {
            match &mut joined {
                Some(joined) => plan.trials.into_iter().for_each(|trial| joined.add(trial)),
                None => joined = Some(plan),
            }
        }
    }
    joined.map_or(Ok(()), |plan| folder::write(&out.join(Plan::NAME), plan.text().as_bytes()))
}

/// The whole lines of the old journal, or a first line, and then the new ones as they stand in theirs.
fn write(path: &Path, journals: &mut [Index], begun: bool, new: &[Place]) -> Result<(), StudyError> {
    let failed = atomic::failed(path);
    atomic::write(path, |file| {
        if begun && journals[0].whole() > 0 {
            let old = fs::File::open(path).map_err(StudyError::io("read", path))?;
            io::copy(&mut old.take(journals[0].whole()), file).map_err(&failed)?;
        } else {
            file.write_all(line::header().as_bytes()).map_err(&failed)?;
        }
        for place in new {
            let entry = journals[place.journal].entries()[place.entry].clone();
            // Read again rather than copied: a damaged line is never passed on.
            journals[place.journal].json(&entry)?;
            let line = journals[place.journal].line(&entry)?;
            file.write_all(&line).and_then(|()| file.write_all(b"\n")).map_err(&failed)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests;
