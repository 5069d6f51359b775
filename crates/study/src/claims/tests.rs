//! Every claim against evidence made by hand, on which it holds, does not hold, or is open.

mod inits;
mod norm;
mod rules;

use super::*;
use crate::testing::{digits, outcome};
use crate::training::Group;

/// Evidence that owns what it shows; a test fills in what its claim looks at.
struct Scene {
    data: Dataset,
    trajectories: Vec<(String, Path)>,
    activations: Vec<(Signal, Vec<LayerReport>)>,
    /// Optimizers, sensitivity, schedules, initializers, batchnorm or norm_rates: whichever is asked for.
    study: Outcome,
    /// The second study of a claim that looks at two.
    second: Outcome,
}

impl Scene {
    fn new() -> Self {
        Self::of(Vec::new())
    }

    /// A study of these groups.
    fn of(groups: Vec<Group>) -> Self {
        Self {
            data: digits(),
            trajectories: Vec::new(),
            activations: Vec::new(),
            study: outcome(groups),
            second: outcome(Vec::new()),
        }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            data: &self.data,
            trajectories: &self.trajectories,
            optimizers: &self.study,
            sensitivity: &self.second,
            schedules: &self.study,
            activations: &self.activations,
            initializers: &self.study,
            batchnorm: &self.study,
            norm_rates: &self.study,
        }
    }
}

/// Checks the word and the class for style sheets, and that there are numbers behind them.
#[track_caller]
fn assert_word(claim: &Claim, number: u32, word: &str) {
    let class = match word {
        "holds" => "holds",
        "does not hold here" => "not",
        _ => "undecided",
    };
    assert_eq!((claim.number, claim.word, claim.class), (number, word, class), "{claim:#?}");
    assert!(claim.numbers.iter().all(|number| !number.contains("NaN")), "{claim:#?}");
}

const HOLDS: &str = "holds";
const NOT: &str = "does not hold here";
const OPEN: &str = "undecided";
