//! `thalweg plan`

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use thalweg::study::errand::Errand;
use thalweg::study::report::folder;
use thalweg::study::run::Overrides;
use thalweg::study::spec::{Body, Study};

use super::Outcome;
use super::going::shelf;
use crate::args::PlanArgs;
use crate::failure::Failure;
use crate::output::{line, message};

pub(crate) fn run(args: &PlanArgs, quiet: bool) -> Outcome {
    let overrides = Overrides { seeds: args.seeds, steps: args.steps, ..Overrides::default() };
    let study = Study::find(&args.study)?.with(overrides)?;
    let Body::Training(training) = &study.body else {
        return Err(Failure::Usage(format!("the study `{}` trains nothing: run it", study.name)));
    };
    let data = training.load(&shelf(&args.data_dir))?;
    training.check(&data, args.yes)?;
    let (problems, groups) = training.groups(&data)?;
    if training.until_decided.is_some() {
        let text =
            "the list holds the seeds of the first look; those that are added depend on what these find";
        message(quiet, text);
    }
    let errands = groups.iter().flat_map(|group| {
        let problem = &problems[group.problem];
        (1..=training.first_seeds()).map(move |seed| Errand::of(training, problem, group, seed))
    });
    let written = |errand: &Errand| serde_json::to_string(errand).map_err(io::Error::from);
    match &args.out {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            for errand in errands {
                writeln!(out, "{}", written(&errand)?)?;
            }
            out.flush()?;
        }
        Some(path) => {
            let mut text = String::new();
            for errand in errands {
                text.push_str(&written(&errand)?);
                text.push('\n');
            }
            folder::write(path, text.as_bytes())?;
            message(quiet, format_args!("{} trials", training.trials()));
            line(path.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
