//! Files that are there whole or not at all, however long they take to write, and also if the power fails.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::StudyError;

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
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let file = builder.tempfile_in(folder).map_err(io)?;
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

/// The error without the name of the file beside the place, which nobody has asked for.
fn of_system(error: io::Error) -> io::Error {
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
    fn an_error_names_the_file_and_not_the_one_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join("table.csv");
        let error = write(&path, |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("table.csv") && !error.contains("at path"), "{error}");
    }
}
