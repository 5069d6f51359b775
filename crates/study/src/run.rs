//! Running one study into its folder.

use std::collections::HashMap;
use std::path::Path;

use problem::data::{Dataset, Shelf};
use problem::descend::Path as Walked;
use problem::signal::{LayerReport, Signal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::compare::comparisons;
use crate::error::StudyError;
use crate::executor::{Watch, Workers};
use crate::journal::{Damage, Journal, Lock};
use crate::planned::Plan;
use crate::report::provenance::{Source, machine};
use crate::report::{Lang, Provenance, Section, activations, descent, folder, training};
use crate::spec::{Body, MOST_SEEDS, RESOLVED, Study};
use crate::summary::{seconds, summarise};
use crate::training::{Group, Length, Outcome, Training};
use crate::trial::Record;

/// What a caller may change of a study before it runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides {
    /// Seeds per technique.
    pub seeds: Option<u64>,
    /// Updates per trial (steps of a descent).
    pub steps: Option<u64>,
    /// Add seeds until every comparison is decided.
    pub until_decided: bool,
    /// At most so many.
    pub max_seeds: Option<u64>,
}

/// What a run works with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The examples, one set for each that the study names; a study of paths or of activations needs none.
    pub data: &'a [Dataset],
    /// Worker threads.
    pub workers: Workers,
    /// Whoever wants to know how it is going.
    pub watch: &'a dyn Watch,
    /// Records that other studies have left: a trial that is among them is not run again.
    pub known: &'a HashMap<String, Record>,
    /// Whether more trials than [`MANY_TRIALS`](crate::training::MANY_TRIALS) are meant.
    pub many: bool,
    /// The language of its report.
    pub lang: Lang,
}

/// What a study left.
#[derive(Debug)]
pub enum Findings {
    /// Groups of trials.
    Training(Outcome),
    /// Paths by rule.
    Descent(Vec<(String, Walked)>),
    /// Layers by setting.
    Activations(Vec<(Signal, Vec<LayerReport>)>),
}

/// A study that has run, with its section of the report.
#[derive(Debug)]
pub struct Ran {
    /// The study as it ran.
    pub study: Study,
    /// What it left.
    pub result: Findings,
    /// What there is to say of it.
    pub section: Section,
    /// The result for machines: the file `summary.json`.
    pub summary: Value,
}

/// How a run was made, `run.json`: what the report tells of it beside the study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCard {
    /// thalweg's version.
    pub thalweg: String,
    /// The command line that makes it again.
    pub command: String,
    /// The processor.
    pub cpu: String,
    /// Operating system and architecture.
    pub system: String,
}

impl RunCard {
    /// On this machine.
    pub fn here(thalweg: &str, command: String) -> Self {
        let (cpu, system) = machine();
        Self { thalweg: thalweg.to_owned(), command, cpu, system }
    }

    /// The name of its file in a run folder.
    pub const NAME: &'static str = "run.json";

    /// Reads the card of a run folder.
    ///
    /// # Errors
    /// When there is none, or it does not read.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(Self::NAME);
        let text = std::fs::read_to_string(&path).map_err(StudyError::io("read", &path))?;
        serde_json::from_str(&text).map_err(|error| StudyError::File {
            file: path.display().to_string(),
            line: error.line(),
            what: format!("expected the card of a run ({error}); run the study again, which writes it anew"),
        })
    }

    /// Writes it into a run folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), StudyError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        folder::write(&folder.join(Self::NAME), text.as_bytes())
    }
}

impl Study {
    /// The study with a caller's changes; those that its kind has no use for change nothing.
    ///
    /// # Errors
    /// When a change is 0.
    pub fn with(mut self, overrides: Overrides) -> Result<Self, StudyError> {
        if [overrides.seeds, overrides.steps, overrides.max_seeds].contains(&Some(0)) {
            return Err(StudyError::Setting(
                "--seeds, --steps and --max-seeds: expected a whole number above 0, found 0".to_owned(),
            ));
        }
        match &mut self.body {
            Body::Training(training) => {
                training.seeds = overrides.seeds.unwrap_or(training.seeds);
                if overrides.until_decided || training.until_decided.is_some() {
                    let most = overrides.max_seeds.or(training.until_decided);
                    training.until_decided = Some(most.unwrap_or(MOST_SEEDS));
                }
                if let Some(steps) = overrides.steps {
                    training.length = Length::Steps(steps);
                }
            }
            Body::Descent(paths) => {
                paths.descent.steps = overrides.steps.unwrap_or(paths.descent.steps);
            }
            Body::Activations(_) => {}
        }
        Ok(self)
    }

    /// Reads the data that it is trained on: none for a study that trains nothing.
    ///
    /// # Errors
    /// When some are missing or damaged.
    pub fn load(&self, shelf: &Shelf) -> Result<Vec<Dataset>, StudyError> {
        match &self.body {
            Body::Training(training) => training.load(shelf),
            Body::Descent(_) | Body::Activations(_) => Ok(Vec::new()),
        }
    }

    /// The study with every default written out, as a file that can be run again.
    pub fn resolved(&self) -> String {
        let mut file = toml::Table::new();
        for (key, value) in [("name", &self.name), ("title", &self.title), ("question", &self.question)] {
            file.insert(key.to_owned(), value.clone().into());
        }
        match &self.body {
            Body::Training(training) => file.extend(training.resolved()),
            Body::Descent(paths) => {
                let (d, mut table) = (&paths.descent, toml::Table::new());
                table.insert("function".to_owned(), d.function.to_string().into());
                table.insert("start".to_owned(), d.start.to_vec().into());
                table.insert("steps".to_owned(), (d.steps as i64).into());
                table.insert("noise".to_owned(), d.noise.into());
                table.insert("seed".to_owned(), (d.seed as i64).into());
                table.insert("schedule".to_owned(), paths.schedule.to_string().into());
                table.insert("guard".to_owned(), paths.guard.to_string().into());
                let rules: Vec<String> = paths.rules.iter().map(ToString::to_string).collect();
                table.insert("rule".to_owned(), rules.into());
                file.insert("descent".to_owned(), table.into());
            }
            Body::Activations(signals) => {
                let mut table = toml::Table::new();
                if let Some(first) = signals.first() {
                    for (key, n) in
                        [("layers", first.layers), ("width", first.width), ("samples", first.samples)]
                    {
                        table.insert(key.to_owned(), (n as i64).into());
                    }
                    table.insert("seed".to_owned(), (first.seed as i64).into());
                }
                let setting = |signal: &Signal| {
                    let words =
                        [("activation", signal.activation.to_string()), ("init", signal.init.to_string())];
                    toml::Table::from_iter(words.map(|(key, word)| (key.to_owned(), word.into())))
                };
                table.insert("settings".to_owned(), signals.iter().map(setting).collect::<Vec<_>>().into());
                file.insert("activations".to_owned(), table.into());
            }
        }
        file.to_string()
    }

    /// Runs the study and writes its figures, tables and journal into `out`; the page is up to the caller.
    ///
    /// # Errors
    /// When the folder cannot be written to or holds another study (before any work), the study does not fit the data, a figure cannot be drawn, or
    /// somebody wants it to stop: what had finished is kept.
    pub fn run(self, out: &Path, means: &Means<'_>) -> Result<Ran, StudyError> {
        if let Body::Training(training) = &self.body {
            training.check(means.data, means.many)?;
        }
        folder::create(out)?;
        // Before anything is written: another process may be at work here, or the journal be of no use.
        let lock = Lock::take(out)?;
        self.belongs(out)?;
        let result = match &self.body {
            Body::Training(study) => {
                let mut journal = Journal::open_under(lock, out)?;
                tell_damage(journal.damaged(), &out.join(Journal::NAME), means.watch);
                // First of all: a folder left half-way must say what it is.
                folder::write_study(out, &self)?;
                let mut plan = |plan: &Plan| folder::write(&out.join(Plan::NAME), plan.text().as_bytes());
                Findings::Training(study.run(&self.name, means.data, &mut journal, means, &mut plan)?)
            }
            Body::Descent(paths) => {
                folder::write_study(out, &self)?;
                Findings::Descent(descent::walk(paths)?)
            }
            Body::Activations(signals) => {
                folder::write_study(out, &self)?;
                Findings::Activations(signals.iter().map(|signal| (*signal, signal.run())).collect())
            }
        };
        self.tell(result, means.lang)?.written(out)
    }

    /// The report of what a run folder holds so far, written into it: nothing is trained.
    ///
    /// # Errors
    /// When the folder holds no journal, does not fit the data, or cannot be written to.
    pub fn report(
        self,
        out: &Path,
        data: &[Dataset],
        lang: Lang,
        watch: &dyn Watch,
    ) -> Result<Ran, StudyError> {
        let result = match &self.body {
            Body::Training(study) => {
                let records = Journal::read(out)?;
                tell_damage(records.damaged(), &out.join(Journal::NAME), watch);
                let outcome = study.outcome(data, |id| records.get(id).cloned())?;
                let kept = records.all().len();
                if kept > 0 && outcome.groups.iter().all(|group| group.records.is_empty()) {
                    return Err(StudyError::Setting(format!(
                        "{}: holds {kept} trials, none of which is one of this study on these data: the data have changed since, or the formulas; put the old data back, or run the study again",
                        out.display()
                    )));
                }
                Findings::Training(outcome)
            }
            Body::Descent(paths) => Findings::Descent(descent::walk(paths)?),
            Body::Activations(signals) => {
                Findings::Activations(signals.iter().map(|signal| (*signal, signal.run())).collect())
            }
        };
        self.tell(result, lang)?.written(out)
    }

    /// Refuses a folder in which another study ran.
    fn belongs(&self, out: &Path) -> Result<(), StudyError> {
        let Ok(text) = std::fs::read_to_string(out.join(RESOLVED)) else { return Ok(()) };
        let name = text
            .parse::<toml::Table>()
            .ok()
            .and_then(|table| table.get("name").and_then(toml::Value::as_str).map(str::to_owned));
        match name {
            Some(found) if found != self.name => {
                Err(StudyError::OtherRun { folder: out.to_owned(), wanted: self.name.clone(), found })
            }
            _ => Ok(()),
        }
    }

    /// What there is to say of what it left.
    fn tell(self, result: Findings, lang: Lang) -> Result<Ran, StudyError> {
        let (section, summary) = match (&self.body, &result) {
            (Body::Training(study), Findings::Training(outcome)) => {
                // Once for people and machines: it is most of the work where there are thousands of them.
                let all = comparisons(study, outcome);
                let section = training::section(&self, study, outcome, &all, lang)?;
                (section, summarise(&self.name, study, outcome, &all))
            }
            (Body::Descent(paths), Findings::Descent(walked)) => {
                (descent::section(&self, paths, walked, lang)?, descent::json(paths, walked))
            }
            (_, Findings::Activations(all)) => {
                let each = all.iter().map(|(signal, layers)| {
                    let mut value = activations::json(layers);
                    value["activation"] = json!(signal.activation.to_string());
                    value["init"] = json!(signal.init.to_string());
                    value
                });
                let summary = json!({ "study": self.name, "settings": each.collect::<Vec<_>>() });
                (activations::section(&self, all, lang)?, summary)
            }
            _ => return Err(StudyError::Setting(format!("`{}` left what it is no study of", self.name))),
        };
        Ok(Ran { study: self, result, section, summary })
    }
}

/// Names the lines of a journal that cannot be used, as many as a person reads.
fn tell_damage(damaged: &[Damage], path: &Path, watch: &dyn Watch) {
    const MOST: usize = 20;
    for damage in damaged.iter().take(MOST) {
        watch.note(&format!(
            "{}:{}: this line is damaged ({}); it stays where it is, and a trial that it held is run again",
            path.display(),
            damage.line,
            damage.why
        ));
    }
    if let Some(more @ 1..) = damaged.len().checked_sub(MOST) {
        watch.note(&format!("{}: and {more} more; `thalweg status` names them all", path.display()));
    }
}

impl Ran {
    /// Writes figures, tables and summary.
    fn written(self, out: &Path) -> Result<Self, StudyError> {
        folder::write_drawings(out, &self.section)?;
        if let Findings::Training(outcome) = &self.result {
            training::write_records(out, outcome)?;
        }
        let mut text = serde_json::to_string_pretty(&self.summary).unwrap_or_default();
        text.push('\n');
        folder::write(&out.join("summary.json"), text.as_bytes())?;
        Ok(self)
    }

    /// The summary with the folder, and with the wall times that no two runs share: what `run --json` prints.
    pub fn json(&self, out: &Path) -> Value {
        let mut value = self.summary.clone();
        if let (Findings::Training(_), Value::Object(all)) = (&self.result, &mut value) {
            all.insert("out".to_owned(), out.display().to_string().into());
            if let Some((training, outcome)) = self.outcome() {
                let seconds = seconds(training, outcome);
                if !seconds.is_empty() {
                    all.insert("seconds".to_owned(), seconds.into());
                }
            }
        }
        value
    }

    /// The trials, if it trained any.
    pub fn outcome(&self) -> Option<(&Training, &Outcome)> {
        match (&self.study.body, &self.result) {
            (Body::Training(study), Findings::Training(outcome)) => Some((study, outcome)),
            _ => None,
        }
    }

    /// How many trials diverged.
    pub fn diverged(&self) -> usize {
        self.outcome().map_or(0, |(_, outcome)| outcome.groups.iter().map(Group::diverged).sum())
    }

    /// How many trials ended in an error.
    pub fn failed(&self) -> usize {
        self.outcome().map_or(0, |(_, outcome)| outcome.failures().count())
    }

    /// What the report stands on.
    pub fn provenance(&self, card: &RunCard) -> Provenance {
        let outcome = self.outcome().map(|(_, outcome)| outcome);
        Provenance {
            data: outcome.iter().flat_map(|outcome| &outcome.problems).map(Source::from).collect(),
            fallback: None,
            seeds: outcome.map(|outcome| outcome.seeds),
            seeds_at_most: self.outcome().is_some_and(|(study, _)| study.until_decided.is_some()),
            version: card.thalweg.clone(),
            cpu: card.cpu.clone(),
            system: card.system.clone(),
            wall: None,
            command: card.command.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
