//! `cargo xtask ci`: the one command that passes the tests.

use crate::shell::{self, has};

const DENY: &str = "0.20.2";

fn run_examples() -> Result<(), String> {
    for example in [
        "01_one_step",
        "02_a_path_on_the_ravine",
        "03_a_network_on_digits",
        "04_a_rule_of_your_own",
        "05_a_study_from_code",
    ] {
        shell::run("cargo", &["run", "--quiet", "--locked", "--example", example], &[])?;
    }
    Ok(())
}

pub(crate) fn run() -> Result<(), String> {
    shell::run("cargo", &["fmt", "--all", "--check"], &[])?;
    shell::run("cargo", &["fmt", "--manifest-path", "bench/Cargo.toml", "--all", "--check"], &[])?;
    shell::run("cargo", &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"], &[])?;
    shell::run(
        "cargo",
        &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
        &[],
    )?;
    shell::run("cargo", &["test", "--locked", "--workspace"], &[])?;
    run_examples()?;
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    shell::run("cargo", &["doc", "--locked", "--workspace", "--no-deps"], &strict)?;
    // The formulas stand on their own: no files, no threads, no clock.
    if has("rustup", &["--version"]) {
        shell::run("rustup", &["target", "add", "wasm32-unknown-unknown"], &[])?;
    }
    let wasm = ["check", "--locked", "--package", "technique", "--target", "wasm32-unknown-unknown"];
    shell::run("cargo", &wasm, &[])?;
    if !has("cargo", &["deny", "--version"]) {
        // It is run once: to optimise it takes longer than it ever saves.
        shell::run("cargo", &["install", "--locked", "--debug", "cargo-deny", "--version", DENY], &[])?;
    }
    shell::run("cargo", &["deny", "check", "bans", "licenses", "sources"], &[])?;
    if has("python3", &["-c", "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"]) {
        crate::readers::run()?;
    }
    crate::instructions::run(false)?;
    crate::chapter::run()
}
