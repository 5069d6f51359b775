use super::*;
use crate::spec::{Body, Study};
use crate::testing::{CLASSES, diverged, group, outcome, record, three, twin};

fn rule(word: &str, records: Vec<Record>) -> Group {
    group(&[(Field::Rule, word)], records)
}

/// A group whose training losses are these, from seed 1 on; accuracies do not differ.
fn losses(word: &str, losses: &[f64]) -> Group {
    rule(word, (1..).zip(losses).map(|(seed, loss)| record(seed, *loss, 0.9, 0.8)).collect())
}

fn failed(seed: u64) -> Record {
    Record { failed: Some("no room".to_owned()), finals: None, ..record(seed, 0.0, 0.0, 0.0) }
}

fn training(report: &str) -> Training {
    let text = format!(
        "title = \"t\"\n[data]\nname = \"digits\"\n[training]\nbatch = 1\nsteps = 1\n[report]\n{report}"
    );
    let Body::Training(training) = Study::parse("t", "t", &text).unwrap().body else { panic!() };
    *training
}

fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("expected {expected}, found none"));
    assert!((found / expected - 1.0).abs() < 1e-9, "expected {expected}, found {found}");
}

#[test]
fn differences_are_taken_within_seeds() {
    // The spread over the seeds is far above the differences, which are nearly the same in each.
    let of = |shift: f64| {
        let seed = |(seed, luck): (u64, f64)| {
            let shift = shift * (1.0 + 0.01 * seed as f64);
            record(seed, luck + shift, 0.1 * luck - shift, 0.5)
        };
        [(1, 1.0), (2, 5.0), (3, 9.0)].map(seed).to_vec()
    };
    let (a, b) = (rule("adam", of(0.0)), rule("sgd", of(0.01)));
    let compare = |a, b, metric| super::compare(a, b, metric, Looks::One);
    let loss = compare(&a, &b, Metric::TrainLoss);
    assert!((loss.paired.difference.unwrap() + 0.0102).abs() < 1e-12);
    assert_eq!((loss.paired.n, loss.verdict), (3, Verdict::Better));
    let accuracy = compare(&a, &b, Metric::TrainAccuracy);
    assert!((accuracy.paired.difference.unwrap() - 0.0102).abs() < 1e-12);
    assert_eq!(accuracy.verdict, Verdict::Better);
    assert_eq!(compare(&b, &a, Metric::TrainLoss).verdict, Verdict::Worse);
    assert_eq!(compare(&a, &b, Metric::TestAccuracy).verdict, Verdict::Undecided);
    let twin = rule("nesterov", twin(&a.records));
    assert_eq!(compare(&a, &twin, Metric::TrainLoss).verdict, Verdict::Undecided);
}

#[test]
fn p_is_that_of_the_looks() {
    let a = [0.5, 0.45, 0.6, 0.52, 0.49, 0.55];
    let b = a.map(|loss| loss + 0.1);
    let b: Vec<f64> = b.iter().zip([0.04, 0.09, -0.01, 0.07, 0.05, 0.08]).map(|(b, luck)| b - luck).collect();
    let (one, other) = (losses("adam", &a), losses("sgd", &b));
    // Differences −.06, −.01, −.11, −.03, −.05, −.02: mean −.28/6, Σ(d − d̄)² = .0196 − .28²/6, t = −√10
    let fixed = compare(&one, &other, Metric::TrainLoss, Looks::One);
    let (mean, square) = (-0.28 / 6.0, 0.0196 - 0.28 * 0.28 / 6.0);
    close(fixed.paired.difference, mean);
    close(fixed.paired.effect, mean / (square / 5.0_f64).sqrt());
    // scipy.stats.ttest_1samp
    close(fixed.p, 0.02503101581845295);
    assert_eq!((fixed.p, fixed.verdict), (fixed.p_holm, Verdict::Better));
    // e₆ = 7^(−½)·(V/(V − 6·d̄²·6/7))³ with V = .0196.
    let e = 7.0_f64.powf(-0.5) * (0.0196 / (0.0196 - 6.0 * mean * mean * 6.0 / 7.0)).powi(3);
    let any = compare(&one, &other, Metric::TrainLoss, Looks::Any);
    close(any.p, 1.0 / e);
    assert_eq!((any.paired, any.verdict), (fixed.paired, Verdict::Undecided));
    // d̄ ± √(r·S/n) with K = (√7/.05)^(1/3) and r = (K − 1)/(1 − K/7); contains 0 where Student's does not.
    let k = (7.0_f64.sqrt() / 0.05).cbrt();
    let half = ((k - 1.0) / (1.0 - k / 7.0) * square / 6.0).sqrt();
    close(any.interval.map(|(low, _)| low), mean - half);
    close(any.interval.map(|(_, high)| high), mean + half);
    assert!(mean + half > 0.0 && fixed.interval == fixed.paired.ci95 && fixed.interval.unwrap().1 < 0.0);
    assert!(any.seeds_needed.is_some() && fixed.seeds_needed.is_none());
    // One seed has no p.
    let (one, other) = (losses("adam", &a[..1]), losses("sgd", &b[..1]));
    let alone = compare(&one, &other, Metric::TrainLoss, Looks::One);
    assert_eq!(
        (alone.p, alone.p_holm, alone.verdict, alone.seeds_needed),
        (None, None, Verdict::Undecided, None)
    );
}

#[test]
fn equal_differences_count_as_signs_alone() {
    for (n, verdict) in [(2, Verdict::Undecided), (5, Verdict::Undecided), (6, Verdict::Better)] {
        let a: Vec<f64> = (0..n).map(|seed| 0.9 + f64::from(seed) / 360.0).collect();
        let b: Vec<f64> = a.iter().map(|a| a + 2.0 / 360.0).collect();
        let (one, other, same) = (losses("adam", &a), losses("sgd", &b), losses("sgd", &a));
        let found = compare(&one, &other, Metric::TrainLoss, Looks::One);
        assert!(found.paired.sd.unwrap() < 1e-15);
        assert_eq!((found.p, found.verdict), (Some(2.0 * 0.5_f64.powi(n)), verdict));
        let none = compare(&one, &same, Metric::TrainLoss, Looks::One);
        assert_eq!((none.p, none.verdict, none.seeds_needed), (Some(1.0), Verdict::Undecided, None));
    }
}

#[test]
fn what_diverges_in_every_seed_is_worse_and_in_some_undecided() {
    let six = |seed: u64| {
        record(seed, 0.5 + 0.01 * seed as f64, 0.9 + 0.001 * seed as f64, 0.8 + 0.002 * seed as f64)
    };
    let fine = rule("adam", (1..=6).map(six).collect());
    let gone = rule("sgd", (1..=6).map(|seed| diverged(seed, 2 + seed)).collect());
    let mut some = fine.clone();
    some.records[1] = diverged(2, 4);
    // 2·2⁻⁶
    let p = Some(0.03125);
    for (a, b, p, verdict, pairs) in [
        (&fine, &gone, p, Verdict::Better, 0),
        (&gone, &fine, p, Verdict::Worse, 0),
        (&gone, &gone, None, Verdict::Undecided, 0),
        (&some, &gone, None, Verdict::Undecided, 0),
        (&fine, &some, None, Verdict::Undecided, 5),
        (&some, &fine, None, Verdict::Undecided, 5),
    ] {
        for (metric, looks) in CLASSES.into_iter().flat_map(|m| [(m, Looks::One), (m, Looks::Any)]) {
            let c = compare(a, b, metric, looks);
            assert_eq!((c.p, c.p_holm, c.verdict, c.paired.n), (p, p, verdict, pairs));
            assert_eq!(c.paired.difference.is_some(), pairs > 0);
            // All the same: under many looks that has no interval.
            assert_eq!(c.interval.is_some(), pairs > 1 && looks == Looks::One);
            assert_eq!(c.seeds_needed, None);
        }
    }
    let decided = |a: &Group, b: &Group| {
        let found = compare(a, b, Metric::TrainLoss, Looks::One);
        (found.p, found.verdict)
    };
    // Far better in the seeds that finish, and still not better.
    let mut lucky = rule("sgd", (1..=6).map(|seed| record(seed, 0.1 / seed as f64, 0.99, 0.99)).collect());
    lucky.records[0] = diverged(1, 2);
    assert_eq!(decided(&lucky, &fine), (None, Verdict::Undecided));
    assert_eq!(decided(&fine, &rule("sgd", Vec::new())), (None, Verdict::Undecided));
    // Five seeds do not decide, and six are told to.
    let five = |group: &Group| Group { records: group.records[..5].to_vec(), ..group.clone() };
    let (fine, gone) = (five(&fine), five(&gone));
    assert_eq!(decided(&fine, &gone), (Some(0.0625), Verdict::Undecided));
    assert_eq!(compare(&fine, &gone, Metric::TrainLoss, Looks::One).seeds_needed, Some(6));
}

#[test]
fn more_seeds_are_for_what_they_may_decide() {
    let (fine, close) = (losses("adam", &[0.1, 0.2, 0.3, 0.4]), losses("sgd", &[0.2, 0.1, 0.4, 0.35]));
    let (far, mut mixed) = (losses("sgd", &[0.51, 0.6, 0.7, 0.8]), close.clone());
    mixed.records[2] = diverged(3, 5);
    let gone = |n: u64| rule("sgd", (1..=n).map(|seed| diverged(seed, 5)).collect());
    let two = Group { records: fine.records[..2].to_vec(), ..fine.clone() };
    let six = losses("adam", &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    let one = Group { records: fine.records[..1].to_vec(), ..close.clone() };
    for (a, b, open) in [
        (&fine, &close, true),
        (&fine, &far, false),
        // One seed may become many; two that diverged may become three.
        (&fine, &one, true),
        (&two, &gone(2), true),
        (&six, &gone(6), false),
        // But what diverges in some seeds never has diverged in all.
        (&fine, &mixed, false),
        (&gone(4), &gone(4), false),
    ] {
        assert_eq!(compare(a, b, Metric::TrainLoss, Looks::One).is_open(), open, "{} {}", a.name, b.name);
    }
}

#[test]
fn where_nothing_differs_divergence_is_no_further_chance_to_be_wrong() {
    for n in 3..=40 {
        for step in 0..=1000 {
            let q = f64::from(step) / 1000.0;
            // A seed in which one alone diverges has chance q/2 on each side, at most.
            let all = 2.0 * (q / 2.0).powi(n);
            assert!(all <= divergence_p(n as usize) * (1.0 + 1e-12));
            assert!(divergence_p(n as usize) > LEVEL || LEVEL * (1.0 - q).powi(n) + all <= LEVEL, "{n} {q}");
        }
    }
}

#[test]
fn what_failed_counts_for_nothing() {
    let fine = rule("adam", (1..=5).map(|seed| record(seed, 0.5 + 0.01 * seed as f64, 0.9, 0.8)).collect());
    let whole = losses("sgd", &[0.7, 0.72, 0.75, 0.74, 0.76]);
    let mut broken = whole.clone();
    let whole = compare(&fine, &whole, Metric::TrainLoss, Looks::One);
    broken.records[2] = failed(3);
    let found = compare(&fine, &broken, Metric::TrainLoss, Looks::One);
    assert_eq!((whole.paired.n, found.paired.n, found.verdict), (5, 4, Verdict::Better));
    // What is left of a group all of whose seeds diverged: 2·2⁻⁴.
    let mut gone = rule("sgd", (1..=5).map(|seed| diverged(seed, 3)).collect());
    gone.records[4] = failed(5);
    let found = compare(&fine, &gone, Metric::TrainLoss, Looks::One);
    assert_eq!((found.p, found.verdict), (Some(0.125), Verdict::Undecided));
    // The other diverged where this one failed: not all of one and none of the other.
    let mut other = fine.clone();
    other.records[4] = diverged(5, 9);
    assert_eq!(compare(&other, &gone, Metric::TrainLoss, Looks::One).p, None);
    // All failed: nothing is known.
    let lost = rule("sgd", (1..=5).map(failed).collect());
    let found = compare(&fine, &lost, Metric::TrainLoss, Looks::One);
    assert_eq!((found.p, found.verdict, found.paired.n), (None, Verdict::Undecided, 0));
}

#[test]
fn seeds_that_only_one_has_have_no_pair() {
    let (a, mut b) = (losses("adam", &[0.1, 0.2, 0.3, 0.4]), losses("sgd", &[0.15, 0.27, 0.31, 0.49]));
    b.records.remove(1);
    let found = compare(&a, &b, Metric::TrainLoss, Looks::One);
    assert_eq!(found.paired.n, 3);
    close(found.paired.difference, (-0.05 - 0.01 - 0.09) / 3.0);
}

#[test]
fn among_many_the_verdict_is_holms() {
    // The same difference, more or less spread out.
    let noise = [0.3, -0.2, 0.1, -0.4, 0.2];
    let base = [1.0, 1.3, 0.9, 1.1, 1.2];
    let of = |word: &str, shift: f64, spread: f64| {
        let all: Vec<f64> = base.iter().zip(noise).map(|(b, n)| b + shift + spread * n).collect();
        losses(word, &all)
    };
    let outcome = outcome(vec![of("adam", 0.0, 0.0), of("sgd", 0.1, 0.1), of("momentum", 0.1, 0.25)]);
    let all = comparisons(&training(""), &outcome);
    assert_eq!(all.len(), 9);
    let losses: Vec<_> = all.iter().filter(|c| c.metric == Metric::TrainLoss).collect();
    let p: Vec<f64> = losses.iter().map(|c| c.p.unwrap()).collect();
    // adam − sgd: d = −.1 − .1·noise, mean of the noise 0, sd √(.34/4): t = −√5/√.085 = −7.6696…
    close(losses[0].paired.effect, -1.0 / 0.085_f64.sqrt());
    // scipy.stats.ttest_1samp
    close(losses[0].p, 0.0015536918454654867);
    // The other six have no difference at all, and p = 1: m is 9.
    close(losses[0].p_holm, 9.0 * p[0]);
    close(losses[1].p_holm, 8.0 * p[1]);
    assert_eq!(losses[2].p_holm, Some(1.0));
    assert_eq!((losses[0].verdict, losses[0].alone), (Verdict::Better, Verdict::Better));
    // Its own interval excludes 0, but it is one of nine.
    assert!(p[1] < 0.05 && losses[1].paired.ci95.unwrap().1 < 0.0);
    assert_eq!((losses[1].verdict, losses[1].alone), (Verdict::Undecided, Verdict::Better));
    assert_eq!(
        losses[1].seeds_needed,
        seeds_needed(hedges(losses[1].paired.effect.unwrap(), 5).unwrap(), 0.8, 0.05 / 9.0)
    );
    assert!(losses[1].seeds_needed.unwrap() > 5);
    assert!(losses[0].seeds_needed.is_none());
}

#[test]
fn a_comparison_without_p_counts_as_one_of_them() {
    let mut groups = vec![
        losses("adam", &[0.1, 0.2, 0.3, 0.4]),
        losses("sgd", &[0.151, 0.252, 0.35, 0.453]),
        losses("momentum", &[0.1; 4]),
    ];
    groups[2].records[0] = diverged(1, 5);
    let outcome = outcome(groups);
    let all = comparisons(&training(""), &outcome);
    assert_eq!((all.len(), all.iter().filter(|c| c.p.is_some()).count()), (9, 3));
    assert!(all.iter().all(|c| c.p.is_some() == c.p_holm.is_some()));
    close(all[0].p_holm, 9.0 * all[0].p.unwrap());
}

#[test]
fn many_comparisons_have_no_bootstrap_intervals() {
    let of = |count: usize| {
        let rates = 1..=count;
        outcome(
            rates
                .map(|rate| losses(&format!("sgd:lr=0.{rate:02}"), &[0.1, 0.2, 0.35 + rate as f64]))
                .collect(),
        )
    };
    // 37·36/2·3 = 1998 and 38·37/2·3 = 2109.
    for (count, comparisons, bootstrapped) in [(37, 1998, true), (38, 2109, false)] {
        let (outcome, training) = (of(count), training(""));
        let all = super::comparisons(&training, &outcome);
        assert_eq!(all.len(), comparisons);
        assert!(all.iter().all(|c| c.paired.ci95.is_some() && c.paired.bca95.is_some() == bootstrapped));
    }
}

#[test]
fn of_thousands_of_pairs_those_with_the_first_of_each_list_are_compared() {
    let choices = |rate: usize, norm| [(Field::Rule, format!("sgd:lr=0.{rate:03}")), (Field::Norm, norm)];
    let of = |count: usize| {
        let all = (1..=count).flat_map(|rate| ["batch", "none"].map(|norm| choices(rate, norm.to_owned())));
        let group = |all: [(Field, String); 2]| {
            group(&all.each_ref().map(|(field, word)| (*field, &word[..])), three(0.5, 0.9, 0.8))
        };
        outcome(all.map(group).collect())
    };
    // 2·100·99/2 + 100 = 10,000 and 2·101·100/2 + 101 = 10,201.
    for (count, pairs) in [(100, 10_000), (101, 2 * 100 + 101)] {
        let outcome = of(count);
        let all = super::comparisons(&training(""), &outcome);
        assert_eq!(all.len(), pairs * 3);
        if count == 101 {
            let first =
                |c: &Comparison<'_>| c.a.name.starts_with("sgd:lr=0.001,") || c.a.name.ends_with("batch");
            assert!(all.iter().all(first));
        }
    }
}

#[test]
fn only_pairs_that_differ_in_one_compared_field_are_compared() {
    let of = |rule, norm| group(&[(Field::Rule, rule), (Field::Norm, norm)], three(0.5, 0.9, 0.8));
    let grid = [("sgd", "batch"), ("sgd", "none"), ("adam", "batch"), ("adam", "none")];
    let outcome = outcome(grid.map(|(rule, norm)| of(rule, norm)).to_vec());
    let compared = |compare: &str| {
        let all = comparisons(&training(compare), &outcome);
        for metric in CLASSES {
            assert_eq!(all.iter().filter(|c| c.metric == metric).count() * 3, all.len());
        }
        let first = all.iter().filter(|c| c.metric == Metric::TrainLoss);
        first.map(|c| format!("{} | {}", c.a.name, c.b.name)).collect::<Vec<_>>()
    };
    let norms = ["sgd, batch | sgd, none", "adam, batch | adam, none"];
    let rules = ["sgd, batch | adam, batch", "sgd, none | adam, none"];
    assert_eq!(compared("compare = [\"norm\"]"), norms);
    assert_eq!(compared("compare = [\"rule\"]"), rules);
    assert_eq!(compared("compare = []"), [""; 0]);
    let both = [rules[0], norms[0], rules[1], norms[1]];
    let mut found = compared("");
    assert_eq!(found.len(), 4);
    // In the order of the groups.
    assert_eq!(
        found,
        ["sgd, batch | sgd, none", "sgd, batch | adam, batch", "sgd, none | adam, none", norms[1]]
    );
    found.sort();
    let mut both = both.to_vec();
    both.sort_unstable();
    assert_eq!(found, both);
}

#[test]
fn differences_equal_up_to_rounding_are_counted_by_their_signs() {
    // 0.1 + 0.2 and the like: an effect of 1e15, for which Student's formula would never end.
    let a = losses("adam", &[0.1 + 0.2, 0.5 + 0.1, 0.7 + 0.1]);
    let b = losses("sgd", &[0.2, 0.5, 0.7]);
    let one = compare(&a, &b, Metric::TrainLoss, Looks::One);
    assert_eq!((one.p, one.verdict), (Some(0.25), Verdict::Undecided));
    // 2·2⁻⁶ is the first below .05.
    assert_eq!(one.seeds_needed, Some(6));
}

#[test]
fn seeds_that_agree_decide_when_it_is_said() {
    let training = Training { until_decided: Some(50), ..training("") };
    for techniques in [2, 3, 4] {
        // Every technique is better than the next by the same in each seed.
        let of = |n: usize| {
            let losses = |k: usize| losses(&format!("sgd:lr=0.{k}"), &vec![0.5 + 0.125 * k as f64; n]);
            outcome((1..=techniques).map(losses).collect())
        };
        let first = of(3);
        let all = comparisons(&training, &first);
        let needed = all[0].seeds_needed.unwrap() as usize;
        for (n, verdict) in [(needed - 1, Verdict::Undecided), (needed, Verdict::Better)] {
            let outcome = of(n);
            let of_losses = comparisons(&training, &outcome);
            let comparison = of_losses.iter().find(|c| c.metric == Metric::TrainLoss).unwrap();
            assert_eq!(comparison.verdict, verdict, "{techniques} techniques, {n} seeds");
            assert_eq!(comparison.interval, None);
            // Equal accuracies have none either.
            assert!(of_losses.iter().all(|c| c.interval.is_none()));
        }
    }
}
