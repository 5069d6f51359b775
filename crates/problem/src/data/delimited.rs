//! Text with a row a line, fields between delimiters and a first row of names: CSV and its relatives.

use std::collections::HashSet;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::content::MOST_COLUMNS;
use super::error::DataError;
use super::frame::{Column, Content, Frame, Vocabulary};
use super::hash::sha256;
use super::spec::TableSpec;
use super::table::{fault, shortened};

/// The delimiters that are tried, in this order.
const CANDIDATES: &[u8] = b",;\t|";

/// Records that the delimiter is told from.
const SAMPLE: usize = 20;

/// Fields that mark a gap.
const GAPS: &[&[u8]] = &[b"", b"NA", b"N/A", b"NaN", b"nan", b"null", b"NULL", b"?"];

/// Reads a table; the label's column is always kept as words, so that classes are called what they are called there.
pub(super) fn read(spec: &TableSpec, text: &[u8]) -> Result<Frame, DataError> {
    let path = &spec.path;
    let delimiter = match spec.delimiter {
        Some(b @ (b'\n' | b'\r' | b'"' | 0x80..)) => {
            let problem = format!("the byte {b:#04x} cannot be a delimiter; usual are , ; | and the tab");
            return Err(fault(path, None, None, problem));
        }
        Some(given) => given,
        None if spec.extension() == "tsv" => b'\t',
        None => sniffed(text),
    };
    let mut reader = reader(text, delimiter, false);
    let header = reader.byte_headers().map_err(|e| unreadable(path, text, &e))?.clone();
    let names = names(spec, &header)?;
    spec.check_drop(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let kept: Vec<usize> = (0..names.len()).filter(|&i| !spec.drop.contains(&names[i])).collect();

    // Twice over the text: what a column is must be known before its numbers can be stored as such.
    let mut seen = vec![Seen::default(); kept.len()];
    let mut lines = Vec::new();
    let mut counter = Lines::default();
    each(path, text, &mut reader, |record, start| {
        let row = lines.len();
        lines.push(counter.at(text, start));
        for (seen, &i) in seen.iter_mut().zip(&kept) {
            seen.look(&record[i], row);
        }
    })?;
    let rows = lines.len();
    if rows == 0 {
        return Err(fault(path, None, None, "there is a header but no row below it"));
    }
    let mut frame = Frame {
        path: path.clone(),
        columns: Vec::new(),
        rows,
        lines: Some(lines),
        fingerprint: sha256(text),
    };
    let kinds: Vec<Kind> =
        seen.iter().zip(&kept).map(|(seen, &i)| seen.kind(names[i] == spec.label)).collect();
    let mut values: Vec<Vec<f64>> = kept.iter().map(|_| Vec::with_capacity(rows)).collect();
    let mut words: Vec<Vocabulary> = kept.iter().map(|_| Vocabulary::default()).collect();
    let mut problem = None;
    let mut reader = self::reader(text, delimiter, false);
    each(path, text, &mut reader, |record, _| {
        for (c, &i) in kept.iter().enumerate() {
            let value = kinds[c].value(&record[i], &mut words[c]);
            let row = values[c].len();
            values[c].push(value.unwrap_or_else(|text| {
                problem.get_or_insert((row, i, text));
                f64::NAN
            }));
        }
    })?;
    if let Some((row, i, problem)) = problem {
        return Err(frame.fault(Some(row), Some(&names[i]), problem));
    }
    for (c, (values, words)) in values.into_iter().zip(words).enumerate() {
        let name = names[kept[c]].clone();
        let content = match kinds[c] {
            Kind::Numbers => Content::Numbers,
            Kind::Truths => Content::Truths,
            Kind::Words => Content::Words(words.words()),
        };
        if let (Content::Words(words), true) = (&content, name != spec.label) {
            check_words(&frame, &name, words, &seen[c], delimiter)?;
        }
        frame.columns.push(Column { name, content, values });
    }
    Ok(frame)
}

/// Where most of a column are numbers, the others are slips rather than categories.
fn check_words(
    frame: &Frame,
    name: &str,
    words: &[String],
    seen: &Seen,
    delimiter: u8,
) -> Result<(), DataError> {
    if let (true, Some((row, text))) = (2 * seen.numbers >= seen.filled, &seen.other) {
        let problem = format!(
            "expected a number, as in most rows, found \"{}\"; correct it, leave it empty, or leave the column out by drop = [\"{name}\"]",
            shortened(text)
        );
        return Err(frame.fault(Some(*row), Some(name), problem));
    }
    let comma = |word: &String| word.contains(',') && word.replacen(',', ".", 1).parse::<f64>().is_ok();
    if delimiter != b',' && 2 * words.iter().filter(|word| comma(word)).count() > words.len() {
        let found = words.iter().find(|word| comma(word)).map_or("", String::as_str);
        let problem = format!("expected numbers like 1.5, found \"{found}\"; write decimal points");
        return Err(frame.fault(None, Some(name), problem));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Numbers,
    Truths,
    Words,
}

impl Kind {
    /// The value of a field, or what is wrong with it.
    fn value(self, field: &[u8], words: &mut Vocabulary) -> Result<f64, String> {
        if GAPS.contains(&field) {
            return Ok(f64::NAN);
        }
        match self {
            Self::Truths => Ok(f64::from(truth(field).unwrap_or(false))),
            Self::Numbers => match number(field) {
                Some(value) if value.abs() <= f64::from(f32::MAX) => Ok(value),
                _ => Err(format!(
                    "expected a finite number of size up to {:e}, found \"{}\"",
                    f32::MAX,
                    shortened(&String::from_utf8_lossy(field))
                )),
            },
            Self::Words => match std::str::from_utf8(field) {
                Ok(word) => Ok(words.number(word)),
                Err(_) => {
                    let text = String::from_utf8_lossy(field);
                    Err(format!("expected text in UTF-8, found \"{}\"", shortened(&text)))
                }
            },
        }
    }
}

/// What the fields of a column look like.
#[derive(Debug, Clone, Default)]
struct Seen {
    filled: usize,
    numbers: usize,
    truths: usize,
    /// The first field that is no number, and its row.
    other: Option<(usize, String)>,
}

impl Seen {
    fn look(&mut self, field: &[u8], row: usize) {
        if GAPS.contains(&field) {
            return;
        }
        self.filled += 1;
        if number(field).is_some() {
            self.numbers += 1;
        } else {
            self.truths += usize::from(truth(field).is_some());
            self.other.get_or_insert_with(|| (row, String::from_utf8_lossy(field).into_owned()));
        }
    }

    fn kind(&self, label: bool) -> Kind {
        if label {
            Kind::Words
        } else if self.numbers == self.filled {
            Kind::Numbers
        } else if self.truths == self.filled {
            Kind::Truths
        } else {
            Kind::Words
        }
    }
}

fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn truth(field: &[u8]) -> Option<bool> {
    let is = |word: &str| field.eq_ignore_ascii_case(word.as_bytes());
    if is("true") || is("yes") {
        return Some(true);
    }
    (is("false") || is("no")).then_some(false)
}

fn reader(text: &[u8], delimiter: u8, flexible: bool) -> Reader<&[u8]> {
    ReaderBuilder::new().trim(Trim::All).delimiter(delimiter).flexible(flexible).from_reader(text)
}

fn each(
    path: &Path,
    text: &[u8],
    reader: &mut Reader<&[u8]>,
    mut row: impl FnMut(&ByteRecord, usize),
) -> Result<(), DataError> {
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| unreadable(path, text, &e))? {
        row(&record, record.position().map_or(0, |p| p.byte() as usize));
    }
    Ok(())
}

/// The candidate that cuts the first records into the most fields, as many in each; the comma when none does.
fn sniffed(text: &[u8]) -> u8 {
    let fields = |delimiter: u8| {
        let mut reader = ReaderBuilder::new()
            .trim(Trim::All)
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        let mut widths = reader.byte_records().take(SAMPLE).map(|record| record.map_or(0, |r| r.len()));
        let first = widths.next().unwrap_or(0);
        if first > 1 && widths.all(|width| width == first) { first } else { 0 }
    };
    // `max_by_key` takes the last of equals, and the first candidate is the most usual.
    CANDIDATES.iter().rev().copied().max_by_key(|&delimiter| fields(delimiter)).unwrap_or(b',')
}

fn names(spec: &TableSpec, header: &ByteRecord) -> Result<Vec<String>, DataError> {
    let path = &spec.path;
    if header.is_empty() {
        let problem = "the file is empty; expected a row of column names, then rows of values";
        return Err(fault(path, None, None, problem));
    }
    if header.len() > MOST_COLUMNS {
        let problem = format!("{} columns are more than the {MOST_COLUMNS} that are read", header.len());
        return Err(fault(path, Some(1), None, problem));
    }
    let names: Vec<String> = header.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
    let mut seen = HashSet::new();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() && !spec.drop.contains(name) {
            let problem = format!(
                "column {} of {} has no name; if it numbers the rows, leave it out by drop = [\"\"], else name it",
                i + 1,
                names.len()
            );
            return Err(fault(path, Some(1), None, problem));
        }
        if !seen.insert(name) && !spec.drop.contains(name) {
            return Err(fault(path, Some(1), Some(name), "two columns have this name; rename one"));
        }
    }
    Ok(names)
}

/// Counts lines while records go by; the parser's own count does not include the empty lines before a record.
#[derive(Default)]
struct Lines {
    done: usize,
    line: u64,
}

impl Lines {
    fn at(&mut self, text: &[u8], start: usize) -> u64 {
        let start = start.min(text.len());
        let empty = text[start..].iter().take_while(|b| b"\r\n".contains(b)).count();
        for i in self.done..start + empty {
            if text[i] == b'\n' || text[i] == b'\r' && text.get(i + 1) != Some(&b'\n') {
                self.line += 1;
            }
        }
        self.done = self.done.max(start + empty);
        self.line + 1
    }
}

fn unreadable(path: &Path, text: &[u8], error: &csv::Error) -> DataError {
    let line = error.position().map(|p| Lines::default().at(text, p.byte() as usize));
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("expected {expected_len} fields as in the header, found {len}")
        }
        _ => error.to_string(),
    };
    fault(path, line, None, problem)
}
