//! What a run leaves, and what outlives damage, kills, full disks and second processes: `status`, `merge`, `export`.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Home, files, list, number, study, text};

/// Two rules with two seeds in `o`, without a plan.
fn run() -> Home {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\", \"sgd:lr=1e6\"", ""));
    let ran = home.run("run small.toml --out o");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let _ = fs::remove_file(home.path("o/trials.jsonl"));
    home
}

/// The records of a journal without wall times, in the order of their ids.
fn records(home: &Home, folder: &str) -> Vec<Value> {
    let journal = home.read(&format!("{folder}/journal.jsonl"));
    let record = |line| {
        let mut record = serde_json::from_str::<Value>(line).unwrap()["record"].take();
        record["seconds"] = json!(0);
        record
    };
    let mut records: Vec<Value> = journal.lines().skip(1).map(record).collect();
    records.sort_by_key(|record| record["id"].to_string());
    records
}

/// The lines of a journal changed and written back.
fn change(home: &Home, folder: &str, act: impl FnOnce(&mut Vec<String>)) {
    let name = format!("{folder}/journal.jsonl");
    let mut lines: Vec<String> = home.read(&name).lines().map(str::to_owned).collect();
    act(&mut lines);
    home.write(&name, lines.join("\n") + "\n");
}

/// The CRC-32 of zlib, bit by bit.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// A line whose checksum is right again.
fn signed(line: &str) -> String {
    let summed = &line[18..line.len() - 1];
    format!("{{\"crc\":\"{:08x}\",{summed}}}", crc(summed.as_bytes()))
}

#[test]
fn the_checksum_is_the_one_that_anyone_can_compute() {
    let home = run();
    for line in home.read("o/journal.jsonl").lines().skip(1) {
        assert_eq!(signed(line), line);
    }
}

#[test]
fn status_counts_what_is_there() {
    let home = run();
    let all = home.json("status o --json");
    assert_eq!(all["planned"], Value::Null);
    assert_eq!((&all["finished"], &all["diverged"], &all["missing"]), (&json!(4), &json!(2), &Value::Null));
    assert!(home.run("status o").stdout.contains("does not say which trials are missing"));

    let planned: Vec<Value> = records(&home, "o").iter().map(|record| record["id"].clone()).collect();
    let plan = |id: &Value| json!({ "id": id, "group": "g", "settings": {}, "seed": 1 }).to_string() + "\n";
    let missing = json!("f00");
    let plan: String = planned[1..].iter().chain([&missing]).map(plan).collect();
    home.write("o/trials.jsonl", plan);
    let id = text(&planned[2]).to_owned();
    change(&home, "o", |lines| {
        let at = lines.iter().position(|line| line.contains(&id)).unwrap();
        lines[at] = signed(&lines[at].replace("\"seed\":", "\"failed\":\"no memory\",\"seed\":"));
        lines.push("rotten".into());
    });
    let all = home.json("status o --json --missing");
    assert_eq!((&all["planned"], &all["finished"], &all["missing"]), (&json!(4), &json!(2), &json!(1)));
    assert_eq!((&all["others"], &all["failed"]), (&json!(1), &json!([{ "id": id, "why": "no memory" }])));
    assert_eq!((&all["damaged"][0]["line"], &all["missing_trials"][0]["id"]), (&json!(6), &missing));
    let people = home.run("status o");
    assert_eq!(people.code, 0);
    for part in ["finished  2 of 4", "missing   1", "no memory", "line 6:", "others    1"] {
        assert!(people.stdout.contains(part), "expected `{part}` in: {}", people.stdout);
    }
    assert!(home.run("status o --missing").stdout.starts_with("f00  1  g"));
    home.fails("status nowhere", 1, &["nowhere: expected the folder of a run"]);
}

#[test]
fn a_damaged_line_is_named_and_its_trial_is_run_again() {
    let home = run();
    let before = records(&home, "o");
    change(&home, "o", |lines| lines[2] = lines[2].replacen("\"train_loss\"", "\"train_lost\"", 1));
    let damaged = home.read("o/journal.jsonl");
    let ran = home.run("run small.toml --out o");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("journal.jsonl:3: this line is damaged (its checksum"), "{}", ran.stderr);
    let after = home.read("o/journal.jsonl");
    assert!(after.starts_with(&damaged) && after.lines().count() == damaged.lines().count() + 1);
    change(&home, "o", |lines| drop(lines.remove(2)));
    assert_eq!(records(&home, "o"), before);
}

#[test]
fn one_process_at_a_time_and_a_dead_one_does_not_count() {
    let home = run();
    let lock = File::create(home.path("o/.lock")).unwrap();
    lock.lock().unwrap();
    home.fails("run small.toml --out o", 1, &["o: another process is running in this folder"]);
    home.fails("merge o --out o", 1, &["another process is running"]);
    assert_eq!(home.run("status o").code, 0);
    assert_eq!(home.run("export o --to csv").code, 0);
    drop(lock);

    // A run that dies without a word goes on where it stopped.
    home.write("long.toml", study("\"sgd\", \"adam\"", "").replace("steps = 20", "steps = 4000"));
    let mut killed = Command::new(env!("CARGO_BIN_EXE_thalweg"))
        .args(["run", "long.toml", "--out", "k", "--seeds", "4", "--jobs", "1"])
        .current_dir(home.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let lines = || fs::read_to_string(home.path("k/journal.jsonl")).unwrap_or_default().lines().count();
    while lines() < 3 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    home.fails("run long.toml --out k", 1, &["another process is running"]);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!((3..9).contains(&lines()), "killed too early or too late: {} lines", lines());
    assert_eq!(home.run("run long.toml --out k --seeds 4").code, 0);
    assert_eq!(home.run("run long.toml --out fresh --seeds 4").code, 0);
    assert_eq!(records(&home, "k"), records(&home, "fresh"));
}

/// Needs the right to mount a small disk; without it there is nothing to see.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_finished() {
    let home = Home::new();
    // Lines of some 60 KB, on a disk of 160.
    home.write(
        "wide.toml",
        study("\"sgd\", \"adam\"", "record_every = 1\n").replace("steps = 20", "steps = 2000"),
    );
    let script = "mkdir o && mount -t tmpfs -o size=160k tmpfs o 2>/dev/null || exit 77
        \"$1\" run wide.toml --out o --jobs 1; echo $? > first
        cp o/journal.jsonl torn.jsonl && mount -o remount,size=64m o && \"$1\" run wide.toml --out o && cp -r o kept";
    let ran = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_thalweg")])
        .current_dir(home.path("."))
        .output();
    let Ok(ran) = ran else { return };
    if ran.status.code() == Some(77) || !home.path("first").exists() {
        return;
    }
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{said}");
    assert_eq!(home.read("first").trim(), "1");
    assert!(said.contains("the disk is full: what was finished is kept"), "{said}");
    let torn = home.read("torn.jsonl");
    let whole = &torn[..torn.rfind('\n').unwrap() + 1];
    assert!((2..5).contains(&whole.lines().count()), "{} lines", whole.lines().count());
    assert!(home.read("kept/journal.jsonl").starts_with(whole));
    assert_eq!(home.run("run wide.toml --out fresh").code, 0);
    assert_eq!(records(&home, "kept"), records(&home, "fresh"));
}

#[test]
fn runs_in_parts_merge_into_the_whole() {
    let home = run();
    assert_eq!(home.run("run small.toml --out part --seeds 1").code, 0);
    let ran = home.run("merge part o --out all");
    assert_eq!((ran.code, ran.stdout.trim_end()), (0, "all/journal.jsonl"), "{}", ran.stderr);
    assert!(ran.stderr.contains("4 trials, 4 of them new; 2 stood in more than one"), "{}", ran.stderr);
    assert_eq!(records(&home, "all"), records(&home, "o"));
    let journal = home.read("all/journal.jsonl");
    assert_eq!(home.run("merge o part --out all").code, 0);
    assert_eq!(home.run("run all/study.toml --out all").code, 0);
    assert_eq!(home.read("all/journal.jsonl"), journal, "something was added or run again");
    for table in ["trials.csv", "series.csv"] {
        assert_eq!(home.read(&format!("all/{table}")), home.read(&format!("o/{table}")));
    }

    change(&home, "part", |lines| {
        lines[1] = signed(&lines[1].replace("\"train_loss\":[[1,", "\"train_loss\":[[3,"));
    });
    let id = home.json("status part --json");
    assert_eq!(list(&id["damaged"]).len(), 0);
    home.fails(
        "merge o part --out none",
        1,
        &["has two results", "part/journal.jsonl (line 2)", "`series.train_loss.0.0`"],
    );
    home.write("part/study.toml", "");
    home.fails("merge o part --out none", 1, &["has two results"]);
    assert!(!home.path("none").exists());
}

#[test]
fn exports_are_whole_and_the_same_each_time() {
    let home = run();
    let points: usize = records(&home, "o")
        .iter()
        .flat_map(|record| {
            record["series"].as_object().unwrap().values().map(|curve| list(curve).len()).collect::<Vec<_>>()
        })
        .sum();
    for (form, file) in [("csv", "export.csv"), ("jsonl", "export.jsonl"), ("parquet", "export.parquet")] {
        let ran = home.run(&format!("export o --to {form}"));
        assert_eq!((ran.code, ran.stdout.trim_end()), (0, format!("o/{file}").as_str()), "{}", ran.stderr);
        assert_eq!(home.run(&format!("export o --to {form} --out again")).code, 0);
        assert_eq!(fs::read(home.path("again")).unwrap(), fs::read(home.path("o").join(file)).unwrap());
    }
    let table = home.read("o/export.csv");
    let count = |kind: &str| table.lines().filter(|line| line.contains(&format!(",{kind},"))).count();
    assert_eq!((count("series"), count("final"), count("diverged")), (points, 6, 2));
    assert!(fs::read(home.path("o/export.parquet")).unwrap().ends_with(b"PAR1"));
    let lines = home.read("o/export.jsonl");
    assert!(lines.lines().all(|line| number(&serde_json::from_str::<Value>(line).unwrap()["seed"]) >= 1.0));

    assert_eq!(home.run("export o --to tensorboard --out tb").code, 0);
    assert_eq!(files(&home.path("tb")).len(), 4);
    home.fails("export nowhere --to csv", 1, &["nowhere: expected the folder of a run"]);
    home.fails("export o --to xlsx", 2, &["csv", "parquet"]);
}
