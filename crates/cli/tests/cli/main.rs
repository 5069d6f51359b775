//! The command line from outside: its output, exit codes, messages and files, as a user or a script meets them.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where it stands; clippy knows only of functions marked as tests"
)]

mod contracts;
mod damage;
mod diverged;
mod kills;
mod laboratory;
mod listing;
mod output;
mod records;
mod reproduce;
mod resume;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder to run in, with an empty shelf for data, gone at the end of the test.
struct Home(TempDir);

/// What a command came to.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The program, in this folder, with nothing of the user's surroundings.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
        command.current_dir(self.0.path()).env("THALWEG_DATA", "shelf").env_remove("NO_COLOR");
        command
    }

    /// Runs a command line, split at spaces.
    fn run(&self, line: &str) -> Ran {
        let output = self.command().args(line.split_whitespace()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran {
            code: output.status.code().expect("ended by a signal"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{line}: {text}");
        }
        ran
    }

    /// Runs a command line that must succeed, and reads its output as JSON.
    fn json(&self, line: &str) -> Value {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        ran.json()
    }

    /// Runs a command line that must fail: with this code, nothing on stdout, and a message with these parts.
    #[track_caller]
    fn fails(&self, line: &str, code: i32, parts: &[&str]) {
        let ran = self.run(line);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
        assert!(ran.stderr.starts_with("error: "), "{line}: {}", ran.stderr);
        for part in parts {
            assert!(ran.stderr.contains(part), "{line}: expected `{part}` in: {}", ran.stderr);
        }
    }
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// The keys of an object, in their order.
#[track_caller]
fn assert_keys(value: &Value, keys: &[&str]) {
    let found: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, keys);
}

/// The elements of a list.
fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Every file below a folder, sorted, as paths from it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A small study of these rules on the digits; `extra` goes to the end of its last table, [training].
fn study(rules: &str, extra: &str) -> String {
    format!(
        "title = \"Rules on digits\"\n[data]\nname = \"digits\"\nfirst = 200\n[network]\nhidden = [10, 10, 10]\nactivation = \"leaky_relu\"\n[technique]\nrule = [{rules}]\n[training]\nbatch = 20\nsteps = 20\nevaluate_every = 10\nseeds = 2\n{extra}"
    )
}
