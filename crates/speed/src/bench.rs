//! Runs thalweg and the peers turn by turn.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use problem::data::Dataset;
use speed::growth::Workers;
use speed::peer::{Peer, Running};
use speed::results::{Duel, Results};
use speed::workload;
use speed::{SpeedError, at, growth, machine, results, setting};

/// What can be asked for: the duels, and the growth.
const WORKLOADS: [&str; 7] = ["w1", "w2", "w3", "w4", "w5", "w6", "w7"];

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A JSON list of peers: name, command, or why one is missing.
    #[arg(long)]
    peers: PathBuf,
    /// The folder of the inputs, as `speed inputs` writes them.
    #[arg(long)]
    inputs: PathBuf,
    /// Where the results are written.
    #[arg(long)]
    out: PathBuf,
    /// Pairs of runs, ours and theirs in turn.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
    /// Only these workloads.
    #[arg(long, value_delimiter = ',', value_parser = WORKLOADS, default_values = WORKLOADS)]
    only: Vec<String>,
}

#[expect(clippy::print_stderr, reason = "says what runs")]
fn say(text: &str) {
    eprintln!("{text}");
}

pub(crate) fn run(
    options: &Options,
    folder: Option<&Path>,
    data: &Dataset,
    quick: bool,
) -> Result<(), SpeedError> {
    let text = std::fs::read_to_string(&options.peers).map_err(at(&options.peers))?;
    let peers: Vec<Peer> = serde_json::from_str(&text).map_err(setting)?;
    std::fs::create_dir_all(&options.out).map_err(at(&options.out))?;
    let ours = Peer { name: "thalweg".into(), command: own(folder, &["peer"])?, missing: None };

    let mut results =
        Results { machine: results::describe(), pairs: options.pairs, quick, ..Results::default() };
    results.rates = Some(machine::measure()?);
    for name in workload::NAMES.into_iter().filter(|name| options.only.iter().any(|only| only == name)) {
        let threads = workload::threads(name);
        for peer in &peers {
            say(&format!("{name}: {}", peer.name));
            let duel = duel(name, &ours, peer, &options.inputs, threads, options.pairs)?;
            say(&format!("   {}", duel.line()));
            results.duels.push(duel);
        }
        // What has been measured is kept, whatever comes next.
        write(&options.out, &results)?;
    }
    if options.only.iter().any(|only| only == "w7") {
        say("w7: growth");
        results.curves = growth::curves(data, quick)?;
        for count in 1..=growth::cores() {
            results.workers.push(workers(folder, count, quick)?);
        }
    }
    write(&options.out, &results)?;
    let wrong: Vec<String> = results.duels.iter().flat_map(Duel::disagreements).collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(setting(format!("not everybody came to the same numbers:\n{}", wrong.join("\n"))))
    }
}

/// This program with other arguments, and the same data.
fn own(folder: Option<&Path>, arguments: &[&str]) -> Result<Vec<String>, SpeedError> {
    let mut words = vec![std::env::current_exe().map_err(setting)?.display().to_string()];
    words.extend(arguments.iter().map(|&word| word.to_owned()));
    if let Some(folder) = folder {
        words.extend(["--data-dir".to_owned(), folder.display().to_string()]);
    }
    Ok(words)
}

/// So many workers, in a process of their own.
fn workers(folder: Option<&Path>, count: usize, quick: bool) -> Result<Workers, SpeedError> {
    let count = count.to_string();
    let mut words = own(folder, &["workers", &count])?;
    if quick {
        words.push("--quick".to_owned());
    }
    let output = Command::new(&words[0]).args(&words[1..]).output().map_err(setting)?;
    if !output.status.success() {
        return Err(setting(String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(setting)
}

fn duel(
    name: &str,
    ours: &Peer,
    peer: &Peer,
    inputs: &Path,
    threads: usize,
    pairs: u32,
) -> Result<Duel, SpeedError> {
    let mut duel = Duel { workload: name.to_owned(), peer: peer.name.clone(), threads, ..Duel::default() };
    let mut theirs = match Running::start(peer, name, inputs, threads) {
        Ok(running) => running,
        Err(why) => {
            duel.absent = Some(why);
            return Ok(duel);
        }
    };
    duel.hello = theirs.hello.clone();
    let mut mine = Running::start(ours, name, inputs, threads).map_err(setting)?;
    for _ in 0..pairs {
        let one = mine.run().map_err(setting)?;
        match theirs.run() {
            Ok(outcome) => {
                duel.ours.push(one);
                duel.theirs.push(outcome);
            }
            Err(why) => {
                duel.absent = Some(why);
                break;
            }
        }
    }
    Ok(duel)
}

fn write(folder: &Path, results: &Results) -> Result<(), SpeedError> {
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(at(&path))
    };
    if let Some(figure) = results.figure()? {
        file("ratios.png", &figure.png(2.0)?)?;
    }
    if let Some(figure) = results.growth_figure()? {
        file("growth.png", &figure.png(2.0)?)?;
    }
    file("RESULTS.md", results.markdown().as_bytes())
}
