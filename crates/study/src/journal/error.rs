//! What can be wrong with a journal.

use std::path::PathBuf;

use crate::trial::FORMULAS;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process writes to the run folder.
    #[error(
        "{}: another process is running in this folder; wait until it has ended, or choose another folder (--out DIR)",
        folder.display()
    )]
    Locked {
        /// The run folder.
        folder: PathBuf,
    },
    /// A run folder without a journal.
    #[error(
        "{}: expected the folder of a run (the --out of `thalweg run`), found no {} in it",
        folder.display(),
        super::Journal::NAME
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that is something else.
    #[error(
        "{}:1: expected the first line of a journal, `{}`, found `{found}`; move the file away, or choose another folder (--out DIR)",
        path.display(),
        super::line::header().trim_end()
    )]
    Stranger {
        /// The file.
        path: PathBuf,
        /// How it begins.
        found: String,
    },
    /// A journal without a first line of its own, as version 0.1 wrote them.
    #[error(
        "{}: this is a journal of thalweg 0.1, which has no checksums and cannot be continued; move the file away, or choose another folder (--out DIR), and run again",
        path.display()
    )]
    Old {
        /// The journal.
        path: PathBuf,
    },
    /// A journal of a newer program.
    #[error(
        "{}: expected a journal of version {} or older, found version {version}: a newer thalweg wrote it; use that one, or choose another folder (--out DIR)",
        path.display(),
        super::line::VERSION
    )]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// A journal of other formulas: none of its trials is a trial of this program.
    #[error(
        "{}: expected results of formulas {FORMULAS}, found those of formulas {found}, which count for nothing today; move the file away, or choose another folder (--out DIR), and run again",
        path.display()
    )]
    Formulas {
        /// The journal.
        path: PathBuf,
        /// Its formulas.
        found: u32,
    },
    /// A record that does not come back from its line.
    #[error("{}: the record of trial {id} cannot be written: {why}", path.display())]
    Unwritable {
        /// The journal.
        path: PathBuf,
        /// The trial.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// A second result for a trial that has one.
    #[error(
        "{}: trial {id} has a result already, and the new one differs: {what}; the same trial gives the same bits on one kind of CPU: run the rest where it was begun, or choose another folder (--out DIR)",
        path.display()
    )]
    Twice {
        /// The journal.
        path: PathBuf,
        /// The trial.
        id: String,
        /// The first difference.
        what: String,
    },
    /// A line that changed between two readings.
    #[error("{}:{line}: this line has changed while it was read; try again", path.display())]
    Changed {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}
