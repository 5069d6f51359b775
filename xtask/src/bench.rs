//! `cargo xtask bench`: sets up the peers and runs them beside thalweg; `bench/README.md` says how.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::shell::{root, run as shell, target};

/// Where a peer comes from.
enum Origin {
    /// A script, and the packages of `bench/requirements.txt` that it needs.
    Python(&'static str, &'static [&'static str]),
    /// A package of the cargo workspace, which makes a program of the same name.
    Rust(&'static str),
}

use Origin::{Python, Rust};

/// (name, origin, arguments before those of the protocol, whether `--quick` asks it).
const PEERS: &[(&str, Origin, &[&str], bool)] = &[
    ("NumPy", Python("numpy_peer.py", &["numpy"]), &[], false),
    ("PyTorch, eager", Python("torch_peer.py", &["numpy", "torch"]), &[], true),
    ("PyTorch, compiled", Python("torch_peer.py", &["numpy", "torch"]), &["--compiled"], false),
    ("JAX", Python("jax_peer.py", &["numpy", "jax", "jaxlib"]), &[], true),
    ("scikit-learn", Python("sklearn_peer.py", &["numpy", "scikit-learn"]), &[], false),
    ("burn, ndarray", Rust("burn-peer"), &["--backend", "ndarray"], false),
    ("burn, flex", Rust("burn-peer"), &["--backend", "flex"], true),
    ("candle", Rust("candle-peer"), &[], false),
];

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs a command to its end; else the last line that it said.
#[expect(clippy::print_stderr, reason = "says what runs")]
fn quietly(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    eprintln!("── {program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .output()
        .map_err(|error| format!("cannot start `{program}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), last.trim()))
}

/// What has been set up, each thing once.
#[derive(Default)]
struct Setup {
    python: Option<Result<PathBuf, String>>,
    done: BTreeMap<String, Result<(), String>>,
}

impl Setup {
    /// A Python of its own.
    fn python(&mut self) -> Result<PathBuf, String> {
        let make = || {
            let environment = target().join("bench-venv");
            quietly("python3", &["-m", "venv", &text(&environment)], &[])?;
            Ok(environment.join("bin").join("python"))
        };
        self.python.get_or_insert_with(make).clone()
    }

    /// One pinned package in it.
    fn package(&mut self, python: &Path, name: &str) -> Result<(), String> {
        let install = || {
            let path = root().join("bench").join("requirements.txt");
            let pins =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let pin = pins.lines().find(|line| line.split("==").next() == Some(name));
            let pin = pin.ok_or_else(|| format!("{} has no line `{name}==…`", path.display()))?;
            quietly(&text(python), &["-m", "pip", "install", "--quiet", pin], &[])
        };
        self.done.entry(name.to_owned()).or_insert_with(install).clone()
    }

    /// One package of the cargo workspace.
    fn build(&mut self, package: &str) -> Result<PathBuf, String> {
        let folder = target().join("bench");
        let make = || {
            let bench = root().join("bench");
            let (manifest, config) =
                (text(&bench.join("Cargo.toml")), text(&bench.join(".cargo/config.toml")));
            // The workspace's own flags (for the CPU at hand) are read from the folder that cargo starts in.
            let arguments = [
                "--config",
                &config,
                "build",
                "--release",
                "--locked",
                "--manifest-path",
                &manifest,
                "--package",
                package,
            ];
            quietly("cargo", &arguments, &[("CARGO_TARGET_DIR", &text(&folder))])
        };
        self.done.entry(package.to_owned()).or_insert_with(make).clone()?;
        Ok(folder.join("release").join(package))
    }

    /// The words that start a peer.
    fn command(&mut self, origin: &Origin, arguments: &[&str]) -> Result<Vec<String>, String> {
        let mut words = match *origin {
            Python(script, packages) => {
                let python = self.python()?;
                packages.iter().try_for_each(|name| self.package(&python, name))?;
                vec![text(&python), text(&root().join("bench").join("peers").join(script))]
            }
            Rust(package) => vec![text(&self.build(package)?)],
        };
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        Ok(words)
    }
}

#[expect(clippy::print_stderr, reason = "says who is left out")]
fn peers(quick: bool) -> Value {
    let mut setup = Setup::default();
    let asked = PEERS.iter().filter(|(_, _, _, in_quick)| !quick || *in_quick);
    let each = asked.map(|(name, origin, arguments, _)| match setup.command(origin, arguments) {
        Ok(command) => json!({ "name": name, "command": command }),
        Err(why) => {
            eprintln!("{name} is left out: {why}");
            json!({ "name": name, "missing": format!("it could not be set up: {why}") })
        }
    });
    each.collect()
}

#[expect(clippy::print_stderr, reason = "says where the results are")]
pub(crate) fn run(quick: bool, pairs: Option<u32>, only: &[String]) -> Result<(), String> {
    shell("cargo", &["build", "--release", "--locked", "--package", "speed"], &[])?;
    let inputs = text(&target().join("bench-inputs"));
    let speed = text(&target().join("release").join("speed"));
    // Before half an hour of setting up: without data it would be in vain.
    let length: &[&str] = if quick { &["--quick"] } else { &[] };
    shell(&speed, &[&["inputs", &inputs], length].concat(), &[])?;
    let list = target().join("bench-peers.json");
    std::fs::write(&list, peers(quick).to_string())
        .map_err(|error| format!("{}: {error}", list.display()))?;
    // The committed results are those of a whole run.
    let whole = !quick && only.is_empty();
    let out = if whole { root().join("bench") } else { target().join("bench-results") };
    let (list, out) = (text(&list), text(&out));
    let pairs = pairs.unwrap_or(if quick { 1 } else { 5 }).to_string();
    let only = only.join(",");
    let mut arguments =
        vec!["bench", "--peers", &list, "--inputs", &inputs, "--out", &out, "--pairs", &pairs];
    arguments.extend(length);
    if !only.is_empty() {
        arguments.extend(["--only", &only]);
    }
    let page = std::path::Path::new(&out).join("RESULTS.md");
    let written = || std::fs::metadata(&page).and_then(|file| file.modified()).ok();
    let before = written();
    let result = shell(&speed, &arguments, &[]);
    // Also a run that ends early has written what it has measured.
    if written() != before {
        eprintln!("the results are in {}", page.display());
    }
    result
}
