//! 5. A study from code.
//!
//! One seed is an anecdote. A study trains every technique from the same weights and on the same batches, several
//! seeds each, takes differences within a seed, and calls a comparison decided only where the interval of the
//! difference excludes 0. The text below is a study file as `thalweg run` reads it; entries that are lists are what
//! is compared.
//!
//! The run folder then holds figures, tables and the journal. Run the example twice: the second time nothing is
//! trained, since the journal has every trial already.
//!
//! `cargo run --example 05_a_study_from_code`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::collections::HashMap;
use std::error::Error;

use thalweg::prelude::*;
use thalweg::study::compare::comparisons;
use thalweg::study::run::{Findings, Means};
use thalweg::study::spec::Body;
use thalweg::study::statistics::mean;
use thalweg::study::trial::Metric;

const STUDY: &str = r#"
title = "Which rule for small digits?"

[data]
name = "digits"

[network]
hidden = [50]

[technique]
init = "he"
rule = ["sgd:lr=0.1", "momentum:lr=0.03", "adam:lr=0.003"]

[training]
batch = 50
steps = 300
seeds = 5
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let study = Study::parse("05_a_study_from_code.rs", "digits", STUDY)?;
    let Body::Training(training) = study.body.clone() else {
        return Err("expected a study with [training]".into());
    };
    let data = training.load(&Shelf::new(None))?;
    let out = std::env::temp_dir().join("thalweg-course-05");
    let means = Means {
        data: &data,
        workers: Workers::new(None, None),
        watch: &Silent,
        known: &HashMap::new(),
        many: false,
        lang: Default::default(),
    };
    let ran = study.run(&out, &means)?;
    let Findings::Training(outcome) = &ran.result else {
        return Err("expected the findings of a training study".into());
    };

    println!("{} trials of {} steps on {}", outcome.groups.len() * 5, outcome.steps(), data[0].name);
    for group in &outcome.groups {
        let [loss, test] =
            [Metric::TrainLoss, Metric::TestAccuracy].map(|metric| mean(&group.values(metric)));
        println!("{:<18} training loss {loss:.4}, test accuracy {:.2} %", group.name, 100.0 * test);
    }
    for metric in [Metric::TrainLoss, Metric::TestAccuracy] {
        println!("\n{}: first minus second, with its 95 % interval", metric.title());
        for c in comparisons(&training, outcome).iter().filter(|c| c.metric == metric) {
            if let (Some(difference), Some((low, high))) = (c.paired.difference, c.paired.ci95) {
                let pair = format!("{} − {}", c.a.name, c.b.name);
                println!("{pair:<34} {difference:+.4} [{low:+.4}, {high:+.4}]  {:?}", c.verdict);
            }
        }
    }
    println!("\nfigures, tables and journal: {}", out.display());
    Ok(())
}
