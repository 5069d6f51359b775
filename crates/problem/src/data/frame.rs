//! A table as it was read: columns of numbers, truths or words, with gaps.

use std::path::PathBuf;

use super::error::DataError;

/// What a file held, column by column, before anything is decided about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    pub(super) path: PathBuf,
    pub(super) columns: Vec<Column>,
    pub(super) rows: usize,
    /// The line that each row starts on, for files that have lines.
    pub(super) lines: Option<Vec<u64>>,
    pub(super) fingerprint: String,
}

/// A column; all kinds keep `f64`, and NaN is a gap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) content: Content,
    pub(super) values: Vec<f64>,
}

/// What the values of a column stand for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Themselves.
    Numbers,
    /// 0 is false, 1 is true.
    Truths,
    /// Indices into these words.
    Words(Vec<String>),
}

impl Column {
    /// Whether a row has a gap here.
    pub(super) fn lacks(&self, row: usize) -> bool {
        self.values[row].is_nan()
    }

    /// A value as text; that of a gap is empty.
    pub(super) fn word(&self, row: usize) -> String {
        let value = self.values[row];
        match &self.content {
            _ if value.is_nan() => String::new(),
            Content::Numbers => value.to_string(),
            Content::Truths => (value != 0.0).to_string(),
            Content::Words(words) => words.get(value as usize).cloned().unwrap_or_default(),
        }
    }
}

impl Frame {
    /// An error about a row (counted from 0) or about none, and a column or none.
    pub(super) fn fault(
        &self,
        row: Option<usize>,
        column: Option<&str>,
        problem: impl Into<String>,
    ) -> DataError {
        let line = row.and_then(|row| self.lines.as_ref()?.get(row).copied());
        DataError::Table {
            path: self.path.clone(),
            line,
            row: if line.is_some() { None } else { row.map(|row| row as u64 + 1) },
            column: column.map(str::to_owned),
            problem: problem.into(),
        }
    }

    /// "line 7" or "row 6", for sentences.
    pub(super) fn place(&self, row: usize) -> String {
        match self.lines.as_ref().and_then(|lines| lines.get(row)) {
            Some(line) => format!("line {line}"),
            None => format!("row {}", row + 1),
        }
    }
}

/// Words numbered in the order of their first appearance.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    numbers: std::collections::HashMap<String, usize>,
    words: Vec<String>,
}

impl Vocabulary {
    /// The number of a word, as the value of a column.
    pub(super) fn number(&mut self, word: &str) -> f64 {
        if let Some(&number) = self.numbers.get(word) {
            return number as f64;
        }
        let number = self.words.len();
        self.numbers.insert(word.to_owned(), number);
        self.words.push(word.to_owned());
        number as f64
    }

    /// The words, by number.
    pub(super) fn words(self) -> Vec<String> {
        self.words
    }
}
