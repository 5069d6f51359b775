//! Activations at birth: running them, their section of the report, and their JSON.

use problem::signal::{LayerReport, Signal, reading};
use serde_json::{Value, json};

use super::{Cell, Drawn, Section, Table, full, short};
use crate::error::StudyError;
use crate::figure::{HistogramRow, Panel, histograms};
use crate::spec::Study;

/// The name of a setting: `sigmoid, normal:std=1`.
pub fn name(signal: &Signal) -> String {
    format!("{}, {}", signal.activation, signal.init)
}

/// The contract of `activations --json`.
pub fn json(layers: &[LayerReport]) -> Value {
    let each = layers.iter().map(|layer| {
        json!({
            "mean": layer.mean,
            "std": layer.std,
            "saturated": layer.saturated,
            "dead": layer.dead,
            "histogram": { "edges": layer.histogram.edges, "counts": layer.histogram.counts },
        })
    });
    json!({ "layers": each.collect::<Vec<_>>(), "reading": reading(layers) })
}

/// Everything there is to say of the settings.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn section(study: &Study, all: &[(Signal, Vec<LayerReport>)]) -> Result<Section, StudyError> {
    let first = all[0].0;
    let row = |(signal, layers): &(Signal, Vec<LayerReport>)| HistogramRow {
        name: name(signal),
        reading: reading(layers),
        panels: layers
            .iter()
            .enumerate()
            .map(|(index, layer)| Panel {
                title: format!("layer {}", index + 1),
                edges: layer.histogram.edges.clone(),
                counts: layer.histogram.counts.clone(),
            })
            .collect(),
    };
    let figure = histograms(&study.title, "activation", &all.iter().map(row).collect::<Vec<_>>())?;
    let (mut statistics, mut shown, mut bins) = (Vec::new(), Vec::new(), Vec::new());
    for (signal, layers) in all {
        for (index, layer) in layers.iter().enumerate() {
            let place = [name(signal), (index + 1).to_string()];
            let values = [layer.mean, layer.std, layer.saturated, layer.dead];
            statistics.push(place.iter().cloned().chain(values.map(full)).collect());
            let percent = |share: f64| format!("{:.1} %", 100.0 * share);
            let rounded =
                [short(layer.mean), short(layer.std), percent(layer.saturated), percent(layer.dead)];
            let rounded =
                rounded.into_iter().zip(values).map(|(text, value)| Cell::number(text, Some(value)));
            let place_cells = [Cell::from(name(signal)), Cell::count(index + 1)];
            shown.push(place_cells.into_iter().chain(rounded).collect::<Vec<_>>());
            let edges = layer.histogram.edges.windows(2);
            bins.extend(edges.zip(&layer.histogram.counts).map(|(edge, count)| {
                place
                    .iter()
                    .cloned()
                    .chain([full(edge[0]), full(edge[1]), count.to_string()])
                    .collect::<Vec<_>>()
            }));
        }
    }
    let headers = ["setting", "layer", "mean", "std", "saturated", "dead"];
    Ok(Section {
        notes: Vec::new(),
        resolved: Some(study.resolved()),
        name: study.name.clone(),
        title: study.title.clone(),
        question: study.question.clone(),
        method: format!(
            "{} inputs of {} standard normal columns through {} layers of {} units, without biases, in f64; seed {}. Saturated: within 2 % of a flat end of sigmoid or tanh. Dead: units that are 0 for every input.",
            first.samples, first.width, first.layers, first.width, first.seed
        ),
        sentences: all
            .iter()
            .map(|(signal, layers)| format!("{}: {}", name(signal), reading(layers)))
            .collect(),
        figures: vec![Drawn {
            name: "histograms".into(),
            caption: "What comes out of each layer before any training: settings down, layers across, with the reading of each row below its name. Wanted is a spread that stays from left to right; a heap at the ends (saturated), at one point or at 0 (collapsed) is trouble. The x axis is shared within a row only.".into(),
            figure,
        }],
        tables: vec![
            Table::hidden(
                "layers",
                "Mean and standard deviation (std) of each layer's activations, the share of them that is saturated, and the share of units that are dead.",
                &headers,
                statistics,
            )
            .showing(&headers, shown),
            Table::hidden(
                "histograms",
                "Counts of each bin.",
                &["setting", "layer", "from", "to", "count"],
                bins,
            ),
        ],
    })
}
