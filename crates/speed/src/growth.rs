//! W7: how the cost of a step grows with batch, width and depth, and what a second worker brings.

use std::num::NonZeroUsize;
use std::time::Instant;

use problem::data::Dataset;
use problem::supervised::Sampling;
use serde::{Deserialize, Serialize};

use crate::SpeedError;
use crate::workload::{Setup, Training};

/// Step times over one size, the others held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What grows.
    pub of: String,
    /// (size, seconds a step, floating-point operations of a dense step).
    pub points: Vec<(usize, f64, f64)>,
}

/// Trials a second and memory over workers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Workers {
    /// How many.
    pub workers: usize,
    /// Steps a second of all together.
    pub steps_per_second: f64,
    /// Bytes that all of them hold beyond the data; unknown where the system does not say.
    pub bytes: Option<f64>,
}

/// Seconds that each point is measured for.
const WINDOW: f64 = 0.4;

fn step_seconds(data: &Dataset, hidden: &[usize], batch: usize) -> Result<f64, SpeedError> {
    let setup = Setup { hidden, batch, sampling: Sampling::Replacement, ..Setup::w1("adam") };
    let mut training = Training::new(data, &setup)?;
    training.steps(3, 1);
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let (started, mut steps) = (Instant::now(), 0);
        while started.elapsed().as_secs_f64() < WINDOW / 3.0 || steps < 2 {
            training.step();
            steps += 1;
        }
        best = best.min(started.elapsed().as_secs_f64() / f64::from(steps));
    }
    Ok(best)
}

fn curve(
    of: &str,
    data: &Dataset,
    sizes: &[usize],
    network: impl Fn(usize) -> (Vec<usize>, usize),
) -> Result<Curve, SpeedError> {
    let mut points = Vec::new();
    for &size in sizes {
        let (hidden, batch) = network(size);
        let ends = [&[data.columns][..], &hidden, &[data.task.outputs()]].concat();
        let flops = crate::machine::step_flops(&ends, batch);
        points.push((size, step_seconds(data, &hidden, batch)?, flops));
    }
    Ok(Curve { of: of.to_owned(), points })
}

/// The three curves.
///
/// # Errors
/// When the data do not fit.
pub fn curves(data: &Dataset, quick: bool) -> Result<Vec<Curve>, SpeedError> {
    let most = if quick { 3 } else { usize::MAX };
    let sizes = |all: &[usize]| all.iter().copied().take(most).collect::<Vec<_>>();
    let batches = sizes(&[16, 32, 64, 128, 256, 512, 1024, 2048, 4096]);
    let widths = sizes(&[32, 64, 128, 256, 512, 1024, 2048]);
    let depths = sizes(&[1, 2, 4, 6, 8, 10, 12, 16, 20]);
    Ok(vec![
        curve("batch", data, &batches, |batch| (vec![100; 4], batch))?,
        curve("width", data, &widths, |width| (vec![width; 4], 128))?,
        curve("depth", data, &depths, |depth| (vec![100; depth], 128))?,
    ])
}

/// The memory this process holds, in bytes, where the system says it.
fn held() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(1024.0 * line.trim().trim_end_matches(" kB").parse::<f64>().ok()?)
}

/// Workers up to this many are measured: one for each core.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Steps of W1's network with Adam on so many workers. For a process of its own: what others have freed would count as theirs.
///
/// # Errors
/// When the data do not fit.
pub fn workers(data: &Dataset, workers: usize, steps: u64) -> Result<Workers, SpeedError> {
    let before = held();
    let started = Instant::now();
    // Their networks live until the memory has been read.
    let networks = std::thread::scope(|scope| {
        let work = |seed| {
            move || {
                let mut training = Training::new(data, &Setup { seed, ..Setup::w1("adam") })?;
                training.steps(steps, 1);
                Ok(training)
            }
        };
        let all: Vec<_> = (0..workers as u64).map(|seed| scope.spawn(work(seed))).collect();
        let all = all.into_iter().map(|one| one.join().expect("no worker panics"));
        all.collect::<Result<Vec<Training<'_>>, SpeedError>>()
    })?;
    let steps_per_second = (workers as u64 * steps) as f64 / started.elapsed().as_secs_f64();
    let bytes = held().zip(before).map(|(after, before)| after - before);
    drop(networks);
    Ok(Workers { workers, steps_per_second, bytes })
}
