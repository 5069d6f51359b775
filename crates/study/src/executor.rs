//! Where trials run: on threads of this process. Parallelism is between trials, so their bits do not depend on it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use problem::data::Dataset;
use technique::matmul::Crew;

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
    /// Something a person should know.
    fn note(&self, _text: &str) {}
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {}

/// As many workers as the machine has cores.
pub fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Threads: how many trials run side by side, and how many threads the large products of each may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workers {
    /// Trials side by side.
    pub jobs: NonZeroUsize,
    /// Threads of each.
    pub threads_per_trial: NonZeroUsize,
}

impl Workers {
    /// As asked for; by default one thread a trial, and as many trials as the cores have room for.
    pub fn new(jobs: Option<NonZeroUsize>, threads_per_trial: Option<NonZeroUsize>) -> Self {
        let threads_per_trial = threads_per_trial.unwrap_or(NonZeroUsize::MIN);
        let room = NonZeroUsize::new(all_cores().get() / threads_per_trial).unwrap_or(NonZeroUsize::MIN);
        Self { jobs: jobs.unwrap_or(room), threads_per_trial }
    }

    /// So many trials side by side, one thread each.
    pub fn jobs(jobs: NonZeroUsize) -> Self {
        Self { jobs, threads_per_trial: NonZeroUsize::MIN }
    }

    /// Runs work that may use the threads of one trial.
    fn within<R: Send>(
        self,
        work: impl FnOnce(Crew) -> Result<R, StudyError> + Send,
    ) -> Result<R, StudyError> {
        let threads = self.threads_per_trial.get();
        if threads == 1 {
            return work(Crew::ALONE);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|why| {
            StudyError::Setting(format!("cannot start {threads} threads for a trial: {why}"))
        })?;
        pool.install(|| work(Crew::new(threads, side_by_side)))
    }
}

/// Two pieces of work on the threads of the pool that this is called in.
fn side_by_side(one: &mut (dyn FnMut() + Send), two: &mut (dyn FnMut() + Send)) {
    rayon::join(one, two);
}

/// Runs the trials on the workers and hands each record to `keep`, on this thread, as it is finished.
///
/// # Errors
/// The first error of a trial or of `keep`; trials that have begun are finished first, no new one begins.
pub fn run(
    trials: &[Trial],
    data: &Dataset,
    workers: Workers,
    watch: &dyn Watch,
    mut keep: impl FnMut(Record) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers.jobs.get().min(trials.len()) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            scope.spawn(move || {
                let ended = workers.within(|crew| {
                    while !stop.load(Ordering::Relaxed) {
                        let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) else {
                            break;
                        };
                        let result = trial.run_by(crew, data, &|steps| watch.advance(steps));
                        if result.is_err() {
                            stop.store(true, Ordering::Relaxed);
                        }
                        if sender.send(result).is_err() {
                            break;
                        }
                    }
                    Ok(())
                });
                if let Err(error) = ended {
                    let _ = sender.send(Err(error));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::technique::Field;
    use crate::testing::{digits, strokes, trial};

    fn trials(data: &Dataset) -> Vec<Trial> {
        let rules = ["sgd:lr=0.1", "adam", "sgd:lr=1e6"];
        let of = |rule| {
            let deep = trial(data, &[(Field::Rule, rule), (Field::Hidden, "10-10-10")]);
            (1..=3).map(move |seed| Trial { seed, ..deep.clone() })
        };
        rules.into_iter().flat_map(of).collect()
    }

    /// Steps told of, over all threads.
    #[derive(Default)]
    struct Steps(AtomicU64);

    impl Watch for Steps {
        fn advance(&self, steps: u64) {
            self.0.fetch_add(steps, Ordering::Relaxed);
        }
    }

    fn jobs(n: usize) -> Workers {
        Workers::jobs(NonZeroUsize::new(n).unwrap())
    }

    #[test]
    fn any_number_of_workers_gives_the_same_records() {
        for data in [digits(), strokes()] {
            let trials = trials(&data);
            let records = |workers: Workers| {
                let (mut records, steps) = (Vec::new(), Steps::default());
                let keep = |record| {
                    records.push(Record { seconds: 0.0, ..record });
                    Ok(())
                };
                run(&trials, &data, workers, &steps, keep).unwrap();
                assert_eq!(steps.0.into_inner(), 20 * trials.len() as u64);
                records.sort_by(|a, b| a.id.cmp(&b.id));
                records
            };
            let one = records(jobs(1));
            assert_eq!(one.len(), trials.len());
            assert!(one.windows(2).all(|pair| pair[0].id != pair[1].id));
            assert!(one.iter().any(|record| record.diverged_at.is_some()));
            assert_eq!(one, records(jobs(4)));
            assert_eq!(one, records(jobs(64)));
        }
    }

    #[test]
    fn the_first_error_ends_a_run_and_what_had_finished_is_kept() {
        let data = digits();
        let mut trials = trials(&data);
        trials[2].batch = 0;
        let mut kept = Vec::new();
        let keep = |record: Record| {
            kept.push(record.id);
            Ok(())
        };
        let error = run(&trials, &data, jobs(1), &Silent, keep).unwrap_err();
        assert!(matches!(error, StudyError::Supervised(_)), "{error}");
        assert!(kept.starts_with(&[trials[0].id(), trials[1].id()]));
        assert!(kept.len() < trials.len() - 1, "trials went on after the error");

        let full = |_| Err(StudyError::Setting("no room".into()));
        let error = run(&trials[..2], &data, jobs(2), &Silent, full).unwrap_err();
        assert_eq!(error.to_string(), "no room");
    }

    /// Products of 200 × 400 × 400 are several blocks.
    #[test]
    fn threads_inside_a_trial_change_no_bit() {
        let data = digits();
        let wide = trial(&data, &[(Field::Rule, "adam"), (Field::Hidden, "400-400")]);
        let wide = Trial { batch: 200, steps: 5, ..wide };
        let record = |threads| {
            let mut records = Vec::new();
            let workers = Workers::new(None, NonZeroUsize::new(threads));
            let keep = |record| {
                records.push(Record { seconds: 0.0, ..record });
                Ok(())
            };
            run(std::slice::from_ref(&wide), &data, workers, &Silent, keep).unwrap();
            records
        };
        let one = record(1);
        assert_eq!(one.len(), 1);
        assert_eq!(record(2), one);
        assert_eq!(record(3), one);
    }

    #[test]
    fn no_trials_are_soon_done() {
        run(&[], &digits(), jobs(4), &Silent, |_| panic!("there is nothing to keep")).unwrap();
    }
}
