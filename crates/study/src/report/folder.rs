//! The run folder: every figure as SVG and PNG, every table as CSV, the study as given and as resolved.
//!
//! Every file is written beside its place and renamed into it, so that a reader never sees half of one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Drawn, Rows, Section};
use crate::atomic;
use crate::error::StudyError;
use crate::spec::Study;

/// The folder of the figures in a run folder.
const FIGURES: &str = "figures";

/// Pixels per SVG unit of the PNGs.
const PNG_SCALE: f32 = 2.0;

/// Makes a folder, checks that it can be written to, and takes away what a killed process has left half-written in it.
///
/// # Errors
/// When it cannot: before any work is done.
pub fn create(folder: &Path) -> Result<(), StudyError> {
    fs::create_dir_all(folder).map_err(StudyError::io("create", folder))?;
    let writable = tempfile::tempfile_in(folder).map(drop).map_err(atomic::of_system);
    writable.map_err(StudyError::io("write to", folder))?;
    [folder.to_owned(), folder.join(FIGURES)].iter().for_each(|folder| atomic::sweep(folder));
    Ok(())
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it cannot be written; what was there before is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    atomic::write(path, |file| file.write_all(bytes).map_err(atomic::failed(path)))
}

/// Writes a section's figures and tables into its folder.
///
/// # Errors
/// When a figure cannot be made into a PNG, or a file cannot be written.
pub fn write_drawings(folder: &Path, section: &Section) -> Result<(), StudyError> {
    let figures = folder.join(FIGURES);
    fs::create_dir_all(&figures).map_err(StudyError::io("create", &figures))?;
    let draw = |drawn: &Drawn| {
        write(&figures.join(format!("{}.svg", drawn.name)), drawn.figure.svg().as_bytes())?;
        write(&figures.join(format!("{}.png", drawn.name)), &drawn.figure.png(PNG_SCALE)?)
    };
    on_all_cores(&section.figures, &draw)?;
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

/// Does something with each item: a PNG takes long to encode, so every core takes the next one when it is done with its last.
fn on_all_cores<T: Sync>(
    items: &[T],
    each: &(impl Fn(&T) -> Result<(), StudyError> + Sync),
) -> Result<(), StudyError> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            each(item)?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let ended: Vec<Result<(), StudyError>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let panicked =
            |_| Err(StudyError::Setting("a figure could not be drawn: the drawing panicked".to_owned()));
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).collect()
    });
    ended.into_iter().collect()
}

/// A CSV file as it is written, row by row.
pub type TableFile<'a, 'b> = csv::Writer<&'a mut BufWriter<&'b File>>;

/// Writes a table's file, row by row.
///
/// # Errors
/// When it cannot be written, or a row is not as long as the first.
pub fn write_table(
    folder: &Path,
    name: &str,
    rows: impl FnOnce(&mut TableFile<'_, '_>) -> Result<(), csv::Error>,
) -> Result<(), StudyError> {
    let path = folder.join(format!("{name}.csv"));
    atomic::write(&path, |file| {
        let mut table = csv::Writer::from_writer(file);
        rows(&mut table).map_err(|error| atomic::failed(&path)(error.into()))?;
        table.flush().map_err(atomic::failed(&path))
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn each_is_done_once_and_what_goes_wrong_is_an_error() {
        let items: Vec<usize> = (0..100).collect();
        let done = Mutex::new(Vec::new());
        let note = |item: &usize| {
            done.lock().unwrap().push(*item);
            Ok(())
        };
        on_all_cores(&items, &note).unwrap();
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, items);
        let refused =
            on_all_cores(&items, &|item| if *item == 7 { Err(StudyError::Interrupted) } else { Ok(()) });
        assert!(matches!(refused, Err(StudyError::Interrupted)));
        let panicked = on_all_cores(&items, &|item| if *item == 7 { panic!("as told") } else { Ok(()) });
        assert_eq!(panicked.unwrap_err().to_string(), "a figure could not be drawn: the drawing panicked");
    }
}
