//! The inputs that a table's columns become: standardised numbers, and 0 or 1.

use std::collections::BTreeSet;

use super::content::MOST_NUMBERS;
use super::error::DataError;
use super::frame::{Column, Content, Frame};
use super::label::listed;
use super::note::Note;
use super::spec::{Missing, TableSpec};
use super::table::Spread;

/// The most categories that a column of words may have: each becomes an input.
const MOST_CATEGORIES: usize = 1000;

/// One input of the network.
enum Feature<'f> {
    /// A number, standardised; a gap counts as `fill`.
    Number { column: &'f Column, fill: f64, spread: Spread },
    /// 1 where the value is `code`, else 0.
    Is { column: &'f Column, fill: f64, code: f64 },
    /// 1 where there is a gap, else 0.
    Gap { column: &'f Column },
}

/// The inputs of a table, as its training part decides.
pub(super) struct Features<'f>(Vec<Feature<'f>>);

impl<'f> Features<'f> {
    /// From the columns and the rows of the training part; `others` are the rows of the other parts.
    pub(super) fn of(
        spec: &TableSpec,
        frame: &'f Frame,
        columns: &[&'f Column],
        train: &[usize],
        others: &[usize],
        notes: &mut Vec<Note>,
    ) -> Result<Self, DataError> {
        let mut features = Vec::new();
        let mut constant = Vec::new();
        for &column in columns {
            let name = &column.name;
            let filled: Vec<f64> = train.iter().map(|&r| column.values[r]).filter(|x| !x.is_nan()).collect();
            if filled.is_empty() {
                let problem = format!(
                    "no row of the training part has a value here; leave the column out by drop = [\"{name}\"]"
                );
                return Err(frame.fault(None, Some(name), problem));
            }
            let gaps = filled.len() < train.len();
            let before = features.len();
            match &column.content {
                Content::Numbers => {
                    let fill = filled.iter().sum::<f64>() / filled.len() as f64;
                    let value = |&r: &usize| Some(column.values[r]).filter(|x| !x.is_nan()).unwrap_or(fill);
                    let spread = Spread::of(train.iter().map(value));
                    if spread.parts().is_some() {
                        features.push(Feature::Number { column, fill, spread });
                    }
                }
                Content::Truths => {
                    let fill = most_frequent(&filled);
                    if filled.iter().any(|&x| x != filled[0]) {
                        features.push(Feature::Is { column, fill, code: 1.0 });
                    }
                }
                Content::Words(words) => {
                    check_words(frame, column, words)?;
                    let codes = sorted(words, &filled);
                    if codes.len() > 1 {
                        // Of equally frequent ones the first in order.
                        let fill = most_frequent_of(&codes, &filled);
                        features.extend(codes.iter().map(|&code| Feature::Is { column, fill, code }));
                        note_categories(name, words, &codes, column, others, notes);
                    }
                }
            }
            if features.len() == before {
                constant.push(name.clone());
            }
            if gaps && spec.missing == Some(Missing::Indicator) {
                notes.push(Note::Indicator { column: name.clone() });
                features.push(Feature::Gap { column });
            }
        }
        if !constant.is_empty() {
            let count = constant.len();
            notes.push(Note::Constant { count, columns: listed(constant.into_iter()) });
        }
        if features.is_empty() {
            let problem = "no column is left to tell the label from: all are constant in the training part";
            return Err(frame.fault(None, None, problem));
        }
        let rows = train.len() + others.len();
        if features.len().checked_mul(rows).is_none_or(|numbers| numbers > MOST_NUMBERS) {
            let problem = format!(
                "{rows} rows of {} inputs are more than the {MOST_NUMBERS} numbers that are held; drop columns or take a sample",
                features.len()
            );
            return Err(frame.fault(None, None, problem));
        }
        Ok(Self(features))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The inputs of these rows.
    pub(super) fn inputs(&self, rows: &[usize]) -> Vec<f32> {
        rows.iter().flat_map(|&row| self.0.iter().map(move |feature| feature.value(row))).collect()
    }
}

impl Feature<'_> {
    fn value(&self, row: usize) -> f32 {
        let or = |column: &Column, fill: f64| if column.lacks(row) { fill } else { column.values[row] };
        match self {
            Self::Number { column, fill, spread } => spread.apply(or(column, *fill)),
            Self::Is { column, fill, code } => f32::from(or(column, *fill) == *code),
            Self::Gap { column } => f32::from(column.lacks(row)),
        }
    }
}

fn check_words(frame: &Frame, column: &Column, words: &[String]) -> Result<(), DataError> {
    let name = &column.name;
    let filled = column.values.iter().filter(|x| !x.is_nan()).count();
    if words.len() == filled && filled > 2 {
        let problem = format!(
            "each of the {filled} rows has another text here, so nothing can be learnt from it; leave the column out by drop = [\"{name}\"]"
        );
        return Err(frame.fault(None, Some(name), problem));
    }
    if words.len() > MOST_CATEGORIES {
        let problem = format!(
            "{} different texts are more than the {MOST_CATEGORIES} categories that become columns; leave the column out by drop = [\"{name}\"], or group its texts",
            words.len()
        );
        return Err(frame.fault(None, Some(name), problem));
    }
    Ok(())
}

/// The codes that occur, in the order of their words.
fn sorted(words: &[String], filled: &[f64]) -> Vec<f64> {
    let seen: BTreeSet<(&str, usize)> =
        filled.iter().map(|&code| (words[code as usize].as_str(), code as usize)).collect();
    seen.into_iter().map(|(_, code)| code as f64).collect()
}

fn most_frequent_of(codes: &[f64], filled: &[f64]) -> f64 {
    let count = |code: f64| filled.iter().filter(|&&x| x == code).count();
    // `max_by_key` takes the last of equals.
    codes.iter().rev().copied().max_by_key(|&code| count(code)).unwrap_or(0.0)
}

/// Of truths; as many of both count as false.
fn most_frequent(filled: &[f64]) -> f64 {
    most_frequent_of(&[0.0, 1.0], filled)
}

fn note_categories(
    name: &str,
    words: &[String],
    codes: &[f64],
    column: &Column,
    others: &[usize],
    notes: &mut Vec<Note>,
) {
    let made = codes.iter().map(|&code| format!("{name}={}", words[code as usize]));
    notes.push(Note::Categories { column: name.to_owned(), count: codes.len(), made: listed(made) });
    let known = |row: usize| column.lacks(row) || codes.contains(&column.values[row]);
    let unknown: Vec<usize> = others.iter().copied().filter(|&row| !known(row)).collect();
    if !unknown.is_empty() {
        let strange: BTreeSet<String> = unknown.iter().map(|&row| column.word(row)).collect();
        let words = listed(strange.into_iter());
        notes.push(Note::Unknown { column: name.to_owned(), rows: unknown.len(), words });
    }
}
