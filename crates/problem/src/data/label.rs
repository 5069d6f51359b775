//! The column that is to be told: classes or a number, and which rows have one.

use std::collections::BTreeMap;

use super::error::DataError;
use super::frame::{Column, Content, Frame};
use super::note::Note;
use super::spec::{Kind, Rare, TableSpec};
use super::split::Parts;
use super::table::{Spread, classes, shortened};
use super::{Scale, Targets, Task};

/// Whole numbers are classes up to so many different ones.
const MOST_WHOLE: usize = 100;
/// Numbers with fractions are classes up to so many different ones.
const MOST_FRACTIONS: usize = 10;

/// What is to be told from each kept row.
pub(super) struct Label {
    name: String,
    /// The rows of the file.
    pub(super) rows: Vec<usize>,
    wanted: Wanted,
}

enum Wanted {
    Classes { labels: Vec<u32>, names: Vec<String> },
    Numbers(Vec<f64>),
}

impl Label {
    /// Decides what the column is, from the rows that are left.
    pub(super) fn of(
        spec: &TableSpec,
        frame: &Frame,
        column: &Column,
        rows: Vec<usize>,
        notes: &mut Vec<Note>,
    ) -> Result<Self, DataError> {
        let name = column.name.clone();
        let numbers = numbers(frame, column, &rows)?;
        let kind = match (spec.task, &numbers) {
            (Some(kind), _) => kind,
            (None, Some(numbers)) => guess(&name, numbers, notes),
            (None, None) => Kind::Classes,
        };
        match (kind, numbers) {
            (Kind::Number, Some(numbers)) => Ok(Self { name, rows, wanted: Wanted::Numbers(numbers) }),
            (Kind::Number, None) => {
                let slip = rows.iter().find(|&&row| column.word(row).parse::<f64>().is_err());
                let row = slip.copied().unwrap_or(0);
                let found = column.word(row);
                let problem = format!(
                    "expected a number, found \"{}\"; or say task = \"classes\" (--task)",
                    shortened(&found)
                );
                Err(frame.fault(Some(row), Some(&name), problem))
            }
            (Kind::Classes, numbers) => Self::classes(spec, frame, column, rows, numbers.is_some(), notes),
        }
    }

    fn classes(
        spec: &TableSpec,
        frame: &Frame,
        column: &Column,
        mut rows: Vec<usize>,
        numeric: bool,
        notes: &mut Vec<Note>,
    ) -> Result<Self, DataError> {
        let name = column.name.clone();
        let numbered = |rows: &[usize]| {
            let words: Vec<String> = rows.iter().map(|&row| column.word(row)).collect();
            classes(&words)
        };
        let (mut labels, mut names) = numbered(&rows);
        let mut counts = vec![0_usize; names.len()];
        labels.iter().for_each(|&label| counts[label as usize] += 1);
        let single: Vec<usize> = (0..rows.len()).filter(|&i| counts[labels[i] as usize] == 1).collect();
        if let Some(&first) = single.first() {
            let label = &names[labels[first] as usize];
            if spec.rare != Some(Rare::Drop) {
                let others = match single.len() {
                    1 => String::new(),
                    2 => ", and so does one more label".to_owned(),
                    n => format!(", and so do {} more labels", n - 1),
                };
                let number =
                    if numeric { ", or predict it as a number by task = \"number\" (--task)" } else { "" };
                let problem = format!(
                    "the label \"{}\" occurs once{others}, so it cannot be both trained and tested; leave such rows out by rare = \"drop\" (--rare){number}",
                    shortened(label)
                );
                return Err(frame.fault(Some(rows[first]), Some(&name), problem));
            }
            let place = |&i: &usize| format!("{}, {}", names[labels[i] as usize], frame.place(rows[i]));
            let which = listed(single.iter().map(place));
            notes.push(Note::Rare { column: name.clone(), rows: single.len(), which });
            let mut keep = labels.iter().map(|&label| counts[label as usize] > 1);
            rows.retain(|_| keep.next().unwrap_or(false));
            (labels, names) = numbered(&rows);
        }
        match &names[..] {
            [] => Err(frame.fault(None, Some(&name), "no row is left to learn from")),
            [only] => {
                let problem = format!(
                    "all {} rows have the label \"{only}\"; there must be at least two classes",
                    labels.len()
                );
                Err(frame.fault(None, Some(&name), problem))
            }
            _ => Ok(Self { name, rows, wanted: Wanted::Classes { labels, names } }),
        }
    }

    /// Splits the kept rows; the parts hold indices into [`Label::rows`].
    pub(super) fn split(&self, spec: &TableSpec, frame: &Frame) -> Result<Parts, DataError> {
        let parts = match &self.wanted {
            Wanted::Classes { labels, names } => spec.split.rows(labels, names.len())?,
            Wanted::Numbers(numbers) => spec.split.rows(&vec![0; numbers.len()], 1)?,
        };
        if parts.test.is_empty() || parts.train.is_empty() {
            let problem = format!(
                "{} cannot be split into a training and a test part",
                counted(self.rows.len(), "row")
            );
            return Err(frame.fault(None, Some(&self.name), problem));
        }
        Ok(parts)
    }

    /// The task, of which these indices into [`Label::rows`] are for training.
    pub(super) fn task(&self, frame: &Frame, train: &[usize]) -> Result<Task, DataError> {
        match &self.wanted {
            Wanted::Classes { names, .. } => Ok(Task::Classification { classes: names.clone() }),
            Wanted::Numbers(numbers) => {
                let (mean, sd) = Spread::of(train.iter().map(|&i| numbers[i])).parts().ok_or_else(|| {
                    let problem =
                        "all rows of the training part have the same number here: there is nothing to tell";
                    frame.fault(None, Some(&self.name), problem)
                })?;
                Ok(Task::Regression { target: self.name.clone(), scale: Scale { mean, sd } })
            }
        }
    }

    /// The targets of these indices into [`Label::rows`].
    pub(super) fn targets(&self, task: &Task, chosen: &[usize]) -> Targets {
        match (&self.wanted, task) {
            (Wanted::Numbers(numbers), Task::Regression { scale, .. }) => {
                let spread = Spread::new(scale.mean, scale.sd);
                chosen.iter().map(|&i| spread.apply(numbers[i])).collect::<Vec<f32>>().into()
            }
            (Wanted::Classes { labels, .. }, _) => {
                chosen.iter().map(|&i| labels[i]).collect::<Vec<u32>>().into()
            }
            (Wanted::Numbers(_), _) => Targets::Numbers(Vec::new()),
        }
    }
}

/// The values of the rows as numbers, if all are.
fn numbers(frame: &Frame, column: &Column, rows: &[usize]) -> Result<Option<Vec<f64>>, DataError> {
    let values = |row: &usize| column.values[*row];
    let numbers: Option<Vec<f64>> = match &column.content {
        Content::Numbers => Some(rows.iter().map(values).collect()),
        Content::Truths => None,
        Content::Words(words) => {
            let parsed: Vec<Option<f64>> = words.iter().map(|word| word.parse().ok()).collect();
            // A word that reads as infinite or as no number at all marks a slip, also among words.
            let wild = |row: &&usize| {
                parsed[values(row) as usize].is_some_and(|x| x.is_nan() || x.abs() > f64::from(f32::MAX))
            };
            if let Some(&row) = rows.iter().find(wild) {
                let found = column.word(row);
                let problem = format!("expected a label, found \"{}\"", shortened(&found));
                return Err(frame.fault(Some(row), Some(&column.name), problem));
            }
            rows.iter().map(|row| parsed[values(row) as usize]).collect()
        }
    };
    Ok(numbers)
}

/// Whether numbers are classes, which the note tells.
fn guess(name: &str, numbers: &[f64], notes: &mut Vec<Note>) -> Kind {
    // Adding 0 makes 0 of −0.
    let different = numbers.iter().map(|x| ((x + 0.0).to_bits(), ())).collect::<BTreeMap<_, _>>().len();
    let whole = numbers.iter().all(|x| x.fract() == 0.0);
    let kind = if different <= if whole { MOST_WHOLE } else { MOST_FRACTIONS } {
        Kind::Classes
    } else {
        Kind::Number
    };
    notes.push(Note::Label { column: name.to_owned(), different, whole, kind });
    kind
}

/// "1 row", "2 rows".
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first few of a list.
pub(super) fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 8;
    let rest = items.len().saturating_sub(SHOWN);
    let shown: Vec<String> = items.take(SHOWN).collect();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    shown.join(", ") + &more
}
