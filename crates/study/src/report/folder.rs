//! The run folder: every figure as SVG and PNG, every table as CSV, the study as given and as resolved.
//!
//! Every file is written beside its place and renamed into it, so that a reader never sees half of one.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::{Drawn, Section, Table};
use crate::error::StudyError;
use crate::spec::Study;

/// Pixels per SVG unit of the PNGs.
const PNG_SCALE: f32 = 2.0;

/// Makes a folder and checks that it can be written to.
///
/// # Errors
/// When it cannot: before any work is done.
pub fn create(folder: &Path) -> Result<(), StudyError> {
    fs::create_dir_all(folder).map_err(StudyError::io("create", folder))?;
    tempfile::tempfile_in(folder).map(drop).map_err(StudyError::io("write to", folder))
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it cannot be written; what was there before is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder).map_err(StudyError::io("write", path))?;
    file.write_all(bytes).map_err(StudyError::io("write", path))?;
    file.persist(path).map_err(|error| StudyError::io("write", path)(error.error))?;
    Ok(())
}

/// Writes a section's figures and tables into its folder.
///
/// # Errors
/// When a figure cannot be made into a PNG, or a file cannot be written.
pub fn write_drawings(folder: &Path, section: &Section) -> Result<(), StudyError> {
    let figures = folder.join("figures");
    fs::create_dir_all(&figures).map_err(StudyError::io("create", &figures))?;
    // A PNG takes longer to encode than to draw: each figure on a thread of its own.
    std::thread::scope(|scope| {
        let draw = |drawn: &Drawn| {
            write(&figures.join(format!("{}.svg", drawn.name)), drawn.figure.svg().as_bytes())?;
            write(&figures.join(format!("{}.png", drawn.name)), &drawn.figure.png(PNG_SCALE)?)
        };
        let workers: Vec<_> = section.figures.iter().map(|drawn| scope.spawn(move || draw(drawn))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("drawing does not panic"))
    })?;
    for table in &section.tables {
        write(&folder.join(format!("{}.csv", table.name)), &csv(table))?;
    }
    Ok(())
}

/// Writes the study as given and as resolved.
///
/// # Errors
/// When a file cannot be written.
pub fn write_study(folder: &Path, study: &Study) -> Result<(), StudyError> {
    write(&folder.join("study.toml"), study.text.as_bytes())?;
    write(&folder.join("resolved.toml"), study.resolved().as_bytes())
}

/// A table as a CSV file.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(&table.headers).chain(&table.rows) {
        writer.write_record(row).expect("rows as long as the header, written to memory");
    }
    writer.into_inner().expect("memory does not fail")
}
