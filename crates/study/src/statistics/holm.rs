//! Several comparisons at once (Holm 1979, "A simple sequentially rejective multiple test procedure").

/// p-values adjusted so that calling those below α decided is wrong anywhere with probability at most α, whatever the comparisons have to do with each
/// other: with m of them in order, p₍₁₎ ≤ … ≤ p₍ₘ₎, the adjusted k-th is max over j ≤ k of (m − j + 1)·p₍ⱼ₎, at most 1.
///
/// What has no p (none, or NaN) keeps none and does not count among the m.
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let value = |at: usize| p[at].filter(|p| !p.is_nan());
    let mut order: Vec<(usize, f64)> = (0..p.len()).filter_map(|at| Some((at, value(at)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, (at, p)) in order.iter().enumerate() {
        largest = largest.max(p * (order.len() - rank) as f64).min(1.0);
        adjusted[*at] = Some(largest);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn adjusted_values_are_the_recorded_ones() {
        let golden = golden::read("differences.json");
        for (index, case) in golden["holm"].as_array().unwrap().iter().enumerate() {
            let p: Vec<_> = golden::numbers(&case["p"]).into_iter().map(Some).collect();
            for (found, expected) in holm(&p).into_iter().zip(golden::numbers(&case["adjusted"])) {
                golden::assert_close(found.unwrap(), expected, &format!("family {index}"));
            }
        }
    }

    #[test]
    fn what_has_no_p_keeps_none_and_does_not_count() {
        assert_eq!(holm(&[]), []);
        let found = holm(&[Some(0.02), None, Some(f64::NAN), Some(0.01)]);
        assert_eq!(found, [Some(0.02), None, None, Some(0.02)]);
    }
}
