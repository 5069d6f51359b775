//! The files of every trial, written row by row: a large study has more of them than memory should hold.

use std::path::Path;

use super::{Group, Outcome};
use crate::error::StudyError;
use crate::report::folder::write_table;
use crate::report::{full, full_or_empty};
use crate::trial::Record;

/// Writes `trials.csv` and `series.csv`.
///
/// # Errors
/// When a file cannot be written.
pub fn write_records(folder: &Path, outcome: &Outcome) -> Result<(), StudyError> {
    write_table(folder, "trials", |file| {
        let mut headers = vec!["group"];
        headers.extend(outcome.varying.iter().map(|field| field.name()));
        headers.extend(["seed", "ended"]);
        headers.extend(outcome.metrics.iter().map(|metric| metric.name()));
        file.write_record(&headers)?;
        each(outcome, |group, record| {
            let mut row = vec![group.name.clone()];
            row.extend(group.settings.iter().map(|(_, value)| value.clone()));
            row.extend([record.seed.to_string(), record.ended().to_string()]);
            row.extend(outcome.metrics.iter().map(|metric| full_or_empty(record.value(*metric))));
            file.write_record(&row)
        })
    })?;
    write_table(folder, "series", |file| {
        file.write_record(["group", "seed", "series", "step", "value"])?;
        each(outcome, |group, record| {
            let seed = record.seed.to_string();
            for (metric, points) in &record.series {
                for (step, value) in points {
                    let (step, value) = (step.to_string(), full(*value));
                    file.write_record([&group.name, &seed, metric.name(), &step, &value])?;
                }
            }
            Ok(())
        })
    })
}

fn each(
    outcome: &Outcome,
    mut write: impl FnMut(&Group, &Record) -> Result<(), csv::Error>,
) -> Result<(), csv::Error> {
    let groups = &outcome.groups;
    groups.iter().try_for_each(|group| group.records.iter().try_for_each(|record| write(group, record)))
}
