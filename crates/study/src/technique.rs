//! A technique under study: a product of independent choices, each a word.

use std::fmt;

use serde::{Serialize, Serializer};
use technique::decay::Decay;
use technique::guard::Guard;
use technique::init::Init;
use technique::layer::activation::Activation;
use technique::layer::dropout::Regularisation;
use technique::norm::Norm;
use technique::rule::Rule;
use technique::schedule::Schedule;
use technique::word::{Family, Word};

/// The fields that a study can vary, in the order in which they are listed and multiplied: the last varies fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The data set.
    Data,
    /// A named bundle of choices.
    Variant,
    /// Units of the hidden layers, `100-100`.
    Hidden,
    /// Activation function.
    Activation,
    /// Initial weights.
    Init,
    /// Update rule.
    Rule,
    /// Learning-rate schedule.
    Schedule,
    /// Normalisation.
    Norm,
    /// Dropout.
    Dropout,
    /// Gradient clipping.
    Guard,
    /// Weight decay.
    Decay,
    /// Examples in a batch.
    Batch,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Data,
        Self::Variant,
        Self::Hidden,
        Self::Activation,
        Self::Init,
        Self::Rule,
        Self::Schedule,
        Self::Norm,
        Self::Dropout,
        Self::Guard,
        Self::Decay,
        Self::Batch,
    ];

    /// Those that a result depends on: a variant is but a name for some of them, and data have an identity of their own.
    pub const OF_FORMULA: [Self; 10] = [
        Self::Hidden,
        Self::Activation,
        Self::Init,
        Self::Rule,
        Self::Schedule,
        Self::Norm,
        Self::Dropout,
        Self::Guard,
        Self::Decay,
        Self::Batch,
    ];

    /// Its key in study files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Variant => "variant",
            Self::Hidden => "hidden",
            Self::Activation => "activation",
            Self::Init => "init",
            Self::Rule => "rule",
            Self::Schedule => "schedule",
            Self::Norm => "norm",
            Self::Dropout => "dropout",
            Self::Guard => "guard",
            Self::Decay => "decay",
            Self::Batch => "batch",
        }
    }

    /// The field of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// One choice for each field but the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Technique {
    /// The name of its bundle of choices, in a study that has such.
    pub variant: Option<String>,
    /// Units of the hidden layers.
    pub hidden: Vec<usize>,
    /// Activation function.
    pub activation: Word<Activation>,
    /// Initial weights.
    pub init: Word<Init>,
    /// Update rule.
    pub rule: Word<Rule>,
    /// Learning-rate schedule, resolved over the run.
    pub schedule: Schedule,
    /// Normalisation.
    pub norm: Word<Norm>,
    /// Dropout.
    pub dropout: Word<Regularisation>,
    /// Gradient clipping.
    pub guard: Word<Guard>,
    /// Weight decay.
    pub decay: Word<Decay>,
    /// Examples in a batch.
    pub batch: usize,
}

impl Technique {
    /// The choice as it is written in short; empty for a field that it has no choice of.
    pub fn choice(&self, field: Field) -> String {
        match field {
            Field::Data => String::new(),
            Field::Variant => self.variant.clone().unwrap_or_default(),
            Field::Hidden => widths(&self.hidden),
            Field::Activation => self.activation.to_string(),
            Field::Init => self.init.to_string(),
            Field::Rule => self.rule.to_string(),
            Field::Schedule => self.schedule.to_string(),
            Field::Norm => self.norm.to_string(),
            Field::Dropout => self.dropout.to_string(),
            Field::Guard => self.guard.to_string(),
            Field::Decay => self.decay.to_string(),
            Field::Batch => self.batch.to_string(),
        }
    }

    /// The choice with every default written out: equal for equal formulas.
    pub(crate) fn full_choice(&self, field: Field) -> String {
        match field {
            Field::Data | Field::Variant | Field::Hidden | Field::Batch => self.choice(field),
            Field::Activation => self.activation.value.full_word(),
            Field::Init => self.init.value.full_word(),
            Field::Rule => self.rule.value.full_word(),
            Field::Schedule => self.schedule.full_word(),
            Field::Norm => self.norm.value.full_word(),
            Field::Dropout => self.dropout.value.full_word(),
            Field::Guard => self.guard.value.full_word(),
            Field::Decay => self.decay.value.full_word(),
        }
    }
}

/// In full, field by field: what a trial's identity is made of.
impl Serialize for Technique {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let choices = Field::OF_FORMULA.into_iter().map(|field| (field.name(), self.full_choice(field)));
        serializer.collect_map(choices)
    }
}

impl fmt::Display for Technique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let choices = Field::OF_FORMULA.map(|field| format!("{}={}", field.name(), self.choice(field)));
        f.write_str(&choices.join(" "))
    }
}

/// `100-50`, or `none` for a network without hidden layers.
fn widths(hidden: &[usize]) -> String {
    if hidden.is_empty() {
        return "none".to_owned();
    }
    hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

/// A value as it stands in a group's name: a bare `none` would not say of what.
pub(crate) fn describe_choice(field: Field, value: &str) -> String {
    match (field, value) {
        (Field::Norm, "none") => "no norm".to_owned(),
        (Field::Norm, "batch") => "batch norm".to_owned(),
        (Field::Hidden, widths) => format!("hidden {widths}"),
        (Field::Batch, batch) => format!("batches of {batch}"),
        (Field::Data | Field::Variant, name) => name.to_owned(),
        (Field::Schedule, "constant") => "constant rate".to_owned(),
        (field, "none") => format!("no {}", field.name()),
        (_, value) => value.to_owned(),
    }
}
