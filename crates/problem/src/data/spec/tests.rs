use std::path::Path;

use serde::Deserialize;
use technique::net::NetSpec;

use super::*;
use crate::data::{Table, Targets, Task};
use crate::supervised::{Part, Sampling, Supervised};

mod damage;
mod refused;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../goldens/tables")
}

/// The recorded table of birds, without what is not for its classes.
fn birds(file: &str) -> TableSpec {
    let drop = ["id", "weight"].map(str::to_owned).to_vec();
    TableSpec { drop, ..TableSpec::new(folder().join(file), "kind") }
}

/// A text file that exists in memory alone.
fn text(text: &str, change: impl FnOnce(&mut TableSpec)) -> Result<Dataset, DataError> {
    let mut spec = TableSpec::new("t.csv", "y");
    change(&mut spec);
    spec.parse(text.as_bytes().to_vec(), &[])
}

fn numbers(examples: &Examples) -> &[f32] {
    match examples.inputs() {
        Inputs::Numbers(numbers) => numbers,
        Inputs::Bytes { .. } => panic!("numbers"),
    }
}

#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
    regression: Regression,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    missing: Option<String>,
    rows: Rows<usize>,
    train: Vec<Vec<f64>>,
    validation: Vec<Vec<f64>>,
    test: Vec<Vec<f64>>,
    classes: Vec<String>,
    labels: Rows<u32>,
}

#[derive(Deserialize)]
struct Rows<T> {
    train: Vec<T>,
    validation: Vec<T>,
    test: Vec<T>,
}

#[derive(Deserialize)]
struct Regression {
    mean: f64,
    sd: f64,
    params: Vec<f64>,
    train: Measured,
    test: Measured,
}

#[derive(Deserialize)]
struct Measured {
    r2: f64,
    rmse: f64,
}

fn recorded() -> Recorded {
    let text = std::fs::read_to_string(folder().join("../tables.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_near(found: &[f32], expected: &[Vec<f64>], what: &str) {
    let expected = expected.concat();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (&found, expected)) in found.iter().zip(&expected).enumerate() {
        let gap = (f64::from(found) - expected).abs();
        assert!(gap <= 1e-6 * expected.abs().max(1.0), "{what}, number {i}: {found} {expected}");
    }
}

#[test]
fn inputs_are_what_scikit_learn_makes_of_the_same_rows() {
    for case in recorded().cases {
        let mut spec = birds(&case.name);
        spec.split.validation = 0.1;
        spec.missing = match case.missing.as_deref() {
            None => None,
            Some("mean") => Some(Missing::Mean),
            _ => Some(Missing::Indicator),
        };
        let data = spec.load().unwrap();
        assert_eq!(data.task.classes(), case.classes);
        assert_near(numbers(&data.train), &case.train, &case.name);
        assert_near(numbers(data.validation.as_ref().unwrap()), &case.validation, &case.name);
        assert_near(numbers(&data.test), &case.test, &case.name);
        assert_eq!(data.train.classes(), case.labels.train);
        assert_eq!(data.validation.unwrap().classes(), case.labels.validation);
        assert_eq!(data.test.classes(), case.labels.test);
        assert_eq!((case.rows.train.len(), case.rows.validation.len(), case.rows.test.len()), (21, 3, 6));
    }
}

#[test]
fn errors_are_those_of_scikit_learn() {
    let Recorded { regression, .. } = recorded();
    let drop = ["id", "flat", "colour", "migrates", "kind"].map(str::to_owned).to_vec();
    let data = TableSpec { drop, ..TableSpec::new(folder().join("mixed.csv"), "weight") }.load().unwrap();
    let Task::Regression { target, scale } = &data.task else { panic!("{:?}", data.task) };
    assert_eq!(target, "weight");
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() <= 2e-6 * expected.abs().max(1.0), "{found} {expected}");
    };
    near(scale.mean, regression.mean);
    near(scale.sd, regression.sd);
    let spec = NetSpec {
        inputs: 2,
        hidden: vec![],
        outputs: 1,
        activation: "relu".parse().unwrap(),
        norm: "none".parse().unwrap(),
        dropout: Default::default(),
        loss: data.task.loss(),
    };
    let mut problem = Supervised::<f64>::new(&data, None, &spec, 1, Sampling::Epochs, 1).unwrap();
    for (part, expected) in [(Part::Train, regression.train), (Part::Test, regression.test)] {
        let measure = problem.measure(&regression.params, part).unwrap();
        near(measure.score, expected.r2);
        near(measure.rmse.unwrap(), expected.rmse);
    }
}

#[test]
fn all_formats_hold_the_same_table() {
    let csv = birds("mixed.csv").load().unwrap();
    for file in
        ["mixed.tsv", "semicolon.csv", "packed.csv.gz", "snappy.parquet", "zstd.parquet", "gzip.parquet"]
    {
        let data = birds(file).load().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((&data.train, &data.test, &data.task), (&csv.train, &csv.test, &csv.task), "{file}");
        assert_eq!(data.notes, csv.notes, "{file}");
    }
    assert_eq!(birds("packed.csv.gz").load().unwrap().fingerprint, csv.fingerprint);
    assert_eq!(birds("packed.csv.gz").load().unwrap().name, "packed");
    let gaps = |file| TableSpec { missing: Some(Missing::Drop), ..birds(file) }.load().unwrap();
    let (csv, parquet) = (gaps("gaps.csv"), gaps("gaps.parquet"));
    assert_eq!((csv.train, csv.test, csv.notes.clone()), (parquet.train, parquet.test, parquet.notes));
    assert!(csv.notes.contains(&Note::Gaps { lost: 4, rows: 30 }), "{:?}", csv.notes);
}

#[test]
fn arrays_hold_the_same_numbers() {
    let drop = ["id", "flat", "colour", "migrates", "weight"].map(str::to_owned).to_vec();
    let csv = TableSpec { drop, ..birds("mixed.csv") }.load().unwrap();
    let plain = TableSpec::new(folder().join("plain.npz"), "").load().unwrap();
    assert_eq!((&plain.train, &plain.test, &plain.task), (&csv.train, &csv.test, &csv.task));
    // Fortran order, and labels as big-endian i16: owl, cat, elk are 0, 1, 2.
    let npy = TableSpec::new(folder().join("x.npy"), "y.npy").load().unwrap();
    assert_eq!(npy.task.classes(), ["0", "1", "2"]);
    assert_eq!(numbers(&npy.train), numbers(&csv.train));
    let renamed: Vec<u32> = npy.train.classes().iter().map(|&c| [2, 0, 1][c as usize]).collect();
    assert_eq!(renamed, csv.train.classes());
    let packed = TableSpec::new(folder().join("packed.npz"), "weight").load().unwrap();
    assert!(matches!(&packed.task, Task::Regression { target, .. } if target == "weight"));
    assert!(matches!(packed.train.targets, Targets::Numbers(_)));
}

#[test]
fn images_keep_their_bytes_and_shape() {
    let npz = TableSpec::new(folder().join("images.npz"), "labels").load().unwrap();
    let idx = TableSpec::new(folder().join("images-idx3-ubyte"), "labels-idx1-ubyte").load().unwrap();
    assert_eq!((npz.shape, npz.columns), (Some((4, 3)), 12));
    assert_eq!((&npz.train, &npz.test, &npz.task), (&idx.train, &idx.test, &idx.task));
    // The image of row r starts with the byte 84 r mod 256, and its label is r mod 3.
    let mut first = vec![0.0_f64; 12 * idx.test.len()];
    idx.test.gather(12, &(0..idx.test.len()).collect::<Vec<_>>(), &mut first);
    for (image, &label) in first.chunks(12).zip(idx.test.classes()) {
        let byte = (image[0] * 255.0).round() as usize;
        assert!((0..30).any(|r| r * 84 % 256 == byte && r as u32 % 3 == label), "{byte} {label}");
        assert_eq!(((image[1] * 255.0).round() as usize + 249) % 256, byte);
    }
}

#[test]
fn a_plain_table_of_numbers_is_read_as_ever() {
    let mut rows = String::from("long, wide, kind\n");
    for i in 0..40 {
        rows += &format!("{}.5, {}, {}\n", i * i % 17, i % 7, ["owl", "cat"][i % 2]);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.csv");
    std::fs::write(&path, rows).unwrap();
    let (new, old) = (TableSpec::new(&path, "kind").load().unwrap(), Table::read(&path, "kind").unwrap());
    assert_eq!(new, old);
}

#[test]
fn a_validation_part_leaves_the_test_part_as_it_is() {
    let with = |validation| {
        let mut spec = birds("mixed.csv");
        spec.split.validation = validation;
        spec.load().unwrap()
    };
    let (without, with) = (with(0.0), with(0.2));
    assert_eq!(without.validation, None);
    assert_eq!(with.test.classes(), without.test.classes());
    assert_eq!(with.validation.unwrap().len() + with.train.len(), without.train.len());
}

#[test]
fn labels_are_classes_or_numbers_by_rule() {
    let label = |values: &[&str], task| {
        let rows: String = values.iter().enumerate().map(|(i, y)| format!("{},{y}\n", i % 5)).collect();
        let data = text(&format!("x,y\n{rows}"), |spec| spec.task = task);
        data.map(|data| (data.task.classes().len(), data.notes))
    };
    let whole: Vec<String> = (0..300).map(|i| (i % 100).to_string()).collect();
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let (classes, notes) = label(&whole, None).unwrap();
    assert_eq!(classes, 100);
    assert!(notes[0].to_string().starts_with("The label `y` holds 100 different whole numbers"), "{notes:?}");
    assert_eq!(label(&whole, Some(Kind::Number)).unwrap().0, 0);
    let halves: Vec<String> = (0..44).map(|i| format!("{}.5", i % 11)).collect();
    let halves: Vec<&str> = halves.iter().map(String::as_str).collect();
    assert_eq!(label(&halves, None).unwrap().0, 0, "11 different numbers with fractions");
    assert_eq!(label(&halves[..40], Some(Kind::Classes)).unwrap().0, 11);
    assert_eq!(label(&["yes", "no", "no", "yes"], None).unwrap(), (2, vec![]));
    let error = label(&["1", "2", "x", "1", "2", "x"], Some(Kind::Number)).unwrap_err().to_string();
    assert_eq!(
        error,
        "t.csv, line 4, column \"y\": expected a number, found \"x\"; or say task = \"classes\" (--task)"
    );
}

#[test]
fn rare_labels_are_left_out_if_asked() {
    let rows = "x,y\n1,a\n2,b\n3,a\n4,c\n5,b\n6,a\n";
    let error = text(rows, |_| {}).unwrap_err().to_string();
    assert!(error.starts_with("t.csv, line 5, column \"y\": the label \"c\" occurs once, so"), "{error}");
    let data = text(rows, |spec| spec.rare = Some(Rare::Drop)).unwrap();
    assert_eq!(data.task.classes(), ["a", "b"]);
    assert_eq!(data.train.len() + data.test.len(), 5);
    let notes: Vec<String> = data.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, ["1 row whose label in `y` occurs once was left out (c, line 5)."]);
}

#[test]
fn a_category_that_training_lacks_is_0_everywhere_and_told() {
    // With one row of another colour, some seed puts it into the test part.
    let rows: String = (0..20)
        .map(|i| {
            format!("{},{},{}\n", if i == 7 { "pink" } else { ["red", "blue"][i / 2 % 2] }, i % 3, i % 2)
        })
        .collect();
    let told = (0..40).find_map(|seed| {
        let data = text(&format!("colour,x,y\n{rows}"), |spec| spec.split.seed = seed).unwrap();
        data.notes.iter().any(|note| note.to_string().contains("that it lacks")).then_some(data)
    });
    let data = told.unwrap();
    assert_eq!(data.columns, 3);
    assert!(
        data.notes.iter().any(|n| n.to_string().ends_with("2 columns of 0 and 1: colour=blue, colour=red.")),
        "{:?}",
        data.notes
    );
    let zero = numbers(&data.test).chunks(3).filter(|row| row[..2] == [0.0, 0.0]).count();
    assert_eq!(zero, 1);
    assert!(numbers(&data.train).chunks(3).all(|row| row[0] + row[1] == 1.0));
}

#[test]
fn a_column_of_an_array_has_its_own_words() {
    // Two columns of two words each over four rows: as many different words in the array as rows in a column.
    let array = |descr: &str, shape: &str, data: Vec<u8>| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let length = (text.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], text.as_bytes(), &data].concat()
    };
    let words = "acadbcbdacadbcbd".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let x = array("<U1", "(8, 2)", words);
    let y = array("|u1", "(8,)", vec![0, 1, 0, 1, 0, 1, 0, 1]);
    let data = TableSpec::new("x.npy", "y.npy").load_from(&x, &y).unwrap();
    assert_eq!(data.columns, 4);
    assert!(
        data.notes
            .iter()
            .any(|note| note.to_string() == "The column `x0` became 2 columns of 0 and 1: x0=a, x0=b.")
    );
    assert!(
        data.notes
            .iter()
            .any(|note| note.to_string() == "The column `x1` became 2 columns of 0 and 1: x1=c, x1=d.")
    );
}

#[test]
fn memory_holds_the_same_as_files() {
    let bytes = |file: &str| std::fs::read(folder().join(file)).unwrap();
    let spec = birds("packed.csv.gz");
    assert_eq!(spec.load_from(&bytes("packed.csv.gz"), &[]).unwrap(), spec.load().unwrap());
    let spec = TableSpec::new(folder().join("images-idx3-ubyte"), "labels-idx1-ubyte");
    let (images, labels) = (bytes("images-idx3-ubyte"), bytes("labels-idx1-ubyte"));
    assert_eq!(spec.load_from(&images, &labels).unwrap(), spec.load().unwrap());
    let error = TableSpec::new("mixed.xlsx", "y").load_from(&[], &[]).unwrap_err().to_string();
    assert!(error.contains("expected a name that ends in .csv"), "{error}");
}
