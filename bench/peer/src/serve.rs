//! The ready/run loop.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::arguments::Arguments;
use crate::framework::{Failure, Framework, Result};
use crate::workloads::prepare;

/// What a peer says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// The library.
    pub peer: &'static str,
    /// Its version.
    pub version: &'static str,
    /// At which setting.
    pub note: String,
}

/// What a workload took and came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) parts: BTreeMap<String, f64>,
    pub(crate) check: BTreeMap<String, f64>,
}

/// A workload that can be run again and again.
pub(crate) type Run<'f> = Box<dyn FnMut() -> Result<Outcome> + 'f>;

/// The version of a library that this workspace is locked to.
pub fn version(library: &str) -> &'static str {
    let locked = include_str!("../../Cargo.lock");
    let entry = locked.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{library}\"\n")));
    entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next()).unwrap_or_default()
}

/// The words of a panic.
fn words(panic: &(dyn std::any::Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked").into()
}

/// Prepares the workload, runs it once, says so, and runs it once more for each line `run` of standard input.
pub fn serve<F: Framework>(about: &About, arguments: &Arguments, framework: &F) -> ExitCode {
    let About { peer, version, note } = about;
    let warm = || {
        let mut run = prepare(framework, arguments)?;
        run().map(|_| run)
    };
    let prepared = catch_unwind(AssertUnwindSafe(warm)).unwrap_or_else(|panic| Err(words(&*panic)));
    let mut run = match prepared {
        Ok(run) => run,
        Err(why) => {
            println!(
                "{}",
                json!({ "ready": false, "peer": peer, "version": version, "why": why.to_string() })
            );
            return ExitCode::SUCCESS;
        }
    };
    println!("{}", json!({ "ready": true, "peer": peer, "version": version, "note": note }));
    for line in std::io::stdin().lock().lines() {
        if line.is_ok_and(|line| line.trim() == "run") {
            match run().and_then(|outcome| Ok(serde_json::to_string(&outcome)?)) {
                Ok(outcome) => println!("{outcome}"),
                Err(why) => {
                    eprintln!("{why}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}
