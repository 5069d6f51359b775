//! The page: one HTML file that needs nothing else and opens from disk.

use std::borrow::Borrow;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use super::lang::{Lang, fill};
use super::provenance::Provenance;
use super::{Section, Shown};
use crate::claims::Claim;
use crate::error::StudyError;

/// Tables of so many rows stand open.
const SHORT: usize = 12;

#[derive(Serialize)]
struct SectionView<'a> {
    name: &'a str,
    title: &'a str,
    question: &'a str,
    method: &'a str,
    notes: &'a [String],
    sentences: &'a [String],
    figures: Vec<FigureView<'a>>,
    tables: Vec<TableView<'a>>,
    /// Links of the section's files.
    files: Vec<String>,
    folder: &'a str,
    resolved: Option<&'a str>,
}

#[derive(Serialize)]
struct FigureView<'a> {
    name: &'a str,
    caption: &'a str,
    svg: &'a str,
}

#[derive(Serialize)]
struct TableView<'a> {
    caption: String,
    open: bool,
    shown: &'a Shown,
}

impl<'a> SectionView<'a> {
    fn new(folder: &'a str, section: &'a Section, lang: Lang) -> Self {
        let figure = |drawn: &'a super::Drawn| FigureView {
            name: &drawn.name,
            caption: &drawn.caption,
            svg: drawn.figure.svg(),
        };
        let table = |table: &'a super::Table| {
            let shown = table.shown.as_ref()?;
            let places: [(&str, &dyn std::fmt::Display); 2] =
                [("caption", &table.caption), ("n", &shown.rows.len())];
            let caption = fill(lang.texts().page.rows, &places);
            Some(TableView { caption, open: shown.rows.len() <= SHORT, shown })
        };
        Self {
            name: &section.name,
            title: &section.title,
            question: &section.question,
            method: &section.method,
            notes: &section.notes,
            sentences: &section.sentences,
            figures: section.figures.iter().map(figure).collect(),
            tables: section.tables.iter().filter_map(table).collect(),
            files: section.files(),
            folder,
            resolved: section.resolved.as_deref(),
        }
    }
}

/// Renders the page. The text before each section says where its files lie, seen from the page.
///
/// # Errors
/// When the template cannot be rendered: a bug.
pub fn render<S: Borrow<Section>>(
    title: &str,
    provenance: &Provenance,
    claims: &[Claim],
    sections: &[(String, S)],
    lang: Lang,
) -> Result<String, StudyError> {
    let views: Vec<SectionView<'_>> =
        sections.iter().map(|(folder, section)| SectionView::new(folder, section.borrow(), lang)).collect();
    let count = |class: &str| claims.iter().filter(|claim| claim.class == class).count();
    let tally = fill(
        lang.texts().page.tally,
        &[
            ("all", &claims.len()),
            ("holds", &count("holds")),
            ("not", &count("not")),
            ("undecided", &count("undecided")),
        ],
    );
    let mut environment = Environment::new();
    environment.add_template("page.html", include_str!("page/page.html"))?;
    let page = environment.get_template("page.html")?;
    Ok(page.render(context! {
        title,
        lang => lang.tag(),
        t => Value::from(Serde(&lang.texts().page)),
        w => Value::from(Serde(&lang.texts().words)),
        style => include_str!("page/page.css"),
        script => include_str!("page/sort.js"),
        version => provenance.version.as_str(),
        about => provenance.about(lang),
        fallback => provenance.fallback.is_some(),
        entries => Value::from(Serde(provenance.entries(lang))),
        tally,
        claims => Value::from(Serde(claims)),
        sections => Value::from(Serde(&views)),
    })?)
}

#[cfg(test)]
mod tests;
