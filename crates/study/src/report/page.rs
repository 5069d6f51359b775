//! The page: one HTML file that needs nothing else and opens from disk.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use super::{Section, Table};
use crate::claims::Claim;
use crate::error::StudyError;

/// What a reader must know to judge a report, or to make it again.
#[derive(Debug, Clone, Serialize)]
pub struct Provenance {
    /// First of all: what it ran on, in one sentence.
    pub data: String,
    /// Whether that is less than was asked for.
    pub fallback: bool,
    /// Seeds per technique.
    pub seeds: String,
    /// thalweg's version.
    pub version: String,
    /// The processor.
    pub cpu: String,
    /// Operating system and architecture.
    pub system: String,
    /// Wall time, the only thing that differs between two runs.
    pub wall: String,
    /// The command that makes it again.
    pub command: String,
}

#[derive(Serialize)]
struct SectionView<'a> {
    name: &'a str,
    title: &'a str,
    question: &'a str,
    method: &'a str,
    sentences: &'a [String],
    figures: Vec<FigureView<'a>>,
    tables: &'a [Table],
    folder: String,
    from_study: bool,
}

#[derive(Serialize)]
struct FigureView<'a> {
    name: &'a str,
    caption: &'a str,
    svg: &'a str,
}

/// Renders the page. `folder` says where a section's files lie, seen from the page.
///
/// # Errors
/// When the template cannot be rendered: a bug.
pub fn render(
    title: &str,
    provenance: &Provenance,
    claims: &[Claim],
    sections: &[(String, &Section)],
) -> Result<String, StudyError> {
    let views: Vec<SectionView<'_>> = sections
        .iter()
        .map(|(folder, section)| SectionView {
            name: &section.name,
            title: &section.title,
            question: &section.question,
            method: &section.method,
            sentences: &section.sentences,
            figures: section
                .figures
                .iter()
                .map(|drawn| FigureView {
                    name: &drawn.name,
                    caption: &drawn.caption,
                    svg: drawn.figure.svg(),
                })
                .collect(),
            tables: &section.tables,
            folder: folder.clone(),
            from_study: section.from_study,
        })
        .collect();
    let mut environment = Environment::new();
    environment.add_template("page.html", include_str!("page.html"))?;
    let page = environment.get_template("page.html")?;
    Ok(page.render(context! {
        title,
        provenance => Value::from(Serde(provenance)),
        claims => Value::from(Serde(claims)),
        sections => Value::from(Serde(&views)),
    })?)
}

/// The name of the processor, the system, and how long something took.
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
