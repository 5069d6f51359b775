//! `thalweg merge`

use std::process::ExitCode;

use thalweg::study::journal::Journal;
use thalweg::study::merge::merge;

use super::Outcome;
use crate::args::MergeArgs;
use crate::output::{line, message};

pub(crate) fn run(args: &MergeArgs, quiet: bool) -> Outcome {
    let merged = merge(&args.folders, &args.out)?;
    for (path, damage) in &merged.damaged {
        let text = format_args!("{}:{}: this line is damaged: {}", path.display(), damage.line, damage.why);
        message(quiet, text);
    }
    message(
        quiet,
        format_args!(
            "{} trials, {} of them new; {} stood in more than one folder",
            merged.records, merged.added, merged.duplicates
        ),
    );
    line(args.out.join(Journal::NAME).display())?;
    Ok(ExitCode::SUCCESS)
}
