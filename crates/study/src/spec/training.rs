//! From the tables of a training study to the study itself.

use problem::data::{Kind, Missing, Rare, Split, TableSpec};
use problem::supervised::{Part, Sampling};
use technique::card::SettingType;
use toml::Spanned;

use super::Source;
use super::tables::{
    DataTable, Hidden, NetworkTable, OneOrSeveral, ReportTable, TechniqueTable, TrainingTable, VariantTable,
};
use crate::error::StudyError;
use crate::training::{DataChoice, DataSource, Grid, Length, Training, Variant};
use crate::trial::{LossAt, Metric};

/// Seeds are added up to this number where a study does not say how many.
pub const MOST_SEEDS: u64 = 50;

pub(super) struct Tables {
    pub(super) data: Option<Spanned<OneOrSeveral<DataTable>>>,
    pub(super) network: Option<NetworkTable>,
    pub(super) technique: Option<TechniqueTable>,
    pub(super) variant: Vec<Spanned<VariantTable>>,
    pub(super) training: Option<Spanned<TrainingTable>>,
    pub(super) report: Option<ReportTable>,
}

impl Tables {
    pub(super) fn resolve(self, source: &Source<'_>) -> Result<Training, StudyError> {
        let Some(table) = self.training else {
            return Err(source.at(0, "expected a table [training]".to_owned()));
        };
        let (at, training) = (table.span().start, table.into_inner());
        let data = several(source, self.data)?;
        let technique = self.technique.unwrap_or_default();
        let network = self.network.unwrap_or_default();
        let words = |key: &str| format!("technique.{key}");
        let grid = Grid {
            activation: source.words("network.activation", network.activation.as_ref(), "relu")?,
            hidden: hidden(source, network)?,
            init: source.words(&words("init"), technique.init.as_ref(), "he")?,
            rule: source.words(&words("rule"), technique.rule.as_ref(), "adam")?,
            schedule: source.words(&words("schedule"), technique.schedule.as_ref(), "constant")?,
            norm: source.words(&words("norm"), technique.norm.as_ref(), "none")?,
            dropout: source.words(&words("dropout"), technique.dropout.as_ref(), "none")?,
            guard: source.words(&words("guard"), technique.guard.as_ref(), "none")?,
            decay: source.words(&words("decay"), technique.decay.as_ref(), "none")?,
            batch: source.counts("training.batch", Some(&training.batch), 0)?,
        };
        let first = self.variant.first().map_or(0, |variant| variant.span().start);
        let variants = self.variant.into_iter().map(|variant| variant.into_inner().resolve(source));
        let variants = variants.collect::<Result<Vec<_>, _>>()?;
        grid.check(&variants).map_err(|what| source.at(first, what))?;
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
        let most = positive("max_seeds", training.max_seeds, MOST_SEEDS)?;
        let until_decided = match (training.until_decided, training.max_seeds) {
            (Some(true), _) => Some(most),
            (_, None) => None,
            (_, Some(_)) => {
                let what =
                    "training.max_seeds: goes with `until_decided = true`; for a fixed number say `seeds`";
                return Err(source.at(at, what.to_owned()));
            }
        };
        let report = self.report.unwrap_or_default();
        let compare = report.compare.as_ref().map(|names| {
            names.iter().map(|name| source.field("report.compare", name)).collect::<Result<Vec<_>, _>>()
        });
        Ok(Training {
            data,
            grid,
            variants,
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
            until_decided,
            compare: compare.transpose()?,
            panels: report.panels.as_ref().map(|name| source.field("report.panels", name)).transpose()?,
            metric: metric(source, report.metric.as_ref())?,
            target: report.target.map(|target| finite(source, &target)).transpose()?,
        })
    }
}

fn metric(source: &Source<'_>, name: Option<&Spanned<String>>) -> Result<Metric, StudyError> {
    let Some(name) = name else { return Ok(Metric::TrainLoss) };
    Metric::named(name.get_ref()).ok_or_else(|| {
        let known = Metric::ALL.map(Metric::name).join(", ");
        let what = format!("report.metric: unknown metric `{}`; known: {known}", name.get_ref());
        source.at(name.span().start, what)
    })
}

fn finite(source: &Source<'_>, target: &Spanned<f64>) -> Result<f64, StudyError> {
    let value = *target.get_ref();
    if value.is_finite() {
        return Ok(value);
    }
    let what = format!("report.target: expected a finite number, found {value}");
    Err(source.at(target.span().start, what))
}

/// The hidden layers: as they are, or width × depth.
fn hidden(source: &Source<'_>, network: NetworkTable) -> Result<Vec<Vec<usize>>, StudyError> {
    match (network.hidden, network.width, network.depth) {
        (None, None, None) => Ok(vec![vec![100]]),
        (Some(hidden), None, None) => {
            let at = hidden.span().start;
            match hidden.into_inner() {
                Hidden::One(widths) => Ok(vec![widths]),
                Hidden::Many(networks) if networks.is_empty() => {
                    let what = "network.hidden: expected at least one network, found an empty list";
                    Err(source.at(at, what.to_owned()))
                }
                Hidden::Many(networks) => Ok(networks),
            }
        }
        (Some(hidden), _, _) => {
            let what = "network: expected either `hidden`, or `width` and `depth`, found both";
            Err(source.at(hidden.span().start, what.to_owned()))
        }
        (None, width, depth) => {
            let at = width.as_ref().or(depth.as_ref()).map_or(0, |counts| counts.span().start);
            let depths = source.counts("network.depth", depth.as_ref(), 1)?;
            let widths = source.counts("network.width", width.as_ref(), 100)?;
            if let Some(deep) = depths.iter().find(|depth| **depth > MOST_LAYERS) {
                let what = format!("network.depth: expected at most {MOST_LAYERS} layers, found {deep}");
                return Err(source.at(at, what));
            }
            let of = |depth: &usize| widths.iter().map(|width| vec![*width; *depth]).collect::<Vec<_>>();
            Ok(depths.iter().flat_map(of).collect())
        }
    }
}

/// Layers of the deepest network.
const MOST_LAYERS: usize = 10_000;

impl VariantTable {
    fn resolve(self, source: &Source<'_>) -> Result<Variant, StudyError> {
        Ok(Variant {
            name: self.name,
            hidden: self.hidden,
            activation: source.maybe("variant.activation", self.activation.as_ref())?,
            init: source.maybe("variant.init", self.init.as_ref())?,
            rule: source.maybe("variant.rule", self.rule.as_ref())?,
            schedule: source.maybe("variant.schedule", self.schedule.as_ref())?,
            norm: source.maybe("variant.norm", self.norm.as_ref())?,
            dropout: source.maybe("variant.dropout", self.dropout.as_ref())?,
            guard: source.maybe("variant.guard", self.guard.as_ref())?,
            decay: source.maybe("variant.decay", self.decay.as_ref())?,
            batch: self.batch,
        })
    }
}

/// The data sets of a study: one, or several.
fn several(
    source: &Source<'_>,
    tables: Option<Spanned<OneOrSeveral<DataTable>>>,
) -> Result<Vec<DataChoice>, StudyError> {
    let Some(tables) = tables else {
        return Err(source.at(0, "expected a table [data] with `name` or `file`".to_owned()));
    };
    let at = tables.span().start;
    match tables.into_inner() {
        OneOrSeveral::One(table) => Ok(vec![table.resolve(source, at)?]),
        OneOrSeveral::Several(tables) if tables.is_empty() => {
            Err(source.at(at, "data: expected at least one data set, found an empty list".to_owned()))
        }
        OneOrSeveral::Several(tables) => {
            let resolve = |table: Spanned<DataTable>| {
                let at = table.span().start;
                table.into_inner().resolve(source, at)
            };
            tables.into_iter().map(resolve).collect()
        }
    }
}

impl DataTable {
    /// The data set of a table that stands at a byte of the text.
    pub(super) fn resolve(self, source: &Source<'_>, at: usize) -> Result<DataChoice, StudyError> {
        let (first, title) = (self.first, self.title.clone());
        match (&self.name, &self.file) {
            (Some(name), None) => {
                let strays = [
                    ("label", self.label.is_some()),
                    ("inputs", self.inputs.is_some()),
                    ("delimiter", self.delimiter.is_some()),
                    ("task", self.task.is_some()),
                    ("missing", self.missing.is_some()),
                    ("rare", self.rare.is_some()),
                    ("drop", !self.drop.is_empty()),
                    ("test", self.test.is_some()),
                    ("validation", self.validation.is_some()),
                    ("split_seed", self.split_seed.is_some()),
                ];
                if let Some((key, _)) = strays.into_iter().find(|(_, there)| *there) {
                    let what =
                        format!("data.{key}: belongs to a `file`, and `{name}` is a named set: leave it out");
                    return Err(source.at(at, what));
                }
                Ok(DataChoice { source: DataSource::Named(name.clone()), first, title })
            }
            (None, Some(_)) => {
                let spec = self.table(source, at)?;
                Ok(DataChoice { source: DataSource::Table(Box::new(spec)), first, title })
            }
            _ => Err(source.at(at, "data: expected either `name`, or `file` and `label`".to_owned())),
        }
    }

    /// A file and how it is read.
    fn table(self, source: &Source<'_>, at: usize) -> Result<TableSpec, StudyError> {
        let path = self.file.unwrap_or_default();
        // The arrays of an archive have usual names; columns have none.
        let archive = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npz"));
        let label = match self.label {
            Some(label) => label,
            None if archive => String::new(),
            None => {
                let what = "data: expected `label` beside `file`: the column to be told (for NPY and IDX the file of the labels)";
                return Err(source.at(at, what.to_owned()));
            }
        };
        let mut spec = TableSpec::new(path, label);
        spec.inputs = self.inputs;
        spec.drop = self.drop;
        if let Some(delimiter) = &self.delimiter {
            spec.delimiter = Some(match (delimiter.get_ref().as_str(), delimiter.get_ref().as_bytes()) {
                // As a shell hands it on that does not know the escape.
                ("tab" | "\\t", _) => b'\t',
                (_, &[byte]) => byte,
                (found, _) => {
                    let what =
                        format!("data.delimiter: expected one ASCII character or `tab`, found `{found}`");
                    return Err(source.at(delimiter.span().start, what));
                }
            });
        }
        spec.task = optional(source, "data.task", self.task.as_ref(), Kind::NAMES)?;
        spec.missing = optional(source, "data.missing", self.missing.as_ref(), Missing::NAMES)?;
        spec.rare = optional(source, "data.rare", self.rare.as_ref(), Rare::NAMES)?;
        let usual = Split::default();
        spec.split = Split {
            seed: self.split_seed.unwrap_or(usual.seed),
            test: self.test.unwrap_or(usual.test),
            validation: self.validation.unwrap_or(usual.validation),
        };
        Ok(spec)
    }
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
