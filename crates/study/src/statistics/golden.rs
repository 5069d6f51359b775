//! Recorded numbers for the tests: see goldens/samples.py and goldens/differences.py.

use std::path::Path;

use serde_json::Value;

/// One file of goldens/.
pub(super) fn read(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../goldens").join(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap()
}

/// The recorded samples of differences: what to call each, the recorded numbers, the differences.
pub(super) fn samples() -> Vec<(String, Value, Vec<f64>)> {
    let golden = read("differences.json");
    let cases = golden["samples"].as_array().unwrap();
    assert_eq!(cases.len(), 100);
    let name = |index, case: &Value| format!("sample {index} ({})", case["kind"].as_str().unwrap());
    cases
        .iter()
        .enumerate()
        .map(|(i, case)| (name(i, case), case.clone(), numbers(&case["differences"])))
        .collect()
}

/// A number.
pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("expected a number; found {value}"))
}

/// A list of numbers.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Rows of numbers or null.
pub(super) fn table(value: &Value) -> Vec<Vec<Option<f64>>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(Value::as_f64).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

/// Nine digits.
pub(super) fn assert_close(found: f64, expected: f64, what: &str) {
    let apart = (found - expected).abs();
    assert!(apart <= 1e-9 * expected.abs(), "{what}: expected {expected:?}, found {found:?}");
}

/// A number, or null for none.
pub(super) fn assert_option(found: Option<f64>, expected: &Value, what: &str) {
    match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => assert_close(found, expected, what),
        (found, expected) => assert_eq!(found, expected, "{what}"),
    }
}

/// Both ends of an interval.
pub(super) fn assert_interval(found: Option<(f64, f64)>, expected: &Value, what: &str) {
    let (expected, (low, high)) = (numbers(expected), found.unwrap_or_else(|| panic!("{what}: no interval")));
    assert_close(low, expected[0], &format!("{what}: lower end"));
    assert_close(high, expected[1], &format!("{what}: upper end"));
}
