//! Damaged files, and files that lie: an error or a data set, never a panic, and no memory beyond the file's own size.

use rand::RngExt;

use super::*;

/// Every prefix and every flipped bit of a golden file, and many with several bytes changed.
fn damage(file: &str, change: impl Fn(&mut TableSpec), labels: Option<&str>) {
    let mut spec = birds(file);
    change(&mut spec);
    let content = std::fs::read(folder().join(file)).unwrap();
    let labels = labels.map_or(Vec::new(), |labels| std::fs::read(folder().join(labels)).unwrap());
    spec.parse(content.clone(), &labels).unwrap();
    for end in 0..content.len() {
        let _ = spec.parse(content[..end].to_vec(), &labels);
    }
    for bit in 0..content.len() * 8 {
        let mut bad = content.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let _ = spec.parse(bad, &labels);
    }
    let mut random = technique::random::key(1, technique::random::Purpose::Batch, 0).rng();
    for _ in 0..2000 {
        let mut bad = content.clone();
        for _ in 0..random.random_range(2..9) {
            let at = random.random_range(0..bad.len());
            bad[at] = random.random();
        }
        let _ = spec.parse(bad, &labels);
    }
    for end in 0..labels.len() {
        assert!(spec.parse(content.clone(), &labels[..end]).is_err());
    }
}

/// All columns, and another label.
fn plain(label: &'static str) -> impl Fn(&mut TableSpec) {
    move |spec| {
        spec.drop.clear();
        spec.label = label.to_owned();
    }
}

#[test]
fn damaged_text_does_not_panic() {
    damage("semicolon.csv", |_| {}, None);
    damage("gaps.csv", |spec| spec.missing = Some(Missing::Indicator), None);
}

#[test]
fn damaged_parquet_of_pandas_does_not_panic() {
    damage("snappy.parquet", |_| {}, None);
}

#[test]
fn damaged_parquet_of_either_version_does_not_panic() {
    damage("zstd.parquet", |_| {}, None);
    damage("gzip.parquet", |_| {}, None);
}

#[test]
fn damaged_arrays_do_not_panic() {
    damage("plain.npz", plain(""), None);
    damage("packed.npz", plain("weight"), None);
    damage("images.npz", plain("labels"), None);
    damage("x.npy", plain("y.npy"), Some("y.npy"));
    damage("images-idx3-ubyte", plain("labels-idx1-ubyte"), Some("labels-idx1-ubyte"));
}

#[test]
fn a_header_that_claims_a_fortune_is_refused() {
    let y = std::fs::read(folder().join("y.npy")).unwrap();
    for shape in ["(4611686018427387904, 4)", "(1000000000000, 2)", "(0, 2)", "()", "(18446744073709551616,)"]
    {
        let text = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}\n");
        let header = [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
        assert!(TableSpec::new("x.npy", "y.npy").parse(header, &y).is_err(), "{shape}");
    }
    let idx = [&[0, 0, 8, 3][..], &[0xff; 12], &[0; 64]].concat();
    let error = TableSpec::new("a.idx", "b.idx").parse(idx, &[]).unwrap_err().to_string();
    assert!(
        error.contains("its header promises [4294967295, 4294967295, 4294967295] bytes, but 64"),
        "{error}"
    );
}

#[test]
fn nested_headers_of_arrays_are_refused_without_recursion() {
    let text = format!("{{'descr': {}", "(".repeat(60_000));
    let header = [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
    let error = TableSpec::new("x.npy", "y.npy").parse(header, &[]).unwrap_err().to_string();
    assert!(error.contains("expected a header like"), "{error}");
}

#[test]
fn a_bomb_is_not_unpacked() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.csv.gz");
    let file = std::fs::File::create(&path).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    encoder.write_all(&vec![b'1'; 1 << 24]).unwrap();
    encoder.finish().unwrap();
    let error = content::read_up_to(&path, 1 << 20).unwrap_err().to_string();
    assert!(error.contains("expands to more than 1048576 bytes"), "{error}");
}

#[test]
fn parquet_that_lies_about_its_size_is_refused() {
    let lies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/parquet");
    for (file, expected) in [
        ("lies-children", "its schema does not fit its columns"),
        ("lies-nested", "its schema does not fit its columns"),
        ("lies-rows", "are more than the"),
        ("lies-rows-some", "it is not a whole Parquet file"),
        ("lies-page-size", "a page claims another length than it has"),
        ("lies-page-size-zstd", "a page claims another length than it has"),
        ("lies-dictionary", "a page claims another length than it has"),
        ("lies-values", "a page claims another length than it has"),
        ("lies-lengths", "a page claims other lengths than it has"),
        ("lies-suffixes", "a page claims other lengths than it has"),
    ] {
        let spec = TableSpec::new(lies.join(format!("{file}.parquet")), "kind");
        let error = spec.load().unwrap_err().to_string();
        assert!(error.contains(expected), "{file}: {error}");
    }
    // The same files without the lie.
    let [plain, others @ ..] = ["plain", "dictionary", "delta-lengths", "delta-gaps-v2"].map(|file| {
        let spec = TableSpec::new(lies.join(format!("{file}.parquet")), "kind");
        spec.load().unwrap_or_else(|error| panic!("{file}: {error}"))
    });
    for other in others {
        assert_eq!((&other.train, &other.test), (&plain.train, &plain.test));
    }
}

#[test]
fn a_few_zeros_well_packed_do_not_become_millions_of_columns() {
    let width = content::MOST_COLUMNS + 1;
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': (2, {width}), }}\n");
    let header = [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
    let y = std::fs::read(folder().join("y.npy")).unwrap();
    let error = TableSpec::new("x.npy", "y.npy").parse([header, vec![0; 2 * width]].concat(), &y);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("[2, 1048577] are more than the 1048576 columns"), "{error}");
}
