//! W3: one update of many parameters.

use std::time::Instant;

use crate::framework::{Framework, Result};
use crate::rules::{Rule, W3_RULES};
use crate::serve::{Outcome, Run};

/// Seconds over which updates are averaged.
const WINDOW: f64 = 0.05;
/// The fewest updates that are averaged, and those of the check.
const LEAST: usize = 5;

/// Parameters whose gradients are 0.01 · ((i mod 97) − 48).
fn start<F: Framework>(framework: &F, rule: Rule, n: usize) -> Result<F::Parameters> {
    framework.parameters(rule, 1e-3, (0..n).map(|i| 0.01 * ((i % 97) as f32 - 48.0)).collect())
}

/// Seconds of one update: the mean over enough of them to fill the window, as a first few foretell.
fn seconds<F: Framework>(framework: &F, rule: Rule, n: usize) -> Result<f64> {
    let mut parameters = start(framework, rule, n)?;
    let mut mean = |count: usize| -> Result<f64> {
        let started = Instant::now();
        for _ in 0..count {
            framework.update(&mut parameters)?;
        }
        Ok(started.elapsed().as_secs_f64() / count as f64)
    };
    let count = (WINDOW / mean(LEAST)?).ceil() as usize;
    mean(count.max(LEAST))
}

/// Σ |1 − p| over the first 97 parameters after the first updates.
fn first_steps<F: Framework>(framework: &F, rule: Rule) -> Result<f64> {
    let mut parameters = start(framework, rule, 1000)?;
    for _ in 0..LEAST {
        framework.update(&mut parameters)?;
    }
    Ok(framework.values(&parameters)?.iter().take(97).map(|&value| (1.0 - f64::from(value)).abs()).sum())
}

pub(super) fn w3<F: Framework>(framework: &F, sizes: Vec<usize>) -> Run<'_> {
    Box::new(move || {
        let mut outcome = Outcome::default();
        for rule in W3_RULES {
            for &n in &sizes {
                let seconds = seconds(framework, rule, n)?;
                outcome.seconds += seconds;
                outcome.parts.insert(format!("{}/{n}", rule.name()), seconds);
            }
            outcome.check.insert(rule.name().to_owned(), first_steps(framework, rule)?);
        }
        Ok(outcome)
    })
}
