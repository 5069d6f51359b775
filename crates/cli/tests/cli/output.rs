//! Where output goes: data to stdout, messages to stderr, files into a folder that can be written to.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::{Home, files, study};

#[test]
fn a_folder_that_cannot_be_written_is_found_before_any_work() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    home.write("file", "in the way");
    let mut out = vec!["file", "file/below"];
    if cfg!(target_os = "linux") {
        out.push("/proc/x");
    }
    for out in out {
        for line in [
            "run small.toml",
            "run trajectories",
            "reproduce --data digits",
            "descend ravine --rule sgd",
            "activations --samples 10",
        ] {
            let ran = home.run(&format!("{line} --out {out}"));
            assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{line} {out}: {}", ran.stderr);
            let error = ran.stderr.lines().last().unwrap();
            assert!(error.starts_with(&format!("error: cannot create {out}")), "{line}: {error}");
        }
    }
    home.fails("data fetch mnist --data-dir file/below", 1, &["cannot create file/below/mnist"]);
    assert_eq!(home.read("file"), "in the way");
}

#[test]
fn json_is_all_there_is_on_stdout_and_quiet_leaves_stderr_empty() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    let ran = home.run("run small.toml --out o --json");
    assert!(ran.json().is_object());
    // No terminal, no bars.
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\r'), "{}", ran.stderr);
    let quiet = home.run("--quiet run small.toml --out o");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    assert_eq!(quiet.stdout.trim_end(), "o/index.html");
    let page = home.read("o/index.html");
    assert!(page.contains("thalweg run small.toml --out again"), "the command that makes it again");
}

#[test]
fn figures_and_tables_are_written_where_asked() {
    let home = Home::new();
    for (line, tables) in [
        ("descend ravine --rule sgd:lr=0.9 --steps 5 --out o", &["paths.csv"][..]),
        ("activations --samples 20 --layers 2 --out o", &["layers.csv", "histograms.csv"]),
    ] {
        let ran = home.run(line);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let names: Vec<String> = files(&home.path("o")).iter().map(|p| p.display().to_string()).collect();
        for table in tables.iter().chain(&["study.toml", "resolved.toml"]) {
            assert!(names.iter().any(|name| name == table), "{line}: no {table} in {names:?}");
        }
        let of = |end: &str| {
            names.iter().filter(|name| name.starts_with("figures/") && name.ends_with(end)).count()
        };
        assert!(of(".svg") > 0 && of(".svg") == of(".png"), "{names:?}");
        // The study that was written down is the one that ran.
        let _ = std::fs::remove_dir_all(home.path("again"));
        let again = home.run("run o/study.toml --out again");
        assert_eq!(again.code, 0, "{}", again.stderr);
        for table in tables {
            assert_eq!(home.read(&format!("o/{table}")), home.read(&format!("again/{table}")));
        }
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let home = Home::new();
    for line in [
        "list rules",
        "list rules --json",
        "show adam",
        "descend ravine --rule sgd --steps 100000 --json",
        "activations --samples 10",
        "data list",
    ] {
        for lines in [0, 1] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_thalweg"))
                .args(line.split_whitespace())
                .current_dir(home.path("."))
                .env("THALWEG_DATA", "shelf")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut reader = BufReader::new(child.stdout.take().unwrap());
            for _ in 0..lines {
                reader.read_line(&mut String::new()).unwrap();
            }
            drop(reader);
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{line}, after {lines} lines");
        }
    }
}

#[test]
fn an_argument_that_changes_nothing_is_not_passed_over_in_silence() {
    let home = Home::new();
    let ran = home.run("run activations --out o --seeds 3 --steps 4");
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("--seeds changes nothing") && ran.stderr.contains("--steps changes nothing"));
    assert_eq!(home.run("run trajectories --out p --steps 4").stderr, "");
}

#[test]
fn help_and_version_succeed() {
    let home = Home::new();
    for line in ["--help", "--version", "run --help", "help descend", "data fetch --help"] {
        let ran = home.run(line);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}");
        assert!(!ran.stdout.is_empty());
    }
    assert!(home.run("--help").stdout.contains("Exit codes: 0 done, 1 failed, 2 usage"));
}
