//! The commands, one file each.

pub(crate) mod activations;
pub(crate) mod bench;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod descend;
pub(crate) mod export;
pub(crate) mod going;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod reproduce;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod trial;

use std::process::ExitCode;

use crate::failure::Failure;

/// What a command ends with.
pub(crate) type Outcome = Result<ExitCode, Failure>;
