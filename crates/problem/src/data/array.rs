//! NumPy's arrays: one a file (NPY), or several in a ZIP archive (NPZ).
//!
//! Read here rather than by a crate: the header is a line of Python, and a general reader of Python literals recurses as
//! deep as a hostile file asks for.

mod header;

use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::content::{BEST_DEFLATE, MOST_BYTES, MOST_NUMBERS};
use super::error::{DataError, did_you_mean, nearest};
use super::frame::{Column, Content, Vocabulary};
use super::table::fault;
use header::{Header, Kind};

/// An array in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array {
    /// Its name in the archive, or of its file.
    pub(super) name: String,
    /// At least one dimension; the first counts the rows.
    pub(super) shape: Vec<usize>,
    pub(super) values: Values,
}

/// The elements of an array.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    /// Unsigned bytes stay as small as they came.
    Bytes(Vec<u8>),
    /// Numbers, truths or words.
    Wide(Content, Vec<f64>),
}

impl Array {
    /// Numbers a row.
    pub(super) fn width(&self) -> usize {
        self.shape[1..].iter().product()
    }

    /// Its columns, called x0, x1, …, or by the array's name if there is one.
    pub(super) fn columns(self) -> Vec<Column> {
        let (rows, width) = (self.shape[0], self.width());
        let (content, values) = match self.values {
            Values::Bytes(bytes) => (Content::Numbers, bytes.into_iter().map(f64::from).collect()),
            Values::Wide(content, values) => (content, values),
        };
        if width == 1 {
            return vec![Column { name: self.name, content, values }];
        }
        let column = |c: usize| {
            let values = (0..rows).map(|r| values[r * width + c]);
            let (content, values) = match &content {
                // A column has its own words, not those of the whole array.
                Content::Words(words) => {
                    let mut own = Vocabulary::default();
                    let values = values.map(|code| own.number(&words[code as usize])).collect();
                    (Content::Words(own.words()), values)
                }
                content => (content.clone(), values.collect()),
            };
            Column { name: format!("x{c}"), content, values }
        };
        (0..width).map(column).collect()
    }
}

/// Reads an array from the content of an NPY file.
pub(super) fn npy(path: &Path, name: &str, content: &[u8]) -> Result<Array, DataError> {
    let refused = |problem: String| fault(path, None, Some(name), problem);
    let (header, start) = Header::read(content).map_err(refused)?;
    let count =
        header.elements().filter(|&count| count <= MOST_NUMBERS.max(MOST_BYTES as usize / header.size));
    let length = count.and_then(|count| count.checked_mul(header.size));
    let data = &content[start..];
    if length != Some(data.len()) {
        return Err(refused(format!(
            "its header promises {:?} elements of {} bytes, but {} bytes follow; write or copy it again",
            header.shape,
            header.size,
            data.len()
        )));
    }
    if header.kind != Kind::Unsigned || header.size > 1 {
        // These become eight bytes each, whatever they were.
        if count.is_none_or(|count| count > MOST_NUMBERS) {
            return Err(refused(format!(
                "{:?} elements are more than the {MOST_NUMBERS} that are read",
                header.shape
            )));
        }
    }
    if header.shape.is_empty() || header.shape.contains(&0) {
        return Err(refused(format!("expected rows of examples, found the shape {:?}", header.shape)));
    }
    let order = Order::new(&header);
    let elements = order.map(|i| &data[i * header.size..][..header.size]);
    let values = match header.kind {
        Kind::Unsigned if header.size == 1 => Values::Bytes(elements.map(|e| e[0]).collect()),
        Kind::Text => {
            let mut words = Vocabulary::default();
            let values: Result<_, _> = elements.map(|e| header.word(e).map(|w| words.number(&w))).collect();
            Values::Wide(Content::Words(words.words()), values.map_err(refused)?)
        }
        Kind::Truth => Values::Wide(Content::Truths, elements.map(|e| f64::from(e[0] != 0)).collect()),
        _ => {
            let values: Vec<f64> = elements.map(|e| header.number(e)).collect();
            let width = header.shape[1..].iter().product::<usize>().max(1);
            let wild = |x: &f64| x.is_infinite() || x.abs() > f64::from(f32::MAX);
            if let Some(at) = values.iter().position(wild) {
                let problem =
                    format!("expected finite numbers of size up to {:e}, found {}", f32::MAX, values[at]);
                let (row, column) = (Some((at / width) as u64 + 1), Some(name.to_owned()));
                return Err(DataError::Table { path: path.to_owned(), line: None, row, column, problem });
            }
            Values::Wide(Content::Numbers, values)
        }
    };
    Ok(Array { name: name.to_owned(), shape: header.shape, values })
}

/// The places of the elements in the file, in row-major order.
struct Order {
    /// Dimension and stride of each axis, if they lie column by column.
    axes: Option<Vec<(usize, usize)>>,
    next: usize,
    count: usize,
}

impl Order {
    fn new(header: &Header) -> Self {
        let axes = header.fortran.then(|| {
            let mut stride = 1;
            let mut axes = Vec::new();
            for &size in &header.shape {
                axes.push((size, stride));
                stride *= size;
            }
            axes
        });
        Self { axes, next: 0, count: header.elements().unwrap_or(0) }
    }
}

impl Iterator for Order {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.next == self.count {
            return None;
        }
        let index = self.next;
        self.next += 1;
        let Some(axes) = &self.axes else { return Some(index) };
        let (mut rest, mut place) = (index, 0);
        for &(size, stride) in axes.iter().rev() {
            place += rest % size * stride;
            rest /= size;
        }
        Some(place)
    }
}

/// Reads two arrays of an NPZ archive: the inputs and the labels, by name or by the usual names.
pub(super) fn npz(
    path: &Path,
    content: &[u8],
    inputs: Option<&str>,
    label: &str,
) -> Result<(Array, Array), DataError> {
    let damaged = |reason: String| {
        fault(path, None, None, format!("it is not a whole NPZ archive: {reason}; write or copy it again"))
    };
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|e| damaged(e.to_string()))?;
    let mut names = Vec::new();
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(|e| damaged(e.to_string()))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        names.push(name.strip_suffix(".npy").map_or(name.clone(), str::to_owned));
    }
    let find = |asked: Option<&str>, usual: &[&str], what: &str, setting: &str| {
        let wanted = asked.map_or(usual.to_vec(), |name| vec![name]);
        let at = wanted.iter().find_map(|name| names.iter().position(|n| n == name));
        at.ok_or_else(|| {
            let hint = asked.and_then(|name| nearest(name, names.iter().map(String::as_str)));
            let problem = format!(
                "no array of {what} is called {}{}; there are: {}; name one by {setting}",
                wanted.join(" or "),
                did_you_mean(hint),
                names.join(", ")
            );
            fault(path, None, None, problem)
        })
    };
    let x = find(inputs, &["X", "x", "data", "images", "inputs"], "inputs", "inputs = \"…\"")?;
    let label = (!label.is_empty()).then_some(label);
    let y = find(label, &["y", "target", "targets", "labels"], "labels", "label = \"…\"")?;
    if x == y {
        return Err(fault(path, None, Some(&names[x]), "the inputs and the labels must be two arrays"));
    }
    let mut array = |i: usize| {
        let entry = archive.by_index(i).map_err(|e| damaged(e.to_string()))?;
        let (packed, size) = (entry.compressed_size(), entry.size());
        let most = packed.min(content.len() as u64).saturating_mul(BEST_DEFLATE) + 1024;
        if size > most.min(MOST_BYTES) {
            return Err(damaged(format!("{} claims {size} bytes packed into {packed}", names[i])));
        }
        let mut bytes = Vec::new();
        entry.take(size + 1).read_to_end(&mut bytes).map_err(|e| damaged(format!("{}: {e}", names[i])))?;
        npy(path, &names[i], &bytes)
    };
    Ok((array(x)?, array(y)?))
}
