use std::fs;

use super::*;
use crate::testing;

fn record(id: &str) -> Record {
    Record { id: id.into(), seconds: 1.5, ..testing::record(1, 0.1 + 0.2, 1.0 / 3.0, 1e-300) }
}

/// The line of a record.
fn line(record: &Record) -> String {
    let text = line::record_text(record, Path::new("j")).unwrap();
    line::frame(&line::brief(&text, Path::new("j")).unwrap(), &text)
}

/// A run folder with these lines under the first.
fn folder(lines: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(Journal::NAME), line::header() + &lines.concat()).unwrap();
    folder
}

fn bytes(folder: &tempfile::TempDir) -> Vec<u8> {
    fs::read(folder.path().join(Journal::NAME)).unwrap()
}

fn refused(content: impl AsRef<[u8]>, parts: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Journal::NAME);
    fs::write(&path, &content).unwrap();
    for result in [Journal::open(folder.path()).map(drop), Journal::read(folder.path()).map(drop)] {
        let error = result.unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "expected `{part}` in: {error}");
        }
    }
    assert_eq!(fs::read(&path).unwrap(), content.as_ref(), "a refused file has changed");
}

#[test]
fn records_come_back_bit_for_bit_and_a_torn_line_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    journal.append(record("a")).unwrap();
    journal.append(record("b")).unwrap();
    drop(journal);
    let whole = bytes(&folder);
    let torn = line(&record("c"));
    for end in [1, 9, 30, torn.len() - 1] {
        let torn = [&whole, &torn.as_bytes()[..end]].concat();
        fs::write(folder.path().join(Journal::NAME), &torn).unwrap();
        // A reader leaves it alone, a writer cuts it off.
        assert_eq!(Journal::read(folder.path()).unwrap().all(), [record("a"), record("b")]);
        assert_eq!(bytes(&folder), torn);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!((journal.get("a"), journal.get("c")), (Some(&record("a")), None));
        assert_eq!(journal.damaged(), []);
        assert_eq!(bytes(&folder), whole);
    }
    Journal::open(folder.path()).unwrap().append(record("d")).unwrap();
    assert!(bytes(&folder).starts_with(&whole) && bytes(&folder).ends_with(b"\n"));
    assert_eq!(Journal::open(folder.path()).unwrap().get("d"), Some(&record("d")));
}

#[test]
fn a_first_line_that_was_torn_is_written_anew() {
    for end in 0..line::header().len() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(Journal::NAME), &line::header()[..end]).unwrap();
        assert_eq!(Journal::read(folder.path()).unwrap().all(), []);
        drop(Journal::open(folder.path()).unwrap());
        assert_eq!(bytes(&folder), line::header().as_bytes());
    }
}

#[test]
fn damaged_lines_are_named_and_stay_and_the_rest_is_kept() {
    let (a, b, c) = (line(&record("a")), line(&record("b")), line(&record("c")));
    let rotten = b.replace("\"seed\":1", "\"seed\":2");
    // Its checksum holds, but nothing of it is a record of today.
    let strange = line::frame(
        &Brief { id: "x".into(), seed: 1, diverged_at: None, failed: None },
        r#"{"id":"x","seed":1}"#,
    );
    let folder = folder(&[&a, &rotten, "{}\n", &strange, &c, "\0\0"]);
    let before = bytes(&folder);
    let mut journal = Journal::open(folder.path()).unwrap();
    let damaged: Vec<_> = journal.damaged().iter().map(|d| (d.line, d.why.as_str())).collect();
    assert_eq!(damaged.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5]);
    for ((_, why), part) in damaged.iter().zip(["its checksum is", "found `{}`", "does not read as a record"])
    {
        assert!(why.contains(part), "{why}");
    }
    assert_eq!(journal.records(), [record("a"), record("c")]);
    journal.append(record("b")).unwrap();
    drop(journal);
    let after = bytes(&folder);
    assert_eq!(after, [&before[..before.len() - 2], b.as_bytes()].concat());
    let again = Journal::read(folder.path()).unwrap();
    assert_eq!((again.all().len(), again.damaged().len()), (3, 3));
}

#[test]
fn a_damaged_first_line_does_not_lose_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(Journal::NAME), "{\"thxlweg\":1}\n".to_owned() + &line(&record("a")))
        .unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.damaged()[0].line, 1);
    assert_eq!(journal.get("a"), Some(&record("a")));
}

#[test]
fn what_is_no_journal_of_ours_is_refused_and_left_alone() {
    refused("nonsense\n", &["journal.jsonl:1: expected the first line", "found `nonsense`", "--out DIR"]);
    refused("no line feed", &["found `no line feed`"]);
    refused(vec![0xff; 10_000], &["expected the first line"]);
    refused("{}\n{}\n", &["found `{}`"]);
    let old = serde_json::to_string(&record("a")).unwrap() + "\n";
    refused(old, &["thalweg 0.1", "move the file away"]);
    refused(
        "{\"thalweg\":\"journal\",\"version\":2,\"new\":1}\n{}\n",
        &["version 1 or older, found version 2"],
    );

    let other = format!("{{\"thalweg\":\"journal\",\"version\":1,\"formulas\":{}}}\n", FORMULAS - 1);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(Journal::NAME), other).unwrap();
    let error = Journal::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains(&format!("expected results of formulas {FORMULAS}")), "{error}");
    assert_eq!(Journal::read(folder.path()).unwrap().all(), [], "it can still be looked at");
}

#[test]
fn a_second_result_of_a_trial_is_not_taken() {
    let (first, mut second) = (record("a"), record("a"));
    second.seconds = 9.0;
    let mut other = record("a");
    other.seed = 2;
    let folder = folder(&[&line(&first), &line(&second), &line(&other)]);
    let mut journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.records(), std::slice::from_ref(&first));
    let [damage] = journal.damaged() else { panic!("{:?}", journal.damaged()) };
    assert_eq!(damage.line, 4);
    assert!(damage.why.contains("than on line 2") && damage.why.contains("`seed` is 1 and 2"), "{damage:?}");

    let before = bytes(&folder);
    journal.append(second).unwrap();
    let error = journal.append(other).unwrap_err().to_string();
    assert!(error.contains("trial a has a result already") && error.contains("`seed`"), "{error}");
    assert_eq!(bytes(&folder), before);
}

#[test]
fn a_failed_trial_gives_way_to_a_later_one() {
    let failed = |why: &str| {
        let text = line::record_text(&record("a"), Path::new("j")).unwrap();
        let text = text.replacen("\"seed\"", &format!("\"failed\":\"{why}\",\"seed\""), 1);
        line::frame(&line::brief(&text, Path::new("j")).unwrap(), &text)
    };
    let folder = folder(&[&failed("one"), &failed("two"), &line(&record("a")), &failed("three")]);
    let index = Index::read(folder.path()).unwrap();
    let [entry] = index.entries() else { panic!("{:?}", index.entries()) };
    assert_eq!((entry.line, entry.brief.is_failed()), (4, false));
    assert_eq!(index.damaged(), []);
}

#[test]
fn numbers_that_json_cannot_hold_are_refused_at_once() {
    let folder = folder(&[]);
    let mut journal = Journal::open(folder.path()).unwrap();
    let error = journal.append(testing::record(1, f64::INFINITY, 0.5, 0.5)).unwrap_err().to_string();
    assert!(error.contains("finite numbers"), "{error}");
    assert_eq!(bytes(&folder), line::header().as_bytes());
}

#[test]
fn one_process_writes_and_any_may_read() {
    let folder = folder(&[&line(&record("a"))]);
    let journal = Journal::open(folder.path()).unwrap();
    let error = Journal::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains(&folder.path().display().to_string()) && error.contains("another process"),
        "{error}"
    );
    assert_eq!(Journal::read(folder.path()).unwrap().all(), [record("a")]);
    drop(journal);
    assert!(folder.path().join(Lock::NAME).exists(), "the file stays, the lock goes");
    drop(Journal::open(folder.path()).unwrap());

    let empty = tempfile::tempdir().unwrap();
    let error = Journal::read(empty.path()).unwrap_err().to_string();
    assert!(error.contains("found no journal.jsonl"), "{error}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "reading leaves nothing behind");
}

/// 100,000 trials of two curves with 100 points: `cargo test --release -p study -- --ignored --nocapture hundred_thousand`
#[test]
#[ignore = "half a gigabyte"]
fn a_hundred_thousand_trials_are_counted_in_a_second() {
    use std::io::Write;
    use std::time::Instant;

    let folder = folder(&[]);
    let mut file = OpenOptions::new().append(true).open(folder.path().join(Journal::NAME)).unwrap();
    let curve: Vec<(u64, f64)> = (1..=100).map(|i| (i * 100, 2.3 / (i as f64).sqrt())).collect();
    let mut text = serde_json::to_value(record("ID")).unwrap();
    text["loss"] = serde_json::to_value(&curve).unwrap();
    text["accuracy"] = text["loss"].clone();
    let text = text.to_string();
    for i in 0..100_000 {
        let text = text.replacen("ID", &format!("{i:016x}"), 1);
        let brief = Brief { id: format!("{i:016x}"), seed: 1, diverged_at: None, failed: None };
        file.write_all(line::frame(&brief, &text).as_bytes()).unwrap();
    }
    file.sync_all().unwrap();
    let begun = Instant::now();
    let index = Index::read(folder.path()).unwrap();
    let took = begun.elapsed();
    assert_eq!((index.entries().len(), index.damaged().len()), (100_000, 0));
    println!("{} bytes: {:.3} s", index.whole(), took.as_secs_f64());
    assert!(took.as_secs_f64() < 1.0, "{took:?}");
    drop(index);

    let begun = Instant::now();
    let mut journal = Journal::open(folder.path()).unwrap();
    println!("opened for writing, every curve read: {:.1} s", begun.elapsed().as_secs_f64());
    let long = journal.records()[0].clone();
    let begun = Instant::now();
    for i in 0..1000 {
        journal.append(Record { id: i.to_string(), ..long.clone() }).unwrap();
    }
    println!("1000 lines appended in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let file = tempfile::tempfile().unwrap();
    let begun = Instant::now();
    for _ in 0..100 {
        (&file).write_all(text.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }
    println!("one line forced to the disk in {:.2} ms", begun.elapsed().as_secs_f64() * 10.0);
}

#[test]
fn a_line_whose_checksum_holds_and_whose_record_is_no_text_is_damaged_alone() {
    let text = serde_json::to_string(&record("a")).unwrap();
    let summed = |record: &[u8]| {
        let middle = [br#""brief":{"id":"a","seed":1},"record":"#, record].concat();
        [format!("{{\"crc\":\"{:08x}\",", crc32fast::hash(&middle)).as_bytes(), &middle, b"}\n"].concat()
    };
    let bad = summed(b"{\"id\":\"\xff\"}");
    let folder = folder(&[&line(&record("b"))]);
    let (path, whole) = (folder.path().join(Journal::NAME), bytes(&folder));
    for lines in [[bad.clone(), Vec::new()], [bad.clone(), summed(text.as_bytes())]] {
        fs::write(&path, [&whole[..], &lines.concat()].concat()).unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.records(), [record("b")]);
        assert!(
            journal.damaged()[0].why.starts_with("it does not read as a record"),
            "{:?}",
            journal.damaged()
        );
    }
}
