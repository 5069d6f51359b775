//! `thalweg run`

use thalweg::problem::data::{Dataset, TableSpec};
use thalweg::study::spec::{BUILT_IN, Body, Study};
use thalweg::study::training::{DataChoice, DataSource};

use super::Outcome;
use super::going::{effort_words, is_file, quoted, shelf};
use crate::args::RunArgs;
use crate::failure::Failure;
use crate::output::message;

pub(crate) fn run(args: &RunArgs, quiet: bool) -> Outcome {
    let mut study = Study::find(&args.study)?.with(args.going.overrides())?;
    let data = load(&mut study, args, quiet)?;
    if args.going.effort.seeds.is_some() && !matches!(study.body, Body::Training(_)) {
        message(quiet, format_args!("`{}` trains nothing: --seeds changes nothing", study.name));
    }
    if args.going.effort.steps.is_some() && matches!(study.body, Body::Activations(_)) {
        message(quiet, format_args!("`{}` takes no steps: --steps changes nothing", study.name));
    }
    args.going.go(study, &data, args.out.as_deref(), quiet, command_line(args))
}

/// The data of the study, or those asked for in their place.
fn load(study: &mut Study, args: &RunArgs, quiet: bool) -> Result<Vec<Dataset>, Failure> {
    let Body::Training(training) = &mut study.body else {
        if args.data.is_some() {
            return Err(Failure::Usage(format!(
                "the study `{}` uses no data: leave --data away",
                study.name
            )));
        }
        return Ok(Vec::new());
    };
    let Some(name) = &args.data else { return Ok(training.load(&shelf(&args.going.data_dir))?) };
    let source = if is_file(name, args.label.as_deref())? {
        let path = std::path::absolute(name).unwrap_or_else(|_| name.into());
        DataSource::Table(Box::new(TableSpec::new(path, args.label.clone().unwrap_or_default())))
    } else {
        DataSource::Named(name.clone())
    };
    let first = training.data.first().and_then(|choice| choice.first);
    training.data = vec![DataChoice { first, ..source.into() }];
    let data = training.load(&shelf(&args.going.data_dir))?;
    // The title of a built-in study names the data that it is about.
    if let Some(data) = data.first()
        && BUILT_IN.iter().any(|(name, _)| *name == args.study)
    {
        study.title = study.title.replace("MNIST", &data.name);
    }
    // What the study wants of its own data may be more than other data have.
    for (choice, data) in training.data.iter_mut().zip(&data) {
        if let Some(wanted) = choice.first.filter(|wanted| *wanted > data.train.len()) {
            let all = data.train.len();
            let text = format!(
                "the study trains on the first {wanted} examples; `{}` has {all}, all of which are used",
                data.name
            );
            message(quiet, text);
            choice.first = Some(all);
        }
    }
    Ok(data)
}

/// The command that makes the run again, in a folder that is not this one: the same for all runs of a study.
fn command_line(args: &RunArgs) -> String {
    let mut words = vec![format!("thalweg run {} --out again", quoted(&args.study))];
    words.extend(args.data.iter().map(|data| format!("--data {}", quoted(data))));
    words.extend(args.label.iter().map(|label| format!("--label {}", quoted(label))));
    words.extend(effort_words(&args.going));
    words.join(" ")
}
