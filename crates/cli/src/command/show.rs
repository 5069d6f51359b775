//! `thalweg show`

use std::process::ExitCode;

use thalweg::prelude::Family;
use thalweg::prelude::{Activation, Decay, Function, Guard, Init, Loss, Norm, Regularisation, Rule, Study};
use thalweg::problem::data::CARDS;
use thalweg::study::spec::BUILT_IN;
use thalweg::technique::card::Card;
use thalweg::technique::rule::UpdateRule;
use thalweg::technique::schedule::Curve;
use thalweg::technique::word::nearest;

use super::Outcome;
use super::list::{data_set, families, study, value};
use crate::args::ShowArgs;
use crate::failure::Failure;
use crate::output::{columns, json, line};

pub(crate) fn run(args: &ShowArgs) -> Outcome {
    // `adam@torch:lr=…` is asked for as `adam`.
    let asked = args.name.split(['@', ':']).next().unwrap_or_default();
    let cards: Vec<&Card> = families().into_iter().flat_map(|(_, cards)| cards).collect();
    let name = alias(asked).unwrap_or(asked);
    let found: Vec<&Card> = cards.iter().copied().filter(|card| card.name == name).collect();
    if !found.is_empty() {
        for card in found {
            if args.json {
                json(&value(card))?;
            } else {
                technique(card)?;
            }
        }
    } else if let Some(card) = CARDS.iter().find(|card| card.name == name) {
        if args.json {
            json(&data_set(card))?;
            return Ok(ExitCode::SUCCESS);
        }
        line(format_args!("{} — {}\n\n{}\n", card.name, card.title, card.about))?;
        columns(&[
            vec!["examples".into(), format!("{} to train, {} to test", card.train, card.test)],
            vec!["columns".into(), card.columns().to_string()],
            vec!["classes".into(), card.classes.join(", ")],
            vec!["licence".into(), card.licence.to_owned()],
            vec!["citation".into(), card.citation.to_owned()],
        ])?;
    } else if let Some((_, text)) = BUILT_IN.iter().find(|(study, _)| *study == name) {
        if args.json {
            json(&study(&Study::find(name)?))?;
        } else {
            line(text.trim_end())?;
        }
    } else {
        let names = cards
            .iter()
            .map(|card| card.name)
            .chain(CARDS.iter().map(|card| card.name))
            .chain(BUILT_IN.iter().map(|(name, _)| *name));
        let hint = nearest(asked, names).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        return Err(Failure::Usage(format!(
            "nothing is called `{asked}`{hint} (`thalweg list rules`, inits, schedules, layers, guards, decays, functions, data, studies)"
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// The name behind another name.
fn alias(asked: &str) -> Option<&'static str> {
    fn of<F: Family>(asked: &str) -> Option<&'static str> {
        let (_, target) = F::ALIASES.iter().find(|(alias, _)| *alias == asked)?;
        target.split(':').next()
    }
    let all = [
        of::<Rule>,
        of::<Init>,
        of::<Curve>,
        of::<Activation>,
        of::<Norm>,
        of::<Regularisation>,
        of::<Loss>,
        of::<Guard>,
        of::<Decay>,
        of::<Function>,
    ];
    all.into_iter().find_map(|of| of(asked))
}

fn technique(card: &Card) -> Result<(), Failure> {
    line(format_args!("{} — {} ({})\n", card.name, card.title, card.year))?;
    // The doc comment is the text: code fences go, since a terminal needs none.
    for text in card.doc.lines().filter(|line| !line.trim_start().starts_with("```")) {
        let text = text.strip_prefix(' ').unwrap_or(text);
        line(
            text.strip_prefix("# ").map_or(text.to_owned(), |heading| format!("{}:", heading.to_uppercase())),
        )?;
    }
    line(format_args!("PAPER:\n{}\n", card.paper))?;
    if let Some(rule) = Rule::born(card.name)
        .filter(|rule| std::ptr::eq(rule.card(), card) || rule.card().title == card.title)
    {
        let slots = rule.slots();
        line(format_args!(
            "MEMORY SLOTS: {}\n",
            if slots.is_empty() { "none".to_owned() } else { slots.join(", ") }
        ))?;
    }
    if !card.settings.is_empty() {
        line("SETTINGS:")?;
        let defaults = (card.defaults)();
        let mut rows = vec![["name", "default", "allowed", "search", "meaning"].map(str::to_owned).to_vec()];
        for (setting, default) in card.settings.iter().zip(defaults) {
            rows.push(vec![
                setting.name.to_owned(),
                default.to_string(),
                setting.domain.to_string(),
                setting.search.map_or("–".to_owned(), |search| search.to_string()),
                super::list::first_sentence(setting.doc),
            ]);
        }
        columns(&rows)?;
        line("")?;
    }
    line("DIALECTS:")?;
    let mut rows = vec![vec![card.name.to_owned(), "the textbook's".to_owned()]];
    for dialect in card.dialects {
        let settings: Vec<String> =
            dialect.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        rows.push(vec![
            format!("{}@{}", card.name, dialect.name),
            format!(
                "{}: {}",
                dialect.call,
                if settings.is_empty() { "the same".to_owned() } else { settings.join(", ") }
            ),
        ]);
    }
    rows.extend(card.absent.iter().map(|(name, why)| vec![format!("(no {name})"), (*why).to_owned()]));
    columns(&rows)
}
