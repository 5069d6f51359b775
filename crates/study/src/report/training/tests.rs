use std::time::Instant;

use super::*;
use crate::compare::comparisons;
use crate::spec::Body;
use crate::testing::{CLASSES, diverged, group, outcome, record, three, twin};

fn study(extra: &str) -> (Study, Training) {
    let text = format!(
        "title = \"Mine\"\nquestion = \"Which?\"\n[data]\nname = \"digits\"\n[training]\nbatch = 20\nsteps = 20\n{extra}"
    );
    let study = Study::parse("mine", "mine", &text).unwrap();
    let Body::Training(training) = study.body.clone() else { panic!("a training study") };
    (study, *training)
}

/// Two that are alike, one that is worse, one that diverged.
fn some() -> Outcome {
    let of = |rule, records| group(&[(Field::Rule, rule)], records);
    let good = three(0.5, 0.9, 0.8);
    let lost = vec![diverged(1, 3), diverged(2, 5), diverged(3, 4)];
    let mut failed = three(0.6, 0.8, 0.7);
    failed[1].finals = None;
    failed[1].failed = Some("no room".into());
    outcome(vec![
        of("momentum", twin(&good)),
        of("adam", good),
        of("sgd:lr=0.001", three(1.5, 0.4, 0.3)),
        of("sgd:lr=1000", lost),
        of("adagrad", failed),
    ])
}

/// Every text of a section that a reader sees.
fn texts(section: &Section) -> Vec<&str> {
    let mut all = vec![section.method.as_str()];
    all.extend(section.sentences.iter().map(String::as_str));
    all.extend(section.figures.iter().map(|drawn| drawn.caption.as_str()));
    for table in &section.tables {
        all.push(&table.caption);
        let shown = table.shown.iter();
        all.extend(shown.clone().flat_map(|shown| &shown.headers).map(String::as_str));
        all.extend(shown.flat_map(|shown| shown.rows.iter().flatten()).map(|cell| cell.text.as_str()));
    }
    all
}

#[test]
fn a_chinese_section_has_no_english_but_names() {
    let (study, training) = study("");
    let outcome = some();
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::Zh).unwrap();
    // Names of techniques and data, statistics, files, and what a program reported.
    let kept = [
        "momentum", "adam", "sgd", "adagrad", "lr", "relu", "he", "digits", "a", "b", "n", "p", "pp", "e",
        "Holm", "Kaplan", "Meier", "Friedman", "R²", "RMSE", "no", "room", "built", "in",
    ];
    let all = texts(&section);
    assert!(all.len() > 60, "{}", all.len());
    for text in all {
        for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
            assert!(kept.contains(&word), "`{word}` in `{text}`");
        }
    }
}

#[test]
fn what_diverged_and_what_failed_are_told_with_their_reasons() {
    let (study, training) = study("");
    let outcome = some();
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    let told = section.sentences.join("\n");
    for part in [
        "3 of 15 trials diverged (sgd:lr=1000: diverged at steps 3–5).",
        "1 of 15 trials failed (adagrad: no room).",
        "Highest test accuracy: adam with 80.00 % [",
    ] {
        assert!(told.contains(part), "no `{part}` in\n{told}");
    }
    let failures = section.tables.iter().find(|table| table.name == "failures").expect("a table");
    let shown = failures.shown.as_ref().unwrap();
    assert_eq!(shown.rows, [["adagrad", "2", "no room"].map(super::super::Cell::from)]);
    let names: Vec<&str> = section.figures.iter().map(|drawn| drawn.name.as_str()).collect();
    assert!(names.starts_with(&["curves"]) && names.contains(&"test_accuracy"), "{names:?}");
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    let (study, training) = study("");
    let outcome = some();
    let render = |lang| {
        let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), lang).unwrap();
        let svg: String = section.figures.iter().map(|drawn| drawn.figure.svg()).collect();
        format!("{:?}{svg}", texts(&section))
    };
    for lang in Lang::ALL {
        assert_eq!(render(lang), render(lang));
    }
}

#[test]
fn several_parts_of_the_data_have_a_panel_for_each_technique() {
    let extra = "evaluate_every = 10\nevaluate = [\"train\", \"test\"]\n[report]\nmetric = \"test_accuracy\"";
    let (study, training) = study(extra);
    let mut outcome = some();
    for record in outcome.groups.iter_mut().flat_map(|group| &mut group.records) {
        record.series.insert(Metric::TestAccuracy, vec![(10, 0.5), (20, 0.6)]);
    }
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    let parts = section.figures.iter().find(|drawn| drawn.name == "parts").expect("drawn");
    let svg = parts.figure.svg();
    for text in ["training accuracy", "test accuracy", "accuracy (%)", "adam", "momentum"] {
        assert!(svg.contains(&format!(">{text}<")), "{text}");
    }
    assert!(parts.caption.contains("training accuracy and test accuracy"), "{}", parts.caption);
}

#[test]
fn on_several_data_sets_each_has_its_own_sentences_and_figures() {
    let (study, training) = study("");
    let of = |data: usize, rule, test| {
        let name = ["digits", "others"][data];
        let mut group = group(&[(Field::Data, name), (Field::Rule, rule)], three(0.5, 0.9, test));
        group.problem = data;
        group
    };
    let groups = vec![of(0, "sgd", 0.8), of(0, "adam", 0.9), of(1, "sgd", 0.7), of(1, "adam", 0.6)];
    let mut outcome = outcome(groups);
    outcome.problems.push(crate::testing::problem("others"));
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    let told = section.sentences.join("\n");
    assert!(told.contains("On digits: Highest test accuracy: adam with 90.00 %"), "{told}");
    assert!(told.contains("On others: Highest test accuracy: sgd with 70.00 %"), "{told}");
    let names: Vec<&str> = section.figures.iter().map(|drawn| drawn.name.as_str()).collect();
    for name in ["curves-1", "curves-2", "test_accuracy-1", "test_accuracy-2", "profiles"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let ranks = section.tables.iter().find(|table| table.name == "ranks").expect("mean ranks");
    assert_eq!(ranks.shown.as_ref().unwrap().rows.len(), 2);
}

#[test]
fn who_shares_the_first_place_is_named() {
    let (study, training) = study("[report]\ntarget = 0.8");
    let of = |data: usize, rule, loss| {
        let name = ["digits", "others"][data];
        let mut group = group(&[(Field::Data, name), (Field::Rule, rule)], three(loss, 0.9, 0.8));
        group.problem = data;
        group
    };
    // Each is first once and last once; and both are at the target at the first record.
    let groups = vec![of(0, "sgd", 0.5), of(0, "adam", 0.7), of(1, "sgd", 0.7), of(1, "adam", 0.5)];
    let mut outcome = outcome(groups);
    outcome.problems.push(crate::testing::problem("others"));
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    let told = section.sentences.join("\n");
    for part in [
        "On digits: Lowest training loss (mean of up to the last 100 steps): sgd with",
        "On digits: Highest test accuracy: sgd (tied with adam) with",
        "On others: training loss ≤ 0.8000: sgd (tied with adam) is there first",
        "Over 2 data sets sgd (tied with adam) has the best mean rank",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let names = |count: usize| (0..count).map(|i| format!("rule {i}")).collect::<Vec<_>>();
    let first = |count| super::sentences::first("adam", &names(count), Lang::En);
    assert_eq!(first(0), "adam");
    assert_eq!(first(3), "adam (tied with rule 0, rule 1 and rule 2)");
    assert_eq!(first(5), "adam (tied with rule 0, rule 1, rule 2, and 2 more)");
}

#[test]
fn intervals_of_accuracies_end_at_100_per_cent() {
    let (study, training) = study("");
    let of = |rule: &str, all: [f64; 3]| {
        let records = (1..).zip(all).map(|(seed, test)| record(seed, 0.5, 0.5 + 0.01 * test, test));
        group(&[(Field::Rule, rule)], records.collect())
    };
    // 98.67 ± 3.79 %.
    let outcome = outcome(vec![of("sgd", [0.97, 1.0, 0.99]), of("adam", [0.97, 0.98, 0.99])]);
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    let drawn = |name: &str| section.figures.iter().find(|drawn| drawn.name == name).expect("drawn");
    let test = drawn("test_accuracy");
    assert!(test.caption.contains("cut at 0 and 100 %"), "{}", test.caption);
    assert!(test.figure.svg().contains(">100<") && !test.figure.svg().contains(">102<"));
    assert!(!drawn("train_accuracy").caption.contains("cut at"));
}

/// 10,000 techniques with 10 seeds each. `cargo test -p study --lib --release large -- --ignored --nocapture`
#[test]
#[ignore = "takes seconds, and a gigabyte is its limit"]
fn a_large_study_is_told_in_time() {
    let (study, training) = study("[report]\nmetric = \"test_accuracy\"");
    let rates: Vec<String> = (1..=100).map(|i| format!("sgd:lr={}", f64::from(i) / 100.0)).collect();
    let scales: Vec<String> = (1..=100).map(|i| format!("normal:std={}", f64::from(i) / 1000.0)).collect();
    let mut groups = Vec::new();
    for (i, rate) in rates.iter().enumerate() {
        for (j, scale) in scales.iter().enumerate() {
            let records = (1..=10).map(|seed| {
                let luck = ((seed * 7919 + 31 * i as u64 + 17 * j as u64) % 101) as f64 / 1000.0;
                record(seed, 0.5 + luck, 0.8 - luck, 0.5 + (i + j) as f64 / 500.0 - luck)
            });
            groups.push(group(&[(Field::Rule, rate), (Field::Init, scale)], records.collect()));
        }
    }
    let outcome = outcome(groups);
    assert_eq!(outcome.metrics, CLASSES);
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let all = comparisons(&training, &outcome);
    println!("{} comparisons: {:.1} s", all.len(), started.elapsed().as_secs_f64());
    drop(all);
    let section = section(&study, &training, &outcome, &comparisons(&training, &outcome), Lang::En).unwrap();
    println!("section: {:.1} s", started.elapsed().as_secs_f64());
    super::super::folder::write_drawings(folder.path(), &section).unwrap();
    write_records(folder.path(), &outcome).unwrap();
    let provenance = super::super::Provenance::here([], Some(10), "1", "again".into());
    let page =
        super::super::page::render("t", &provenance, &[], &[(String::new(), &section)], Lang::En).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    println!("all: {seconds:.1} s, a page of {} kB", page.len() / 1000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    assert!(seconds < 20.0 && page.len() < 3_000_000);
}
