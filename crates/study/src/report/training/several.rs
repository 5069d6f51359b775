//! Several data sets: performance profiles, mean ranks, and what they say.

use super::{Lang, StudyError, fill};
use crate::across::Across;
use crate::report::{Cell, Drawn, Table, full, full_or_empty, short};
use crate::statistics::Better;

/// Techniques whose profiles and ranks are shown.
const MOST: usize = 20;

/// The profiles of the techniques of best mean rank.
pub(super) fn figure(title: &str, across: &Across, lang: Lang) -> Result<Drawn, StudyError> {
    let texts = &lang.texts().captions;
    let order = order(across);
    let shown = &order[..order.len().min(MOST)];
    let some = Across {
        techniques: shown.iter().map(|at| across.techniques[*at].clone()).collect(),
        profiles: shown.iter().map(|at| across.profiles[*at].clone()).collect(),
        ranks: shown.iter().map(|at| across.ranks[*at]).collect(),
        ..across.clone()
    };
    let template = match across.metric.better() {
        Better::Lower => texts.profiles,
        Better::Higher => texts.profiles_of_shortfall,
    };
    let mut caption = vec![fill(template, &[("metric", &lang.metric(across.metric))])];
    if order.len() > shown.len() {
        caption.push(fill(texts.best_ranks, &[("k", &shown.len()), ("n", &order.len())]));
    }
    Ok(Drawn {
        name: "profiles".to_owned(),
        caption: lang.prose(&caption),
        figure: some.figure(&format!("{title}: performance profiles"))?,
    })
}

/// The technique of best mean rank, and Friedman's test of all doing alike.
pub(super) fn sentence(across: &Across, lang: Lang) -> Option<String> {
    let texts = &lang.texts().found;
    let order = order(across);
    let (&best, others) = order.split_first()?;
    let alike = others.iter().take_while(|other| across.ranks[**other] == across.ranks[best]);
    let tied: Vec<String> = alike.map(|other| across.techniques[*other].clone()).collect();
    let name = super::sentences::first(&across.techniques[best], &tied, lang);
    let (rank, data) = (format!("{:.2}", across.ranks[best]), across.costs.len());
    let (template, p) = match across.friedman {
        None => (texts.best_rank, String::new()),
        Some((_, p)) if p < 0.05 => (texts.best_rank_differ, short(p)),
        Some((_, p)) => (texts.best_rank_alike, short(p)),
    };
    let metric = lang.metric(across.metric);
    Some(fill(
        template,
        &[
            ("metric", &metric),
            ("best", &name),
            ("rank", &rank),
            ("n", &across.techniques.len()),
            ("data", &data),
            ("p", &p),
        ],
    ))
}

/// Mean ranks, the best first.
pub(super) fn table(across: &Across, lang: Lang) -> Table {
    let texts = &lang.texts().tables;
    let order = order(across);
    let solved = |at: usize| across.costs.iter().filter(|row| row[at].is_some()).count();
    let rows = order.iter().map(|&at| {
        let costs = across.costs.iter().map(move |row| full_or_empty(row[at]));
        let head = [across.techniques[at].clone(), full(across.ranks[at]), solved(at).to_string()];
        head.into_iter().chain(costs).collect()
    });
    let shown = order.iter().take(MOST).map(|&at| {
        let rank = across.ranks[at];
        vec![
            Cell::from(across.techniques[at].clone()),
            Cell::number(format!("{rank:.2}"), Some(rank)),
            Cell::count(solved(at)),
        ]
    });
    let mut headers = vec!["technique".to_owned(), "mean_rank".to_owned(), "finished_on".to_owned()];
    headers.extend((1..=across.costs.len()).map(|data| format!("cost_{data}")));
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let caption = fill(texts.ranks, &[("metric", &lang.metric(across.metric))]);
    Table::hidden("ranks", &caption, &headers, rows.collect())
        .showing(&[texts.technique, texts.mean_rank, texts.finished_on], shown.collect())
}

/// The places of the techniques, the best mean rank first.
fn order(across: &Across) -> Vec<usize> {
    let mut order: Vec<usize> = (0..across.techniques.len()).collect();
    order.sort_by(|a, b| across.ranks[*a].total_cmp(&across.ranks[*b]));
    order
}
