//! The values of each field of a study, their product, and named bundles of choices.

use technique::decay::Decay;
use technique::guard::Guard;
use technique::init::Init;
use technique::layer::activation::Activation;
use technique::layer::dropout::Regularisation;
use technique::norm::Norm;
use technique::rule::Rule;
use technique::schedule::Schedule;
use technique::word::Word;

use crate::error::StudyError;
use crate::technique::{Field, Technique};

/// The values of each field; a study is their product.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Technique`")]
pub struct Grid {
    pub hidden: Vec<Vec<usize>>,
    pub activation: Vec<Word<Activation>>,
    pub init: Vec<Word<Init>>,
    pub rule: Vec<Word<Rule>>,
    pub schedule: Vec<Schedule>,
    pub norm: Vec<Word<Norm>>,
    pub dropout: Vec<Word<Regularisation>>,
    pub guard: Vec<Word<Guard>>,
    pub decay: Vec<Word<Decay>>,
    pub batch: Vec<usize>,
}

/// A named bundle of choices: in its place in the product, these stand for those of the grid.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "the fields are those of `Technique`")]
pub struct Variant {
    /// What it is called in the report.
    pub name: String,
    pub hidden: Option<Vec<usize>>,
    pub activation: Option<Word<Activation>>,
    pub init: Option<Word<Init>>,
    pub rule: Option<Word<Rule>>,
    pub schedule: Option<Schedule>,
    pub norm: Option<Word<Norm>>,
    pub dropout: Option<Word<Regularisation>>,
    pub guard: Option<Word<Guard>>,
    pub decay: Option<Word<Decay>>,
    pub batch: Option<usize>,
}

impl Variant {
    /// The fields that it sets.
    pub fn sets(&self) -> Vec<Field> {
        Field::OF_FORMULA.into_iter().filter(|field| self.has(*field)).collect()
    }

    fn has(&self, field: Field) -> bool {
        match field {
            Field::Data | Field::Variant => false,
            Field::Hidden => self.hidden.is_some(),
            Field::Activation => self.activation.is_some(),
            Field::Init => self.init.is_some(),
            Field::Rule => self.rule.is_some(),
            Field::Schedule => self.schedule.is_some(),
            Field::Norm => self.norm.is_some(),
            Field::Dropout => self.dropout.is_some(),
            Field::Guard => self.guard.is_some(),
            Field::Decay => self.decay.is_some(),
            Field::Batch => self.batch.is_some(),
        }
    }
}

impl Grid {
    /// How many values a field of the formula has.
    pub fn count(&self, field: Field) -> usize {
        match field {
            Field::Data | Field::Variant => 1,
            Field::Hidden => self.hidden.len(),
            Field::Activation => self.activation.len(),
            Field::Init => self.init.len(),
            Field::Rule => self.rule.len(),
            Field::Schedule => self.schedule.len(),
            Field::Norm => self.norm.len(),
            Field::Dropout => self.dropout.len(),
            Field::Guard => self.guard.len(),
            Field::Decay => self.decay.len(),
            Field::Batch => self.batch.len(),
        }
    }

    /// How many techniques the product has.
    pub fn product(&self) -> u64 {
        Field::OF_FORMULA.iter().fold(1, |all, field| all.saturating_mul(self.count(*field) as u64))
    }

    /// All techniques of the product, schedules as they are written.
    ///
    /// The place of each in the product is a number with one digit for each field, the last field's turning fastest.
    pub fn techniques(&self) -> impl Iterator<Item = Technique> {
        (0..self.product()).map(|place| {
            let mut rest = place;
            let mut digits = [0; Field::OF_FORMULA.len()];
            for (digit, field) in digits.iter_mut().zip(Field::OF_FORMULA).rev() {
                let count = self.count(field) as u64;
                *digit = (rest % count) as usize;
                rest /= count;
            }
            let [hidden, activation, init, rule, schedule, norm, dropout, guard, decay, batch] = digits;
            Technique {
                variant: None,
                hidden: self.hidden[hidden].clone(),
                activation: self.activation[activation],
                init: self.init[init],
                rule: self.rule[rule],
                schedule: self.schedule[schedule].clone(),
                norm: self.norm[norm],
                dropout: self.dropout[dropout],
                guard: self.guard[guard],
                decay: self.decay[decay],
                batch: self.batch[batch],
            }
        })
    }

    /// The grid with a variant's choices in it.
    pub(super) fn with(&self, variant: &Variant) -> Self {
        let v = variant;
        fn one<T: Clone>(choice: &Option<T>, values: &[T]) -> Vec<T> {
            choice.as_ref().map_or_else(|| values.to_vec(), |choice| vec![choice.clone()])
        }
        Self {
            hidden: one(&v.hidden, &self.hidden),
            activation: one(&v.activation, &self.activation),
            init: one(&v.init, &self.init),
            rule: one(&v.rule, &self.rule),
            schedule: one(&v.schedule, &self.schedule),
            norm: one(&v.norm, &self.norm),
            dropout: one(&v.dropout, &self.dropout),
            guard: one(&v.guard, &self.guard),
            decay: one(&v.decay, &self.decay),
            batch: one(&v.batch, &self.batch),
        }
    }

    /// Whether variants can stand in this grid: each field is chosen in one place.
    ///
    /// # Errors
    /// When two have one name, or a variant sets a field that the grid has several values of.
    pub fn check(&self, variants: &[Variant]) -> Result<(), String> {
        for (index, variant) in variants.iter().enumerate() {
            if variant.name.trim().is_empty() {
                return Err(format!("variant.name: expected a name for variant {}, found none", index + 1));
            }
            if variants[..index].iter().any(|other| other.name == variant.name) {
                return Err(format!(
                    "variant.name: `{}` stands twice; each variant needs a name of its own",
                    variant.name
                ));
            }
            if let Some(field) = variant.sets().into_iter().find(|field| self.count(*field) > 1) {
                return Err(format!(
                    "variant.{name}: set by `{}`, and the grid has {} values of {name}; choose one of the two places",
                    variant.name,
                    self.count(field),
                    name = field.name()
                ));
            }
        }
        Ok(())
    }
}

/// A technique with its schedule laid over the steps of its run.
///
/// # Errors
/// When the schedule is longer than the run.
pub(super) fn over(technique: Technique, steps: u64) -> Result<Technique, StudyError> {
    let schedule = technique.schedule.over(steps).map_err(|error| StudyError::Setting(error.to_string()))?;
    Ok(Technique { schedule, ..technique })
}
