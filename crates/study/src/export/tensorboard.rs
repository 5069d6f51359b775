//! Event files of TensorBoard, a folder for each trial: `GROUP/SEED/events.out.tfevents.…`.
//!
//! A file is a row of frames (length, its checksum, bytes, their checksum), the bytes an `Event` of `tensorflow/core/util/event.proto`. Its scalars are
//! 32-bit floats. Wall times are not those of the run, so that the same run gives the same files: an event is as many seconds old as its step.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use prost::Message;

use super::rows::{self, Kind};
use super::{Run, atomic};
use crate::error::StudyError;

/// The name of each file: what matters is the part in the middle, and that it does not change.
const NAME: &str = "events.out.tfevents.0000000000.thalweg";

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Scalar>,
}

/// `Summary.Value`.
#[derive(Clone, PartialEq, Message)]
struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

pub(super) fn write(run: &mut Run, path: &Path) -> Result<(), StudyError> {
    let mut taken = HashSet::new();
    fs::create_dir_all(path).map_err(StudyError::io("create", path))?;
    run.each(|entry, planned, record| {
        let brief = &entry.brief;
        let group = planned.map_or(brief.id.as_str(), |planned| &planned.group);
        let mut folder = path.join(file_name(group)).join(brief.seed.to_string());
        // Groups whose names are files of one name, or a group on several data sets.
        if !taken.insert(folder.clone()) {
            folder = folder.with_file_name(format!("{}-{}", brief.seed, file_name(&brief.id)));
            taken.insert(folder.clone());
        }
        fs::create_dir_all(&folder).map_err(StudyError::io("create", &folder))?;
        let file = folder.join(NAME);
        atomic::write(&file, |out| {
            events(&rows::rows(&record))
                .iter()
                .try_for_each(|event| out.write_all(&frame(&event.encode_to_vec())))
                .map_err(atomic::failed(&file))
        })
    })
}

/// The events of a trial: a curve is `series/NAME`, a final metric `final/NAME` at the last step of all.
fn events(rows: &[rows::Row]) -> Vec<Event> {
    let version = Event { file_version: Some("brain.Event:2".to_owned()), ..Event::default() };
    let last = rows.iter().filter_map(|row| row.step).max().unwrap_or_default();
    let mut events = vec![version];
    for row in rows {
        let (tag, value) = match (row.kind, &row.metric, row.value) {
            (Kind::Series | Kind::Final, Some(metric), Some(value)) => {
                (format!("{}/{metric}", row.kind.name()), value as f32)
            }
            (Kind::Diverged, ..) => ("diverged".to_owned(), 1.0),
            (Kind::Failed, ..) => ("failed".to_owned(), 1.0),
            _ => continue,
        };
        let step = row.step.unwrap_or(last);
        events.push(Event {
            wall_time: step as f64,
            step: i64::try_from(step).unwrap_or(i64::MAX),
            file_version: None,
            summary: Some(Summary { value: vec![Scalar { tag, simple_value: Some(value) }] }),
        });
    }
    events
}

/// A record of a TFRecord file.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    let mut frame = length.to_vec();
    frame.extend(masked(&length).to_le_bytes());
    frame.extend(bytes);
    frame.extend(masked(bytes).to_le_bytes());
    frame
}

/// CRC-32C, turned and shifted so that the checksum of data with checksums in them is a good one.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// A name that any file system takes.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._-=+,".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).take(80).collect();
    if name.trim_matches('.').is_empty() { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_those_of_tfrecord() {
        // Published with the format: the masked CRC-32C of a length of 24 and of 0 bytes.
        assert_eq!(masked(&24_u64.to_le_bytes()).to_le_bytes(), [0xa3, 0x7f, 0x4b, 0x22]);
        let frame = frame(b"abc");
        assert_eq!((frame.len(), &frame[..8]), (19, &3_u64.to_le_bytes()[..]));
    }

    #[test]
    fn names_are_fit_for_files() {
        assert_eq!(file_name("sgd:lr=0.1, no norm"), "sgd_lr=0.1,_no_norm");
        assert_eq!(file_name("../x"), ".._x");
        assert_eq!((file_name(".."), file_name("")), ("_..".into(), "_".into()));
    }
}
