//! Every file of the corpora, through its target.

use std::fs;
use std::path::{Path, PathBuf};

use fuzzing::TARGETS;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry of a folder").path()).collect();
    paths.sort();
    paths
}

#[test]
fn each_target_keeps_its_promises_on_its_corpus() {
    for (name, target) in TARGETS {
        let files = names(&corpora().join(name));
        assert!(files.len() >= 5, "{name}: expected a corpus of at least 5 files, found {}", files.len());
        for file in files {
            let bytes = fs::read(&file).unwrap();
            assert!(bytes.len() < 20_000, "{}: {} bytes are too many to keep", file.display(), bytes.len());
            println!("{}", file.display());
            target(&bytes);
        }
    }
}

#[test]
fn each_corpus_has_a_target() {
    for folder in names(&corpora()) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(TARGETS.iter().any(|(known, _)| *known == name), "no target is called {name}");
    }
}
