//! Cards: what a technique says of itself.
//!
//! A technique is a plain struct of hyper-parameters with a [`Card`]. Both are written once, by [`described!`](crate::described): the doc comment of
//! the struct is the published text *and* what `thalweg show` prints; the fields are the settings of its [word](crate::word).

use std::fmt;

mod macros;

/// The name, text, settings and conventions of one technique.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The name in words: `adam`.
    pub name: &'static str,
    /// The name in prose: `Adam`.
    pub title: &'static str,
    /// The doc comment, in Markdown: formula, memory, conventions, when to use it.
    pub doc: &'static str,
    /// Authors, title, place and equation.
    pub paper: &'static str,
    /// Year of publication.
    pub year: u16,
    /// Its settings, in order.
    pub settings: &'static [Setting],
    /// What frameworks mean by it. The textbook's formula is the default and has no entry.
    pub dialects: &'static [Dialect],
    /// Frameworks that have no such technique, each with the reason to give when it is asked for.
    pub absent: &'static [(&'static str, &'static str)],
    /// The textbook's values, in the order of `settings`.
    pub defaults: fn() -> Vec<Value>,
}

/// One setting of a technique.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key in words: `lr`.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Which values are allowed.
    pub domain: Domain,
    /// Where to look for a good value, for those worth tuning.
    pub search: Option<Search>,
}

/// The settings by which a framework's technique of the same name differs from the textbook's.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// `torch`, `keras`, `optax`, `jax`.
    pub name: &'static str,
    /// The call it reproduces: `torch.optim.Adam`.
    pub call: &'static str,
    /// What differs, framework defaults included.
    pub settings: &'static [(&'static str, Value)],
}

/// The value of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A real number.
    Number(f64),
    /// A count.
    Whole(u64),
    /// Yes or no.
    Flag(bool),
    /// One of a few names.
    Choice(&'static str),
    /// The framework has no default: the word must give one.
    Required,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The shortest text that reads back as the same number; never 17 zeros for 1e-17.
            Self::Number(x) => {
                let text = format!("{x:?}");
                f.write_str(text.strip_suffix(".0").unwrap_or(&text))
            }
            Self::Whole(n) => write!(f, "{n}"),
            Self::Flag(b) => write!(f, "{b}"),
            Self::Choice(name) => f.write_str(name),
            Self::Required => f.write_str("required"),
        }
    }
}

/// Which values a setting allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// x > 0.
    Positive,
    /// x ≥ 0.
    NonNegative,
    /// 0 ≤ x < 1: the decay of an average, a share to drop.
    Fraction,
    /// 0 < x ≤ 1.
    Share,
    /// Any finite number.
    Finite,
    /// A whole number ≥ the bound.
    Count(u64),
    /// `true` or `false`.
    Flag,
    /// One of these names.
    Choice(&'static [&'static str]),
}

impl Domain {
    /// Whether the value is allowed. Non-finite numbers never are.
    pub fn allows(self, value: Value) -> bool {
        match (self, value) {
            (Self::Count(least), Value::Whole(n)) => n >= least,
            (Self::Flag, Value::Flag(_)) => true,
            (Self::Choice(names), Value::Choice(name)) => names.contains(&name),
            (domain, Value::Number(x)) if x.is_finite() => match domain {
                Self::Positive => x > 0.0,
                Self::NonNegative => x >= 0.0,
                Self::Fraction => (0.0..1.0).contains(&x),
                Self::Share => x > 0.0 && x <= 1.0,
                Self::Finite => true,
                _ => false,
            },
            _ => false,
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Positive => f.write_str("a finite number above 0"),
            Self::NonNegative => f.write_str("a finite number, 0 or above"),
            Self::Fraction => f.write_str("a number from 0 to just below 1"),
            Self::Share => f.write_str("a number above 0, at most 1"),
            Self::Finite => f.write_str("a finite number"),
            Self::Count(0) => f.write_str("a whole number"),
            Self::Count(least) => write!(f, "a whole number, {least} or above"),
            Self::Flag => f.write_str("true or false"),
            Self::Choice(names) => f.write_str(&names.join(" or ")),
        }
    }
}

/// Where a good value of a setting is usually found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Search {
    /// Evenly between the two.
    Linear(f64, f64),
    /// Evenly in the logarithm.
    Log(f64, f64),
    /// Evenly in log(1 − x): decays such as .9, .99, .999.
    LogComplement(f64, f64),
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high, how) = match *self {
            Self::Linear(low, high) => (low, high, "even"),
            Self::Log(low, high) => (low, high, "even in the logarithm"),
            Self::LogComplement(low, high) => (low, high, "even in log(1 − x)"),
        };
        write!(f, "{} … {}, {how}", Value::Number(low), Value::Number(high))
    }
}

/// A type that a setting can have: `f64`, `u64`, `bool`, or a [`choice!`](crate::choice).
pub trait SettingType: Copy {
    /// The value, for printing and checking.
    fn value(self) -> Value;
    /// Reads the text of a word; `None` when it is not of this type at all.
    fn read(text: &str) -> Option<Self>;
}

impl SettingType for f64 {
    fn value(self) -> Value {
        Value::Number(self)
    }
    fn read(text: &str) -> Option<Self> {
        // Adding 0 makes 0 of −0: equal settings must have equal words.
        text.parse().ok().map(|x: f64| x + 0.0)
    }
}

impl SettingType for u64 {
    fn value(self) -> Value {
        Value::Whole(self)
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl SettingType for bool {
    fn value(self) -> Value {
        Value::Flag(self)
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The settings of a technique by name; what words, checks and checkpoints go through.
pub trait Settings {
    /// What it says of itself.
    fn card(&self) -> &'static Card;

    /// The value of a setting; `None` when it has no such setting.
    fn get(&self, setting: &str) -> Option<Value>;

    /// Sets it from the text of a word; `false` (and no change) when there is no such setting or the text is not of its type.
    /// The domain is not checked here: see [`Settings::check`].
    fn set(&mut self, setting: &str, text: &str) -> bool;

    /// The first setting whose value its domain does not allow.
    ///
    /// # Errors
    /// [`Refused`] names the setting, its value and what it should be.
    fn check(&self) -> Result<(), Refused> {
        let card = self.card();
        for setting in card.settings {
            match self.get(setting.name) {
                Some(value) if !setting.domain.allows(value) => {
                    return Err(Refused {
                        technique: card.name,
                        setting: setting.name,
                        found: value,
                        expected: setting.domain,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A technique with a card of its own.
pub trait Described: Settings + Default {
    /// What it says of itself.
    const CARD: Card;
}

/// A hyper-parameter outside its domain.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`{technique}`: {setting} = {found} is not allowed: expected {expected}")]
pub struct Refused {
    /// Whose setting.
    pub technique: &'static str,
    /// Which setting.
    pub setting: &'static str,
    /// Its value.
    pub found: Value,
    /// What it should be.
    pub expected: Domain,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_short_and_read_back() {
        for (x, text) in
            [(0.001, "0.001"), (1.0, "1"), (1e-7, "1e-7"), (0.1 + 0.2, "0.30000000000000004"), (-2.5, "-2.5")]
        {
            assert_eq!(Value::Number(x).to_string(), text);
            assert_eq!(text.parse::<f64>().unwrap(), x);
        }
    }

    #[test]
    fn domains_hold_their_edges() {
        let n = Value::Number;
        for (domain, inside, outside) in [
            (Domain::Positive, vec![n(1e-300)], vec![n(0.0), n(-1.0), n(f64::NAN), n(f64::INFINITY)]),
            (Domain::NonNegative, vec![n(0.0)], vec![n(-1e-300), n(f64::NAN)]),
            (Domain::Fraction, vec![n(0.0), n(0.999)], vec![n(1.0), n(-0.1)]),
            (Domain::Share, vec![n(1.0)], vec![n(0.0), n(1.1)]),
            (Domain::Finite, vec![n(-3.0)], vec![n(f64::NEG_INFINITY)]),
            (Domain::Count(1), vec![Value::Whole(1)], vec![Value::Whole(0), n(1.0)]),
            (Domain::Choice(&["a"]), vec![Value::Choice("a")], vec![Value::Choice("b")]),
        ] {
            assert!(inside.iter().all(|&v| domain.allows(v)), "{domain:?}");
            assert!(!outside.iter().any(|&v| domain.allows(v)), "{domain:?}");
        }
    }
}
