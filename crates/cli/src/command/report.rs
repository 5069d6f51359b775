//! `thalweg report`

use thalweg::study::run::RunCard;
use thalweg::study::spec::Study;

use super::Outcome;
use super::going::{finish, shelf};
use crate::args::ReportArgs;
use crate::progress::Bars;

pub(crate) fn run(args: &ReportArgs, quiet: bool) -> Outcome {
    let study = Study::of_run(&args.run)?;
    let data = study.load(&shelf(&args.data_dir))?;
    let card = card(args);
    let ran = study.report(&args.run, &data, args.lang, &Bars::new(quiet))?;
    finish(&ran, &card, &args.run, args.lang, args.json, quiet)
}

/// How the run was made; a run that has not ended, or that was merged, does not say.
fn card(args: &ReportArgs) -> RunCard {
    RunCard::read(&args.run).unwrap_or_else(|_| {
        let command = format!("thalweg report {}", super::going::quoted(&args.run.display().to_string()));
        RunCard::here(thalweg::VERSION, command)
    })
}
