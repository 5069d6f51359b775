//! The tables of a training study.

use std::path::PathBuf;

use problem::data::{Kind, Missing, Rare, Split, TableSpec};
use problem::supervised::{Part, Sampling};
use serde::Deserialize;
use technique::card::SettingType;
use toml::Spanned;

use super::{OneOrMany, Source};
use crate::error::StudyError;
use crate::training::{DataSource, Grid, Length, Training};
use crate::trial::{LossAt, Metric};

pub(super) struct Tables {
    pub(super) data: Option<Spanned<DataTable>>,
    pub(super) network: Option<NetworkTable>,
    pub(super) technique: Option<TechniqueTable>,
    pub(super) training: Option<Spanned<TrainingTable>>,
    pub(super) report: Option<ReportTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataTable {
    name: Option<String>,
    #[serde(alias = "csv")]
    file: Option<PathBuf>,
    label: Option<String>,
    inputs: Option<String>,
    delimiter: Option<Spanned<String>>,
    task: Option<Spanned<String>>,
    missing: Option<Spanned<String>>,
    rare: Option<Spanned<String>>,
    #[serde(default)]
    drop: Vec<String>,
    test: Option<f64>,
    validation: Option<f64>,
    split_seed: Option<u64>,
    first: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkTable {
    hidden: Option<Spanned<Hidden>>,
    activation: Option<Spanned<OneOrMany>>,
}

/// `[100, 100]` is one network, `[[100], [100, 100]]` are two.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a list of widths, or a list of such lists")]
enum Hidden {
    One(Vec<usize>),
    Many(Vec<Vec<usize>>),
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct TechniqueTable {
    rule: Option<Spanned<OneOrMany>>,
    schedule: Option<Spanned<OneOrMany>>,
    init: Option<Spanned<OneOrMany>>,
    norm: Option<Spanned<OneOrMany>>,
    dropout: Option<Spanned<OneOrMany>>,
    guard: Option<Spanned<OneOrMany>>,
    decay: Option<Spanned<OneOrMany>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrainingTable {
    batch: usize,
    sampling: Option<Spanned<String>>,
    steps: Option<u64>,
    epochs: Option<u64>,
    loss_at: Option<Spanned<String>>,
    record_every: Option<u64>,
    evaluate_every: Option<u64>,
    evaluate: Option<Vec<Spanned<String>>>,
    seeds: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportTable {
    compare: Option<Vec<Spanned<String>>>,
    panels: Option<Spanned<String>>,
    metric: Option<Spanned<String>>,
}

impl Tables {
    pub(super) fn resolve(self, source: &Source<'_>) -> Result<Training, StudyError> {
        let Some(table) = self.training else {
            return Err(source.at(0, "expected a table [training]".to_owned()));
        };
        let (at, training) = (table.span().start, table.into_inner());
        let (data, examples) = match self.data {
            None => {
                return Err(source.at(0, "expected a table [data] with `name` or `file`".to_owned()));
            }
            Some(data) => resolve_data(source, data)?,
        };
        let network = self.network.unwrap_or_default();
        let technique = self.technique.unwrap_or_default();
        let hidden = match network.hidden.map(Spanned::into_inner) {
            None => vec![vec![100]],
            Some(Hidden::One(widths)) => vec![widths],
            Some(Hidden::Many(networks)) => networks,
        };
        let grid = Grid {
            hidden,
            activation: source.words("network.activation", network.activation.as_ref(), "relu")?,
            init: source.words("technique.init", technique.init.as_ref(), "he")?,
            rule: source.words("technique.rule", technique.rule.as_ref(), "adam")?,
            schedule: source.words("technique.schedule", technique.schedule.as_ref(), "constant")?,
            norm: source.words("technique.norm", technique.norm.as_ref(), "none")?,
            dropout: source.words("technique.dropout", technique.dropout.as_ref(), "none")?,
            guard: source.words("technique.guard", technique.guard.as_ref(), "none")?,
            decay: source.words("technique.decay", technique.decay.as_ref(), "none")?,
        };
        let length = match (training.steps, training.epochs) {
            (Some(steps), None) if steps > 0 => Length::Steps(steps),
            (None, Some(epochs)) if epochs > 0 => Length::Epochs(epochs),
            _ => {
                let what = "training: expected either `steps` or `epochs`, a whole number above 0".to_owned();
                return Err(source.at(at, what));
            }
        };
        let positive = |key: &str, value: Option<u64>, default: u64| match value {
            Some(0) => {
                Err(source.at(at, format!("training.{key}: expected a whole number above 0, found 0")))
            }
            value => Ok(value.unwrap_or(default)),
        };
        let report = self.report.unwrap_or_default();
        let compare = match &report.compare {
            None => None,
            Some(names) => Some(
                names
                    .iter()
                    .map(|name| source.field("report.compare", name))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        };
        let metric = match &report.metric {
            None => Metric::TrainLoss,
            Some(name) => Metric::named(name.get_ref()).ok_or_else(|| {
                let known = Metric::ALL.map(Metric::name).join(", ");
                source.at(
                    name.span().start,
                    format!("report.metric: unknown metric `{}`; known: {known}", name.get_ref()),
                )
            })?,
        };
        Ok(Training {
            data,
            examples,
            grid,
            batch: training.batch,
            sampling: choice(
                source,
                "training.sampling",
                training.sampling.as_ref(),
                Sampling::Epochs,
                Sampling::NAMES,
            )?,
            length,
            loss_at: choice(
                source,
                "training.loss_at",
                training.loss_at.as_ref(),
                LossAt::Before,
                LossAt::NAMES,
            )?,
            record_every: positive("record_every", training.record_every, 10)?,
            evaluate_every: training.evaluate_every.unwrap_or(0),
            evaluate: parts(source, training.evaluate.as_deref())?,
            seeds: positive("seeds", training.seeds, 3)?,
            compare,
            panels: report.panels.as_ref().map(|name| source.field("report.panels", name)).transpose()?,
            metric,
        })
    }
}

fn resolve_data(
    source: &Source<'_>,
    table: Spanned<DataTable>,
) -> Result<(DataSource, Option<usize>), StudyError> {
    let at = table.span().start;
    let table = table.into_inner();
    let first = table.first;
    let path = match (&table.name, &table.file) {
        (Some(name), None) => {
            let strays = [
                ("label", table.label.is_some()),
                ("inputs", table.inputs.is_some()),
                ("delimiter", table.delimiter.is_some()),
                ("task", table.task.is_some()),
                ("missing", table.missing.is_some()),
                ("rare", table.rare.is_some()),
                ("drop", !table.drop.is_empty()),
                ("test", table.test.is_some()),
                ("validation", table.validation.is_some()),
                ("split_seed", table.split_seed.is_some()),
            ];
            if let Some((key, _)) = strays.into_iter().find(|(_, there)| *there) {
                let what =
                    format!("data.{key}: belongs to a `file`, and `{name}` is a named set: leave it out");
                return Err(source.at(at, what));
            }
            return Ok((DataSource::Named(name.clone()), first));
        }
        (None, Some(path)) => path.clone(),
        _ => {
            return Err(source.at(at, "data: expected either `name`, or `file` and `label`".to_owned()));
        }
    };
    // The arrays of an archive have usual names; columns have none.
    let archive = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npz"));
    let label = match table.label {
        Some(label) => label,
        None if archive => String::new(),
        None => {
            let what = "data: expected `label` beside `file`: the column to be told (for NPY and IDX the file of the labels)";
            return Err(source.at(at, what.to_owned()));
        }
    };
    let mut spec = TableSpec::new(path, label);
    spec.inputs = table.inputs;
    spec.drop = table.drop;
    if let Some(delimiter) = &table.delimiter {
        let &[byte] = delimiter.get_ref().as_bytes() else {
            let what =
                format!("data.delimiter: expected one ASCII character, found `{}`", delimiter.get_ref());
            return Err(source.at(delimiter.span().start, what));
        };
        spec.delimiter = Some(byte);
    }
    spec.task = optional(source, "data.task", table.task.as_ref(), Kind::NAMES)?;
    spec.missing = optional(source, "data.missing", table.missing.as_ref(), Missing::NAMES)?;
    spec.rare = optional(source, "data.rare", table.rare.as_ref(), Rare::NAMES)?;
    let usual = Split::default();
    spec.split = Split {
        seed: table.split_seed.unwrap_or(usual.seed),
        test: table.test.unwrap_or(usual.test),
        validation: table.validation.unwrap_or(usual.validation),
    };
    Ok((DataSource::Table(Box::new(spec)), first))
}

/// The parts that are measured on the way.
fn parts(source: &Source<'_>, names: Option<&[Spanned<String>]>) -> Result<Vec<Part>, StudyError> {
    let Some(names) = names else { return Ok(vec![Part::Train]) };
    let mut parts = Vec::new();
    for name in names {
        let part = Part::ALL.into_iter().find(|part| part.name() == name.get_ref()).ok_or_else(|| {
            let what =
                format!("training.evaluate: expected train, validation or test, found `{}`", name.get_ref());
            source.at(name.span().start, what)
        })?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    Ok(parts)
}

fn choice<T: SettingType>(
    source: &Source<'_>,
    key: &str,
    word: Option<&Spanned<String>>,
    default: T,
    names: &[&str],
) -> Result<T, StudyError> {
    Ok(optional(source, key, word, names)?.unwrap_or(default))
}

/// The same without a default.
fn optional<T: SettingType>(
    source: &Source<'_>,
    key: &str,
    word: Option<&Spanned<String>>,
    names: &[&str],
) -> Result<Option<T>, StudyError> {
    let Some(word) = word else { return Ok(None) };
    let read = T::read(word.get_ref()).ok_or_else(|| {
        let what = format!("{key}: expected {}, found `{}`", names.join(" or "), word.get_ref());
        source.at(word.span().start, what)
    })?;
    Ok(Some(read))
}
