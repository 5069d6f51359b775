//! Parquet: flat tables of numbers, truths and text.

mod claims;
mod thrift;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::basic::Repetition;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::record::reader::RowIter;
use bytes::Bytes;

use super::content::MOST_NUMBERS;
use super::error::DataError;
use super::frame::{Column, Content, Frame, Vocabulary};
use super::hash::sha256;
use super::spec::TableSpec;
use super::table::fault;
use claims::Checked;

/// Reads a table.
pub(super) fn read(spec: &TableSpec, content: Vec<u8>) -> Result<Frame, DataError> {
    let fingerprint = sha256(&content);
    // The crate asserts what a damaged file breaks (lengths of pages, encodings that do not fit a type): of the flipped bits
    // of a file of pandas one in a thousand makes it panic. Such a file must be an error here, so its panics end here.
    let read = catch_unwind(AssertUnwindSafe(|| columns(spec, Bytes::from(content))));
    let (columns, rows) = read.unwrap_or_else(|_| Err(damaged(spec, "its pages do not fit its schema")))?;
    if rows == 0 {
        return Err(fault(&spec.path, None, None, "the table has no row"));
    }
    Ok(Frame { path: spec.path.clone(), columns, rows, lines: None, fingerprint })
}

fn damaged(spec: &TableSpec, reason: &str) -> DataError {
    fault(&spec.path, None, None, format!("it is not a whole Parquet file: {reason}; write or copy it again"))
}

fn columns(spec: &TableSpec, content: Bytes) -> Result<(Vec<Column>, usize), DataError> {
    let length = content.len() as i64;
    let damaged = |reason: &str| damaged(spec, reason);
    if content.ends_with(b"PAR1") && claims::check_schema(&content).is_none() {
        return Err(damaged("its schema does not fit its columns"));
    }
    let reader = SerializedFileReader::new(content.clone()).map_err(|e| damaged(&e.to_string()))?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr().root_schema().clone();
    let fields = schema.get_fields();
    let mut names = HashSet::new();
    for field in fields {
        let name = field.name();
        let nested = !field.is_primitive()
            || field.get_basic_info().has_repetition()
                && field.get_basic_info().repetition() == Repetition::REPEATED;
        if nested {
            let problem = "expected numbers, truths or text, found lists or structures; write the table without this column";
            return Err(fault(&spec.path, None, Some(name), problem));
        }
        if !names.insert(name) {
            return Err(fault(&spec.path, None, Some(name), "two columns have this name; rename one"));
        }
    }
    spec.check_drop(&fields.iter().map(|field| field.name()).collect::<Vec<_>>())?;
    // What the file says about itself is checked before it sizes anything.
    let mut rows = 0_i64;
    for group in metadata.row_groups() {
        if group.num_rows() < 0 || group.columns().len() != fields.len() {
            return Err(damaged("a group of rows has other columns than the table"));
        }
        rows = rows.saturating_add(group.num_rows());
        for chunk in group.columns() {
            let (values, packed) = (chunk.num_values(), chunk.compressed_size());
            if values != group.num_rows() || packed < 0 || packed > length {
                return Err(damaged("a column claims another length than it has"));
            }
            if claims::check_pages(&content, chunk).is_none() {
                return Err(damaged("a page claims another length than it has"));
            }
        }
    }
    let too_much = || {
        let problem = format!(
            "{rows} rows of {} columns are more than the {MOST_NUMBERS} numbers that are read; take a sample",
            fields.len()
        );
        fault(&spec.path, None, None, problem)
    };
    let count = usize::try_from(rows).map_err(|_| too_much())?;
    if count.checked_mul(fields.len()).is_none_or(|numbers| numbers > MOST_NUMBERS) {
        return Err(too_much());
    }

    let mut columns: Vec<Building> = fields.iter().map(|field| Building::new(field.name())).collect();
    let mut read = 0_usize;
    for group in 0..reader.num_row_groups() {
        let group = Checked(reader.get_row_group(group).map_err(|e| damaged(&e.to_string()))?);
        for row in RowIter::from_row_group(None, &group).map_err(|e| damaged(&e.to_string()))? {
            let row = row.map_err(|e| damaged(&e.to_string()))?;
            if row.len() != columns.len() {
                return Err(damaged("a row has other columns than the table"));
            }
            for (column, (name, field)) in columns.iter_mut().zip(row.get_column_iter()) {
                if !spec.drop.contains(name) {
                    column.push(field).map_err(|problem| {
                        let (row, column) = (Some(read as u64 + 1), Some(name.clone()));
                        DataError::Table { path: spec.path.clone(), line: None, row, column, problem }
                    })?;
                }
            }
            read += 1;
        }
    }
    if read != count {
        return Err(damaged(&format!("it says {count} rows, found {read}")));
    }
    let kept = columns.into_iter().filter(|column| !spec.drop.contains(&column.name));
    Ok((kept.map(Building::done).collect(), count))
}

struct Building {
    name: String,
    words: Vocabulary,
    /// What the first value that is no gap was.
    kind: Option<Kind>,
    values: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Truth,
    Word,
}

impl Building {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), words: Vocabulary::default(), kind: None, values: Vec::new() }
    }

    fn push(&mut self, field: &Field) -> Result<(), String> {
        let (kind, value) = match field {
            Field::Null => {
                self.values.push(f64::NAN);
                return Ok(());
            }
            Field::Bool(truth) => (Kind::Truth, f64::from(*truth)),
            Field::Str(word) => (Kind::Word, self.words.number(word)),
            other => (Kind::Number, number(other)?),
        };
        if *self.kind.get_or_insert(kind) != kind {
            return Err("its values are of different kinds; write the file again".to_owned());
        }
        // NaN is the gap of floats; pandas writes it so.
        if value.is_infinite() || value.abs() > f64::from(f32::MAX) {
            return Err(format!("expected a finite number of size up to {:e}, found {value}", f32::MAX));
        }
        self.values.push(value);
        Ok(())
    }

    fn done(self) -> Column {
        let content = match self.kind {
            Some(Kind::Word) => Content::Words(self.words.words()),
            Some(Kind::Truth) => Content::Truths,
            _ => Content::Numbers,
        };
        Column { name: self.name, content, values: self.values }
    }
}

fn number(field: &Field) -> Result<f64, String> {
    Ok(match field {
        Field::Byte(x) => f64::from(*x),
        Field::Short(x) => f64::from(*x),
        Field::Int(x) => f64::from(*x),
        Field::Long(x) => *x as f64,
        Field::UByte(x) => f64::from(*x),
        Field::UShort(x) => f64::from(*x),
        Field::UInt(x) => f64::from(*x),
        Field::ULong(x) => *x as f64,
        Field::Float16(x) => f64::from(*x),
        Field::Float(x) => f64::from(*x),
        Field::Double(x) => *x,
        _ => {
            let found = match field {
                Field::Decimal(_) => "a decimal",
                Field::Bytes(_) => "bytes",
                Field::Date(_) | Field::TimestampMillis(_) | Field::TimestampMicros(_) => "a date",
                Field::TimeMillis(_) | Field::TimeMicros(_) => "a time",
                _ => "a value of another type",
            };
            return Err(format!(
                "expected a number, a truth or text, found {found}; convert the column, or leave it out by drop"
            ));
        }
    })
}
