//! Claims 11 to 14: batch normalisation.

use super::values::{HIGHER, epochs, final_mean, final_text, guesses, mean_accuracy, pair, sentence};
use super::{Claim, Evidence, Word, claim};
use crate::report::listed;
use crate::report::training::{shown, shown_difference};
use crate::statistics::{Better, Paired, Verdict, mean, paired};
use crate::technique::Field;
use crate::training::{Group, Outcome};
use crate::trial::Metric;

const GRID: (&str, &str) = ("batchnorm-grid", "sixteen scales");
const RATES: (&str, &str) = ("norm-rates-grid", "learning rates");

/// (value of the field, with batch norm, without).
fn duels(outcome: &Outcome, field: Field) -> Vec<(String, &Group, &Group)> {
    let with = outcome.groups.iter().filter(|group| group.choice(Field::Norm) == "batch");
    with.filter_map(|batch| {
        let value = batch.technique.choice(field);
        let plain = outcome.group(&[(field, &value), (Field::Norm, "none")])?;
        Some((value, batch, plain))
    })
    .collect()
}

fn chance(evidence: &Evidence<'_>) -> f64 {
    1.0 / evidence.data.task.outputs() as f64
}

/// Who learns faster: mean training accuracy over the epochs.
fn speed(outcome: &Outcome, batch: &Group, plain: &Group, chance: f64) -> Paired {
    let epochs = epochs(&outcome.groups);
    pair(batch, plain, |record| Some(mean_accuracy(record, epochs, chance)))
}

/// 11. Learning is faster, larger rates work.
pub(super) fn faster(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "With batch norm learning is faster (larger rates work).";
    let outcome = evidence.norm_rates;
    let chance = chance(evidence);
    let (mut numbers, mut wins, mut losses) = (Vec::new(), 0, 0);
    let (mut usable_batch, mut usable_plain) = (Vec::new(), Vec::new());
    let all = duels(outcome, Field::Rule);
    for (rate, batch, plain) in &all {
        let (text, verdict) = sentence(
            "batch norm",
            "none",
            &format!("{rate}: mean training accuracy over the epochs"),
            &speed(outcome, batch, plain, chance),
            Metric::TrainAccuracy,
        );
        numbers.push(text);
        wins += usize::from(verdict == Verdict::Better);
        losses += usize::from(verdict == Verdict::Worse);
        // Usable: every seed finishes, and classifies most training examples right.
        let usable = |group: &Group| {
            group.diverged() == 0
                && group.values(Metric::TrainAccuracy).iter().all(|accuracy| *accuracy > 0.5)
        };
        if usable(batch) {
            usable_batch.push(rate.clone());
        }
        if usable(plain) {
            usable_plain.push(rate.clone());
        }
    }
    numbers.push(format!(
        "rates at which every seed ends above 50 %: with batch norm {}; without {}",
        listed(&usable_batch),
        listed(&usable_plain)
    ));
    let largest = |usable: &[String]| {
        usable.iter().filter_map(|rate| rate.rsplit('=').next()?.parse::<f64>().ok()).fold(0.0, f64::max)
    };
    let larger = largest(&usable_batch) > largest(&usable_plain);
    let word = Word::of(
        wins > 0 && losses == 0 && larger,
        losses > wins || largest(&usable_batch) < largest(&usable_plain),
    );
    let because = format!(
        "faster at {wins} of {} rates, slower at {losses}; larger rates {}",
        all.len(),
        if larger { "work" } else { "work no better" }
    );
    claim(11, TEXT, word, because, numbers, &[RATES])
}

/// 12. It depends less on the initial weights.
pub(super) fn robust(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "With batch norm learning depends less on the initial weights.";
    let outcome = evidence.batchnorm;
    let all = duels(outcome, Field::Init);
    let chance = chance(evidence);
    let seeds = all.first().map_or(0, |(_, batch, _)| batch.records.len());
    // The spread over the scales, within a seed.
    let spread = |seed: usize, with: bool| {
        let values: Vec<f64> = all
            .iter()
            .filter_map(|(_, batch, plain)| (if with { batch } else { plain }).records.get(seed))
            .map(|record| record.value(Metric::TrainAccuracy).unwrap_or(chance))
            .collect();
        crate::statistics::summary(&values).and_then(|s| s.sd).unwrap_or(f64::NAN)
    };
    let pairs: Vec<(f64, f64)> = (0..seeds).map(|seed| (spread(seed, true), spread(seed, false))).collect();
    let paired = paired(&pairs);
    // Less spread is better.
    let verdict = paired.verdict(crate::statistics::Better::Lower);
    let (with, without): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let difference = |d| shown_difference(Metric::TrainAccuracy, d);
    let numbers = vec![format!(
        "standard deviation of the final training accuracy over {} scales: {} with batch norm, {} without; difference {}{}, n = {}",
        all.len(),
        shown(Metric::TrainAccuracy, mean(&with)),
        shown(Metric::TrainAccuracy, mean(&without)),
        paired.difference.map_or(String::new(), difference),
        paired.ci95.map_or(String::new(), |(low, high)| format!(
            " [{}, {}]",
            difference(low),
            difference(high)
        )),
        paired.n
    )];
    let word = Word::of(verdict == Verdict::Better, verdict == Verdict::Worse);
    claim(12, TEXT, word, "spread over sixteen weight scales, paired by seed".to_owned(), numbers, &[GRID])
}

/// 13. It restrains overfitting.
///
/// Each net at its own best rate, among those at which it learns the training examples: one rate for both would favour the net that it suits. The same
/// rates side by side are shown, and must not contradict.
pub(super) fn overfitting(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "Batch norm restrains overfitting.";
    const LEARNED: f64 = 0.99;
    let figures = [("norm-rates-test_accuracy", "test accuracy"), RATES];
    let learned =
        |group: &Group| final_mean(group, Metric::TrainAccuracy).is_some_and(|accuracy| accuracy >= LEARNED);
    let gap = |batch: &Group, plain: &Group| {
        pair(batch, plain, |r| Some(r.value(Metric::TrainAccuracy)? - r.value(Metric::TestAccuracy)?))
    };
    let all = duels(evidence.norm_rates, Field::Rule);
    let best = |with: bool| {
        let groups = all.iter().map(|(rate, batch, plain)| (rate, if with { *batch } else { *plain }));
        let test = |group: &Group| final_mean(group, Metric::TestAccuracy).unwrap_or(0.0);
        groups.filter(|(_, group)| learned(group)).max_by(|a, b| test(a.1).total_cmp(&test(b.1)))
    };
    let (Some((batch_rate, batch)), Some((plain_rate, plain))) = (best(true), best(false)) else {
        let why = "one of the two learns 99 % of the training examples at no rate: no overfitting to compare";
        return claim(13, TEXT, Word::Undecided, why.to_owned(), vec![why.to_owned()], &figures);
    };
    let describe = |what: String, batch: &Group, plain: &Group| {
        let paired = gap(batch, plain);
        let difference = |d| shown_difference(Metric::TrainAccuracy, d);
        let verdict = paired.verdict(Better::Lower);
        let text = format!(
            "{what}: gap between training and test accuracy, batch norm minus none: {}{}, n = {} (test accuracy {} against {}): the gap is {}",
            paired.difference.map_or("no pair".to_owned(), difference),
            paired.ci95.map_or(String::new(), |(low, high)| format!(
                " [{}, {}]",
                difference(low),
                difference(high)
            )),
            paired.n,
            final_text(batch, Metric::TestAccuracy),
            final_text(plain, Metric::TestAccuracy),
            match verdict {
                Verdict::Better => "smaller",
                Verdict::Worse => "larger",
                Verdict::Undecided => "undecided",
            }
        );
        (text, verdict)
    };
    let (text, own) = describe(
        format!("each at its own best rate, {batch_rate} with and {plain_rate} without"),
        batch,
        plain,
    );
    let (mut numbers, mut wins, mut losses) = (vec![text], 0, 0);
    for (rate, batch, plain) in all.iter().filter(|(_, batch, plain)| learned(batch) && learned(plain)) {
        let (text, verdict) = describe(format!("both at {rate}"), batch, plain);
        numbers.push(text);
        wins += usize::from(verdict == Verdict::Better);
        losses += usize::from(verdict == Verdict::Worse);
    }
    let word = Word::of(own == Verdict::Better && losses == 0, own == Verdict::Worse && wins == 0);
    let because = format!(
        "each at its own best rate the gap is {}; at rates that both learn at it is smaller at {wins}, larger at {losses}",
        match own {
            Verdict::Better => "decidedly smaller",
            Verdict::Worse => "decidedly larger",
            Verdict::Undecided => "undecided",
        }
    );
    claim(13, TEXT, word, because, numbers, &figures)
}

/// 14. Faster at nearly all of sixteen scales.
pub(super) fn sixteen(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "Over sixteen weight scales on MNIST it learns faster in nearly all; without it a badly scaled start does not learn at all.";
    let outcome = evidence.batchnorm;
    let chance = chance(evidence);
    let all = duels(outcome, Field::Init);
    let (mut wins, mut losses, mut open, mut stuck) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (scale, batch, plain) in &all {
        let std = scale.trim_start_matches("normal:std=").to_owned();
        match speed(outcome, batch, plain, chance).verdict(HIGHER) {
            Verdict::Better => wins.push(std.clone()),
            Verdict::Worse => losses.push(std.clone()),
            Verdict::Undecided => open.push(std.clone()),
        }
        if guesses(plain, chance) {
            stuck.push(std);
        }
    }
    let numbers = vec![
        format!(
            "by mean training accuracy over the epochs batch norm wins at {} of {} scales: std {}",
            wins.len(),
            all.len(),
            listed(&wins)
        ),
        format!("it loses at {}: {}", losses.len(), listed(&losses)),
        format!("undecided at {}: {}", open.len(), listed(&open)),
        format!(
            "without it, every seed still guesses after the last epoch (or has diverged) at {}: {}",
            stuck.len(),
            listed(&stuck)
        ),
    ];
    // "Nearly all": four in five.
    let most = (4 * all.len()).div_ceil(5);
    let word =
        Word::of(wins.len() >= most && !stuck.is_empty(), wins.len() + open.len() < most || stuck.is_empty());
    claim(
        14,
        TEXT,
        word,
        format!(
            "it is decidedly faster at {} of {} scales (nearly all: at least {most})",
            wins.len(),
            all.len()
        ),
        numbers,
        &[GRID, ("batchnorm-differences", "differences by scale")],
    )
}
