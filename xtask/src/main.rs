//! The project's own commands: `cargo xtask ci`, `chapter`, `goldens`.

mod chapter;
mod ci;
mod goldens;
mod shell;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything a change must pass, the cheapest check first; installs what it needs.
    Ci,
    /// The chapter's races on real MNIST against the textbook's own numbers, and the time of `reproduce`.
    Chapter,
    /// Record the reference numbers again from the real frameworks, or compare them with `--check`.
    Goldens {
        /// Compare with what is committed, write nothing.
        #[arg(long)]
        check: bool,
    },
}

#[expect(clippy::print_stderr, reason = "a command of ours fails in the open")]
fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Ci => ci::run(),
        Command::Chapter => chapter::run(),
        Command::Goldens { check } => goldens::run(check),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
