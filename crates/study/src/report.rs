//! The report: sections of sentences, figures and tables, and the page that shows them.
//!
//! Everything here is computed from records; no verdict is written by hand. A section is made by the file of its kind and drawn by [`page`]; the run folder
//! around it is [`folder`].

use serde::Serialize;

use crate::figure::Figure;

pub mod activations;
pub mod descent;
pub mod folder;
pub mod page;
pub mod training;

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
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Its file name without ending.
    pub name: String,
    /// What it holds.
    pub caption: String,
    /// Column names.
    pub headers: Vec<String>,
    /// Its rows, as many cells as headers; numbers in full, as they go into the CSV file.
    pub rows: Vec<Vec<String>>,
    /// The rows as a reader of the page sees them, rounded; none for series that only the file holds.
    pub shown: Option<Shown>,
}

/// A table as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Column names.
    pub headers: Vec<String>,
    /// Rounded cells.
    pub rows: Vec<Vec<String>>,
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
    /// Whether a study file stands behind it, to run again.
    pub from_study: bool,
}

impl Table {
    /// A table that only its file holds.
    pub fn hidden(name: &str, caption: &str, headers: &[&str], rows: Vec<Vec<String>>) -> Self {
        let headers = headers.iter().map(ToString::to_string).collect();
        Self { name: name.to_owned(), caption: caption.to_owned(), headers, rows, shown: None }
    }

    /// The same, shown on the page with these cells.
    #[must_use]
    pub fn showing(mut self, headers: &[&str], rows: Vec<Vec<String>>) -> Self {
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
    match items {
        [] => "none".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
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
