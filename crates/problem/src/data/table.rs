//! Tables: a CSV file with a header row, one column of labels, and numbers in all others.

use std::fs;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::error::{DataError, did_you_mean, nearest};
use super::hash::sha256;
use super::split::{Parts, Split};
use super::{Dataset, Examples, Inputs, Task};

/// A table that has been read and checked, before it is split.
///
/// The first row names the columns. Labels are text or numbers; the classes are sorted, by value if all are numbers. Every
/// other field must be a finite number within the range of `f32`. Spaces around a field do not count.
#[derive(Debug, Clone)]
pub struct Table {
    path: PathBuf,
    label: String,
    features: Vec<String>,
    /// Row-major, `features.len()` a row.
    values: Vec<f64>,
    labels: Vec<u32>,
    classes: Vec<String>,
    fingerprint: String,
}

impl Table {
    /// Reads a table and splits it by the default [`Split`]: `Table::open(path, label)?.split(Split::default())`.
    ///
    /// # Errors
    ///
    /// As [`Table::open`] and [`Table::split`].
    pub fn read(path: impl AsRef<Path>, label: &str) -> Result<Dataset, DataError> {
        Self::open(path, label)?.split(Split::default())
    }

    /// Reads a table whose labels stand in the column called `label`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not such a table: the error names the line, the column and what was found.
    pub fn open(path: impl AsRef<Path>, label: &str) -> Result<Self, DataError> {
        let path = path.as_ref();
        let text = fs::read(path).map_err(|e| DataError::io("read", path, e))?;
        Self::parse(&text, path, label)
    }

    fn parse(text: &[u8], path: &Path, label: &str) -> Result<Self, DataError> {
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text);
        let header = reader.byte_headers().map_err(|e| unreadable(path, text, &e))?;
        let mut features = header_names(header, path)?;
        let at = find_label(&features, label, path)?;
        let label = features.remove(at);
        if features.is_empty() {
            let problem = "the label is the only column; there must be columns to tell it from";
            return Err(fault(path, None, Some(&label), problem));
        }

        let (mut values, mut words) = (Vec::new(), Vec::new());
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|e| unreadable(path, text, &e))? {
            let here = |column, problem| {
                let line = record.position().map(|p| line_at(text, p));
                fault(path, line, Some(column), problem)
            };
            let mut names = features.iter();
            for (i, field) in record.iter().enumerate() {
                if i == at {
                    words.push(label_word(field).map_err(|p| here(&label, p))?);
                } else if let Some(name) = names.next() {
                    values.push(number(field).map_err(|p| here(name, p))?);
                }
            }
        }
        if words.is_empty() {
            return Err(fault(path, None, None, "there is a header but no row below it"));
        }
        let (labels, classes) = classes(&words);
        if let [only] = &classes[..] {
            let problem = format!(
                "all {} rows have the label \"{only}\"; there must be at least two classes",
                labels.len()
            );
            return Err(fault(path, None, Some(&label), problem));
        }
        Ok(Self {
            path: path.to_owned(),
            label,
            features,
            values,
            labels,
            classes,
            fingerprint: sha256(text),
        })
    }

    /// The names of the columns that are not the label.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The classes, in the order of their labels.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How many rows there are below the header.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Splits the rows and standardises the columns: x ← (x − µ) / σ, with the mean µ and the standard deviation σ (over n)
    /// of the training part, so that nothing of the test part leaks into it. A column that is constant in the training
    /// part becomes 0.
    ///
    /// # Errors
    ///
    /// When the fraction is not between 0 and 1, or no class has two rows, so that there is nothing to test on.
    pub fn split(&self, split: Split) -> Result<Dataset, DataError> {
        let Parts { train, validation, test } = split.rows(&self.labels, self.classes.len())?;
        if test.is_empty() {
            let problem = format!(
                "each of the {} labels stands on one row only, so none can be tested; is this a column of classes?",
                self.classes.len()
            );
            return Err(fault(&self.path, None, Some(&self.label), problem));
        }
        let columns = self.features.len();
        let scales: Vec<Spread> =
            (0..columns).map(|c| Spread::of(train.iter().map(|r| self.values[r * columns + c]))).collect();
        let part = |rows: &[usize], place: &str| {
            let numbers = rows
                .iter()
                .flat_map(|r| self.values[r * columns..][..columns].iter().zip(&scales))
                .map(|(&x, scale)| scale.apply(x))
                .collect();
            let labels: Vec<u32> = rows.iter().map(|&r| self.labels[r]).collect();
            Examples::new(Inputs::Numbers(numbers), labels, columns, place)
        };
        let stem = self.path.file_stem().unwrap_or(self.path.as_os_str());
        Ok(Dataset {
            name: stem.to_string_lossy().into_owned(),
            source: self.path.display().to_string(),
            columns,
            shape: None,
            task: Task::Classification { classes: self.classes.clone() },
            train: part(&train, "training part")?,
            validation: match &validation[..] {
                [] => None,
                rows => Some(part(rows, "validation part")?),
            },
            test: part(&test, "test part")?,
            fingerprint: self.fingerprint.clone(),
            notes: Vec::new(),
        })
    }
}

/// Mean and standard deviation of a column; `None` for a constant one.
pub(super) struct Spread(Option<(f64, f64)>);

impl Spread {
    pub(super) fn of(column: impl Iterator<Item = f64> + Clone) -> Self {
        let n = column.clone().count() as f64;
        let mean = column.clone().sum::<f64>() / n;
        let variance = column.clone().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        // Told from the values: the rounding of the mean gives a constant column a tiny variance.
        let mut rest = column;
        let first = rest.next();
        let constant = rest.all(|x| Some(x) == first);
        Self((!constant && variance > 0.0).then(|| (mean, variance.sqrt())))
    }

    pub(super) fn new(mean: f64, sd: f64) -> Self {
        Self(Some((mean, sd)))
    }

    /// Mean and standard deviation; none of a constant column.
    pub(super) fn parts(&self) -> Option<(f64, f64)> {
        self.0
    }

    pub(super) fn apply(&self, x: f64) -> f32 {
        let standardised = self.0.map_or(0.0, |(mean, sd)| (x - mean) / sd);
        // A row for testing may lie beyond f32 in units of a tiny deviation.
        standardised.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
    }
}

fn header_names(header: &ByteRecord, path: &Path) -> Result<Vec<String>, DataError> {
    if header.is_empty() {
        let problem = "the file is empty; expected a row of column names, then rows of values";
        return Err(fault(path, None, None, problem));
    }
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (i, field) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(field).into_owned();
        if name.is_empty() {
            let problem = format!(
                "column {} of {} has no name; if it numbers the rows, remove it, else name it",
                i + 1,
                header.len()
            );
            return Err(fault(path, Some(1), None, problem));
        }
        if let Some(first) = names.iter().position(|n| *n == name) {
            let problem = format!("columns {} and {} have the same name", first + 1, i + 1);
            return Err(fault(path, Some(1), Some(&name), problem));
        }
        names.push(name);
    }
    Ok(names)
}

fn find_label(names: &[String], label: &str, path: &Path) -> Result<usize, DataError> {
    if let Some(at) = names.iter().position(|n| n == label) {
        return Ok(at);
    }
    let known = names.iter().map(String::as_str);
    let mut problem = format!(
        "no column is called \"{label}\"{}; there are: {}",
        did_you_mean(nearest(label, known)),
        names.join(", ")
    );
    if let [only] = names
        && only.contains([';', '\t'])
    {
        problem.push_str(" (one column only: the fields must be separated by commas)");
    }
    Err(fault(path, Some(1), None, problem))
}

fn number(field: &[u8]) -> Result<f64, String> {
    let text = String::from_utf8_lossy(field);
    if text.is_empty() {
        return Err("expected a number, found an empty field; fill the gap or leave the row out".into());
    }
    match text.parse::<f64>() {
        Ok(value) if value.abs() <= f64::from(f32::MAX) => Ok(value),
        Ok(value) if value.is_nan() => Err(format!("expected a finite number, found \"{text}\"")),
        Ok(_) => Err(format!("expected a finite number of size up to {:e}, found \"{text}\"", f32::MAX)),
        Err(_) => Err(format!("expected a number, found \"{}\"", shortened(&text))),
    }
}

/// A label as text; numbers that are not finite mark gaps.
fn label_word(field: &[u8]) -> Result<String, String> {
    let Ok(text) = std::str::from_utf8(field) else {
        let text = String::from_utf8_lossy(field);
        return Err(format!("expected a label in UTF-8, found \"{}\"", shortened(&text)));
    };
    if text.is_empty() {
        return Err("expected a label, found an empty field; fill the gap or leave the row out".into());
    }
    if text.parse::<f64>().is_ok_and(|x| !x.is_finite()) {
        return Err(format!("expected a label, found \"{text}\""));
    }
    Ok(text.to_owned())
}

/// Sorts the distinct labels and numbers them. Where all are numbers, those of the same value are one class, whatever
/// way they are written.
pub(super) fn classes(words: &[String]) -> (Vec<u32>, Vec<String>) {
    let parsed: Option<Vec<f64>> = words.iter().map(|w| w.parse().ok()).collect();
    match parsed {
        // Adding 0 makes 0 of −0.
        Some(numbers) => index(words, |i| numbers[i] + 0.0, f64::total_cmp),
        None => index(words, |i| &words[i], Ord::cmp),
    }
}

fn index<K>(
    words: &[String],
    key: impl Fn(usize) -> K,
    order: impl Fn(&K, &K) -> std::cmp::Ordering,
) -> (Vec<u32>, Vec<String>) {
    let mut rows: Vec<usize> = (0..words.len()).collect();
    // Stable: a class is named as on its first row.
    rows.sort_by(|&a, &b| order(&key(a), &key(b)));
    let mut labels = vec![0; words.len()];
    let mut names: Vec<String> = Vec::new();
    let mut last: Option<K> = None;
    for row in rows {
        let this = key(row);
        if last.as_ref().is_none_or(|l| order(l, &this).is_ne()) {
            names.push(words[row].clone());
            last = Some(this);
        }
        labels[row] = names.len() as u32 - 1;
    }
    (labels, names)
}

fn unreadable(path: &Path, text: &[u8], error: &csv::Error) -> DataError {
    let line = error.position().map(|p| line_at(text, p));
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("expected {expected_len} fields as in the header, found {len}")
        }
        _ => error.to_string(),
    };
    fault(path, line, None, problem)
}

/// The line that a record starts on, counted from 1. The parser's own count does not include the empty lines before it.
fn line_at(text: &[u8], position: &csv::Position) -> u64 {
    let start = (position.byte() as usize).min(text.len());
    let empty = text[start..].iter().take_while(|b| b"\r\n".contains(b)).count();
    let before = &text[..start + empty];
    let ends = before
        .iter()
        .enumerate()
        .filter(|&(i, &b)| b == b'\n' || b == b'\r' && text.get(i + 1) != Some(&b'\n'));
    ends.count() as u64 + 1
}

pub(super) fn fault(
    path: &Path,
    line: Option<u64>,
    column: Option<&str>,
    problem: impl Into<String>,
) -> DataError {
    DataError::Table {
        path: path.to_owned(),
        line,
        row: None,
        column: column.map(str::to_owned),
        problem: problem.into(),
    }
}

/// Enough of a field to recognise it.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
