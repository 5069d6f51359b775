//! The tables of a training study as they stand in a file; their comments are what an editor shows.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::OneOrMany;
use super::source::Counts;

/// One table, or several of them. Not by serde's untagged enums: those swallow what is wrong inside a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum OneOrSeveral<T> {
    One(T),
    Several(#[schemars(with = "Vec<T>")] Vec<Spanned<T>>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrSeveral<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrSeveral<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one table or several")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OneOrSeveral::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(OneOrSeveral::Several(all))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// A known data set by `name`, or a `file` of one's own with its `label`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DataTable {
    /// A known set, as `thalweg list data` names it.
    pub(super) name: Option<String>,
    /// A file: .csv, .tsv, .txt (also .gz), .parquet, .npz, .npy or IDX.
    #[serde(alias = "csv")]
    pub(super) file: Option<PathBuf>,
    /// The column to be told; for NPZ an array, for NPY and IDX the file of the labels.
    pub(super) label: Option<String>,
    /// The array of the inputs in an NPZ archive.
    pub(super) inputs: Option<String>,
    /// What stands between the fields of a text file; told from its first rows when none is given.
    #[schemars(with = "Option<String>")]
    pub(super) delimiter: Option<Spanned<String>>,
    /// What the label is: classes or number; told from its values when none is given.
    #[schemars(with = "Option<String>")]
    pub(super) task: Option<Spanned<String>>,
    /// What to do about gaps: drop, mean or indicator; an error when none is given.
    #[schemars(with = "Option<String>")]
    pub(super) missing: Option<Spanned<String>>,
    /// What to do about labels that occur once: drop; an error when none is given.
    #[schemars(with = "Option<String>")]
    pub(super) rare: Option<Spanned<String>>,
    /// Columns to leave out.
    #[serde(default)]
    pub(super) drop: Vec<String>,
    /// The share of the rows for testing.
    pub(super) test: Option<f64>,
    /// The share of the rows for validation; 0 for none.
    pub(super) validation: Option<f64>,
    /// The seed of the split.
    pub(super) split_seed: Option<u64>,
    /// Train on the first so many examples.
    pub(super) first: Option<usize>,
    /// What it is called in the report.
    pub(super) title: Option<String>,
}

/// The network: either `hidden`, or `width` and `depth`.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkTable {
    /// Units of the hidden layers: [100, 100] is one network, [[100], [100, 100]] are two.
    #[schemars(with = "Option<Hidden>")]
    pub(super) hidden: Option<Spanned<Hidden>>,
    /// Units of each hidden layer, one number or a list.
    #[schemars(with = "Option<Counts>")]
    pub(super) width: Option<Spanned<Counts>>,
    /// Hidden layers, one number or a list.
    #[schemars(with = "Option<Counts>")]
    pub(super) depth: Option<Spanned<Counts>>,
    /// Activation functions.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) activation: Option<Spanned<OneOrMany>>,
}

/// `[100, 100]` is one network, `[[100], [100, 100]]` are two.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list of widths, or a list of such lists")]
pub(super) enum Hidden {
    One(Vec<usize>),
    Many(Vec<Vec<usize>>),
}

/// The techniques: words as `thalweg list` names them, `adam@torch:lr=0.01,beta2=0.99`.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TechniqueTable {
    /// Update rules.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) rule: Option<Spanned<OneOrMany>>,
    /// Learning-rate schedules.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) schedule: Option<Spanned<OneOrMany>>,
    /// Initial weights.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) init: Option<Spanned<OneOrMany>>,
    /// Normalisation.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) norm: Option<Spanned<OneOrMany>>,
    /// Dropout.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) dropout: Option<Spanned<OneOrMany>>,
    /// Gradient clipping.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) guard: Option<Spanned<OneOrMany>>,
    /// Weight decay.
    #[schemars(with = "Option<OneOrMany>")]
    pub(super) decay: Option<Spanned<OneOrMany>>,
}

/// A named bundle of choices; what it does not set is as in the rest of the study.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantTable {
    /// What it is called in the report.
    pub(super) name: String,
    /// Units of the hidden layers.
    pub(super) hidden: Option<Vec<usize>>,
    /// Activation function.
    #[schemars(with = "Option<String>")]
    pub(super) activation: Option<Spanned<String>>,
    /// Initial weights.
    #[schemars(with = "Option<String>")]
    pub(super) init: Option<Spanned<String>>,
    /// Update rule.
    #[schemars(with = "Option<String>")]
    pub(super) rule: Option<Spanned<String>>,
    /// Learning-rate schedule.
    #[schemars(with = "Option<String>")]
    pub(super) schedule: Option<Spanned<String>>,
    /// Normalisation.
    #[schemars(with = "Option<String>")]
    pub(super) norm: Option<Spanned<String>>,
    /// Dropout.
    #[schemars(with = "Option<String>")]
    pub(super) dropout: Option<Spanned<String>>,
    /// Gradient clipping.
    #[schemars(with = "Option<String>")]
    pub(super) guard: Option<Spanned<String>>,
    /// Weight decay.
    #[schemars(with = "Option<String>")]
    pub(super) decay: Option<Spanned<String>>,
    /// Examples in a batch.
    pub(super) batch: Option<usize>,
}

/// How long, how often, and what is recorded; either `steps` or `epochs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrainingTable {
    /// Examples in a batch, one number or a list.
    #[schemars(with = "Counts")]
    pub(super) batch: Spanned<Counts>,
    /// How the examples of a batch are drawn: epochs or replacement.
    #[schemars(with = "Option<String>")]
    pub(super) sampling: Option<Spanned<String>>,
    /// Updates of each trial.
    pub(super) steps: Option<u64>,
    /// Passes over the data of each trial.
    pub(super) epochs: Option<u64>,
    /// Where the training loss is measured: before or after the update.
    #[schemars(with = "Option<String>")]
    pub(super) loss_at: Option<Spanned<String>>,
    /// The training loss is recorded every so many steps.
    pub(super) record_every: Option<u64>,
    /// Accuracies or R² are measured every so many steps; 0 for only at the end.
    pub(super) evaluate_every: Option<u64>,
    /// Of which parts, on the way: train, validation, test.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) evaluate: Option<Vec<Spanned<String>>>,
    /// Seeds of each technique.
    pub(super) seeds: Option<u64>,
    /// Whether to add seeds until every comparison is decided.
    pub(super) until_decided: Option<bool>,
    /// At most so many.
    pub(super) max_seeds: Option<u64>,
}

/// What the report is about.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportTable {
    /// Compare techniques that differ in one of these fields only; all that vary when none are named.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) compare: Option<Vec<Spanned<String>>>,
    /// One panel of the figure for each value of this field.
    #[schemars(with = "Option<String>")]
    pub(super) panels: Option<Spanned<String>>,
    /// What figure and sentences are about: train_loss, test_accuracy, test_r2, …
    #[schemars(with = "Option<String>")]
    pub(super) metric: Option<Spanned<String>>,
    /// The value of the metric whose first crossing is timed.
    #[schemars(with = "Option<f64>")]
    pub(super) target: Option<Spanned<f64>>,
}
