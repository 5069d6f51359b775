//! One process at a time in a run folder. The system keeps the lock, so that of a dead process does not hold.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::JournalError;
use crate::error::StudyError;

/// The right to write to a run folder, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// The name of its file in a run folder. The file stays; only the lock on it comes and goes.
    pub const NAME: &'static str = ".lock";

    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// When another process has it, or the folder cannot be written to.
    pub fn take(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::NAME);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(StudyError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked { folder: folder.to_owned() }.into());
            }
            // A file system that knows no locks: one process at a time is then up to the user.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(StudyError::io("lock", path)(error)),
        }
        Ok(Self { _file: file })
    }
}
