//! Paths in the plane: running them, their section of the report, and their JSON.

use problem::descend::{Ended, Path};
use problem::function::Plane;
use serde_json::{Value, json};
use technique::decay::Decay;
use technique::word::Family;

use super::{Cell, Drawn, Section, Table, full, listed, short};
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
            .descend_with(word.value, &paths.schedule, paths.guard, Decay::default())
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
    let steps: Vec<f64> = path.points.windows(2).map(|pair| pair[1][1] - pair[0][1]).collect();
    steps.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count()
}

/// Everything there is to say of the paths.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(study: &Study, all: &Paths, walked: &[(String, Path)]) -> Result<Section, StudyError> {
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
            let note = if path.ended == Ended::Finished { None } else { Some(path.ended.to_string()) };
            Trajectory { name: rule.clone(), points: path.points.clone(), note }
        })
        .collect();
    let figures = vec![
        Drawn {
            name: "surface".into(),
            caption: "The surface that the rules walk down: dark is low, light is high.".into(),
            figure: surface(card.title, &ground)?,
        },
        Drawn {
            name: "field".into(),
            caption: "Each arrow points where the function falls most steeply, at a right angle to the contour line through it. The star is a minimum; an arrow that does not point at it is a step into the wrong direction. Lengths grow with the square root of the slope.".into(),
            figure: field("Direction of steepest descent", &ground, &|x, y| {
                function.gradient([x, y])
            })?,
        },
        Drawn {
            name: "paths".into(),
            caption: "One panel for each rule, with its learning rate: a dot is a step (where there is room), grey lines are contours, and all panels show the same window. The rates differ from rule to rule, so the shapes of the paths are to be compared, not their speeds.".into(),
            figure: paths(&study.title, &ground, &trajectories)?,
        },
        Drawn {
            name: "together".into(),
            caption: "The same paths in one window; the last marker of a path is its end.".into(),
            figure: paths_together(&study.title, &ground, &trajectories)?,
        },
    ];
    let rows = walked.iter().flat_map(|(rule, path)| {
        let points = path.points.iter().zip(&path.values).enumerate();
        points.map(move |(step, (p, value))| {
            vec![rule.clone(), step.to_string(), full(p[0]), full(p[1]), full(*value)]
        })
    });
    let start = all.descent.start;
    Ok(Section {
        notes: Vec::new(),
        resolved: Some(study.resolved()),
        name: study.name.clone(),
        title: study.title.clone(),
        question: study.question.clone(),
        method: format!(
            "{} steps from ({}, {}), in f64; {}.",
            all.descent.steps,
            super::minus(start[0].to_string()),
            super::minus(start[1].to_string()),
            if all.descent.noise > 0.0 {
                format!("normal noise of σ = {} on every gradient", all.descent.noise)
            } else {
                "exact gradients".to_owned()
            }
        ),
        sentences: sentences(walked),
        figures,
        tables: vec![
            ends(walked),
            Table::hidden(
                "paths",
                "Every point of every path.",
                &["rule", "step", "x", "y", "f"],
                rows.collect(),
            ),
        ],
    })
}

/// Who came lowest, who turned how often, and who did not finish.
fn sentences(walked: &[(String, Path)]) -> Vec<String> {
    let finished = |(_, path): &&(String, Path)| path.ended == Ended::Finished;
    let mut sentences = Vec::new();
    let lowest = walked.iter().filter(finished).filter_map(|(rule, path)| {
        let value = path.values.last().copied().filter(|v| v.is_finite())?;
        Some((rule, path, value))
    });
    if let Some((rule, path, value)) = lowest.min_by(|a, b| a.2.total_cmp(&b.2)) {
        sentences.push(format!(
            "Lowest after {} steps: {rule} with f = {}.",
            path.points.len().saturating_sub(1),
            short(value)
        ));
    }
    let turns: Vec<String> =
        walked.iter().map(|(rule, path)| format!("{} ({rule})", reversals(path))).collect();
    sentences.push(format!("Turns in y, which count the zigzag: {}.", listed(&turns)));
    let lost = walked.iter().filter(|walked| !finished(walked));
    sentences.extend(lost.map(|(rule, path)| format!("{rule}: {}.", path.ended)));
    sentences
}

/// Where each path ended.
fn ends(walked: &[(String, Path)]) -> Table {
    let last = |path: &Path| {
        let [x, y] = path.points.last().copied().unwrap_or([f64::NAN; 2]);
        [x, y, path.values.last().copied().unwrap_or(f64::NAN)]
    };
    let row = |(rule, path): &(String, Path)| {
        let rest = [reversals(path).to_string(), path.ended.to_string()];
        std::iter::once(rule.clone()).chain(last(path).map(full)).chain(rest).collect()
    };
    let shown_row = |(rule, path): &(String, Path)| {
        let numbers = last(path).map(|value| Cell::number(short(value), Some(value)));
        let rest = [Cell::count(reversals(path)), path.ended.to_string().into()];
        std::iter::once(rule.clone().into()).chain(numbers).chain(rest).collect::<Vec<_>>()
    };
    let headers = ["rule", "x", "y", "f", "turns in y", "ended"];
    Table::hidden(
        "ends",
        "Where each path ended: the last point, the value there, how often the path turned round in y.",
        &["rule", "x", "y", "f", "turns", "ended"],
        walked.iter().map(row).collect(),
    )
    .showing(&headers, walked.iter().map(shown_row).collect())
}

/// The formula of a card: the first line of its first code block, without the left-hand side.
fn formula(doc: &str) -> Option<String> {
    let block = doc.split("```").nth(1)?;
    let line = block.lines().map(str::trim).find(|line| line.contains('='))?;
    let right = line.split_once('=').map_or(line, |(_, right)| right);
    // Definitions of letters in the formula belong to it, derivatives beside it do not.
    let parts = right.split("   ").map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty() && !part.starts_with('∂')).collect();
    Some(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::formula;

    #[test]
    fn a_formula_keeps_its_letters_and_leaves_the_derivatives() {
        let ravine = "```text\nf(x, y) = x²/20 + y²        ∂f/∂x = x/10        ∂f/∂y = 2y\n```";
        assert_eq!(formula(ravine).as_deref(), Some("x²/20 + y²"));
        let booth = "```text\nf(x, y) = u² + v²           u = x + 2y − 7,  v = 2x + y − 5\n```";
        let found = formula(booth).expect("a formula");
        assert_eq!(found, "u² + v², u = x + 2y − 7,  v = 2x + y − 5");
    }
}
