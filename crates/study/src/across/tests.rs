use super::*;
use crate::testing::{diverged, group, record};
use crate::trial::Record;

fn rule(word: &str, records: Vec<Record>) -> Group {
    group(&[(Field::Rule, word)], records)
}

/// Two seeds around a loss and a test accuracy.
fn around(word: &str, loss: f64, accuracy: f64) -> Group {
    let seed = |(seed, luck)| record(seed, loss * luck, 0.9, accuracy);
    rule(word, [(1, 0.75), (2, 1.25)].map(seed).to_vec())
}

#[test]
fn costs_ranks_and_profiles_of_three_on_four() {
    let table = [
        [("adam", 1.0, 0.9), ("sgd", 2.0, 0.8), ("momentum", 3.0, 0.95)],
        [("adam", 1.0, 0.5), ("sgd", 1.5, 0.75), ("momentum", 2.0, 0.5)],
        [("adam", 4.0, 0.9), ("sgd", 2.0, 0.9), ("momentum", 3.0, 0.8)],
        [("adam", 1.0, 0.5), ("sgd", 8.0, 0.5), ("momentum", 2.0, 0.5)],
    ];
    let groups = table.map(|row| row.map(|(word, loss, accuracy)| around(word, loss, accuracy)));
    let problems: Vec<Vec<&Group>> = groups.iter().map(|row| row.iter().collect()).collect();
    let found = over(&problems, Metric::TrainLoss).unwrap();
    assert_eq!(found.techniques, ["adam", "sgd", "momentum"]);
    assert_eq!(found.costs[0], [Some(1.0), Some(2.0), Some(3.0)]);
    // Ranks 1 2 3, 1 2 3, 3 1 2, 1 3 2.
    assert_eq!(found.ranks, [1.5, 2.0, 2.5]);
    // χ² = 12·4/(3·4)·(½² + 0 + ½²) = 2, and of two degrees of freedom P = e^(−χ²/2).
    let (chi2, p) = found.friedman.unwrap();
    assert!((chi2 - 2.0).abs() < 1e-12 && (p - (-1.0_f64).exp()).abs() < 1e-12);
    // Ratios of adam 1 1 2 1, of sgd 2 1.5 1 8, of momentum 3 2 1.5 2.
    assert_eq!(
        found.profiles,
        [
            vec![(1.0, 0.75), (2.0, 1.0)],
            vec![(1.0, 0.25), (1.5, 0.5), (2.0, 0.75), (8.0, 1.0)],
            vec![(1.0, 0.0), (1.5, 0.25), (2.0, 0.75), (3.0, 1.0)],
        ]
    );
    // Of accuracies the error counts: .1 against .2 and .05.
    let errors = over(&problems, Metric::TestAccuracy).unwrap();
    for (found, expected) in errors.costs[0].iter().zip([0.1, 0.2, 0.05]) {
        assert!((found.unwrap() - expected).abs() < 1e-12);
    }
    assert_eq!(errors.cost_name(), "1 − test accuracy");
    // The last is a tie of three; the third of two.
    assert_eq!(
        errors.ranks,
        [(2.0 + 2.5 + 1.5 + 2.0) / 4.0, (3.0 + 1.0 + 1.5 + 2.0) / 4.0, (1.0 + 2.5 + 3.0 + 2.0) / 4.0]
    );
}

#[test]
fn what_diverges_is_last_and_solves_nothing() {
    let mut wild = around("sgd", 0.1, 0.9);
    wild.records[1] = diverged(2, 3);
    let (fine, other) = (around("adam", 1.0, 0.9), around("sgd", 0.5, 0.9));
    let found = over(&[vec![&fine, &wild], vec![&fine, &other]], Metric::TrainLoss).unwrap();
    assert_eq!(found.costs, [vec![Some(1.0), None], vec![Some(1.0), Some(0.5)]]);
    assert_eq!(found.ranks, [1.5, 1.5]);
    assert_eq!(found.profiles[1], [(1.0, 0.5)]);
    let failed = Record { failed: Some("no room".to_owned()), finals: None, ..record(2, 0.0, 0.0, 0.0) };
    let mut some = other.clone();
    some.records[1] = failed;
    assert_eq!(cost(&some, Metric::TrainLoss), Some(0.375));
}

#[test]
fn only_what_stands_on_all_data_sets_takes_part() {
    let all = ["adam", "sgd", "momentum"].map(|word| around(word, 1.0, 0.9));
    let [adam, sgd, momentum] = &all;
    let found = over(&[vec![adam, sgd, momentum], vec![momentum, adam]], Metric::TrainLoss).unwrap();
    assert_eq!(found.techniques, ["adam", "momentum"]);
    assert_eq!((found.friedman, found.ranks), (None, vec![1.5, 1.5]));
    assert_eq!(over(&[vec![adam, sgd], vec![adam, momentum]], Metric::TrainLoss), None);
    assert_eq!(over(&[vec![adam, sgd]], Metric::TrainLoss), None);
    assert_eq!(over(&[], Metric::TrainLoss), None);
}

#[test]
fn the_figure_names_what_does_not_finish() {
    let mut wild = around("sgd", 0.1, 0.9);
    wild.records[1] = diverged(2, 3);
    let (fine, other) = (around("adam", 1.0, 0.9), around("sgd", 0.01, 0.9));
    let found = over(&[vec![&fine, &wild], vec![&fine, &other]], Metric::TrainLoss).unwrap();
    let figure = found.figure("Profiles").unwrap();
    let tree = roxmltree::Document::parse(figure.svg()).unwrap();
    let texts: Vec<&str> = tree.descendants().filter_map(|n| n.text()).collect();
    // A ratio of 100 makes the axis logarithmic.
    for text in
        ["adam", "sgd", "finishes on 1 of 2", "training loss over that of the best, τ", "1", "10", "100"]
    {
        assert!(texts.contains(&text), "{text} is missing from {texts:?}");
    }
}
