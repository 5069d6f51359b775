//! The journal of a run folder.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use study::error::StudyError;
use study::journal::{Index, Journal, line};
use study::trial::{Record, Series};
use tempfile::TempDir;

/// A journal as it stands, and the same with today's formulas in its first line and the checksums that its lines should have, or hardly any would be
/// read any further.
pub(crate) fn journal(bytes: &[u8]) {
    check(bytes);
    check(&summed(bytes));
}

/// The first line of a journal becomes today's, and each line that has the place for it gets the right checksum.
fn summed(bytes: &[u8]) -> Vec<u8> {
    const BEFORE: &[u8] = b"{\"crc\":\"";
    let mut all = bytes.to_vec();
    if let Some(end) = bytes.iter().position(|byte| *byte == b'\n')
        && bytes.starts_with(b"{\"thalweg\":\"journal\",\"version\":1,")
    {
        all.splice(..=end, line::header().into_bytes());
    }
    for line in all.split_inclusive_mut(|byte| *byte == b'\n') {
        let end = line.len() - usize::from(line.ends_with(b"\n"));
        let line = &mut line[..end];
        // After the checksum come its quotes and a comma, and the last brace is left out.
        let from = BEFORE.len() + 8;
        if line.starts_with(BEFORE) && line.len() > from + 3 {
            let sum = format!("{:08x}", crc32fast::hash(&line[from + 2..line.len() - 1]));
            line[BEFORE.len()..from].copy_from_slice(sum.as_bytes());
        }
    }
    all
}

/// Reads, opens and continues a journal.
fn check(bytes: &[u8]) {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for journals")).path();
    let path = folder.join(Journal::NAME);
    fs::write(&path, bytes).expect("a journal to read");
    let read = read(folder);
    let index = Index::read(folder);
    assert_eq!(fs::read(&path).ok().as_deref(), Some(bytes), "reading changes nothing");
    let Ok((records, damaged)) = read else { return };
    let index = index.expect("what can be read has an index");
    assert!(index.entries().len() >= records.len());
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(damaged.iter().all(|line| (1..=lines).contains(line)), "{damaged:?}");

    let Ok(mut journal) = Journal::open(folder) else { return };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let opened = fs::read(&path).expect("a journal that was opened");
    // What follows the last line feed is cut off; a journal without one begins anew.
    assert!(if whole == 0 { !opened.is_empty() } else { opened == bytes[..whole] });
    assert_eq!((journal.records(), lines_of(journal.damaged())), (&records[..], damaged.clone()));
    let id = "0123456789abcdef".to_owned();
    let record = Record {
        id,
        seed: 1,
        diverged_at: None,
        finals: None,
        failed: None,
        series: Series::new(),
        seconds: 0.5,
    };
    let fresh = index.get(&record.id).is_none();
    let appended = journal.append(record.clone());
    drop(journal);
    if fresh {
        appended.expect("a trial that is not there can be added");
        let (after, still) = self::read(folder).expect("what was written can be read");
        assert_eq!((&after[..records.len()], still), (&records[..], damaged));
        assert_eq!(after[records.len()..], [record]);
    }
}

/// Its records, and the numbers of the lines that cannot be used.
fn read(folder: &Path) -> Result<(Vec<Record>, Vec<usize>), StudyError> {
    let all = Journal::read(folder)?;
    assert!(all.all().iter().all(|record| all.get(&record.id) == Some(record)));
    Ok((all.all().to_vec(), lines_of(all.damaged())))
}

fn lines_of(damaged: &[study::journal::Damage]) -> Vec<usize> {
    damaged.iter().map(|damage| damage.line).collect()
}
