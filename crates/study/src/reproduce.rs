//! The whole chapter: all built-in studies, the claims, one page.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use problem::data::Dataset;
use serde_json::json;

use crate::claims::{self, Claim, Evidence};
use crate::error::StudyError;
use crate::executor::{Watch, Workers};
use crate::report::{Lang, Provenance, Section, folder, page};
use crate::run::{Findings, Means, Overrides, Ran};
use crate::spec::{BUILT_IN, Body, Study};
use crate::training::{DataChoice, DataSource, Outcome};

/// How the chapter is to be run.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The one folder that everything goes to.
    pub out: &'a Path,
    /// Worker threads.
    pub workers: Workers,
    /// What to change of the studies.
    pub overrides: Overrides,
    /// Why it is not MNIST that it runs on; none if it is, or if other data were asked for.
    pub fallback: Option<&'a str>,
    /// The command line that makes it again.
    pub command: &'a str,
    /// thalweg's version.
    pub version: &'a str,
}

/// Runs the chapter on `data` and writes the folder.
///
/// # Errors
/// When the folder cannot be written to, or a study does not fit the data.
pub fn reproduce(data: &Dataset, options: &Options<'_>, watch: &dyn Watch) -> Result<Vec<Claim>, StudyError> {
    let started = Instant::now();
    folder::create(options.out)?;
    let mut ran: Vec<Ran> = Vec::new();
    // SGD from He's weights stands in two races: one run serves both.
    let mut known = HashMap::new();
    for (name, _) in BUILT_IN {
        let study = on(Study::find(name)?, data).with(options.overrides)?;
        let (data, lang) = (std::slice::from_ref(data), Lang::En);
        let means = Means { data, workers: options.workers, watch, known: &known, many: false, lang };
        let done = study.run(&options.out.join(name), &means)?;
        if let Findings::Training(outcome) = &done.result {
            let records = outcome.groups.iter().flat_map(|group| &group.records);
            known.extend(records.map(|record| (record.id.clone(), record.clone())));
        }
        ran.push(done);
    }
    let claims = claims::check(&evidence(data, &ran)?)?;
    write_claims(options.out, &claims)?;

    let seeds = ran.iter().find_map(|ran| match &ran.study.body {
        Body::Training(training) => Some(training.seeds),
        _ => None,
    });
    let mut sections: Vec<(String, Section)> =
        ran.into_iter().map(|ran| (format!("{}/", ran.study.name), ran.section)).collect();
    let checks = claims::checks::section(data)?;
    folder::write_drawings(&options.out.join("checks"), &checks)?;
    sections.push(("checks/".to_owned(), checks));
    let mut provenance = Provenance::here([data], seeds, options.version, options.command.to_owned());
    provenance.fallback = options.fallback.map(str::to_owned);
    provenance.wall = Some(format!("{:.1} s", started.elapsed().as_secs_f64()));
    let title = "Training techniques: the chapter, measured";
    let html = page::render(title, &provenance, &claims, &sections, Lang::En)?;
    folder::write(&options.out.join("index.html"), html.as_bytes())?;
    Ok(claims)
}

/// The study on other data; as many examples as it asks for, or as there are.
fn on(mut study: Study, data: &Dataset) -> Study {
    if let Body::Training(training) = &mut study.body {
        let first = training.data.first().and_then(|choice| choice.first);
        let first = first.map(|examples| examples.min(data.train.len()));
        training.data = vec![DataChoice { first, ..DataSource::Named(data.name.clone()).into() }];
    }
    study
}

fn evidence<'a>(data: &'a Dataset, ran: &'a [Ran]) -> Result<Evidence<'a>, StudyError> {
    let missing = |name: &str| {
        StudyError::Setting(format!(
            "the study `{name}`, which the claims need, did not run as what they expect"
        ))
    };
    let find = |name: &str| ran.iter().find(|ran| ran.study.name == name).map(|ran| &ran.result);
    let training = |name: &str| -> Result<&'a Outcome, StudyError> {
        match find(name) {
            Some(Findings::Training(outcome)) => Ok(outcome),
            _ => Err(missing(name)),
        }
    };
    let Some(Findings::Descent(trajectories)) = find("trajectories") else {
        return Err(missing("trajectories"));
    };
    let Some(Findings::Activations(activations)) = find("activations") else {
        return Err(missing("activations"));
    };
    Ok(Evidence {
        data,
        trajectories,
        optimizers: training("optimizers")?,
        sensitivity: training("sensitivity")?,
        schedules: training("schedules")?,
        activations,
        initializers: training("initializers")?,
        batchnorm: training("batchnorm")?,
        norm_rates: training("norm-rates")?,
    })
}

fn write_claims(out: &Path, claims: &[Claim]) -> Result<(), StudyError> {
    let all: Vec<_> = claims
        .iter()
        .map(|claim| json!({ "number": claim.number, "claim": claim.text, "verdict": claim.word, "because": claim.because, "numbers": claim.numbers }))
        .collect();
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    folder::write(&out.join("claims.json"), text.as_bytes())
}
