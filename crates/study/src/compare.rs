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
/// when some did, the numbers of the rest cannot decide for it.
pub fn compare<'a>(a: &'a Group, b: &'a Group, metric: Metric) -> Comparison<'a> {
    let pairs: Vec<(f64, f64)> = a
        .records
        .iter()
        .zip(&b.records)
        .filter_map(|(a, b)| Some((a.value(metric)?, b.value(metric)?)))
        .collect();
    let paired = paired(&pairs);
    let all = |group: &Group| !group.records.is_empty() && group.diverged() == group.records.len();
    let verdict = match (a.diverged(), b.diverged()) {
        (0, 0) => paired.verdict(metric.better()),
        (0, _) if all(b) => Verdict::Better,
        (_, 0) if all(a) => Verdict::Worse,
        _ => Verdict::Undecided,
    };
    Comparison {
        a,
        b,
        metric,
        paired,
        verdict,
    }
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
                .filter(|field| a.technique.choice(*field) != b.technique.choice(*field))
                .collect();
            if differ.len() == 1 && fields.contains(&differ[0]) {
                all.extend(Metric::ALL.map(|metric| compare(a, b, metric)));
            }
        }
    }
    all
}
