use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::journal::line::{brief, frame, record_text};
use crate::testing;
use crate::trial::Record;

fn record(id: &str, seconds: f64) -> Record {
    Record { id: id.into(), seconds, ..testing::record(1, 0.5, 0.25, 0.75) }
}

fn line(record: &Record) -> String {
    let text = record_text(record, Path::new("j")).unwrap();
    frame(&brief(&text, Path::new("j")).unwrap(), &text)
}

/// Run folders side by side.
struct Runs(TempDir);

impl Runs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, name: &str, study: &str, lines: &[String]) -> PathBuf {
        let folder = self.at(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("study.toml"), study).unwrap();
        fs::write(folder.join(Journal::NAME), line::header() + &lines.concat()).unwrap();
        folder
    }

    /// Every file of a folder with its content.
    fn all(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.at(name)).unwrap().map(Result::unwrap);
        let entries = entries.filter(|entry| entry.file_name() != Lock::NAME);
        let file = |entry: fs::DirEntry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
        };
        entries.map(file).collect()
    }
}

fn ids(folder: &Path) -> Vec<String> {
    Journal::read(folder).unwrap().all().iter().map(|record| record.id.clone()).collect()
}

#[test]
fn journals_are_joined_once() {
    let runs = Runs::new();
    let a = runs.run("a", "s", &[line(&record("1", 1.0)), line(&record("2", 1.0))]);
    let b = runs.run("b", "s", &[line(&record("2", 7.0)), "rotten\n".into(), line(&record("3", 1.0))]);
    fs::write(a.join(Plan::NAME), "{\"id\":\"1\",\"group\":\"g\",\"seed\":1}\n").unwrap();
    fs::write(
        b.join(Plan::NAME),
        "{\"id\":\"3\",\"group\":\"g\",\"seed\":1}\n{\"id\":\"1\",\"group\":\"g\",\"seed\":1}\n",
    )
    .unwrap();
    let out = runs.at("out");
    let merged = merge(&[a.clone(), b.clone(), a.clone()], &out).unwrap();
    assert_eq!((merged.records, merged.added, merged.duplicates), (3, 3, 1));
    let [(path, damage)] = &merged.damaged[..] else { panic!("{merged:?}") };
    assert_eq!((path, damage.line), (&b.join(Journal::NAME), 3));
    assert_eq!(ids(&out), ["1", "2", "3"]);
    assert_eq!(Journal::read(&out).unwrap().damaged(), []);
    let first = runs.all("out");
    assert_eq!(first["study.toml"], b"s");
    assert_eq!(Plan::read(&out).unwrap().unwrap().trials.len(), 2);

    let again = merge(&[b, out.clone(), a], &out).unwrap();
    assert_eq!((again.records, again.added), (3, 0));
    assert_eq!(runs.all("out"), first);
}

#[test]
fn what_the_joined_folder_has_stays_as_it_is() {
    let runs = Runs::new();
    let out = runs.run("out", "s", &[line(&record("1", 1.0)), "rotten\n".into()]);
    let before = fs::read(out.join(Journal::NAME)).unwrap();
    let torn = [&before[..], b"{\"crc\":\"00"].concat();
    fs::write(out.join(Journal::NAME), torn).unwrap();
    let a = runs.run("a", "s", &[line(&record("2", 1.0))]);
    let merged = merge(&[a], &out).unwrap();
    assert_eq!((merged.records, merged.added, merged.damaged.len()), (2, 1, 1));
    let after = fs::read(out.join(Journal::NAME)).unwrap();
    assert_eq!(after, [&before[..], line(&record("2", 1.0)).as_bytes()].concat());
}

#[test]
fn a_result_counts_more_than_an_error() {
    let failed = |why: &str| {
        let text = record_text(&record("1", 1.0), Path::new("j")).unwrap();
        let text = text.replacen("\"seed\"", &format!("\"failed\":\"{why}\",\"seed\""), 1);
        frame(&brief(&text, Path::new("j")).unwrap(), &text)
    };
    let runs = Runs::new();
    let a = runs.run("a", "s", &[failed("no memory")]);
    let b = runs.run("b", "s", &[failed("no room")]);
    let c = runs.run("c", "s", &[line(&record("1", 1.0))]);
    let out = runs.at("out");
    let kept = |folder: &Path| Index::read(folder).unwrap().entries()[0].brief.failed.clone();
    merge(&[a, b.clone()], &out).unwrap();
    assert_eq!(kept(&out).as_deref(), Some("no memory"));
    assert_eq!(merge(&[c], &out).unwrap().added, 1);
    assert_eq!(kept(&out), None);
    assert_eq!(merge(&[b], &out).unwrap().added, 0);
}

#[test]
fn what_does_not_fit_together_is_refused_and_leaves_nothing() {
    let runs = Runs::new();
    let a = runs.run("a", "s", &[line(&record("1", 1.0)), line(&record("2", 1.0))]);
    let other = Record { diverged_at: Some(4), ..record("2", 1.0) };
    let b = runs.run("b", "s", &[line(&other)]);
    let fails = |folders: &[&PathBuf], out: &str, parts: &[&str]| {
        let folders: Vec<PathBuf> = folders.iter().map(|folder| (*folder).clone()).collect();
        let before = runs.at(out).exists().then(|| runs.all(out));
        let error = merge(&folders, &runs.at(out)).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "expected `{part}` in: {error}");
        }
        assert!(runs.at(out).exists().then(|| runs.all(out)) == before, "something has changed");
    };
    let conflict =
        ["trial 2 has two results", "a/journal.jsonl (line 3)", "b/journal.jsonl (line 2)", "`diverged_at`"];
    fails(&[&a, &b], "out", &conflict);
    fails(&[&b], "a", &["trial 2 has two results", "`diverged_at` is nothing and 4"]);
    let c = runs.run("c", "another study", &[]);
    fails(&[&a, &c], "out", &["a/study.toml and", "c/study.toml differ"]);
    fails(&[&c], "a", &["differ: expected folders of one study"]);
    fails(&[&a, &runs.at("nowhere")], "out", &["nowhere", "found no journal.jsonl"]);
    let d = runs.run("d", "s", &[]);
    fs::write(d.join(Journal::NAME), "{\"thalweg\":\"journal\",\"version\":1,\"formulas\":1}\n").unwrap();
    fails(&[&a, &d], "out", &["found those of formulas 1"]);

    let held = Lock::take(&a).unwrap();
    let error = merge(std::slice::from_ref(&d), &a).unwrap_err().to_string();
    assert!(error.contains("formulas 1"), "{error}");
    runs.run("d", "s", &[]);
    let error = merge(&[d], &a).unwrap_err().to_string();
    assert!(error.contains("another process"), "{error}");
    drop(held);
}
