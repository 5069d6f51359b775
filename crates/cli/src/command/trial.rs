//! `thalweg trial`

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use thalweg::study::errand::Errand;
use thalweg::study::error::StudyError;
use thalweg::study::journal::Journal;
use thalweg::study::report::folder;
use thalweg::study::trial::Record;

use super::Outcome;
use super::going::{SOME_FAILED, shelf};
use crate::args::TrialArgs;
use crate::failure::Failure;
use crate::output::line;

pub(crate) fn run(args: &TrialArgs) -> Outcome {
    let text = read(&args.spec)?;
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (Some(first), None) = (lines.next(), lines.next()) else {
        let found = text.lines().filter(|line| !line.trim().is_empty()).count();
        return Err(Failure::Usage(format!(
            "--spec {}: expected one line of `thalweg plan`, found {found}",
            args.spec
        )));
    };
    let errand = Errand::parse(&format!("--spec {}", args.spec), first)?;
    let record = match &args.out {
        None => errand.run(&shelf(&args.data_dir))?,
        Some(out) => kept(&errand, out, args)?,
    };
    line(serde_json::to_string(&record).map_err(io::Error::from)?)?;
    Ok(if record.failed.is_none() { ExitCode::SUCCESS } else { ExitCode::from(SOME_FAILED) })
}

/// The record from the folder's journal; run and written there first if it is not.
fn kept(errand: &Errand, out: &Path, args: &TrialArgs) -> Result<Record, Failure> {
    folder::create(out)?;
    let mut journal = Journal::open(out)?;
    if let Some(record) = journal.get(&errand.planned.id).filter(|record| record.failed.is_none()) {
        return Ok(record.clone());
    }
    let record = errand.run(&shelf(&args.data_dir))?;
    journal.append(record.clone())?;
    Ok(record)
}

fn read(spec: &str) -> Result<String, Failure> {
    let mut text = String::new();
    match spec {
        "-" => io::stdin().lock().read_to_string(&mut text).map(drop)?,
        path => {
            text = std::fs::read_to_string(path).map_err(StudyError::io("read", path))?;
        }
    }
    Ok(text)
}
