//! Comparisons of the groups of a study, paired by seed.
//!
//! # One comparison
//!
//! Differences are a − b within seeds. Their p is that of the paired t-test where the number of seeds was fixed beforehand ([`Looks::One`]), and that of the
//! anytime-valid t-test where the study was looked at after every seed ([`Looks::Any`]). Where all differences but 0 are of one size, as accuracies on small
//! test sets are, which are multiples of 1/n, Student's formula is wrong: it would call two equal differences certain, and one in eight of the studies of seven
//! coins decided. Then p is that of the signs: the exact sign test, or the coin of [`sequential_p`].
//!
//! # What diverged
//!
//! A seed in which either diverged has no difference, and what is left is a selection: where only some seeds diverged there is no p and nothing is decided.
//! Where every one of n seeds of a diverged and none of b's,
//!
//! ```text
//! p = 2·2⁻ⁿ
//! ```
//!
//! the exact test of McNemar (1947): if neither is the more fragile one, a seed in which one diverges and the other does not is as likely the other way round, so it
//! has probability ½ at most, and n of them on one side 2·2⁻ⁿ. It may be looked at after every seed too: that all n seeds are such contains that the first
//! n − 1 are, so the chance of ever seeing p < α is that of seeing it at the first n with 2·2⁻ⁿ < α. And a comparison that may be decided in either way is not wrong
//! more often for it: with chances s of such a seed on one side and r of one without divergence, r + 2s ≤ 1, that happens with α·rⁿ + 2sⁿ at most, which is
//! convex in s and at both ends at most α.
//!
//! Trials that failed (an error, no result of the technique) have no difference either, and do not count for or against anything.
//!
//! # All comparisons of a study
//!
//! The verdict is that of p adjusted by Holm over all comparisons of the study: the chance that any verdict is wrong is at most 5 %, whatever the
//! comparisons have to do with each other. Their number m is given by the study, not by its results: a comparison without p counts as if its p were 1.
//!
//! Of a study with thousands of techniques not every pair is compared, but each technique with the first of its list ([`MOST_PAIRS`]): so the study's file
//! says which, before anything has run, and not the results. Whoever wants other pairs names fewer fields in `compare`, or puts the baseline first.
//!
//! The interval that is shown is the 95 % interval of this one comparison, and stands for itself: Student's, or with [`Looks::Any`] the
//! [`confidence_sequence`], which holds at all looks together. It says how large a difference is, not
//! whether it is decided among many: it may exclude 0 where the adjusted p is above 5 %, and then the verdict is undecided, since of m such intervals one in
//! twenty excludes 0 where nothing differs. And where the interval contains 0 nothing is decided either, whatever p says: with
//! [`Looks::Any`], p is the smallest so far, and later seeds may have brought the difference back.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::statistics::{
    Paired, Signs, Verdict, confidence_sequence, hedges, holm, paired, paired_without_bootstrap,
    seeds_needed, seeds_until, sequential_p, verdict,
};
use crate::technique::Field;
use crate::training::{Group, Outcome, Training};
use crate::trial::{Metric, Record};

/// Adjusted or alone, p below this is decided.
pub const LEVEL: f64 = 0.05;

/// The power at which [`Comparison::seeds_needed`] is told.
pub const POWER: f64 = 0.8;

/// A study with more comparisons than this has no bootstrap intervals of its differences, and is not told with how many seeds they would be decided:
/// thousands of resamples and integrals for each of them would take longer than many a study.
pub const BOOTSTRAPPED: usize = 2_000;

/// With more pairs of techniques than this, each technique is compared with the first of its list only, and not with all others.
pub const MOST_PAIRS: usize = 10_000;

/// Differences below this share of what they are differences of are rounding.
const ROUNDING: f64 = 1e-12;

/// How often the seeds are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// Once, after a number of seeds that was fixed beforehand: p of the paired t-test.
    One,
    /// After any seed, until it is decided: p of the anytime-valid t-test, in the order of the seeds.
    Any,
}

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
    /// The 95 % interval of the mean difference, in the metric's unit. With [`Looks::One`] Student's; with [`Looks::Any`] the [`confidence_sequence`], none for
    /// fewer than five pairs and where all differences are of one size.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p of this comparison alone; none where nothing can be decided: with one seed, or where some seeds diverged.
    pub p: Option<f64>,
    /// p adjusted over all comparisons of the study ([`holm`]); that of a comparison alone is `p`.
    pub p_holm: Option<f64>,
    /// Whether a is better, by `p_holm`.
    pub verdict: Verdict,
    /// Whether a would be better if this were the only comparison, by `p`.
    pub alone: Verdict,
    /// Where it is undecided: seeds with which a difference of the observed size is decided with 80 % power, see [`seeds_needed`]; at level 5 %
    /// divided by the number of comparisons, the first step of Holm.
    ///
    /// An estimate from an estimate: the observed effect, less what few pairs make it too large by ([`hedges`]); the true one may be smaller still, or
    /// none. None without an effect, for two seeds, or if it takes more than a million. With [`Looks::Any`], the seeds after which it is decided if the
    /// effect stays that ([`seeds_until`]).
    pub seeds_needed: Option<u64>,
    /// Whether all differences are one number up to rounding, or all seeds of one diverged: p is that of as many coins that fell on one side.
    by_signs: bool,
    looks: Looks,
}

impl Comparison<'_> {
    /// Whether further seeds may decide it: it is undecided, and not because some seeds of a technique diverged and others did not, which stays so.
    pub fn is_open(&self) -> bool {
        let mixed = self.p.is_none() && self.a.diverged() + self.b.diverged() > 0;
        self.verdict == Verdict::Undecided && !mixed
    }
}

/// Compares a with b, as if nothing else were compared.
pub fn compare<'a>(a: &'a Group, b: &'a Group, metric: Metric, looks: Looks) -> Comparison<'a> {
    let mut comparison = weigh(a, b, metric, looks, true);
    settle(&mut comparison, 1);
    comparison
}

/// All comparisons of a study: pairs of techniques on the same data that differ in one field only, for each metric. With more than [`MOST_PAIRS`] pairs, only
/// those with the first technique of each list; with more than [`BOOTSTRAPPED`] comparisons none has a bootstrap interval.
pub fn comparisons<'a>(training: &Training, outcome: &'a Outcome) -> Vec<Comparison<'a>> {
    let fields = training.compare.as_ref().unwrap_or(&outcome.varying);
    let looks = looks(training);
    let pairs = pairs(&outcome.groups, fields);
    let bootstrap = pairs.len() * outcome.metrics.len() <= BOOTSTRAPPED;
    let mut all: Vec<Comparison<'a>> = pairs
        .into_par_iter()
        .flat_map_iter(|(a, b)| outcome.metrics.iter().map(move |metric| (a, b, *metric)))
        .map(|(a, b, metric)| weigh(&outcome.groups[a], &outcome.groups[b], metric, looks, bootstrap))
        .collect();
    let p: Vec<Option<f64>> = all.iter().map(|c| c.p.or(Some(1.0))).collect();
    let count = all.len();
    all.par_iter_mut().zip(holm(&p)).for_each(|(comparison, adjusted)| {
        comparison.p_holm = comparison.p.and(adjusted);
        settle(comparison, count);
    });
    all
}

/// Whether each technique is compared with the first of its list only, and not with all others: see [`MOST_PAIRS`].
pub fn with_first_only(training: &Training, outcome: &Outcome) -> bool {
    let fields = training.compare.as_ref().unwrap_or(&outcome.varying);
    let lists = fields.iter().flat_map(|field| alike(&outcome.groups, *field));
    lists.map(|list| list.len() * (list.len() - 1) / 2).sum::<usize>() > MOST_PAIRS
}

/// How a study's seeds are looked at.
pub fn looks(training: &Training) -> Looks {
    if training.until_decided.is_some() { Looks::Any } else { Looks::One }
}

/// The comparison alone; its verdict is still to be settled.
fn weigh<'a>(a: &'a Group, b: &'a Group, metric: Metric, looks: Looks, bootstrap: bool) -> Comparison<'a> {
    let seeds = seeds(a, b);
    let pairs: Vec<(f64, f64)> =
        seeds.iter().filter_map(|(a, b)| Some((a.value(metric)?, b.value(metric)?))).collect();
    let paired = if bootstrap { paired(&pairs) } else { paired_without_bootstrap(&pairs) };
    let differences = differences(&pairs);
    let signs = Signs::of(&differences);
    let interval = match looks {
        Looks::One => paired.ci95,
        // What does not spread has no interval of this kind.
        Looks::Any if signs.are_all() || differences.iter().all(|d| *d == 0.0) => None,
        Looks::Any => confidence_sequence(&differences, LEVEL),
    };
    let (p, side) = match divergence(a, b, &seeds) {
        Divergence::None => {
            (p_of(&differences, &paired, looks, signs), verdict(interval.or(paired.ci95), metric.better()))
        }
        Divergence::Some => (None, Verdict::Undecided),
        Divergence::All(side) => (Some(divergence_p(seeds.len())), side),
    };
    let alone = if p.is_some_and(|p| p < LEVEL) { side } else { Verdict::Undecided };
    let by_signs = paired.n == 0 || signs.are_all() && signs.agree();
    Comparison {
        a,
        b,
        metric,
        paired,
        interval,
        p,
        p_holm: p,
        verdict: alone,
        alone,
        seeds_needed: None,
        by_signs,
        looks,
    }
}

/// Verdict and seeds needed of one of `count` comparisons whose `p_holm` is known.
fn settle(comparison: &mut Comparison<'_>, count: usize) {
    // p_holm is at least p, so what is decided among many is decided alone, for the same side.
    let decided = comparison.p_holm.is_some_and(|p| p < LEVEL);
    comparison.verdict = if decided { comparison.alone } else { Verdict::Undecided };
    let effect = comparison.paired.effect.and_then(|effect| hedges(effect, comparison.paired.n));
    comparison.seeds_needed = match (comparison.verdict, comparison.p, effect) {
        // If all further seeds agree too: of signs under many looks the mixture of `Signs`, else 2·2⁻ⁿ.
        (Verdict::Undecided, Some(_), _) if comparison.by_signs && count <= BOOTSTRAPPED => {
            let (seen, level) = (comparison.paired.n as u64, LEVEL / count as f64);
            match comparison.looks {
                Looks::Any if seen > 0 => Signs::agreeing_until(level),
                _ => Some((2.0 / level).log2().floor() as u64 + 1),
            }
            .map(|needed| needed.max(seen + 1))
        }
        (Verdict::Undecided, Some(_), Some(effect)) if count <= BOOTSTRAPPED => {
            let (seen, level) = (comparison.paired.n as u64, LEVEL / count as f64);
            let needed = match comparison.looks {
                Looks::One => seeds_needed(effect, POWER, level),
                Looks::Any => seeds_until(effect, seen, level),
            };
            // What is undecided with so many is not decided with fewer.
            needed.map(|needed| needed.max(seen + 1))
        }
        _ => None,
    };
}

/// p of a mean difference of 0.
fn p_of(differences: &[f64], paired: &Paired, looks: Looks, signs: Signs) -> Option<f64> {
    match looks {
        Looks::Any => sequential_p(differences),
        Looks::One if signs.are_all() => paired.p.map(|_| signs.p()),
        Looks::One => paired.p,
    }
}

/// a − b; 0 where that is rounding.
fn differences(pairs: &[(f64, f64)]) -> Vec<f64> {
    let difference = |(a, b): &(f64, f64)| {
        let rounding = ROUNDING * a.abs().max(b.abs());
        if (a - b).abs() <= rounding { 0.0 } else { a - b }
    };
    pairs.iter().map(difference).collect()
}

/// Who diverged.
enum Divergence {
    /// Nobody.
    None,
    /// Some, or both.
    Some,
    /// Every seed of one, and none of the other; the verdict of that, from a's side.
    All(Verdict),
}

fn divergence(a: &Group, b: &Group, seeds: &[(&Record, &Record)]) -> Divergence {
    let gone = |record: &Record| record.diverged_at.is_some();
    match (a.diverged(), b.diverged()) {
        (0, 0) => Divergence::None,
        (_, 0) if !seeds.is_empty() && seeds.iter().all(|(a, _)| gone(a)) => Divergence::All(Verdict::Worse),
        (0, _) if !seeds.is_empty() && seeds.iter().all(|(_, b)| gone(b)) => Divergence::All(Verdict::Better),
        _ => Divergence::Some,
    }
}

/// p of one technique's diverging in each of `n` seeds and the other's in none: 2·2⁻ⁿ.
fn divergence_p(n: usize) -> f64 {
    2.0 * 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX))
}

/// The records of both of the seeds that both have and in which neither failed, in the order of the seeds.
fn seeds<'a>(a: &'a Group, b: &'a Group) -> Vec<(&'a Record, &'a Record)> {
    let (mut at_a, mut at_b, mut both) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.records.get(at_a), b.records.get(at_b)) {
        if one.seed == other.seed && one.failed.is_none() && other.failed.is_none() {
            both.push((one, other));
        }
        at_a += usize::from(one.seed <= other.seed);
        at_b += usize::from(other.seed <= one.seed);
    }
    both
}

/// The places of all pairs of groups on the same data that differ in one of these fields and in nothing else, in order.
///
/// For each field, groups that are alike in everything else lie together: the work is that of the pairs found, not of all there are.
fn pairs(groups: &[Group], fields: &[Field]) -> Vec<(usize, usize)> {
    let lists: Vec<Vec<usize>> = fields.iter().flat_map(|field| alike(groups, *field)).collect();
    let all: usize = lists.iter().map(|list| list.len() * (list.len() - 1) / 2).sum();
    let mut found = Vec::new();
    for list in &lists {
        let firsts = if all > MOST_PAIRS { 1 } else { list.len() };
        for (at, &a) in list.iter().enumerate().take(firsts) {
            let differs = |b: &&usize| groups[a].settings != groups[**b].settings;
            found.extend(list[at + 1..].iter().filter(differs).map(|&b| (a, b)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The places of groups on the same data that are alike in everything but a field, list by list, in order.
fn alike(groups: &[Group], field: Field) -> Vec<Vec<usize>> {
    // The data set and all other settings.
    type Rest<'a> = (usize, Vec<(Field, &'a str)>);
    let mut alike: HashMap<Rest<'_>, Vec<usize>> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        let settings = group.settings.iter().map(|(field, value)| (*field, value.as_str()));
        let rest = settings.filter(|(other, _)| *other != field).collect();
        alike.entry((group.problem, rest)).or_default().push(index);
    }
    alike.into_values().filter(|list| list.len() > 1).collect()
}

#[cfg(test)]
mod tests;
