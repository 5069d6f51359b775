//! The arguments of the protocol.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What the bench asks of a peer: `WORKLOAD --inputs DIR --threads N`.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// What is run.
    #[arg(value_enum)]
    pub(crate) workload: Workload,
    /// The folder that `speed inputs` wrote.
    #[arg(long)]
    pub(crate) inputs: PathBuf,
    /// Threads over which trials are spread; a trial itself has one.
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    W1,
    W2,
    W3,
    W4,
    W5,
    W6,
}
