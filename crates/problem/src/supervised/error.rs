//! Why a network and data do not fit.

use technique::net::NetError;

use super::Part;

/// Why a network cannot be trained on these data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupervisedError {
    /// More training examples asked for than there are.
    #[error(
        "`{data}` has {available} training examples: expected between 1 and that many, found first = {wanted}"
    )]
    TooFewExamples {
        /// The data set.
        data: String,
        /// Asked for.
        wanted: usize,
        /// There.
        available: usize,
    },
    /// A batch larger than the data, or empty.
    #[error(
        "expected a batch of 1 to {examples} examples (all there are to train on), found batch = {batch}"
    )]
    Batch {
        /// Asked for.
        batch: usize,
        /// There.
        examples: usize,
    },
    /// A network of another width than the data.
    #[error(
        "`{data}` has {} columns and needs {} outputs (one a class, or one for a number): expected a network of those, found {} inputs and {} outputs",
        expected.0, expected.1, found.0, found.1
    )]
    Shape {
        /// The data set.
        data: String,
        /// Columns of the data and outputs for its targets.
        expected: (usize, usize),
        /// Inputs and outputs of the network.
        found: (usize, usize),
    },
    /// A loss for the other kind of targets.
    #[error(
        "`{data}` needs the loss {expected}, found {found}: cross_entropy is for classes, mse for numbers"
    )]
    Loss {
        /// The data set.
        data: String,
        /// The loss for its targets.
        expected: String,
        /// The network's.
        found: String,
    },
    /// Targets that do not fit the task.
    #[error("`{data}`, {part} part: {problem}")]
    Targets {
        /// The data set.
        data: String,
        /// Where.
        part: Part,
        /// What was expected and what was found.
        problem: String,
    },
    /// A part that is absent or empty.
    #[error("`{data}` has no {part} part: split one off, or measure another part")]
    NoPart {
        /// The data set.
        data: String,
        /// Which.
        part: Part,
    },
    /// A network that cannot be built.
    #[error(transparent)]
    Net(#[from] NetError),
}
