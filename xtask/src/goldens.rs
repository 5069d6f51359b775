//! `cargo xtask goldens`: the reference numbers, from the real frameworks.

use crate::shell::{self, root};

fn run_in(environment: &str, check: bool) -> Result<(), String> {
    let python = format!("{environment}/bin/python");
    shell::run(
        &python,
        &["-m", "pip", "install", "--quiet", "--requirement", "goldens/requirements.txt"],
        &[],
    )?;
    let mut arguments = vec!["goldens/make.py"];
    if check {
        arguments.push("--check");
    }
    shell::run(&python, &arguments, &[])
}

pub(crate) fn run(check: bool) -> Result<(), String> {
    let environment = root().join("target").join("goldens-venv");
    let environment = environment.to_string_lossy();
    shell::run("python3", &["-m", "venv", &environment], &[])?;
    run_in(&environment, check)
}
