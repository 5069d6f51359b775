//! `thalweg status`

use std::process::ExitCode;

use serde_json::{Value, json};
use thalweg::study::planned::{Plan, Planned};
use thalweg::study::status::{Status, against, status};

use super::Outcome;
use crate::args::StatusArgs;
use crate::failure::Failure;
use crate::output::{columns, json, line};

pub(crate) fn run(args: &StatusArgs) -> Outcome {
    let status = match &args.plan {
        None => status(&args.run)?,
        Some(path) => against(&args.run, Some(Plan::read_from(path)?))?,
    };
    if args.missing && status.planned.is_none() {
        return Err(Failure::Failed(format!(
            "{}: does not say which trials it is to hold; name the list that `thalweg plan` wrote (--plan FILE), or run the study in it",
            args.run.display()
        )));
    }
    if args.json {
        json(&value(&status, args.missing))?;
    } else if args.missing {
        let row = |trial: &Planned| vec![trial.id.clone(), trial.seed.to_string(), trial.group.clone()];
        columns(&status.missing.iter().map(row).collect::<Vec<_>>())?;
    } else {
        people(&status)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that is not nothing, one line each.
fn people(status: &Status) -> Result<(), Failure> {
    let of = status.planned.map(|planned| format!(" of {planned}")).unwrap_or_default();
    line(format_args!("finished  {}{of}", status.finished))?;
    if status.planned.is_some() {
        line(format_args!("missing   {}", status.missing.len()))?;
    }
    line(format_args!("diverged  {}", status.diverged))?;
    line(format_args!("failed    {}", status.failed.len()))?;
    for failed in &status.failed {
        line(format_args!("          {}: {}", failed.id, failed.why))?;
    }
    line(format_args!("damaged   {}", status.damaged.len()))?;
    for damage in &status.damaged {
        line(format_args!("          line {}: {}", damage.line, damage.why))?;
    }
    if status.others > 0 {
        line(format_args!("others    {} that the study does not have (any more)", status.others))?;
    }
    if status.planned.is_none() {
        line("the folder does not say which trials are missing: run the study again to find out")?;
    }
    Ok(())
}

fn value(status: &Status, missing: bool) -> Value {
    let failed = status.failed.iter().map(|failed| json!({ "id": failed.id, "why": failed.why }));
    let damaged = status.damaged.iter().map(|damage| json!({ "line": damage.line, "why": damage.why }));
    let mut value = json!({
        "planned": status.planned,
        "finished": status.finished,
        "missing": status.planned.map(|_| status.missing.len()),
        "diverged": status.diverged,
        "failed": failed.collect::<Vec<_>>(),
        "damaged": damaged.collect::<Vec<_>>(),
        "others": status.others,
    });
    if missing {
        value["missing_trials"] = json!(status.missing);
    }
    value
}
