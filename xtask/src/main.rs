//! The project's own commands: `cargo xtask ci`, `chapter`, `goldens`, `bench`, `instructions`, `profile`, `readers`.

mod bench;
mod chapter;
mod ci;
mod goldens;
mod instructions;
mod profile;
mod readers;
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
    /// thalweg and its peers on the same networks, turn by turn; writes bench/RESULTS.md. Needs MNIST, Python 3.11 and most of an hour.
    Bench {
        /// Short workloads, three peers (PyTorch eager, JAX, burn flex), one pair: some two minutes once the peers are set up. Writes to target/bench-results.
        #[arg(long)]
        quick: bool,
        /// Pairs of runs, ours and theirs in turn [default: 5; 1 with --quick].
        #[arg(long)]
        pairs: Option<u32>,
        /// Only these workloads, w1 to w7. Writes to target/bench-results.
        #[arg(long, value_delimiter = ',', value_parser = ["w1", "w2", "w3", "w4", "w5", "w6", "w7"])]
        only: Vec<String>,
    },
    /// Record the reference numbers again from the real frameworks, or compare them with `--check`.
    Goldens {
        /// Compare with what is committed, write nothing.
        #[arg(long)]
        check: bool,
    },
    /// How many instructions the loops of a step take, under valgrind, against bench/instructions.json.
    Instructions {
        /// Write the figures anew instead.
        #[arg(long)]
        write: bool,
    },
    /// Where the time of a step goes: samples W1 with Adam on MNIST (THALWEG_DATA), writes docs/profile.svg.
    Profile,
    /// What `thalweg export` writes, read by pandas, pyarrow and TensorBoard, every value against the journal. Needs Python 3.11.
    Readers,
}

#[expect(clippy::print_stderr, reason = "a command of ours fails in the open")]
fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Ci => ci::run(),
        Command::Chapter => chapter::run(),
        Command::Bench { quick, pairs, only } => bench::run(quick, pairs, &only),
        Command::Goldens { check } => goldens::run(check),
        Command::Instructions { write } => instructions::run(write),
        Command::Profile => profile::run(),
        Command::Readers => readers::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
