//! About how long a study takes: a few of its techniques are trained for a few steps.

use std::time::Instant;

use problem::data::Dataset;

use crate::error::StudyError;
use crate::executor::Workers;
use crate::training::{Group, Problem, Training};
use crate::trial::Trial;

/// Techniques that are looked at, evenly over the study.
const SAMPLE: usize = 8;

/// Steps that are timed; as many as the trial has, if it has fewer.
const STEPS: u64 = 20;

/// Seconds that the trials of the first look take on these workers, by a sample of them on this machine.
///
/// # Errors
/// When the study does not fit the data.
pub fn seconds(training: &Training, data: &[Dataset], workers: Workers) -> Result<f64, StudyError> {
    let (problems, groups) = training.groups(data)?;
    let every = groups.len().div_ceil(SAMPLE).max(1);
    let (mut sum, mut seen) = (0.0, 0);
    for group in groups.iter().step_by(every) {
        sum += of_trial(training, &problems[group.problem], group, &data[group.problem])?;
        seen += 1;
    }
    let each = sum / f64::from(seen.max(1));
    let trials = groups.len() as f64 * training.first_seeds() as f64;
    // The last of them keep fewer workers busy than there are.
    Ok((trials / workers.jobs.get() as f64).ceil() * each)
}

/// Seconds of one trial: what it takes before and after, and so much for each step.
fn of_trial(
    training: &Training,
    problem: &Problem,
    group: &Group,
    data: &Dataset,
) -> Result<f64, StudyError> {
    let trial = training.trial(problem, group, 1);
    let timed = |steps: u64| -> Result<f64, StudyError> {
        let started = Instant::now();
        Trial { steps, evaluate_every: 0, ..trial.clone() }.run(data)?;
        Ok(started.elapsed().as_secs_f64())
    };
    let short = timed(1)?;
    let steps = STEPS.min(trial.steps);
    let step = if steps > 1 { (timed(steps)? - short).max(0.0) / (steps - 1) as f64 } else { 0.0 };
    // An evaluation on the way costs no more than the one at the end.
    let evaluations = trial.steps.checked_div(trial.evaluate_every).unwrap_or(0);
    Ok(short * (1 + evaluations) as f64 + step * trial.steps as f64)
}

/// `12 s`, `3 min`, `2.5 h`, `4 days`: no finer than it is known.
pub fn told(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "a second".to_owned(),
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s if s < 48.0 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Body, Study};
    use crate::testing::digits;

    #[test]
    fn an_estimate_is_near_what_the_study_takes() {
        let text = "title = \"t\"\n[data]\nname = \"digits\"\n[technique]\nrule = [\"sgd\", \"adam\"]\n[training]\nbatch = 50\nsteps = 400\nseeds = 2";
        let Body::Training(training) = Study::parse("t", "t", text).unwrap().body else { panic!() };
        let data = [digits()];
        let workers = Workers::jobs(std::num::NonZeroUsize::MIN);
        let guessed = seconds(&training, &data, workers).unwrap();
        let (problems, groups) = training.groups(&data).unwrap();
        let started = Instant::now();
        for group in &groups {
            for seed in [1, 2] {
                training.trial(&problems[0], group, seed).run(&data[0]).unwrap();
            }
        }
        let took = started.elapsed().as_secs_f64();
        // A machine with other work may be several times slower at one moment than at the next.
        assert!(guessed > took / 8.0 && guessed < 8.0 * took, "{guessed} {took}");
    }

    #[test]
    fn times_are_told_no_finer_than_they_are_known() {
        let texts = [0.2, 12.4, 200.0, 9000.0, 864_000.0].map(told);
        assert_eq!(texts, ["a second", "12 s", "3 min", "2.5 h", "10 days"]);
    }
}
