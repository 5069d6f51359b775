//! Mean, spread, quantiles, and the summary of a few numbers.

use serde::Serialize;

use super::bootstrap::{Statistic, bca95};
use super::distribution::t_critical;

/// Mean, spread and intervals of a few numbers, all in the unit of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many numbers.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, n − 1 in the denominator; none for fewer than two numbers.
    pub sd: Option<f64>,
    /// The middle number, or the mean of the two middle ones.
    pub median: f64,
    /// 95 % Student interval of the mean; none for fewer than two numbers.
    pub ci95: Option<(f64, f64)>,
    /// 95 % bootstrap interval of the mean, which supposes no normal law: see [`bca95`]. None for fewer than two numbers.
    pub bca95: Option<(f64, f64)>,
}

/// The mean of some numbers; NaN of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation √(Σ(x − x̄)²/(n − 1)); none for fewer than two numbers.
///
/// Equal values spread by exactly 0, which rounding of the mean would hide.
pub fn sd(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n < 2 {
        return None;
    }
    if all_equal(values) {
        return Some(0.0);
    }
    let mean = mean(values);
    Some((values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt())
}

/// The median; NaN of no numbers.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The quantile at a share from 0 to 1: with the numbers in order, x₀ … x₍ₙ₋₁₎, that at place (n − 1)·share, by a straight line between neighbours
/// (type 7 of Hyndman & Fan 1996, the default of NumPy and R). NaN of no numbers.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    quantile_in_place(&mut values.to_vec(), share)
}

/// The same, without a copy: the numbers are left in another order.
pub(super) fn quantile_in_place(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() || share.is_nan() {
        return f64::NAN;
    }
    let place = (values.len() - 1) as f64 * share.clamp(0.0, 1.0);
    let below = place.floor() as usize;
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    if place == below as f64 { low } else { low + (high - low) * (place - below as f64) }
}

/// Whether all numbers are the same one.
pub(super) fn all_equal(values: &[f64]) -> bool {
    values.iter().all(|v| *v == values[0])
}

/// The 97.5 % quantile of Student's t.
pub fn t975(degrees: usize) -> f64 {
    t_critical(degrees as f64, 0.05)
}

/// Summarises; `None` of no numbers.
pub fn summary(values: &[f64]) -> Option<Summary> {
    summary_without_bootstrap(values)
        .map(|summary| Summary { bca95: bca95(values, Statistic::Mean), ..summary })
}

/// The same without the bootstrap interval, whose resamples take nearly all of the time.
pub fn summary_without_bootstrap(values: &[f64]) -> Option<Summary> {
    if values.is_empty() {
        return None;
    }
    let sd = sd(values);
    Some(Summary {
        n: values.len(),
        mean: mean(values),
        sd,
        median: median(values),
        ci95: sd.map(|sd| student95(values.len(), mean(values), sd)),
        bca95: None,
    })
}

/// x̄ ± t(.975, n − 1)·s/√n.
pub(super) fn student95(n: usize, mean: f64, sd: f64) -> (f64, f64) {
    let half = t975(n - 1) * sd / (n as f64).sqrt();
    (mean - half, mean + half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn few_numbers_have_no_interval() {
        assert_eq!(summary(&[]), None);
        let one = summary(&[2.0]).unwrap();
        assert_eq!(one, Summary { n: 1, mean: 2.0, sd: None, median: 2.0, ci95: None, bca95: None });
        let equal = summary(&[0.1, 0.1, 0.1]).unwrap();
        assert_eq!((equal.sd, equal.bca95), (Some(0.0), Some((0.1, 0.1))));
        assert!(median(&[]).is_nan() && mean(&[]).is_nan());
    }

    #[test]
    fn quantiles_of_t_are_the_recorded_ones() {
        let golden = golden::read("statistics.json");
        let quantiles = golden::numbers(&golden["t_quantiles"]);
        assert_eq!(quantiles.len(), 100);
        for (index, expected) in quantiles.into_iter().enumerate() {
            golden::assert_close(t975(index + 1), expected, &format!("t(.975, {})", index + 1));
        }
    }

    #[test]
    fn means_deviations_and_intervals_are_the_recorded_ones() {
        let golden = golden::read("statistics.json");
        let cases = golden["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 30);
        for (index, case) in cases.iter().enumerate() {
            for (sample, of) in [("a", "of_a"), ("b", "of_b")] {
                let found = summary(&golden::numbers(&case[sample])).unwrap();
                let what = |part: &str| format!("case {index}, {part} of {sample}");
                golden::assert_close(found.mean, golden::number(&case[of]["mean"]), &what("mean"));
                golden::assert_close(found.sd.unwrap(), golden::number(&case[of]["sd"]), &what("sd"));
                golden::assert_interval(found.ci95, &case[of]["interval"], &what("interval"));
            }
        }
    }

    #[test]
    fn medians_and_quantiles_are_the_recorded_ones() {
        for (what, case, differences) in golden::samples() {
            golden::assert_close(mean(&differences), golden::number(&case["mean"]), &what);
            golden::assert_close(sd(&differences).unwrap(), golden::number(&case["sd"]), &what);
            golden::assert_close(median(&differences), golden::number(&case["median"]), &what);
            for (share, expected) in [0.1, 0.25, 0.9].into_iter().zip(golden::numbers(&case["quantiles"])) {
                golden::assert_close(quantile(&differences, share), expected, &what);
            }
        }
    }
}
