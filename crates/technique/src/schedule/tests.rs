//! Schedules against the frameworks' own numbers, and how curves follow one another.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::*;
use crate::testing::{assert_near, golden};

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

#[test]
fn a_sequence_runs_each_curve_from_its_own_start() {
    let s = schedule("warmup:steps=10 then constant for 5 then cosine").over(35).unwrap();
    assert_eq!(s.factor(0), 0.0);
    assert_eq!(s.factor(5), 0.5);
    assert_eq!(s.factor(10), 1.0);
    assert_eq!(s.factor(14), 1.0);
    assert_eq!(s.factor(15), 1.0);
    assert!((s.factor(25) - 0.5).abs() < 1e-15);
    assert!(s.factor(35).abs() < 1e-15);
    assert_eq!(s.to_string(), "warmup:steps=10 then constant for 5 then cosine:steps=20");
    assert_eq!(schedule(&s.to_string()), s);
}

#[test]
fn what_never_ends_cannot_be_followed() {
    assert!(matches!("constant then cosine".parse::<Schedule>(), Err(ScheduleError::Endless { .. })));
    assert!(matches!("cosine then constant".parse::<Schedule>(), Err(ScheduleError::Endless { .. })));
    assert!(matches!("constant for x then cosine".parse::<Schedule>(), Err(ScheduleError::Length { .. })));
    let error = schedule("warmup:steps=10 then cosine").over(10).unwrap_err();
    assert!(error.to_string().contains("leaves none of the run's 10"), "{error}");
}

#[test]
fn every_curve_stays_finite_and_at_least_zero() {
    for card in Curve::CARDS {
        let s = schedule(card.name).over(100).unwrap();
        for t in 0..300 {
            let factor = s.factor(t);
            assert!(factor.is_finite() && factor >= -1e-15, "{} at {t}: {factor}", card.name);
        }
    }
}

#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    framework: String,
    call: String,
    settings: BTreeMap<String, Json>,
    tolerance: f64,
    multipliers: Vec<f64>,
}

impl Case {
    /// The word for it; `None` for what the book has not.
    fn word(&self) -> Option<String> {
        let s = |key: &str| self.settings[key].to_string();
        let word = match self.kind.as_str() {
            "step" => format!("step:factor={},every={}", s("factor"), s("every")),
            "exponential" => format!("exponential:factor={}", s("factor")),
            "exponential_every" => {
                let curve = if self.settings["staircase"] == true { "step" } else { "exponential" };
                format!("{curve}:factor={},every={}", s("factor"), s("every"))
            }
            "inverse_time" => {
                format!("inverse:rate={},every={},staircase={}", s("rate"), s("every"), s("staircase"))
            }
            "cosine" => format!("cosine:end={},steps={}", s("end"), s("total")),
            "polynomial" => format!("polynomial:power={},end={},steps={}", s("power"), s("end"), s("total")),
            "warmup" => format!("warmup:start={},steps={}", s("start"), s("steps")),
            // The cosine takes what the warm-up leaves of the run.
            "warmup_cosine" => format!(
                "warmup:start={},steps={} then cosine:end={}",
                s("start"),
                s("warmup_steps"),
                s("end")
            ),
            "one_cycle_cosine" | "one_cycle_linear" => format!(
                "onecycle@{}:warm={},start={},end={},shape={}",
                self.framework,
                s("rise"),
                s("start"),
                s("end"),
                if self.kind.ends_with("cosine") { "cosine" } else { "line" }
            ),
            "steps_at" | "cosine_there_and_back" | "one_cycle_linear_three_phases" => return None,
            other => panic!("no word is known for the recorded schedule `{other}`"),
        };
        Some(word)
    }
}

#[test]
fn every_curve_follows_its_recorded_rates() {
    let Recorded { cases } = golden("schedules");
    let mut seen = BTreeMap::new();
    for case in &cases {
        let Some(word) = case.word() else { continue };
        let total = case.settings.get("total").and_then(Json::as_u64);
        let s = schedule(&word).over(total.unwrap_or(200)).unwrap();
        let found: Vec<f64> = (0..case.multipliers.len() as u64).map(|t| s.factor(t)).collect();
        let what = format!("`{word}` ({})", case.call);
        assert_eq!(found.len(), 200, "{what}");
        assert_near(&found, &case.multipliers, case.tolerance, 1.0, &what);
        for phase in s.phases {
            *seen.entry(phase.curve.value.card().name).or_insert(0) += 1;
        }
    }
    for card in Curve::CARDS.iter().filter(|card| card.name != "constant") {
        assert!(seen.contains_key(card.name), "nothing recorded for {}", card.name);
    }
}

/// The defaults of `onecycle` are PyTorch's.
#[test]
fn one_cycle_is_born_as_in_its_frameworks() {
    let Recorded { cases } = golden("schedules");
    let mut seen = 0;
    for case in cases.iter().filter(|case| case.kind == "one_cycle_cosine") {
        let s = schedule(&format!("onecycle@{}", case.framework)).over(200).unwrap();
        let found: Vec<f64> = (0..200).map(|t| s.factor(t)).collect();
        assert_near(&found, &case.multipliers, 1e-12, 1.0, &case.call);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn lengths_beyond_all_numbers_are_refused() {
    let endless = format!("constant for {0} then constant for {0} then cosine", u64::MAX);
    assert!(matches!(schedule(&endless).over(100), Err(ScheduleError::NothingLeft { total: 100, .. })));
}
