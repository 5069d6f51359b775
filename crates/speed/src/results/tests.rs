use super::*;

fn outcome(seconds: f64, loss: f64) -> Outcome {
    Outcome {
        seconds,
        check: [("adam/first".to_owned(), loss)].into(),
        parts: [("adam".to_owned(), seconds)].into(),
    }
}

fn duel(ours: &[f64], theirs: &[f64], loss: f64) -> Duel {
    Duel {
        workload: "w1".into(),
        peer: "peer".into(),
        threads: 1,
        ours: ours.iter().map(|s| outcome(*s, 0.04)).collect(),
        theirs: theirs.iter().map(|s| outcome(*s, loss)).collect(),
        ..Duel::default()
    }
}

#[test]
fn medians_and_ratios_are_taken_pair_by_pair() {
    assert_eq!(Spread::of([3.0, 1.0, 2.0]), Spread { median: 2.0, least: 1.0, most: 3.0 });
    assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
    assert!(Spread::of([]).median.is_nan());
    assert_eq!(duel(&[1.0, 2.0], &[4.0, 2.0], 0.04).ratios(), [4.0, 1.0]);
}

#[test]
fn nobody_is_fast_by_doing_less() {
    assert!(duel(&[1.0], &[1.0], 0.0400002).disagreements().is_empty());
    for loss in [0.04001, f64::NAN] {
        let wrong = duel(&[1.0], &[1.0], loss).disagreements();
        assert!(wrong.len() == 1 && wrong[0].contains("w1 peer, adam/first: thalweg 0.04"), "{wrong:?}");
    }
    let mut silent = duel(&[1.0], &[1.0], 0.04);
    silent.theirs[0].check.clear();
    assert_eq!(silent.disagreements().len(), 1, "a number that is missing is no agreement");
}

#[test]
fn every_pair_counts_and_the_worst_is_told() {
    let wrong = |losses: [f64; 3]| {
        let mut duel = duel(&[1.0; 3], &[], 0.0);
        duel.theirs = losses.map(|loss| outcome(1.0, loss)).to_vec();
        duel.disagreements()
    };
    assert!(wrong([0.04; 3]).is_empty());
    for (losses, worst) in
        [([0.05, 0.04, 0.04], "0.05"), ([0.05, 0.07, 0.04], "0.07"), ([0.05, f64::NAN, 0.07], "NaN")]
    {
        let wrong = wrong(losses);
        assert!(wrong.len() == 1 && wrong[0].ends_with(&format!("peer {worst}")), "{wrong:?}");
    }
}

#[test]
fn the_page_names_everybody_also_who_is_left_out() {
    let absent =
        Duel { absent: Some("no compiler".into()), theirs: vec![], ours: vec![], ..duel(&[], &[], 0.0) };
    let curve = Curve { of: "width".into(), points: vec![(1, 1.0, 1.0), (2, 2.0, 4.0), (4, 9.0, 8.0)] };
    let results = Results {
        machine: "a machine".into(),
        pairs: 3,
        duels: vec![duel(&[1.0, 1.1, 0.9], &[2.0, 2.2, 1.8], 0.04), absent],
        curves: vec![curve],
        workers: vec![Workers { workers: 1, steps_per_second: 10.0, bytes: Some(2e6) }],
        ..Results::default()
    };
    let page = results.markdown();
    for part in [
        "on a machine",
        "| **thalweg** |",
        "1.00 [0.900, 1.10]",
        "2.00 [1.80, 2.20] | 2.00 [2.00, 2.00] | agree",
        "peer is left out: no compiler",
        "**The rate falls to 44.4 % at 4.**",
        "| 1 | 10.0 | 1.00 | 2.00 |",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(results.figure().unwrap().is_some());
    assert!(results.growth_figure().unwrap().is_some());
    assert!(Results::default().figure().unwrap().is_none());
}
