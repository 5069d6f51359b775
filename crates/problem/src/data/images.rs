//! Images of one's own: IDX files, and arrays of three or more dimensions.

use std::path::{Path, PathBuf};

use super::array::{Array, Values};
use super::error::DataError;
use super::frame::{Content, Frame};
use super::label::Label;
use super::note::Note;
use super::spec::TableSpec;
use super::table::fault;
use super::{Dataset, Examples, Inputs};

/// A file that lies beside another, unless its path is absolute.
pub(super) fn beside(path: &Path, label: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(label)
}

/// Reads an IDX file of unsigned bytes, of whatever dimensions.
pub(super) fn idx(path: &Path, content: &[u8]) -> Result<Array, DataError> {
    let damaged = |problem: String| fault(path, None, None, problem);
    let axes = match *content {
        [0, 0, 8, axes @ 1..=8, ..] => usize::from(axes),
        [0, 0, kind, _, ..] if kind != 8 => {
            return Err(damaged(format!(
                "expected an IDX file of unsigned bytes (08), found type {kind:02x}"
            )));
        }
        _ => return Err(damaged(
            "it is not an IDX file: it must start with the bytes 00 00 08 and the number of its dimensions"
                .into(),
        )),
    };
    let start = 4 + 4 * axes;
    let header =
        content.get(4..start).ok_or_else(|| damaged("it ends within its header; copy it again".into()))?;
    let shape: Vec<usize> =
        header.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect();
    let count = shape.iter().try_fold(1_usize, |product, &d| product.checked_mul(d));
    if count != Some(content.len() - start) || count == Some(0) {
        return Err(damaged(format!(
            "its header promises {shape:?} bytes, but {} follow; copy it again",
            content.len() - start
        )));
    }
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Array { name, shape, values: Values::Bytes(content[start..].to_vec()) })
}

/// Joins images to their labels. Bytes become byte / 255, other numbers stay as they are.
pub(super) fn dataset(
    spec: &TableSpec,
    images: Array,
    labels: Array,
    fingerprint: String,
) -> Result<Dataset, DataError> {
    let columns = images.width();
    // A single channel is no dimension of its own.
    let sides: Vec<usize> = images.shape[1..].iter().copied().filter(|&side| side != 1).collect();
    let shape = match sides[..] {
        [rows, columns] => Some((rows, columns)),
        _ => None,
    };
    let rows = images.shape[0];
    let (frame, label) = labelled(spec, rows, labels, fingerprint)?;
    let refused = |problem: &str| frame.fault(None, None, problem);
    if !spec.drop.is_empty() || spec.missing.is_some() {
        return Err(refused("images have no columns and no gaps: drop and missing are for tables"));
    }
    if let Values::Wide(content, values) = &images.values {
        if matches!(content, Content::Words(_)) {
            return Err(refused("expected images of numbers, found text"));
        }
        if let Some(at) = values.iter().position(|x| x.is_nan()) {
            return Err(frame.fault(
                Some(at / columns.max(1)),
                Some(&images.name),
                "expected a number, found NaN",
            ));
        }
    }
    let mut notes = Vec::new();
    let label = Label::of(spec, &frame, label_column(&frame, label)?, (0..rows).collect(), &mut notes)?;
    let parts = label.split(spec, &frame)?;
    let task = label.task(&frame, &parts.train)?;
    let part = |chosen: &[usize], place: &str| {
        let rows = chosen.iter().map(|&i| label.rows[i]);
        let inputs = match &images.values {
            Values::Bytes(bytes) => Inputs::Bytes {
                values: rows.flat_map(|r| &bytes[r * columns..][..columns]).copied().collect(),
                divisor: 255.0,
            },
            Values::Wide(_, values) => Inputs::Numbers(
                rows.flat_map(|r| &values[r * columns..][..columns]).map(|&x| x as f32).collect(),
            ),
        };
        Examples::new(inputs, label.targets(&task, chosen), columns, place)
    };
    notes.push(match &images.values {
        Values::Bytes(_) => Note::Bytes,
        Values::Wide(..) => Note::Pixels,
    });
    Ok(Dataset {
        name: spec.name(),
        source: spec.path.display().to_string(),
        columns,
        shape,
        train: part(&parts.train, "training part")?,
        validation: match &parts.validation[..] {
            [] => None,
            rows => Some(part(rows, "validation part")?),
        },
        test: part(&parts.test, "test part")?,
        task,
        fingerprint: frame.fingerprint.clone(),
        notes,
    })
}

/// A frame with the column of labels alone, and its place.
pub(super) fn labelled(
    spec: &TableSpec,
    rows: usize,
    labels: Array,
    fingerprint: String,
) -> Result<(Frame, usize), DataError> {
    let (count, width) = (labels.shape[0], labels.width());
    let name = labels.name.clone();
    if count != rows {
        let place = spec.path.display().to_string();
        return Err(DataError::CountsDiffer { place, inputs: rows, labels: count });
    }
    if width != 1 {
        let problem =
            format!("expected one label a row, found {width}; one-hot labels must be turned into numbers");
        return Err(fault(&spec.path, None, Some(&name), problem));
    }
    let columns = labels.columns();
    let frame = Frame { path: spec.path.clone(), columns, rows, lines: None, fingerprint };
    let gap = frame.columns.first().and_then(|column| (0..rows).find(|&row| column.lacks(row)));
    match gap {
        Some(row) if spec.missing != Some(super::Missing::Drop) => {
            Err(frame.fault(Some(row), Some(&name), "expected a label, found a gap"))
        }
        _ => Ok((frame, 0)),
    }
}

fn label_column(frame: &Frame, at: usize) -> Result<&super::frame::Column, DataError> {
    frame.columns.get(at).ok_or_else(|| frame.fault(None, None, "there are no labels"))
}
