//! What a training study found, in sentences.

use super::best::ranked;
use super::scope::{self, Scope};
use super::values::{diverged_at, grouped, value_with_interval};
use super::{FEW_DATA, Lang, Metric, duels, fill, panel_title, several, time};
use crate::across::Across;
use crate::compare::{Comparison, with_first_only};
use crate::statistics::{Better, Verdict, mean};
use crate::target::Target;
use crate::technique::describe_choice;
use crate::training::{Group, Outcome, Training};

/// Undecided pairs that a sentence names with their seeds needed.
const MOST_NEEDED: usize = 3;

/// Groups that a sentence names before it counts the rest.
const MOST_NAMED: usize = 20;

/// The findings: on each data set who is decidedly better than whom, then what diverged, and what failed.
pub(super) fn sentences(
    training: &Training,
    outcome: &Outcome,
    scopes: &[Scope<'_>],
    (all, times, across): (&[Comparison<'_>], &[Target<'_>], Option<&Across>),
    lang: Lang,
) -> Vec<String> {
    let mut sentences = Vec::new();
    if outcome.missing > 0 {
        let there: usize = outcome.groups.iter().map(|group| group.records.len()).sum();
        let places: [(&str, &dyn std::fmt::Display); 2] =
            [("missing", &grouped(outcome.missing)), ("n", &grouped(there + outcome.missing))];
        sentences.push(fill(lang.texts().found.provisional, &places));
    }
    if outcome.seeds == 1 && !all.is_empty() {
        sentences.push(lang.texts().found.one_seed.to_owned());
    }
    for scope in scopes {
        let mut found = duel_sentences(training, scope, all, lang);
        if found.is_empty() {
            // On many data sets only what the study is about.
            let metrics = scope.metrics.iter().filter(|m| scopes.len() <= FEW_DATA || **m == training.metric);
            found.extend(metrics.filter_map(|metric| best(training, scope, all, *metric, lang)));
        }
        let told = |text: String| match scope.data {
            None => text,
            Some((_, data)) => fill(lang.texts().found.on_data, &[("data", &data), ("text", &text)]),
        };
        found.extend(needed(training, scope, all, lang));
        found.extend(time::sentence(times, scope, lang));
        sentences.extend(found.into_iter().map(told));
    }
    sentences.extend(across.and_then(|across| several::sentence(across, lang)));
    sentences.extend(verdicts(training, outcome, all, lang));
    sentences.push(divergences(outcome, lang));
    sentences.extend(failures(outcome, lang));
    sentences
}

/// How all verdicts are to be taken: together, and after how many looks.
fn verdicts(training: &Training, outcome: &Outcome, all: &[Comparison<'_>], lang: Lang) -> Vec<String> {
    let texts = &lang.texts().found;
    let mut told = Vec::new();
    if with_first_only(training, outcome) {
        told.push(texts.with_first_only.to_owned());
    }
    if all.len() > 1 && outcome.seeds > 1 {
        told.push(fill(texts.adjusted, &[("n", &grouped(all.len()))]));
    }
    if let Some(most) = training.until_decided {
        told.push(fill(texts.sequential, &[("most", &most)]));
        let open = all.iter().filter(|c| c.verdict == Verdict::Undecided).count();
        if open > 0 {
            told.push(fill(texts.still_open, &[("k", &open), ("n", &all.len())]));
        }
    }
    told
}

/// With how many seeds the undecided comparisons of the study's metric would be decided: those closest to it.
fn needed(training: &Training, scope: &Scope<'_>, all: &[Comparison<'_>], lang: Lang) -> Option<String> {
    let texts = &lang.texts().found;
    let problem = scope.groups.first()?.problem;
    let mut open: Vec<(u64, &Comparison<'_>)> = all
        .iter()
        .filter(|c| c.metric == training.metric && c.a.problem == problem)
        .filter_map(|c| Some((c.seeds_needed?, c)))
        .collect();
    open.sort_by_key(|(seeds, _)| *seeds);
    let pair = |(seeds, c): &(u64, &Comparison<'_>)| {
        let [a, b] = [c.a, c.b].map(|group| names(&[scope::name(group)], lang));
        fill(texts.needed_pair, &[("a", &a), ("b", &b), ("n", &grouped(*seeds as usize))])
    };
    let mut pairs: Vec<String> = open.iter().take(MOST_NEEDED).map(pair).collect();
    if open.len() > MOST_NEEDED {
        pairs.push(fill(texts.and_more_pairs, &[("n", &(open.len() - MOST_NEEDED))]));
    }
    let pairs = pairs.join(lang.texts().words.semicolon);
    let metric = lang.metric_title(training.metric);
    let template = if training.until_decided.is_some() { texts.needed_until } else { texts.needed };
    (!open.is_empty()).then(|| fill(template, &[("metric", &metric), ("pairs", &pairs)]))
}

/// How two values of one field compare, panel by panel; none if the study is not of that shape.
fn duel_sentences(training: &Training, scope: &Scope<'_>, all: &[Comparison<'_>], lang: Lang) -> Vec<String> {
    let texts = &lang.texts().found;
    let Some(duels) = duels(training, scope, training.metric, all) else {
        return Vec::new();
    };
    let (Some(field), Some(panels), Some((_, first))) =
        (training.compare.as_ref().and_then(|fields| fields.first()), training.panels, duels.first())
    else {
        return Vec::new();
    };
    let [a, b] = [first.a, first.b].map(|group| describe_choice(*field, &group.choice(*field)));
    let metric = lang.metric_title(training.metric);
    let says = |(verdict, template): (Verdict, &str)| {
        let at: Vec<String> = duels
            .iter()
            .filter(|(_, c)| c.verdict == verdict)
            .map(|(panel, _)| panel_title(panels, panel))
            .collect();
        (!at.is_empty()).then(|| {
            let which = lang.listed(&at);
            fill(
                template,
                &[
                    ("metric", &metric),
                    ("a", &a),
                    ("b", &b),
                    ("k", &at.len()),
                    ("n", &duels.len()),
                    ("which", &which),
                ],
            )
        })
    };
    [
        (Verdict::Better, texts.is_better),
        (Verdict::Worse, texts.is_worse),
        (Verdict::Undecided, texts.is_undecided),
    ]
    .into_iter()
    .filter_map(says)
    .collect()
}

/// Every trial that diverged, counted.
fn divergences(outcome: &Outcome, lang: Lang) -> String {
    let texts = &lang.texts().found;
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    let lost: usize = outcome.groups.iter().map(Group::diverged).sum();
    if lost == 0 {
        let finished = outcome.groups.iter().flat_map(|g| &g.records).filter(|r| r.finals.is_some()).count();
        let template = if finished == trials { texts.all_finished } else { texts.none_diverged };
        return fill(template, &[("n", &trials), ("k", &finished)]);
    }
    let which: Vec<(&str, String)> = outcome
        .groups
        .iter()
        .filter_map(|group| Some((group.name.as_str(), diverged_at(lang, group)?)))
        .collect();
    fill(texts.some_diverged, &[("k", &lost), ("n", &trials), ("which", &reasons(&which, lang))])
}

/// Every trial that failed, with its reason; none if none did.
fn failures(outcome: &Outcome, lang: Lang) -> Option<String> {
    let trials: usize = outcome.groups.iter().map(|g| g.records.len()).sum();
    let failed = |group: &Group| group.records.iter().filter(|record| record.failed.is_some()).count();
    let lost: usize = outcome.groups.iter().map(failed).sum();
    let which: Vec<(&str, String)> = outcome
        .groups
        .iter()
        .filter_map(|group| {
            let why = group.records.iter().find_map(|record| record.failed.clone())?;
            Some((group.name.as_str(), why))
        })
        .collect();
    let template = lang.texts().found.some_failed;
    (lost > 0).then(|| fill(template, &[("k", &lost), ("n", &trials), ("which", &reasons(&which, lang))]))
}

/// `adam: …; sgd: …`, and how many more.
fn reasons(which: &[(&str, String)], lang: Lang) -> String {
    let texts = &lang.texts().found;
    let mut all: Vec<String> = which
        .iter()
        .take(MOST_NAMED)
        .map(|(name, reason)| fill(texts.with_reason, &[("name", name), ("reason", reason)]))
        .collect();
    if which.len() > MOST_NAMED {
        all.push(fill(texts.and_more, &[("n", &(which.len() - MOST_NAMED))]));
    }
    all.join(lang.texts().words.semicolon)
}

/// The best group of a metric, and against whom that is decided.
fn best(
    training: &Training,
    scope: &Scope<'_>,
    comparisons: &[Comparison<'_>],
    metric: Metric,
    lang: Lang,
) -> Option<String> {
    let texts = &lang.texts().found;
    // A mean over the seeds that survived does not compete with one over all of them.
    let whole =
        |group: &&Group| group.values(metric).len() == group.records.len() && !group.records.is_empty();
    let ranked = ranked(&scope.groups, metric);
    let best = ranked.first().copied().filter(|best| whole(best))?;
    let mean_of = |group: &Group| mean(&group.values(metric));
    let sharing =
        ranked[1..].iter().copied().filter(whole).take_while(|group| alike(mean_of(group), mean_of(best)));
    let tied: Vec<String> = sharing.map(scope::name).collect();
    let (mut decided, mut open) = (Vec::new(), Vec::new());
    let rivals = comparisons.iter().filter(|c| c.metric == metric);
    for c in rivals {
        let (other, won) = if std::ptr::eq(c.a, best) {
            (c.b, Verdict::Better)
        } else if std::ptr::eq(c.b, best) {
            (c.a, Verdict::Worse)
        } else {
            continue;
        };
        if c.verdict == won {
            decided.push(scope::name(other));
        } else {
            open.push(scope::name(other));
        }
    }
    let all = decided.len() + open.len();
    let reach = match all + 1 {
        n if n == scope.groups.len() => Reach::All,
        // With several fields, only groups that differ in one of them are compared.
        _ if all == neighbours(training, scope, best) => Reach::Near,
        _ => Reach::Some,
    };
    let counted = |k: usize| {
        let template = match (k == all, all, reach) {
            (true, 1, Reach::All) => texts.the_other,
            (true, 1, Reach::Near) => texts.the_other_near,
            (true, _, Reach::All) => texts.all_others,
            (true, _, Reach::Near) => texts.all_others_near,
            (true, _, Reach::Some) => texts.all_compared,
            (false, _, Reach::All) => texts.some_others,
            (false, _, Reach::Near) => texts.some_others_near,
            (false, _, Reach::Some) => texts.some_compared,
        };
        fill(template, &[("k", &k), ("n", &all)])
    };
    let won = match decided.len() {
        n if n == all || n > 3 => counted(n),
        _ => names(&decided, lang),
    };
    let lost = if open.len() > MOST_NAMED { counted(open.len()) } else { names(&open, lang) };
    let template = match (decided.is_empty(), open.is_empty()) {
        (true, true) => texts.alone,
        (false, true) => texts.over,
        (true, false) => texts.not_over,
        (false, false) => texts.over_not_over,
    };
    let found = fill(template, &[("won", &won), ("open", &lost)]);
    let template = match metric.better() {
        Better::Lower => texts.lowest,
        Better::Higher => texts.highest,
    };
    let value = value_with_interval(lang, best, metric).text;
    Some(fill(
        template,
        &[
            ("metric", &lang.metric_title(metric)),
            ("best", &first(&scope::name(best), &tied, lang)),
            ("value", &value),
            ("found", &found),
        ],
    ))
}

/// Whether two means are the same up to rounding.
fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

/// With which others a technique is compared.
#[derive(Clone, Copy)]
enum Reach {
    /// All of them.
    All,
    /// All that differ in one setting.
    Near,
    /// Not even those.
    Some,
}

/// How many others differ from a group in one compared field and in nothing else.
fn neighbours(training: &Training, scope: &Scope<'_>, of: &Group) -> usize {
    let fields = training.compare.as_ref().unwrap_or(&scope.varying);
    let near = |group: &&&Group| {
        let pairs = group.settings.iter().zip(&of.settings);
        let mut differ = pairs.filter(|(a, b)| a != b).map(|((field, _), _)| field);
        differ.next().is_some_and(|field| fields.contains(field)) && differ.next().is_none()
    };
    scope.groups.iter().filter(near).count()
}

/// The first of a ranking, and who shares the place.
pub(super) fn first(best: &str, tied: &[String], lang: Lang) -> String {
    let best = names(&[best.to_owned()], lang);
    let others = match tied {
        [] => return best,
        few if few.len() <= MOST_NEEDED => names(few, lang),
        many => {
            let some = many[..MOST_NEEDED].iter().map(|name| names(std::slice::from_ref(name), lang));
            let rest = fill(lang.texts().found.and_more, &[("n", &(many.len() - MOST_NEEDED))]);
            some.chain([rest]).collect::<Vec<_>>().join(lang.texts().words.comma)
        }
    };
    fill(lang.texts().words.tied, &[("best", &best), ("others", &others)])
}

/// Names in a row; in quotation marks where a name has commas of its own.
pub(super) fn names(all: &[String], lang: Lang) -> String {
    let quoted: Vec<String> = all
        .iter()
        .map(|name| {
            if name.contains(", ") {
                fill(lang.texts().words.quoted, &[("name", name)])
            } else {
                name.clone()
            }
        })
        .collect();
    lang.listed(&quoted)
}
