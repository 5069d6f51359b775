//! Where trials run: on threads of this process. Parallelism is between trials, so their bits do not depend on it.
//!
//! A trial that ends in an error, or in a panic, is a record like any other: it takes nothing else down.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    /// Whether the run is to stop: no trial begins after that, and those that have begun are given up.
    fn stopped(&self) -> bool {
        false
    }
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

/// A trial and the data that it is trained on.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The trial.
    pub trial: Trial,
    /// Its data.
    pub data: &'a Dataset,
}

impl Job<'_> {
    /// Its record; an error and a panic are records too. None when it was given up.
    pub(crate) fn run(&self, crew: Crew, watch: &dyn Watch) -> Option<Record> {
        let advance = |steps| {
            watch.advance(steps);
            !watch.stopped()
        };
        let run = AssertUnwindSafe(|| self.trial.run_by(crew, self.data, &advance));
        match catch_unwind(run) {
            Ok(Ok(record)) => Some(record),
            Ok(Err(StudyError::Interrupted)) => None,
            Ok(Err(error)) => Some(self.trial.failed(error.to_string())),
            Err(panic) => {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
                Some(self.trial.failed(format!("panicked: {}", said.unwrap_or("without a message"))))
            }
        }
    }
}

/// Runs `count` jobs on the workers and hands each record to `keep`, on this thread, as it is finished.
///
/// # Errors
/// The first error of `keep`, after which no trial begins; [`StudyError::Interrupted`] when the watch wants it to stop.
pub fn run<'a>(
    count: usize,
    job: &(dyn Fn(usize) -> Job<'a> + Sync),
    workers: Workers,
    watch: &dyn Watch,
    mut keep: impl FnMut(Record) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        let mut started = 0;
        for _ in 0..workers.jobs.get().min(count) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            let work = move || {
                let ended = workers.within(|crew| {
                    while !stop.load(Ordering::Relaxed) && !watch.stopped() {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            break;
                        }
                        let Some(record) = job(index).run(crew, watch) else { break };
                        if sender.send(Ok(record)).is_err() {
                            break;
                        }
                    }
                    Ok(())
                });
                if let Err(error) = ended {
                    let _ = sender.send(Err(error));
                }
            };
            match std::thread::Builder::new().spawn_scoped(scope, work) {
                Ok(_) => started += 1,
                // As many as the system gives; the results are the same.
                Err(_) if started > 0 => break,
                Err(why) => {
                    let text = format!("cannot start a thread for trials: {why}");
                    return Err(StudyError::Setting(text));
                }
            }
        }
        drop(sender);
        let (mut outcome, mut kept) = (Ok(()), 0);
        for result in results {
            kept += 1;
            if outcome.is_ok() {
                outcome = result.and_then(&mut keep);
                stop.store(outcome.is_err(), Ordering::Relaxed);
            } else if let Ok(record) = result {
                // What has finished is kept, even after an error elsewhere.
                let _ = keep(record);
            }
        }
        // Told to stop after the last one is told too late.
        if outcome.is_ok() && kept < count { Err(StudyError::Interrupted) } else { outcome }
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

    fn jobs_of<'a>(trials: &'a [Trial], data: &'a Dataset) -> impl Fn(usize) -> Job<'a> + Sync {
        |index| Job { trial: trials[index].clone(), data }
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
                run(trials.len(), &jobs_of(&trials, &data), workers, &steps, keep).unwrap();
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
    fn a_trial_that_fails_is_a_record_and_takes_no_other_down() {
        let data = digits();
        let mut trials = trials(&data);
        trials[2].technique.batch = 0;
        let mut kept = Vec::new();
        let keep = |record: Record| {
            kept.push(record);
            Ok(())
        };
        run(trials.len(), &jobs_of(&trials, &data), jobs(2), &Silent, keep).unwrap();
        assert_eq!(kept.len(), trials.len());
        let failed: Vec<_> = kept.iter().filter(|record| record.failed.is_some()).collect();
        let [failed] = failed[..] else { panic!("{failed:?}") };
        assert_eq!((&failed.id, failed.seed), (&trials[2].id(), 3));
        assert!(failed.failed.as_ref().unwrap().contains("batch"), "{failed:?}");
    }

    #[test]
    fn a_record_that_cannot_be_kept_ends_the_run() {
        let data = digits();
        let trials = trials(&data);
        // So many that no worker is done with them before the first is refused.
        let many = 5_000;
        let mut asked = 0;
        let full = |_| {
            asked += 1;
            Err(StudyError::Setting("no room".into()))
        };
        let job = |index: usize| Job { trial: trials[index % trials.len()].clone(), data: &data };
        let error = run(many, &job, jobs(1), &Silent, full).unwrap_err();
        assert_eq!(error.to_string(), "no room");
        assert!(asked < many, "trials went on after the error");
    }

    /// Wants everything to stop after so many steps.
    struct Impatient {
        steps: AtomicU64,
        most: u64,
    }

    impl Watch for Impatient {
        fn advance(&self, steps: u64) {
            self.steps.fetch_add(steps, Ordering::Relaxed);
        }

        fn stopped(&self) -> bool {
            self.steps.load(Ordering::Relaxed) >= self.most
        }
    }

    #[test]
    fn a_run_that_is_to_stop_keeps_what_had_finished() {
        let data = digits();
        let trials = trials(&data);
        let mut kept = Vec::new();
        let keep = |record: Record| {
            kept.push(record.id);
            Ok(())
        };
        let watch = Impatient { steps: AtomicU64::new(0), most: 60 };
        let error = run(trials.len(), &jobs_of(&trials, &data), jobs(1), &watch, keep).unwrap_err();
        assert!(matches!(error, StudyError::Interrupted), "{error}");
        assert_eq!(kept, trials[..3].iter().map(Trial::id).collect::<Vec<_>>());
    }

    /// Products of 200 × 400 × 400 are several blocks.
    #[test]
    fn threads_inside_a_trial_change_no_bit() {
        let data = digits();
        let wide = trial(&data, &[(Field::Rule, "adam"), (Field::Hidden, "400-400"), (Field::Batch, "200")]);
        let wide = Trial { steps: 5, ..wide };
        let record = |threads| {
            let mut records = Vec::new();
            let workers = Workers::new(None, NonZeroUsize::new(threads));
            let keep = |record| {
                records.push(Record { seconds: 0.0, ..record });
                Ok(())
            };
            run(1, &|_| Job { trial: wide.clone(), data: &data }, workers, &Silent, keep).unwrap();
            records
        };
        let one = record(1);
        assert_eq!(one.len(), 1);
        assert_eq!(record(2), one);
        assert_eq!(record(3), one);
    }

    #[test]
    fn no_trials_are_soon_done() {
        let none = |_| -> Job<'static> { panic!("there is no trial") };
        run(0, &none, jobs(4), &Silent, |_| panic!("there is nothing to keep")).unwrap();
    }
}
