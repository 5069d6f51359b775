//! What every card must have: the registry tested as a whole, so that a new technique cannot be half described.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::*;
use crate::card::{Dialect, Search};

/// The lines of a doc comment, without the space that `///` leaves.
fn lines(doc: &str) -> Vec<&str> {
    doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
}

#[test]
fn names_are_unique_and_words() {
    fn check<F: Family>() {
        let names = F::CARDS.iter().map(|card| card.name);
        let names = names.chain(F::ALIASES.iter().map(|(alias, _)| *alias));
        let mut seen = BTreeSet::new();
        for name in names {
            assert!(seen.insert(name), "two of the {} are called {name}", F::LIST);
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(!name.is_empty() && name.chars().all(is_word), "{name}");
        }
        let titles: BTreeSet<&str> = F::CARDS.iter().map(|card| card.title).collect();
        assert_eq!(titles.len(), F::CARDS.len(), "titles of the {}", F::LIST);
        for card in F::CARDS {
            let keys: BTreeSet<&str> = card.settings.iter().map(|s| s.name).collect();
            assert_eq!(keys.len(), card.settings.len(), "settings of {}", card.name);
            assert!(F::born(card.name).is_some_and(|born| born.card().name == card.name));
        }
        assert!(F::born("no such name").is_none());
    }
    in_every_family!(check());
}

#[test]
fn every_doc_has_a_sentence_and_a_formula() {
    fn check<F: Family>() {
        for card in F::CARDS {
            check_doc(card);
        }
    }
    in_every_family!(check());
    crate::layer::cards().into_iter().for_each(check_doc);
}

fn check_doc(card: &Card) {
    let lines = lines(card.doc);
    let paragraph = lines.iter().take_while(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(" ");
    assert!(
        paragraph.ends_with('.') && paragraph.len() > 5 && !paragraph.starts_with('#'),
        "{}: expected a first sentence, found `{paragraph}`",
        card.name
    );
    let formula = lines.iter().position(|line| *line == "# Formula");
    let formula = formula.unwrap_or_else(|| panic!("{} has no `# Formula`", card.name));
    let rest = &lines[formula + 1..];
    let end = rest.iter().position(|line| line.starts_with("# "));
    let section = &rest[..end.unwrap_or(rest.len())];
    let open = section.iter().position(|line| *line == "```text");
    let open = open.unwrap_or_else(|| panic!("{}: no block of formulas", card.name));
    let close = section[open + 1..].iter().position(|line| *line == "```");
    assert!(close.is_some_and(|lines| lines > 0), "{}: an empty formula", card.name);
    for setting in card.settings {
        assert!(setting.doc.trim().ends_with('.'), "{}: {} needs a sentence", card.name, setting.name);
    }
}

#[test]
fn every_technique_has_a_paper_and_a_year() {
    fn check<F: Family>() {
        for card in F::CARDS {
            assert!(card.paper.len() > 8 && !card.title.is_empty(), "{}", card.name);
            assert!((1800..=2026).contains(&card.year), "{}: {}", card.name, card.year);
        }
    }
    in_every_family!(check());
}

#[test]
fn defaults_and_dialects_lie_in_their_domains() {
    fn check<F: Family + Debug>() {
        for card in F::CARDS {
            let defaults = (card.defaults)();
            assert_eq!(defaults.len(), card.settings.len(), "{}", card.name);
            for (setting, default) in card.settings.iter().zip(defaults) {
                let born = reads::<F>(card.name).value.settings().get(setting.name);
                assert_eq!(born, Some(default), "{}: {}", card.name, setting.name);
                assert!(setting.domain.allows(default), "{}: {} = {default}", card.name, setting.name);
            }
            check_dialects(card);
        }
    }
    in_every_family!(check());
}

fn check_dialects(card: &Card) {
    let mut names = BTreeSet::from(["textbook"]);
    for Dialect { name, call, settings } in card.dialects {
        assert!(names.insert(name), "{} has {name} twice", card.name);
        assert!(!call.is_empty(), "{}@{name}", card.name);
        let mut keys = BTreeSet::new();
        for (key, value) in *settings {
            assert!(keys.insert(key), "{}@{name} gives {key} twice", card.name);
            let setting = card.settings.iter().find(|setting| setting.name == *key);
            let setting =
                setting.unwrap_or_else(|| panic!("{}@{name} gives {key}, which it has not", card.name));
            assert!(
                *value == Value::Required || setting.domain.allows(*value),
                "{}@{name}: {key} = {value}",
                card.name
            );
        }
    }
    for (name, why) in card.absent {
        assert!(names.insert(name), "{} both has and lacks {name}", card.name);
        assert!(!why.is_empty(), "{}@{name}", card.name);
    }
}

/// Every value that a dialect names is the value that its word has: no preset is lost on the way.
#[test]
fn dialects_set_what_they_say() {
    fn check<F: Family + Debug>() {
        for card in F::CARDS {
            let words = words_of(card);
            for (dialect, word) in card.dialects.iter().zip(&words[2..]) {
                let read: Word<F> = reads(word);
                for (key, value) in dialect.settings {
                    let found = read.value.settings().get(key);
                    let expected = match value {
                        Value::Required => Value::Number(0.25),
                        value => *value,
                    };
                    assert_eq!(found, Some(expected), "{word}: {key}");
                }
            }
        }
    }
    in_every_family!(check());
}

#[test]
fn search_ranges_lie_in_their_domains() {
    fn check<F: Family>() {
        let mut ranges = 0;
        for card in F::CARDS {
            for setting in card.settings {
                let Some(search) = setting.search else {
                    continue;
                };
                let what = format!("{}: {} over {search}", card.name, setting.name);
                let (low, high) = match search {
                    Search::Linear(low, high) => (low, high),
                    Search::Log(low, high) => {
                        assert!(low > 0.0, "{what}");
                        (low, high)
                    }
                    Search::LogComplement(low, high) => {
                        assert!(high < 1.0, "{what}");
                        (low, high)
                    }
                };
                assert!(low < high, "{what}");
                for end in [low, high] {
                    assert!(setting.domain.allows(Value::Number(end)), "{what}");
                }
                ranges += 1;
            }
        }
        // Rules at least are there to be tuned.
        assert!(ranges > 0 || F::LIST != "rules", "no search ranges in {}", F::LIST);
    }
    in_every_family!(check());
}
