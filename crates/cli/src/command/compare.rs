//! `thalweg compare`: a study made of flags.

use std::path::Path;

use thalweg::problem::data::CARDS;
use thalweg::study::report::folder;
use thalweg::study::spec::{Body, Study};
use thalweg::study::trial::Metric;
use toml::{Table, Value};

use super::Outcome;
use super::going::{effort_words, is_file, quoted, shelf};
use crate::args::CompareArgs;
use crate::failure::Failure;
use crate::output::message;

/// Examples in a batch, and passes over the data, where no flag says otherwise.
const BATCH: i64 = 32;
const EPOCHS: u64 = 30;

pub(crate) fn run(args: &CompareArgs, quiet: bool) -> Outcome {
    let text = study(args)?.to_string();
    let mut study = Study::parse("the study of these flags", "compare", &text).map_err(flags)?;
    let Body::Training(training) = &mut study.body else {
        return Err(Failure::Usage("expected a study that trains".to_owned()));
    };
    let data = training.load(&shelf(&args.going.data_dir))?;
    if args.metric.is_none()
        && let Some(first) = data.first()
    {
        training.metric = Metric::score(&first.task, thalweg::prelude::Part::Test);
    }
    // What was written out is what runs: the file, run again, is the same study.
    let study = study.with(args.going.overrides())?;
    let written = study.resolved();
    let study = Study { text: written.clone(), ..study };
    if let Some(path) = &args.save {
        folder::write(path, written.as_bytes())?;
        message(quiet, format_args!("the study is in {}", path.display()));
    }
    args.going.go(study, &data, Some(&args.out), quiet, command_line(args))
}

/// An error without the line of a file that nobody has written.
fn flags(error: thalweg::study::error::StudyError) -> Failure {
    use thalweg::study::error::StudyError;
    match error {
        StudyError::File { what, .. } => Failure::Usage(what),
        other => other.into(),
    }
}

/// The study as a file.
fn study(args: &CompareArgs) -> Result<Table, Failure> {
    let data = args.data.iter().map(|name| data(args, name)).collect::<Result<Vec<_>, _>>()?;
    let mut network = Table::new();
    list(&mut network, "activation", &args.activation);
    let hidden = args.hidden.iter().map(|widths| hidden(widths)).collect::<Result<Vec<Value>, _>>()?;
    put(&mut network, "hidden", (!hidden.is_empty()).then(|| hidden.into()));
    for (key, counts) in [("width", &args.width), ("depth", &args.depth)] {
        let counts: Vec<Value> = counts.iter().map(|n| whole(*n as u64)).collect();
        put(&mut network, key, (!counts.is_empty()).then(|| counts.into()));
    }
    let mut technique = Table::new();
    for (key, words) in [
        ("rule", &args.rule),
        ("schedule", &args.schedule),
        ("init", &args.init),
        ("norm", &args.norm),
        ("dropout", &args.dropout),
        ("guard", &args.guard),
        ("decay", &args.decay),
    ] {
        list(&mut technique, key, words);
    }
    let mut training = Table::new();
    let batch: Vec<Value> = args.batch.iter().map(|n| whole(*n as u64)).collect();
    training.insert("batch".to_owned(), if batch.is_empty() { BATCH.into() } else { batch.into() });
    match (args.going.effort.steps, args.epochs) {
        (Some(steps), _) => put(&mut training, "steps", Some(whole(steps))),
        (None, epochs) => put(&mut training, "epochs", Some(whole(epochs.unwrap_or(EPOCHS)))),
    }
    let mut report = Table::new();
    put(&mut report, "metric", args.metric.clone().map(Into::into));
    put(&mut report, "target", args.target.map(Into::into));
    let mut study = Table::new();
    let title = match &args.data[..] {
        [one] => format!("Techniques on {}", stem(one)),
        several => format!("Techniques on {} data sets", several.len()),
    };
    for (key, text) in [
        // A folder holds one study: with other data it is another.
        (
            "name",
            format!("compare-{}", args.data.iter().map(|name| stem(name)).collect::<Vec<_>>().join("-")),
        ),
        ("title", title),
        ("question", "Which of these techniques does better here, and is that decided?".to_owned()),
    ] {
        study.insert(key.to_owned(), text.into());
    }
    for (key, table) in
        [("network", network), ("technique", technique), ("training", training), ("report", report)]
    {
        study.insert(key.to_owned(), table.into());
    }
    study.insert("data".to_owned(), data.into());
    Ok(study)
}

/// One data set: a name, or a file and how it is read.
fn data(args: &CompareArgs, name: &str) -> Result<Value, Failure> {
    let (mut table, r) = (Table::new(), &args.reading);
    put(&mut table, "first", r.first.map(|n| whole(n as u64)));
    // With several, the label is that of the files among them.
    let is_set = args.data.len() > 1 && CARDS.iter().any(|card| card.name == name);
    if is_set || !is_file(name, args.label.as_deref())? {
        put(&mut table, "name", Some(name.into()));
        return Ok(table.into());
    }
    // From here on it may be run from anywhere.
    let path = std::path::absolute(name).unwrap_or_else(|_| name.into());
    put(&mut table, "file", Some(path.display().to_string().into()));
    for (key, text) in [
        ("label", &args.label),
        ("task", &r.task),
        ("missing", &r.missing),
        ("rare", &r.rare),
        ("delimiter", &r.delimiter),
        ("inputs", &r.inputs),
    ] {
        put(&mut table, key, text.clone().map(Into::into));
    }
    list(&mut table, "drop", &r.drop);
    put(&mut table, "test", r.test.map(Into::into));
    put(&mut table, "validation", r.validation.map(Into::into));
    put(&mut table, "split_seed", r.split_seed.map(whole));
    Ok(table.into())
}

/// `100-50`, or `none`.
fn hidden(widths: &str) -> Result<Value, Failure> {
    if widths == "none" {
        return Ok(Value::Array(Vec::new()));
    }
    let number = |width: &str| match width.parse::<u32>() {
        Ok(n) if n > 0 => Ok(Value::from(i64::from(n))),
        _ => Err(Failure::Usage(format!(
            "--hidden {widths}: expected whole numbers above 0 with hyphens between them, as in 100-50, or none"
        ))),
    };
    Ok(Value::Array(widths.split('-').map(number).collect::<Result<_, _>>()?))
}

fn put(table: &mut Table, key: &str, value: Option<Value>) {
    table.extend(value.map(|value| (key.to_owned(), value)));
}

fn list(table: &mut Table, key: &str, words: &[String]) {
    put(table, key, (!words.is_empty()).then(|| words.to_vec().into()));
}

fn whole(n: u64) -> Value {
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A file's name without its ends.
fn stem(name: &str) -> String {
    let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
    file.split('.').next().unwrap_or_default().to_owned()
}

/// The command that makes the run again, in a folder that is not this one.
fn command_line(args: &CompareArgs) -> String {
    let mut words = vec!["thalweg compare".to_owned()];
    let mut flag = |name: &str, values: &[String]| {
        words.extend(values.iter().map(|value| format!("--{name} {}", quoted(value))));
    };
    let r = &args.reading;
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let number = |n: Option<String>| n.into_iter().collect::<Vec<_>>();
    let numbers = |all: &[usize]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    flag("data", &args.data);
    flag("label", &one(&args.label));
    for (name, text) in [
        ("task", &r.task),
        ("missing", &r.missing),
        ("rare", &r.rare),
        ("delimiter", &r.delimiter),
        ("inputs", &r.inputs),
    ] {
        flag(name, &one(text));
    }
    flag("drop", &r.drop);
    flag("test", &number(r.test.map(|x| x.to_string())));
    flag("validation", &number(r.validation.map(|x| x.to_string())));
    flag("split-seed", &number(r.split_seed.map(|x| x.to_string())));
    flag("first", &number(r.first.map(|x| x.to_string())));
    for (name, values) in [
        ("rule", &args.rule),
        ("schedule", &args.schedule),
        ("init", &args.init),
        ("norm", &args.norm),
        ("dropout", &args.dropout),
        ("guard", &args.guard),
        ("decay", &args.decay),
        ("activation", &args.activation),
        ("hidden", &args.hidden),
    ] {
        flag(name, values);
    }
    flag("width", &numbers(&args.width));
    flag("depth", &numbers(&args.depth));
    flag("batch", &numbers(&args.batch));
    flag("epochs", &number(args.epochs.map(|n| n.to_string())));
    flag("metric", &one(&args.metric));
    flag("target", &number(args.target.map(|x| x.to_string())));
    flag("out", &["again".to_owned()]);
    words.extend(effort_words(&args.going));
    words.join(" ")
}
