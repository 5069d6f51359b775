//! What is refused, and in which words.

use super::*;

fn refusal(rows: &str, change: impl FnOnce(&mut TableSpec)) -> String {
    text(rows, change).unwrap_err().to_string()
}

#[test]
fn gaps_are_refused_with_their_place_until_a_rule_is_given() {
    for gap in ["", "NA", "N/A", "NaN", "null", "?"] {
        let rows = format!("a,y\n1,p\n\n2,q\n{gap},p\n4,q\n");
        let error = refusal(&rows, |_| {});
        assert_eq!(
            error,
            "t.csv, line 5, column \"a\": the value is missing; say what to do about gaps by missing = \"drop\", \"mean\" or \"indicator\" (--missing)"
        );
    }
    let rows = "a,y\n1,p\n2,\n3,p\n4,q\n5,q\n";
    assert!(refusal(rows, |_| {}).starts_with("t.csv, line 3, column \"y\": the value is missing"));
    let error = refusal(rows, |spec| spec.missing = Some(Missing::Mean));
    assert!(error.starts_with("t.csv, line 3, column \"y\": the label is missing, and no rule"), "{error}");
    assert_eq!(text(rows, |spec| spec.missing = Some(Missing::Drop)).unwrap().train.len(), 2);
}

#[test]
fn values_are_refused_with_their_place() {
    let cases = [
        (
            "a,y\n1,p\ninf,q\n2,p\n3,q\n",
            "line 3, column \"a\": expected a finite number of size up to 3.4028235e38, found \"inf\"",
        ),
        ("a,y\n1,p\n-1e39,q\n2,p\n3,q\n", "line 3, column \"a\": expected a finite number"),
        (
            "a,y\n1,p\n2,q\nx,p\n3,q\n",
            "line 4, column \"a\": expected a number, as in most rows, found \"x\"",
        ),
        ("a,y\n1,p\n2,q\n1,inf\n3,q\n", "line 4, column \"y\": expected a label, found \"inf\""),
        ("a,y\n1,p\n2,q,r\n", "line 3: expected 2 fields as in the header, found 3"),
        (
            "a;y\n1,5;p\n2,5;q\n1,7;p\n2,5;q\n",
            "column \"a\": expected numbers like 1.5, found \"1,5\"; write decimal points",
        ),
        (
            "id,a,y\nu,1,p\nv,2,q\nw,3,p\nx,4,q\n",
            "column \"id\": each of the 4 rows has another text here, so nothing can be learnt from it; leave the column out by drop = [\"id\"]",
        ),
        ("a,y\n", "there is a header but no row below it"),
        ("", "the file is empty"),
        ("a,a,y\n1,2,p\n", "line 1, column \"a\": two columns have this name"),
        (
            "a,,y\n1,2,p\n",
            "line 1: column 2 of 3 has no name; if it numbers the rows, leave it out by drop = [\"\"]",
        ),
        ("y\n1\n2\n", "column \"y\": the label is the only column"),
        ("a,y\n1,p\n2,p\n", "column \"y\": all 2 rows have the label \"p\""),
        ("a,y\n1,p\n1,p\n1,q\n1,q\n", "no column is left to tell the label from"),
        ("a,z\n1,p\n", "no column is called \"y\""),
    ];
    for (rows, expected) in cases {
        let error = refusal(rows, |_| {});
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let rows = "n,a,y\n,1,p\n,2,q\n,3,p\n,4,q\n";
    let check = |change: &dyn Fn(&mut TableSpec), expected: &str| {
        let error = refusal(rows, change);
        assert!(error.contains(expected), "{error}");
    };
    check(&|spec| spec.missing = Some(Missing::Mean), "no row of the training part has a value here");
    check(&|spec| spec.drop = vec!["y".into()], "the label cannot be left out");
    check(&|spec| spec.drop = vec!["b".into()], "drop names \"b\", but there is no such column");
    check(&|spec| spec.delimiter = Some(b'"'), "cannot be a delimiter");
    let everything = |spec: &mut TableSpec| {
        spec.drop = vec!["n".into()];
        spec.split.test = 1.0;
    };
    check(&everything, "the test fraction must lie between 0 and 1");
    assert!(text(rows, |spec| spec.drop = vec!["n".into()]).is_ok());

    let load = |file: &str, label: &str, expected: &str| {
        let error = TableSpec::new(folder().join(file), label).load().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    load("mixed.xlsx", "y", "expected a name that ends in .csv");
    load("absent.csv", "y", "cannot read ");
    load("plain.npz", "z", "no array of labels is called z; there are: X, y; name one by label");
    load("snappy.parquet", "kinds", "no column is called \"kinds\" (did you mean \"kind\"?)");
    let inputs = TableSpec { inputs: Some("X".into()), ..birds("mixed.csv") };
    assert!(inputs.load().unwrap_err().to_string().contains("only NPZ archives"));
}

#[test]
fn too_many_categories_are_refused() {
    let rows: String = (0..2200).map(|i| format!("w{},{}\n", i % 1100, i % 2)).collect();
    let error = refusal(&format!("w,y\n{rows}"), |_| {});
    assert!(error.contains("column \"w\": 1100 different texts are more than the 1000"), "{error}");
}

#[test]
fn regression_needs_targets_that_differ() {
    let rows = "a,y\n1,2.5\n2,2.5\n3,2.5\n4,2.5\n5,2.5\n";
    let error = refusal(rows, |spec| spec.task = Some(Kind::Number));
    assert!(error.contains("all rows of the training part have the same number here"), "{error}");
}
