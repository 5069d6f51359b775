//! The long table as comma-separated values. Numbers are written so that they come back bit for bit.

use std::path::Path;

use serde_json::Value;

use super::{Run, rows};
use crate::atomic;
use crate::error::StudyError;

/// Columns before the fields that vary, and after them.
pub(super) const BEFORE: [&str; 3] = ["trial", "group", "data"];
pub(super) const AFTER: [&str; 5] = ["seed", "kind", "metric", "step", "value"];

pub(super) fn write(run: &mut Run, path: &Path) -> Result<(), StudyError> {
    let fields = run.fields();
    let failed = |error: csv::Error| atomic::failed(path)(error.into());
    atomic::write(path, |file| {
        let mut table = csv::Writer::from_writer(file);
        let header = BEFORE.into_iter().chain(fields.iter().map(String::as_str)).chain(AFTER);
        table.write_record(header).map_err(failed)?;
        run.each(|entry, planned, record| {
            let text = |value: Option<&String>| value.cloned().unwrap_or_default();
            let mut same = vec![
                entry.brief.id.clone(),
                text(planned.map(|planned| &planned.group)),
                text(planned.and_then(|planned| planned.data.as_ref())),
            ];
            let setting = |field: &String| planned.and_then(|planned| planned.settings.get(field));
            same.extend(fields.iter().map(|field| setting(field).map(rows::cell).unwrap_or_default()));
            same.push(entry.brief.seed.to_string());
            for row in rows::rows(&record) {
                let step = row.step.map(|step| step.to_string()).unwrap_or_default();
                let value = row.value.map(|value| Value::from(value).to_string()).unwrap_or_default();
                let own = [row.kind.name(), row.metric.as_deref().unwrap_or_default(), &step, &value];
                table.write_record(same.iter().map(String::as_str).chain(own)).map_err(failed)?;
            }
            Ok(())
        })?;
        table.flush().map_err(atomic::failed(path))
    })
}
