//! Where trials run: on threads of this process. Parallelism is between trials, so their bits do not depend on it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use problem::data::Dataset;

use crate::error::StudyError;
use crate::trial::{Record, Trial};

/// Whoever wants to know how a run is going. Called from worker threads.
pub trait Watch: Sync {
    /// A piece of work of so many steps begins.
    fn begin(&self, _name: &str, _steps: u64) {}
    /// Steps done.
    fn advance(&self, _steps: u64) {}
    /// The piece of work is done.
    fn end(&self) {}
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {}

/// As many workers as the machine has cores.
pub fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Runs the trials on `jobs` threads and hands each record to `keep`, on this thread, as it is finished.
///
/// # Errors
/// The first error of a trial or of `keep`; trials that have begun are finished first, no new one begins.
pub fn run(
    trials: &[Trial],
    data: &Dataset,
    jobs: NonZeroUsize,
    watch: &dyn Watch,
    mut keep: impl FnMut(Record) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.get().min(trials.len()) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        break;
                    };
                    if sender
                        .send(trial.run(data, &|steps| watch.advance(steps)))
                        .is_err()
                    {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut outcome = Ok(());
        for result in results {
            if outcome.is_ok() {
                outcome = result.and_then(&mut keep);
                stop.store(outcome.is_err(), Ordering::Relaxed);
            } else if let Ok(record) = result {
                // What has finished is kept, even after an error elsewhere.
                let _ = keep(record);
            }
        }
        outcome
    })
}
