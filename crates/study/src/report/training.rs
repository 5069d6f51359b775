//! The section of a training study.

use std::collections::HashSet;

use problem::supervised::Sampling;

mod best;
mod curve;
mod figures;
mod records;
mod scope;
mod sentences;
mod several;
mod tables;
mod time;
mod values;

use super::Section;
use super::lang::{Lang, fill};
use crate::across::across;
use crate::compare::Comparison;
use crate::error::StudyError;
use crate::spec::Study;
use crate::statistics::{Better, Verdict};
use crate::technique::{Field, describe_choice};
use crate::training::{Group, Outcome, Problem, Training};
use crate::trial::{LossAt, Metric};

use scope::Scope;

pub use records::write_records;
pub(crate) use values::{grouped, shown, shown_difference, verdict_word};

/// From this ratio of the largest to the smallest loss on, an axis of losses is logarithmic.
const WIDE: f64 = 8.0;

/// Up to so many data sets, each has all figures.
const FEW_DATA: usize = 3;

/// Lengths of trials that are named one by one; of more the longest is.
const MOST_LENGTHS: usize = 5;

/// Groups of a study that is told panel by panel: a figure has a row for each panel.
const MOST_DUELLISTS: usize = 100;

/// Everything there is to say of a training study. The files of its trials are written by [`write_records`].
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(
    study: &Study,
    training: &Training,
    outcome: &Outcome,
    all: &[Comparison<'_>],
    lang: Lang,
) -> Result<Section, StudyError> {
    let scopes = Scope::all(outcome);
    let times = time::all(training, outcome);
    let across = across(outcome, training.metric);
    let mut figures = Vec::new();
    for scope in &scopes {
        figures.extend(figures::figures(
            study,
            training,
            scope,
            (all, &times),
            scopes.len() > FEW_DATA,
            lang,
        )?);
    }
    if let Some(across) = &across {
        figures.push(several::figure(&study.title, across, lang)?);
    }
    let found = (all, &times[..], across.as_ref());
    Ok(Section {
        name: study.name.clone(),
        title: lang.of_study(&study.title),
        question: lang.of_study(&study.question),
        method: method(training, outcome, lang),
        sentences: sentences::sentences(training, outcome, &scopes, found, lang),
        figures,
        tables: tables::tables(training, outcome, &scopes, found, lang),
        notes: notes(outcome, lang),
        resolved: Some(study.resolved()),
    })
}

/// What the readers decided; with the name of the data where there are several.
fn notes(outcome: &Outcome, lang: Lang) -> Vec<String> {
    let many = outcome.problems.len() > 1;
    let of = |problem: &Problem| {
        let name = if many { format!("{}: ", problem.name) } else { String::new() };
        problem.notes.iter().map(move |note| format!("{name}{}", lang.note(note))).collect::<Vec<_>>()
    };
    outcome.problems.iter().flat_map(of).collect()
}

fn method(training: &Training, outcome: &Outcome, lang: Lang) -> String {
    let texts = &lang.texts().method;
    let data = |problem: &Problem| {
        let validation = problem.validation.map(grouped);
        fill(
            if validation.is_some() { texts.data_validated } else { texts.data },
            &[
                ("name", &problem.name),
                ("source", &lang.source(&problem.source)),
                ("train", &grouped(problem.examples)),
                ("validation", &validation.unwrap_or_default()),
                ("test", &grouped(problem.test)),
            ],
        )
    };
    let mut all: Vec<String> = outcome.problems.iter().map(data).collect();
    if let Some(group) = outcome.groups.first() {
        let technique = &group.technique;
        if !outcome.varying.contains(&Field::Hidden) {
            let hidden = technique.choice(Field::Hidden);
            let hidden = if hidden == "none" { String::new() } else { format!("{hidden}-") };
            let mut widths: Vec<String> =
                outcome.problems.iter().map(|p| format!("{}-{hidden}{}", p.columns, p.outputs)).collect();
            widths.dedup();
            all.push(fill(texts.network, &[("widths", &lang.listed(&widths))]));
        }
        let elsewhere = [Field::Hidden, Field::Batch];
        // What a variant may set is told with the variants.
        let varies = |field: &Field| outcome.varying.contains(field) || training.sets(*field);
        let fixed: Vec<String> = Field::OF_FORMULA
            .into_iter()
            .filter(|field| !varies(field) && !elsewhere.contains(field))
            .map(|field| (field, technique.choice(field)))
            .filter(|(_, value)| value != "none" && value != "constant")
            .map(|(field, value)| format!("{} {value}", lang.field(field)))
            .collect();
        if !fixed.is_empty() {
            all.push(fill(texts.fixed, &[("fixed", &lang.listed(&fixed))]));
        }
    }
    let drawn = match training.sampling {
        Sampling::Replacement => texts.replacement,
        Sampling::Epochs => texts.epochs,
    };
    let loss = match training.loss_at {
        LossAt::Before => texts.before,
        LossAt::After => texts.after,
    };
    let batches = distinct(outcome.groups.iter().map(|group| group.choice(Field::Batch)));
    let steps = distinct(outcome.groups.iter().map(|group| grouped(group.steps as usize)));
    let steps =
        if steps.len() > MOST_LENGTHS { grouped(outcome.steps() as usize) } else { lang.listed(&steps) };
    all.push(fill(
        texts.training,
        &[("batch", &lang.listed(&batches)), ("drawn", &drawn), ("steps", &steps), ("loss", &loss)],
    ));
    all.push(match (training.until_decided, outcome.seeds) {
        (Some(most), n) => {
            fill(texts.seeds_until, &[("first", &training.first_seeds()), ("n", &n), ("most", &most)])
        }
        (None, 1) => texts.seed_one.to_owned(),
        (None, n) => fill(texts.seeds_many, &[("n", &n)]),
    });
    lang.prose(&all)
}

/// The two values of the compared field and, panel by panel, their comparison; when the study is of that shape.
fn duels<'a, 'c>(
    training: &Training,
    scope: &Scope<'a>,
    metric: Metric,
    all: &'c [Comparison<'a>],
) -> Option<Vec<(String, &'c Comparison<'a>)>> {
    let panels = training.panels?;
    let [field] = training.compare.as_deref()? else {
        return None;
    };
    let values = distinct(scope.groups.iter().map(|group| group.choice(*field)));
    let [first, second] = &values[..] else {
        return None;
    };
    if scope.varying.len() != 2 || scope.groups.len() > MOST_DUELLISTS {
        return None;
    }
    let duel = |panel: String| {
        let a = scope.group(&[(panels, &panel), (*field, first)])?;
        let b = scope.group(&[(panels, &panel), (*field, second)])?;
        // As it stands among all comparisons of the study, so that page and tables say the same.
        let is_it = |c: &&Comparison<'_>| std::ptr::eq(c.a, a) && std::ptr::eq(c.b, b) && c.metric == metric;
        Some((panel, all.iter().find(is_it)?))
    };
    Some(
        distinct(scope.groups.iter().map(|group| group.choice(panels)))
            .into_iter()
            .filter_map(duel)
            .collect(),
    )
}

/// Each value once, in the order of their first places.
fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

/// `W std 0.0251` for `normal:std=0.0251`; other values as they are described.
fn panel_title(field: Field, value: &str) -> String {
    match value.strip_prefix("normal:std=") {
        Some(std) if field == Field::Init => format!("W std {std}"),
        _ => describe_choice(field, value),
    }
}

#[cfg(test)]
mod tests;
