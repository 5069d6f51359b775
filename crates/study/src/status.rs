//! How far a run is: counted from the briefs of its journal, no curve read.

use std::path::Path;

use crate::error::StudyError;
use crate::journal::{Damage, Index, Journal};
use crate::planned::{Plan, Planned};

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Status {
    /// Trials that the study has; none when the folder does not say.
    pub planned: Option<usize>,
    /// Trials with a result, those that diverged among them.
    pub finished: usize,
    /// Trials that diverged.
    pub diverged: usize,
    /// Trials that ended in an error.
    pub failed: Vec<Failed>,
    /// Planned trials without a line.
    pub missing: Vec<Planned>,
    /// Records of trials that the study does not have any more; not counted above.
    pub others: usize,
    /// Lines that cannot be used.
    pub damaged: Vec<Damage>,
}

/// A trial that ended in an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The trial.
    pub id: String,
    /// The error.
    pub why: String,
}

/// Counts what a run folder holds; takes no lock and changes nothing.
///
/// # Errors
/// When there is neither a journal nor a plan, or one of them cannot be read.
pub fn status(folder: &Path) -> Result<Status, StudyError> {
    against(folder, Plan::read(folder)?)
}

/// The same against another list of trials, such as that of `thalweg plan`.
///
/// # Errors
/// As [`status`].
pub fn against(folder: &Path, plan: Option<Plan>) -> Result<Status, StudyError> {
    // A run that has a plan and has not begun is one as well.
    let begun = folder.join(Journal::NAME).exists() || plan.is_none();
    let index = if begun { Some(Index::read(folder)?) } else { None };
    let mut status = Status { planned: plan.as_ref().map(|plan| plan.trials.len()), ..Status::default() };
    let mut done = 0;
    if let Some(index) = &index {
        status.damaged = index.damaged().to_vec();
        for entry in index.entries() {
            if plan.as_ref().is_some_and(|plan| plan.get(&entry.brief.id).is_none()) {
                status.others += 1;
                continue;
            }
            done += 1;
            match &entry.brief.failed {
                Some(why) => status.failed.push(Failed { id: entry.brief.id.clone(), why: why.clone() }),
                None => {
                    status.finished += 1;
                    status.diverged += usize::from(entry.brief.diverged_at.is_some());
                }
            }
        }
    }
    if let Some(plan) = plan
        && done < plan.trials.len()
    {
        let missing = |trial: &Planned| index.as_ref().is_none_or(|index| index.get(&trial.id).is_none());
        status.missing = plan.trials.into_iter().filter(missing).collect();
    }
    Ok(status)
}
