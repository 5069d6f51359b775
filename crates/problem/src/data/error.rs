//! What can go wrong between a data set's name and its numbers.

use std::io;
use std::path::{Path, PathBuf};

/// Why a data set could not be found, read, checked or downloaded.
///
/// Each message says what was expected, what was found, where, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No data set has this name.
    #[error("no data set is called \"{name}\"{}; there are: {}", did_you_mean(nearest.as_deref()), known.join(", "))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The known name nearest to it, if one is near.
        nearest: Option<String>,
        /// All known names.
        known: Vec<&'static str>,
    },

    /// The files of a known set are in none of the places that were looked in.
    #[error(
        "{name} is not here: no folder of these holds {}:{}\nrun `thalweg data fetch {name}`, or name the folder that holds it by --data-dir or THALWEG_DATA",
        absent.join(", "), lines(looked)
    )]
    Missing {
        /// The data set.
        name: String,
        /// The folders that were looked in, in order.
        looked: Vec<PathBuf>,
        /// The files lacking from the folder that held most of them.
        absent: Vec<String>,
    },

    /// Neither the caller, nor the environment, nor the operating system names a folder for data.
    #[error(
        "no folder for data is known: this user has no cache folder; name one by --data-dir or THALWEG_DATA"
    )]
    NoFolder,

    /// The set ships inside the binary, so there is nothing to download.
    #[error("{name} is built in: there is nothing to download")]
    BuiltIn {
        /// The data set.
        name: String,
    },

    /// The operating system refused an operation on a file or folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done: "read", "create", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The gzip stream is damaged.
    #[error("{} is a damaged gzip file: {reason}; {AGAIN}", path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// What the decompressor said.
        reason: String,
    },

    /// The first four bytes are not those of the expected IDX file.
    #[error(
        "{} is not an IDX file of {kind}: it must start with the bytes {expected:02x?}, found {found:02x?}; {AGAIN}",
        path.display()
    )]
    BadMagic {
        /// The file.
        path: PathBuf,
        /// "images" or "labels".
        kind: &'static str,
        /// The magic number of the format.
        expected: [u8; 4],
        /// What stands in its place.
        found: [u8; 4],
    },

    /// The content ends too early.
    #[error("{} ends too early: expected {expected} bytes of content, found {found}; {AGAIN}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes of content that the data set has.
        expected: u64,
        /// Bytes of content that were there.
        found: u64,
    },

    /// The content goes on after its end.
    #[error("{} is too long: expected {expected} bytes of content, found more; {AGAIN}", path.display())]
    Oversized {
        /// The file.
        path: PathBuf,
        /// Bytes of content that the data set has.
        expected: u64,
    },

    /// The header claims other dimensions than the data set has.
    #[error(
        "{} has the wrong dimensions: expected {}, found {}; is it a file of another data set?",
        path.display(), by(expected), by(found)
    )]
    WrongDimensions {
        /// The file.
        path: PathBuf,
        /// Dimensions of the data set, outermost first.
        expected: Vec<u32>,
        /// Dimensions in the header.
        found: Vec<u32>,
    },

    /// The content is not the one published.
    #[error(
        "{} is not the published file: the SHA-256 of its {what} must be {expected}, found {found}; {AGAIN}",
        path.display()
    )]
    WrongChecksum {
        /// The file.
        path: PathBuf,
        /// What was hashed: "content" or "gzip stream".
        what: &'static str,
        /// The published SHA-256, hexadecimal.
        expected: String,
        /// The SHA-256 found.
        found: String,
    },

    /// There are not as many labels as examples.
    #[error("{place}: {inputs} examples but {labels} labels; each example needs one label")]
    CountsDiffer {
        /// Which data set or part.
        place: String,
        /// Rows of inputs.
        inputs: usize,
        /// Labels.
        labels: usize,
    },

    /// A label is not one of the classes.
    #[error(
        "{}: label number {index} is {found}, but the classes are 0 to {}; {AGAIN}",
        path.display(), classes.saturating_sub(1)
    )]
    LabelOutOfRange {
        /// The file.
        path: PathBuf,
        /// Which label, counted from 0.
        index: usize,
        /// Its value.
        found: u8,
        /// How many classes there are.
        classes: usize,
    },

    /// Fewer examples are there than were asked for (or none was asked for).
    #[error("cannot take {wanted} of {available} examples: ask for 1 to {available}")]
    TooFew {
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        available: usize,
    },

    /// A table, or arrays that serve as one, cannot be used.
    #[error("{}{}: {problem}", path.display(), position(*line, *row, column.as_deref()))]
    Table {
        /// The file.
        path: PathBuf,
        /// The line of a text file, counted from 1, where there is one to name.
        line: Option<u64>,
        /// The row of any other file, counted from 1, where there is one to name.
        row: Option<u64>,
        /// The name of the column, where there is one to name.
        column: Option<String>,
        /// What was expected and what was found.
        problem: String,
    },

    /// A fraction of a split lies outside the open interval from 0 to 1.
    #[error("the test fraction must lie between 0 and 1, found {found}; 0.2 is usual")]
    BadFraction {
        /// The fraction that was asked for.
        found: f64,
    },

    /// Fractions of a split that leave nothing, or less, to train on.
    #[error(
        "the test fraction {test} and the validation fraction {validation} must not be negative and leave rows to train on: 0.2 and 0.1 are usual"
    )]
    BadFractions {
        /// The fraction for testing.
        test: f64,
        /// The fraction for validation.
        validation: f64,
    },

    /// Another process is downloading the same data set.
    #[error("another download into {} is running: wait for it to end", folder.display())]
    Busy {
        /// The folder both write to.
        folder: PathBuf,
    },

    /// No mirror gave the file whole and right.
    #[error(
        "{file} could not be downloaded from any mirror:{}\ntry again later (what arrived is kept and continued), or put the file into {} by hand",
        reasons(attempts), folder.display()
    )]
    Download {
        /// The file.
        file: String,
        /// Where it was to go.
        folder: PathBuf,
        /// Each address that was tried, and why it failed.
        attempts: Vec<Attempt>,
    },
}

/// One address that did not give the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The full address.
    pub url: String,
    /// Why the file was not accepted.
    pub reason: String,
}

impl DataError {
    /// Whether the data are simply not there (so that a download would help), as opposed to damaged or refused.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::NoFolder)
    }

    /// An I/O error with the action and the path it belongs to.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

/// What to do about any damaged file.
const AGAIN: &str = "delete it and fetch the data set again by `thalweg data fetch`";

/// The candidate most like `name`, if it is like it enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&name, &c.to_lowercase()), c))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}

/// The suggestion, worded to follow a quoted name.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |n| format!(" (did you mean \"{n}\"?)"))
}

fn lines(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| format!("\n  {}", p.display())).collect()
}

fn by(dimensions: &[u32]) -> String {
    let words: Vec<String> = dimensions.iter().map(u32::to_string).collect();
    words.join(" × ")
}

fn position(line: Option<u64>, row: Option<u64>, column: Option<&str>) -> String {
    let line = line.map_or_else(String::new, |l| format!(", line {l}"));
    let line = row.map_or(line, |r| format!(", row {r}"));
    let column = column.map_or_else(String::new, |c| format!(", column \"{c}\""));
    line + &column
}

fn reasons(attempts: &[Attempt]) -> String {
    attempts.iter().map(|a| format!("\n  {}: {}", a.url, a.reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let known = ["mnist", "fashion-mnist", "kmnist", "digits"];
        assert_eq!(nearest("mnsit", known), Some("mnist"));
        assert_eq!(nearest("Digit", known), Some("digits"));
        assert_eq!(nearest("fashion_mnist", known), Some("fashion-mnist"));
        assert_eq!(nearest("cifar", known), None);
    }

    #[test]
    fn a_missing_set_says_where_it_looked_and_what_to_do() {
        let error = DataError::Missing {
            name: "mnist".into(),
            looked: vec!["a/mnist".into(), "a/MNIST/raw".into()],
            absent: vec!["train-images-idx3-ubyte".into()],
        };
        assert!(error.is_missing());
        let text = error.to_string();
        for part in [
            "a/mnist",
            "a/MNIST/raw",
            "train-images-idx3-ubyte",
            "thalweg data fetch mnist",
            "--data-dir",
            "THALWEG_DATA",
        ] {
            assert!(text.contains(part), "{part} lacks from: {text}");
        }
    }

    #[test]
    fn a_table_error_names_file_line_and_column() {
        let error = DataError::Table {
            path: "iris.csv".into(),
            line: Some(7),
            row: None,
            column: Some("width".into()),
            problem: "expected a number, found \"x\"".into(),
        };
        assert!(!error.is_missing());
        assert_eq!(error.to_string(), "iris.csv, line 7, column \"width\": expected a number, found \"x\"");
    }
}
