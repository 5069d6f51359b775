//! Paths in the plane: running them, their section of the report, and their JSON.

use problem::descend::Path;
use problem::function::Plane;
use serde_json::{Value, json};
use technique::word::Family;

use super::{Drawn, Section, Table, full, short};
use crate::error::StudyError;
use crate::figure::{Surface, Trajectory, field, paths, paths_together, surface};
use crate::spec::{Paths, Study};

/// Walks every rule's path.
///
/// # Errors
/// When the start or a technique is not allowed.
pub fn walk(paths: &Paths) -> Result<Vec<(String, Path)>, StudyError> {
    let walk = |word: &technique::word::Word<technique::rule::Rule>| {
        let path = paths
            .descent
            .descend(word.value)
            .map_err(|error| StudyError::Setting(error.to_string()))?;
        Ok((word.to_string(), path))
    };
    paths.rules.iter().map(walk).collect()
}

/// The contract of `descend --json`.
pub fn json(paths: &Paths, walked: &[(String, Path)]) -> Value {
    let each = walked.iter().map(|(rule, path)| {
        json!({ "rule": rule, "points": path.points, "values": path.values, "ended": path.ended.to_string() })
    });
    json!({
        "function": paths.descent.function.to_string(),
        "start": paths.descent.start,
        "steps": paths.descent.steps,
        "paths": each.collect::<Vec<_>>(),
    })
}

/// How often a path turns round in y: the zigzag, counted.
pub fn reversals(path: &Path) -> usize {
    let steps: Vec<f64> = path
        .points
        .windows(2)
        .map(|pair| pair[1][1] - pair[0][1])
        .collect();
    steps
        .windows(2)
        .filter(|pair| pair[0] * pair[1] < 0.0)
        .count()
}

/// Everything there is to say of the paths.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(
    study: &Study,
    all: &Paths,
    walked: &[(String, Path)],
) -> Result<Section, StudyError> {
    let function = all.descent.function;
    let card = function.card();
    let [x, y] = function.window();
    let value = |x, y| function.value([x, y]);
    let ground = Surface {
        name: formula(card.doc).unwrap_or_else(|| card.title.to_owned()),
        f: &value,
        window: (x, y),
        minima: function.minima(),
    };
    let trajectories: Vec<Trajectory> = walked
        .iter()
        .map(|(rule, path)| {
            let note = if path.ended == problem::descend::Ended::Finished {
                None
            } else {
                Some(path.ended.to_string())
            };
            Trajectory {
                name: rule.clone(),
                points: path.points.clone(),
                note,
            }
        })
        .collect();
    let figures = vec![
        Drawn { name: "surface".into(), caption: "The surface.".into(), figure: surface(card.title, &ground)? },
        Drawn {
            name: "field".into(),
            caption: "The direction of steepest descent: most arrows do not point at the minimum. Lengths grow with the root of the slope.".into(),
            figure: field("Direction of steepest descent", &ground, &|x, y| function.gradient([x, y]))?,
        },
        Drawn { name: "paths".into(), caption: "The path of each rule over the contours.".into(), figure: paths(&study.title, &ground, &trajectories)? },
        Drawn { name: "together".into(), caption: "All paths in one window.".into(), figure: paths_together(&study.title, &ground, &trajectories)? },
    ];
    let sentences = walked.iter().map(|(rule, path)| {
        let end = path.points.last().copied().unwrap_or_default();
        format!(
            "{rule}: {} at ({}, {}), f = {}, after {} turns in y.",
            if path.ended == problem::descend::Ended::Finished {
                "ends".to_owned()
            } else {
                format!("{}, last", path.ended)
            },
            short(end[0]),
            short(end[1]),
            short(path.values.last().copied().unwrap_or(f64::NAN)),
            reversals(path)
        )
    });
    let rows = walked.iter().flat_map(|(rule, path)| {
        let points = path.points.iter().zip(&path.values).enumerate();
        points.map(move |(step, (p, value))| {
            vec![
                rule.clone(),
                step.to_string(),
                full(p[0]),
                full(p[1]),
                full(*value),
            ]
        })
    });
    let start = all.descent.start;
    Ok(Section {
        name: study.name.clone(),
        title: study.title.clone(),
        question: study.question.clone(),
        method: format!(
            "{} steps from ({}, {}), in f64; gradient noise of σ = {}.",
            all.descent.steps,
            short(start[0]),
            short(start[1]),
            all.descent.noise
        ),
        sentences: sentences.collect(),
        figures,
        tables: vec![Table::hidden(
            "paths",
            "Every point of every path.",
            &["rule", "step", "x", "y", "f"],
            rows.collect(),
        )],
    })
}

/// The formula of a card: the first line of its first code block, without the left-hand side.
fn formula(doc: &str) -> Option<String> {
    let block = doc.split("```").nth(1)?;
    let line = block
        .lines()
        .map(str::trim)
        .find(|line| line.contains('='))?;
    Some(
        line.split_once('=')
            .map_or(line, |(_, right)| right)
            .trim()
            .to_owned(),
    )
}
