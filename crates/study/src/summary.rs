//! The machine-readable result of a training study: the contract of `run --json`.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::compare::comparisons;
use crate::report::training::verdict_word;
use crate::statistics::summary;
use crate::training::{Outcome, Training};
use crate::trial::Metric;

/// `{"study","data","groups":[…],"comparisons":[…],"out"}`; numbers that do not exist (an interval of one seed, a metric of a diverged group) are null.
pub fn summarise(
    study: &str,
    data: &str,
    training: &Training,
    outcome: &Outcome,
    out: &Path,
) -> Value {
    let groups = outcome.groups.iter().map(|group| {
        let settings: Map<String, Value> = group.settings.iter().map(|(field, value)| (field.name().to_owned(), json!(value))).collect();
        let finals: Map<String, Value> = Metric::ALL
            .into_iter()
            .map(|metric| {
                let s = summary(&group.values(metric));
                let value = json!({ "mean": s.map(|s| s.mean), "sd": s.and_then(|s| s.sd), "ci95": s.and_then(|s| s.ci95) });
                (metric.name().to_owned(), value)
            })
            .collect();
        json!({
            "name": group.name,
            "settings": settings,
            "n": group.records.len(),
            "diverged": group.diverged(),
            "final": finals,
        })
    });
    let comparisons = comparisons(training, outcome);
    let comparisons = comparisons.iter().map(|c| {
        json!({
            "a": c.a.name,
            "b": c.b.name,
            "metric": c.metric.name(),
            "difference": c.paired.difference,
            "ci95": c.paired.ci95,
            "verdict": verdict_word(c.verdict),
        })
    });
    json!({
        "study": study,
        "data": data,
        "groups": groups.collect::<Vec<_>>(),
        "comparisons": comparisons.collect::<Vec<_>>(),
        "out": out.display().to_string(),
    })
}
