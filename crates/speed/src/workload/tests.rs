use problem::data::Shelf;

use super::updates::{first_steps, moved};
use super::*;
use crate::results::Duel;

fn digits() -> Dataset {
    Shelf::new(None).load("digits").unwrap()
}

/// As short as can be with no check over fewer steps than it says.
fn short() -> Lengths {
    Lengths {
        w1_steps: 100,
        w2_steps: 20,
        w2_scales: W2_SCALES[..5].to_vec(),
        w3_sizes: vec![1000],
        w5_steps: 50,
        w6_epochs: 1,
        w6_steps: 100,
    }
}

#[test]
fn every_workload_runs_and_gives_the_same_numbers_again() {
    let data = digits();
    for name in NAMES {
        let mut ready = prepare(name, &data, &short(), 2).unwrap();
        let (one, two) = (ready().unwrap(), ready().unwrap());
        assert!(one.seconds > 0.0, "{name}");
        assert!(!one.check.is_empty() && one.check.values().all(|x| x.is_finite()), "{name}: {one:?}");
        assert_eq!(one.check, two.check, "{name}");
        assert_ne!(title(name), "unknown");
    }
}

#[test]
fn threads_change_nothing_but_the_time() {
    let data = digits();
    for name in ["w2", "w5"] {
        let check = |threads| prepare(name, &data, &short(), threads).unwrap()().unwrap().check;
        assert_eq!(check(1), check(2), "{name}");
    }
}

#[test]
fn a_rule_moves_what_its_memory_asks_for() {
    let bytes = |rule| loop_seconds(rule, 10).unwrap().0;
    assert_eq!(["sgd", "momentum", "adam"].map(bytes), [12, 20, 28]);
}

#[test]
fn the_check_of_w3_tells_an_update_from_none_and_from_one_of_twice_the_rate() {
    let agree = |rule: &str, ours: f64, theirs: f64| {
        let outcome = |number| Outcome { check: [(rule.to_owned(), number)].into(), ..Outcome::default() };
        let (ours, theirs) = (vec![outcome(ours)], vec![outcome(theirs)]);
        Duel { workload: "w3".into(), ours, theirs, ..Duel::default() }.disagreements().is_empty()
    };
    for (name, rule) in UPDATE_RULES {
        let right = first_steps(rule).unwrap();
        let twice = first_steps(&rule.replace("lr=0.001", "lr=0.002")).unwrap();
        assert!(agree(name, right, right), "{name}");
        for wrong in [moved(&[1.0; 97]), twice] {
            assert!(!agree(name, right, wrong), "{name}: {right}, {wrong}");
        }
    }
}

#[test]
fn an_unknown_workload_is_refused() {
    let data = digits();
    let error = prepare("w9", &data, &short(), 1).err().unwrap().to_string();
    assert!(error.contains("expected a workload, w1"), "{error}");
}
