//! `cargo xtask bench`: sets up the peers and runs them beside thalweg; `bench/README.md` says how.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::shell::{root, run as shell, target};

/// (name, script, arguments before those of the protocol).
const PYTHON: &[(&str, &str, &[&str])] = &[
    ("NumPy", "numpy_peer.py", &[]),
    ("PyTorch, eager", "torch_peer.py", &[]),
    ("PyTorch, compiled", "torch_peer.py", &["--compiled"]),
    ("JAX", "jax_peer.py", &[]),
    ("scikit-learn", "sklearn_peer.py", &[]),
];

/// (name, binary, arguments before those of the protocol).
const RUST: &[(&str, &str, &[&str])] = &[
    ("burn, ndarray", "burn-peer", &["--backend", "ndarray"]),
    ("burn, flex", "burn-peer", &["--backend", "flex"]),
    ("candle", "candle-peer", &[]),
];

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A Python of its own with the pinned libraries.
fn python() -> Result<PathBuf, String> {
    let environment = target().join("bench-venv");
    let python = environment.join("bin").join("python");
    shell("python3", &["-m", "venv", &text(&environment)], &[])?;
    let install = ["-m", "pip", "install", "--quiet", "--requirement", "bench/requirements.txt"];
    shell(&text(&python), &install, &[])?;
    Ok(python)
}

/// The folder of the Rust peers.
fn rust_peers() -> Result<PathBuf, String> {
    let folder = target().join("bench");
    let manifest = text(&root().join("bench").join("Cargo.toml"));
    // The workspace's own flags (for the CPU at hand) are read from the folder that cargo starts in.
    let build = ["build", "--release", "--locked", "--manifest-path", &manifest];
    let config = text(&root().join("bench").join(".cargo").join("config.toml"));
    let all = [&["--config", &config][..], &build].concat();
    shell("cargo", &all, &[("CARGO_TARGET_DIR", &text(&folder))])?;
    Ok(folder.join("release"))
}

fn peers(python: &Result<PathBuf, String>, rust: &Result<PathBuf, String>) -> Value {
    let missing =
        |name: &str, why: &str| json!({ "name": name, "missing": format!("it could not be set up: {why}") });
    let command = |name: &str, program: &Path, arguments: Vec<String>| {
        let words = [vec![text(program)], arguments].concat();
        json!({ "name": name, "command": words })
    };
    let words = |arguments: &[&str]| arguments.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let mut all = Vec::new();
    for &(name, script, arguments) in PYTHON {
        let script = text(&root().join("bench").join("peers").join(script));
        all.push(match python {
            Ok(python) => command(name, python, [vec![script], words(arguments)].concat()),
            Err(why) => missing(name, why),
        });
    }
    for &(name, binary, arguments) in RUST {
        all.push(match rust {
            Ok(folder) => command(name, &folder.join(binary), words(arguments)),
            Err(why) => missing(name, why),
        });
    }
    Value::Array(all)
}

#[expect(clippy::print_stderr, reason = "says who is left out")]
pub(crate) fn run(quick: bool, pairs: Option<u32>, only: &[String]) -> Result<(), String> {
    shell("cargo", &["build", "--release", "--locked", "--package", "speed"], &[])?;
    let (python, rust) = (python(), rust_peers());
    for (kind, setup) in [("Python", &python), ("Rust", &rust)] {
        if let Err(why) = setup {
            eprintln!("the peers in {kind} are left out: {why}");
        }
    }
    let list = target().join("bench-peers.json");
    std::fs::write(&list, peers(&python, &rust).to_string())
        .map_err(|error| format!("{}: {error}", list.display()))?;
    let inputs = text(&target().join("bench-inputs"));
    let (list, out) = (text(&list), text(&root().join("bench")));
    let pairs = pairs.unwrap_or(if quick { 3 } else { 5 }).to_string();
    let only = only.join(",");
    let mut arguments =
        vec!["bench", "--peers", &list, "--inputs", &inputs, "--out", &out, "--pairs", &pairs];
    if quick {
        arguments.push("--quick");
    }
    if !only.is_empty() {
        arguments.extend(["--only", &only]);
    }
    shell(&text(&target().join("release").join("speed")), &arguments, &[])
}
