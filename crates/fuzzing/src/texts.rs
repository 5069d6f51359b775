//! Texts: study files, words, plans.

use std::fmt::Debug;

use problem::function::Function;
use study::planned::Plan;
use study::spec::Study;
use technique::decay::Decay;
use technique::guard::Guard;
use technique::init::Init;
use technique::layer::activation::Activation;
use technique::layer::dropout::Regularisation;
use technique::loss::Loss;
use technique::norm::Norm;
use technique::rule::Rule;
use technique::schedule::{Curve, Schedule};
use technique::word::{Family, Word};

/// A study file. With every default written out it must be the same study.
pub(crate) fn study(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Study::parse("a.toml", "a", text) {
        Ok(study) => {
            let resolved = study.resolved();
            let again = Study::parse("resolved.toml", "a", &resolved);
            let again = again.unwrap_or_else(|error| panic!("{error}, in:\n{resolved}"));
            assert_eq!(again.resolved(), resolved);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A word of any family, or a schedule.
pub(crate) fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    word::<Rule>(text);
    word::<Init>(text);
    word::<Activation>(text);
    word::<Norm>(text);
    word::<Regularisation>(text);
    word::<Guard>(text);
    word::<Decay>(text);
    word::<Curve>(text);
    word::<Loss>(text);
    word::<Function>(text);
    match text.parse::<Schedule>() {
        Ok(schedule) => {
            // Over a run all its steps are known, or it does not fit.
            let resolved = schedule.over(1000).ok();
            for schedule in resolved.iter().chain([&schedule]) {
                for text in [schedule.to_string(), schedule.full_word()] {
                    let again = text.parse::<Schedule>();
                    let again = again.unwrap_or_else(|error| panic!("{error}, in `{text}`"));
                    assert_eq!(again.full_word(), schedule.full_word());
                }
            }
            if let Some(schedule) = resolved {
                assert!(!schedule.is_open());
                // Its values are the rules' business; that there is one for every step is not.
                let _ = [0, 1, 999, u64::MAX].map(|t| schedule.factor(t));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What a word means survives both ways of writing it.
fn word<F: Family + PartialEq + Debug>(text: &str) {
    match text.parse::<Word<F>>() {
        Ok(word) => {
            let full = word.value.full_word();
            for text in [word.to_string(), full.clone()] {
                let again = text.parse::<Word<F>>();
                let again = again.unwrap_or_else(|error| panic!("{error}, in `{text}`"));
                assert_eq!(again.value, word.value, "`{text}`");
                assert_eq!(again.value.full_word(), full, "`{text}`");
            }
            let again = word.to_string().parse::<Word<F>>();
            assert_eq!(again.ok().map(|again| again.dialect), Some(word.dialect));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The planned trials of a run folder. Written again they must be the same.
pub(crate) fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Plan::parse("trials.jsonl", text) {
        Ok(plan) => {
            let written = plan.text();
            let again = Plan::parse("trials.jsonl", &written);
            assert_eq!(again.unwrap_or_else(|error| panic!("{error}, in:\n{written}")), plan);
            assert!(plan.trials.iter().all(|trial| plan.get(&trial.id) == Some(trial)));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
