//! What can go wrong with a study, and the class of each error.

use std::path::PathBuf;

use problem::data::DataError;
use problem::supervised::SupervisedError;

use crate::figure::FigureError;
use crate::journal::JournalError;
use crate::merge::MergeError;

/// Why a study cannot be read, run or written.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A study file that is not as it should be.
    #[error("{file}:{line}: {what}")]
    File {
        /// The file, or "built-in NAME".
        file: String,
        /// The line, from 1.
        line: usize,
        /// What was expected and what was found.
        what: String,
    },
    /// No built-in study of that name, and no such file.
    #[error("no study `{name}`{hint}: there is no built-in one of that name ({known}) and no such file")]
    Unknown {
        /// What was asked for.
        name: String,
        /// ": did you mean …?" or nothing.
        hint: String,
        /// The built-in ones.
        known: String,
    },
    /// A folder that holds no run.
    #[error("{}: expected the folder of a run (the --out of `thalweg run`), found no {name} in it", folder.display())]
    NoRun {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        name: String,
    },
    /// A folder that holds the run of another study.
    #[error("{}: holds the run of the study `{found}`, not of `{wanted}`; choose another folder (--out DIR)", folder.display())]
    OtherRun {
        /// The folder.
        folder: PathBuf,
        /// The study that is to run.
        wanted: String,
        /// The study that ran there.
        found: String,
    },
    /// A setting that does not fit the rest.
    #[error("{0}")]
    Setting(String),
    /// Told to stop; what had finished is kept.
    #[error("interrupted: what had finished is kept, run the same again to go on")]
    Interrupted,
    /// The network and the data do not fit, or the batch does not.
    #[error(transparent)]
    Supervised(#[from] SupervisedError),
    /// The data are missing or damaged.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file that cannot be read or written.
    #[error("cannot {action} {}: {source}{}", path.display(), remedy(source))]
    Io {
        /// `read`, `write`, `create`.
        action: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Journals that do not fit together.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A figure that cannot be drawn.
    #[error("a figure could not be drawn: {0}")]
    Figure(#[from] FigureError),
    /// The page could not be rendered.
    #[error("the report could not be rendered: {0}")]
    Report(#[from] minijinja::Error),
}

fn remedy(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to (--out DIR)"
        }
        std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => {
            "; a file of that name is in the way, choose another folder (--out DIR)"
        }
        std::io::ErrorKind::StorageFull => {
            "; the disk is full: what was finished is kept, make room and run again"
        }
        _ => "",
    }
}

impl StudyError {
    /// An I/O error with its path.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
