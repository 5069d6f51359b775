//! Activations at birth: running them, their section of the report, and their JSON.

use problem::signal::{LayerReport, Signal, reading};
use serde_json::{Value, json};

use super::lang::fill;
use super::{Cell, Drawn, Lang, Section, Table, full, short};
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
pub fn section(study: &Study, all: &[(Signal, Vec<LayerReport>)], lang: Lang) -> Result<Section, StudyError> {
    let texts = &lang.texts().activations;
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
    let titles = [texts.setting, texts.layer, texts.mean, texts.std, texts.saturated, texts.dead];
    Ok(Section {
        notes: Vec::new(),
        resolved: Some(study.resolved()),
        name: study.name.clone(),
        title: lang.of_study(&study.title),
        question: lang.of_study(&study.question),
        method: fill(
            texts.method,
            &[
                ("samples", &first.samples),
                ("width", &first.width),
                ("layers", &first.layers),
                ("seed", &first.seed),
            ],
        ),
        sentences: all
            .iter()
            .map(|(signal, layers)| {
                let reading = lang.reading(&reading(layers));
                fill(lang.texts().found.with_reason, &[("name", &name(signal)), ("reason", &reading)])
            })
            .collect(),
        figures: vec![Drawn { name: "histograms".into(), caption: texts.histograms.into(), figure }],
        tables: vec![
            Table::hidden("layers", texts.layers, &headers, statistics).showing(&titles, shown),
            Table::hidden("histograms", texts.bins, &["setting", "layer", "from", "to", "count"], bins),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Body;

    #[test]
    fn a_chinese_section_says_the_same_and_keeps_the_files() {
        let study = Study::find("activations").unwrap();
        let Body::Activations(signals) = &study.body else { panic!("signals") };
        let small = |signal: &Signal| Signal { width: 20, samples: 50, ..*signal };
        let all: Vec<_> = signals.iter().map(small).map(|signal| (signal, signal.run())).collect();
        let english = section(&study, &all, Lang::En).unwrap();
        let chinese = section(&study, &all, Lang::Zh).unwrap();
        assert!(
            english
                .method
                .starts_with("50 inputs of 20 standard normal columns through 5 layers of 20 units")
        );
        assert!(
            chinese.method.starts_with("50 个输入，各有 20 列标准正态数，依次通过 5 层"),
            "{}",
            chinese.method
        );
        for (en, zh) in english.tables.iter().zip(&chinese.tables) {
            assert_eq!(
                (&en.name, &en.headers, format!("{:?}", en.rows)),
                (&zh.name, &zh.headers, format!("{:?}", zh.rows))
            );
            assert_ne!(en.caption, zh.caption);
        }
        for (sentence, (signal, _)) in chinese.sentences.iter().zip(&all) {
            let said = sentence.strip_prefix(&format!("{}：", name(signal))).expect("its name first");
            assert!(!said.contains(|c: char| c.is_ascii_alphabetic() && c != 'e'), "{sentence}");
        }
    }
}
