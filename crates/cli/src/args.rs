//! The arguments.

mod compare;
mod folder;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use thalweg::study::executor::Workers;
use thalweg::study::report::Lang;

pub(crate) use compare::CompareArgs;
pub(crate) use folder::{ExportArgs, ExportForm, MergeArgs, PlanArgs, ReportArgs, StatusArgs, TrialArgs};

/// A laboratory for the techniques that make neural networks train.
#[derive(Debug, Parser)]
#[command(name = "thalweg", version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Techniques are written NAME[@DIALECT][:key=value,…], e.g. adam, sgd:lr=0.1, adam@torch:lr=0.01,beta2=0.99.\nExit codes: 0 done, 1 failed, 2 usage or a bad study file, 3 some trials failed, 4 data missing or damaged, 130 interrupted."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// No progress and no messages but errors.
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train and draw the whole chapter, and check its claims.
    Reproduce(ReproduceArgs),
    /// Run one study: a built-in name or a TOML file.
    Run(RunArgs),
    /// Compare techniques on your data, from flags: the study that they make, run.
    Compare(Box<CompareArgs>),
    /// Write the report of a run folder anew, finished or under way; nothing is trained.
    Report(ReportArgs),
    /// Write the list of a study's trials, one line each, for machines to share.
    Plan(PlanArgs),
    /// Run one trial of a list and print its record.
    Trial(TrialArgs),
    /// Print the JSON schema of a study file, for editors.
    Schema,
    /// How far a run is: trials finished, missing, diverged, failed; damaged lines.
    Status(StatusArgs),
    /// Join the journals of several run folders.
    Merge(MergeArgs),
    /// Write a run for other programs: CSV, JSON Lines, Parquet, TensorBoard.
    Export(ExportArgs),
    /// Walk down a function of the plane.
    Descend(DescendArgs),
    /// Send a signal through a deep network at birth.
    Activations(ActivationsArgs),
    /// List what there is.
    List(ListArgs),
    /// Show one technique, function, data set or study: formula, settings, dialects, paper.
    Show(ShowArgs),
    /// Measure what this machine reaches: matrix products, memory, training steps.
    Bench(BenchArgs),
    /// Fetch, verify or list data sets.
    Data(DataArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DataDir {
    /// Folder that holds the data sets (mnist/, …); else THALWEG_DATA, else the user's cache folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// How much is run, and on how many threads: the same for every command that trains.
#[derive(Debug, Args)]
pub(crate) struct Effort {
    /// Seeds per technique [default: as the study says, 3 in the built-in ones].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seeds: Option<u64>,
    /// Updates per trial, for a quick look.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) steps: Option<u64>,
    /// Trials side by side [default: as many as the cores have room for].
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Threads inside each trial, for a few large ones: they share its large matrix products (not a first layer that skips the zeros of its inputs), with the same bits [default: 1].
    #[arg(long, value_name = "N")]
    pub(crate) threads_per_trial: Option<NonZeroUsize>,
}

impl Effort {
    pub(crate) fn workers(&self) -> Workers {
        Workers::new(self.jobs, self.threads_per_trial)
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReproduceArgs {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// The folder for the report.
    #[arg(long, value_name = "DIR", default_value = "thalweg-report")]
    pub(crate) out: PathBuf,
    /// Run on this data set in place of MNIST.
    #[arg(long, value_name = "NAME")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) effort: Effort,
    /// Do not try to fetch missing data.
    #[arg(long)]
    pub(crate) offline: bool,
}

/// What is run, how far, and where it goes: the same for `run` and `compare`.
#[derive(Debug, Args)]
pub(crate) struct Going {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    #[command(flatten)]
    pub(crate) effort: Effort,
    /// Add seeds until every comparison is decided, by a test that may be looked at after each.
    #[arg(long)]
    pub(crate) until_decided: bool,
    /// At most so many [default: 50].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_seeds: Option<u64>,
    /// List the trials, their number and about how long they take; train nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Yes, more than a million trials are meant.
    #[arg(long)]
    pub(crate) yes: bool,
    /// The language of the report: en, zh.
    #[arg(long, value_name = "LANG", default_value_t)]
    pub(crate) lang: Lang,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A built-in study (`thalweg list studies`) or a TOML file.
    pub(crate) study: String,
    /// The folder for the run; an existing run goes on where it stopped.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// Run on this data set, or on a file of your own (with --label): CSV, TSV, Parquet, NPZ, NPY, IDX.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) data: Option<String>,
    /// The column of the file that is to be told: classes or a number (for NPY and IDX the file of the labels).
    #[arg(long, value_name = "COLUMN", requires = "data")]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) going: Going,
}

#[derive(Debug, Args)]
pub(crate) struct DescendArgs {
    /// The function (`thalweg list functions`), e.g. ravine or rosenbrock:b=10.
    pub(crate) function: String,
    /// An update rule; may be given several times.
    #[arg(long = "rule", value_name = "RULE", required = true)]
    pub(crate) rules: Vec<String>,
    /// The first point.
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, value_parser = point)]
    pub(crate) start: Option<[f64; 2]>,
    /// Steps.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=thalweg::study::spec::MOST_STEPS))]
    pub(crate) steps: u64,
    /// Learning-rate schedule.
    #[arg(long, value_name = "SCHEDULE", default_value = "constant")]
    pub(crate) schedule: String,
    /// Gradient guard.
    #[arg(long, value_name = "GUARD", default_value = "none")]
    pub(crate) guard: String,
    /// Standard deviation of the noise added to each component of every gradient.
    #[arg(long, value_name = "SIGMA", default_value_t = 0.0)]
    pub(crate) noise: f64,
    /// Seed of the noise.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed())]
    pub(crate) seed: u64,
    /// Write the figures (SVG and PNG) and paths.csv into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the paths as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ActivationsArgs {
    /// Activation function.
    #[arg(long, value_name = "NAME", default_value = "sigmoid")]
    pub(crate) activation: String,
    /// Initial weights.
    #[arg(long, value_name = "INIT", default_value = "xavier")]
    pub(crate) init: String,
    /// Layers.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = small)]
    pub(crate) layers: usize,
    /// Units of each layer.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = small)]
    pub(crate) width: usize,
    /// Inputs.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = large)]
    pub(crate) samples: usize,
    /// Seed of inputs and weights.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed())]
    pub(crate) seed: u64,
    /// Write the histograms (SVG and PNG) and tables into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the layers as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// What to list.
    pub(crate) what: Listing,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    /// Update rules.
    Rules,
    /// Initial weights.
    Inits,
    /// Learning-rate schedules.
    Schedules,
    /// Layers, activations, norms and losses.
    Layers,
    /// Gradient guards.
    Guards,
    /// Weight decays.
    Decays,
    /// Functions of the plane.
    Functions,
    /// Data sets.
    Data,
    /// Built-in studies.
    Studies,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its name, as `thalweg list` prints it.
    pub(crate) name: String,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// Print the figures as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    pub(crate) action: DataAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataAction {
    /// Download a data set, resuming what is half there, and verify it.
    Fetch {
        /// Its name.
        name: String,
        #[command(flatten)]
        data_dir: DataDir,
    },
    /// Check a data set against its known checksums.
    Verify {
        /// Its name.
        name: String,
        #[command(flatten)]
        data_dir: DataDir,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the data sets and where they are.
    List {
        #[command(flatten)]
        data_dir: DataDir,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Seeds as large as a study file can hold.
fn seed() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(..=i64::MAX.unsigned_abs())
}

fn point(text: &str) -> Result<[f64; 2], String> {
    let parts: Vec<&str> = text.split(',').collect();
    let [x, y] = parts[..] else {
        return Err("expected two numbers, X,Y, as in --start=-7,2".to_owned());
    };
    let number = |part: &str| match part.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("expected a finite number, found `{}`", part.trim())),
    };
    Ok([number(x)?, number(y)?])
}

fn small(text: &str) -> Result<usize, String> {
    between(text, 4096)
}

fn large(text: &str) -> Result<usize, String> {
    between(text, 1_000_000)
}

fn between(text: &str, most: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(format!("expected a whole number from 1 to {most}")),
    }
}
