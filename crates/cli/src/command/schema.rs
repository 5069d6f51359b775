//! `thalweg schema`

use std::process::ExitCode;

use super::Outcome;
use crate::output::json;

pub(crate) fn run() -> Outcome {
    json(&thalweg::study::spec::schema())?;
    Ok(ExitCode::SUCCESS)
}
