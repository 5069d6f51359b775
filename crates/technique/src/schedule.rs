//! Schedules: the learning rate as a function of the step.
//!
//! A [`Curve`] is one formula for a factor of the rule's learning rate; the step t counts from 0. A [`Schedule`] is a curve or a sequence of them:
//!
//! ```text
//! cosine                                       falls over the whole run
//! warmup:steps=100 then cosine                 rises for 100 steps, then falls over the rest
//! constant for 500 then step:every=100         holds for 500 steps, then a tenth every 100
//! ```
//!
//! In a sequence each curve starts again from t = 0 and lasts for its `steps`, or for the number given with `for`; the last one goes on for ever.
//! A curve that needs `steps` and is not given any takes what is left of the run: [`Schedule::over`].

use std::fmt;
use std::str::FromStr;

use crate::word::{self, Family, Word, WordError};

pub mod curves;

use curves::{Constant, Cosine, Exponential, Inverse, OneCycle, Polynomial, Staircase, WarmUp};

crate::family! {
    /// One formula for the factor of the learning rate.
    pub enum Curve("schedule", "schedules") {
        Constant(Constant),
        Step(Staircase),
        Exponential(Exponential),
        Inverse(Inverse),
        Polynomial(Polynomial),
        Cosine(Cosine),
        OneCycle(OneCycle),
        WarmUp(WarmUp),
    }
    aliases { "linear" => "polynomial:power=1" }
}

impl Curve {
    /// The factor at step `t`, counted from 0.
    pub fn factor(&self, t: u64) -> f64 {
        match self {
            Self::Constant(_) => 1.0,
            Self::Step(c) => c.factor(t),
            Self::Exponential(c) => c.factor(t),
            Self::Inverse(c) => c.factor(t),
            Self::Polynomial(c) => c.factor(t),
            Self::Cosine(c) => c.factor(t),
            Self::OneCycle(c) => c.factor(t),
            Self::WarmUp(c) => c.factor(t),
        }
    }

    /// Its `steps`, if it has an end; 0 stands for the rest of the run.
    fn steps(&self) -> Option<u64> {
        match self {
            Self::Polynomial(c) => Some(c.steps),
            Self::Cosine(c) => Some(c.steps),
            Self::OneCycle(c) => Some(c.steps),
            Self::WarmUp(c) => Some(c.steps),
            Self::Constant(_) | Self::Step(_) | Self::Exponential(_) | Self::Inverse(_) => None,
        }
    }
}

/// A curve in a sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Phase {
    curve: Word<Curve>,
    /// How many steps it lasts; `None` for the last one.
    lasts: Option<u64>,
}

/// The learning rate's factor over a run: a sequence of one or more curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    phases: Vec<Phase>,
}

impl Default for Schedule {
    /// The constant 1.
    fn default() -> Self {
        Curve::from(Constant::default()).into()
    }
}

impl From<Curve> for Schedule {
    fn from(curve: Curve) -> Self {
        Self { phases: vec![Phase { curve: curve.into(), lasts: None }] }
    }
}

impl Schedule {
    /// The schedule of a run of `total` steps: a curve without `steps` of its own takes what the others leave.
    ///
    /// # Errors
    /// When the curves before it leave nothing.
    pub fn over(&self, total: u64) -> Result<Self, ScheduleError> {
        let lengths = self.phases.iter().filter_map(|phase| phase.lasts);
        let before = lengths.fold(0, u64::saturating_add);
        let mut resolved = self.clone();
        for phase in &mut resolved.phases {
            if phase.curve.value.steps() == Some(0) {
                let rest = total.checked_sub(before).filter(|rest| *rest > 0);
                let rest = rest.ok_or_else(|| ScheduleError::NothingLeft {
                    schedule: self.to_string(),
                    before,
                    total,
                })?;
                phase.curve.value.settings_mut().set("steps", &rest.to_string());
            }
        }
        Ok(resolved)
    }

    /// Whether a curve still waits for the length of the run.
    pub fn is_open(&self) -> bool {
        self.phases.iter().any(|phase| phase.curve.value.steps() == Some(0))
    }

    /// The factor at step `t`, counted from 0.
    pub fn factor(&self, t: u64) -> f64 {
        let mut t = t;
        for phase in &self.phases {
            match phase.lasts {
                Some(lasts) if t >= lasts => t -= lasts,
                _ => return phase.curve.value.factor(t),
            }
        }
        unreachable!("the last phase has no end")
    }

    /// The word with every setting written out.
    pub fn full_word(&self) -> String {
        self.write(|curve| curve.value.full_word())
    }

    fn write(&self, word: impl Fn(&Word<Curve>) -> String) -> String {
        let phases = self.phases.iter().map(|phase| match phase.lasts {
            Some(lasts) if phase.curve.value.steps() != Some(lasts) => {
                format!("{} for {lasts}", word(&phase.curve))
            }
            _ => word(&phase.curve),
        });
        phases.collect::<Vec<_>>().join(" then ")
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write(ToString::to_string))
    }
}

/// Why a schedule cannot be read or used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// A curve's word is wrong.
    #[error(transparent)]
    Word(#[from] WordError),
    /// A curve in the middle of a sequence that never ends.
    #[error(
        "`{schedule}`: `{curve}` must end before the next curve: say for how many steps, as in `{curve} for 100 then …`"
    )]
    Endless {
        /// The whole schedule.
        schedule: String,
        /// The curve without end.
        curve: String,
    },
    /// `for` without a count.
    #[error("`{schedule}`: expected a whole number of steps, 1 or above, after `for`, found `{found}`")]
    Length {
        /// The whole schedule.
        schedule: String,
        /// What was found.
        found: String,
    },
    /// The curves before the last one use up the run.
    #[error("`{schedule}`: its first curves last {before} steps, which leaves none of the run's {total}")]
    NothingLeft {
        /// The whole schedule.
        schedule: String,
        /// Steps before the open curve.
        before: u64,
        /// Steps of the run.
        total: u64,
    },
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let parts: Vec<&str> = text.split(" then ").map(str::trim).collect();
        let mut phases = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let (curve, lasts) = match part.split_once(" for ") {
                None => (*part, None),
                Some((curve, count)) => {
                    let length = count.trim().parse().ok().filter(|count: &u64| *count > 0);
                    let found = || ScheduleError::Length {
                        schedule: text.to_owned(),
                        found: count.trim().to_owned(),
                    };
                    (curve.trim(), Some(length.ok_or_else(found)?))
                }
            };
            let curve: Word<Curve> = word::parse(curve)?;
            let lasts = lasts.or_else(|| curve.value.steps().filter(|steps| *steps > 0));
            let is_last = index + 1 == parts.len();
            if lasts.is_none() && !is_last {
                return Err(ScheduleError::Endless { schedule: text.to_owned(), curve: curve.to_string() });
            }
            phases.push(Phase { curve, lasts: lasts.filter(|_| !is_last) });
        }
        Ok(Self { phases })
    }
}

#[cfg(test)]
mod tests;
