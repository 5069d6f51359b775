//! Performance profiles (Dolan & Moré 2002, "Benchmarking optimization software with performance profiles").

/// The profile of each technique, from costs by problem (rows) and technique (columns); lower is better.
///
/// ```text
/// r(p, s) = t(p, s) / min over s of t(p, s)      ρₛ(τ) = share of the problems with r(p, s) ≤ τ
/// ```
///
/// Each profile is a list of (τ, ρ) at which it rises; between, it stays. It begins at τ = 1, where ρ is the share of problems on which the technique is
/// best or ties, and its last ρ is the share it solves at all. A problem that a technique fails (no cost, or one that is negative, infinite or NaN) has
/// an infinite ratio, and one that all fail still counts as a problem. Where the best cost is 0, equal costs have ratio 1 and others an infinite one.
/// Empty without problems; where rows differ in length only the techniques of all count.
pub fn profiles(costs: &[Vec<Option<f64>>]) -> Vec<Vec<(f64, f64)>> {
    let techniques = costs.iter().map(Vec::len).min().unwrap_or(0);
    let cost = |row: &[Option<f64>], at: usize| row[at].filter(|c| c.is_finite() && *c >= 0.0);
    let ratio = |row: &Vec<Option<f64>>, at: usize| {
        let best = (0..techniques).filter_map(|at| cost(row, at)).fold(f64::INFINITY, f64::min);
        let own = cost(row, at)?;
        Some(if own == best { 1.0 } else { own / best }).filter(|ratio| ratio.is_finite())
    };
    (0..techniques)
        .map(|at| {
            let mut ratios: Vec<f64> = costs.iter().filter_map(|row| ratio(row, at)).collect();
            ratios.sort_by(f64::total_cmp);
            let mut profile = vec![(1.0, 0.0)];
            let mut solved = 0;
            for same in ratios.chunk_by(|a, b| a == b) {
                solved += same.len();
                let point = (same[0], solved as f64 / costs.len() as f64);
                if same[0] == 1.0 { profile[0] = point } else { profile.push(point) }
            }
            profile
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn profiles_are_the_recorded_ones() {
        let golden = golden::read("differences.json");
        let cases = golden["profiles"].as_array().unwrap();
        assert_eq!(cases.len(), 100);
        for (index, case) in cases.iter().enumerate() {
            let found = profiles(&golden::table(&case["costs"]));
            let expected = case["profiles"].as_array().unwrap();
            assert_eq!(found.len(), expected.len(), "table {index}");
            for (found, expected) in found.iter().zip(expected) {
                let (taus, rhos) = (golden::numbers(&expected[0]), golden::numbers(&expected[1]));
                assert_eq!(found.len(), taus.len(), "table {index}");
                for ((found, tau), rho) in found.iter().zip(taus).zip(rhos) {
                    golden::assert_close(found.0, tau, &format!("table {index}: tau"));
                    golden::assert_close(found.1, rho, &format!("table {index}: rho"));
                }
            }
        }
    }

    #[test]
    fn failures_never_count_as_solved() {
        let costs = [
            vec![Some(2.0), None],
            vec![Some(0.0), Some(3.0)],
            vec![None, Some(f64::NAN)],
            vec![Some(4.0), Some(2.0)],
        ];
        assert_eq!(profiles(&costs), [vec![(1.0, 0.5), (2.0, 0.75)], vec![(1.0, 0.25)]]);
        assert_eq!(profiles(&[vec![Some(-1.0)]]), [vec![(1.0, 0.0)]]);
        assert_eq!(profiles(&[]), Vec::<Vec<(f64, f64)>>::new());
    }
}
