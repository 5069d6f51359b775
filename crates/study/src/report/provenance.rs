//! What a reader must know to judge a report, and to make it again.

use problem::data::Dataset;

use super::lang::{Lang, fill};
use super::training::grouped;
use crate::training::Problem;

/// Digits of a fingerprint that stand in a sentence.
const BRIEF: usize = 12;

/// What a report stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The data sets it ran on.
    pub data: Vec<Source>,
    /// Why these are less than was asked for; none if they are not.
    pub fallback: Option<String>,
    /// Seeds per technique; none where a study says it in another way.
    pub seeds: Option<u64>,
    /// Whether some techniques were given fewer, since all was decided about them.
    pub seeds_at_most: bool,
    /// thalweg's version.
    pub version: String,
    /// The processor.
    pub cpu: String,
    /// Operating system and architecture.
    pub system: String,
    /// The wall time, where it is told: it differs between two runs, which nothing else does.
    pub wall: Option<String>,
    /// The command that makes it again.
    pub command: String,
}

/// A data set as a report names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Where it came from.
    pub source: String,
    /// Training, validation and test examples.
    pub examples: [usize; 3],
    /// SHA-256 of its content.
    pub fingerprint: String,
}

impl From<&Dataset> for Source {
    fn from(data: &Dataset) -> Self {
        let validation = data.validation.as_ref().map_or(0, problem::data::Examples::len);
        Self {
            name: data.name.clone(),
            source: data.source.clone(),
            examples: [data.train.len(), validation, data.test.len()],
            fingerprint: data.fingerprint.clone(),
        }
    }
}

impl From<&Problem> for Source {
    fn from(problem: &Problem) -> Self {
        Self {
            name: problem.name.clone(),
            source: problem.source.clone(),
            examples: [problem.available, problem.validation.unwrap_or(0), problem.test],
            fingerprint: problem.fingerprint.clone(),
        }
    }
}

impl Source {
    /// In a sentence: `Ran on digits (built in, …).`
    pub(crate) fn sentence(&self, lang: Lang) -> String {
        let texts = &lang.texts().page;
        let [train, validation, test] = self.examples;
        let template = if validation > 0 { texts.ran_on_validated } else { texts.ran_on };
        fill(
            template,
            &[
                ("name", &self.name),
                ("source", &lang.source(&self.source)),
                ("train", &grouped(train)),
                ("validation", &grouped(validation)),
                ("test", &grouped(test)),
                ("fingerprint", &self.fingerprint.get(..BRIEF).unwrap_or(&self.fingerprint)),
            ],
        )
    }
}

impl Provenance {
    /// On this machine.
    pub fn here<'a>(
        data: impl IntoIterator<Item = &'a Dataset>,
        seeds: Option<u64>,
        version: &str,
        command: String,
    ) -> Self {
        let (cpu, system) = machine();
        Self {
            data: data.into_iter().map(Source::from).collect(),
            fallback: None,
            seeds,
            seeds_at_most: false,
            version: version.to_owned(),
            cpu,
            system,
            wall: None,
            command,
        }
    }

    /// What it ran on, first of all.
    pub(crate) fn about(&self, lang: Lang) -> String {
        let mut all: Vec<String> = self.fallback.iter().cloned().collect();
        all.extend(self.data.iter().map(|source| source.sentence(lang)));
        if self.data.is_empty() {
            all.push(lang.texts().page.ran_without.to_owned());
        }
        lang.prose(&all)
    }

    /// Names and values for the end of the report.
    pub(crate) fn entries(&self, lang: Lang) -> Vec<Entry> {
        let texts = &lang.texts().page;
        let entry = |name: &str, value: &str| Entry::new(name, value, "");
        let seeds = match self.seeds {
            None => texts.seeds_none.to_owned(),
            Some(1) => texts.seeds_one.to_owned(),
            Some(n) if self.seeds_at_most => fill(texts.seeds_up_to, &[("n", &n)]),
            Some(n) => fill(texts.seeds_many, &[("n", &n)]),
        };
        let mut all = vec![entry(texts.data, &self.about(lang))];
        all.extend(self.data.iter().map(|source| {
            Entry::new(&fill(texts.fingerprint, &[("name", &source.name)]), &source.fingerprint, "code")
        }));
        all.extend([
            entry(texts.seeds, &seeds),
            entry(texts.version, &format!("thalweg {}", self.version)),
            entry(texts.cpu, &self.cpu),
            entry(texts.system, &self.system),
        ]);
        all.extend(self.wall.iter().map(|wall| Entry::new(texts.wall, wall, "wall")));
        all.push(Entry::new(texts.again, &self.command, "code"));
        all
    }
}

/// A name and its value.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) value: String,
    /// `code` for what is to be copied, `wall` for the wall time.
    pub(crate) kind: &'static str,
}

impl Entry {
    fn new(name: &str, value: &str, kind: &'static str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), kind }
    }
}

/// The name of the processor with its cores, and the system.
pub fn machine() -> (String, String) {
    let system = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing().with_cpu(sysinfo::CpuRefreshKind::nothing()),
    );
    let cpu = system
        .ok()
        .and_then(|s| s.cpus().first().map(|cpu| cpu.brand().trim().to_owned()))
        .filter(|brand| !brand.is_empty());
    let cores = crate::executor::all_cores();
    let cpu = format!("{}, {cores} cores", cpu.unwrap_or_else(|| "unknown CPU".to_owned()));
    (cpu, format!("{} {}", std::env::consts::OS, std::env::consts::ARCH))
}
