//! Files that are there whole or not at all, however long they take to write.

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
    let io = |error| StudyError::io("write", path)(error);
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
