use problem::data::Shelf;

use super::*;

fn digits() -> Dataset {
    Shelf::new(None).load("digits").unwrap()
}

fn short() -> Lengths {
    Lengths {
        w1_steps: 30,
        w2_steps: 20,
        w2_scales: vec![0.1, 0.01],
        w3_sizes: vec![1000],
        w5_steps: 5,
        w6_epochs: 1,
        w6_steps: 5,
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
fn an_unknown_workload_is_refused() {
    let data = digits();
    let error = prepare("w9", &data, &short(), 1).err().unwrap().to_string();
    assert!(error.contains("expected a workload, w1"), "{error}");
}
