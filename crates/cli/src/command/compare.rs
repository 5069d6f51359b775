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
/// A score that is compared is measured about so many times on the way, for its curve and its time to target.
const LOOKS: u64 = 30;

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
    if let Some(part) = training.metric.part() {
        (training.evaluate_every, training.evaluate) = (1, vec![part]);
        let (_, groups) = training.groups(&data)?;
        let steps = groups.iter().map(|group| group.steps);
        let (fewest, most) = (steps.clone().min().unwrap_or(0), steps.max().unwrap_or(0));
        // Of data sets of very different size the largest is not measured all the time.
        let every = fewest.div_ceil(LOOKS).max(most / (10 * LOOKS));
        // But the shortest trial is measured once, at its end.
        training.evaluate_every = every.min(fewest).max(1);
    }
    // What was written out is what runs: the file, run again, is the same study.
    let study = study.with(args.going.overrides())?;
    let written = study.resolved();
    let study = Study { text: written.clone(), ..study };
    if let Some(path) = &args.save {
        folder::write(path, written.as_bytes())?;
        message(quiet, format_args!("the study is in {}", path.display()));
    }
    args.going.go(study, &data, Some(&args.out), quiet, command_line(args)?)
}

/// An error without the line of a file that nobody has written.
fn flags(error: thalweg::study::error::StudyError) -> Failure {
    use thalweg::study::error::StudyError;
    match error {
        StudyError::File { what, .. } => Failure::Usage(what),
        other => other.into(),
    }
}

/// A flag that was given, and what it sets in the study's file: the key is the flag's name.
struct Given {
    flag: &'static str,
    written: Vec<String>,
    table: Place,
    value: Value,
}

/// A table of the study's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Of each data set.
    Data,
    /// Of each data set that is a file.
    File,
    Network,
    Technique,
    Training,
    Report,
}

/// The flags that were given, but for the data sets themselves: the one list that both the study and the command line are made of.
fn given(args: &CompareArgs) -> Result<Vec<Given>, Failure> {
    use Place::{Data, File, Network, Report, Technique, Training};
    let r = &args.reading;
    let one = |table, flag, text: &Option<String>| {
        let value =
            |text: &String| Given { flag, written: vec![text.clone()], table, value: text.clone().into() };
        text.as_ref().map(value)
    };
    let count = |table, flag, n: Option<u64>| {
        n.map(|n| Given { flag, written: vec![n.to_string()], table, value: whole(n) })
    };
    let share = |table, flag, x: Option<f64>| {
        x.map(|x| Given { flag, written: vec![x.to_string()], table, value: x.into() })
    };
    let words = |table, flag, words: &Vec<String>| {
        (!words.is_empty()).then(|| Given {
            flag,
            written: words.clone(),
            table,
            value: words.clone().into(),
        })
    };
    let counts = |table, flag, all: &Vec<usize>| {
        let written = all.iter().map(ToString::to_string).collect();
        let value: Vec<Value> = all.iter().map(|n| whole(*n as u64)).collect();
        (!all.is_empty()).then(|| Given { flag, written, table, value: value.into() })
    };
    let hidden = args.hidden.iter().map(|widths| hidden(widths)).collect::<Result<Vec<Value>, _>>()?;
    let given = [
        one(File, "label", &args.label),
        one(File, "task", &r.task),
        one(File, "missing", &r.missing),
        one(File, "rare", &r.rare),
        one(File, "delimiter", &r.delimiter),
        one(File, "inputs", &r.inputs),
        words(File, "drop", &r.drop),
        share(File, "test", r.test),
        share(File, "validation", r.validation),
        count(File, "split-seed", r.split_seed),
        count(Data, "first", r.first.map(|n| n as u64)),
        words(Technique, "rule", &args.rule),
        words(Technique, "schedule", &args.schedule),
        words(Technique, "init", &args.init),
        words(Technique, "norm", &args.norm),
        words(Technique, "dropout", &args.dropout),
        words(Technique, "guard", &args.guard),
        words(Technique, "decay", &args.decay),
        words(Network, "activation", &args.activation),
        words(Network, "hidden", &args.hidden).map(|given| Given { value: hidden.into(), ..given }),
        counts(Network, "width", &args.width),
        counts(Network, "depth", &args.depth),
        counts(Training, "batch", &args.batch),
        count(Training, "epochs", args.epochs),
        one(Report, "metric", &args.metric),
        share(Report, "target", args.target),
    ];
    Ok(given.into_iter().flatten().collect())
}

/// The study as a file.
fn study(args: &CompareArgs) -> Result<Table, Failure> {
    let given = given(args)?;
    let of = |place| {
        let all = given.iter().filter(move |given| given.table == place);
        all.map(|given| (given.flag.replace('-', "_"), given.value.clone())).collect::<Table>()
    };
    let (of_data, of_file) = (of(Place::Data), of(Place::File));
    let data: Vec<Value> =
        args.data.iter().map(|name| data(args, name, &of_data, &of_file)).collect::<Result<_, _>>()?;
    let mut training = of(Place::Training);
    training.entry("batch").or_insert(BATCH.into());
    if let Some(steps) = args.going.effort.steps {
        training.insert("steps".to_owned(), whole(steps));
    } else {
        training.entry("epochs").or_insert(whole(EPOCHS));
    }
    let names: Vec<String> = args.data.iter().map(|name| stem(name)).collect();
    let title = match &names[..] {
        [one] => format!("Techniques on {one}"),
        several => format!("Techniques on {} data sets", several.len()),
    };
    let question = "Which of these techniques does better here, and is that decided?";
    Ok([
        // A folder holds one study: with other data it is another.
        ("name", format!("compare-{}", names.join("-")).into()),
        ("title", title.into()),
        ("question", question.into()),
        ("network", of(Place::Network).into()),
        ("technique", of(Place::Technique).into()),
        ("training", training.into()),
        ("report", of(Place::Report).into()),
        ("data", data.into()),
    ]
    .into_iter()
    .map(|(key, value): (&str, Value)| (key.to_owned(), value))
    .collect())
}

/// One data set: a name, or a file and how it is read.
fn data(args: &CompareArgs, name: &str, of_data: &Table, of_file: &Table) -> Result<Value, Failure> {
    let mut table = of_data.clone();
    // With several, the label is that of the files among them.
    let is_set = args.data.len() > 1 && CARDS.iter().any(|card| card.name == name);
    if is_set || !is_file(name, args.label.as_deref())? {
        table.insert("name".to_owned(), name.into());
        return Ok(table.into());
    }
    // From here on it may be run from anywhere.
    let path = std::path::absolute(name).unwrap_or_else(|_| name.into());
    table.insert("file".to_owned(), path.display().to_string().into());
    table.extend(of_file.clone());
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

fn whole(n: u64) -> Value {
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A file's name without its ends.
fn stem(name: &str) -> String {
    let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
    file.split('.').next().unwrap_or_default().to_owned()
}

/// The command that makes the run again, in a folder that is not this one.
fn command_line(args: &CompareArgs) -> Result<String, Failure> {
    let mut words = vec!["thalweg compare".to_owned()];
    let mut flag = |name: &str, values: &[String]| {
        words.extend(values.iter().map(|value| format!("--{name} {}", quoted(value))));
    };
    flag("data", &args.data);
    for given in given(args)? {
        flag(given.flag, &given.written);
    }
    flag("out", &["again".to_owned()]);
    words.extend(effort_words(&args.going));
    Ok(words.join(" "))
}
