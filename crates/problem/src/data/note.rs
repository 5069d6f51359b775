//! What a reader of data decided: for a report, in whatever language.

use std::fmt;

use super::Kind;

/// A decision of a reader. Shown, it is an English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the parts of the sentence; lists of names are ready to be read"
)]
pub enum Note {
    /// A column that tells where another has gaps.
    Indicator { column: String },
    /// Columns that are constant in the training part, and left out.
    Constant { count: usize, columns: String },
    /// A column of text that became several of 0 and 1.
    Categories { column: String, count: usize, made: String },
    /// Rows outside of the training part with a category that it lacks.
    Unknown { column: String, rows: usize, words: String },
    /// Columns that were to be left out.
    Dropped { columns: String },
    /// Rows that were left out for their gaps.
    Gaps { lost: usize, rows: usize },
    /// Columns whose gaps were filled.
    Filled { columns: String },
    /// Pixels in bytes.
    Bytes,
    /// Pixels in other numbers.
    Pixels,
    /// Rows that were left out since their label occurs once.
    Rare { column: String, rows: usize, which: String },
    /// A label of numbers, and what it was taken for.
    Label { column: String, different: usize, whole: bool, kind: Kind },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let were = |n: usize| if n == 1 { "was" } else { "were" };
        match self {
            Self::Indicator { column } => {
                write!(f, "The column `{column} missing` is 1 where `{column}` has a gap.")
            }
            Self::Constant { count, columns } => {
                let are = if *count == 1 { "is" } else { "are" };
                let count = counted(*count, "column");
                write!(f, "{count} {are} constant in the training part and left out: {columns}.")
            }
            Self::Categories { column, count, made } => {
                write!(f, "The column `{column}` became {} of 0 and 1: {made}.", counted(*count, "column"))
            }
            Self::Unknown { column, rows, words } => {
                let have = if *rows == 1 { "has" } else { "have" };
                let rows = counted(*rows, "row");
                write!(
                    f,
                    "{rows} outside of the training part {have} a `{column}` that it lacks, so that all its columns are 0 there: {words}."
                )
            }
            Self::Dropped { columns } => write!(f, "Left out as asked: {columns}."),
            Self::Gaps { lost, rows } => {
                write!(f, "{lost} of {} {} left out for their gaps.", counted(*rows, "row"), were(*lost))
            }
            Self::Filled { columns } => write!(
                f,
                "Gaps were filled by the training part's mean, or its most frequent value, in {columns}."
            ),
            Self::Bytes => f.write_str("The inputs are pixels: byte / 255."),
            Self::Pixels => f.write_str("The inputs are pixels, taken as they are."),
            Self::Rare { column, rows, which } => {
                let (counted, were) = (counted(*rows, "row"), were(*rows));
                write!(f, "{counted} whose label in `{column}` occurs once {were} left out ({which}).")
            }
            Self::Label { column, different, whole, kind } => {
                let what = if *whole { "whole numbers" } else { "numbers" };
                let taken = match kind {
                    Kind::Classes => "was taken for classes (task = \"number\" predicts it as a number)",
                    Kind::Number => "is predicted as a number (task = \"classes\" takes them for classes)",
                };
                write!(f, "The label `{column}` holds {different} different {what} and {taken}.")
            }
        }
    }
}
