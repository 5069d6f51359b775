//! `thalweg data`

use std::process::ExitCode;

use serde_json::{Value, json};
use thalweg::problem::data::{CARDS, Finding, Shelf};

use super::Outcome;
use crate::args::{DataAction, DataArgs};
use crate::output::{columns, json as print_json, line};
use crate::progress::Downloads;

pub(crate) fn run(args: &DataArgs, quiet: bool) -> Outcome {
    match &args.action {
        DataAction::Fetch { name, data_dir } => {
            let folder = Shelf::new(data_dir.data_dir.clone()).fetch(name, &mut Downloads::new(quiet))?;
            line(folder.display())?;
        }
        DataAction::Verify { name, data_dir, json } => {
            let report = Shelf::new(data_dir.data_dir.clone()).verify(name)?;
            if *json {
                let files = report.files.iter().map(|file| json!({ "path": file.path, "sha256": file.sha256, "check": file.check.to_string() }));
                print_json(
                    &json!({ "name": report.name, "source": report.source, "fingerprint": report.fingerprint, "files": files.collect::<Vec<_>>() }),
                )?;
            } else {
                let mut rows: Vec<Vec<String>> = report
                    .files
                    .iter()
                    .map(|file| {
                        vec![file.path.display().to_string(), file.sha256.clone(), file.check.to_string()]
                    })
                    .collect();
                rows.push(vec![
                    format!("{} ({})", report.name, report.source),
                    report.fingerprint,
                    "good".to_owned(),
                ]);
                columns(&rows)?;
            }
        }
        DataAction::List { data_dir, json } => {
            let shelf = Shelf::new(data_dir.data_dir.clone());
            let (mut rows, mut values) = (Vec::new(), Vec::new());
            for card in CARDS {
                let (state, place) = match shelf.find(card.name)? {
                    Finding::BuiltIn => ("built in", String::new()),
                    Finding::Present { folder, .. } => ("present", folder.display().to_string()),
                    Finding::Missing { .. } => ("missing", format!("thalweg data fetch {}", card.name)),
                };
                values.push(json!({ "name": card.name, "state": state.replace(' ', "-"), "place": place }));
                rows.push(vec![card.name.to_owned(), card.title.to_owned(), state.to_owned(), place]);
            }
            if *json {
                print_json(&Value::Array(values))?;
            } else {
                columns(&rows)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
