//! One set of techniques on several data sets: mean ranks and performance profiles.
//!
//! # Costs
//!
//! On each data set a technique has one number, the mean over its seeds; lower is better and 0 is best: a loss or an RMSE as it is, of an accuracy the
//! error 1 − accuracy, of R² the unexplained share 1 − R². If any seed diverged there is none: a mean over the seeds that survived does not
//! compete with one over all of them; such a technique comes last on that data set, and has not solved it. Trials that failed (an error, no result of the
//! technique) are left out of the mean.
//!
//! # What is told
//!
//! Mean ranks and Friedman's test ([`mean_ranks`], [`friedman`]; Demšar 2006), which count data sets and not by how much, and profiles of
//! Dolan and Moré ([`profiles`]), which tell by how much: the share ρ(τ) of the data sets on which the cost is at most τ times the best one. Only
//! techniques that stand on every data set take part. Data sets are the sample here: with a few of them Friedman's p is rough, and ratios
//! of costs near 0 are large whatever the techniques are.

use std::collections::HashMap;

use crate::figure::{Axis, Figure, FigureError, SHARES, Stair, stairs};
use crate::statistics::{Better, friedman, mean, mean_ranks, profiles};
use crate::technique::Field;
use crate::training::{Group, Outcome};
use crate::trial::Metric;

/// From this ratio of costs on, the axis of the profiles is logarithmic.
const WIDE: f64 = 10.0;

/// Techniques over several data sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Across {
    /// By what they are judged.
    pub metric: Metric,
    /// Their names, without the data set; in the order of the first one.
    pub techniques: Vec<String>,
    /// Data sets (rows) by techniques: the costs.
    pub costs: Vec<Vec<Option<f64>>>,
    /// The mean rank of each technique; 1 is best.
    pub ranks: Vec<f64>,
    /// χ² and p of all techniques doing alike; see [`friedman`] for when there is none.
    pub friedman: Option<(f64, f64)>,
    /// For each technique, the (τ, ρ) at which its profile rises.
    pub profiles: Vec<Vec<(f64, f64)>>,
}

/// Compares the techniques of a study over its data sets; none with one data set, or with fewer than two techniques on all of them.
pub fn across(outcome: &Outcome, metric: Metric) -> Option<Across> {
    let of = |problem: usize| outcome.groups.iter().filter(|group| group.problem == problem).collect();
    over(&(0..outcome.problems.len()).map(of).collect::<Vec<_>>(), metric)
}

/// The same of the groups on each data set.
fn over(problems: &[Vec<&Group>], metric: Metric) -> Option<Across> {
    let tables: Vec<HashMap<Vec<(Field, &str)>, &Group>> =
        problems.iter().map(|groups| groups.iter().map(|group| (choices(group), *group)).collect()).collect();
    let shared: Vec<&&Group> = problems
        .first()?
        .iter()
        .filter(|group| tables.iter().all(|table| table.contains_key(&choices(group))))
        .collect();
    if problems.len() < 2 || shared.len() < 2 {
        return None;
    }
    let row = |table: &HashMap<Vec<(Field, &str)>, &Group>| {
        shared.iter().map(|group| cost(table.get(&choices(group))?, metric)).collect()
    };
    let costs: Vec<Vec<Option<f64>>> = tables.iter().map(row).collect();
    Some(Across {
        metric,
        techniques: shared.iter().map(|group| group.technique_name()).collect(),
        ranks: mean_ranks(&costs),
        friedman: friedman(&costs),
        profiles: profiles(&costs),
        costs,
    })
}

/// The settings that make a technique the same on another data set.
fn choices(group: &Group) -> Vec<(Field, &str)> {
    group.technique_settings().map(|(field, value)| (*field, value.as_str())).collect()
}

/// The mean over the seeds, as a cost.
fn cost(group: &Group, metric: Metric) -> Option<f64> {
    let values = group.values(metric);
    if values.is_empty() || group.diverged() > 0 {
        return None;
    }
    Some(match metric.better() {
        Better::Lower => mean(&values),
        // Accuracies and R², of which 1 is best.
        Better::Higher => 1.0 - mean(&values),
    })
}

impl Across {
    /// The profiles: at τ = 1 the share of the data sets on which a technique is best, at the right end the share that it solves at all.
    ///
    /// # Errors
    /// When there is nothing to draw.
    pub fn figure(&self, title: &str) -> Result<Figure, FigureError> {
        let widest = self.profiles.iter().flatten().map(|(ratio, _)| *ratio).fold(1.0, f64::max);
        let name = format!("{} over that of the best, τ", self.cost_name());
        // The last rise must be seen to be the last.
        let x = if widest > WIDE {
            Axis::log(name).over(1.0, widest.powf(1.1))
        } else {
            Axis::linear(name).over(1.0, (1.0 + 1.1 * (widest - 1.0)).max(1.1))
        };
        let solved = |profile: &[(f64, f64)]| {
            let share = profile.last().map_or(0.0, |(_, share)| *share);
            (share * self.costs.len() as f64).round()
        };
        let curves: Vec<Stair> = self
            .techniques
            .iter()
            .zip(&self.profiles)
            .map(|(name, profile)| Stair {
                name: name.clone(),
                points: profile.iter().map(|(ratio, share)| (*ratio, 100.0 * share)).collect(),
                band: Vec::new(),
                note: match solved(profile) {
                    all if all == self.costs.len() as f64 => String::new(),
                    some => format!("finishes on {some} of {}", self.costs.len()),
                },
            })
            .collect();
        stairs(title, x, Axis::linear("data sets (%)").over(0.0, SHARES), &curves)
    }

    /// What the ratios are of.
    pub fn cost_name(&self) -> String {
        match self.metric.better() {
            Better::Lower => self.metric.plain().to_owned(),
            Better::Higher => format!("1 − {}", self.metric.plain()),
        }
    }
}

#[cfg(test)]
mod tests;
