//! `cargo xtask readers`: what `thalweg export` and `thalweg schema` write, read by the programs it is for.

use crate::shell::{self, target};

pub(crate) fn run() -> Result<(), String> {
    shell::run("cargo", &["build", "--locked", "--package", "thalweg-cli"], &[])?;
    let environment = target().join("readers-venv");
    let python = environment.join("bin").join("python");
    let python = python.to_string_lossy();
    shell::run("python3", &["-m", "venv", &environment.to_string_lossy()], &[])?;
    shell::run(
        &python,
        &["-m", "pip", "install", "--quiet", "--requirement", "goldens/readers-requirements.txt"],
        &[],
    )?;
    let folder = tempfile::tempdir().map_err(|error| format!("cannot make a folder: {error}"))?;
    let thalweg = target().join("debug").join("thalweg");
    shell::run(
        &python,
        &["goldens/readers.py", &thalweg.to_string_lossy(), &folder.path().to_string_lossy()],
        &[],
    )
}
