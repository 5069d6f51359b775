//! The long table as Parquet: the columns of `csv` with types. Written column by column, a group of rows at a time.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::table::{AFTER, BEFORE};
use super::{Run, atomic, rows};
use crate::error::StudyError;

/// Rows of a group: so many stand in memory.
const GROUP: usize = 1 << 18;

type Outcome = Result<(), ParquetError>;

/// The columns of a group of rows; a cell without a value is none.
#[derive(Default)]
struct Columns {
    /// Everything of text but `kind` and `metric`, in the order of the table.
    texts: Vec<Vec<Option<ByteArray>>>,
    seed: Vec<Option<i64>>,
    kind: Vec<Option<ByteArray>>,
    metric: Vec<Option<ByteArray>>,
    step: Vec<Option<i64>>,
    value: Vec<Option<f64>>,
}

impl Columns {
    fn new(texts: usize) -> Self {
        Self { texts: vec![Vec::new(); texts], ..Self::default() }
    }

    fn write(&self, group: &mut SerializedRowGroupWriter<'_, &std::fs::File>) -> Outcome {
        for column in &self.texts {
            put::<ByteArrayType>(group, column)?;
        }
        put::<Int64Type>(group, &self.seed)?;
        put::<ByteArrayType>(group, &self.kind)?;
        put::<ByteArrayType>(group, &self.metric)?;
        put::<Int64Type>(group, &self.step)?;
        put::<DoubleType>(group, &self.value)
    }
}

/// Writes the next column of a group of rows.
fn put<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, &std::fs::File>,
    cells: &[Option<T::T>],
) -> Outcome {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    column.typed::<T>().write_batch(&values, Some(&there), None)?;
    column.close()
}

fn schema(fields: &[String]) -> Result<Type, ParquetError> {
    let names = BEFORE.into_iter().chain(fields.iter().map(String::as_str)).chain(AFTER);
    let column = |name: &str, at: usize| {
        let (physical, logical) = match name {
            // A field that varies may have any name: only the columns after them have types of their own.
            "seed" | "step" if at >= BEFORE.len() + fields.len() => (Physical::INT64, None),
            "value" if at >= BEFORE.len() + fields.len() => (Physical::DOUBLE, None),
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let column = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        column.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    };
    let columns = names.enumerate().map(|(at, name)| column(name, at)).collect::<Result<_, _>>()?;
    Type::group_type_builder("measurements").with_fields(columns).build()
}

pub(super) fn write(run: &mut Run, path: &Path) -> Result<(), StudyError> {
    let failed = |error: ParquetError| {
        let error = match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(error) => *error,
                Err(other) => std::io::Error::other(other),
            },
            other => std::io::Error::other(other),
        };
        atomic::failed(path)(error)
    };
    let fields = run.fields();
    let text = |value: &str| Some(ByteArray::from(value));
    atomic::write(path, |file| {
        // The writer has a buffer of its own.
        let file: &std::fs::File = file.get_ref();
        let schema = Arc::new(schema(&fields).map_err(failed)?);
        let properties = Arc::new(WriterProperties::builder().set_created_by("thalweg".into()).build());
        let mut out = SerializedFileWriter::new(file, schema, properties).map_err(failed)?;
        let mut flush = |columns: &Columns| -> Outcome {
            let mut group = out.next_row_group()?;
            columns.write(&mut group)?;
            group.close().map(drop)
        };
        let mut columns = Columns::new(BEFORE.len() + fields.len());
        run.each(|entry, planned, record| {
            let mut same = vec![
                text(&entry.brief.id),
                planned.and_then(|planned| text(&planned.group)),
                planned.and_then(|planned| planned.data.as_ref()).and_then(|data| text(data)),
            ];
            let setting = |field: &String| planned.and_then(|planned| planned.settings.get(field));
            same.extend(fields.iter().map(|field| setting(field).and_then(|value| text(&rows::cell(value)))));
            for row in rows::rows(&record) {
                for (column, cell) in columns.texts.iter_mut().zip(&same) {
                    column.push(cell.clone());
                }
                columns.seed.push(i64::try_from(entry.brief.seed).ok());
                columns.kind.push(text(row.kind.name()));
                columns.metric.push(row.metric.as_deref().and_then(text));
                columns.step.push(row.step.and_then(|step| i64::try_from(step).ok()));
                columns.value.push(row.value);
            }
            if columns.seed.len() >= GROUP {
                flush(&columns).map_err(failed)?;
                columns = Columns::new(BEFORE.len() + fields.len());
            }
            Ok(())
        })?;
        if !columns.seed.is_empty() {
            flush(&columns).map_err(failed)?;
        }
        out.close().map_err(failed)?;
        Ok(())
    })
}
