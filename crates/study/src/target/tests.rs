use super::*;
use crate::spec::{Body, Study};
use crate::technique::Field;
use crate::testing::{diverged, group, outcome, record, three};

fn training(metric: &str) -> Training {
    let text = format!(
        "title = \"t\"\n[data]\nname = \"digits\"\n[training]\nbatch = 1\nsteps = 20\n[report]\nmetric = \"{metric}\""
    );
    let Body::Training(training) = Study::parse("t", "t", &text).unwrap().body else { panic!() };
    *training
}

/// A trial of 20 steps with these training accuracies after every fifth.
fn trial(seed: u64, accuracies: [f64; 4]) -> Record {
    let mut record = record(seed, 0.5, accuracies[3], 0.8);
    let steps = [5, 10, 15, 20].into_iter();
    record.series.insert(Metric::TrainAccuracy, steps.zip(accuracies).collect());
    record.seconds = 8.0;
    record
}

fn rule(word: &str, records: Vec<Record>) -> Group {
    group(&[(Field::Rule, word)], records)
}

#[test]
fn the_first_step_beyond_counts_and_misses_are_seen_to_the_end() {
    let found = rule(
        "adam",
        vec![
            trial(1, [0.5, 0.9, 0.8, 0.95]),
            trial(2, [0.91, 0.92, 0.93, 0.94]),
            trial(3, [0.1, 0.2, 0.3, 0.4]),
            trial(4, [0.1, 0.2, 0.3, 0.9]),
        ],
    );
    let found = reach(&found, Metric::TrainAccuracy, 0.9);
    let steps: Vec<(f64, usize, f64)> =
        found.steps.steps.iter().map(|s| (s.time, s.at_risk, s.survival)).collect();
    // A value at the target is there, and what falls below it later was there.
    assert_eq!(steps, [(5.0, 4, 0.75), (10.0, 3, 0.5), (20.0, 2, 0.25)]);
    assert_eq!((found.steps.n, found.steps.reached, found.missed()), (4, 3, 1));
    assert_eq!(found.steps.median(), Some(10.0));
    // 8 s over 20 steps.
    let seconds: Vec<f64> = found.seconds.steps.iter().map(|s| s.time).collect();
    assert_eq!((seconds, found.seconds.median()), (vec![2.0, 4.0, 8.0], Some(4.0)));
}

#[test]
fn what_diverges_never_gets_there_and_leaves_the_others_where_they_are() {
    let gone = Record { series: trial(1, [0.95; 4]).series, seconds: 1.0, ..diverged(1, 7) };
    let found = rule("adam", vec![gone, trial(2, [0.1, 0.95, 0.95, 0.95]), trial(3, [0.1, 0.2, 0.95, 0.9])]);
    let found = reach(&found, Metric::TrainAccuracy, 0.9);
    // It stays among those at risk: 1/3 and 2/3 are there, not 1/2 and all.
    for times in [&found.steps, &found.seconds] {
        let shares: Vec<(usize, f64)> = times.steps.iter().map(|s| (s.at_risk, s.survival)).collect();
        assert_eq!((shares[0].0, shares[1].0), (3, 2));
        assert!((shares[0].1 - 2.0 / 3.0).abs() < 1e-12 && (shares[1].1 - 1.0 / 3.0).abs() < 1e-12);
    }
    assert_eq!((found.steps.n, found.missed()), (3, 1));
    // All diverged: no time at all.
    let lost = rule("sgd", vec![diverged(1, 3), diverged(2, 3)]);
    let lost = reach(&lost, Metric::TrainAccuracy, 0.9);
    assert_eq!((lost.missed(), lost.steps.median(), lost.steps.steps.len()), (2, None, 0));
}

#[test]
fn what_failed_is_left_out() {
    let mut records = vec![trial(1, [0.95; 4]), trial(2, [0.95; 4])];
    records[1].failed = Some("no room".to_owned());
    let group = rule("adam", records);
    let found = reach(&group, Metric::TrainAccuracy, 0.9);
    assert_eq!((found.steps.n, found.steps.reached), (1, 1));
}

#[test]
fn a_lucky_batch_is_no_arrival() {
    let mut lucky = record(1, 0.5, 0.9, 0.8);
    // 1 at every step but one, in which it is 0; from step 201 on 0.4.
    let loss = |step| {
        if step == 50 {
            0.0
        } else if step > 200 {
            0.4
        } else {
            1.0
        }
    };
    lucky.series.insert(Metric::TrainLoss, (1..=400).map(|step| (step, loss(step))).collect());
    // The mean of the last 100 is 1 − .6·k/100 at step 200 + k: at most .5 from k = 84 on.
    assert_eq!(first(&lucky, 400, Metric::TrainLoss, 0.5), Some(284));
    assert_eq!(first(&lucky, 400, Metric::TrainLoss, 0.39), None);
    assert!((last(&lucky, 400, Metric::TrainLoss).unwrap() - 0.4).abs() < 1e-12);
    // Recorded every 10 steps: the last 100 are ten records.
    lucky.series.insert(Metric::TrainLoss, (1..=40).map(|k| (10 * k, loss(10 * k))).collect());
    assert_eq!(first(&lucky, 400, Metric::TrainLoss, 0.5), Some(290));
    // A loss that is enormous at first does not spoil the means after it.
    lucky.series.insert(Metric::TrainLoss, [(1, 1e300), (102, 0.25), (103, 0.75)].into());
    assert_eq!(first(&lucky, 400, Metric::TrainLoss, 0.5), Some(102));
    assert_eq!(last(&lucky, 400, Metric::TrainLoss), Some(0.5));
}

#[test]
fn the_measurement_at_the_end_counts() {
    let mut late = trial(1, [0.1, 0.2, 0.3, 0.95]);
    late.series.get_mut(&Metric::TrainAccuracy).unwrap().pop();
    assert_eq!(first(&late, 20, Metric::TrainAccuracy, 0.9), Some(20));
    late.finals = None;
    assert_eq!(first(&late, 20, Metric::TrainAccuracy, 0.9), None);
}

#[test]
fn a_study_that_names_no_target_has_what_three_in_four_reach() {
    let of = |word: &str, end: f64| {
        rule(
            word,
            [0.01, 0.0, -0.01]
                .into_iter()
                .zip(1..)
                .map(|(luck, seed)| trial(seed, [0.1, 0.2, 0.3, end + luck]))
                .collect(),
        )
    };
    let words = ["adam", "sgd", "momentum", "nesterov", "adagrad", "rmsprop"];
    // In order: .9 .8 .7 .6 .5; the fourth of five, ⌈15/4⌉.
    let ends = [0.7, 0.5, 0.9, 0.6, 0.8];
    let mut groups: Vec<Group> = words.iter().zip(ends).map(|(word, end)| of(word, end)).collect();
    let mut wild = of(words[5], 0.99);
    wild.records[0] = diverged(1, 3);
    groups.push(wild);
    let found = outcome(groups);
    let all = targets(&training("train_accuracy"), &found);
    let [target] = &all[..] else { panic!("one data set") };
    assert_eq!((target.value, target.named, target.problem, target.steps), (0.6, false, 0, 20));
    assert_eq!(target.text(Lang::En), "training accuracy ≥ 60.00 %");
    let reached: Vec<usize> = target.groups.iter().map(|reach| reach.steps.reached).collect();
    assert_eq!(reached, [3, 0, 3, 2, 3, 2]);
    // Of losses the least is best, and two techniques have that of the worse.
    let mean = |loss: f64| rule("adam", three(loss, 0.9, 0.8));
    let losses = outcome(vec![mean(0.2), mean(0.4)]);
    let [target] = &targets(&training("train_loss"), &losses)[..] else { panic!("one data set") };
    assert!((target.value - 0.4).abs() < 1e-12);
    assert_eq!(target.groups.iter().map(|reach| reach.steps.reached).collect::<Vec<_>>(), [3, 2]);
    // Each at its first record: the loss is the same from there to the end.
    assert_eq!(target.groups[1].steps.median(), Some(1.0));
}

#[test]
fn without_anything_recorded_on_the_way_or_to_aim_at_there_is_none() {
    let fine = outcome(vec![rule("adam", three(0.5, 0.9, 0.8))]);
    // Test accuracies are measured at the end only.
    assert!(targets(&training("test_accuracy"), &fine).is_empty());
    let gone = outcome(vec![rule("adam", vec![diverged(1, 5)])]);
    assert!(targets(&training("train_loss"), &gone).is_empty());
}

#[test]
fn the_figure_ends_below_100_percent_where_trials_missed() {
    let found = outcome(vec![
        rule("adam", vec![trial(1, [0.95; 4]), trial(2, [0.1, 0.95, 0.95, 0.95])]),
        rule("sgd", vec![trial(1, [0.1, 0.2, 0.92, 0.92]), trial(2, [0.1, 0.1, 0.1, 0.3])]),
    ]);
    let all = targets(&training("train_accuracy"), &found);
    let figure = all[0].figure("Time to the target").unwrap();
    let tree = roxmltree::Document::parse(figure.svg()).unwrap();
    let texts: Vec<&str> = tree.descendants().filter_map(|n| n.text()).collect();
    // .61 is the median of .3 and .92.
    for text in
        ["adam", "sgd", "n = 2", "n = 2, 1 missed", "step", "trials (%) with training accuracy ≥ 61.00 %"]
    {
        assert!(texts.contains(&text), "{text} is missing from {texts:?}");
    }
}
