//! `thalweg reproduce`

use std::process::ExitCode;

use thalweg::problem::data::{Dataset, Shelf};
use thalweg::study::reproduce::{Options, reproduce};
use thalweg::study::run::Overrides;

use super::Outcome;
use crate::args::ReproduceArgs;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{line, message};
use crate::progress::{Bars, Downloads};

pub(crate) fn run(args: &ReproduceArgs, quiet: bool) -> Outcome {
    let shelf = Shelf::new(args.data_dir.data_dir.clone());
    let (data, fallback) = load(&shelf, args, quiet)?;
    if let Some(why) = &fallback {
        message(quiet, why);
    }
    message(quiet, format_args!("training the chapter on {} ({})", data.name, data.source));
    let options = Options {
        out: &args.out,
        workers: args.effort.workers(),
        overrides: Overrides { seeds: args.effort.seeds, steps: args.effort.steps, ..Overrides::default() },
        fallback: fallback.as_deref(),
        command: &command_line(args, &data),
        version: thalweg::VERSION,
    };
    interrupt::listen();
    let claims = reproduce(&data, &options, &Bars::new(quiet))?;
    if !quiet {
        for claim in &claims {
            line(format_args!("{:>2}. {:<20} {}", claim.number, claim.word, claim.text))?;
        }
    }
    line(args.out.join("index.html").display())?;
    // A rate too large is one of the things the chapter shows: a trial that diverged is no failure here.
    Ok(ExitCode::SUCCESS)
}

/// MNIST from disk, or from its mirrors, or else the digits inside the program and the reason to give for it.
fn load(shelf: &Shelf, args: &ReproduceArgs, quiet: bool) -> Result<(Dataset, Option<String>), Failure> {
    if let Some(name) = &args.data {
        return Ok((shelf.load(name)?, None));
    }
    let missing = match shelf.load("mnist") {
        Ok(data) => return Ok((data, None)),
        // Who names a folder wants what is in it, not something else.
        Err(error) if args.data_dir.data_dir.is_some() => return Err(error.into()),
        Err(error) if error.is_missing() => error,
        Err(error) => return Err(error.into()),
    };
    let why = if args.offline {
        missing.to_string()
    } else {
        message(quiet, "MNIST is not here; fetching it (11 MB), --offline to do without");
        match shelf.fetch("mnist", &mut Downloads::new(quiet)) {
            Ok(_) => return Ok((shelf.load("mnist")?, None)),
            Err(error) => error.to_string(),
        }
    };
    message(quiet, &why);
    let digits = shelf.load("digits")?;
    let notice = "MNIST is not at hand: this ran on the small `digits` set inside the program (1,797 images of 8×8) instead, on which the chapter's numbers do not apply.";
    Ok((digits, Some(notice.to_owned())))
}

fn command_line(args: &ReproduceArgs, data: &Dataset) -> String {
    let mut words = vec!["thalweg reproduce".to_owned()];
    if args.data.is_some() || data.name != "mnist" {
        words.push(format!("--data {}", data.name));
    }
    words.extend(args.data_dir.data_dir.iter().map(|folder| format!("--data-dir {}", folder.display())));
    words.extend(args.effort.seeds.map(|n| format!("--seeds {n}")));
    words.extend(args.effort.steps.map(|n| format!("--steps {n}")));
    words.join(" ")
}
