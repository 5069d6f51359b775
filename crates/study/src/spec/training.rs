//! The tables of a training study.

use std::path::PathBuf;

use problem::supervised::Sampling;
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
    csv: Option<PathBuf>,
    label: Option<String>,
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
                return Err(source.at(0, "expected a table [data] with `name` or `csv`".to_owned()));
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
            Some(name) => {
                Metric::ALL.into_iter().find(|metric| metric.name() == name.get_ref()).ok_or_else(|| {
                    let known = Metric::ALL.map(Metric::name).join(", ");
                    source.at(
                        name.span().start,
                        format!("report.metric: unknown metric `{}`; known: {known}", name.get_ref()),
                    )
                })?
            }
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
    let data = match (table.name, table.csv, table.label) {
        (Some(name), None, None) => DataSource::Named(name),
        (None, Some(path), Some(label)) => DataSource::Table { path, label },
        (None, Some(_), None) => {
            return Err(source.at(
                at,
                "data: expected `label`, the name of the column with the classes, beside `csv`".to_owned(),
            ));
        }
        _ => {
            return Err(source.at(at, "data: expected either `name`, or `csv` and `label`".to_owned()));
        }
    };
    Ok((data, table.first))
}

fn choice<T: SettingType>(
    source: &Source<'_>,
    key: &str,
    word: Option<&Spanned<String>>,
    default: T,
    names: &[&str],
) -> Result<T, StudyError> {
    let Some(word) = word else { return Ok(default) };
    T::read(word.get_ref()).ok_or_else(|| {
        let what = format!("{key}: expected {}, found `{}`", names.join(" or "), word.get_ref());
        source.at(word.span().start, what)
    })
}
