//! `speed`: the bench's own program. `cargo xtask bench` builds it, sets up the peers, and calls it.

mod bench;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use speed::workload::{self, Lengths};
use speed::{SpeedError, at, growth, inputs, mnist, peer, refuse_debug, setting};

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
    /// So many workers side by side, as one line of JSON.
    #[command(hide = true)]
    Workers {
        /// How many.
        count: usize,
    },
    /// Run thalweg and the peers turn by turn, and write the results.
    Bench(bench::Options),
}

fn lengths(inputs: &Path) -> Result<Lengths, SpeedError> {
    let path = inputs.join("spec.json");
    let text = std::fs::read_to_string(&path).map_err(at(&path))?;
    serde_json::from_str(&text).map_err(|error| setting(format!("{}: {error}", path.display())))
}

#[expect(clippy::print_stdout, reason = "whoever started it reads there")]
fn run(arguments: Arguments) -> Result<(), SpeedError> {
    refuse_debug()?;
    let folder = arguments.data_dir.as_deref();
    let data = mnist(folder)?;
    let wanted = if arguments.quick { Lengths::quick() } else { Lengths::full() };
    match arguments.command {
        Command::Inputs { folder } => inputs::write_all(&folder, &data, &wanted),
        Command::Peer { workload, inputs, threads } => {
            let ready = workload::prepare(&workload, &data, &lengths(&inputs)?, threads)?;
            peer::serve(ready)
        }
        Command::Workers { count } => {
            println!(
                "{}",
                serde_json::to_string(&growth::workers(&data, count, wanted.w1_steps)?).unwrap_or_default()
            );
            Ok(())
        }
        Command::Bench(options) => bench::run(&options, folder, &data, arguments.quick),
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
