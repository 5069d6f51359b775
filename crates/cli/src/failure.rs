//! Errors and their exit codes.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use thalweg::problem::data::DataError;
use thalweg::study::error::StudyError;

/// What ended a command early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit code 1.
    Failed(String),
    /// Exit code 2: a word, an argument or a study file is wrong.
    Usage(String),
    /// Exit code 130: told to stop.
    Interrupted(String),
    /// Exit code 4: data are missing or damaged.
    Data(String),
    /// Exit code 0: the reader of our output has gone, as `head` does.
    Pipe,
}

impl Failure {
    /// Exit code 2.
    pub(crate) fn usage(error: impl Display) -> Self {
        Self::Usage(error.to_string())
    }

    /// Says it on stderr and gives the exit code.
    #[expect(clippy::print_stderr, reason = "the one place where errors are printed")]
    pub(crate) fn report(self) -> ExitCode {
        let (text, code) = match self {
            Self::Failed(text) => (text, 1),
            Self::Usage(text) => (text, 2),
            Self::Data(text) => (text, 4),
            Self::Interrupted(text) => {
                eprintln!("{text}");
                return ExitCode::from(130);
            }
            Self::Pipe => return ExitCode::SUCCESS,
        };
        eprintln!("error: {text}");
        ExitCode::from(code)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Pipe } else { Self::Failed(error.to_string()) }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Unknown { .. } | DataError::BuiltIn { .. } => Self::Usage(error.to_string()),
            // What cannot be read is missing; a folder that cannot be written is no fault of the data.
            DataError::Io { action, .. } if action != "read" => Self::Failed(error.to_string()),
            _ => Self::Data(error.to_string()),
        }
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Data(error) => error.into(),
            StudyError::Interrupted => Self::Interrupted(error.to_string()),
            StudyError::File { .. }
            | StudyError::Unknown { .. }
            | StudyError::Setting(_)
            | StudyError::Supervised(_) => Self::usage(error),
            _ => Self::Failed(error.to_string()),
        }
    }
}
