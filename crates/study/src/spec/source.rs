//! A study file while it is read: words at their places, and errors that name file, line and key.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;
use technique::word::nearest;
use toml::Spanned;

use crate::error::StudyError;
use crate::technique::Field;

/// One word or a list of them.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a word or a list of words")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
        }
    }
}

/// One whole number or a list of them.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a whole number or a list of them")]
pub(super) enum Counts {
    One(usize),
    Many(Vec<usize>),
}

/// A file being read: knows where things stand in it.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The line that a byte of the text stands on, from 1.
    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    /// An error at a byte of the text.
    pub(super) fn at(&self, offset: usize, what: String) -> StudyError {
        StudyError::File { file: self.file.to_owned(), line: self.line(offset), what }
    }

    /// What the TOML reader found wrong; a misspelt key gets the nearest one that is known.
    pub(super) fn toml(&self, error: &toml::de::Error) -> StudyError {
        let message = error.message();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let hint = match quoted.next() {
            Some(key) if message.starts_with("unknown field") => nearest(key, quoted),
            _ => None,
        };
        let hint = hint.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        let span = error.span().unwrap_or_default();
        // The line itself tells which key of which table is meant.
        let shown = self.text.lines().nth(self.line(span.start) - 1).unwrap_or_default().trim();
        let shown = if shown.is_empty() { String::new() } else { format!(", in `{shown}`") };
        self.at(span.start, format!("{message}{hint}{shown}"))
    }

    /// Reads one word at its place.
    pub(super) fn word<F: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &str,
        word: &Spanned<String>,
    ) -> Result<F, StudyError> {
        word.get_ref().parse().map_err(|error: F::Err| self.at(word.span().start, format!("{key}: {error}")))
    }

    /// Reads a word or a list at its place; `default` when the key is not there.
    pub(super) fn words<F: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &str,
        words: Option<&Spanned<OneOrMany>>,
        default: &str,
    ) -> Result<Vec<F>, StudyError> {
        let Some(words) = words else {
            return default
                .parse()
                .map(|word| vec![word])
                .map_err(|error: F::Err| self.at(0, format!("{key}: {error}")));
        };
        let list = words.get_ref().as_slice();
        if list.is_empty() {
            return Err(self
                .at(words.span().start, format!("{key}: expected at least one value, found an empty list")));
        }
        let start = words.span().start;
        let parse = |word: &String| {
            // The word's own line: with its quotes, for `adam` is also a part of `adamw`.
            word.parse().map_err(|error: F::Err| {
                let quoted = [format!("\"{word}\""), format!("'{word}'")];
                let offset = quoted.iter().find_map(|quoted| self.text[start..].find(quoted));
                let offset = offset.map_or(start, |offset| start + offset);
                self.at(offset, format!("{key}: {error}"))
            })
        };
        list.iter().map(parse).collect()
    }

    /// Reads a whole number or a list of them; `default` when the key is not there.
    pub(super) fn counts(
        &self,
        key: &str,
        counts: Option<&Spanned<Counts>>,
        default: usize,
    ) -> Result<Vec<usize>, StudyError> {
        let Some(counts) = counts else { return Ok(vec![default]) };
        match counts.get_ref() {
            Counts::One(count) => Ok(vec![*count]),
            Counts::Many(many) if many.is_empty() => Err(self
                .at(counts.span().start, format!("{key}: expected at least one value, found an empty list"))),
            Counts::Many(many) => Ok(many.clone()),
        }
    }

    /// Reads a word that may be missing.
    pub(super) fn maybe<F: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &str,
        word: Option<&Spanned<String>>,
    ) -> Result<Option<F>, StudyError> {
        word.map(|word| self.word(key, word)).transpose()
    }

    /// Reads the name of a field.
    pub(super) fn field(&self, key: &str, name: &Spanned<String>) -> Result<Field, StudyError> {
        Field::named(name.get_ref()).ok_or_else(|| {
            let known = Field::ALL.map(Field::name);
            let hint = nearest(name.get_ref(), known)
                .map(|near| format!(": did you mean `{near}`?"))
                .unwrap_or_default();
            self.at(
                name.span().start,
                format!("{key}: unknown field `{}`{hint}; known: {}", name.get_ref(), known.join(", ")),
            )
        })
    }
}
