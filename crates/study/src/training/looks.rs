//! Running a training study: the trials of a look, what they come to, and whether more seeds are wanted.

use problem::data::Dataset;

use super::{Group, Outcome, Scene, Training};
use crate::compare::{Comparison, comparisons};
use crate::error::StudyError;
use crate::executor::{self, Job};
use crate::journal::Journal;
use crate::planned::Plan;
use crate::run::Means;
use crate::trial::Record;

impl Training {
    /// Runs what the journal does not have yet; `planned` is told of the trials of each look before they run.
    ///
    /// # Errors
    /// When the study does not fit the data, a technique is given twice, the journal cannot be written, or somebody wants it to stop.
    pub fn run(
        &self,
        name: &str,
        data: &[Dataset],
        journal: &mut Journal,
        means: &Means<'_>,
        planned: &mut dyn FnMut(&Plan) -> Result<(), StudyError>,
    ) -> Result<Outcome, StudyError> {
        let scene = self.scene(data)?;
        let mut seeds = vec![self.first_seeds(); scene.groups.len()];
        loop {
            let (plan, missing) = self.look(&scene, &seeds, journal, means)?;
            planned(&plan)?;
            let steps = missing.iter().map(|(group, _)| scene.groups[*group].steps);
            means.watch.begin(name, steps.fold(0, u64::saturating_add));
            let job = |index: usize| {
                let (group, seed) = missing[index];
                let group = &scene.groups[group];
                let trial = self.trial(&scene.problems[group.problem], group, seed);
                Job { trial, data: &data[group.problem] }
            };
            let keep = |record| journal.append(record);
            let ran = executor::run(missing.len(), &job, means.workers, means.watch, keep);
            means.watch.end();
            ran?;
            let outcome = self.gather(&scene, &seeds, |id| journal.get(id).cloned());
            match self.more(&outcome, &seeds) {
                Some(more) => seeds = more,
                None => return Ok(outcome),
            }
        }
    }

    /// What there is to say of the records that a run has left so far.
    ///
    /// # Errors
    /// When the study does not fit the data.
    pub fn outcome(
        &self,
        data: &[Dataset],
        get: impl Fn(&str) -> Option<Record>,
    ) -> Result<Outcome, StudyError> {
        let scene = self.scene(data)?;
        let mut seeds = vec![self.first_seeds(); scene.groups.len()];
        loop {
            let outcome = self.gather(&scene, &seeds, &get);
            let whole = outcome.groups.iter().zip(&seeds).all(|(g, seeds)| g.records.len() as u64 == *seeds);
            match self.more(&outcome, &seeds) {
                Some(more) if whole => seeds = more,
                _ => return Ok(outcome),
            }
        }
    }

    /// The trials up to these seeds, and those of them without a result.
    fn look(
        &self,
        scene: &Scene,
        seeds: &[u64],
        journal: &mut Journal,
        means: &Means<'_>,
    ) -> Result<(Plan, Vec<(usize, u64)>), StudyError> {
        let (mut plan, mut missing) = (Plan::default(), Vec::new());
        for (index, (group, seeds)) in scene.groups.iter().zip(seeds).enumerate() {
            let problem = &scene.problems[group.problem];
            for seed in 1..=*seeds {
                let planned = group.planned(problem, self.trial(problem, group, seed).id(), seed);
                match (journal.get(&planned.id), means.known.get(&planned.id)) {
                    (Some(record), _) if record.failed.is_none() => {}
                    (_, Some(record)) => journal.append(record.clone())?,
                    _ => missing.push((index, seed)),
                }
                plan.add(planned);
            }
        }
        Ok((plan, missing))
    }

    fn gather(&self, scene: &Scene, seeds: &[u64], get: impl Fn(&str) -> Option<Record>) -> Outcome {
        let groups = scene.groups.iter().zip(seeds).map(|(group, seeds)| {
            let problem = &scene.problems[group.problem];
            let records = (1..=*seeds).filter_map(|seed| get(&self.trial(problem, group, seed).id()));
            Group { records: records.collect(), ..group.clone() }
        });
        let groups: Vec<Group> = groups.collect();
        let wanted: u64 = seeds.iter().sum();
        let there: usize = groups.iter().map(|group| group.records.len()).sum();
        Outcome {
            missing: (wanted as usize).saturating_sub(there),
            groups,
            problems: scene.problems.clone(),
            metrics: scene.metrics.clone(),
            varying: self.varying(),
            seeds: seeds.iter().copied().max().unwrap_or(0),
        }
    }

    /// The seeds of the next look: a quarter more for the groups of undecided comparisons; none when all are decided or the cap is reached.
    ///
    /// A function of the records alone, so that a run that was killed goes the same way again. The p-value of each comparison only falls, and so do those that
    /// Holm's procedure makes of them, unless a trial diverges whose technique had finished before.
    fn more(&self, outcome: &Outcome, seeds: &[u64]) -> Option<Vec<u64>> {
        let (most, now) = (self.until_decided?, outcome.seeds);
        let next = (now + (now / 4).max(1)).min(most);
        let open: Vec<_> = comparisons(self, outcome).into_iter().filter(Comparison::is_open).collect();
        if open.is_empty() || next <= now {
            return None;
        }
        let is_open =
            |group: &Group| open.iter().any(|c| std::ptr::eq(c.a, group) || std::ptr::eq(c.b, group));
        let more = |(group, seeds): (&Group, &u64)| if is_open(group) { next } else { *seeds };
        Some(outcome.groups.iter().zip(seeds).map(more).collect())
    }
}
