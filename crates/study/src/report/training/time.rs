//! Time to target: the figure, its table, and a sentence.

use super::best::Choice;
use super::scope::{self, Scope};
use super::{Lang, Outcome, StudyError, Training, fill};
use crate::report::{Cell, Drawn, Table, full, full_or_empty};
use crate::target::{Reach, Target, targets};

/// The times of a study on each of its data sets.
pub(super) fn all<'a>(training: &Training, outcome: &'a Outcome) -> Vec<Target<'a>> {
    targets(training, outcome)
}

/// The times on the data of a scope.
fn of<'a, 'b>(all: &'b [Target<'a>], scope: &Scope<'_>) -> Option<&'b Target<'a>> {
    let problem = scope.groups.first()?.problem;
    all.iter().find(|target| target.problem == problem)
}

/// The share of the trials that are there, over the steps; none where nobody ever is.
pub(super) fn figure(
    title: &str,
    times: &[Target<'_>],
    scope: &Scope<'_>,
    lang: Lang,
) -> Result<Option<Drawn>, StudyError> {
    let texts = &lang.texts().captions;
    let Some(target) = of(times, scope).filter(|target| target.groups.iter().any(|r| r.steps.reached > 0))
    else {
        return Ok(None);
    };
    let choice = Choice::for_figure(scope, target.metric);
    let is_shown = |reach: &&Reach<'_>| choice.groups.iter().any(|group| std::ptr::eq(*group, reach.group));
    let some = Target { groups: target.groups.iter().filter(is_shown).cloned().collect(), ..target.clone() };
    let chosen = if target.named { texts.target_named } else { texts.target_chosen };
    let caption = lang.prose(&[fill(texts.target, &[("target", &target.text(lang))]), chosen.to_owned()]);
    Ok(Some(Drawn {
        name: "target".to_owned(),
        caption: choice.caption(&caption, texts.best_of, "", lang),
        figure: some.figure(title)?,
    }))
}

/// Who gets there first, and who not at all.
pub(super) fn sentence(times: &[Target<'_>], scope: &Scope<'_>, lang: Lang) -> Option<String> {
    let texts = &lang.texts().found;
    let target = of(times, scope)?;
    let medians = || target.groups.iter().filter_map(|reach| Some((reach, reach.steps.median()?)));
    let median = medians().map(|(_, median)| median).min_by(f64::total_cmp)?;
    let mut there = medians().filter(|(_, at)| *at == median).map(|(reach, _)| scope::name(reach.group));
    let first = there.next()?;
    let tied: Vec<String> = there.collect();
    let never: usize = target.groups.iter().filter(|reach| reach.steps.reached == 0).count();
    let template = if never == 0 { texts.first_there } else { texts.first_there_and_never };
    Some(fill(
        template,
        &[
            ("target", &target.text(lang)),
            ("best", &super::sentences::first(&first, &tied, lang)),
            ("step", &median),
            ("never", &never),
            ("n", &target.groups.len()),
        ],
    ))
}

/// Reached and missed, and the median step with its interval. Wall times are left out: no two runs share them.
pub(super) fn table(times: &[Target<'_>], choice: &Choice<'_>, lang: Lang) -> Option<Table> {
    let texts = &lang.texts().tables;
    if times.is_empty() {
        return None;
    }
    let (mut rows, mut shown_rows) = (Vec::new(), Vec::new());
    for target in times {
        for reach in &target.groups {
            let (median, ci) = (reach.steps.median(), reach.steps.median_ci95());
            rows.push(vec![
                reach.group.name.clone(),
                target.metric.name().to_owned(),
                full(target.value),
                reach.steps.n.to_string(),
                reach.steps.reached.to_string(),
                full_or_empty(median),
                full_or_empty(ci.0),
                full_or_empty(ci.1),
            ]);
            if choice.groups.iter().any(|group| std::ptr::eq(*group, reach.group)) {
                let end = |end: Option<f64>| end.map_or("–".to_owned(), |end| end.to_string());
                let step =
                    median.map_or("–".to_owned(), |step| format!("{step} [{}, {}]", end(ci.0), end(ci.1)));
                shown_rows.push(vec![
                    Cell::from(reach.group.name.clone()),
                    target.text(lang).into(),
                    Cell::count(reach.steps.reached),
                    Cell::count(reach.missed()),
                    Cell::number(step, median),
                ]);
            }
        }
    }
    let headers =
        ["group", "metric", "target", "n", "reached", "median_step", "median_ci95_low", "median_ci95_high"];
    let titles = [texts.technique, texts.target, texts.reached, texts.missed, texts.median_step];
    let caption = choice.caption(texts.times, texts.best_of, "target.csv", lang);
    Some(Table::hidden("target", &caption, &headers, rows).showing(&titles, shown_rows))
}
