use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use super::*;
use crate::executor::{Silent, Watch, Workers};
use crate::spec::{Body, Study};
use crate::testing::digits;

fn study(lines: &str) -> Training {
    let text = format!(
        "title = \"t\"\n[data]\nname = \"digits\"\nfirst = 100\n[network]\nhidden = [10]\n{lines}\n[training]\nbatch = 10\nsteps = 5\nseeds = 2"
    );
    match Study::parse("t", "t", &text).unwrap().body {
        Body::Training(training) => *training,
        other => panic!("{other:?}"),
    }
}

fn run(study: &Training, journal: &mut Journal, watch: &dyn Watch) -> Result<Outcome, StudyError> {
    let data = digits();
    let means = Means {
        data: Some(&data),
        workers: Workers::jobs(NonZeroUsize::MIN),
        watch,
        known: &HashMap::new(),
        lang: Default::default(),
    };
    study.run("t", &data, journal, &means)
}

/// Steps that a piece of work began with.
#[derive(Default)]
struct Begun(Mutex<Vec<u64>>);

impl Watch for Begun {
    fn begin(&self, _name: &str, steps: u64) {
        self.0.lock().unwrap().push(steps);
    }
}

#[test]
fn a_study_is_the_product_of_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let study = study(
        "[technique]\nrule = [\"sgd:lr=0.1\", \"adam\"]\nnorm = [\"batch\", \"none\"]\nschedule = \"cosine\"",
    );
    let outcome = run(&study, &mut journal, &Silent).unwrap();
    assert_eq!(outcome.varying, [Field::Rule, Field::Norm]);
    assert_eq!((outcome.steps, outcome.examples), (5, 100));
    let settings = |group: &Group| {
        group.settings.iter().map(|(field, word)| format!("{} {word}", field.name())).collect::<Vec<_>>()
    };
    let all: Vec<_> = outcome.groups.iter().map(settings).collect();
    assert_eq!(
        all,
        [
            ["rule sgd:lr=0.1", "norm batch"],
            ["rule sgd:lr=0.1", "norm none"],
            ["rule adam:lr=0.001", "norm batch"],
            ["rule adam:lr=0.001", "norm none"],
        ]
    );
    assert_eq!(outcome.groups[0].name, "sgd:lr=0.1, batch norm");
    assert_eq!(outcome.groups[3].name, "adam:lr=0.001, no norm");
    for group in &outcome.groups {
        assert_eq!(group.records.iter().map(|r| r.seed).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(group.technique.choice(Field::Schedule), "cosine:steps=5", "resolved over the run");
    }
    let found = outcome.group(&[(Field::Rule, "adam:lr=0.001"), (Field::Norm, "none")]);
    assert_eq!(found, Some(&outcome.groups[3]));
    assert_eq!(outcome.group(&[(Field::Rule, "momentum")]), None);
}

#[test]
fn finished_trials_are_not_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = study("[technique]\nrule = [\"sgd:lr=0.1\", \"adam\"]");
    both.seeds = 1;
    let watch = Begun::default();
    let first = run(&both, &mut Journal::open(folder.path()).unwrap(), &watch).unwrap();
    both.seeds = 2;
    let second = run(&both, &mut Journal::open(folder.path()).unwrap(), &watch).unwrap();
    let third = run(&both, &mut Journal::open(folder.path()).unwrap(), &watch).unwrap();
    assert_eq!(*watch.0.lock().unwrap(), [10, 10, 0]);
    assert_eq!(second.groups, third.groups);
    for (first, second) in first.groups.iter().zip(&second.groups) {
        // To the wall time: the record is the old one.
        assert_eq!(first.records[0], second.records[0]);
        assert_eq!(second.records.len(), 2);
    }
    let lines = std::fs::read_to_string(folder.path().join(Journal::NAME)).unwrap();
    assert_eq!(lines.lines().count(), 5, "four under the first line");
}

#[test]
fn a_technique_that_stands_twice_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    for rules in ["\"adam\", \"adam:beta1=0.9\"", "\"sgd:lr=0.1\", \"adam\", \"sgd:lr=1e-1\""] {
        let twice = study(&format!("[technique]\nrule = [{rules}]"));
        let error = run(&twice, &mut journal, &Silent).unwrap_err().to_string();
        assert!(error.contains("stands in the study twice"), "{error}");
    }
    let lines = std::fs::read_to_string(folder.path().join(Journal::NAME)).unwrap();
    assert_eq!(lines.lines().count(), 1, "something ran");
}

#[test]
fn epochs_are_counted_in_updates() {
    let mut epochs = study("");
    epochs.length = Length::Epochs(3);
    assert_eq!(epochs.steps(100), 30);
    assert_eq!(epochs.steps(109), 30);
    assert_eq!(epochs.steps(5), 3, "an epoch has at least one update");
    epochs.length = Length::Steps(7);
    assert_eq!(epochs.steps(100), 7);
}

#[test]
fn a_schedule_longer_than_the_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let long = study("[technique]\nschedule = \"warmup:steps=5 then cosine\"");
    let error = run(&long, &mut journal, &Silent).unwrap_err();
    assert!(matches!(error, StudyError::Setting(_)), "{error}");
}
