//! Files that are there whole or not at all, however long they take to write, and also if the power fails.
//!
//! A process that is killed leaves the one that it was writing, beside its place; [`sweep`] takes such files away. A file that is still being written is
//! locked, which ends with its process.

use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::StudyError;

/// How the name of a file begins that is not yet whole.
const PREFIX: &str = ".thalweg-";
const SUFFIX: &str = ".part";

/// Writes a file beside its place and renames it into it; what was there before is untouched until then.
///
/// # Errors
/// What `fill` says, or when the file cannot be written.
pub(crate) fn write<T>(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<T, StudyError>,
) -> Result<T, StudyError> {
    let io = |error| failed(path)(of_system(error));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let file = locked(|| builder.tempfile_in(folder)).map_err(io)?;
    let mut writer = BufWriter::with_capacity(1 << 16, file.as_file());
    let filled = fill(&mut writer)?;
    writer.flush().map_err(io)?;
    drop(writer);
    file.as_file().sync_data().map_err(io)?;
    file.persist(path).map_err(|error: tempfile::PersistError| io(error.error))?;
    Ok(filled)
}

/// An I/O error of a file that is being written.
pub(crate) fn failed(path: &Path) -> impl Fn(io::Error) -> StudyError {
    move |error| StudyError::io("write", path)(error)
}

/// A new file that nobody sweeps away: locked, and still there once it is, since a sweep may come in between. Where the file system knows no locks, nothing is
/// swept either.
fn locked(new: impl Fn() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    loop {
        let file = new()?;
        let is_swept = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if !is_swept && file.path().exists() {
            return Ok(file);
        }
    }
}

/// Takes away what processes that are dead have left half-written in a folder.
pub(crate) fn sweep(folder: &Path) {
    // Whatever cannot be read or removed does no harm where it is.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_half = name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        if is_half && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The error without the name of the file beside the place, which nobody has asked for.
pub(crate) fn of_system(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((what, _)) => io::Error::new(error.kind(), what.to_owned()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_is_untouched_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let put = |text: &str| write(&path, |file| file.write_all(text.as_bytes()).map_err(failed(&path)));
        put("old").unwrap();
        let refused: Result<(), _> = write(&path, |file| {
            file.write_all(b"half of the new").map_err(failed(&path))?;
            Err(StudyError::Interrupted)
        });
        assert!(matches!(refused, Err(StudyError::Interrupted)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        put("new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_a_dead_process_left_is_swept_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let [left, other, path] =
            [".thalweg-Ab3dE6.part", ".thalweg-notes", "table.csv"].map(|name| folder.path().join(name));
        std::fs::write(&left, "half").unwrap();
        std::fs::write(&other, "").unwrap();
        write(&path, |file| {
            sweep(folder.path());
            file.write_all(b"whole").map_err(failed(&path))
        })
        .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole");
        assert!(!left.exists() && other.exists());
    }

    #[test]
    fn an_error_names_the_file_and_not_the_one_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join("table.csv");
        let error = write(&path, |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("table.csv") && !error.contains("at path"), "{error}");
    }
}
