use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use super::*;
use crate::compare::comparisons;
use crate::error::StudyError;
use crate::executor::{Silent, Watch, Workers};
use crate::journal::Journal;
use crate::run::Means;
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
    let data = vec![digits(); study.data.len()];
    run_on(study, &data, journal, watch)
}

fn run_on(
    study: &Training,
    data: &[Dataset],
    journal: &mut Journal,
    watch: &dyn Watch,
) -> Result<Outcome, StudyError> {
    let workers = Workers::jobs(NonZeroUsize::MIN);
    let means = Means { data, workers, watch, known: &HashMap::new(), many: false, lang: Default::default() };
    study.run("t", data, journal, &means, &mut |_| Ok(()))
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
    assert_eq!((outcome.steps(), outcome.problems[0].examples, outcome.seeds), (5, 100, 2));
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
    assert_eq!(epochs.steps(100, 10), 30);
    assert_eq!(epochs.steps(109, 10), 30);
    assert_eq!(epochs.steps(5, 10), 3, "an epoch has at least one update");
    epochs.length = Length::Steps(7);
    assert_eq!(epochs.steps(100, 10), 7);
}

#[test]
fn a_schedule_longer_than_the_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let long = study("[technique]\nschedule = \"warmup:steps=5 then cosine\"");
    let error = run(&long, &mut journal, &Silent).unwrap_err();
    assert!(matches!(error, StudyError::Setting(_)), "{error}");
}

#[test]
fn variants_are_one_factor_of_the_product() {
    let study = study(
        "[technique]\nnorm = [\"batch\", \"none\"]\n[[variant]]\nname = \"plain\"\n[[variant]]\nname = \"gentle\"\nrule = \"sgd:lr=0.01\"\nbatch = 5",
    );
    assert_eq!(study.varying(), [Field::Variant, Field::Norm]);
    assert_eq!(study.trials(), 8);
    let (_, groups) = study.groups(&[digits()]).unwrap();
    let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["plain, batch norm", "plain, no norm", "gentle, batch norm", "gentle, no norm"]);
    assert_eq!(groups[3].choice(Field::Rule), "sgd:lr=0.01");
    assert_eq!(groups[3].technique.batch, 5);
    assert_eq!(groups[1].choice(Field::Rule), "adam:lr=0.001");
}

#[test]
fn every_technique_is_trained_on_every_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let mut study = study("[technique]\nrule = [\"sgd:lr=0.1\", \"adam\"]");
    let twin = study.data[0].clone();
    study.data.push(DataChoice { first: Some(50), ..twin });
    let error = run(&study, &mut journal, &Silent).unwrap_err().to_string();
    assert!(error.contains("`digits`") && error.contains("`title`"), "{error}");
    study.data[1].title = Some("few digits".into());
    let outcome = run(&study, &mut journal, &Silent).unwrap();
    assert_eq!(outcome.varying, [Field::Data, Field::Rule]);
    let all: Vec<_> = outcome.groups.iter().map(|g| (g.problem, g.name.as_str())).collect();
    assert_eq!(
        all,
        [
            (0, "digits, sgd:lr=0.1"),
            (0, "digits, adam:lr=0.001"),
            (1, "few digits, sgd:lr=0.1"),
            (1, "few digits, adam:lr=0.001")
        ]
    );
    assert_eq!(outcome.groups[2].technique_name(), "sgd:lr=0.1");
    assert_eq!(outcome.groups[2].choice(Field::Data), "few digits");
    assert_ne!(outcome.groups[0].records[0].finals, outcome.groups[2].records[0].finals);
}

#[test]
fn the_same_examples_under_two_names_are_an_error() {
    let mut study = study("[technique]\nrule = [\"sgd:lr=0.1\", \"adam\"]");
    study.data.push(DataChoice { title: Some("again".into()), ..study.data[0].clone() });
    let error = study.groups(&[digits(), digits()]).unwrap_err().to_string();
    assert_eq!(error, "the data sets `digits` and `again` hold the same examples: leave one out");
}

#[test]
fn what_is_not_measured_on_the_way_has_no_target() {
    let mut study = study("");
    study.target = Some(0.5);
    study.groups(&[digits()]).unwrap();
    study.metric = Metric::TestAccuracy;
    let error = study.groups(&[digits()]).unwrap_err().to_string();
    assert!(error.contains("report.target") && error.contains("evaluate = [\"test\"]"), "{error}");
    (study.evaluate_every, study.evaluate) = (2, vec![Part::Train]);
    study.groups(&[digits()]).unwrap_err();
    study.evaluate = vec![Part::Test];
    study.groups(&[digits()]).unwrap();
}

#[test]
fn data_sets_of_one_study_are_of_one_kind() {
    let mut study = study("");
    study.data.push(DataChoice { title: Some("numbers".into()), ..study.data[0].clone() });
    let mut numbers = digits();
    let scale = problem::data::Scale { mean: 0.0, sd: 1.0 };
    numbers.task = problem::data::Task::Regression { target: "y".into(), scale };
    let error = study.groups(&[digits(), numbers]).unwrap_err().to_string();
    assert!(error.contains("same metrics") && error.contains("train_r2"), "{error}");
}

#[test]
fn too_many_trials_need_a_word() {
    let mut many = study("");
    many.seeds = MANY_TRIALS + 1;
    let error = many.check(&[digits()], false).unwrap_err().to_string();
    assert!(error.contains("1000001 trials") && error.contains("--yes"), "{error}");
    many.check(&[digits()], true).unwrap();
    many.seeds = 1;
    many.check(&[digits()], false).unwrap();
    many.grid.batch = vec![10, 101];
    let error = many.check(&[digits()], false).unwrap_err().to_string();
    assert!(error.contains("batch") && error.contains("101"), "{error}");
}

#[test]
fn what_has_not_run_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = study("[technique]\nrule = [\"sgd:lr=0.1\", \"adam\"]");
    both.seeds = 1;
    let whole = run(&both, &mut Journal::open(folder.path()).unwrap(), &Silent).unwrap();
    assert_eq!(whole.missing, 0);
    both.seeds = 3;
    let records = Journal::read(folder.path()).unwrap();
    let told = both.outcome(&[digits()], |id| records.get(id).cloned()).unwrap();
    assert_eq!((told.missing, told.groups[0].records.len(), told.groups[1].records.len()), (4, 1, 1));
}

#[test]
fn seeds_are_added_until_all_is_decided_or_the_cap_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let mut open = study("[technique]\nrule = [\"sgd:lr=0.001\", \"adam:lr=0.1\", \"adam:lr=0.101\"]");
    open.until_decided = Some(8);
    let watch = Begun::default();
    let outcome = run(&open, &mut Journal::open(folder.path()).unwrap(), &watch).unwrap();
    // 2, then one more each time: 5 is the first number of seeds that can decide anything.
    assert_eq!((outcome.seeds, outcome.groups.iter().map(|g| g.records.len()).max()), (8, Some(8)));
    assert!(watch.0.lock().unwrap().len() >= 5);
    // The same again, and from the records alone.
    let again = run(&open, &mut Journal::open(folder.path()).unwrap(), &Silent).unwrap();
    assert_eq!(again.groups, outcome.groups);
    let records = Journal::read(folder.path()).unwrap();
    let told = open.outcome(&[digits()], |id| records.get(id).cloned()).unwrap();
    assert_eq!(told.groups, outcome.groups);
}

#[test]
fn schedules_over_epochs_are_told_and_compared_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let mut study = study("[technique]\nrule = \"sgd:lr=0.1\"\nschedule = [\"constant\", \"cosine\"]");
    study.length = Length::Epochs(2);
    study.grid.batch = vec![10, 20];
    let twin = study.data[0].clone();
    study.data.push(DataChoice { first: Some(60), title: Some("few".into()), ..twin });
    let outcome = run(&study, &mut journal, &Silent).unwrap();
    // 2 epochs of 100 and of 60 examples in batches of 10 and of 20: over so many steps the cosine is laid, and no two of them are one schedule.
    let cosine =
        outcome.groups.iter().filter(|group| group.settings.contains(&(Field::Schedule, "cosine".into())));
    let laid: Vec<_> = cosine.map(|group| (group.steps, group.technique.choice(Field::Schedule))).collect();
    assert_eq!(
        laid,
        [20, 10, 12, 6].map(|steps| (steps, format!("cosine:steps={steps}"))),
        "{:?}",
        outcome.groups.iter().map(|group| &group.settings).collect::<Vec<_>>()
    );
    // On each data set: constant against cosine with both batches, and both batches with each schedule.
    let all = comparisons(&study, &outcome);
    assert_eq!(all.len(), 2 * 4 * outcome.metrics.len());
    let by_schedule = all.iter().filter(|c| c.a.choice(Field::Schedule) != c.b.choice(Field::Schedule));
    assert_eq!(by_schedule.count(), 2 * 2 * outcome.metrics.len());
    // And on both they are the same four techniques.
    let across = crate::across::across(&outcome, study.metric).unwrap();
    assert_eq!(across.techniques.len(), 4, "{:?}", across.techniques);
}
