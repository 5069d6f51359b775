//! The machine-readable result of a training study: the contract of `run --json`.

use serde_json::{Map, Value, json};

use crate::compare::comparisons;
use crate::report::training::verdict_word;
use crate::statistics::summary;
use crate::training::{Outcome, Training};

/// `{"study","data","groups":[…],"comparisons":[…]}`; numbers that do not exist (an interval of one seed, a metric of a diverged group) are null.
pub fn summarise(study: &str, training: &Training, outcome: &Outcome) -> Value {
    let data: Vec<&str> = outcome.problems.iter().map(|problem| &problem.name[..]).collect();
    // One data set is named, several are listed.
    let data = if let [one] = data[..] { json!(one) } else { json!(data) };
    let groups = outcome.groups.iter().map(|group| {
        let settings: Map<String, Value> = group.settings.iter().map(|(field, value)| (field.name().to_owned(), json!(value))).collect();
        let finals: Map<String, Value> = outcome.metrics
            .iter()
            .map(|metric| {
                let s = summary(&group.values(*metric));
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Body, Study};
    use crate::technique::Field;
    use crate::testing::{diverged, group, outcome, record, three};

    fn summarised(groups: Vec<crate::training::Group>) -> Value {
        let text = "title = \"t\"\n[data]\nname = \"digits\"\n[training]\nbatch = 1\nsteps = 1";
        let Body::Training(training) = Study::parse("t", "t", text).unwrap().body else { panic!() };
        summarise("mine", &training, &outcome(groups))
    }

    #[test]
    fn groups_and_comparisons_have_their_numbers() {
        let of = |rule, loss| group(&[(Field::Rule, rule)], three(loss, 0.9, 0.8));
        let all = summarised(vec![of("adam", 0.5), of("sgd", 1.5)]);
        assert_eq!((&all["study"], &all["data"]), (&json!("mine"), &json!("digits")));
        let first = &all["groups"][0];
        assert_eq!(first["settings"], json!({ "rule": "adam" }));
        assert_eq!((&first["n"], &first["diverged"]), (&json!(3), &json!(0)));
        let loss = &first["final"]["train_loss"];
        assert!((loss["mean"].as_f64().unwrap() - 0.5).abs() < 1e-12);
        assert!((loss["sd"].as_f64().unwrap() - 0.005).abs() < 1e-12);
        let ends: Vec<f64> = loss["ci95"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        // t(.975, 2) = 4.302652729749462
        let half = 4.302652729749462 * 0.005 / 3_f64.sqrt();
        assert!((ends[0] - 0.5 + half).abs() < 1e-9 && (ends[1] - 0.5 - half).abs() < 1e-9, "{ends:?}");
        let comparison = &all["comparisons"][0];
        assert_eq!(comparison["a"], "adam");
        assert_eq!(comparison["b"], "sgd");
        assert_eq!(comparison["metric"], "train_loss");
        assert_eq!(comparison["verdict"], "better");
        assert!((comparison["difference"].as_f64().unwrap() + 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_exist_is_null() {
        let gone = group(&[(Field::Rule, "sgd:lr=1e6")], vec![diverged(1, 4)]);
        let once = group(&[(Field::Rule, "adam")], vec![record(1, 0.5, 0.9, 0.8)]);
        let all = summarised(vec![gone, once]);
        let (gone, once) = (&all["groups"][0], &all["groups"][1]);
        assert_eq!((&gone["n"], &gone["diverged"]), (&json!(1), &json!(1)));
        assert_eq!(gone["final"]["test_accuracy"], json!({ "mean": null, "sd": null, "ci95": null }));
        assert_eq!(once["final"]["test_accuracy"], json!({ "mean": 0.8, "sd": null, "ci95": null }));
        let comparison = &all["comparisons"][0];
        assert_eq!((&comparison["difference"], &comparison["ci95"]), (&Value::Null, &Value::Null));
        // One seed decides nothing, not even against one that diverged.
        assert_eq!(comparison["verdict"], "undecided");
    }
}
