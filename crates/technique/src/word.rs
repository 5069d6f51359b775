//! Words: one line that names a technique and its settings, the same in a shell, in TOML, in a URL and in code.
//!
//! ```text
//! NAME[@DIALECT][:key=value,…]        adam    adam:lr=0.01    adam@torch:lr=0.01,beta2=0.99
//! ```
//!
//! The name alone is the textbook's formula with the textbook's defaults. A dialect replaces the defaults and conventions by those of a framework;
//! settings replace single values. Whatever is unknown or outside its domain is an error that says what would have been right.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::card::{Card, Domain, Refused, Settings, Value};

/// A closed list of techniques of one kind: written by [`family!`](crate::family).
pub trait Family: Sized {
    /// What its members are, in prose: `update rule`.
    const KIND: &'static str;
    /// The word of `thalweg list` that prints them: `rules`.
    const LIST: &'static str;
    /// The cards of all members, in the order of the chapter.
    const CARDS: &'static [&'static Card];
    /// Other names people use, each with the word it stands for.
    const ALIASES: &'static [(&'static str, &'static str)];

    /// The member of that name, with the textbook's defaults.
    fn born(name: &str) -> Option<Self>;
    /// Its settings.
    fn settings(&self) -> &dyn Settings;
    /// Its settings, to change.
    fn settings_mut(&mut self) -> &mut dyn Settings;

    /// What it says of itself.
    fn card(&self) -> &'static Card {
        self.settings().card()
    }

    /// The word with every setting written out: equal for equal formulas, however they were asked for.
    fn full_word(&self) -> String {
        let card = self.card();
        let settings = card.settings.iter().map(|setting| setting.name);
        write_word(card.name, None, settings.filter_map(|name| Some((name, self.settings().get(name)?))))
    }
}

/// A member of a family together with the dialect it was asked for in, so that it prints as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word<F> {
    /// The technique.
    pub value: F,
    /// The framework whose conventions it follows; `None` is the textbook.
    pub dialect: Option<&'static str>,
}

impl<F> From<F> for Word<F> {
    fn from(value: F) -> Self {
        Self { value, dialect: None }
    }
}

impl<F: Family> FromStr for Word<F> {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        parse(word)
    }
}

/// The short form: name, dialect, the first setting if it is one to tune, and what differs from the (dialect's) defaults.
impl<F: Family> fmt::Display for Word<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let card = self.value.card();
        let mut base = (card.defaults)();
        if let Some(dialect) = self.dialect.and_then(|name| card.dialects.iter().find(|d| d.name == name)) {
            for (name, value) in dialect.settings {
                if let Some(index) = card.settings.iter().position(|s| s.name == *name) {
                    base[index] = *value;
                }
            }
        }
        let shown = card.settings.iter().zip(base).enumerate().filter_map(|(index, (setting, base))| {
            let value = self.value.settings().get(setting.name)?;
            let principal = index == 0 && setting.search.is_some();
            (principal || value != base).then_some((setting.name, value))
        });
        f.write_str(&write_word(card.name, self.dialect, shown))
    }
}

fn write_word<'a>(
    name: &str,
    dialect: Option<&str>,
    settings: impl Iterator<Item = (&'a str, Value)>,
) -> String {
    let mut text = name.to_owned();
    if let Some(dialect) = dialect {
        let _ = write!(text, "@{dialect}");
    }
    for (index, (key, value)) in settings.enumerate() {
        let _ = write!(text, "{}{key}={value}", if index == 0 { ':' } else { ',' });
    }
    text
}

/// Why a word could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WordError {
    /// No member of that name.
    #[error("unknown {kind} `{name}`{}; known: {known} (`thalweg list {list}`)", suggest(.nearest))]
    Unknown {
        /// The kind of the family.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// The nearest name, if one is near.
        nearest: Option<String>,
        /// All names.
        known: String,
        /// The list that prints them.
        list: &'static str,
    },
    /// No such framework, or the framework has no such technique.
    #[error("no `{name}@{dialect}`: {why}")]
    Dialect {
        /// The technique.
        name: &'static str,
        /// The dialect asked for.
        dialect: String,
        /// Why there is none, and what there is.
        why: String,
    },
    /// The technique has no such setting.
    #[error("`{name}` has no setting `{key}`{}; its settings: {known} (`thalweg show {name}`)", suggest(.nearest))]
    Key {
        /// The technique.
        name: &'static str,
        /// What was asked for.
        key: String,
        /// The nearest key, if one is near.
        nearest: Option<String>,
        /// All keys.
        known: String,
    },
    /// Not `key=value`.
    #[error("`{word}`: expected key=value after the colon, found `{found}`")]
    Shape {
        /// The whole word.
        word: String,
        /// The part that is not `key=value`.
        found: String,
    },
    /// A setting given twice.
    #[error("`{word}`: {key} is given twice")]
    Twice {
        /// The whole word.
        word: String,
        /// The key.
        key: String,
    },
    /// The text is not of the setting's type.
    #[error("`{name}`: {key} = {found} is not allowed: expected {expected}")]
    Text {
        /// The technique.
        name: &'static str,
        /// The setting.
        key: &'static str,
        /// What was found.
        found: String,
        /// What it should be.
        expected: Domain,
    },
    /// A value outside its domain.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A framework without a default, and no value given.
    #[error("`{name}@{dialect}` has no default for {key}: give it, as in `{name}@{dialect}:{key}=0.01`")]
    Required {
        /// The technique.
        name: &'static str,
        /// The dialect.
        dialect: &'static str,
        /// The setting.
        key: &'static str,
    },
}

fn suggest(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

/// The name nearest to a misspelt one, if any is near enough to suggest.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Longer ones are no slip of the pen, and comparing takes memory and time by the length.
    if name.len() > 100 {
        return None;
    }
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            // The first is kind to long names with a slip at the end, the second to short ones with two letters swapped.
            let edits = strsim::normalized_damerau_levenshtein(&name, candidate);
            (strsim::jaro_winkler(&name, candidate).max(edits), candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.65)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

/// Reads a word of the family `F`.
///
/// # Errors
/// [`WordError`] says what is wrong and what would have been right.
pub fn parse<F: Family>(word: &str) -> Result<Word<F>, WordError> {
    let word = word.trim();
    let (head, given) = word.split_once(':').map_or((word, None), |(head, rest)| (head, Some(rest)));
    let (name, asked) = head.split_once('@').map_or((head, None), |(name, dialect)| (name, Some(dialect)));
    let (name, implied) = match F::ALIASES.iter().find(|(alias, _)| *alias == name) {
        Some((_, target)) => {
            target.split_once(':').map_or((*target, None), |(name, rest)| (name, Some(rest)))
        }
        None => (name, None),
    };
    let mut value = F::born(name).ok_or_else(|| unknown::<F>(name))?;
    let card = value.card();

    let mut required = Vec::new();
    let dialect = match asked {
        None | Some("textbook") => None,
        Some(asked) => {
            let dialect =
                card.dialects.iter().find(|d| d.name == asked).ok_or_else(|| no_dialect(card, asked))?;
            for (key, preset) in dialect.settings {
                match preset {
                    Value::Required => required.push(*key),
                    preset => {
                        let known = value.settings_mut().set(key, &preset.to_string());
                        debug_assert!(
                            known,
                            "{}@{asked} sets {key}, which {} does not have",
                            card.name, card.name
                        );
                    }
                }
            }
            Some(dialect.name)
        }
    };

    let mut seen: Vec<&str> = Vec::new();
    for part in implied.into_iter().flat_map(|text| text.split(',')) {
        if let Some((key, text)) = part.split_once('=') {
            value.settings_mut().set(key, text);
        }
    }
    for part in given.into_iter().flat_map(|text| text.split(',')) {
        let Some((key, text)) = part.split_once('=').map(|(key, text)| (key.trim(), text.trim())) else {
            return Err(WordError::Shape { word: word.to_owned(), found: part.to_owned() });
        };
        let setting = card.settings.iter().find(|s| s.name == key).ok_or_else(|| WordError::Key {
            name: card.name,
            key: key.to_owned(),
            nearest: nearest(key, card.settings.iter().map(|s| s.name)),
            known: listed(card.settings.iter().map(|s| s.name)),
        })?;
        if seen.contains(&key) {
            return Err(WordError::Twice { word: word.to_owned(), key: key.to_owned() });
        }
        seen.push(key);
        if !value.settings_mut().set(key, text) {
            return Err(WordError::Text {
                name: card.name,
                key: setting.name,
                found: text.to_owned(),
                expected: setting.domain,
            });
        }
    }
    if let (Some(key), Some(dialect)) = (required.into_iter().find(|key| !seen.contains(key)), dialect) {
        return Err(WordError::Required { name: card.name, dialect, key });
    }
    value.settings().check()?;
    Ok(Word { value, dialect })
}

fn unknown<F: Family>(name: &str) -> WordError {
    let names = || F::CARDS.iter().map(|card| card.name).chain(F::ALIASES.iter().map(|(alias, _)| *alias));
    WordError::Unknown {
        kind: F::KIND,
        name: name.to_owned(),
        nearest: nearest(name, names()),
        known: listed(F::CARDS.iter().map(|card| card.name)),
        list: F::LIST,
    }
}

fn no_dialect(card: &'static Card, asked: &str) -> WordError {
    let known = listed(std::iter::once("textbook").chain(card.dialects.iter().map(|d| d.name)));
    let why = match card.absent.iter().find(|(name, _)| *name == asked) {
        Some((_, why)) => format!("{why}; `{}` has the dialects {known}", card.name),
        None => {
            let hint = nearest(asked, card.dialects.iter().map(|d| d.name));
            format!("no such dialect{}; `{}` has {known}", suggest(&hint), card.name)
        }
    };
    WordError::Dialect { name: card.name, dialect: asked.to_owned(), why }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Writes the enum of a [`Family`]: storage and configuration are closed, authorship is a trait.
#[macro_export]
macro_rules! family {
    (
        $(#[doc = $doc:literal])*
        pub enum $Type:ident ($kind:literal, $list:literal) { $($Variant:ident($Member:ty)),+ $(,)? }
        $(aliases { $($alias:literal => $target:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub enum $Type {
            $(#[doc = concat!("See [`", stringify!($Member), "`].")] $Variant($Member)),+
        }

        $(impl From<$Member> for $Type {
            fn from(member: $Member) -> Self {
                Self::$Variant(member)
            }
        })+

        impl $crate::word::Family for $Type {
            const KIND: &'static str = $kind;
            const LIST: &'static str = $list;
            const CARDS: &'static [&'static $crate::card::Card] = &[$(&<$Member as $crate::card::Described>::CARD),+];
            const ALIASES: &'static [(&'static str, &'static str)] = &[$($(($alias, $target)),*)?];

            fn born(name: &str) -> Option<Self> {
                $(
                    if name == <$Member as $crate::card::Described>::CARD.name {
                        return Some(Self::$Variant(<$Member>::default()));
                    }
                )+
                None
            }
            fn settings(&self) -> &dyn $crate::card::Settings {
                match self { $(Self::$Variant(member) => member),+ }
            }
            fn settings_mut(&mut self) -> &mut dyn $crate::card::Settings {
                match self { $(Self::$Variant(member) => member),+ }
            }
        }

        impl ::std::str::FromStr for $Type {
            type Err = $crate::word::WordError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                $crate::word::parse(word).map(|word| word.value)
            }
        }

        impl ::std::fmt::Display for $Type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::word::Word::from(*self).fmt(f)
            }
        }
    };
}

#[cfg(test)]
mod tests;
