//! A run folder of a hundred thousand trials, counted and reported.
//!
//! `cargo test -p study --lib --release a_hundred_thousand -- --ignored --nocapture`; with `THALWEG_LARGE=DIR` the folder stays, for `thalweg status DIR`
//! and `thalweg report DIR`.

use std::fmt::Write;
use std::time::Instant;

use super::*;
use crate::executor::Silent;
use crate::spec::Body;
use crate::testing::{digits, record};
use crate::trial::Metric;

/// The most that this process ever held, in MiB; none where the system does not say.
fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// 100 rates × 100 scales × 10 seeds.
fn study() -> Study {
    let list = |name: &str, of: &dyn Fn(u32) -> f64| {
        (1..=100).fold(String::new(), |mut all, i| {
            let _ = write!(all, "\"{name}{}\", ", of(i));
            all
        })
    };
    let rules = list("sgd:lr=", &|i| f64::from(i) / 1000.0);
    let inits = list("normal:std=", &|i| f64::from(i) / 500.0);
    let text = format!(
        "title = \"Many\"\n[data]\nname = \"digits\"\n[network]\nhidden = [10]\n[technique]\nrule = [{rules}]\ninit = [{inits}]\n[training]\nbatch = 20\nsteps = 200\nevaluate_every = 10\nseeds = 10\n[report]\ncompare = [\"rule\"]\npanels = \"init\"\nmetric = \"train_accuracy\""
    );
    Study::parse("many.toml", "many", &text).unwrap()
}

#[test]
#[ignore = "large: run by hand with --release"]
fn a_hundred_thousand_trials_are_counted_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("THALWEG_LARGE").map(std::path::PathBuf::from);
    let out = kept.unwrap_or_else(|| folder.path().to_owned());
    folder::create(&out).unwrap();
    let (study, data) = (study(), [digits()]);
    let Body::Training(training) = &study.body else { panic!() };
    let (problems, groups) = training.groups(&data).unwrap();
    assert_eq!(groups.len(), 10_000);
    folder::write_study(&out, &study).unwrap();
    let (mut plan, mut journal) = (Plan::default(), Journal::open(&out).unwrap());
    for (index, group) in groups.iter().enumerate() {
        for seed in 1..=10 {
            let id = training.trial(&problems[0], group, seed).id();
            let luck = 1.0 + (index as f64 * 0.37 + seed as f64).sin() / 20.0;
            let mut record = record(seed, 0.5 * luck, 0.9 * luck, 0.8 * luck);
            let points = |value: f64| (1..=20).map(|i| (10 * i, value / i as f64)).collect();
            record.series =
                [(Metric::TrainLoss, points(luck)), (Metric::TrainAccuracy, points(0.9 * luck))].into();
            plan.add(group.planned(&problems[0], id.clone(), seed));
            journal.append(Record { id, ..record }).unwrap();
        }
    }
    folder::write(&out.join(Plan::NAME), plan.text().as_bytes()).unwrap();
    drop((journal, plan));
    let begun = Instant::now();
    let status = crate::status::status(&out).unwrap();
    let counted = begun.elapsed().as_secs_f64();
    assert_eq!((status.finished, status.missing.len()), (100_000, 0));
    drop(status);
    let begun = Instant::now();
    let ran = study.report(&out, &data, Lang::En, &Silent).unwrap();
    let card = RunCard::here("test", String::new());
    let provenance = ran.provenance(&card);
    crate::report::write(&out, "Many", &provenance, &[(String::new(), &ran.section)], Lang::En).unwrap();
    let reported = begun.elapsed().as_secs_f64();
    println!("status {counted:.2} s, report {reported:.2} s, at most {:?} MiB", most_memory());
    if !cfg!(debug_assertions) {
        assert!(counted < 1.0 && reported < 20.0, "{counted} {reported}");
        assert!(most_memory().is_none_or(|mib| mib < 1024.0));
    }
}
