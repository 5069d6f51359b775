//! `thalweg activations`

use std::process::ExitCode;

use thalweg::problem::signal::{Signal, reading};
use thalweg::study::report::{Lang, activations, folder};
use thalweg::study::spec::{Body, Study};

use super::Outcome;
use crate::args::ActivationsArgs;
use crate::failure::Failure;
use crate::output::{columns, json, line};

pub(crate) fn run(args: &ActivationsArgs) -> Outcome {
    let signal = Signal {
        activation: args.activation.parse().map_err(Failure::usage)?,
        init: args.init.parse().map_err(Failure::usage)?,
        layers: args.layers,
        width: args.width,
        samples: args.samples,
        seed: args.seed,
    };
    let layers = signal.run();
    if let Some(out) = &args.out {
        folder::create(out)?;
        let mut study = Study {
            name: "activations".to_owned(),
            title: format!("Activations at birth: {}", activations::name(&signal)),
            question: String::new(),
            // Only from flags: what is written is the study as resolved.
            text: String::new(),
            body: Body::Activations(vec![signal]),
        };
        study.text = study.resolved();
        let section = activations::section(&study, &[(signal, layers.clone())], Lang::En)?;
        folder::write_study(out, &study)?;
        folder::write_drawings(out, &section)?;
    }
    if args.json {
        json(&activations::json(&layers))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![["layer", "mean", "std", "saturated", "dead"].map(str::to_owned).to_vec()];
    for (index, layer) in layers.iter().enumerate() {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        rows.push(vec![
            (index + 1).to_string(),
            format!("{:.5}", layer.mean),
            format!("{:.5}", layer.std),
            percent(layer.saturated),
            percent(layer.dead),
        ]);
    }
    columns(&rows)?;
    line(reading(&layers))?;
    Ok(ExitCode::SUCCESS)
}
