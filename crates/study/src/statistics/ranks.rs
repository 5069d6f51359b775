//! Ranks over several problems (Friedman 1937, "The use of ranks to avoid the assumption of normality implicit in the analysis of variance"; Demšar 2006).

use super::distribution::chi2_tail;

/// Ranks from 1, those that tie sharing their mean rank; and how many share, for each tie.
pub(super) fn ranks(values: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut ranks, mut ties, mut before) = (vec![0.0; values.len()], Vec::new(), 0);
    for same in order.chunk_by(|a, b| values[*a] == values[*b]) {
        for at in same {
            ranks[*at] = before as f64 + (same.len() + 1) as f64 / 2.0;
        }
        if same.len() > 1 {
            ties.push(same.len());
        }
        before += same.len();
    }
    (ranks, ties)
}

/// The ranks of one problem's techniques. What has no score (it diverged, or is NaN) comes last, together.
fn of_problem(scores: &[Option<f64>]) -> (Vec<f64>, Vec<usize>) {
    let worst = |score: &Option<f64>| score.filter(|s| !s.is_nan()).unwrap_or(f64::INFINITY);
    ranks(&scores.iter().map(worst).collect::<Vec<_>>())
}

/// The mean rank of each technique over the problems; lower scores are better, 1 is the best rank, ties share theirs, and a technique without a score
/// comes last. Rows are problems, columns techniques; empty without problems, and where rows differ in length only the techniques of all count.
pub fn mean_ranks(scores: &[Vec<Option<f64>>]) -> Vec<f64> {
    let techniques = scores.iter().map(Vec::len).min().unwrap_or(0);
    let mut sums = vec![0.0; techniques];
    for row in scores {
        for (sum, rank) in sums.iter_mut().zip(of_problem(&row[..techniques]).0) {
            *sum += rank;
        }
    }
    sums.iter().map(|sum| sum / scores.len() as f64).collect()
}

/// Friedman's test of all techniques doing alike: (χ², p), with N problems, k techniques and mean ranks R̄ⱼ
///
/// ```text
/// χ² = 12N/(k(k+1)) · Σ(R̄ⱼ − (k+1)/2)² / (1 − Σ(t³ − t)/(N·k(k² − 1))),   ties of t within problems,
/// ```
///
/// and p from the χ² law with k − 1 degrees of freedom, which for fewer than some ten problems is only roughly right. None for fewer than three
/// techniques or two problems, or if every problem has all techniques tied.
pub fn friedman(scores: &[Vec<Option<f64>>]) -> Option<(f64, f64)> {
    let means = mean_ranks(scores);
    let (problems, k) = (scores.len() as f64, means.len() as f64);
    if means.len() < 3 || scores.len() < 2 {
        return None;
    }
    let tied: f64 = scores
        .iter()
        .flat_map(|row| of_problem(&row[..means.len()]).1)
        .map(|t| (t as f64).powi(3) - t as f64)
        .sum();
    let correction = 1.0 - tied / (problems * k * (k * k - 1.0));
    if correction <= 0.0 {
        return None;
    }
    let spread: f64 = means.iter().map(|mean| (mean - (k + 1.0) / 2.0).powi(2)).sum();
    let chi2 = 12.0 * problems / (k * (k + 1.0)) * spread / correction;
    Some((chi2, chi2_tail(chi2, k - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden;

    #[test]
    fn ranks_and_tests_are_the_recorded_ones() {
        let golden = golden::read("differences.json");
        let cases = golden["ranks"].as_array().unwrap();
        assert_eq!(cases.len(), 100);
        for (index, case) in cases.iter().enumerate() {
            let scores = golden::table(&case["scores"]);
            let what = format!("table {index}");
            for (found, expected) in mean_ranks(&scores).into_iter().zip(golden::numbers(&case["mean_ranks"]))
            {
                golden::assert_close(found, expected, &what);
            }
            let found = friedman(&scores);
            golden::assert_option(found.map(|f| f.0), &case["chi2"], &what);
            golden::assert_option(found.map(|f| f.1), &case["p"], &what);
        }
    }

    #[test]
    fn what_has_no_score_comes_last() {
        let scores = [vec![Some(2.0), None, Some(1.0)], vec![None, Some(f64::NAN), Some(f64::NEG_INFINITY)]];
        assert_eq!(mean_ranks(&scores), [2.25, 2.75, 1.0]);
        assert_eq!(mean_ranks(&[]), [0.0; 0]);
        assert_eq!(friedman(&[]), None);
        assert_eq!(friedman(&[vec![None; 3], vec![Some(1.0); 3]]), None);
    }
}
