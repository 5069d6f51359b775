//! The groups on one data set: what one set of sentences and figures is about.

use super::{Field, Group, Metric, Outcome, describe_choice};

/// One data set of a study with its groups. Most studies have one.
pub(super) struct Scope<'a> {
    /// Its place and its name, where the study has several.
    pub(super) data: Option<(usize, &'a str)>,
    pub(super) groups: Vec<&'a Group>,
    pub(super) metrics: &'a [Metric],
    /// The fields that vary within it.
    pub(super) varying: Vec<Field>,
}

impl<'a> Scope<'a> {
    /// The scopes of a study, in the order of its data.
    pub(super) fn all(outcome: &'a Outcome) -> Vec<Self> {
        let several = outcome.problems.len() > 1;
        let mut all: Vec<Self> = outcome
            .problems
            .iter()
            .enumerate()
            .map(|(index, problem)| Self {
                data: several.then_some((index, problem.name.as_str())),
                groups: Vec::new(),
                metrics: &outcome.metrics,
                varying: outcome.varying.iter().copied().filter(|field| *field != Field::Data).collect(),
            })
            .collect();
        for group in &outcome.groups {
            if let Some(scope) = all.get_mut(group.problem) {
                scope.groups.push(group);
            }
        }
        all.retain(|scope| !scope.groups.is_empty());
        all
    }

    /// Updates of the longest trial.
    pub(super) fn steps(&self) -> u64 {
        self.groups.iter().map(|group| group.steps).max().unwrap_or(0)
    }

    /// The group of these settings.
    pub(super) fn group(&self, wanted: &[(Field, &str)]) -> Option<&'a Group> {
        let has = |group: &&&Group| wanted.iter().all(|(field, value)| group.choice(*field) == *value);
        self.groups.iter().find(has).copied()
    }

    /// The name of a figure's file.
    pub(super) fn file(&self, name: &str) -> String {
        match self.data {
            None => name.to_owned(),
            Some((index, _)) => format!("{name}-{}", index + 1),
        }
    }

    /// The title of a figure.
    pub(super) fn title(&self, title: &str) -> String {
        match self.data {
            None => title.to_owned(),
            Some((_, name)) => format!("{title}: {name}"),
        }
    }
}

/// The name of a group among those on the same data.
pub(super) fn name(group: &Group) -> String {
    let rest = group.settings.iter().filter(|(field, _)| *field != Field::Data);
    let rest: Vec<String> = rest.map(|(field, value)| describe_choice(*field, value)).collect();
    // Without the data nothing may be left to name it by.
    if rest.is_empty() || rest.len() == group.settings.len() { group.name.clone() } else { rest.join(", ") }
}
