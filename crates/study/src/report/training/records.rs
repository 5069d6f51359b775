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
            row.extend([record.seed.to_string(), ended(record)]);
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

/// How a trial ended: `finished`, `diverged at step 5`, or `failed`, which is neither.
fn ended(record: &Record) -> String {
    if record.failed.is_some() { "failed".to_owned() } else { record.ended().to_string() }
}

fn each(
    outcome: &Outcome,
    mut write: impl FnMut(&Group, &Record) -> Result<(), csv::Error>,
) -> Result<(), csv::Error> {
    let groups = &outcome.groups;
    groups.iter().try_for_each(|group| group.records.iter().try_for_each(|record| write(group, record)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::Field;
    use crate::testing::{diverged, group, outcome, record};

    #[test]
    fn a_trial_that_failed_did_not_finish() {
        let mut failed = record(3, 0.0, 0.0, 0.0);
        failed.finals = None;
        failed.failed = Some("no room".into());
        let records = vec![record(1, 0.5, 0.9, 0.8), diverged(2, 7), failed];
        let folder = tempfile::tempdir().unwrap();
        write_records(folder.path(), &outcome(vec![group(&[(Field::Rule, "sgd")], records)])).unwrap();
        let trials = std::fs::read_to_string(folder.path().join("trials.csv")).unwrap();
        let lines: Vec<&str> = trials.lines().skip(1).collect();
        assert_eq!(
            lines,
            ["sgd,sgd,1,finished,0.5,0.9,0.8", "sgd,sgd,2,diverged at step 7,,,", "sgd,sgd,3,failed,,,"]
        );
    }
}
