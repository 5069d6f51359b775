//! `thalweg export`

use std::process::ExitCode;

use thalweg::study::export::{Form, export};
use thalweg::study::journal::Journal;

use super::Outcome;
use crate::args::{ExportArgs, ExportForm};
use crate::output::{line, message};

pub(crate) fn run(args: &ExportArgs, quiet: bool) -> Outcome {
    let form = match args.to {
        ExportForm::Csv => Form::Csv,
        ExportForm::Jsonl => Form::Jsonl,
        ExportForm::Parquet => Form::Parquet,
        ExportForm::Tensorboard => Form::Tensorboard,
    };
    let exported = export(&args.run, form, args.out.as_deref())?;
    for damage in &exported.damaged {
        let journal = args.run.join(Journal::NAME);
        let text = format_args!(
            "{}:{}: this line is damaged and left out: {}",
            journal.display(),
            damage.line,
            damage.why
        );
        message(quiet, text);
    }
    line(exported.path.display())?;
    Ok(ExitCode::SUCCESS)
}
