//! Descent of a function of the plane: the path that a technique takes, step by step.

use std::fmt;

use technique::card::Refused;
use technique::decay::Decay;
use technique::guard::Guard;
use technique::layout::Layout;
use technique::optimizer::{Optimizer, OptimizerError};
use technique::random::{Purpose, key, normal};
use technique::rule::UpdateRule;
use technique::schedule::{Schedule, ScheduleError};
use technique::word::Family;

use crate::function::{Function, Plane};

/// A function, a start and a number of steps: everything about a descent but the technique. Pure data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// What is descended.
    pub function: Function,
    /// The first point.
    pub start: [f64; 2],
    /// How many steps.
    pub steps: u64,
    /// σ of the noise N(0, σ²) added to each component of every gradient, as a mini-batch would; 0 for none.
    pub noise: f64,
    /// Of the noise: the same seed gives every technique the same noise at the same step.
    pub seed: u64,
}

impl Descent {
    /// The function from its own start, without noise.
    pub fn new(function: Function, steps: u64) -> Self {
        Self { function, start: function.start(), steps, noise: 0.0, seed: 0 }
    }

    /// Goes down with an update rule alone: constant rate, no guard, no decay.
    ///
    /// # Errors
    /// As [`Descent::descend_with`].
    pub fn descend<R: UpdateRule>(&self, rule: R) -> Result<Path, DescentError> {
        self.descend_with(rule, &Schedule::default(), Guard::default(), Decay::default())
    }

    /// Goes down, in f64. The schedule is resolved over [`Descent::steps`]; a guard sees the two coordinates as one block, and decay shrinks them
    /// only where it is `on=all`, for they are no weights.
    ///
    /// # Errors
    /// When the start, the noise, or a setting of the function or of the technique is not allowed, or the function has no finite value at the start. A
    /// descent that diverges is not an error: see [`Path::ended`].
    pub fn descend_with<R: UpdateRule>(
        &self,
        rule: R,
        schedule: &Schedule,
        guard: Guard,
        decay: Decay,
    ) -> Result<Path, DescentError> {
        let first = self.checked_start()?;
        let schedule = schedule.over(self.steps)?;
        let mut optimizer: Optimizer<f64, R> =
            Optimizer::with(rule, schedule, guard, decay, &Layout::flat(2))?;

        let mut path = Path { points: vec![self.start], values: vec![first], ended: Ended::Finished };
        let mut point = self.start;
        for step in 0..self.steps {
            let gradient = self.noisy_gradient(point, step);
            optimizer.update(&mut point, &gradient);
            let value = self.function.value(point);
            // No function so far is finite at an infinite point, but exp(−x²) would be.
            if !(value.is_finite() && is_finite(point)) {
                path.ended = Ended::Diverged { at: step + 1 };
                break;
            }
            path.points.push(point);
            path.values.push(value);
        }
        Ok(path)
    }

    /// The value at the start, if there is anything to descend from.
    fn checked_start(&self) -> Result<f64, DescentError> {
        self.function.settings().check()?;
        let [x, y] = self.start;
        if !is_finite(self.start) {
            return Err(DescentError::Start { x, y });
        }
        if !(self.noise.is_finite() && self.noise >= 0.0) {
            return Err(DescentError::Noise(self.noise));
        }
        let value = self.function.value(self.start);
        if !value.is_finite() {
            let function = self.function.card().name;
            return Err(DescentError::TooFar { function, x, y });
        }
        Ok(value)
    }

    /// The gradient with the noise of a step, counted from 0.
    fn noisy_gradient(&self, point: [f64; 2], step: u64) -> [f64; 2] {
        let mut gradient = self.function.gradient(point);
        if self.noise > 0.0 {
            let mut rng = key(self.seed, Purpose::Noise, step).rng();
            for g in &mut gradient {
                *g += self.noise * normal(&mut rng);
            }
        }
        gradient
    }
}

fn is_finite(point: [f64; 2]) -> bool {
    point.iter().all(|x| x.is_finite())
}

/// Where a descent went. All numbers in it are finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The start, then the point after each step; `steps` + 1 of them when it finished.
    pub points: Vec<[f64; 2]>,
    /// The function, without noise, at each of the points.
    pub values: Vec<f64>,
    /// How it ended.
    pub ended: Ended,
}

/// How training ended. Divergence is a result, kept and shown; an error is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All steps were taken.
    Finished,
    /// A step led to a number that is infinite or not a number.
    Diverged {
        /// That step, counted from 1. What was recorded before it is finite.
        at: u64,
    },
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("finished"),
            Self::Diverged { at } => write!(f, "diverged at step {at}"),
        }
    }
}

/// Why a descent cannot begin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DescentError {
    /// A start that is no point.
    #[error("expected a start of two finite numbers, found ({x:?}, {y:?})")]
    Start {
        /// Its first coordinate.
        x: f64,
        /// Its second coordinate.
        y: f64,
    },
    /// A start at which the function overflows.
    #[error("`{function}` has no finite value at the start ({x:?}, {y:?}): start nearer to the origin")]
    TooFar {
        /// The function.
        function: &'static str,
        /// Its first coordinate.
        x: f64,
        /// Its second coordinate.
        y: f64,
    },
    /// A standard deviation that is none.
    #[error("expected noise of 0 or a finite number above it, found {0:?}")]
    Noise(f64),
    /// A setting of the function outside its domain.
    #[error(transparent)]
    Function(#[from] Refused),
    /// A schedule that does not fit the number of steps.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A technique that cannot be used.
    #[error(transparent)]
    Optimizer(#[from] OptimizerError),
}

#[cfg(test)]
mod tests;
