//! W3: one update of many parameters, and what memory alone would take.

use std::hint::black_box;
use std::time::Instant;

use technique::layout::Layout;
use technique::optimizer::Optimizer;
use technique::rule::{Rule, UpdateRule};
use technique::wide;

use super::training::word;
use super::{Outcome, Ready};
use crate::SpeedError;

/// The rules by the names of the bench's protocol.
pub const UPDATE_RULES: [(&str, &str); 6] = [
    ("sgd", "sgd:lr=0.001"),
    ("momentum", "momentum@torch:lr=0.001"),
    ("nesterov", "nesterov@torch:lr=0.001"),
    ("adagrad", "adagrad@torch:lr=0.001"),
    ("rmsprop", "rmsprop@torch:lr=0.001"),
    ("adam", "adam@torch:lr=0.001"),
];

/// Seconds over which updates are averaged.
const WINDOW: f64 = 0.05;

fn gradients(n: usize) -> Vec<f32> {
    (0..n).map(|i| 0.01 * ((i % 97) as f32 - 48.0)).collect()
}

/// Seconds of one call, the mean over enough calls to fill the window.
fn each(mut call: impl FnMut()) -> f64 {
    let started = Instant::now();
    (0..5).for_each(|_| call());
    let calls = (WINDOW / (started.elapsed().as_secs_f64() / 5.0).max(1e-9)).ceil().clamp(5.0, 1e7) as u64;
    let started = Instant::now();
    (0..calls).for_each(|_| call());
    started.elapsed().as_secs_f64() / calls as f64
}

/// Seconds of one update of `n` parameters by a rule.
///
/// # Errors
/// When the word is wrong.
pub fn update_seconds(rule: &str, n: usize) -> Result<f64, SpeedError> {
    let rule: Rule = word(rule)?;
    let optimizer = Optimizer::<f32>::new(rule, &Layout::flat(n));
    let mut optimizer = optimizer.map_err(|error| SpeedError::Setting(error.to_string()))?;
    let (mut params, grads) = (vec![1.0; n], gradients(n));
    Ok(each(|| optimizer.update(&mut params, black_box(&grads))))
}

/// Bytes that one update of a rule must move for each parameter, and the seconds of a loop that moves as many for `n` of them: it reads the gradient,
/// reads and writes the parameter and each number of memory, and adds.
///
/// # Errors
/// When the word is wrong.
pub fn loop_seconds(rule: &str, n: usize) -> Result<(usize, f64), SpeedError> {
    let slots = word::<Rule>(rule)?.slots().len();
    let (mut p, g) = (vec![1.0_f32; n], gradients(n));
    // One array for all memory, as an optimizer keeps it.
    let mut memory = vec![1.0_f32; n * slots];
    let seconds = each(|| {
        let (p, g) = (&mut p[..], &black_box(&g)[..]);
        match slots {
            0 => wide!([] (p: &mut [f32], g: &[f32]) { p.iter_mut().zip(g).for_each(|(p, g)| *p += g) }),
            1 => {
                let m = &mut memory[..];
                wide!([] (p: &mut [f32], g: &[f32], m: &mut [f32]) {
                    for ((p, g), m) in p.iter_mut().zip(g).zip(m) {
                        *m += g;
                        *p += *m;
                    }
                });
            }
            _ => {
                let (m, v) = memory.split_at_mut(n);
                wide!([] (p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
                    for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
                        *m += g;
                        *v += *m;
                        *p += *v;
                    }
                });
            }
        }
    });
    Ok((4 * (3 + 2 * slots), seconds))
}

pub(super) fn w3(sizes: &[usize]) -> Result<Ready<'static>, SpeedError> {
    let sizes = sizes.to_vec();
    for (_, rule) in UPDATE_RULES {
        update_seconds(rule, 10)?;
    }
    Ok(Box::new(move || {
        let mut outcome = Outcome::default();
        for (name, rule) in UPDATE_RULES {
            for &n in &sizes {
                let seconds = update_seconds(rule, n)?;
                outcome.seconds += seconds;
                outcome.parts.insert(format!("{name}/{n}"), seconds);
                outcome.parts.insert(format!("loop/{name}/{n}"), loop_seconds(rule, n)?.1);
            }
            outcome.check.insert(name.to_owned(), first_steps(rule)?);
        }
        Ok(outcome)
    }))
}

/// Σ |1 − p| over the first 97 parameters, whose gradients cancel out: the sum of p itself would stay 97 under any rule.
pub(super) fn moved(params: &[f32]) -> f64 {
    params[..97].iter().map(|p| (1.0 - f64::from(*p)).abs()).sum()
}

/// How far the first five updates move the parameters.
pub(super) fn first_steps(rule: &str) -> Result<f64, SpeedError> {
    let rule: Rule = word(rule)?;
    let optimizer = Optimizer::<f32>::new(rule, &Layout::flat(1000));
    let mut optimizer = optimizer.map_err(|error| SpeedError::Setting(error.to_string()))?;
    let (mut params, grads) = (vec![1.0; 1000], gradients(1000));
    (0..5).for_each(|_| optimizer.update(&mut params, &grads));
    Ok(moved(&params))
}
