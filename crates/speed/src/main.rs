//! `speed`: the bench's own program. `cargo xtask bench` builds it, sets up the peers, and calls it.

mod bench;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use problem::data::{Dataset, Shelf};
use speed::workload::{self, Lengths};
use speed::{SpeedError, inputs, peer, refuse_debug};

#[derive(Debug, Parser)]
#[command(name = "speed", about = "thalweg beside its peers; see bench/README.md")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Folder that holds the data sets (mnist/, …); else THALWEG_DATA, else the user's cache folder.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Short workloads.
    #[arg(long, global = true)]
    quick: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the inputs that all peers read.
    Inputs {
        /// Where to.
        folder: PathBuf,
    },
    /// thalweg as a peer: speaks the bench's protocol.
    Peer {
        /// w1 … w6.
        workload: String,
        /// The folder of the inputs; thalweg makes its own from the data, and takes only the lengths.
        #[arg(long)]
        inputs: PathBuf,
        /// Threads.
        #[arg(long, default_value_t = 1)]
        threads: usize,
    },
    /// Run thalweg and the peers turn by turn, and write the results.
    Bench(bench::Options),
}

fn mnist(folder: Option<PathBuf>) -> Result<Dataset, SpeedError> {
    let folder = folder.or_else(|| std::env::var_os("THALWEG_DATA").map(PathBuf::from));
    Ok(Shelf::new(folder).load("mnist")?)
}

fn lengths(inputs: &Path) -> Result<Lengths, SpeedError> {
    let path = inputs.join("spec.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|why| SpeedError::File { path: path.display().to_string(), why })?;
    serde_json::from_str(&text).map_err(|error| SpeedError::Setting(format!("{}: {error}", path.display())))
}

fn run(arguments: Arguments) -> Result<(), SpeedError> {
    refuse_debug()?;
    let data = mnist(arguments.data_dir)?;
    let wanted = if arguments.quick { Lengths::quick() } else { Lengths::full() };
    match arguments.command {
        Command::Inputs { folder } => inputs::write_all(&folder, &data, &wanted),
        Command::Peer { workload, inputs, threads } => {
            let ready = workload::prepare(&workload, &data, &lengths(&inputs)?, threads)?;
            peer::serve(ready)
        }
        Command::Bench(options) => bench::run(&options, &data, &wanted, arguments.quick),
    }
}

#[expect(clippy::print_stderr, reason = "a program fails in the open")]
fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
