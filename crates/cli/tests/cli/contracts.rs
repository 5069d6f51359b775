//! The three outputs that other programs read: every key, length and type.

use serde_json::Value;

use super::{Home, assert_keys, list, number, text};

#[test]
fn descend() {
    let all = Home::new()
        .json("descend ravine --rule sgd:lr=0.95 --rule adam:lr=0.3 --start=-7,2 --steps 30 --json");
    assert_keys(&all, &["function", "start", "steps", "paths"]);
    assert_eq!(all["function"], "ravine");
    assert_eq!(all["start"], serde_json::json!([-7.0, 2.0]));
    assert_eq!(all["steps"], 30);
    let expected = [
        ("sgd:lr=0.95", [-0.35039299575232, 0.0847823165504322]),
        ("adam:lr=0.3", [0.136006852394982, 0.318245375537219]),
    ];
    assert_eq!(list(&all["paths"]).len(), expected.len());
    for (path, (rule, end)) in list(&all["paths"]).iter().zip(expected) {
        assert_keys(path, &["rule", "points", "values", "ended"]);
        assert_eq!(path["rule"], rule);
        assert_eq!(path["ended"], "finished");
        let points: Vec<[f64; 2]> = serde_json::from_value(path["points"].clone()).unwrap();
        let values: Vec<f64> = serde_json::from_value(path["values"].clone()).unwrap();
        assert_eq!((points.len(), values.len()), (31, 31));
        assert_eq!(points[0], [-7.0, 2.0]);
        for ([x, y], value) in points.iter().zip(values) {
            assert!((x * x / 20.0 + y * y - value).abs() < 1e-12 * value.max(1.0));
        }
        for (found, expected) in points[30].iter().zip(end) {
            assert!((found - expected).abs() < 1e-12, "{rule}: expected {expected}, found {found}");
        }
    }
}

#[test]
fn a_path_that_diverges_ends_where_it_was_last_finite() {
    let all = Home::new().json("descend ravine --rule sgd:lr=1e300 --steps 9 --json");
    let path = &all["paths"][0];
    assert_eq!(path["ended"], "diverged at step 1");
    assert_eq!((list(&path["points"]).len(), list(&path["values"]).len()), (1, 1));
}

#[test]
fn activations() {
    let all = Home::new().json(
        "activations --activation sigmoid --init normal:std=1 --layers 5 --width 100 --samples 1000 --seed 1 --json",
    );
    assert_keys(&all, &["layers", "reading"]);
    assert!(text(&all["reading"]).starts_with("Vanishing gradients"), "{}", all["reading"]);
    assert_eq!(list(&all["layers"]).len(), 5);
    for layer in list(&all["layers"]) {
        assert_keys(layer, &["mean", "std", "saturated", "dead", "histogram"]);
        assert!((number(&layer["mean"]) - 0.5).abs() < 0.1);
        assert!((0.3..0.5).contains(&number(&layer["std"])), "{}", layer["std"]);
        assert!((0.5..0.9).contains(&number(&layer["saturated"])), "{}", layer["saturated"]);
        assert_eq!(number(&layer["dead"]), 0.0);
        assert_keys(&layer["histogram"], &["edges", "counts"]);
        let edges: Vec<f64> = serde_json::from_value(layer["histogram"]["edges"].clone()).unwrap();
        let counts: Vec<u64> = serde_json::from_value(layer["histogram"]["counts"].clone()).unwrap();
        assert_eq!((edges.len(), edges[0], edges[30]), (31, 0.0, 1.0));
        assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((counts.len(), counts.iter().sum::<u64>()), (30, 100_000));
    }
}

/// What is said of a metric of a group.
const FINAL: [&str; 6] = ["n", "mean", "sd", "median", "ci95", "bca95"];

/// What is said of a comparison.
const COMPARISON: [&str; 15] = [
    "a",
    "b",
    "metric",
    "n",
    "difference",
    "sd",
    "median",
    "ci95",
    "bca95",
    "p",
    "p_wilcoxon",
    "p_holm",
    "effect",
    "verdict",
    "seeds_needed",
];

/// Steps and seconds to a target: the same trials in both.
fn assert_times(all: &Value, seeds: usize) {
    for key in ["targets", "seconds"] {
        let [target] = list(&all[key]) else { panic!("one data set") };
        assert_keys(target, &["data", "metric", "target", "named", "groups"]);
        assert_eq!((&target["data"], &target["named"]), (&all["data"], &false.into()));
        assert!(target["target"].is_number());
        for (found, group) in list(&target["groups"]).iter().zip(list(&all["groups"])) {
            assert_keys(found, &["name", "n", "reached", "median", "median_ci95"]);
            assert_eq!((&found["name"], &found["n"]), (&group["name"], &seeds.into()));
            // Half of two trials is one.
            assert_eq!(found["median"].is_null(), found["reached"] == 0, "{found}");
        }
    }
    let reached =
        |key: &str| list(&all[key][0]["groups"]).iter().map(|g| g["reached"].clone()).collect::<Vec<_>>();
    assert_eq!(reached("targets"), reached("seconds"));
}

/// Everything that `run --json` promises of any study.
fn assert_run(all: &Value, study: &str, out: &str, seeds: usize, fields: &[&str]) {
    let mut keys = vec!["study", "data", "seeds", "groups", "comparisons"];
    if all.get("targets").is_some() {
        keys.extend(["targets", "out", "seconds"]);
        assert_times(all, seeds);
    } else {
        keys.push("out");
    }
    assert_keys(all, &keys);
    assert_eq!(
        (&all["study"], &all["data"], &all["seeds"]),
        (&study.into(), &"digits".into(), &seeds.into())
    );
    assert_eq!(all["out"], out);
    let metrics = ["train_loss", "train_accuracy", "test_accuracy"];
    let mut names = Vec::new();
    for group in list(&all["groups"]) {
        assert_keys(group, &["name", "settings", "n", "finished", "diverged", "failed", "final"]);
        names.push(text(&group["name"]));
        assert_keys(&group["settings"], fields);
        assert!(group["settings"].as_object().unwrap().values().all(Value::is_string));
        assert_eq!(group["n"], seeds);
        assert_keys(&group["final"], &metrics);
        for metric in metrics {
            let numbers = &group["final"][metric];
            assert_keys(numbers, &FINAL);
            assert_eq!(numbers["n"], group["finished"]);
            if group["diverged"] == seeds {
                assert!(FINAL[1..].iter().all(|key| numbers[key].is_null()), "{group}");
                continue;
            }
            assert_eq!(
                (&group["finished"], &group["diverged"], &group["failed"]),
                (&seeds.into(), &0.into(), &0.into()),
                "expected all or none: {group}"
            );
            let (mean, sd) = (number(&numbers["mean"]), number(&numbers["sd"]));
            assert!(mean > 0.0 && sd >= 0.0);
            assert!(mean <= 1.0 || metric == "train_loss", "accuracies are shares");
            let [low, high] = list(&numbers["ci95"]) else { panic!("an interval has two ends") };
            // t(.975, 1) / √2 times the deviation of two seeds.
            let half = 12.706204736174698 * sd / 2_f64.sqrt();
            assert!((mean - half - number(low)).abs() < 1e-9 * half.max(1.0));
            assert!((mean + half - number(high)).abs() < 1e-9 * half.max(1.0));
            // Of two numbers the bootstrap and the median know no more than these two.
            assert!((number(&numbers["median"]) - mean).abs() < 1e-9);
            let [low, high] = list(&numbers["bca95"]) else { panic!("an interval has two ends") };
            let apart = sd / 2_f64.sqrt() + 1e-9;
            assert!((number(low) - mean).abs() <= apart && (number(high) - mean).abs() <= apart);
        }
    }
    let count = list(&all["comparisons"]).len();
    for comparison in list(&all["comparisons"]) {
        assert_keys(comparison, &COMPARISON);
        let [a, b] = ["a", "b"].map(|side| names.iter().position(|name| *name == comparison[side]));
        assert!(a.unwrap() < b.unwrap(), "both are groups, in their order");
        assert!(metrics.contains(&text(&comparison["metric"])));
        if [a, b].iter().any(|side| all["groups"][side.unwrap()]["diverged"] != 0) {
            assert!(
                ["difference", "sd", "median", "ci95", "bca95"].iter().all(|key| comparison[key].is_null())
            );
            continue;
        }
        let difference = number(&comparison["difference"]);
        let mean = |index: Option<usize>| {
            number(&all["groups"][index.unwrap()]["final"][text(&comparison["metric"])]["mean"])
        };
        assert!((mean(a) - mean(b) - difference).abs() < 1e-9, "a minus b");
        let [low, high] = list(&comparison["ci95"]) else { panic!("an interval has two ends") };
        let (low, high) = (number(low), number(high));
        assert!(low <= difference && difference <= high);
        let (p, holm) = (number(&comparison["p"]), number(&comparison["p_holm"]));
        assert!(p <= holm && holm <= (count as f64 * p).min(1.0) * (1.0 + 1e-12), "{comparison}");
        // Decided among all: for the side on which the interval lies, if it lies on one.
        let lower_is_better = comparison["metric"] == "train_loss";
        let verdict = match (holm < 0.05, high < 0.0, low > 0.0) {
            (true, true, _) if lower_is_better => "better",
            (true, _, true) if !lower_is_better => "better",
            (false, ..) | (_, false, false) => "undecided",
            _ => "worse",
        };
        assert_eq!(comparison["verdict"], verdict, "{comparison}");
        if verdict != "undecided" {
            assert!(comparison["seeds_needed"].is_null(), "{comparison}");
        }
    }
}

#[test]
fn run_optimizers() {
    let home = Home::new();
    let all = home.json("run optimizers --out optimizers --data digits --seeds 2 --steps 20 --jobs 2 --json");
    assert_run(&all, "optimizers", "optimizers", 2, &["rule"]);
    let rules: Vec<&str> =
        list(&all["groups"]).iter().map(|group| text(&group["settings"]["rule"])).collect();
    assert_eq!(
        rules,
        [
            "sgd:lr=0.01",
            "momentum:lr=0.01",
            "nesterov:lr=0.01",
            "adagrad:lr=0.01",
            "rmsprop:lr=0.01",
            "adam:lr=0.001"
        ]
    );
    assert_eq!(list(&all["comparisons"]).len(), 15 * 3);
    // The same stands in the folder, but for its name and for what no two runs share.
    let mut told = all.clone();
    assert!(["out", "seconds"].iter().all(|key| told.as_object_mut().unwrap().remove(*key).is_some()));
    assert_eq!(serde_json::from_str::<Value>(&home.read("optimizers/summary.json")).unwrap(), told);
}

#[test]
fn run_batchnorm() {
    let ran = Home::new().run("run batchnorm --out b --data digits --seeds 2 --steps 20 --json");
    // Without batch norm the largest scales diverge.
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let all = ran.json();
    assert!(list(&all["groups"]).iter().all(|g| g["diverged"] == 0 || g["settings"]["norm"] == "none"));
    assert_run(&all, "batchnorm", "b", 2, &["init", "norm"]);
    assert_eq!(list(&all["groups"]).len(), 32);
    let with = |norm: &str| {
        let wanted = serde_json::json!({ "init": "normal:std=0.0251", "norm": norm });
        list(&all["groups"]).iter().filter(|group| group["settings"] == wanted).count()
    };
    assert_eq!((with("batch"), with("none")), (1, 1));
    assert_eq!(list(&all["comparisons"]).len(), 16 * 3, "norms only, scale by scale");
}

#[test]
fn the_shape_is_the_same_with_one_seed() {
    let home = Home::new();
    home.write("mine.toml", super::study("\"sgd\", \"adam\"", ""));
    let all = home.json("run mine.toml --out m --seeds 1 --json");
    assert_eq!((&all["study"], &all["groups"][0]["n"]), (&"mine".into(), &1.into()));
    let numbers = &all["groups"][0]["final"]["train_loss"];
    assert_keys(numbers, &FINAL);
    assert!(numbers["mean"].is_number() && numbers["median"] == numbers["mean"] && numbers["n"] == 1);
    assert!(["sd", "ci95", "bca95"].iter().all(|key| numbers[key].is_null()));
    let comparison = &all["comparisons"][0];
    assert_keys(comparison, &COMPARISON);
    assert!(comparison["difference"].is_number() && comparison["ci95"].is_null());
    assert!(["p", "p_holm", "effect", "seeds_needed"].iter().all(|key| comparison[key].is_null()));
    assert_eq!(comparison["verdict"], "undecided");
}
