//! The arguments of the commands around a run folder: its list of trials, its records, what is made of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::study::report::Lang;

use super::DataDir;

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of a run, finished or under way.
    pub(crate) run: PathBuf,
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// The language of the report: en, zh.
    #[arg(long, value_name = "LANG", default_value_t)]
    pub(crate) lang: Lang,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// A built-in study (`thalweg list studies`) or a TOML file.
    pub(crate) study: String,
    /// Write the list into this file [default: print it].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// Seeds per technique [default: as the study says].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seeds: Option<u64>,
    /// Updates per trial.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) steps: Option<u64>,
    /// Yes, more than a million trials are meant.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TrialArgs {
    /// A file with one line of `thalweg plan`, or - for standard input.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) spec: String,
    /// Keep the record in the journal of this folder as well; a trial that is there is not run again.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The folder of a run, finished or under way.
    pub(crate) run: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Count against this list, as `thalweg plan` writes it [default: trials.jsonl of the folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// List the trials that are missing: id, seed, group.
    #[arg(long)]
    pub(crate) missing: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Folders of runs of one study.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// The folder for all of them; trials that it has already are kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The folder of a run, finished or under way.
    pub(crate) run: PathBuf,
    /// What to write.
    #[arg(long, value_name = "FORM")]
    pub(crate) to: ExportForm,
    /// The file, or the folder of event files [default: export.csv, export.jsonl, export.parquet or tb in the run folder].
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// A long table, one row for each measurement.
    Csv,
    /// One record a line.
    Jsonl,
    /// The table of csv, with types.
    Parquet,
    /// Event files, a folder for each trial; scalars are 32-bit.
    Tensorboard,
}
