//! Data of one's own: tables and arrays.

use std::path::Path;

use problem::data::{Dataset, Examples, Inputs, Kind, Missing, Rare, TableSpec, Targets, read_idx};

/// A text file, gzipped or not.
pub(crate) fn csv(bytes: &[u8]) {
    for spec in specs("a.csv") {
        load(&spec, bytes, &[]);
    }
    load(&TableSpec { delimiter: Some(b';'), ..TableSpec::new("a.csv", "y") }, bytes, &[]);
}

/// A Parquet file.
pub(crate) fn parquet(bytes: &[u8]) {
    for spec in specs("a.parquet") {
        load(&spec, bytes, &[]);
    }
}

/// An NPZ archive.
pub(crate) fn npz(bytes: &[u8]) {
    load(&TableSpec { rare: Some(Rare::Drop), ..TableSpec::new("a.npz", "") }, bytes, &[]);
    let missing = Some(Missing::Indicator);
    let named = TableSpec { inputs: Some("x".into()), missing, ..TableSpec::new("a.npz", "weight") };
    load(&named, bytes, &[]);
}

/// Two NPY files, one after the other: inputs and labels. One alone serves as both.
pub(crate) fn npy(bytes: &[u8]) {
    let (inputs, labels) = halves(bytes, b"\x93NUMPY");
    load(&TableSpec { rare: Some(Rare::Drop), ..TableSpec::new("x.npy", "y.npy") }, inputs, labels);
    let number = TableSpec {
        task: Some(Kind::Number),
        missing: Some(Missing::Drop),
        ..TableSpec::new("x.npy", "y.npy")
    };
    load(&number, inputs, labels);
}

/// Two IDX files, one after the other: inputs and labels. One alone serves as both.
pub(crate) fn idx(bytes: &[u8]) {
    // The labels' own first bytes.
    let (inputs, labels) = halves(bytes, &[0, 0, 8, 1]);
    load(&TableSpec { rare: Some(Rare::Drop), ..TableSpec::new("x.idx", "y.idx") }, inputs, labels);
    // The reader of the sets that have a name knows how large they are.
    for dimensions in [&[9][..], &[9, 3, 3]] {
        if let Ok(values) = read_idx(bytes, Path::new("x.idx"), dimensions) {
            assert_eq!(values.len() as u32, dimensions.iter().product::<u32>());
        }
    }
}

/// Ways of reading a table: as it comes, and with each rule for gaps.
fn specs(path: &str) -> [TableSpec; 3] {
    let spec = |label: &str| TableSpec::new(path, label);
    let mut number = TableSpec { missing: Some(Missing::Indicator), ..spec("weight") };
    number.drop.push("id".to_owned());
    number.split.validation = 0.1;
    [spec("y"), TableSpec { missing: Some(Missing::Drop), rare: Some(Rare::Drop), ..spec("kind") }, number]
}

/// The bytes before the last place of the mark, and those from it on; all of them twice where there is no such place but the first.
fn halves<'b>(bytes: &'b [u8], mark: &[u8]) -> (&'b [u8], &'b [u8]) {
    match bytes.windows(mark.len()).rposition(|window| window == mark) {
        Some(at) if at > 0 => bytes.split_at(at),
        _ => (bytes, bytes),
    }
}

/// Reads a data set, and holds it to what a data set is.
fn load(spec: &TableSpec, content: &[u8], labels: &[u8]) {
    match spec.load_from(content, labels) {
        Ok(data) => {
            check(&data);
            let again = spec.load_from(content, labels);
            assert_eq!(again.ok().as_ref(), Some(&data), "the same bytes are the same data set");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check(data: &Dataset) {
    assert_eq!(data.fingerprint.len(), 64);
    assert!(data.shape.is_none_or(|(rows, columns)| rows * columns == data.columns));
    for part in [Some(&data.train), data.validation.as_ref(), Some(&data.test)].into_iter().flatten() {
        check_part(data, part);
    }
}

fn check_part(data: &Dataset, part: &Examples) {
    assert!(!part.is_empty());
    assert_eq!(part.inputs().len(), part.len() * data.columns);
    if let Inputs::Numbers(numbers) = part.inputs() {
        assert!(numbers.iter().all(|x| x.is_finite()));
    }
    match &part.targets {
        Targets::Classes(classes) => {
            assert!(classes.iter().all(|&class| (class as usize) < data.task.classes().len()));
        }
        Targets::Numbers(numbers) => assert!(numbers.iter().all(|y| y.is_finite())),
    }
}
