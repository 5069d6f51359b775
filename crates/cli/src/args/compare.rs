//! The arguments of `thalweg compare`.

use std::path::PathBuf;

use clap::Args;

use super::Going;

/// Every flag of a technique may be given several times: the study is the product of them all.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A data set, or a file of your own (with --label): CSV, TSV, Parquet, NPZ, NPY, IDX; may be given several times.
    #[arg(long, value_name = "NAME|FILE", required = true)]
    pub(crate) data: Vec<String>,
    /// The column of the file that is to be told: classes or a number (for NPY and IDX the file of the labels).
    #[arg(long, value_name = "COLUMN")]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Update rule [default: adam].
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<String>,
    /// Learning-rate schedule [default: constant].
    #[arg(long, value_name = "SCHEDULE")]
    pub(crate) schedule: Vec<String>,
    /// Initial weights [default: he].
    #[arg(long, value_name = "INIT")]
    pub(crate) init: Vec<String>,
    /// Normalisation [default: none].
    #[arg(long, value_name = "NORM")]
    pub(crate) norm: Vec<String>,
    /// Dropout [default: none].
    #[arg(long, value_name = "DROPOUT")]
    pub(crate) dropout: Vec<String>,
    /// Gradient clipping [default: none].
    #[arg(long, value_name = "GUARD")]
    pub(crate) guard: Vec<String>,
    /// Weight decay [default: none].
    #[arg(long, value_name = "DECAY")]
    pub(crate) decay: Vec<String>,
    /// Activation function [default: relu].
    #[arg(long, value_name = "NAME")]
    pub(crate) activation: Vec<String>,
    /// Units of the hidden layers, 100-50, or none [default: 100].
    #[arg(long, value_name = "WIDTHS", conflicts_with_all = ["width", "depth"])]
    pub(crate) hidden: Vec<String>,
    /// Units of each hidden layer.
    #[arg(long, value_name = "N")]
    pub(crate) width: Vec<usize>,
    /// Hidden layers.
    #[arg(long, value_name = "N")]
    pub(crate) depth: Vec<usize>,
    /// Examples in a batch [default: 32].
    #[arg(long, value_name = "N")]
    pub(crate) batch: Vec<usize>,
    /// Passes over the data [default: 30, unless --steps is given].
    #[arg(long, value_name = "N", conflicts_with = "steps", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) epochs: Option<u64>,
    /// What is compared first of all: test_accuracy, train_loss, test_r2, … [default: the test score].
    #[arg(long, value_name = "METRIC")]
    pub(crate) metric: Option<String>,
    /// The value of the metric whose first crossing is timed.
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub(crate) target: Option<f64>,
    /// Write the study into this file as well, to be changed and run by `thalweg run`.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// The folder for the run; an existing run goes on where it stopped.
    #[arg(long, value_name = "DIR", default_value = "thalweg-compare")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) going: Going,
}

/// How a file of one's own is read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// What the label is, where its values leave it open.
    #[arg(long, value_name = "KIND", value_parser = ["classes", "number"])]
    pub(crate) task: Option<String>,
    /// What to do about gaps.
    #[arg(long, value_name = "RULE", value_parser = ["drop", "mean", "indicator"])]
    pub(crate) missing: Option<String>,
    /// What to do about labels that occur once.
    #[arg(long, value_name = "RULE", value_parser = ["drop"])]
    pub(crate) rare: Option<String>,
    /// A column to leave out.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) drop: Vec<String>,
    /// What stands between the fields of a text file: a character, or tab.
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<String>,
    /// The array of the inputs in an NPZ archive.
    #[arg(long, value_name = "ARRAY")]
    pub(crate) inputs: Option<String>,
    /// The share of the rows for testing [default: 0.2].
    #[arg(long, value_name = "SHARE")]
    pub(crate) test: Option<f64>,
    /// The share of the rows for validation [default: 0].
    #[arg(long, value_name = "SHARE")]
    pub(crate) validation: Option<f64>,
    /// The seed of the split.
    #[arg(long, value_name = "N", value_parser = super::seed())]
    pub(crate) split_seed: Option<u64>,
    /// Train on the first so many examples.
    #[arg(long, value_name = "N")]
    pub(crate) first: Option<usize>,
}
