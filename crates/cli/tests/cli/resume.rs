//! A run that goes on where it stopped.

use std::fs;

use serde_json::Value;

use super::{Home, study};

fn summary(home: &Home, out: &str) -> Value {
    serde_json::from_str(&home.read(&format!("{out}/summary.json"))).unwrap()
}

#[test]
fn finished_trials_are_kept_and_a_torn_line_is_not() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\", \"adam\"", ""));
    assert_eq!(home.run("run small.toml --out o --seeds 1 --jobs 2").code, 0);
    let first = home.read("o/journal.jsonl");
    assert_eq!(first.lines().count(), 3, "two trials under the first line");

    // Killed while it wrote the second line.
    let torn = &first[..first.len() - 40];
    fs::write(home.path("o/journal.jsonl"), torn).unwrap();
    assert_eq!(home.run("run small.toml --out o --seeds 2 --jobs 2").code, 0);
    let second = home.read("o/journal.jsonl");
    let kept = &torn[..torn.rfind('\n').unwrap() + 1];
    assert!(second.starts_with(kept), "a line that was whole has changed");
    assert_eq!(second.lines().count(), 5);

    // Again: nothing is left to do, nothing changes.
    assert_eq!(home.run("run small.toml --out o --seeds 2").code, 0);
    assert_eq!(home.read("o/journal.jsonl"), second);

    assert_eq!(home.run("run small.toml --out fresh --seeds 2 --jobs 1 --threads-per-trial 2").code, 0);
    assert_eq!(summary(&home, "o"), summary(&home, "fresh"));
    for file in ["trials.csv", "series.csv", "groups.csv", "comparisons.csv", "resolved.toml"] {
        assert_eq!(home.read(&format!("o/{file}")), home.read(&format!("fresh/{file}")), "{file}");
    }
    for figure in ["curves.svg", "train_loss.svg"] {
        assert_eq!(home.read(&format!("o/figures/{figure}")), home.read(&format!("fresh/figures/{figure}")));
    }
}

#[test]
fn a_file_that_is_no_journal_is_refused_and_nothing_is_overwritten() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    home.write("o/study.toml", "mine");
    for (content, part) in [
        ("{}\n", "expected the first line of a journal"),
        ("{\"id\":\"0\",\"seed\":1,\"loss\":[],\"accuracy\":[],\"seconds\":1.0}\n", "thalweg 0.1"),
        ("{\"thalweg\":\"journal\",\"version\":9}\n", "version 9"),
    ] {
        home.write("o/journal.jsonl", content);
        home.fails("run small.toml --out o", 1, &["journal.jsonl", part]);
        assert_eq!(home.read("o/journal.jsonl"), content);
        assert_eq!(home.read("o/study.toml"), "mine");
    }
}
