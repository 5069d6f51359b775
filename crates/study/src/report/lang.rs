//! The languages of the report: every fixed text, in one catalogue for each language.
//!
//! A catalogue is a constant of `Texts`; a text that one language lacks does not compile. A text may have places, `{metric}`, which
//! `fill` fills: word order is the catalogue's. What a machine reads stays as it is in every language: technique words, names of
//! groups, keys in CSV and JSON files. So do the texts inside a figure, since the font that PNGs are drawn with, which is part of the
//! program, is a Latin one; captions are translated. The reasons of trials that
//! failed are English too: a program wrote them.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::Serialize;

use problem::data::Note;

use crate::metric::Metric;
use crate::statistics::Verdict;
use crate::technique::Field;

mod en;
mod zh;

/// A language that reports can be read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

/// A word that is no language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a language, en or zh, found `{0}`")]
pub struct NoLang(String);

impl FromStr for Lang {
    type Err = NoLang;

    fn from_str(word: &str) -> Result<Self, NoLang> {
        Self::ALL.into_iter().find(|lang| lang.name() == word).ok_or_else(|| NoLang(word.to_owned()))
    }
}

impl Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// How it is asked for: `en`, `zh`.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// How a page names it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// Its fixed texts.
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::Zh => &zh::TEXTS,
        }
    }

    /// A metric in a narrow column.
    pub(crate) fn metric(self, metric: Metric) -> &'static str {
        match self {
            Self::En => metric.plain(),
            Self::Zh => zh::metric(metric),
        }
    }

    /// A metric in prose.
    pub(crate) fn metric_title(self, metric: Metric) -> &'static str {
        match self {
            Self::En => metric.title(),
            Self::Zh => zh::metric_title(metric),
        }
    }

    /// What a field chooses.
    pub(crate) fn field(self, field: Field) -> &'static str {
        match self {
            Self::En => en::field(field),
            Self::Zh => zh::field(field),
        }
    }

    /// The title or the question of a study: translated where the study is built in, else as its file has it.
    pub(crate) fn of_study(self, text: &str) -> String {
        let translated = match self {
            Self::En => None,
            Self::Zh => zh::studies::text(text),
        };
        translated.unwrap_or_else(|| text.to_owned())
    }

    /// What layers show, which is said in English: in this language.
    pub(crate) fn reading(self, english: &str) -> String {
        let texts = Self::En.texts().readings.each().into_iter().zip(self.texts().readings.each());
        let said = texts.filter_map(|(original, text)| {
            let found = matched(original, english)?;
            let places: Vec<(&str, &dyn Display)> =
                found.iter().map(|(place, value)| (*place, value as &dyn Display)).collect();
            Some(fill(text, &places))
        });
        said.into_iter().next().unwrap_or_else(|| english.to_owned())
    }

    /// Where data came from.
    pub(crate) fn source(self, source: &str) -> &str {
        // What the program brings with it has no path.
        if source == Self::En.texts().page.built_in { self.texts().page.built_in } else { source }
    }

    /// What a reader of data decided.
    pub(crate) fn note(self, note: &Note) -> String {
        match self {
            Self::En => note.to_string(),
            Self::Zh => zh::notes::text(note),
        }
    }

    /// A verdict in a word.
    pub(crate) fn verdict(self, verdict: Verdict) -> &'static str {
        let words = &self.texts().words;
        match verdict {
            Verdict::Better => words.better,
            Verdict::Worse => words.worse,
            Verdict::Undecided => words.undecided,
        }
    }

    /// `a, b and c`.
    pub(crate) fn listed<S: AsRef<str>>(self, items: &[S]) -> String {
        let words = &self.texts().words;
        match items {
            [] => words.none.to_owned(),
            [one] => one.as_ref().to_owned(),
            [first @ .., last] => {
                let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
                fill(words.listed, &[("first", &first.join(words.comma)), ("last", &last.as_ref())])
            }
        }
    }

    /// Sentences one after the other.
    pub(crate) fn prose<S: AsRef<str>>(self, sentences: &[S]) -> String {
        sentences.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(self.texts().words.between)
    }
}

/// A template with its places filled: `{metric}` becomes the value beside `metric`.
///
/// Between a Chinese character and a Latin one of the value stands a space, as Chinese is set.
///
/// # Panics
/// In tests and debug builds, when a place has no value: a slip in a catalogue.
pub(crate) fn fill(template: &str, places: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            debug_assert!(false, "an open place in `{template}`");
            break;
        };
        let value = places.iter().find(|(place, _)| *place == name);
        debug_assert!(value.is_some(), "nothing for {{{name}}} in `{template}`");
        if let Some((_, value)) = value {
            append(&mut out, &value.to_string());
        }
        rest = after;
        // What follows the value, up to the next place, is appended with the same care.
        let text = rest.split('{').next().unwrap_or_default();
        append(&mut out, text);
        rest = &rest[text.len()..];
    }
    out.push_str(rest);
    out
}

/// The values in the places of a template, if a text was made from it.
fn matched<'a>(template: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut pieces = template.split('{');
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    for piece in pieces {
        let (place, after) = piece.split_once('}')?;
        let (value, further) = if after.is_empty() { (rest, "") } else { rest.split_once(after)? };
        found.push((place, value));
        rest = further;
    }
    rest.is_empty().then_some(found)
}

/// Appends a text, after a space where Chinese and Latin meet.
fn append(out: &mut String, text: &str) {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    if let (Some(last), Some(first)) = (out.chars().next_back(), text.chars().next())
        && (han(last) && first.is_ascii_alphanumeric() || last.is_ascii_alphanumeric() && han(first))
    {
        out.push(' ');
    }
    out.push_str(text);
}

/// Writes a part of the catalogue: its texts by name, and all of them for tests.
macro_rules! texts {
    ($( $(#[doc = $doc:literal])* $Part:ident { $($text:ident),+ $(,)? } )+) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy, Serialize)]
            pub(crate) struct $Part { $(pub(crate) $text: &'static str),+ }

            #[cfg(test)]
            impl $Part {
                fn all(&self) -> Vec<(&'static str, &'static str)> {
                    vec![$((stringify!($text), self.$text)),+]
                }
            }
        )+
    };
}

texts! {
    /// Words and signs that other texts are made of.
    Words {
        better, worse, undecided, none, listed, range, comma, semicolon, colon, between, quoted, tied, points,
        failed, diverged, diverged_at, diverged_between, some_diverged_at, some_diverged_between, no_pair, with_n,
    }
    /// The frame of the page, and how it was made.
    Page {
        contents, built_in, figure, files, rows, entry, sort, made, data, seeds, version, cpu, system, wall, again, fingerprint, notes,
        resolved, ran_on, ran_on_validated, ran_without, seeds_one, seeds_many, seeds_up_to, seeds_none, claims, claims_note, tally, nothing_found,
    }
    /// How a study was done.
    Method {
        data, data_validated, network, fixed, training, replacement, epochs, before, after, seed_one, seeds_many, seeds_until,
    }
    /// What a study found.
    Found {
        on_data,
        is_better, is_worse, is_undecided, all_finished, none_diverged, some_diverged, and_more, some_failed, with_reason,
        lowest, highest, alone, over, not_over, over_not_over,
        the_other, all_others, some_others, the_other_near, all_others_near, some_others_near, all_compared, some_compared,
        provisional, one_seed, adjusted, with_first_only, sequential, still_open, needed, needed_until, needed_pair, and_more_pairs, first_there, first_there_and_never, best_rank, best_rank_differ, best_rank_alike,
    }
    /// What figures show and how to read them.
    Captions {
        one_seed, many_seeds, recorded_every, logarithmic, leaves_panel, from_below, named_at_end, panels, parts, best_of, differences, sequential, right, left,
        finals, larger, smaller, smaller_log, cut_share,
        target, target_named, target_chosen, profiles, profiles_of_shortfall, best_ranks,
    }
    /// What tables hold, and their columns.
    Tables {
        groups, comparisons, sequential, trials, series, failures, technique, finished, diverged, metric, difference, a_is, seed, reason, best_of, first_of,
        p_holm, needed, times, target, reached, missed, median_step, ranks, mean_rank, finished_on,
    }
    /// Paths in the plane.
    Descent {
        method, method_noisy, surface, field, paths, together, lowest, turns, turns_of, ended_so,
        ends, points, rule, turns_in_y, ended, finished,
    }
    /// Activations at birth.
    Activations {
        method, histograms, layers, bins, setting, layer, mean, std, saturated, dead,
    }
    /// What layers show, in English word for word as [`problem::signal::reading`] says it.
    Readings {
        nothing, exploding, vanishing, dead_units, crowded, shrinking, right,
    }
}

/// All fixed texts of a language.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Texts {
    pub(crate) words: Words,
    pub(crate) page: Page,
    pub(crate) method: Method,
    pub(crate) found: Found,
    pub(crate) captions: Captions,
    pub(crate) tables: Tables,
    pub(crate) descent: Descent,
    pub(crate) activations: Activations,
    pub(crate) readings: Readings,
}

impl Readings {
    fn each(&self) -> [&'static str; 7] {
        [
            self.nothing,
            self.exploding,
            self.vanishing,
            self.dead_units,
            self.crowded,
            self.shrinking,
            self.right,
        ]
    }
}

#[cfg(test)]
mod tests;
