//! Values of metrics and differences as a reader sees them.

use super::{Comparison, Group, Lang, Metric, Verdict, fill};
use crate::report::{Cell, minus, short, signed};
use crate::statistics::summary_without_bootstrap as summary;
use crate::trial::Record;

/// `60,000`.
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value of a metric as a reader sees it: losses as they are, accuracies in per cent.
pub(crate) fn shown(metric: Metric, value: f64) -> String {
    if metric.is_share() { minus(format!("{:.2} %", 100.0 * value)) } else { short(value) }
}

/// A difference of a metric, with its sign; of accuracies in percentage points.
pub(crate) fn shown_difference(metric: Metric, value: f64) -> String {
    shown_difference_in(Lang::En, metric, value)
}

/// The same in a language.
pub(super) fn shown_difference_in(lang: Lang, metric: Metric, value: f64) -> String {
    in_unit(lang, metric, &bare_difference(metric, value))
}

/// A difference without its unit.
fn bare_difference(metric: Metric, value: f64) -> String {
    if metric.is_share() { signed(minus(format!("{:.2}", 100.0 * value))) } else { signed(short(value)) }
}

/// Differences with their unit, once.
fn in_unit(lang: Lang, metric: Metric, numbers: &str) -> String {
    if metric.is_share() {
        fill(lang.texts().words.points, &[("numbers", &numbers)])
    } else {
        numbers.to_owned()
    }
}

/// Mean and interval of a group's metric.
pub(super) fn value_with_interval(lang: Lang, group: &Group, metric: Metric) -> Cell {
    match summary(&group.values(metric)) {
        None => without_value(lang, group).into(),
        Some(summary) => {
            let interval = summary
                .ci95
                .map(|(low, high)| format!(" [{}, {}]", shown(metric, low), shown(metric, high)))
                .unwrap_or_default();
            Cell::number(format!("{}{interval}", shown(metric, summary.mean)), Some(summary.mean))
        }
    }
}

/// Why a group has no value: all of its trials diverged, or all failed; else a dash.
fn without_value(lang: Lang, group: &Group) -> &'static str {
    let words = &lang.texts().words;
    match &group.records[..] {
        [] => "–",
        all if all.iter().all(|record| record.diverged_at.is_some()) => words.diverged,
        all if all.iter().all(|record| record.failed.is_some()) => words.failed,
        _ => "–",
    }
}

/// The records of the seeds that both groups have, in the order of the seeds.
pub(super) fn pairs<'a>(a: &'a Group, b: &'a Group) -> Vec<(&'a Record, &'a Record)> {
    let mut others = b.records.iter().peekable();
    let mut both = Vec::new();
    for record in &a.records {
        while others.next_if(|other| other.seed < record.seed).is_some() {}
        both.extend(others.next_if(|other| other.seed == record.seed).map(|other| (record, other)));
    }
    both
}

/// `difference [interval], n = 3`.
pub(super) fn difference_with_interval(lang: Lang, c: &Comparison<'_>) -> Cell {
    let words = &lang.texts().words;
    let show = |value| bare_difference(c.metric, value);
    let ends = |(low, high)| format!(" [{}, {}]", show(low), show(high));
    let interval = c.interval.map(ends).unwrap_or_default();
    let difference = match c.paired.difference {
        None => words.no_pair.to_owned(),
        Some(difference) => in_unit(lang, c.metric, &format!("{}{interval}", show(difference))),
    };
    let text = fill(words.with_n, &[("difference", &difference), ("n", &c.paired.n)]);
    Cell::number(text, c.paired.difference)
}

/// A verdict as files and claims have it.
pub(crate) fn verdict_word(verdict: Verdict) -> &'static str {
    Lang::En.verdict(verdict)
}

/// When a group diverged, if it did: `diverged at step 5`, `1 of 3 seeds diverged at step 12`.
pub(super) fn diverged_at(lang: Lang, group: &Group) -> Option<String> {
    let words = &lang.texts().words;
    let steps = group.records.iter().filter_map(|record| record.diverged_at);
    let (first, last) = (steps.clone().min()?, steps.max()?);
    let (lost, all) = (group.diverged(), group.records.len());
    let template = match (lost == all, first == last) {
        (true, true) => words.diverged_at,
        (true, false) => words.diverged_between,
        (false, true) => words.some_diverged_at,
        (false, false) => words.some_diverged_between,
    };
    // A template says only what it has places for.
    Some(fill(
        template,
        &[("at", &first), ("first", &first), ("last", &last), ("lost", &lost), ("all", &all)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::Field;
    use crate::testing::{diverged, group, record, three};

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1000, 60_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "60,000", "1,234,567"]);
    }

    #[test]
    fn a_cell_has_its_number_in_full() {
        let fine = group(&[(Field::Rule, "sgd")], three(0.5, 0.9, 0.8));
        let cell = value_with_interval(Lang::En, &fine, Metric::TestAccuracy);
        assert!(cell.text.starts_with("80.00 % ["), "{}", cell.text);
        assert!((cell.value.unwrap().parse::<f64>().unwrap() - 0.8).abs() < 1e-12);
        let gone = group(&[(Field::Rule, "sgd")], vec![diverged(1, 3), diverged(2, 7)]);
        assert_eq!(value_with_interval(Lang::En, &gone, Metric::TestAccuracy), "diverged".into());
        assert_eq!(diverged_at(Lang::En, &gone).as_deref(), Some("diverged at steps 3–7"));
        assert_eq!(diverged_at(Lang::Zh, &gone).as_deref(), Some("在第 3–7 步之间发散"));
        assert_eq!(diverged_at(Lang::En, &fine), None);
        assert_eq!(shown_difference(Metric::TestAccuracy, -0.0123), "−1.23 pp");
        assert_eq!(shown_difference_in(Lang::Zh, Metric::TestAccuracy, 0.5), "+50.00 个百分点");
    }

    #[test]
    fn only_what_diverged_is_called_so() {
        let failed =
            |seed| Record { finals: None, failed: Some("no room".into()), ..record(seed, 0.0, 0.0, 0.0) };
        let said = |lang, records| {
            value_with_interval(lang, &group(&[(Field::Rule, "sgd")], records), Metric::TestAccuracy).text
        };
        assert_eq!(said(Lang::En, vec![failed(1), failed(2)]), "failed");
        assert_eq!(said(Lang::Zh, vec![failed(1), failed(2)]), "失败");
        assert_eq!(said(Lang::Zh, vec![diverged(1, 3)]), "发散");
        assert_eq!(said(Lang::En, vec![diverged(1, 3), failed(2)]), "–");
        assert_eq!(said(Lang::En, Vec::new()), "–");
    }

    #[test]
    fn pairs_are_of_one_seed() {
        let of = |seeds: &[u64]| {
            group(&[(Field::Rule, "sgd")], seeds.iter().map(|seed| record(*seed, 0.5, 0.9, 0.8)).collect())
        };
        let (a, b) = (of(&[1, 3, 4, 6]), of(&[2, 3, 5, 6, 7]));
        let seeds: Vec<(u64, u64)> = pairs(&a, &b).iter().map(|(a, b)| (a.seed, b.seed)).collect();
        assert_eq!(seeds, [(3, 3), (6, 6)]);
    }
}
