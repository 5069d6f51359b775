//! Comparisons on anyone's data: flags that make a study, lists for clusters, studies that grow, and runs that are stopped.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Home, files, list, number, study, text};

/// Three kinds of flowers in 90 rows, a number among the columns that tells most of it, and a column of text.
fn flowers() -> String {
    let mut table = "length,width,colour,species\n".to_owned();
    for row in 0..90 {
        let kind = row % 3;
        let wobble = f64::from((row * 37) % 11) / 10.0;
        let colour = ["red", "blue"][(row / 3) as usize % 2];
        let length = 4.0 + f64::from(kind) + wobble;
        table +=
            &format!("{length:.2},{:.2},{colour},{}\n", 3.0 - wobble / 2.0, ["a", "b", "c"][kind as usize]);
    }
    table
}

/// The summary of a run folder.
fn summary(home: &Home, out: &str) -> Value {
    serde_json::from_str(&home.read(&format!("{out}/summary.json"))).unwrap()
}

/// Lines of a journal under its first.
fn trials(home: &Home, out: &str) -> usize {
    home.read(&format!("{out}/journal.jsonl")).lines().count() - 1
}

#[test]
fn compare_makes_the_study_that_its_flags_say() {
    let home = Home::new();
    home.write("iris.csv", flowers());
    let line = "compare --data iris.csv --label species --rule sgd:lr=0.1 --rule adam --hidden 8 --batch 8 --epochs 20 --seeds 2 --save iris.toml --out o";
    let all = home.json(&format!("{line} --json"));
    assert_eq!((&all["study"], &all["data"]), (&"compare-iris".into(), &"iris".into()));
    assert_eq!(list(&all["groups"]).len(), 2);
    assert!(number(&all["groups"][0]["final"]["test_accuracy"]["mean"]) > 0.3);
    // The written study is the one that ran: another folder, the same results, and nothing to do in the same one.
    assert_eq!(home.run("run iris.toml --out p").code, 0);
    assert_eq!(summary(&home, "o"), summary(&home, "p"));
    assert_eq!(home.run("run iris.toml --out o").code, 0);
    assert_eq!(trials(&home, "o"), 4);
    // The score is measured on the way, and so there is a time to target; a run folder is no study.
    assert!(
        home.path("o/figures/target.svg").exists() && home.read("o/target.csv").contains("test_accuracy")
    );
    home.fails("run o --out q", 2, &["found a folder", "thalweg report o", "o/study.toml"]);
    let page = home.read("o/index.html");
    for part in ["thalweg run iris.toml --out again", "colour", "test accuracy"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_shortest_trials_of_a_comparison_are_measured_too() {
    let home = Home::new();
    // 3,000 steps and 3: every tenth step would be after the end of the short ones.
    let line = "compare --data digits --first 1000 --batch 1 --batch 1000 --hidden 4 --epochs 3 --seeds 1 --target 0.001 --out o --json";
    let all = home.json(line);
    for group in list(&all["targets"][0]["groups"]) {
        assert_eq!((&group["n"], &group["reached"]), (&1.into(), &1.into()), "{group}");
    }
}

#[test]
fn a_label_of_numbers_is_predicted_and_scored_by_r2() {
    let home = Home::new();
    home.write("iris.csv", flowers());
    let line = "compare --data iris.csv --label length --rule sgd:lr=0.05 --init he --init xavier --width 8 --depth 1 --depth 2 --epochs 20 --seeds 2 --validation 0.2 --out o --json";
    let all = home.json(line);
    assert_eq!(list(&all["groups"]).len(), 4);
    for metric in ["train_loss", "train_r2", "validation_r2", "test_r2", "test_rmse"] {
        assert!(all["groups"][0]["final"][metric]["mean"].is_number(), "{metric}");
    }
    assert!(number(&all["groups"][0]["final"]["test_r2"]["mean"]) > 0.5, "{}", all["groups"][0]);
}

#[test]
fn flags_that_make_no_study() {
    let home = Home::new();
    home.write("iris.csv", flowers());
    home.write("gaps.csv", flowers().replacen("4.00,3.00", ",3.00", 1));
    home.write("once.csv", flowers() + "9,9,red,lonely\n");
    for (flags, code, parts) in [
        ("--data iris.csv", 2, &["--label COLUMN"][..]),
        ("--data iris.csv --label spices", 4, &["spices", "did you mean \"species\""]),
        ("--data iris.csv --label species --rule adaam", 2, &["unknown update rule `adaam`", "`adam`"]),
        ("--data iris.csv --label species --hidden 8-x", 2, &["--hidden 8-x", "100-50"]),
        ("--data iris.csv --label species --metric test_r2", 2, &["report.metric", "test_accuracy"]),
        ("--data iris.csv --label species --batch 0", 2, &["batch"]),
        ("--data iris.csv --label species --rule sgd --rule sgd:lr=0.01", 2, &["stands in the study twice"]),
        ("--data iris.csv --data iris.csv --label species", 2, &["`iris`", "title"]),
        ("--data iris.csv --label species --steps 3 --epochs 3", 2, &["--steps", "--epochs"]),
        ("--data iris.csv --label species --width 3 --hidden 3", 2, &["--hidden"]),
        ("--data iris.csv --label species --max-seeds 4", 2, &["goes with --until-decided"]),
        ("--data iris.csv --label species --missing zero", 2, &["drop", "mean", "indicator"]),
        ("--data gaps.csv --label species", 4, &["gaps.csv", "line 2", "missing"]),
        ("--data once.csv --label species", 4, &["lonely"]),
        ("--data nowhere.csv --label species", 4, &["nowhere.csv"]),
        ("--data iris.docx --label species", 4, &["iris.docx", "expected a name that ends in .csv"]),
        ("--data digits --label species", 2, &["belongs to a file"]),
        ("--data . --label species", 2, &["found a folder"]),
        ("--data iris.csv --label species --target 90", 2, &["is a share", "did you mean 0.9?"]),
        ("--data iris.csv --label length --metric test_rmse --target 1", 2, &["known at the end only"]),
        ("--data iris.csv --label species --seeds 9 --until-decided --max-seeds 5", 2, &["at most 5 seeds"]),
    ] {
        home.fails(&format!("compare {flags} --out o"), code, parts);
    }
    assert!(!home.path("o").exists());
}

#[test]
fn a_dry_run_lists_the_trials_and_trains_nothing() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\", \"adam\"", ""));
    let ran = home.run("run small.toml --dry-run");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 5, "{}", ran.stdout);
    assert!(ran.stdout.lines().last().unwrap().starts_with("4 trials; about "), "{}", ran.stdout);
    let all = home.json("run small.toml --out o --dry-run --json");
    assert_eq!((&all["trials"], list(&all["list"]).len()), (&4.into(), 4));
    assert!(number(&all["seconds"]) > 0.0);
    assert_eq!(files(&home.path(".")), [std::path::PathBuf::from("small.toml")]);
}

#[test]
fn more_than_a_million_trials_need_a_yes() {
    let home = Home::new();
    home.write("many.toml", study("\"sgd\"", "").replace("seeds = 2", "seeds = 1000001"));
    for line in ["run many.toml --out o", "run many.toml --dry-run", "plan many.toml"] {
        home.fails(line, 2, &["1000001 trials", "--yes"]);
    }
    home.write("empty.toml", study("", ""));
    home.fails("run empty.toml --out o", 2, &["technique.rule", "empty list"]);
}

#[test]
fn a_list_shared_out_and_merged_is_the_run_itself() {
    let home = Home::new();
    home.write("iris.csv", flowers());
    let study = "title = \"t\"\n[[data]]\nfile = \"iris.csv\"\nlabel = \"species\"\n[[data]]\nname = \"digits\"\nfirst = 100\n[network]\nhidden = [6]\n[technique]\nrule = [\"sgd:lr=0.1\", \"sgd:lr=1e9\"]\n[training]\nbatch = 10\nsteps = 30\nseeds = 2";
    home.write("two.toml", study);
    let ran = home.run("plan two.toml --out plan.jsonl");
    assert_eq!((ran.code, ran.stdout.trim_end()), (0, "plan.jsonl"), "{}", ran.stderr);
    let plan = home.read("plan.jsonl");
    assert_eq!(home.run("plan two.toml").stdout, plan);
    assert_eq!(plan.lines().count(), 8);
    for (index, line) in plan.lines().enumerate() {
        let mut command = home.command();
        command.args(["trial", "--spec", "-", "--out", ["left", "right"][index % 2]]);
        let first = command.write_stdin(line.to_owned()).output().unwrap();
        assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
        // Again: what is there is printed, to the wall time.
        let again = command.write_stdin(line.to_owned()).output().unwrap();
        assert_eq!(again.stdout, first.stdout);
        let record: Value = serde_json::from_slice(&first.stdout).unwrap();
        let planned: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&record["id"], &record["seed"]), (&planned["id"], &planned["seed"]));
    }
    assert_eq!((trials(&home, "left"), trials(&home, "right")), (4, 4));
    assert_eq!(home.run("merge left right --out all").code, 0);
    // What came of the list, before the folder is a run.
    home.fails("status all --missing", 1, &["--plan FILE"]);
    let lost = home.run("status left --plan plan.jsonl --missing");
    assert_eq!((lost.code, lost.stdout.lines().count()), (0, 4), "{}", lost.stdout);
    // The joined folder becomes a run: nothing is left to train.
    let before = home.read("all/journal.jsonl");
    assert_eq!(home.run("run two.toml --out all").code, 0);
    assert_eq!(home.read("all/journal.jsonl"), before);
    assert_eq!(home.run("run two.toml --out whole").code, 0);
    assert_eq!(summary(&home, "all"), summary(&home, "whole"));
    let status = home.json("status all --json");
    assert_eq!((&status["finished"], &status["missing"]), (&8.into(), &0.into()));
    assert!(status["diverged"].as_u64() > Some(0));
    assert_eq!(status, home.json("status whole --json"));
    assert_eq!(summary(&home, "all")["data"], serde_json::json!(["iris", "digits"]));
}

#[test]
fn lines_that_are_no_trial_of_this_machine() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    let plan = home.run("plan small.toml").stdout;
    home.write("two.jsonl", &plan);
    home.write("other.jsonl", plan.lines().next().unwrap().replace("\"steps\":20", "\"steps\":21"));
    home.write("broken.jsonl", "{}");
    home.fails("trial --spec two.jsonl", 2, &["expected one line", "found 2"]);
    home.fails("trial --spec other.jsonl", 2, &["not those that it was planned with"]);
    home.fails("trial --spec broken.jsonl", 2, &["expected one line of `thalweg plan`"]);
    home.fails("trial --spec nowhere.jsonl", 1, &["nowhere.jsonl"]);
    home.fails("plan trajectories", 2, &["trains nothing"]);
}

#[test]
fn a_changed_study_adds_only_what_is_new_and_another_one_is_refused() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    assert_eq!(home.run("run small.toml --out o").code, 0);
    let first = home.read("o/journal.jsonl");
    home.write("small.toml", study("\"sgd\", \"adam\"", ""));
    assert_eq!(home.run("run small.toml --out o").code, 0);
    let second = home.read("o/journal.jsonl");
    assert!(second.starts_with(&first));
    assert_eq!(trials(&home, "o"), 4);
    home.write("other.toml", study("\"momentum\"", ""));
    home.fails(
        "run other.toml --out o",
        1,
        &["holds the run of the study `small`, not of `other`", "--out DIR"],
    );
    assert_eq!(home.read("o/journal.jsonl"), second);
}

#[test]
fn seeds_are_added_until_all_is_decided() {
    let home = Home::new();
    home.write(
        "far.toml",
        study("\"sgd:lr=0.000001\", \"adam:lr=0.01\"", "").replace("steps = 20", "steps = 60"),
    );
    let all = home.json("run far.toml --out o --until-decided --max-seeds 30 --json");
    let n = number(&all["groups"][0]["n"]);
    assert!((3.0..30.0).contains(&n), "{n}");
    assert!(list(&all["comparisons"]).iter().all(|c| c["verdict"] != "undecided"), "{}", all["comparisons"]);
    // The same again trains nothing, and the report alone says the same.
    let journal = home.read("o/journal.jsonl");
    let again = home.json("run far.toml --out o --until-decided --max-seeds 30 --json");
    assert_eq!((again, home.read("o/journal.jsonl")), (all.clone(), journal));
    assert_eq!(home.json("report o --json"), all);
}

#[test]
fn a_report_is_written_anew_byte_for_byte() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\", \"adam\"", ""));
    assert_eq!(home.run("run small.toml --out o").code, 0);
    let content = |home: &Home| {
        let read = |path: &std::path::PathBuf| fs::read(home.path("o").join(path)).unwrap();
        files(&home.path("o")).iter().map(|path| (path.clone(), read(path))).collect::<Vec<_>>()
    };
    let before = content(&home);
    fs::remove_file(home.path("o/index.html")).unwrap();
    fs::remove_dir_all(home.path("o/figures")).unwrap();
    let ran = home.run("report o");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    for ((path, old), (_, new)) in before.iter().zip(content(&home)) {
        assert!(*old == new, "{} has changed", path.display());
    }
    home.fails("report nowhere", 1, &["expected the folder of a run"]);
    home.write("empty/file", "");
    home.fails("report empty", 1, &["resolved.toml"]);
}

#[test]
fn the_schema_is_one() {
    let schema = Home::new().json("schema");
    assert!(text(&schema["$schema"]).contains("json-schema.org"));
    assert_eq!(schema["title"], "A study of thalweg");
}

#[test]
fn trials_that_fail_are_counted_and_tried_again() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    assert_eq!(home.run("run small.toml --out o").code, 0);
    let before = summary(&home, "o");
    // As a trial that ran out of memory would have left it.
    let journal = home.read("o/journal.jsonl");
    let last = journal.lines().last().unwrap();
    let planned: Value = serde_json::from_str(last).unwrap();
    let record = format!(
        "\"brief\":{{\"id\":{},\"seed\":{},\"failed\":\"no memory\"}},\"record\":{{\"id\":{},\"seed\":{},\"failed\":\"no memory\",\"series\":{{}},\"seconds\":0.0}}",
        planned["brief"]["id"], planned["brief"]["seed"], planned["brief"]["id"], planned["brief"]["seed"]
    );
    let line = format!("{{\"crc\":\"{:08x}\",{record}}}", super::records::crc(record.as_bytes()));
    home.write("o/journal.jsonl", journal.replace(last, &line));
    let ran = home.run("report o");
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 trial failed"), "{}", ran.stderr);
    assert_eq!(list(&home.json("status o --json")["failed"]).len(), 1);
    assert_eq!(home.run("run small.toml --out o").code, 0);
    assert_eq!(summary(&home, "o"), before);
}

/// `3,997`.
fn thousands(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

/// Waits until the journal of a run has so many trials.
fn wait_for(home: &Home, out: &str, count: usize) {
    let begun = Instant::now();
    let lines =
        || fs::read_to_string(home.path(out).join("journal.jsonl")).unwrap_or_default().lines().count();
    while lines() < count + 1 {
        assert!(begun.elapsed() < Duration::from_secs(120), "no trial has finished");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_cleanly_and_what_had_finished_is_kept() {
    let home = Home::new();
    home.write("long.toml", study("\"sgd\", \"adam\"", "").replace("seeds = 2", "seeds = 2000"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
    command.args(["run", "long.toml", "--out", "o"]).current_dir(home.path("."));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&home, "o", 3);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(130), Vec::new()), "{stderr}");
    assert!(stderr.contains("interrupted: what had finished is kept"), "{stderr}");
    let kept = trials(&home, "o");
    assert!((3..4000).contains(&kept), "{kept}");
    let status = home.json("status o --json");
    assert_eq!(status["finished"], kept);
    assert_eq!((&status["planned"], &status["missing"]), (&4000.into(), &(4000 - kept).into()));
    // What there is can be looked at, and says that it is not all.
    let ran = home.run("report o");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with(&format!("Provisional: {} of 4,000 trials", thousands(4000 - kept))),
        "{}",
        ran.stdout
    );
}
