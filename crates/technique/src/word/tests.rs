//! Words of every family: what reads, what prints, and what is refused with which advice.

use std::fmt::Debug;

use proptest::prelude::*;

use super::*;
use crate::decay::Decay;
use crate::guard::Guard;
use crate::init::Init;
use crate::layer::activation::Activation;
use crate::layer::dropout::Regularisation;
use crate::loss::Loss;
use crate::norm::Norm;
use crate::rule::Rule;
use crate::schedule::{Curve, Schedule};
use crate::testing::points;

mod registry;

/// Calls a generic check for every family.
macro_rules! in_every_family {
    ($check:ident($($argument:expr),*)) => {
        $check::<Rule>($($argument),*);
        $check::<Curve>($($argument),*);
        $check::<Init>($($argument),*);
        $check::<Activation>($($argument),*);
        $check::<Norm>($($argument),*);
        $check::<Regularisation>($($argument),*);
        $check::<Guard>($($argument),*);
        $check::<Decay>($($argument),*);
        $check::<Loss>($($argument),*);
    };
}
use in_every_family;

fn reads<F: Family>(word: &str) -> Word<F> {
    word.parse().unwrap_or_else(|error| panic!("`{word}`: {error}"))
}

fn refusal<F: Family + Debug>(word: &str) -> String {
    match word.parse::<Word<F>>() {
        Ok(read) => panic!("`{word}` was read as {read:?}"),
        Err(error) => error.to_string(),
    }
}

/// Dialects of a member, the textbook's among them, with words that give what the framework leaves open.
fn words_of(card: &Card) -> Vec<String> {
    let mut words = vec![card.name.to_owned(), format!("{}@textbook", card.name)];
    for dialect in card.dialects {
        let required = dialect.settings.iter().filter(|(_, value)| *value == Value::Required);
        let given: Vec<String> = required.map(|(key, _)| format!("{key}=0.25")).collect();
        let colon = if given.is_empty() { "" } else { ":" };
        words.push(format!("{}@{}{colon}{}", card.name, dialect.name, given.join(",")));
    }
    words
}

#[test]
fn every_word_prints_and_reads_back() {
    fn check<F: Family + PartialEq + Debug>() {
        for card in F::CARDS {
            for text in words_of(card) {
                let word: Word<F> = reads(&text);
                assert_eq!(word.value.card().name, card.name);
                let asked = text.split([':', '@']).nth(1).filter(|_| text.contains('@'));
                assert_eq!(word.dialect, asked.filter(|name| *name != "textbook"), "{text}");
                assert_eq!(reads::<F>(&word.to_string()), word, "{text} as {word}");
                let full = word.value.full_word();
                assert_eq!(reads::<F>(&full).value, word.value, "{text} as {full}");
                assert_eq!(reads::<F>(&full).value.full_word(), full);
            }
        }
        for (alias, target) in F::ALIASES {
            assert_eq!(reads::<F>(alias), reads::<F>(target), "{alias}");
        }
    }
    in_every_family!(check());
}

#[test]
fn words_print_what_matters_and_no_more() {
    for (word, short, full) in [
        ("sgd", "sgd:lr=0.01", "sgd:lr=0.01"),
        ("adam@keras", "adam@keras:lr=0.001", "adam:lr=0.001,beta1=0.9,beta2=0.999,eps=1e-7,eps_at=hat"),
        (
            " adam@torch: beta2 = 0.99 ",
            "adam@torch:lr=0.001,beta2=0.99",
            "adam:lr=0.001,beta1=0.9,beta2=0.99,eps=1e-8,eps_at=corrected",
        ),
        (
            "momentum@optax:lr=1",
            "momentum@optax:lr=1",
            "momentum:lr=1,momentum=0.9,lr_at=outside,dampening=0",
        ),
        (
            "rms:centered=true",
            "rmsprop:lr=0.01,centered=true",
            "rmsprop:lr=0.01,decay=0.99,eps=1e-7,eps_at=outside,centered=true,momentum=0,lr_at=inside,initial=0",
        ),
    ] {
        let read: Word<Rule> = reads(word);
        assert_eq!(read.to_string(), short);
        assert_eq!(read.value.full_word(), full);
    }
}

/// `he_normal@keras` is what Keras calls `HeNormal`: an alias must not undo the dialect's law.
#[test]
fn aliases_keep_the_dialects_conventions() {
    for (alias, word) in [
        ("he_normal@keras", "he@keras"),
        ("glorot_normal@jax", "glorot@jax"),
        ("he_uniform@keras", "he@keras:law=uniform"),
        ("kaiming@torch:fan=out", "he@torch:fan=out"),
        ("linear", "polynomial:power=1"),
    ] {
        match alias {
            "linear" => assert_eq!(reads::<Curve>(alias), reads::<Curve>(word)),
            _ => assert_eq!(reads::<Init>(alias), reads::<Init>(word), "{alias}"),
        }
    }
}

#[test]
fn misspelt_names_are_answered_with_the_nearest() {
    for (error, parts) in [
        (refusal::<Rule>("adm"), ["unknown update rule `adm`: did you mean `adam`?", "thalweg list rules"]),
        (refusal::<Rule>("Momentun:lr=1"), ["did you mean `momentum`?", "known: sgd, momentum"]),
        (
            refusal::<Rule>("adam:beta=0.9"),
            ["`adam` has no setting `beta`: did you mean `beta", "thalweg show adam"],
        ),
        (refusal::<Rule>("sgd:momentum=0.9"), ["`sgd` has no setting `momentum`", "its settings: lr"]),
        (
            refusal::<Rule>("adam@pytorch"),
            [
                "no `adam@pytorch`: no such dialect: did you mean `torch`?",
                "has textbook, torch, keras, optax",
            ],
        ),
        (refusal::<Rule>("adam@burn"), ["no such dialect", "has textbook, torch, keras, optax"]),
        (refusal::<Init>("hee"), ["did you mean `he`?", "thalweg list inits"]),
        (refusal::<Loss>("zzz"), ["unknown loss `zzz`; known: cross_entropy, mse", "list layers"]),
    ] {
        for part in parts {
            assert!(error.contains(part), "expected `{part}` in: {error}");
        }
    }
}

#[test]
fn a_framework_without_the_technique_says_what_to_ask_for() {
    for (error, advice) in [
        (refusal::<Guard>("block_norm@torch"), "global_norm@torch"),
        (refusal::<Guard>("block_norm@optax"), "global_norm@optax"),
        (refusal::<Init>("lecun@torch"), "PyTorch has no LeCun"),
        (refusal::<Init>("xavier@keras"), "glorot@keras"),
        (refusal::<Norm>("batch@optax"), "optax has no layers"),
        (refusal::<Regularisation>("dropout@optax"), "optax has no layers"),
        (refusal::<Decay>("l2@keras"), "decoupled@keras"),
    ] {
        assert!(error.starts_with("no `") && error.contains(advice), "{error}");
    }
}

#[test]
fn what_a_framework_leaves_open_must_be_given() {
    for (word, key) in [("sgd@optax", "lr"), ("adam@optax:beta1=0.5", "lr"), ("rmsprop@optax", "lr")] {
        assert!(
            matches!(word.parse::<Rule>(), Err(WordError::Required { key: found, .. }) if found == key),
            "{word}"
        );
    }
    let error = refusal::<Decay>("l2@torch");
    assert!(error.contains("no default for rate") && error.contains("l2@torch:rate=0.01"), "{error}");
    assert_eq!(reads::<Rule>("sgd@optax:lr=0.5").value.settings().get("lr"), Some(Value::Number(0.5)));
}

#[test]
fn values_outside_their_domain_are_refused() {
    for value in ["-0.1", "0", "-0", "NaN", "inf", "-inf", "1e999"] {
        for card in Rule::CARDS {
            let word = format!("{}:lr={value}", card.name);
            let error = word.parse::<Rule>();
            assert!(
                matches!(&error, Err(WordError::Refused(refused)) if refused.setting == "lr" && refused.expected == Domain::Positive),
                "{word}: {error:?}"
            );
        }
    }
    let error = refusal::<Rule>("adam:lr=-1");
    assert_eq!(error, "`adam`: lr = -1 is not allowed: expected a finite number above 0");
    for word in ["adam:beta1=1", "adam:beta2=-0.1", "momentum:momentum=1", "adam:eps=-1e-9"] {
        assert!(matches!(word.parse::<Rule>(), Err(WordError::Refused(_))), "{word}");
    }
    assert!(matches!("dropout:ratio=1".parse::<Regularisation>(), Err(WordError::Refused(_))));
    assert!(matches!("step:every=0".parse::<Curve>(), Err(WordError::Refused(_))));
}

#[test]
fn text_of_another_type_is_refused() {
    for (word, key) in [
        ("adam:lr=fast", "lr"),
        ("adam:lr=", "lr"),
        ("adam:eps_at=inside", "eps_at"),
        ("rmsprop:centered=yes", "centered"),
    ] {
        assert!(
            matches!(word.parse::<Rule>(), Err(WordError::Text { key: found, .. }) if found == key),
            "{word}"
        );
    }
    for word in ["cosine:steps=1.5", "cosine:steps=-1", "step:every=99999999999999999999"] {
        assert!(matches!(word.parse::<Curve>(), Err(WordError::Text { .. })), "{word}");
    }
    let error = refusal::<Rule>("adam:eps_at=inside");
    assert!(error.ends_with("expected hat or corrected"), "{error}");
}

#[test]
fn malformed_words_are_refused() {
    let shape = |word: &str, part: &str| {
        assert!(
            matches!(word.parse::<Rule>(), Err(WordError::Shape { found, .. }) if found == part),
            "{word}"
        );
    };
    shape("sgd:lr", "lr");
    shape("sgd:", "");
    shape("sgd:lr=0.1,", "");
    shape("adam:lr=0.1,,eps=0", "");
    let error = refusal::<Rule>("sgd:lr=0.1,lr=0.2");
    assert_eq!(error, "`sgd:lr=0.1,lr=0.2`: lr is given twice");
    for word in ["", " ", "@torch", ":lr=1", "sgd lr=1"] {
        assert!(matches!(word.parse::<Rule>(), Err(WordError::Unknown { .. })), "{word:?}");
    }
    assert!(matches!("sgd@".parse::<Rule>(), Err(WordError::Dialect { .. })));
}

/// Reads the text in every family; what is read must print, read back, and be allowed.
fn never_panics(text: &str) {
    fn check<F: Family + PartialEq + Debug>(text: &str) {
        if let Ok(word) = text.parse::<Word<F>>() {
            assert_eq!(reads::<F>(&word.to_string()), word);
            assert_eq!(word.value.settings().check(), Ok(()));
        }
    }
    in_every_family!(check(text));
    if let Ok(schedule) = text.parse::<Schedule>() {
        assert_eq!(schedule.to_string().parse::<Schedule>(), Ok(schedule.clone()));
        if let Ok(closed) = schedule.over(100) {
            assert!(!closed.is_open());
            for t in [0, 1, 99, u64::MAX] {
                closed.factor(t);
            }
        }
    }
}

proptest! {
    #![proptest_config(points(2_000))]

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        never_panics(&text);
    }

    /// Text made of the pieces of words gets further into the reader than noise does.
    #[test]
    fn no_text_of_pieces_panics(pieces in prop::collection::vec(
        prop::sample::select(vec![
            "adam", "rmsprop", "momentum", "cosine", "warmup", "onecycle", "polynomial", "linear", "he", "he_uniform", "batch", "dropout", "l2",
            "@", "torch", "optax", "keras", ":", ",", "=", "lr", "steps", "end", "warm", "power", "law", "ratio", "rate", "0", "1", "0.5", "1e-7", "-1",
            "1e400", "NaN", "uniform", " then ", " for ", "18446744073709551615", "é",
        ]),
        0..9,
    )) {
        never_panics(&pieces.concat());
    }
}

#[test]
fn equal_settings_have_equal_words() {
    // −0 and 0 are one number, and a full word is part of a trial's identity.
    let (minus, zero) = (reads::<Decay>("decoupled:rate=-0"), reads::<Decay>("decoupled:rate=0"));
    assert_eq!(minus.value.full_word(), zero.value.full_word());
}

#[test]
fn endless_names_are_near_to_nothing() {
    assert_eq!(nearest(&"adam".repeat(100_000), ["adam"]), None);
    assert_eq!(nearest("adan", ["adam"]), Some("adam".to_owned()));
}
