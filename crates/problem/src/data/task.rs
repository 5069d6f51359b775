//! What is to be told from the inputs: a class, or a number.

use technique::loss::{CrossEntropy, Loss, SquaredError};

/// What is to be told from the inputs of a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Which of several classes an example belongs to.
    Classification {
        /// The names of the classes; a target is an index into them.
        classes: Vec<String>,
    },
    /// A number.
    Regression {
        /// The name of the number.
        target: String,
        /// How the targets were standardised.
        scale: Scale,
    },
}

/// Mean and standard deviation (over n) of the target in the training part. Targets are kept as (y − mean) / sd, so that
/// every technique starts from numbers of size 1; errors are reported in the unit of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
}

/// What is to be told, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Indices into the names of the classes.
    Classes(Vec<u32>),
    /// Standardised numbers.
    Numbers(Vec<f32>),
}

impl Task {
    /// How many outputs a network for it has: one for each class, or a single one.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match self {
            Self::Classification { classes } => classes.len(),
            Self::Regression { .. } => 1,
        }
    }

    /// The names of the classes; none when the target is a number.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Classification { classes } => classes,
            Self::Regression { .. } => &[],
        }
    }

    /// The loss that suits it: cross-entropy for classes, the mean squared error for a number.
    #[must_use]
    pub fn loss(&self) -> Loss {
        match self {
            Self::Classification { .. } => CrossEntropy::default().into(),
            Self::Regression { .. } => SquaredError::default().into(),
        }
    }
}

impl Targets {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `n`, of which there must be as many.
    pub(super) fn first(&self, n: usize) -> Self {
        match self {
            Self::Classes(classes) => Self::Classes(classes[..n].to_vec()),
            Self::Numbers(numbers) => Self::Numbers(numbers[..n].to_vec()),
        }
    }
}

impl From<Vec<u32>> for Targets {
    fn from(classes: Vec<u32>) -> Self {
        Self::Classes(classes)
    }
}

impl From<Vec<f32>> for Targets {
    fn from(numbers: Vec<f32>) -> Self {
        Self::Numbers(numbers)
    }
}
