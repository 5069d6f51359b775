//! The run folder: every figure as SVG and PNG, every table as CSV, the study as given and as resolved.
//!
//! Every file is written beside its place and renamed into it, so that a reader never sees half of one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{Drawn, Rows, Section};
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
    write_by(path, |file| file.write_all(bytes))
}

/// Writes a file whole or not at all, piece by piece.
///
/// # Errors
/// When it cannot be written; what was there before is untouched.
pub fn write_by(
    path: &Path,
    pieces: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<(), StudyError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder).map_err(StudyError::io("write", path))?;
    let mut buffer = BufWriter::new(file.as_file_mut());
    pieces(&mut buffer).and_then(|()| buffer.flush()).map_err(StudyError::io("write", path))?;
    drop(buffer);
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
        if let Rows::Held(rows) = &table.rows {
            write_table(folder, &table.name, |table_file| {
                table_file.write_record(&table.headers)?;
                rows.iter().try_for_each(|row| table_file.write_record(row))
            })?;
        }
    }
    Ok(())
}

/// A CSV file as it is written, row by row.
pub type TableFile<'a, 'b> = csv::Writer<&'a mut BufWriter<&'b mut File>>;

/// Writes a table's file, row by row.
///
/// # Errors
/// When it cannot be written, or a row is not as long as the first.
pub fn write_table(
    folder: &Path,
    name: &str,
    rows: impl FnOnce(&mut TableFile<'_, '_>) -> Result<(), csv::Error>,
) -> Result<(), StudyError> {
    write_by(&folder.join(format!("{name}.csv")), |file| {
        let mut table = csv::Writer::from_writer(file);
        rows(&mut table).map_err(io::Error::from)?;
        table.flush()
    })
}

/// Writes the study as given and as resolved.
///
/// # Errors
/// When a file cannot be written.
pub fn write_study(folder: &Path, study: &Study) -> Result<(), StudyError> {
    write(&folder.join("study.toml"), study.text.as_bytes())?;
    write(&folder.join("resolved.toml"), study.resolved().as_bytes())
}
