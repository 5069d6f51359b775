use proptest::prelude::*;

use super::super::hash::sha256;
use super::*;

fn parse(text: impl AsRef<[u8]>, label: &str) -> Result<Table, DataError> {
    Table::parse(text.as_ref(), Path::new("t.csv"), label)
}

/// Ten rows, half of each class; "flat" is constant.
fn small() -> Table {
    let mut text = String::from("long, flat, kind\n");
    for i in 0..10 {
        let kind = if i % 2 == 0 { "owl" } else { "cat" };
        text += &format!("{i}.5, 0.1, {kind}\n");
    }
    parse(text, "kind").unwrap()
}

#[test]
fn a_table_is_read_and_its_classes_are_sorted() {
    let table = small();
    assert_eq!(table.features(), ["long", "flat"]);
    assert_eq!(table.classes(), ["cat", "owl"]);
    assert_eq!(table.rows(), 10);
    assert_eq!(table.labels[..3], [1, 0, 1]);
    assert_eq!(table.values[..4], [0.5, 0.1, 1.5, 0.1]);
}

#[test]
fn the_label_may_stand_anywhere_and_be_a_number() {
    let table = parse("y,a\n10,1\n9,2\n10.0,3\n-0,4\n0,5\n", "y").unwrap();
    assert_eq!(table.classes(), ["-0", "9", "10"]);
    assert_eq!(table.labels, [2, 1, 2, 0, 0]);
    let mixed = parse("y,a\n10,1\n9,2\nb,3\n", "y").unwrap();
    assert_eq!(mixed.classes(), ["10", "9", "b"]);
}

#[test]
fn quotes_crlf_and_a_byte_order_mark_are_understood() {
    let table = parse("\u{feff}\"a\",y\r\n\"1\",\"x, y\"\r\n2,z\r\n", "y").unwrap();
    assert_eq!(table.features(), ["a"]);
    assert_eq!(table.classes(), ["x, y", "z"]);
}

#[test]
fn the_training_part_has_mean_0_and_deviation_1() {
    let data = small().split(Split::default()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (8, 2));
    let Inputs::Numbers(train) = &data.train.inputs else {
        panic!("a table holds numbers");
    };
    let long: Vec<f64> = train.iter().step_by(2).map(|&x| f64::from(x)).collect();
    let mean = long.iter().sum::<f64>() / 8.0;
    let variance = long.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 8.0;
    assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6, "{mean} {variance}");
    assert!(train.iter().skip(1).step_by(2).all(|&x| x == 0.0), "a constant column becomes 0");
}

#[test]
fn the_test_part_is_scaled_as_the_training_part() {
    let table = small();
    let data = table.split(Split::default()).unwrap();
    let Parts { train, test, .. } = Split::default().rows(&table.labels, 2).unwrap();
    let long = |r: usize| table.values[2 * r];
    let mean = train.iter().map(|&r| long(r)).sum::<f64>() / 8.0;
    let variance = train.iter().map(|&r| (long(r) - mean).powi(2)).sum::<f64>() / 8.0;
    let expected = ((long(test[1]) - mean) / variance.sqrt()) as f32;
    let mut found = [0.0_f32; 2];
    data.test.gather(2, &[1], &mut found);
    assert_eq!(found, [expected, 0.0]);
    assert_eq!(data.test.classes()[1], table.labels[test[1]]);
}

#[test]
fn a_file_gives_its_name_place_and_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("birds.csv");
    let text = "a,y\n1,x\n2,z\n3,x\n4,z\n";
    std::fs::write(&path, text).unwrap();
    let data = Table::read(&path, "y").unwrap();
    assert_eq!(data.name, "birds");
    assert_eq!(data.source, path.display().to_string());
    assert_eq!(data.fingerprint, sha256(text.as_bytes()));
    assert_eq!((data.columns, data.shape), (1, None));
    let absent = Table::read(folder.path().join("none.csv"), "y").unwrap_err();
    assert!(matches!(absent, DataError::Io { action: "read", .. }), "{absent:?}");
}

#[test]
fn every_fault_is_named_with_its_place() {
    let cases = [
        ("", "t.csv: the file is empty"),
        ("a,y\n", "t.csv: there is a header but no row"),
        ("y\n1\n2\n", "t.csv, column \"y\": the label is the only column"),
        ("a,a,y\n1,2,3\n", "t.csv, line 1, column \"a\": columns 1 and 2 have the same name"),
        (",a,y\n0,1,2\n", "t.csv, line 1: column 1 of 3 has no name"),
        ("a,why\n1,2\n", "t.csv, line 1: no column is called \"y\"; there are: a, why"),
        ("a,Y\n1,2\n", "t.csv, line 1: no column is called \"y\" (did you mean \"Y\"?)"),
        ("a;y\n1;2\n", "(one column only: the fields must be separated by commas)"),
        ("a,y\n1,2\nx,3\n", "t.csv, line 3, column \"a\": expected a number, found \"x\""),
        ("a,y\n1,2\n,3\n", "t.csv, line 3, column \"a\": expected a number, found an empty"),
        ("a,y\n1,2\n1,\n", "t.csv, line 3, column \"y\": expected a label, found an empty"),
        ("a,y\n1,2\n1,nan\n", "t.csv, line 3, column \"y\": expected a label, found \"nan\""),
        ("a,y\nNaN,2\n", "t.csv, line 2, column \"a\": expected a finite number, found \"NaN\""),
        ("a,y\n-inf,2\n", "t.csv, line 2, column \"a\": expected a finite number of size"),
        ("a,y\n1e39,2\n", "found \"1e39\""),
        ("a,y\n1,2\n\n\n1,2,3\n", "t.csv, line 5: expected 2 fields as in the header, found 3"),
        ("a,y\n1,2\n\nx,3\n", "t.csv, line 4, column \"a\": expected a number"),
        ("a,y\r\n1,2\r\n\r\nx,3\r\n", "t.csv, line 4, column \"a\": expected a number"),
        ("a,y\n1,\"two\nlines\"\nx,3\n", "t.csv, line 4, column \"a\": expected a number"),
        ("a,y\n1,2\n1\n", "t.csv, line 3: expected 2 fields as in the header, found 1"),
        ("a,y\n1,2\n3,2\n", "t.csv, column \"y\": all 2 rows have the label \"2\""),
    ];
    for (text, expected) in cases {
        let found = parse(text, "y").unwrap_err().to_string();
        assert!(found.contains(expected), "{text:?}\nexpected {expected}\nfound    {found}");
    }
    let bytes = parse(b"a,y\n1,\xff\n", "y").unwrap_err().to_string();
    assert!(bytes.contains("line 2, column \"y\": expected a label in UTF-8"), "{bytes}");
}

#[test]
fn a_label_that_never_repeats_is_no_class() {
    let error = parse("a,y\n1,2\n1,3\n1,4\n", "y").unwrap();
    let error = error.split(Split::default()).unwrap_err().to_string();
    assert!(error.contains("each of the 3 labels stands on one row only"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), headed: bool) {
        let bytes = if headed { [b"a,y\n", &bytes[..]].concat() } else { bytes };
        if let Ok(table) = parse(bytes, "y") {
            let _ = table.split(Split::default());
        }
    }

    #[test]
    fn no_csv_like_text_panics(text in "(a,y|y,b|a,y,c)\n([0-9.,xyeE\"\n -]{0,60}\n){0,5}") {
        if let Ok(table) = parse(text, "y")
            && let Ok(data) = table.split(Split::default())
        {
            prop_assert_eq!(data.train.len() + data.test.len(), table.rows());
            let Inputs::Numbers(train) = data.train.inputs else { panic!("a table holds numbers") };
            prop_assert!(train.iter().all(|x| x.is_finite()));
        }
    }
}
