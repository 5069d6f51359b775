//! What of a large study is shown: its best groups. Its files have all of them.

use super::scope::Scope;
use super::{Better, Group, Lang, Metric, fill};
use crate::statistics::mean;

/// Groups that a table shows in full.
const MOST: usize = 100;
/// Groups that a table shows of more, and curves or rows that a figure shows of more than these.
pub(super) const BEST: usize = 20;

/// Some groups of a study.
pub(super) struct Choice<'a> {
    /// In the order of the study if they are all, else the best first.
    pub(super) groups: Vec<&'a Group>,
    /// Of how many these are the best; none if they are all.
    of: Option<usize>,
    metric: Metric,
}

impl<'a> Choice<'a> {
    /// What a table shows: of a large study the best on each data set.
    pub(super) fn for_table(scopes: &[Scope<'a>], metric: Metric) -> Self {
        let all: usize = scopes.iter().map(|scope| scope.groups.len()).sum();
        if all <= MOST {
            let groups = scopes.iter().flat_map(|scope| scope.groups.iter().copied()).collect();
            return Self { groups, of: None, metric };
        }
        let best = scopes.iter().flat_map(|scope| ranked(&scope.groups, metric).into_iter().take(BEST));
        Self { groups: best.collect(), of: scopes.iter().map(|scope| scope.groups.len()).max(), metric }
    }

    /// What a figure shows.
    pub(super) fn for_figure(scope: &Scope<'a>, metric: Metric) -> Self {
        if scope.groups.len() <= BEST {
            return Self { groups: scope.groups.clone(), of: None, metric };
        }
        let mut groups = ranked(&scope.groups, metric);
        groups.truncate(BEST);
        Self { groups, of: Some(scope.groups.len()), metric }
    }

    /// Whether some are left out.
    pub(super) fn is_cut(&self) -> bool {
        self.of.is_some()
    }

    /// A caption that says what is left out.
    pub(super) fn caption(&self, caption: &str, template: &str, file: &str, lang: Lang) -> String {
        let Some(all) = self.of else { return caption.to_owned() };
        let metric = lang.metric(self.metric);
        let said = fill(
            template,
            &[("k", &self.groups.len().min(BEST)), ("n", &all), ("metric", &metric), ("file", &file)],
        );
        lang.prose(&[caption, &said])
    }
}

/// The groups from the best on: a mean over the seeds that survived does not compete with one over all of them.
pub(super) fn ranked<'a>(groups: &[&'a Group], metric: Metric) -> Vec<&'a Group> {
    let mut all: Vec<(bool, f64, &Group)> = groups
        .iter()
        .map(|&group| {
            let values = group.values(metric);
            let whole = !values.is_empty() && values.len() == group.records.len();
            let value = mean(&values);
            let key = match metric.better() {
                _ if value.is_nan() => f64::INFINITY,
                Better::Lower => value,
                Better::Higher => -value,
            };
            (!whole, key, group)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    all.into_iter().map(|(_, _, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::Field;
    use crate::testing::{diverged, group, outcome, three};

    #[test]
    fn the_best_stand_first_and_what_diverged_last() {
        let of = |rule, test| group(&[(Field::Rule, rule)], three(0.5, 0.9, test));
        let mut lucky = of("adam", 0.99);
        lucky.records[0] = diverged(1, 2);
        let groups = [of("sgd", 0.8), lucky, of("momentum", 0.9)];
        let groups: Vec<&Group> = groups.iter().collect();
        let names = |metric| ranked(&groups, metric).iter().map(|g| g.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(Metric::TestAccuracy), ["momentum", "sgd", "adam"]);
        assert_eq!(names(Metric::TrainLoss), ["sgd", "momentum", "adam"]);
    }

    #[test]
    fn a_large_study_shows_its_best_and_says_so() {
        let rules: Vec<String> = (0..150).map(|i| format!("sgd:lr=0.{i:03}1")).collect();
        let of = |(i, rule): (usize, &String)| {
            group(&[(Field::Rule, rule)], three(0.5, 0.9, 0.5 + 0.001 * i as f64))
        };
        let all = outcome(rules.iter().enumerate().map(of).collect());
        let choice = Choice::for_table(&Scope::all(&all), Metric::TestAccuracy);
        assert_eq!((choice.groups.len(), choice.groups[0].name.as_str()), (BEST, "sgd:lr=0.1491"));
        let said = choice.caption("All.", Lang::En.texts().tables.best_of, "groups.csv", Lang::En);
        let expected = "All. Shown: the best 20 of 150 by mean test accuracy; groups.csv has all of them.";
        assert_eq!(said, expected);
        let few = outcome(all.groups[..30].to_vec());
        let scopes = Scope::all(&few);
        assert!(!Choice::for_table(&scopes, Metric::TestAccuracy).is_cut());
        assert!(Choice::for_figure(&scopes[0], Metric::TestAccuracy).is_cut());
    }
}
