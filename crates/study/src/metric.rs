//! What a trial measures, and which way it is better.

use std::collections::BTreeMap;

use problem::data::{Dataset, Task};
use problem::supervised::Part;
use serde::{Deserialize, Serialize};

use crate::statistics::Better;

/// What a trial measures: in part while it runs, all of it at its end. Classes have accuracies, numbers have R² and an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean training loss over the last 100 steps.
    TrainLoss,
    /// Share of training examples classified right.
    TrainAccuracy,
    /// Share of validation examples classified right.
    ValidationAccuracy,
    /// Share of test examples classified right.
    TestAccuracy,
    /// Share of the variance of the training part that is explained, 1 − Σ(y − ŷ)²/Σ(y − ȳ)².
    TrainR2,
    /// The same of the validation part.
    ValidationR2,
    /// The same of the test part.
    TestR2,
    /// Root of the mean squared error on the test part, in the unit of the data.
    TestRmse,
}

/// The final metrics of a trial.
pub type Finals = BTreeMap<Metric, f64>;

/// What was recorded on the way: (steps done, value).
pub type Series = BTreeMap<Metric, Vec<(u64, f64)>>;

impl Metric {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::TrainLoss,
        Self::TrainAccuracy,
        Self::ValidationAccuracy,
        Self::TestAccuracy,
        Self::TrainR2,
        Self::ValidationR2,
        Self::TestR2,
        Self::TestRmse,
    ];

    /// Those that trials on these data have.
    pub fn of(data: &Dataset) -> Vec<Self> {
        let mut all = vec![Self::TrainLoss, Self::score(&data.task, Part::Train)];
        all.extend(data.validation.as_ref().map(|_| Self::score(&data.task, Part::Validation)));
        all.push(Self::score(&data.task, Part::Test));
        if matches!(data.task, Task::Regression { .. }) {
            all.push(Self::TestRmse);
        }
        all
    }

    /// The score of a part: accuracy of classes, R² of numbers.
    pub fn score(task: &Task, part: Part) -> Self {
        match (task, part) {
            (Task::Classification { .. }, Part::Train) => Self::TrainAccuracy,
            (Task::Classification { .. }, Part::Validation) => Self::ValidationAccuracy,
            (Task::Classification { .. }, Part::Test) => Self::TestAccuracy,
            (Task::Regression { .. }, Part::Train) => Self::TrainR2,
            (Task::Regression { .. }, Part::Validation) => Self::ValidationR2,
            (Task::Regression { .. }, Part::Test) => Self::TestR2,
        }
    }

    /// The part whose score it is; none of what is no score.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::TrainAccuracy | Self::TrainR2 => Some(Part::Train),
            Self::ValidationAccuracy | Self::ValidationR2 => Some(Part::Validation),
            Self::TestAccuracy | Self::TestR2 => Some(Part::Test),
            Self::TrainLoss | Self::TestRmse => None,
        }
    }

    /// The metric of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Its key in study files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::ValidationAccuracy => "validation_accuracy",
            Self::TestAccuracy => "test_accuracy",
            Self::TrainR2 => "train_r2",
            Self::ValidationR2 => "validation_r2",
            Self::TestR2 => "test_r2",
            Self::TestRmse => "test_rmse",
        }
    }

    /// In prose.
    pub fn title(self) -> &'static str {
        match self {
            Self::TrainLoss => "training loss (mean of up to the last 100 steps)",
            Self::TestRmse => "root mean squared test error",
            other => other.plain(),
        }
    }

    /// In a narrow column.
    pub fn plain(self) -> &'static str {
        match self {
            Self::TrainLoss => "training loss",
            Self::TrainAccuracy => "training accuracy",
            Self::ValidationAccuracy => "validation accuracy",
            Self::TestAccuracy => "test accuracy",
            Self::TrainR2 => "training R²",
            Self::ValidationR2 => "validation R²",
            Self::TestR2 => "test R²",
            Self::TestRmse => "test RMSE",
        }
    }

    /// Which way it is better.
    pub fn better(self) -> Better {
        match self {
            Self::TrainLoss | Self::TestRmse => Better::Lower,
            _ => Better::Higher,
        }
    }

    /// Whether it is a share, shown in per cent.
    pub fn is_share(self) -> bool {
        matches!(self, Self::TrainAccuracy | Self::ValidationAccuracy | Self::TestAccuracy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_and_the_same_everywhere() {
        for metric in Metric::ALL {
            assert_eq!(Metric::named(metric.name()), Some(metric));
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        }
        assert_eq!(Metric::named("accuracy"), None);
    }
}
