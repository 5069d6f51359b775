//! Data of one's own: which file, which column is to be told, and what to do where the file leaves a choice.

use std::path::{Path, PathBuf};

use super::array::{self, Array};
use super::error::{DataError, did_you_mean, nearest};
use super::features::Features;
use super::frame::{Column, Frame};
use super::hash::sha256;
use super::label::{Label, listed};
use super::note::Note;
use super::split::Split;
use super::table::fault;
use super::{Dataset, Examples, Inputs, content, delimited, images, parquet};

technique::choice! {
    /// What the label is.
    pub enum Kind {
        /// One of several classes.
        Classes = "classes",
        /// A number.
        Number = "number",
    }
}

technique::choice! {
    /// What to do about gaps: empty fields, NA, N/A, NaN, null, ?.
    pub enum Missing {
        /// Leave out the rows that have any, in the label or elsewhere.
        Drop = "drop",
        /// Fill numbers by the mean, and truths and categories by the most frequent one, of the training part.
        Mean = "mean",
        /// The same, with one more column that is 1 where there was a gap, for each column with gaps in the training part.
        Indicator = "indicator",
    }
}

technique::choice! {
    /// What to do about labels that occur once, which cannot be both trained and tested.
    pub enum Rare {
        /// Leave out their rows.
        Drop = "drop",
    }
}

/// A file of one's own, and how to read it: a table (CSV with any delimiter, also gzipped; Parquet) or arrays (NPY, NPZ,
/// IDX), told by the end of its name.
///
/// - **Numbers** are standardised by mean and standard deviation of the training part. **Truths** (true and false, yes and no)
///   become 1 and 0. **Text** becomes a column of 0 and 1 for each category of the training part, in sorted order. A column
///   that is constant in the training part is left out.
/// - **The label** is a number to predict if it holds more than 10 different numbers of which some have fractions, or more
///   than 100 different whole numbers; else classes. `task` overrules this.
/// - **Arrays** of two dimensions are tables without names. Those of three or more, and IDX files, are images: bytes become
///   byte / 255, and other numbers stay as they are.
///
/// What was decided is told by [`Dataset::notes`].
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// The file.
    pub path: PathBuf,
    /// What is to be told: a column; in an NPZ archive an array (empty for y, target, targets or labels); for NPY and IDX the
    /// file of the labels, which lies beside the other unless its path is absolute.
    pub label: String,
    /// The array of the inputs in an NPZ archive; X, x, data, images or inputs when none is given.
    pub inputs: Option<String>,
    /// What stands between the fields of a text file; told from its first rows when none is given.
    pub delimiter: Option<u8>,
    /// What the label is; told from its values when none is given.
    pub task: Option<Kind>,
    /// What to do about gaps; an error when none is given.
    pub missing: Option<Missing>,
    /// What to do about labels that occur once; an error when none is given.
    pub rare: Option<Rare>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Which rows are for training, validation and testing.
    pub split: Split,
}

impl TableSpec {
    /// A file and its label, and the defaults.
    pub fn new(path: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            inputs: None,
            delimiter: None,
            task: None,
            missing: None,
            rare: None,
            drop: Vec::new(),
            split: Split::default(),
        }
    }

    /// Reads, checks and splits the data.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is damaged, when it does not hold what is asked for, or when it leaves a choice that
    /// has not been made: the error says where, and what to do.
    pub fn load(&self) -> Result<Dataset, DataError> {
        self.check_kind()?;
        let content = content::read(&self.path)?;
        let labels = match &self.extension()[..] {
            "csv" | "tsv" | "txt" | "parquet" | "pq" | "npz" => Vec::new(),
            _ => content::read(&images::beside(&self.path, &self.label))?,
        };
        self.parse(content, &labels)
    }

    /// The same from memory: what stands in the file, gzipped or not, and what stands in the file of the labels (nothing, where
    /// there is none). The path tells the kind of the file and names it in errors; nothing is read from it.
    ///
    /// # Errors
    ///
    /// As [`TableSpec::load`].
    pub fn load_from(&self, content: &[u8], labels: &[u8]) -> Result<Dataset, DataError> {
        self.check_kind()?;
        let unpacked = |bytes, path| content::unpacked(bytes, path, content::MOST_BYTES);
        let beside = images::beside(&self.path, &self.label);
        self.parse(unpacked(content, &self.path)?, &unpacked(labels, &beside)?)
    }

    /// Refuses names of unknown kinds, and settings that the kind has no use for.
    fn check_kind(&self) -> Result<(), DataError> {
        let extension = self.extension();
        let text = matches!(&extension[..], "csv" | "tsv" | "txt");
        let file = self.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let named = |part: &str| file.contains(part);
        match &extension[..] {
            "parquet" | "pq" | "npz" | "npy" | "csv" | "tsv" | "txt" | "idx" => {}
            // MNIST's own names: train-images-idx3-ubyte, and with a point for the hyphen.
            _ if named("idx") || named("ubyte") => {}
            _ => {
                let problem = "expected a name that ends in .csv, .tsv, .txt (or one of these and .gz), .parquet, .npz, .npy or .idx, or an IDX file like train-images-idx3-ubyte; rename it";
                return Err(fault(&self.path, None, None, problem));
            }
        }
        if !text && self.delimiter.is_some() {
            return Err(fault(&self.path, None, None, "only text files have a delimiter; leave it out"));
        }
        if extension != "npz" && self.inputs.is_some() {
            return Err(fault(
                &self.path,
                None,
                None,
                "only NPZ archives have arrays to choose by inputs; leave it out",
            ));
        }
        Ok(())
    }

    /// From the decompressed content of the file, and of that of the labels if they have one of their own.
    fn parse(&self, content: Vec<u8>, labels: &[u8]) -> Result<Dataset, DataError> {
        match &self.extension()[..] {
            "csv" | "tsv" | "txt" => self.table(&delimited::read(self, &content)?),
            "parquet" | "pq" => self.table(&parquet::read(self, content)?),
            "npz" => {
                let (x, y) = array::npz(&self.path, &content, self.inputs.as_deref(), &self.label)?;
                self.arrays(x, y, sha256(&content))
            }
            other => {
                let read = |path: &Path, content: &[u8]| match other {
                    "npy" => array::npy(path, &stem(path), content),
                    _ => images::idx(path, content),
                };
                let path = images::beside(&self.path, &self.label);
                let hashes = [sha256(&content), sha256(labels)].map(|hash| hash + "\n").concat();
                self.arrays(read(&self.path, &content)?, read(&path, labels)?, sha256(hashes.as_bytes()))
            }
        }
    }

    /// Refuses to leave out what is not there.
    pub(super) fn check_drop(&self, names: &[&str]) -> Result<(), DataError> {
        match self.drop.iter().find(|name| !names.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let hint = did_you_mean(nearest(name, names.iter().copied()));
                let all = listed(names.iter().map(ToString::to_string));
                let problem =
                    format!("drop names \"{name}\", but there is no such column{hint}; there are: {all}");
                Err(fault(&self.path, None, None, problem))
            }
        }
    }

    /// The end of the name, in lower case, without ".gz".
    pub(super) fn extension(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_owned())
    }

    /// The name of the file without its end.
    pub(super) fn name(&self) -> String {
        let stem = stem(&self.path);
        if stem.to_lowercase().ends_with(".csv") || stem.to_lowercase().ends_with(".tsv") {
            return stem[..stem.len() - 4].to_owned();
        }
        stem
    }

    fn arrays(&self, inputs: Array, labels: Array, fingerprint: String) -> Result<Dataset, DataError> {
        if inputs.shape.len() > 2 {
            return images::dataset(self, inputs, labels, fingerprint);
        }
        let numbers = inputs.shape[0].saturating_mul(inputs.width());
        if numbers > content::MOST_NUMBERS {
            let most = content::MOST_NUMBERS;
            let problem =
                format!("{:?} are more than the {most} numbers that are read; take a sample", inputs.shape);
            return Err(fault(&self.path, None, Some(&inputs.name), problem));
        }
        // A column takes more memory than a number: of a few zeros, well packed, there could be too many.
        if inputs.width() > content::MOST_COLUMNS {
            let most = content::MOST_COLUMNS;
            let problem =
                format!("{:?} are more than the {most} columns that are read; leave some out", inputs.shape);
            return Err(fault(&self.path, None, Some(&inputs.name), problem));
        }
        let (mut frame, _) = images::labelled(self, inputs.shape[0], labels, fingerprint)?;
        // Columns of the inputs are called x0, x1, …; one alone is called as its array.
        frame.columns.extend(inputs.columns());
        let label = frame.columns.first().map_or(String::new(), |column| column.name.clone());
        self.check_drop(&frame.columns.iter().map(|column| &column.name[..]).collect::<Vec<_>>())?;
        Self { label, ..self.clone() }.table(&frame)
    }

    fn table(&self, frame: &Frame) -> Result<Dataset, DataError> {
        let (label, columns) = self.columns(frame)?;
        let mut notes = Vec::new();
        let rows = self.complete(frame, label, &columns, &mut notes)?;
        let label = Label::of(self, frame, label, rows, &mut notes)?;
        let parts = label.split(self, frame)?;
        let task = label.task(frame, &parts.train)?;
        let rows = |chosen: &[usize]| chosen.iter().map(|&i| label.rows[i]).collect::<Vec<_>>();
        let others = rows(&[&parts.validation[..], &parts.test].concat());
        let features = Features::of(self, frame, &columns, &rows(&parts.train), &others, &mut notes)?;
        let part = |chosen: &[usize], place: &str| {
            let inputs = Inputs::Numbers(features.inputs(&rows(chosen)));
            Examples::new(inputs, label.targets(&task, chosen), features.len(), place)
        };
        if !self.drop.is_empty() {
            notes.push(Note::Dropped { columns: listed(self.drop.iter().cloned()) });
        }
        Ok(Dataset {
            name: self.name(),
            source: self.path.display().to_string(),
            columns: features.len(),
            shape: None,
            train: part(&parts.train, "training part")?,
            validation: match &parts.validation[..] {
                [] => None,
                chosen => Some(part(chosen, "validation part")?),
            },
            test: part(&parts.test, "test part")?,
            task,
            fingerprint: frame.fingerprint.clone(),
            notes,
        })
    }

    /// The column of the label, and the others that are not left out.
    fn columns<'f>(&self, frame: &'f Frame) -> Result<(&'f Column, Vec<&'f Column>), DataError> {
        let names = || frame.columns.iter().map(|column| column.name.as_str());
        if self.drop.contains(&self.label) {
            return Err(frame.fault(None, Some(&self.label), "the label cannot be left out"));
        }
        let unknown = |name: &str| {
            let hint = did_you_mean(nearest(name, names()));
            let all = listed(names().map(str::to_owned).collect::<Vec<_>>().into_iter());
            let one = if names().count() == 1 { " (one column only: is the delimiter right?)" } else { "" };
            frame.fault(None, None, format!("no column is called \"{name}\"{hint}; there are: {all}{one}"))
        };
        let label = frame.columns.iter().find(|column| column.name == self.label);
        let label = label.ok_or_else(|| unknown(&self.label))?;
        let others = frame.columns.iter().filter(|c| c.name != self.label && !self.drop.contains(&c.name));
        let others: Vec<&Column> = others.collect();
        if others.is_empty() {
            let problem = "the label is the only column; there must be columns to tell it from";
            return Err(frame.fault(None, Some(&self.label), problem));
        }
        Ok((label, others))
    }

    /// The rows to use, as the rule for gaps says.
    fn complete(
        &self,
        frame: &Frame,
        label: &Column,
        columns: &[&Column],
        notes: &mut Vec<Note>,
    ) -> Result<Vec<usize>, DataError> {
        let gap = |row: usize| std::iter::once(&label).chain(columns).copied().find(|c| c.lacks(row));
        let all = 0..frame.rows;
        let first = all.clone().find_map(|row| gap(row).map(|column| (row, column)));
        let Some((row, column)) = first else { return Ok(all.collect()) };
        match self.missing {
            None => {
                let choice = if column.name == label.name { "" } else { ", \"mean\" or \"indicator\"" };
                let problem = format!(
                    "the value is missing; say what to do about gaps by missing = \"drop\"{choice} (--missing)"
                );
                Err(frame.fault(Some(row), Some(&column.name), problem))
            }
            Some(Missing::Drop) => {
                let rows: Vec<usize> = all.filter(|&row| gap(row).is_none()).collect();
                if rows.is_empty() {
                    return Err(frame.fault(None, None, "every row has a gap, so none is left"));
                }
                let lost = frame.rows - rows.len();
                notes.push(Note::Gaps { lost, rows: frame.rows });
                Ok(rows)
            }
            Some(Missing::Mean | Missing::Indicator) => {
                if let Some(row) = all.clone().find(|&row| label.lacks(row)) {
                    let problem = "the label is missing, and no rule can fill it; complete it, or say missing = \"drop\" (--missing)";
                    return Err(frame.fault(Some(row), Some(&label.name), problem));
                }
                let gaps = |column: &&&Column| all.clone().any(|row| column.lacks(row));
                let names: Vec<String> = columns.iter().filter(gaps).map(|c| c.name.clone()).collect();
                notes.push(Note::Filled { columns: listed(names.into_iter()) });
                Ok(all.collect())
            }
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
