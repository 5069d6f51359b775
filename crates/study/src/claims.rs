//! The chapter's claims, each checked against what was measured.
//!
//! A claim is a function from evidence to a word and the numbers behind it. The conditions stand in the code, the words in [`Word`]; nothing is
//! decided by hand.

use problem::data::Dataset;
use problem::descend::Path;
use problem::signal::{LayerReport, Signal};
use serde::Serialize;

use crate::error::StudyError;
use crate::training::Outcome;

pub(crate) mod checks;
mod inits;
mod norm;
mod rules;
mod values;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The numbers say what the claim says.
    Holds,
    /// They say otherwise.
    DoesNotHold,
    /// They do not exclude either.
    Undecided,
}

impl Word {
    /// Holds if `yes`, does not hold if `no`, undecided otherwise.
    fn of(yes: bool, no: bool) -> Self {
        match (yes, no) {
            (true, _) => Self::Holds,
            (_, true) => Self::DoesNotHold,
            _ => Self::Undecided,
        }
    }

    /// Holds or does not.
    fn plain(yes: bool) -> Self {
        Self::of(yes, !yes)
    }
}

/// A claim with its verdict and the numbers behind it.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// Its number in the chapter's order.
    pub number: u32,
    /// What the chapter says.
    pub text: &'static str,
    /// *holds*, *does not hold here* or *undecided*.
    pub word: &'static str,
    /// The same for style sheets: `holds`, `not`, `undecided`.
    pub class: &'static str,
    /// What decides it, in a few words.
    pub because: String,
    /// The numbers.
    pub numbers: Vec<String>,
    /// Where to see it.
    pub figures: Vec<Anchor>,
}

/// A figure of the report.
#[derive(Debug, Clone, Serialize)]
pub struct Anchor {
    /// Its place on the page.
    pub anchor: String,
    /// Its name for readers.
    pub title: String,
}

/// What the claims are checked against.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the results of the built-in studies, by name")]
pub struct Evidence<'a> {
    pub data: &'a Dataset,
    pub trajectories: &'a [(String, Path)],
    pub optimizers: &'a Outcome,
    pub sensitivity: &'a Outcome,
    pub schedules: &'a Outcome,
    pub activations: &'a [(Signal, Vec<LayerReport>)],
    pub initializers: &'a Outcome,
    pub batchnorm: &'a Outcome,
    pub norm_rates: &'a Outcome,
}

/// Checks all claims.
///
/// # Errors
/// When a check that trains for itself cannot run on the data.
pub fn check(evidence: &Evidence<'_>) -> Result<Vec<Claim>, StudyError> {
    let e = evidence;
    Ok(vec![
        rules::zigzag(e),
        rules::momentum(e),
        rules::adagrad()?,
        rules::adam()?,
        rules::race(e),
        rules::decay(e),
        inits::symmetry(e)?,
        inits::sigmoid(e),
        inits::relu(e),
        inits::race(e),
        norm::faster(e),
        norm::robust(e),
        norm::overfitting(e),
        norm::sixteen(e),
    ])
}

/// Puts a claim together.
fn claim(
    number: u32,
    text: &'static str,
    word: Word,
    because: String,
    numbers: Vec<String>,
    figures: &[(&str, &str)],
) -> Claim {
    let (class, word) = match word {
        Word::Holds => ("holds", "holds"),
        Word::DoesNotHold => ("not", "does not hold here"),
        Word::Undecided => ("undecided", "undecided"),
    };
    let figures = figures
        .iter()
        .map(|(anchor, title)| Anchor { anchor: (*anchor).to_owned(), title: (*title).to_owned() });
    Claim { number, text, word, class, because, numbers, figures: figures.collect() }
}

#[cfg(test)]
mod tests;
