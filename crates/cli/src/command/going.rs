//! What `run`, `compare` and `report` have in common: a study on its way into a folder, and what is said of it.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use thalweg::problem::data::{CARDS, Dataset, Shelf};
use thalweg::study::estimate;
use thalweg::study::report::{self, Lang};
use thalweg::study::run::{Means, Overrides, Ran, RunCard};
use thalweg::study::spec::{Body, Study};
use thalweg::study::status::status;

use super::Outcome;
use crate::args::Going;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{columns, json, line, message};
use crate::progress::Bars;

/// Exit code where some trials ended in an error.
pub(crate) const SOME_FAILED: u8 = 3;

impl Going {
    /// What is to be changed of the study.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides {
            seeds: self.effort.seeds,
            steps: self.effort.steps,
            until_decided: self.until_decided,
            max_seeds: self.max_seeds,
        }
    }

    /// Runs the study into the folder, or says what that would be.
    pub(crate) fn go(
        &self,
        study: Study,
        data: &[Dataset],
        out: Option<&Path>,
        quiet: bool,
        command: String,
    ) -> Outcome {
        if let Body::Training(training) = &study.body
            && self.max_seeds.is_some()
            && training.until_decided.is_none()
        {
            return Err(Failure::Usage("--max-seeds: goes with --until-decided".to_owned()));
        }
        if let Body::Training(training) = &study.body
            && let Some(most) = training.until_decided.filter(|most| *most < training.seeds)
        {
            return Err(Failure::Usage(format!(
                "at most {most} seeds (--max-seeds), and {} for the first look (--seeds): expected no more than the most",
                training.seeds
            )));
        }
        let (true, Some(out)) = (!self.dry_run, out) else { return self.dry(&study, data) };
        interrupt::listen();
        let workers = self.effort.workers();
        let means = Means {
            data,
            workers,
            watch: &Bars::new(quiet),
            known: &HashMap::new(),
            many: self.yes,
            lang: self.lang,
        };
        let ran = study.run(out, &means)?;
        let card = RunCard::here(thalweg::VERSION, command);
        card.write(out)?;
        finish(&ran, &card, out, self.lang, self.json, quiet)
    }

    /// Lists the trials of the first look, and about how long they take.
    fn dry(&self, study: &Study, data: &[Dataset]) -> Outcome {
        let Body::Training(training) = &study.body else {
            line(format_args!("`{}` trains nothing: it is done in a moment", study.name))?;
            return Ok(ExitCode::SUCCESS);
        };
        training.check(data, self.yes)?;
        let workers = self.effort.workers();
        let (problems, groups) = training.groups(data)?;
        let seconds = estimate::seconds(training, data, workers)?;
        let trials =
            groups.iter().flat_map(|group| (1..=training.first_seeds()).map(move |seed| (group, seed)));
        let id = |(group, seed): (&thalweg::study::training::Group, u64)| {
            training.trial(&problems[group.problem], group, seed).id()
        };
        if self.json {
            let trials = trials.map(|(group, seed)| {
                json!({ "id": id((group, seed)), "seed": seed, "group": group.name, "steps": group.steps })
            });
            let trials: Vec<_> = trials.collect();
            json(&json!({ "trials": trials.len(), "seconds": seconds, "list": trials }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let row = |(group, seed)| vec![id((group, seed)), format!("seed {seed}"), group.name.clone()];
        columns(&trials.map(row).collect::<Vec<_>>())?;
        let more = training
            .until_decided
            .map(|most| format!(", and more until all is decided, at most {most} seeds"));
        line(format_args!(
            "{} trials{}; about {} on {} workers",
            training.trials(),
            more.unwrap_or_default(),
            estimate::told(seconds),
            workers.jobs
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the page, prints what was found, and says with which code to end.
pub(crate) fn finish(
    ran: &Ran,
    card: &RunCard,
    out: &Path,
    lang: Lang,
    as_json: bool,
    quiet: bool,
) -> Outcome {
    let section = &ran.section;
    report::write(out, &section.title, &ran.provenance(card), &[(String::new(), section)], lang)?;
    if as_json {
        json(&ran.json(out))?;
    } else {
        if !quiet {
            for sentence in &section.sentences {
                line(sentence)?;
            }
        }
        line(out.join("index.html").display())?;
    }
    let trials = |n: usize| format!("{n} trial{}", if n == 1 { "" } else { "s" });
    let others = status(out).map_or(0, |status| status.others);
    if others > 0 {
        message(
            quiet,
            format_args!(
                "the journal holds {} that the study does not have (any more): of other data, techniques or lengths; the report is without them",
                trials(others)
            ),
        );
    }
    if ran.diverged() > 0 {
        // Divergence is a result, kept and shown; the run itself has not failed.
        message(quiet, format_args!("{} diverged; the report shows where", trials(ran.diverged())));
    }
    if ran.failed() == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    message(
        quiet,
        format_args!(
            "{} failed; `thalweg status {}` says why, running again tries them again",
            trials(ran.failed()),
            out.display()
        ),
    );
    Ok(ExitCode::from(SOME_FAILED))
}

/// Whether `--data` names a file, and not a set; and whether that goes with `--label`.
pub(crate) fn is_file(name: &str, label: Option<&str>) -> Result<bool, Failure> {
    let ends = [".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq", ".npz", ".npy", ".idx", "ubyte"];
    let is_set = CARDS.iter().any(|card| card.name == name);
    let is_file =
        !is_set && (ends.iter().any(|end| name.to_lowercase().ends_with(end)) || Path::new(name).is_file());
    // The arrays of an archive have usual names.
    let needs_label = is_file && !name.to_lowercase().ends_with(".npz");
    match label {
        None if needs_label => {
            Err(Failure::Usage(format!("--data {name}: say what is to be told, --label COLUMN")))
        }
        Some(label) if is_set => Err(Failure::Usage(format!(
            "--label {label}: belongs to a file, and `{name}` is a named set: leave it out"
        ))),
        Some(_) if Path::new(name).is_dir() => {
            Err(Failure::Usage(format!("--data {name}: expected a file, found a folder")))
        }
        label => Ok(is_file || label.is_some()),
    }
}

/// The shelf of `--data-dir`.
pub(crate) fn shelf(data_dir: &crate::args::DataDir) -> Shelf {
    Shelf::new(data_dir.data_dir.clone())
}

/// A word of a command line as a shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The flags of a command line that stand for how far it goes.
pub(crate) fn effort_words(going: &Going) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(going.effort.seeds.map(|n| format!("--seeds {n}")));
    words.extend(going.effort.steps.map(|n| format!("--steps {n}")));
    words.extend(going.until_decided.then(|| "--until-decided".to_owned()));
    words.extend(going.max_seeds.map(|n| format!("--max-seeds {n}")));
    if going.lang != Lang::default() {
        words.push(format!("--lang {}", going.lang));
    }
    words
}
