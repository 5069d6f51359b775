//! Running one study into its folder.

use std::collections::HashMap;
use std::path::Path;

use problem::data::Dataset;
use problem::descend::Path as Walked;
use problem::signal::{LayerReport, Signal};
use serde_json::{Value, json};

use crate::error::StudyError;
use crate::executor::{Watch, Workers};
use crate::journal::{Journal, Lock};
use crate::report::{Lang, Section, activations, descent, folder, training};
use crate::spec::{Body, Study};
use crate::summary::summarise;
use crate::training::{Length, Outcome};
use crate::trial::Record;

/// What a caller may change of a study before it runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides {
    /// Seeds per technique.
    pub seeds: Option<u64>,
    /// Updates per trial (steps of a descent).
    pub steps: Option<u64>,
}

/// What a run works with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The examples; a study of paths or of activations needs none.
    pub data: Option<&'a Dataset>,
    /// Worker threads.
    pub workers: Workers,
    /// Whoever wants to know how it is going.
    pub watch: &'a dyn Watch,
    /// Records that other studies have left: a trial that is among them is not run again.
    pub known: &'a HashMap<String, Record>,
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
}

impl Study {
    /// The study with a caller's changes; those that its kind has no use for change nothing.
    ///
    /// # Errors
    /// When a change is 0.
    pub fn with(mut self, overrides: Overrides) -> Result<Self, StudyError> {
        if overrides.seeds == Some(0) || overrides.steps == Some(0) {
            return Err(StudyError::Setting(
                "--seeds and --steps: expected a whole number above 0, found 0".to_owned(),
            ));
        }
        match &mut self.body {
            Body::Training(training) => {
                training.seeds = overrides.seeds.unwrap_or(training.seeds);
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
    /// When the folder cannot be written to (before any work), the study does not fit the data, or a figure cannot be drawn.
    ///
    /// # Panics
    /// When a training study is run without data: callers load them first.
    pub fn run(self, out: &Path, means: &Means<'_>) -> Result<Ran, StudyError> {
        let data = means.data;
        folder::create(out)?;
        // Before anything is written: another process may be at work here, or the journal be of no use.
        let lock = Lock::take(out)?;
        let (lock, mut journal) = match self.body {
            Body::Training(_) => (None, Some(Journal::open_under(lock, out)?)),
            Body::Descent(_) | Body::Activations(_) => (Some(lock), None),
        };
        if let Some(journal) = &journal {
            tell_damage(journal, &out.join(Journal::NAME), means.watch);
        }
        // First of all: a folder left half-way must say what it is.
        folder::write_study(out, &self)?;
        let (result, section) = match &self.body {
            Body::Training(study) => {
                let data = data.expect("a training study is given its data");
                let journal = journal.as_mut().expect("the journal of a training study is open");
                let outcome = study.run(&self.name, data, journal, means)?;
                let section = training::section(&self, study, &outcome, data, means.lang)?;
                training::write_records(out, &outcome)?;
                (Findings::Training(outcome), section)
            }
            Body::Descent(paths) => {
                let walked = descent::walk(paths)?;
                let section = descent::section(&self, paths, &walked)?;
                (Findings::Descent(walked), section)
            }
            Body::Activations(signals) => {
                let all: Vec<(Signal, Vec<LayerReport>)> =
                    signals.iter().map(|signal| (*signal, signal.run())).collect();
                let section = activations::section(&self, &all)?;
                (Findings::Activations(all), section)
            }
        };
        folder::write_drawings(out, &section)?;
        let ran = Ran { study: self, result, section };
        let mut text = serde_json::to_string_pretty(&ran.json(data, out)).unwrap_or_default();
        text.push('\n');
        folder::write(&out.join("summary.json"), text.as_bytes())?;
        drop((journal, lock));
        Ok(ran)
    }
}

/// Names the lines of a journal that cannot be used, as many as a person reads.
fn tell_damage(journal: &Journal, path: &Path, watch: &dyn Watch) {
    const MOST: usize = 20;
    for damage in journal.damaged().iter().take(MOST) {
        watch.note(&format!(
            "{}:{}: this line is damaged ({}); it stays where it is, and a trial that it held is run again",
            path.display(),
            damage.line,
            damage.why
        ));
    }
    if let Some(more @ 1..) = journal.damaged().len().checked_sub(MOST) {
        watch.note(&format!("{}: and {more} more; `thalweg status` names them all", path.display()));
    }
}

impl Ran {
    /// The result for machines.
    pub fn json(&self, data: Option<&Dataset>, out: &Path) -> Value {
        match (&self.study.body, &self.result) {
            (Body::Training(study), Findings::Training(outcome)) => {
                summarise(&self.study.name, data.map_or("", |data| &data.name), study, outcome, out)
            }
            (Body::Descent(paths), Findings::Descent(walked)) => descent::json(paths, walked),
            (_, Findings::Activations(all)) => {
                let each = all.iter().map(|(signal, layers)| {
                    let mut value = activations::json(layers);
                    value["activation"] = json!(signal.activation.to_string());
                    value["init"] = json!(signal.init.to_string());
                    value
                });
                json!({ "study": self.study.name, "settings": each.collect::<Vec<_>>() })
            }
            _ => Value::Null,
        }
    }

    /// How many trials diverged.
    pub fn diverged(&self) -> usize {
        match &self.result {
            Findings::Training(outcome) => outcome.groups.iter().map(crate::training::Group::diverged).sum(),
            _ => 0,
        }
    }
}
