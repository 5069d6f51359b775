use super::*;
use crate::spec::{Body, Study};

#[test]
fn an_axis_of_shares_begins_at_0_or_near_the_curves() {
    let series = |mid: &[f64], low: f64| Series {
        x: (1..=mid.len()).map(|x| x as f64).collect(),
        mid: mid.to_vec(),
        band: Some((mid.iter().map(|mid| mid - low).collect(), mid.to_vec())),
        ..Series::default()
    };
    let late = [87.0, 93.0, 95.0, 97.0, 98.0, 99.0, 99.0, 99.0, 99.0, 99.0, 99.0];
    let rising = [&[12.0][..], &late].concat();
    for (all, from, below) in [
        (vec![series(&late, 1.0), series(&[95.0, f64::NAN], 4.0)], 90.0, true),
        // Below 10 % of the run.
        (vec![series(&rising, 1.0), series(&late, 1.0)], 80.0, true),
        (vec![series(&rising, 39.0)], 0.0, false),
        // One that diverged at once is seen.
        (vec![series(&late, 1.0), series(&[11.0], 1.0)], 0.0, false),
        (vec![series(&[10.0, 99.0], 0.0)], 0.0, false),
        (vec![series(&[100.0, 100.0], 0.0)], 90.0, false),
        (vec![series(&[f64::NAN], 0.0)], 0.0, false),
    ] {
        let (axis, foot) = share_axis("accuracy (%)", &all.iter().collect::<Vec<_>>());
        assert_eq!(axis.range, Some((from, 100.0)), "{all:?}");
        assert_eq!(foot, below.then(|| format!("{from} %")), "{all:?}");
    }
}

#[test]
fn an_axis_of_r2_leaves_out_how_deep_it_began() {
    let series = |first: f64| Series {
        x: (1..=12).map(f64::from).collect(),
        mid: [vec![first], vec![0.83; 10], vec![0.97]].concat(),
        ..Series::default()
    };
    let (axis, foot) = r2_axis("R²", &[&series(-17.0), &series(0.8)]);
    assert_eq!((axis.range, foot.as_deref()), (Some((0.8, 1.0)), Some("0.8")));
    for first in [0.7, f64::NAN] {
        assert_eq!(r2_axis("R²", &[&series(first)]).0.range, None);
    }
}

/// A built-in study that shows losses, with an outcome of so many steps.
fn losses(record_every: u64, steps: u64) -> (Training, crate::training::Outcome) {
    let Body::Training(mut training) = Study::find("sensitivity").expect("built in").body else {
        panic!("a training study");
    };
    training.record_every = record_every;
    let group = Group { steps, ..group(Vec::new()) };
    (*training, crate::testing::outcome(vec![group]))
}

fn group(records: Vec<Record>) -> Group {
    Group { name: "g".into(), ..crate::testing::group(&[], records) }
}

fn record(seed: u64, diverged_at: Option<u64>, loss: &[f64]) -> Record {
    Record {
        id: String::new(),
        seed,
        diverged_at,
        finals: None,
        failed: None,
        series: crate::metric::Series::from([(Metric::TrainLoss, (1..).zip(loss.iter().copied()).collect())]),
        seconds: 0.0,
    }
}

fn series(name: &str, mid: &[f64]) -> Series {
    Series {
        name: name.into(),
        x: (0..mid.len()).map(|i| i as f64).collect(),
        mid: mid.to_vec(),
        ..Series::default()
    }
}

#[test]
fn every_point_averages_equally_many_records() {
    for (every, steps, width) in [(1, 2000, 40), (10, 300, 10), (7, 2000, 42), (1, 20, 1)] {
        let (training, outcome) = losses(every, steps);
        assert_eq!(stretch(&training, &Scope::all(&outcome)[0]), width, "{every} {steps}");
    }
}

#[test]
fn stretches_are_means_at_their_middle() {
    let one = record(1, None, &[1.0, 3.0, 5.0, 7.0]);
    let two = record(2, None, &[2.0, 4.0, 6.0, 8.0]);
    let points = loss_points(&[&one, &two], 4, 2);
    assert_eq!(points, [(1.0, vec![2.0, 3.0]), (3.0, vec![6.0, 7.0])]);
}

#[test]
fn scores_are_averaged_step_by_step() {
    let of = |seed, points: &[(u64, f64)]| {
        let mut record = record(seed, None, &[]);
        record.series.insert(Metric::TestR2, points.to_vec());
        record
    };
    let (one, two) = (of(1, &[(20, 0.5), (30, 0.6)]), of(2, &[(10, 0.2), (20, 0.3), (30, 0.4)]));
    let points = score_points(&[&one, &two], Metric::TestR2, 10.0);
    assert_eq!(points, [(1.0, vec![0.2]), (2.0, vec![0.5, 0.3]), (3.0, vec![0.6, 0.4])]);
}

#[test]
fn the_seeds_are_those_that_ran() {
    let of = |seeds: u64| group((1..=seeds).map(|seed| record(seed, None, &[1.0])).collect());
    let (none, one, three, mut fifty) = (of(0), of(1), of(3), of(50));
    let said = |groups: &[&Group], lang| lines(groups, lang);
    assert!(said(&[&three, &none, &fifty], Lang::En).starts_with("Lines: mean of the 3 to 50 seeds;"));
    assert!(said(&[&three, &fifty], Lang::Zh).starts_with("曲线：3 至 50 个种子的均值；"));
    assert!(said(&[&three, &three], Lang::En).starts_with("Lines: mean of the 3 seeds;"));
    assert_eq!(said(&[&one], Lang::En), "Lines: the one seed.");
    fifty.records[0].failed = Some("no room".into());
    assert!(said(&[&fifty], Lang::En).starts_with("Lines: mean of the 49 seeds;"));
}

#[test]
fn a_seed_that_diverged_does_not_bend_the_mean_of_the_others() {
    let (training, outcome) = losses(1, 3);
    let scope = &Scope::all(&outcome)[0];
    let mut group = group(vec![record(1, None, &[3.0, 2.0, 1.0]), record(2, Some(2), &[9.0])]);
    let some = curve(&training, scope, &group, "g");
    assert_eq!((some.mid, some.diverged), (vec![3.0, 2.0, 1.0], None));
    assert_eq!(some.note, "1 of 2 seeds diverged at step 2");
    group.records[0] = record(1, Some(3), &[7.0, 8.0]);
    let all = curve(&training, scope, &group, "g");
    assert_eq!((all.mid, all.diverged), (vec![8.0, 8.0], Some(3.0)));
    assert_eq!(all.note, "diverged at steps 2–3");
}

#[test]
fn a_short_excursion_is_cut_and_named_and_a_high_curve_is_not() {
    let (training, outcome) = losses(1, 20);
    let scope = &Scope::all(&outcome)[0];
    let calm = series("calm", &[2.0; 20]);
    let mut spike = series("spike", &[1.0; 20]);
    spike.mid[0] = 55.0;
    let axes = |all: &[&Series]| super::axes(&training, scope, all);
    let cut = axes(&[&calm, &spike]);
    assert_eq!(cut.y.range.map(|(_, high)| high), Some(3.0));
    assert!(cut.reading(&training, &scope.groups, Lang::En).contains("spike leaves the panel"));
    let high = series("high", &[55.0; 20]);
    assert_eq!(axes(&[&calm, &high]).y.range, None);
    assert_eq!(axes(&[&spike]).y.range, None);
}
