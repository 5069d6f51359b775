//! `thalweg descend`

use std::process::ExitCode;

use thalweg::prelude::{Descent, Function, Guard, Rule, Schedule, Word};
use thalweg::study::report::{Lang, descent, folder};
use thalweg::study::spec::{Body, Paths, Study};

use super::Outcome;
use crate::args::DescendArgs;
use crate::failure::Failure;
use crate::output::{columns, json, line};

pub(crate) fn run(args: &DescendArgs) -> Outcome {
    let function: Function = args.function.parse().map_err(Failure::usage)?;
    let mut descent = Descent::new(function, args.steps);
    descent.start = args.start.unwrap_or(descent.start);
    (descent.noise, descent.seed) = (args.noise, args.seed);
    let rules = args
        .rules
        .iter()
        .map(|word| word.parse())
        .collect::<Result<Vec<Word<Rule>>, _>>()
        .map_err(Failure::usage)?;
    let schedule: Schedule = args.schedule.parse().map_err(Failure::usage)?;
    let guard: Guard = args.guard.parse().map_err(Failure::usage)?;
    let paths = Paths { descent, rules, schedule, guard };
    let walked = descent::walk(&paths)?;
    if let Some(out) = &args.out {
        folder::create(out)?;
        let mut study = Study {
            name: "descend".to_owned(),
            title: format!("Paths on {}", paths.descent.function),
            question: String::new(),
            // Only from flags: what is written is the study as resolved.
            text: String::new(),
            body: Body::Descent(paths.clone()),
        };
        study.text = study.resolved();
        let section = descent::section(&study, &paths, &walked, Lang::En)?;
        folder::write_study(out, &study)?;
        folder::write_drawings(out, &section)?;
    }
    if args.json {
        json(&descent::json(&paths, &walked))?;
    } else {
        let mut rows = vec![["rule", "x", "y", "f(x, y)", "ended"].map(str::to_owned).to_vec()];
        for (rule, path) in &walked {
            let end = path.points.last().copied().unwrap_or_default();
            let value = path.values.last().copied().unwrap_or(f64::NAN);
            rows.push(vec![
                rule.clone(),
                end[0].to_string(),
                end[1].to_string(),
                value.to_string(),
                path.ended.to_string(),
            ]);
        }
        columns(&rows)?;
        if let Some(out) = &args.out {
            line(out.join("figures").display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
