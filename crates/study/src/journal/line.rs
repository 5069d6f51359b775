//! What a line of the journal looks like.
//!
//! ```text
//! {"thalweg":"journal","version":1,"formulas":3}
//! {"crc":"1f3870be","brief":{"id":"0123456789abcdef","seed":1},"record":{"id":"0123456789abcdef","seed":1,…}}
//! ```
//!
//! Each line is JSON, for any other program. The checksum (CRC-32) covers every byte between its comma and the last brace, the brief and the record. The
//! brief repeats what a count of a hundred thousand trials needs, so that their curves need not be read.

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JournalError;
use crate::error::StudyError;
use crate::trial::{FORMULAS, Record};

/// The version of the format.
pub const VERSION: u64 = 1;

const BEFORE_SUM: &str = "{\"crc\":\"";
const SUM: usize = 8;
const BEFORE_BRIEF: &str = "\",\"brief\":";
const BEFORE_RECORD: &str = ",\"record\":";

/// How a trial ended, without its measurements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The trial.
    pub id: String,
    /// Its seed.
    pub seed: u64,
    /// The step at which it diverged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diverged_at: Option<u64>,
    /// The error that it ended in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
}

impl Brief {
    /// Whether it ended in an error, and so has no result.
    pub fn is_failed(&self) -> bool {
        self.failed.is_some()
    }
}

/// The first line of a journal, with its line feed.
pub fn header() -> String {
    format!("{{\"thalweg\":\"journal\",\"version\":{VERSION},\"formulas\":{FORMULAS}}}\n")
}

/// What the first line of a file says it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// A journal of this version, with results of these formulas.
    Ours(u32),
    /// A journal of a newer version.
    Newer(u64),
    /// A record of version 0.1.
    Old,
    /// Something else.
    Stranger,
}

/// Reads the first line of a file.
pub(crate) fn head(line: &[u8]) -> Head {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(line) else { return Head::Stranger };
    let number = |key| fields.get(key).and_then(Value::as_u64);
    if fields.get("thalweg").and_then(Value::as_str) == Some("journal") {
        return match (number("version"), number("formulas").map(u32::try_from)) {
            (Some(version), _) if version > VERSION => Head::Newer(version),
            (Some(_), Some(Ok(formulas))) => Head::Ours(formulas),
            _ => Head::Stranger,
        };
    }
    if fields.get("id").is_some_and(Value::is_string) && number("seed").is_some() {
        return Head::Old;
    }
    Head::Stranger
}

/// A record as JSON, known to come back the same.
pub(crate) fn record_text(record: &Record, path: &Path) -> Result<String, StudyError> {
    let unwritable =
        |why: String| JournalError::Unwritable { path: path.to_owned(), id: record.id.clone(), why };
    let text = serde_json::to_string(record).map_err(|error| unwritable(error.to_string()))?;
    // JSON has no infinities: they would be written as nothing, and the line could not be read again.
    match serde_json::from_str::<Record>(&text) {
        Ok(back) if back == *record => Ok(text),
        _ => Err(unwritable("expected finite numbers, found one that JSON cannot hold".into()).into()),
    }
}

/// What a record says in short.
pub(crate) fn brief(record: &str, path: &Path) -> Result<Brief, StudyError> {
    serde_json::from_str(record).map_err(|error| {
        let why = error.to_string();
        JournalError::Unwritable { path: path.to_owned(), id: String::new(), why }.into()
    })
}

/// The line of a record, with its line feed.
pub(crate) fn frame(brief: &Brief, record: &str) -> String {
    let brief = serde_json::to_string(brief).unwrap_or_default();
    let mut summed = crc32fast::Hasher::new();
    for part in [&BEFORE_BRIEF[2..], &brief, BEFORE_RECORD, record] {
        summed.update(part.as_bytes());
    }
    let mut line = String::with_capacity(record.len() + brief.len() + 64);
    let _ =
        writeln!(line, "{BEFORE_SUM}{:08x}{BEFORE_BRIEF}{brief}{BEFORE_RECORD}{record}}}", summed.finalize());
    line
}

/// Takes a line apart, without its line feed: the brief and the record as JSON.
///
/// Nothing but the brief is read as JSON: the checksum vouches for the rest.
pub(crate) fn split(line: &[u8]) -> Result<(Brief, &[u8]), String> {
    let rest = line.strip_prefix(BEFORE_SUM.as_bytes()).and_then(|rest| rest.split_at_checked(SUM));
    let Some((sum, rest)) = rest.filter(|(_, rest)| rest.starts_with(BEFORE_BRIEF.as_bytes())) else {
        let begin = String::from_utf8_lossy(&line[..line.len().min(40)]);
        return Err(format!("expected a record with its checksum, {BEFORE_SUM}…, found `{begin}`"));
    };
    let Some(summed) = rest[2..].strip_suffix(b"}") else {
        return Err("expected } at its end".to_owned());
    };
    let found = format!("{:08x}", crc32fast::hash(summed));
    if found.as_bytes() != sum {
        let sum = String::from_utf8_lossy(sum);
        return Err(format!("its checksum is {found}, expected {sum} as it says"));
    }
    let after = &summed[BEFORE_BRIEF.len() - 2..];
    let mut values = serde_json::Deserializer::from_slice(after).into_iter::<Brief>();
    match values.next() {
        Some(Ok(brief)) => match after[values.byte_offset()..].strip_prefix(BEFORE_RECORD.as_bytes()) {
            Some(record) => Ok((brief, record)),
            None => Err(format!("expected {BEFORE_RECORD} after the brief")),
        },
        Some(Err(error)) => Err(format!("its brief does not read as one: {error}")),
        None => Err("its brief is empty".to_owned()),
    }
}

/// The first field in which two records differ, wall time aside, with both values.
pub(crate) fn difference(one: &[u8], other: &[u8]) -> Option<String> {
    let read = |text| serde_json::from_slice::<Value>(text).unwrap_or_default();
    differ("", &read(one), &read(other))
}

fn differ(at: &str, one: &Value, other: &Value) -> Option<String> {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            let mut keys = keys.filter(|key| !(at.is_empty() && *key == "seconds"));
            keys.find_map(|key| {
                let value = |of: &serde_json::Map<_, _>| of.get(key).cloned().unwrap_or_default();
                differ(&below(key), &value(a), &value(b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (one, other))| differ(&below(&index.to_string()), one, other))
        }
        _ if one == other => None,
        _ => Some(format!("`{at}` is {} and {}", short(one), short(other))),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(values) => format!("a list of {}", values.len()),
        Value::Object(_) => "several values".to_owned(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id":"a","seed":7,"diverged_at":3,"loss":[[1,2.5]],"seconds":0.5}"#;

    fn line(record: &str) -> Vec<u8> {
        let brief = brief(record, Path::new("j")).unwrap();
        let line = frame(&brief, record);
        line.strip_suffix('\n').unwrap().into()
    }

    #[test]
    fn a_line_is_json_and_comes_back() {
        for failed in [false, true] {
            let record = if failed {
                RECORD.replace("\"loss\"", "\"failed\":\"}, \\\"\",\"loss\"")
            } else {
                RECORD.into()
            };
            let line = line(&record);
            let (brief, found) = split(&line).unwrap();
            assert_eq!(found, record.as_bytes());
            assert_eq!((brief.id.as_str(), brief.seed, brief.diverged_at), ("a", 7, Some(3)));
            assert_eq!(brief.is_failed(), failed);
            let json: Value = serde_json::from_slice(&line).unwrap();
            assert_eq!(json["record"]["loss"][0][1], 2.5);
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let whole = line(RECORD);
        for at in 0..whole.len() {
            for change in [1, 0x20, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                assert!(split(&damaged).is_err(), "byte {at}");
            }
            assert!(split(&whole[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_first_line_says_what_a_file_is() {
        assert_eq!(head(header().as_bytes()), Head::Ours(FORMULAS));
        assert_eq!(head(br#"{"thalweg":"journal","version":2}"#), Head::Newer(2));
        assert_eq!(head(br#"{"thalweg":"journal"}"#), Head::Stranger);
        assert_eq!(head(RECORD.as_bytes()), Head::Old);
        assert_eq!(head(b"{}"), Head::Stranger);
        assert_eq!(head(&line(RECORD)), Head::Stranger);
    }

    #[test]
    fn differences_are_named_and_wall_time_is_none() {
        let against = |other: String| difference(RECORD.as_bytes(), other.as_bytes());
        assert_eq!(against(RECORD.replace("0.5", "0.75")), None);
        let different = |from, to| against(RECORD.replace(from, to)).unwrap();
        assert_eq!(different("2.5", "2.25"), "`loss.0.1` is 2.5 and 2.25");
        assert_eq!(different("[[1,2.5]]", "[]"), "`loss` is a list of 1 and a list of 0");
        assert_eq!(different("\"diverged_at\":3,", ""), "`diverged_at` is 3 and nothing");
    }
}
