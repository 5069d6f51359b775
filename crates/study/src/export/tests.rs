use std::collections::BTreeMap;
use std::fs::{self, File};

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;

use super::*;
use crate::journal::Journal;
use crate::testing;
use crate::trial::Record;

/// Two planned trials, the second of which diverged, one that is missing, and one that the study has no more.
fn run() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let record = |id: &str, record: Record| Record { id: id.into(), ..record };
    journal.append(record("old", testing::record(9, 0.5, 0.25, 0.125))).unwrap();
    journal.append(record("b", testing::diverged(2, 7))).unwrap();
    journal.append(record("a", testing::record(1, 0.1 + 0.2, 1.0 / 3.0, 1e-300))).unwrap();
    let plan = [("a", 1), ("b", 2), ("c", 3)].map(|(id, seed)| {
        json!({"id": id, "group": "sgd:lr=0.1, \"x\"", "data": "digits", "settings": {"rule": "sgd:lr=0.1", "width": 5}, "seed": seed})
            .to_string()
            + "\n"
    });
    fs::write(folder.path().join(Plan::NAME), plan.concat()).unwrap();
    folder
}

/// The cells of each row by the name of their column.
type Rows = Vec<BTreeMap<String, String>>;

fn csv_rows(path: &Path) -> Rows {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn parquet_rows(path: &Path) -> Rows {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let cell = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => Value::from(*number).to_string(),
        other => panic!("{other:?}"),
    };
    let row = |row: ::parquet::record::Row| {
        row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect()
    };
    reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect()
}

#[test]
fn the_table_has_every_value_bit_for_bit_in_both_forms() {
    let folder = run();
    let exported = export(folder.path(), Form::Csv, None).unwrap();
    assert_eq!((exported.trials, exported.path), (3, folder.path().join("export.csv")));
    let rows = csv_rows(&folder.path().join("export.csv"));
    let of = |trial: &str, kind: &str| {
        rows.iter().filter(|row| row["trial"] == trial && row["kind"] == kind).collect::<Vec<_>>()
    };
    let order: Vec<&String> = rows.iter().map(|row| &row["trial"]).collect();
    assert!(order.is_sorted() && *order[0] == "a" && *order[order.len() - 1] == "old");
    assert_eq!((of("a", "series").len(), of("a", "final").len(), of("a", "diverged").len()), (5, 3, 0));
    assert_eq!(of("b", "diverged")[0]["step"], "7");
    let first = of("a", "series")[0];
    assert_eq!((first["rule"].as_str(), first["width"].as_str()), ("sgd:lr=0.1", "5"));
    assert_eq!(first["value"].parse::<f64>().unwrap().to_bits(), (0.1_f64 + 0.2).to_bits());
    assert_eq!(of("old", "series")[0]["group"], "");

    let path = folder.path().join("elsewhere.parquet");
    export(folder.path(), Form::Parquet, Some(&path)).unwrap();
    assert_eq!(parquet_rows(&path), rows);
}

#[test]
fn records_come_with_their_group() {
    let folder = run();
    export(folder.path(), Form::Jsonl, None).unwrap();
    let text = fs::read_to_string(folder.path().join("export.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b", "old"]);
    assert_eq!(lines[1]["settings"]["rule"], "sgd:lr=0.1");
    assert_eq!(lines[2]["group"], Value::Null);
    let journal = Journal::read(folder.path()).unwrap();
    for line in lines {
        let record: Record = serde_json::from_value(line).unwrap();
        assert_eq!(journal.get(&record.id), Some(&record));
    }
}

#[test]
fn event_files_have_a_folder_each_and_are_the_same_every_time() {
    let folder = run();
    let at = |out: &str| {
        let out = folder.path().join(out);
        export(folder.path(), Form::Tensorboard, Some(&out)).unwrap();
        ["sgd_lr=0.1,__x_/1", "sgd_lr=0.1,__x_/2", "old/9"]
            .map(|trial| fs::read(out.join(trial).join("events.out.tfevents.0000000000.thalweg")).unwrap())
    };
    assert_eq!(at("one"), at("two"));
    // The first event: 24 bytes, wall time 0 and the version.
    assert!(at("one")[0].windows(13).any(|bytes| bytes == b"brain.Event:2"));
}

#[test]
fn a_folder_that_cannot_be_exported_says_why() {
    let folder = run();
    for form in [Form::Csv, Form::Jsonl, Form::Parquet, Form::Tensorboard] {
        let error = export(&folder.path().join("nowhere"), form, None).unwrap_err().to_string();
        assert!(error.contains("nowhere: expected the folder of a run"), "{error}");
        let error = export(folder.path(), form, Some(&folder.path().join("export.toml/x"))).map(|_| ());
        assert_eq!(error.is_err(), form != Form::Tensorboard);
        fs::write(folder.path().join("file"), "").unwrap();
        let error = export(folder.path(), form, Some(&folder.path().join("file/x"))).unwrap_err().to_string();
        assert!(error.contains("cannot"), "{error}");
    }
}
