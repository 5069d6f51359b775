//! Comparisons of the groups of a study, paired by seed.

use crate::statistics::{Paired, Verdict, paired};
use crate::technique::Field;
use crate::training::{Group, Outcome, Training};
use crate::trial::Metric;

/// Two techniques, one metric.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    /// The first technique.
    pub a: &'a Group,
    /// The second.
    pub b: &'a Group,
    /// What is compared.
    pub metric: Metric,
    /// a − b within seeds.
    pub paired: Paired,
    /// Whether a is better.
    pub verdict: Verdict,
}

/// Compares a with b.
///
/// Seeds in which either diverged have no difference. When every seed of one diverged and none of the other's, the one that diverged is worse;
/// when some did, or there is only one seed, nothing is decided.
pub fn compare<'a>(a: &'a Group, b: &'a Group, metric: Metric) -> Comparison<'a> {
    let pairs: Vec<(f64, f64)> = a
        .records
        .iter()
        .zip(&b.records)
        .filter_map(|(a, b)| Some((a.value(metric)?, b.value(metric)?)))
        .collect();
    let paired = paired(&pairs);
    let all = |group: &Group| group.records.len() > 1 && group.diverged() == group.records.len();
    let verdict = match (a.diverged(), b.diverged()) {
        (0, 0) => paired.verdict(metric.better()),
        (0, _) if all(b) => Verdict::Better,
        (_, 0) if all(a) => Verdict::Worse,
        _ => Verdict::Undecided,
    };
    Comparison { a, b, metric, paired, verdict }
}

/// All comparisons of a study: pairs of techniques that differ in one field only, for each metric.
pub fn comparisons<'a>(training: &Training, outcome: &'a Outcome) -> Vec<Comparison<'a>> {
    let fields = training.compare.as_ref().unwrap_or(&outcome.varying);
    let mut all = Vec::new();
    for (index, a) in outcome.groups.iter().enumerate() {
        for b in &outcome.groups[index + 1..] {
            let differ: Vec<Field> = outcome
                .varying
                .iter()
                .copied()
                .filter(|field| a.choice(*field) != b.choice(*field))
                .collect();
            if differ.len() == 1 && fields.contains(&differ[0]) {
                all.extend(outcome.metrics.iter().map(|metric| compare(a, b, *metric)));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Body, Study};
    use crate::testing::{CLASSES, diverged, group, outcome, record, three, twin};

    fn rule(word: &str, records: Vec<crate::trial::Record>) -> Group {
        group(&[(Field::Rule, word)], records)
    }

    #[test]
    fn differences_are_taken_within_seeds() {
        // The spread over the seeds is far above the difference, which is the same in each.
        let of = |shift: f64| [1.0, 5.0, 9.0].map(|luck| record(1, luck + shift, 0.1 * luck - shift, 0.5));
        let (a, b) = (rule("adam", of(0.0).to_vec()), rule("sgd", of(0.01).to_vec()));
        let loss = compare(&a, &b, Metric::TrainLoss);
        assert!((loss.paired.difference.unwrap() + 0.01).abs() < 1e-12);
        assert_eq!((loss.paired.n, loss.verdict), (3, Verdict::Better));
        let accuracy = compare(&a, &b, Metric::TrainAccuracy);
        assert!((accuracy.paired.difference.unwrap() - 0.01).abs() < 1e-12);
        assert_eq!(accuracy.verdict, Verdict::Better);
        assert_eq!(compare(&b, &a, Metric::TrainLoss).verdict, Verdict::Worse);
        assert_eq!(compare(&a, &b, Metric::TestAccuracy).verdict, Verdict::Undecided);
        let twin = rule("nesterov", twin(&a.records));
        assert_eq!(compare(&a, &twin, Metric::TrainLoss).verdict, Verdict::Undecided);
    }

    #[test]
    fn what_diverges_in_every_seed_is_worse_and_in_some_undecided() {
        let fine = rule("adam", three(0.5, 0.9, 0.8));
        let gone = rule("sgd", vec![diverged(1, 3), diverged(2, 4), diverged(3, 5)]);
        let mut some = fine.clone();
        some.records[1] = diverged(2, 4);
        for (a, b, verdict, pairs) in [
            (&fine, &gone, Verdict::Better, 0),
            (&gone, &fine, Verdict::Worse, 0),
            (&gone, &gone, Verdict::Undecided, 0),
            (&some, &gone, Verdict::Undecided, 0),
            (&fine, &some, Verdict::Undecided, 2),
            (&some, &fine, Verdict::Undecided, 2),
        ] {
            for metric in CLASSES {
                let c = compare(a, b, metric);
                assert_eq!((c.verdict, c.paired.n), (verdict, pairs));
                assert_eq!(c.paired.difference.is_some(), pairs > 0);
                assert_eq!(c.paired.ci95.is_some(), pairs > 1);
            }
        }
        // Far better in the seeds that finish, and still not better.
        let mut lucky = rule("sgd", three(0.1, 0.99, 0.99));
        lucky.records[0] = diverged(1, 2);
        assert_eq!(compare(&lucky, &fine, Metric::TrainLoss).verdict, Verdict::Undecided);
        assert_eq!(compare(&fine, &rule("sgd", Vec::new()), Metric::TrainLoss).verdict, Verdict::Undecided);
    }

    #[test]
    fn only_pairs_that_differ_in_one_compared_field_are_compared() {
        let of = |rule, norm| group(&[(Field::Rule, rule), (Field::Norm, norm)], three(0.5, 0.9, 0.8));
        let grid = [("sgd", "batch"), ("sgd", "none"), ("adam", "batch"), ("adam", "none")];
        let outcome = outcome(grid.map(|(rule, norm)| of(rule, norm)).to_vec());
        let compared = |compare: &str| {
            let text = format!(
                "title = \"t\"\n[data]\nname = \"digits\"\n[training]\nbatch = 1\nsteps = 1\n[report]\n{compare}"
            );
            let Body::Training(training) = Study::parse("t", "t", &text).unwrap().body else { panic!() };
            let all = comparisons(&training, &outcome);
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
        assert_eq!(compared("").len(), 4);
    }
}
