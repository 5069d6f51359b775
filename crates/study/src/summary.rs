//! The machine-readable result of a training study: the contract of `summary.json` and of `run --json`.

use serde_json::{Map, Value, json};

use crate::across::{Across, across};
use crate::compare::{BOOTSTRAPPED, Comparison};
use crate::report::training::verdict_word;
use crate::statistics::{Survival, summary, summary_without_bootstrap};
use crate::target::{Reach, Target, targets};
use crate::training::{Group, Outcome, Training};
use crate::trial::Metric;

/// `{"study","data","seeds","groups":[…],"comparisons":[…]}`, with `"ranks"` where there are several data sets and `"targets"` where the study's metric is
/// recorded on the way; numbers that do not exist (an interval of one seed, a metric of a diverged group) are null.
///
/// A function of the trials alone: neither the folder nor the time that anything took is in it, so that two runs of a study leave the same bytes.
pub fn summarise(
    study: &str,
    training: &Training,
    outcome: &Outcome,
    comparisons: &[Comparison<'_>],
) -> Value {
    let data: Vec<&str> = outcome.problems.iter().map(|problem| &problem.name[..]).collect();
    // One data set is named, several are listed.
    let data = if let [one] = data[..] { json!(one) } else { json!(data) };
    let bootstrap = outcome.groups.len() * outcome.metrics.len() <= BOOTSTRAPPED;
    let mut all = json!({
        "study": study,
        "data": data,
        "seeds": outcome.seeds,
        "groups": outcome.groups.iter().map(|group| of_group(group, &outcome.metrics, bootstrap)).collect::<Vec<_>>(),
        "comparisons": comparisons.iter().map(of_comparison).collect::<Vec<_>>(),
    });
    let ranks: Vec<Value> =
        outcome.metrics.iter().filter_map(|metric| across(outcome, *metric)).map(|a| of_ranks(&a)).collect();
    let targets = of_targets(training, outcome, |reach| of_times(&reach.steps));
    for (key, list) in [("ranks", ranks), ("targets", targets)] {
        if !list.is_empty() {
            all[key] = json!(list);
        }
    }
    all
}

/// The wall times to the targets of [`summarise`], in seconds. They differ between two runs of a study, and stand in no file.
pub fn seconds(training: &Training, outcome: &Outcome) -> Vec<Value> {
    of_targets(training, outcome, |reach| of_times(&reach.seconds))
}

/// The targets on all data sets, with the times of each technique.
fn of_targets(training: &Training, outcome: &Outcome, times: impl Fn(&Reach<'_>) -> Value) -> Vec<Value> {
    let of = |target: &Target<'_>| {
        let groups = target.groups.iter().map(|reach| {
            let mut group = json!({ "name": reach.group.name });
            if let (Some(group), Value::Object(times)) = (group.as_object_mut(), times(reach)) {
                group.extend(times);
            }
            group
        });
        json!({
            "data": outcome.problems.get(target.problem).map(|problem| &problem.name),
            "metric": target.metric.name(),
            "target": target.value,
            "named": target.named,
            "groups": groups.collect::<Vec<_>>(),
        })
    };
    targets(training, outcome).iter().map(of).collect()
}

/// The times of one technique.
fn of_times(times: &Survival) -> Value {
    let (low, high) = times.median_ci95();
    json!({
        "n": times.n,
        "reached": times.reached,
        "median": times.median(),
        "median_ci95": [low, high],
    })
}

/// Techniques over the data sets.
fn of_ranks(across: &Across) -> Value {
    let each = across.techniques.iter().zip(&across.ranks).zip(&across.profiles);
    let each = each.map(|((name, rank), profile)| json!({ "name": name, "rank": rank, "profile": profile }));
    json!({
        "metric": across.metric.name(),
        "data": across.costs.len(),
        "chi2": across.friedman.map(|(chi2, _)| chi2),
        "p": across.friedman.map(|(_, p)| p),
        "techniques": each.collect::<Vec<_>>(),
    })
}

/// One technique: how its trials ended, and each metric over those that finished.
fn of_group(group: &Group, metrics: &[Metric], bootstrap: bool) -> Value {
    let settings: Map<String, Value> =
        group.settings.iter().map(|(field, value)| (field.name().to_owned(), json!(value))).collect();
    let finals: Map<String, Value> = metrics
        .iter()
        .map(|metric| {
            let values = group.values(*metric);
            let s = if bootstrap { summary(&values) } else { summary_without_bootstrap(&values) };
            let value = json!({
                "n": s.map_or(0, |s| s.n),
                "mean": s.map(|s| s.mean),
                "sd": s.and_then(|s| s.sd),
                "median": s.map(|s| s.median),
                "ci95": s.and_then(|s| s.ci95),
                "bca95": s.and_then(|s| s.bca95),
            });
            (metric.name().to_owned(), value)
        })
        .collect();
    json!({
        "name": group.name,
        "settings": settings,
        "n": group.records.len(),
        "finished": group.records.len() - group.diverged() - group.failed(),
        "diverged": group.diverged(),
        "failed": group.failed(),
        "final": finals,
    })
}

/// One comparison, from a's side.
fn of_comparison(c: &Comparison<'_>) -> Value {
    json!({
        "a": c.a.name,
        "b": c.b.name,
        "metric": c.metric.name(),
        "n": c.paired.n,
        "difference": c.paired.difference,
        "sd": c.paired.sd,
        "median": c.paired.median,
        "ci95": c.interval,
        "bca95": c.paired.bca95,
        "p": c.p,
        "p_wilcoxon": c.paired.p_wilcoxon,
        "p_holm": c.p_holm,
        "effect": c.paired.effect,
        "verdict": verdict_word(c.verdict),
        "seeds_needed": c.seeds_needed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::comparisons;
    use crate::spec::{Body, Study};
    use crate::technique::Field;
    use crate::testing::{diverged, group, outcome, record, three};
    use crate::trial::Record;

    fn summarised(groups: Vec<Group>) -> Value {
        summarised_outcome(&outcome(groups)).0
    }

    /// The summary, and the seconds that do not stand in it.
    fn summarised_outcome(outcome: &Outcome) -> (Value, Vec<Value>) {
        let text = "title = \"t\"\n[data]\nname = \"digits\"\n[training]\nbatch = 1\nsteps = 1";
        let Body::Training(training) = Study::parse("t", "t", text).unwrap().body else { panic!() };
        (summarise("mine", &training, outcome, &comparisons(&training, outcome)), seconds(&training, outcome))
    }

    fn close(found: &Value, expected: f64) {
        let found = found.as_f64().unwrap_or_else(|| panic!("expected {expected}, found {found}"));
        assert!((found - expected).abs() < 1e-9, "expected {expected}, found {found}");
    }

    #[test]
    fn groups_and_comparisons_have_their_numbers() {
        let of = |rule, loss| group(&[(Field::Rule, rule)], three(loss, 0.9, 0.8));
        let all = summarised(vec![of("adam", 0.5), of("sgd", 1.5)]);
        assert_eq!(
            (&all["study"], &all["data"], &all["seeds"]),
            (&json!("mine"), &json!("digits"), &json!(3))
        );
        let first = &all["groups"][0];
        assert_eq!(first["settings"], json!({ "rule": "adam" }));
        let counts = ["n", "finished", "diverged", "failed"].map(|key| first[key].as_u64().unwrap());
        assert_eq!(counts, [3, 3, 0, 0]);
        let loss = &first["final"]["train_loss"];
        assert_eq!(loss["n"], 3);
        close(&loss["mean"], 0.5);
        close(&loss["sd"], 0.005);
        close(&loss["median"], 0.5);
        // t(.975, 2) = 4.302652729749462
        let half = 4.302652729749462 * 0.005 / 3_f64.sqrt();
        close(&loss["ci95"][0], 0.5 - half);
        close(&loss["ci95"][1], 0.5 + half);
        // The bootstrap cannot leave the numbers it has.
        let ends: Vec<f64> = serde_json::from_value(loss["bca95"].clone()).unwrap();
        assert!(ends[0] >= 0.495 && ends[0] < 0.5 && ends[1] > 0.5 && ends[1] <= 0.505, "{ends:?}");
        let comparison = &all["comparisons"][0];
        let words = ["a", "b", "metric", "verdict"].map(|key| comparison[key].as_str().unwrap());
        assert_eq!(words, ["adam", "sgd", "train_loss", "better"]);
        // Differences −1, −1.01, −.99.
        assert_eq!(comparison["n"], 3);
        close(&comparison["difference"], -1.0);
        close(&comparison["median"], -1.0);
        close(&comparison["sd"], 0.01);
        close(&comparison["effect"], -100.0);
        close(&comparison["ci95"][0], -1.0 - 2.0 * half);
        // T with 2 degrees of freedom has P(|T| > t) = 1 − t/√(2 + t²), here with t = 100√3.
        close(&comparison["p"], 1.0 - (30_000.0_f64 / 30_002.0).sqrt());
        // The other two of the three are equal in every seed: p = 1.
        close(&comparison["p_holm"], 3.0 * comparison["p"].as_f64().unwrap());
        close(&comparison["p_wilcoxon"], 0.25);
        assert_eq!(comparison["seeds_needed"], Value::Null);
        let equal = &all["comparisons"][1];
        assert_eq!((&equal["verdict"], &equal["p_holm"]), (&json!("undecided"), &json!(1.0)));
    }

    #[test]
    fn what_does_not_exist_is_null() {
        let gone = group(&[(Field::Rule, "sgd:lr=1e6")], vec![diverged(1, 4)]);
        let once = group(&[(Field::Rule, "adam")], vec![record(1, 0.5, 0.9, 0.8)]);
        let all = summarised(vec![gone, once]);
        let (gone, once) = (&all["groups"][0], &all["groups"][1]);
        assert_eq!((&gone["n"], &gone["finished"], &gone["diverged"]), (&json!(1), &json!(0), &json!(1)));
        let of = |n: usize, value: Option<f64>| json!({ "n": n, "mean": value, "sd": null, "median": value, "ci95": null, "bca95": null });
        assert_eq!(gone["final"]["test_accuracy"], of(0, None));
        assert_eq!(once["final"]["test_accuracy"], of(1, Some(0.8)));
        let comparison = &all["comparisons"][0];
        for key in ["difference", "sd", "median", "ci95", "bca95", "p_wilcoxon", "effect"] {
            assert_eq!(comparison[key], Value::Null, "{key}");
        }
        // One seed decides nothing, not even against one that diverged; of three comparisons, seven would: 3·2·2⁻⁷ < 5 %.
        assert_eq!((&comparison["p"], &comparison["p_holm"]), (&json!(1.0), &json!(1.0)));
        assert_eq!(comparison["seeds_needed"], 7);
        assert_eq!(comparison["verdict"], "undecided");
    }

    #[test]
    fn steps_to_the_target_stand_in_it_and_seconds_apart() {
        let of = |rule: &str, loss: f64, seconds: f64| {
            let mut group = group(&[(Field::Rule, rule)], three(loss, 0.9, 0.8));
            group.records.iter_mut().for_each(|record| record.seconds = seconds);
            group
        };
        let run = |seconds| outcome(vec![of("adam", 0.2, seconds), of("sgd", 0.4, seconds)]);
        let (one, two) = (summarised_outcome(&run(1.0)), summarised_outcome(&run(3.0)));
        assert_eq!(one.0, two.0);
        let target = &one.0["targets"][0];
        let words = (&target["data"], &target["metric"], &target["named"]);
        assert_eq!(words, (&json!("digits"), &json!("train_loss"), &json!(false)));
        close(&target["target"], 0.4);
        // The losses are the same from the first step on; of the second, one is above its own median.
        let reached = |all: &Value| {
            let group = |k: usize| (all["groups"][k]["reached"].clone(), all["groups"][k]["median"].clone());
            [group(0), group(1)]
        };
        assert_eq!(reached(target), [(json!(3), json!(1.0)), (json!(2), json!(1.0))]);
        // A twentieth of the time of the trial.
        assert_eq!(reached(&two.1[0]), [(json!(3), json!(3.0 / 20.0)), (json!(2), json!(3.0 / 20.0))]);
        assert!(one.0.get("ranks").is_none());
    }

    #[test]
    fn several_data_sets_have_ranks_and_are_never_compared() {
        let of = |rule: &str, problem: usize, loss: f64| {
            let data = ["digits", "letters"][problem];
            let group = group(&[(Field::Rule, rule)], three(loss, 0.9, 0.8));
            let settings = vec![(Field::Data, data.to_owned()), (Field::Rule, rule.to_owned())];
            Group { name: format!("{data}, {rule}"), problem, settings, ..group }
        };
        let groups = vec![of("adam", 0, 0.2), of("sgd", 0, 0.4), of("adam", 1, 2.0), of("sgd", 1, 8.0)];
        let mut outcome = outcome(groups);
        outcome.problems.push(crate::testing::problem("letters"));
        let (all, _) = summarised_outcome(&outcome);
        assert_eq!(all["data"], json!(["digits", "letters"]));
        let losses: Vec<&Value> =
            all["comparisons"].as_array().unwrap().iter().filter(|c| c["metric"] == "train_loss").collect();
        let pairs: Vec<[&str; 2]> =
            losses.iter().map(|c| ["a", "b"].map(|side| c[side].as_str().unwrap())).collect();
        assert_eq!(pairs, [["digits, adam", "digits, sgd"], ["letters, adam", "letters, sgd"]]);
        let ranks = &all["ranks"][0];
        assert_eq!(
            (&ranks["metric"], &ranks["data"], &ranks["p"]),
            (&json!("train_loss"), &json!(2), &Value::Null)
        );
        let of = |k: usize| (ranks["techniques"][k]["name"].clone(), ranks["techniques"][k]["rank"].clone());
        assert_eq!([of(0), of(1)], [(json!("adam"), json!(1.0)), (json!("sgd"), json!(2.0))]);
        assert_eq!(ranks["techniques"][0]["profile"], json!([[1.0, 1.0]]));
        let targets = all["targets"].as_array().unwrap();
        assert_eq!(targets.iter().map(|t| &t["data"]).collect::<Vec<_>>(), ["digits", "letters"]);
    }

    #[test]
    fn trials_that_failed_are_counted_apart() {
        let mut records = three(0.5, 0.9, 0.8);
        records[0] = Record { failed: Some("no room".to_owned()), finals: None, ..records[0].clone() };
        records[1] = diverged(2, 3);
        let all = summarised(vec![group(&[(Field::Rule, "adam")], records)]);
        let counts =
            ["n", "finished", "diverged", "failed"].map(|key| all["groups"][0][key].as_u64().unwrap());
        assert_eq!(counts, [3, 1, 1, 1]);
        assert_eq!(all["groups"][0]["final"]["train_loss"]["n"], 1);
    }
}
