//! `thalweg run`

use std::collections::HashMap;
use std::process::ExitCode;

use thalweg::problem::data::{Dataset, Shelf, TableSpec};
use thalweg::study::report::{self, Lang, Provenance};
use thalweg::study::run::{Means, Overrides};
use thalweg::study::spec::{Body, Study};
use thalweg::study::training::DataSource;

use super::Outcome;
use crate::args::RunArgs;
use crate::failure::Failure;
use crate::output::{json, line, message};
use crate::progress::Bars;

pub(crate) fn run(args: &RunArgs, quiet: bool) -> Outcome {
    let mut study =
        Study::find(&args.study)?.with(Overrides { seeds: args.effort.seeds, steps: args.effort.steps })?;
    let data = load(&mut study, args, quiet)?;
    if args.effort.seeds.is_some() && !matches!(study.body, Body::Training(_)) {
        message(quiet, format_args!("`{}` trains nothing: --seeds changes nothing", study.name));
    }
    if args.effort.steps.is_some() && matches!(study.body, Body::Activations(_)) {
        message(quiet, format_args!("`{}` takes no steps: --steps changes nothing", study.name));
    }
    let seeds = match &study.body {
        Body::Training(training) => Some(training.seeds),
        Body::Descent(_) | Body::Activations(_) => None,
    };
    let means = Means {
        data: data.as_ref(),
        workers: args.effort.workers(),
        watch: &Bars::new(quiet),
        known: &HashMap::new(),
        lang: args.lang,
    };
    let ran = study.run(&args.out, &means)?;
    let result = ran.json(data.as_ref(), &args.out);
    let diverged = ran.diverged();

    let provenance = Provenance::here(&data, seeds, thalweg::VERSION, command_line(args));
    let sentences = ran.section.sentences.clone();
    let title = ran.section.title.clone();
    report::write(&args.out, &title, &provenance, &[(String::new(), ran.section)], args.lang)?;

    if args.json {
        json(&result)?;
    } else {
        if !quiet {
            for sentence in sentences {
                line(sentence)?;
            }
        }
        line(args.out.join("index.html").display())?;
    }
    if diverged > 0 {
        // Divergence is a result, kept and shown; the run itself has not failed.
        message(
            quiet,
            format_args!(
                "{diverged} trial{} diverged; the report shows where",
                if diverged == 1 { "" } else { "s" }
            ),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a name is that of a file, and not of a set.
fn is_file(name: &str) -> bool {
    let ends = [".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq", ".npz", ".npy", ".idx", "ubyte"];
    ends.iter().any(|end| name.to_lowercase().ends_with(end))
}

/// The data of the study, or those asked for in their place.
fn load(study: &mut Study, args: &RunArgs, quiet: bool) -> Result<Option<Dataset>, Failure> {
    let Body::Training(training) = &mut study.body else {
        if args.data.is_some() {
            return Err(Failure::Usage(format!(
                "the study `{}` uses no data: leave --data away",
                study.name
            )));
        }
        return Ok(None);
    };
    if let Some(name) = &args.data {
        training.data = match &args.label {
            Some(label) => DataSource::Table(Box::new(TableSpec::new(name, label.clone()))),
            None if is_file(name) => {
                return Err(Failure::Usage(format!("--data {name}: say what is to be told, --label COLUMN")));
            }
            None => DataSource::Named(name.clone()),
        };
    }
    let shelf = Shelf::new(args.data_dir.data_dir.clone());
    let data = training.data.load(&shelf)?;
    // What the study wants of its own data may be more than other data have.
    if let (Some(wanted), true) = (training.examples, args.data.is_some())
        && wanted > data.train.len()
    {
        let all = data.train.len();
        let text = format!(
            "the study trains on the first {wanted} examples; `{}` has {all}, all of which are used",
            data.name
        );
        message(quiet, text);
        training.examples = Some(all);
    }
    Ok(Some(data))
}

/// The command that makes the run again, in a folder that is not this one: the same for all runs of a study.
fn command_line(args: &RunArgs) -> String {
    let mut words = vec![format!("thalweg run {} --out again", args.study)];
    words.extend(args.data.iter().map(|data| format!("--data {data}")));
    words.extend(args.label.iter().map(|label| format!("--label {label}")));
    words.extend(args.effort.seeds.map(|n| format!("--seeds {n}")));
    words.extend(args.effort.steps.map(|n| format!("--steps {n}")));
    if args.lang != Lang::default() {
        words.push(format!("--lang {}", args.lang));
    }
    words.join(" ")
}
