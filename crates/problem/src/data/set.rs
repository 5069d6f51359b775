//! A set of four IDX files: read, checked against its card, and joined.

use std::fmt;
use std::path::{Path, PathBuf};

use super::card::{Card, IdxFile, IdxSet};
use super::error::DataError;
use super::hash::sha256;
use super::idx::{self, Content};
use super::{Dataset, Examples, Inputs};

/// What was found when a data set was checked; a damaged one is an error instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The data set.
    pub name: String,
    /// The folder of its files, or "built in".
    pub source: String,
    /// Its files; none when it is built in.
    pub files: Vec<FileReport>,
    /// As in [`Dataset::fingerprint`].
    pub fingerprint: String,
}

/// What was found when a file was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// SHA-256 of its decompressed content, hexadecimal.
    pub sha256: String,
    /// How far it could be checked.
    pub check: Check,
}

/// How far a file could be checked. Format, dimensions, length and the range of the labels always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The SHA-256 of the decompressed content is the published one.
    Content,
    /// The SHA-256 of the gzipped file is the published one.
    Gzip,
    /// No published checksum applies: only the gzipped file's is known, and this file is not gzipped or was compressed
    /// again.
    Structure,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Content => "content checksum",
            Self::Gzip => "gzip checksum",
            Self::Structure => "structure only",
        })
    }
}

/// Reads the four files of a set, in the order of its card.
pub(super) fn read(
    card: &Card,
    set: &IdxSet,
    folder: &Path,
    paths: &[PathBuf],
) -> Result<(Dataset, Report), DataError> {
    let mut reports = Vec::with_capacity(set.files.len());
    let mut next = |i: usize| {
        let (content, check) = read_file(card, set, i, &paths[i])?;
        reports.push(FileReport { path: paths[i].clone(), sha256: content.sha256, check });
        Ok::<_, DataError>(content.values)
    };
    let train = join(card, next(0)?, &next(1)?, "training part")?;
    let test = join(card, next(2)?, &next(3)?, "test part")?;

    let hashes: String = reports.iter().map(|r| r.sha256.clone() + "\n").collect();
    let fingerprint = sha256(hashes.as_bytes());
    let source = folder.display().to_string();
    let report = Report {
        name: card.name.to_owned(),
        source: source.clone(),
        files: reports,
        fingerprint: fingerprint.clone(),
    };
    let dataset = Dataset {
        name: card.name.to_owned(),
        source,
        columns: card.columns(),
        shape: Some(card.shape),
        task: card.task(),
        train,
        validation: None,
        test,
        fingerprint,
        notes: Vec::new(),
    };
    Ok((dataset, report))
}

/// Reads and checks one file: number 0 to 3 of the set, wherever it lies.
pub(super) fn read_file(
    card: &Card,
    set: &IdxSet,
    i: usize,
    path: &Path,
) -> Result<(Content, Check), DataError> {
    let content = idx::read_file(path, &dimensions(card, i))?;
    let check = check(&set.files[i], &content, path)?;
    if !is_images(i) {
        let classes = card.classes.len();
        let outside = |&label: &u8| usize::from(label) >= classes;
        if let Some(index) = content.values.iter().position(outside) {
            return Err(DataError::LabelOutOfRange {
                path: path.to_owned(),
                index,
                found: content.values[index],
                classes,
            });
        }
    }
    Ok((content, check))
}

/// Checks a file that has just come from a mirror: a published checksum must hold, for nobody has compressed it again.
pub(super) fn check_download(card: &Card, set: &IdxSet, i: usize, path: &Path) -> Result<(), DataError> {
    let (content, check) = read_file(card, set, i, path)?;
    match (check, set.files[i].gzip) {
        (Check::Structure, Some(expected)) => Err(DataError::WrongChecksum {
            path: path.to_owned(),
            what: "gzip stream",
            expected: expected.to_owned(),
            found: content.gzip.unwrap_or(content.sha256),
        }),
        _ => Ok(()),
    }
}

/// The length of the decompressed file, in bytes.
pub(super) fn content_length(card: &Card, i: usize) -> u64 {
    let dimensions = dimensions(card, i);
    let elements: u64 = dimensions.iter().map(|&d| u64::from(d)).product();
    4 + 4 * dimensions.len() as u64 + elements
}

/// Files 0 and 2 are images, 1 and 3 their labels.
fn is_images(i: usize) -> bool {
    i.is_multiple_of(2)
}

fn dimensions(card: &Card, i: usize) -> Vec<u32> {
    let count = if i < 2 { card.train } else { card.test };
    if is_images(i) {
        vec![count as u32, card.shape.0 as u32, card.shape.1 as u32]
    } else {
        vec![count as u32]
    }
}

fn check(file: &IdxFile, content: &Content, path: &Path) -> Result<Check, DataError> {
    match (file.content, file.gzip) {
        (Some(published), _) if published == content.sha256 => Ok(Check::Content),
        (Some(published), _) => Err(DataError::WrongChecksum {
            path: path.to_owned(),
            what: "content",
            expected: published.to_owned(),
            found: content.sha256.clone(),
        }),
        (None, Some(published)) if content.gzip.as_deref() == Some(published) => Ok(Check::Gzip),
        (None, _) => Ok(Check::Structure),
    }
}

fn join(card: &Card, values: Vec<u8>, labels: &[u8], part: &str) -> Result<Examples, DataError> {
    let inputs = Inputs::Bytes { values, divisor: 255.0 };
    let labels: Vec<u32> = labels.iter().map(|&l| u32::from(l)).collect();
    Examples::new(inputs, labels, card.columns(), &format!("{}, {part}", card.name))
}
