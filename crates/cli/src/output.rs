//! Printing to stdout, where a closed pipe is no failure.

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints text and a line feed.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Prints JSON, indented.
pub(crate) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// A message for people, on stderr, unless they asked for quiet.
#[expect(clippy::print_stderr, reason = "the one place where messages are printed")]
pub(crate) fn message(quiet: bool, text: impl std::fmt::Display) {
    if !quiet {
        eprintln!("{text}");
    }
}

/// Columns of text, aligned; the last column is left as it is.
pub(crate) fn columns(rows: &[Vec<String>]) -> Result<(), Failure> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |i: usize| {
        rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    for row in rows {
        let mut text = String::new();
        for (index, cell) in row.iter().enumerate() {
            text.push_str(cell);
            if index + 1 < row.len() {
                text.push_str(&" ".repeat(widths[index] + 2 - cell.chars().count()));
            }
        }
        line(text)?;
    }
    Ok(())
}
