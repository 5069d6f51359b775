//! `thalweg bench`

use std::process::ExitCode;

use serde_json::{Value, json};
use speed::here::{Here, Steps, run as measure};
use speed::{SpeedError, rings};
use thalweg::problem::data::Shelf;

use super::Outcome;
use crate::args::BenchArgs;
use crate::failure::Failure;
use crate::output::{columns, json as print_json, line, message};

impl From<SpeedError> for Failure {
    fn from(error: SpeedError) -> Self {
        match error {
            SpeedError::Data(error) => error.into(),
            error => Self::Failed(error.to_string()),
        }
    }
}

pub(crate) fn run(args: &BenchArgs, quiet: bool) -> Outcome {
    speed::refuse_debug()?;
    let data = match Shelf::new(args.data_dir.data_dir.clone()).load("mnist") {
        Ok(data) => data,
        Err(error) if error.is_missing() && args.data_dir.data_dir.is_none() => {
            rings::dataset(20_000, 10_000)?
        }
        Err(error) => return Err(error.into()),
    };
    message(
        quiet,
        format_args!("measuring on {}, some ten seconds; other work on the machine falsifies it", data.name),
    );
    let here = measure(&data)?;
    if args.json {
        print_json(&value(&here))?;
    } else {
        print(&here)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn value(here: &Here) -> Value {
    let mut value = serde_json::to_value(here).unwrap_or_default();
    value["epoch_seconds"] = json!(here.epoch_seconds());
    value
}

fn print(here: &Here) -> Result<(), Failure> {
    line(&here.machine)?;
    line(format_args!("data: {}; one thread", here.data))?;
    let cells = |name: &str, what: String, remark: String| vec![name.to_owned(), what, remark];
    let micros = |steps: &Steps| format!("{:.0} µs a step", 1e6 * steps.seconds);
    let share = |steps: &Steps| {
        format!(
            "{:.0} steps a second, {:.0} % of the dense limit",
            1.0 / steps.seconds,
            100.0 * steps.share_of_limit
        )
    };
    let mut rows = vec![
        cells("matrix product", format!("{:.0} GFLOP/s", here.flops / 1e9), "512 × 512, f32".to_owned()),
        cells(
            "memory",
            format!("{:.1} GB/s", here.bandwidth / 1e9),
            "a loop over two arrays of 80 MB".to_owned(),
        ),
    ];
    for steps in &here.w1 {
        rows.push(cells(&format!("784-100×4-10, {}", steps.rule), micros(steps), share(steps)));
    }
    rows.push(cells(&format!("784-100-10, {}", here.w6.rule), micros(&here.w6), share(&here.w6)));
    let epoch = format!("{:.2} s an epoch", here.epoch_seconds());
    rows.push(cells("  60,000 images, and the test of 10,000", epoch, String::new()));
    columns(&rows)?;
    line(
        "The dense limit is the time that the products of a step would take at the rate above, zeros included.",
    )
}
