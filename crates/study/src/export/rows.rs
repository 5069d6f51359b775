//! The rows of the long table: one for each measurement of a record, and one for how it ended if it did not end well.

use serde_json::Value;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A point of a curve.
    Series,
    /// A final metric.
    Final,
    /// The trial diverged at this step.
    Diverged,
    /// The trial ended in an error.
    Failed,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Final => "final",
            Self::Diverged => "diverged",
            Self::Failed => "failed",
        }
    }
}

/// One row, without what is the same for all of a trial.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) metric: Option<String>,
    pub(super) step: Option<u64>,
    pub(super) value: Option<f64>,
}

/// The rows of a record: its curves, its final metrics, how it ended.
///
/// A curve is a list of (step, value), on its own or among `series`; the names are those of the record.
pub(super) fn rows(record: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    let own = record.as_object().into_iter().flatten();
    let grouped = record["series"].as_object().into_iter().flatten();
    for (name, points) in own.chain(grouped) {
        for point in points.as_array().into_iter().flatten() {
            if let (Some(step), Some(value)) = (point[0].as_u64(), point[1].as_f64()) {
                let (step, value) = (Some(step), Some(value));
                rows.push(Row { kind: Kind::Series, metric: Some(name.clone()), step, value });
            }
        }
    }
    for (name, value) in record["finals"].as_object().into_iter().flatten() {
        rows.push(Row { kind: Kind::Final, metric: Some(name.clone()), step: None, value: value.as_f64() });
    }
    let ending = |kind, step| Row { kind, metric: None, step, value: None };
    if let Some(step) = record["diverged_at"].as_u64() {
        rows.push(ending(Kind::Diverged, Some(step)));
    }
    if record["failed"].is_string() {
        rows.push(ending(Kind::Failed, None));
    }
    rows
}

/// A setting as a cell of a table.
pub(super) fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn curves_are_found_in_either_place() {
        let old =
            json!({"id": "a", "finals": {"train_loss": 0.5}, "loss": [[1, 2.5], [5, 1]], "accuracy": []});
        let new = json!({"id": "a", "finals": {"train_loss": 0.5}, "series": {"loss": [[1, 2.5], [5, 1.0]]}});
        assert_eq!(rows(&old), rows(&new));
        assert_eq!(rows(&old).len(), 3);
        let bad = rows(&json!({"diverged_at": 4, "failed": "no memory", "loss": [[1, 2.5]]}));
        assert_eq!(
            bad.iter().map(|row| row.kind.name()).collect::<Vec<_>>(),
            ["series", "diverged", "failed"]
        );
    }
}
