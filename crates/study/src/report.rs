//! The report: sections of sentences, figures and tables, and the page that shows them.
//!
//! Everything here is computed from records; no verdict is written by hand. A section is made by the file of its kind, in a [`Lang`], and shown by
//! [`page`] and [`markdown`]; the run folder around it is [`folder`]. Nothing in a report differs between two runs of one study with the same program on
//! the same machine: no date, no wall time, no folder of the run.

use std::borrow::Borrow;
use std::path::Path;

use serde::Serialize;

use crate::error::StudyError;
use crate::figure::Figure;

pub mod activations;
pub mod descent;
pub mod folder;
pub mod lang;
pub mod markdown;
pub mod page;
pub mod provenance;
pub mod training;

pub use lang::Lang;
pub use provenance::Provenance;

/// A figure in a report.
#[derive(Debug)]
pub struct Drawn {
    /// Its file name without ending.
    pub name: String,
    /// What it shows and how to read it.
    pub caption: String,
    /// The drawing.
    pub figure: Figure,
}

/// A table in a report, and the CSV file of the same name.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its file name without ending.
    pub name: String,
    /// What it holds.
    pub caption: String,
    /// Column names of the file.
    pub headers: Vec<String>,
    /// The rows of the file.
    pub rows: Rows,
    /// The rows as a reader of the page sees them, rounded; none for series that only the file holds.
    pub shown: Option<Shown>,
}

/// The rows of a table's file, as many cells as headers, numbers in full.
#[derive(Debug, Clone)]
pub enum Rows {
    /// Here.
    Held(Vec<Vec<String>>),
    /// Too many to be held: whoever has the records writes them, row by row.
    Streamed,
}

/// A table as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Column names.
    pub headers: Vec<String>,
    /// Its cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Rounded.
    pub text: String,
    /// The number behind it in full, which rows are sorted by; none where there is no number.
    pub value: Option<String>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, value: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    /// A number as a reader sees it, and in full.
    pub fn number(text: impl Into<String>, value: Option<f64>) -> Self {
        Self { text: text.into(), value: value.filter(|v| v.is_finite()).map(full) }
    }

    /// A count.
    pub fn count(n: usize) -> Self {
        Self { text: n.to_string(), value: Some(n.to_string()) }
    }
}

/// What one study comes to.
#[derive(Debug)]
pub struct Section {
    /// The name of the study.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// How it was done: data, network, batches, seeds.
    pub method: String,
    /// What was found.
    pub sentences: Vec<String>,
    /// Its figures.
    pub figures: Vec<Drawn>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What readers of data decided, in their words.
    pub notes: Vec<String>,
    /// The study file behind it with every default written out; none where no study stands behind it.
    pub resolved: Option<String>,
}

impl Section {
    /// The names of its files but the figures.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut all: Vec<String> = self.tables.iter().map(|table| format!("{}.csv", table.name)).collect();
        if self.resolved.is_some() {
            all.extend(["study.toml", "resolved.toml", "summary.json"].map(str::to_owned));
        }
        all
    }
}

/// Writes a report on these sections as `index.html` and `report.md`. The files that it refers to lie beside it, or in the folder that stands before a
/// section.
///
/// # Errors
/// When a file cannot be written.
pub fn write<S: Borrow<Section>>(
    out: &Path,
    title: &str,
    provenance: &Provenance,
    sections: &[(String, S)],
    lang: Lang,
) -> Result<(), StudyError> {
    let html = page::render(title, provenance, &[], sections, lang)?;
    folder::write(&out.join("index.html"), html.as_bytes())?;
    let text = markdown::render(title, provenance, sections, lang);
    folder::write(&out.join("report.md"), text.as_bytes())
}

impl Table {
    /// A table that only its file holds.
    pub fn hidden(name: &str, caption: &str, headers: &[&str], rows: Vec<Vec<String>>) -> Self {
        let headers = headers.iter().map(ToString::to_string).collect();
        let (name, caption) = (name.to_owned(), caption.to_owned());
        Self { name, caption, headers, rows: Rows::Held(rows), shown: None }
    }

    /// A table that only its file holds, and that is written row by row.
    pub fn streamed(name: &str, caption: &str) -> Self {
        Self { rows: Rows::Streamed, ..Self::hidden(name, caption, &[], Vec::new()) }
    }

    /// The same, shown on the page with these cells.
    #[must_use]
    pub fn showing<C: Into<Cell>>(mut self, headers: &[&str], rows: Vec<Vec<C>>) -> Self {
        let rows = rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect();
        self.shown = Some(Shown { headers: headers.iter().map(ToString::to_string).collect(), rows });
        self
    }
}

/// A number in full: the shortest text that reads back as the same number.
pub(crate) fn full(x: f64) -> String {
    format!("{x:?}")
}

/// A number in full, or an empty cell.
pub(crate) fn full_or_empty(x: Option<f64>) -> String {
    x.map(full).unwrap_or_default()
}

/// Four significant digits.
pub(crate) fn short(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let size = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
    if !(-4..6).contains(&size) {
        return minus(format!("{x:.3e}"));
    }
    minus(format!("{x:.*}", (3 - size).clamp(0, 7) as usize))
}

/// With a real minus sign, and a plus where there is none.
pub(crate) fn signed(text: String) -> String {
    if text.starts_with('−') || text.starts_with('–') { text } else { format!("+{text}") }
}

pub(crate) fn minus(text: String) -> String {
    text.replace('-', "−")
}

/// `a, b and c`.
pub(crate) fn listed<S: AsRef<str>>(items: &[S]) -> String {
    Lang::En.listed(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (x, text) in [
            (0.20134, "0.2013"),
            (2.301, "2.301"),
            (0.0, "0.000"),
            (-0.00012, "−0.0001200"),
            (1234.5, "1234"),
            (1e-9, "1.000e−9"),
        ] {
            assert_eq!(short(x), text);
        }
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed::<&str>(&[]), "none");
    }
}
