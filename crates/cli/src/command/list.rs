//! `thalweg list`

use std::process::ExitCode;

use serde_json::{Value, json};
use thalweg::prelude::{Decay, Family, Function, Guard, Init, Rule, Study};
use thalweg::problem::data::CARDS;
use thalweg::study::spec::BUILT_IN;
use thalweg::technique::card::Card;
use thalweg::technique::layer;
use thalweg::technique::schedule::Curve;

use super::Outcome;
use crate::args::{ListArgs, Listing};
use crate::output::{columns, json as print_json};

/// Every family of techniques with its name in `list`.
pub(crate) fn families() -> Vec<(Listing, Vec<&'static Card>)> {
    vec![
        (Listing::Rules, Rule::CARDS.to_vec()),
        (Listing::Inits, Init::CARDS.to_vec()),
        (Listing::Schedules, Curve::CARDS.to_vec()),
        (Listing::Layers, layer::cards()),
        (Listing::Guards, Guard::CARDS.to_vec()),
        (Listing::Decays, Decay::CARDS.to_vec()),
        (Listing::Functions, Function::CARDS.to_vec()),
    ]
}

pub(crate) fn run(args: &ListArgs) -> Outcome {
    let (rows, values): (Vec<Vec<String>>, Vec<Value>) = match args.what {
        Listing::Data => CARDS
            .iter()
            .map(|card| {
                let row = vec![
                    card.name.to_owned(),
                    card.title.to_owned(),
                    format!(
                        "{} + {} examples of {} in {} classes; {}",
                        card.train,
                        card.test,
                        card.columns(),
                        card.classes.len(),
                        card.licence
                    ),
                ];
                (row, data_set(card))
            })
            .unzip(),
        Listing::Studies => {
            let studies =
                BUILT_IN.iter().map(|(name, _)| Study::find(name)).collect::<Result<Vec<_>, _>>()?;
            let row = |study: Study| {
                (vec![study.name.clone(), study.title.clone(), study.question.clone()], self::study(&study))
            };
            studies.into_iter().map(row).unzip()
        }
        what => {
            let cards = families()
                .into_iter()
                .find(|(listing, _)| *listing == what)
                .map(|(_, cards)| cards)
                .unwrap_or_default();
            cards
                .into_iter()
                .map(|card| {
                    (vec![card.name.to_owned(), card.title.to_owned(), first_sentence(card.doc)], value(card))
                })
                .unzip()
        }
    };
    if args.json {
        print_json(&Value::Array(values))?;
    } else {
        columns(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A data set for machines.
pub(crate) fn data_set(card: &thalweg::problem::data::Card) -> Value {
    json!({
        "name": card.name, "title": card.title, "train": card.train, "test": card.test,
        "columns": card.columns(), "classes": card.classes, "licence": card.licence, "citation": card.citation,
    })
}

/// A built-in study for machines.
pub(crate) fn study(study: &Study) -> Value {
    json!({ "name": study.name, "title": study.title, "question": study.question })
}

/// A card for machines.
pub(crate) fn value(card: &Card) -> Value {
    let defaults = (card.defaults)();
    let settings = card.settings.iter().zip(defaults).map(|(setting, default)| {
        json!({
            "name": setting.name,
            "about": setting.doc.trim(),
            "default": plain(default),
            "allowed": setting.domain.to_string(),
            "search": setting.search.map(|search| search.to_string()),
        })
    });
    let dialects = card.dialects.iter().map(|dialect| {
        let settings: serde_json::Map<String, Value> =
            dialect.settings.iter().map(|(key, value)| ((*key).to_owned(), plain(*value))).collect();
        json!({ "name": dialect.name, "call": dialect.call, "settings": settings })
    });
    json!({
        "name": card.name,
        "title": card.title,
        "about": first_sentence(card.doc),
        "paper": card.paper,
        "year": card.year,
        "settings": settings.collect::<Vec<_>>(),
        "dialects": dialects.collect::<Vec<_>>(),
    })
}

fn plain(value: thalweg::technique::card::Value) -> Value {
    use thalweg::technique::card::Value as V;
    match value {
        V::Number(x) => json!(x),
        V::Whole(n) => json!(n),
        V::Flag(b) => json!(b),
        V::Choice(name) => json!(name),
        V::Required => json!("required"),
    }
}

/// The first paragraph of a doc comment, on one line.
pub(crate) fn first_sentence(doc: &str) -> String {
    doc.trim().lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
