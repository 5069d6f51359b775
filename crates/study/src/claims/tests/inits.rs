use super::*;
use crate::claims::inits;
use crate::technique::Field;
use crate::testing::{diverged, group, three, twin};
use crate::trial::Record;

#[test]
fn equal_weights_never_break_symmetry() {
    let scene = Scene::new();
    assert_word(&inits::symmetry(&scene.evidence()).unwrap(), 7, HOLDS);
    // Unequal weights do; and equal ones are no counterexample.
    for inits in [["he", "zeros", "he"], ["zeros", "normal:std=0.1", "he"], ["zeros", "zeros", "zeros"]] {
        assert_word(&inits::copies(&scene.evidence(), inits).unwrap(), 7, NOT);
    }
}

/// Layers at birth under the names of the chapter's settings, `(activation, init, init that is run)`.
fn layers(settings: &[(&str, &str, &str)]) -> Scene {
    let mut scene = Scene::new();
    for (activation, named, run) in settings {
        let signal = |init: &str| Signal {
            activation: activation.parse().unwrap(),
            init: init.parse().unwrap(),
            layers: 5,
            width: 100,
            samples: 200,
            seed: 1,
        };
        scene.activations.push((signal(named), signal(run).run()));
    }
    scene
}

#[test]
fn sigmoid_saturates_crowds_or_spreads() {
    let settings = |wide, narrow, xavier| {
        layers(&[
            ("sigmoid", "normal:std=1", wide),
            ("sigmoid", "normal:std=0.01", narrow),
            ("sigmoid", "xavier", xavier),
            ("tanh", "xavier", "xavier"),
        ])
    };
    let word = |scene: &Scene, word| assert_word(&inits::sigmoid(&scene.evidence()), 8, word);
    word(&settings("normal:std=1", "normal:std=0.01", "xavier"), HOLDS);
    word(&settings("xavier", "normal:std=0.01", "xavier"), NOT);
    // Some saturate, but not most.
    word(&settings("normal:std=0.5", "normal:std=0.01", "xavier"), NOT);
    word(&settings("normal:std=1", "normal:std=1", "xavier"), NOT);
    word(&settings("normal:std=1", "normal:std=0.01", "normal:std=0.01"), NOT);
    word(&settings("normal:std=1", "normal:std=0.01", "normal:std=1"), NOT);
    word(&Scene::new(), OPEN);
}

#[test]
fn relu_wants_he() {
    let settings = |small, xavier, he| {
        layers(&[("relu", "normal:std=0.01", small), ("relu", "xavier", xavier), ("relu", "he", he)])
    };
    let word = |scene: &Scene, word| assert_word(&inits::relu(&scene.evidence()), 9, word);
    word(&settings("normal:std=0.01", "xavier", "he"), HOLDS);
    word(&settings("he", "xavier", "he"), NOT);
    word(&settings("normal:std=0.01", "he", "he"), NOT);
    word(&settings("normal:std=0.01", "xavier", "xavier"), NOT);
    word(&settings("normal:std=0.01", "xavier", "normal:std=1"), NOT);
    word(&Scene::new(), OPEN);
}

fn race(small: Vec<Record>, xavier: Vec<Record>, he: Vec<Record>) -> Scene {
    let of = |init, records| group(&[(Field::Init, init)], records);
    Scene::of(vec![of("normal:std=0.01", small), of("xavier", xavier), of("he", he)])
}

#[test]
fn he_is_fastest_and_small_weights_do_not_learn() {
    // Guessing among ten classes: loss ln 10 = 2.303, accuracy .1.
    let stuck = || three(2.303, 0.11, 0.1);
    let (slow, fast) = (three(0.4, 0.9, 0.9), three(0.2, 0.95, 0.94));
    let gone = vec![diverged(1, 3), diverged(2, 3), diverged(3, 3)];
    let word = |scene: &Scene, word| assert_word(&inits::race(&scene.evidence()), 10, word);
    word(&race(stuck(), slow.clone(), fast.clone()), HOLDS);
    word(&race(gone, slow.clone(), fast.clone()), HOLDS);
    word(&race(stuck(), fast.clone(), slow.clone()), NOT);
    word(&race(slow.clone(), slow.clone(), fast.clone()), NOT);
    word(&race(three(1.0, 0.11, 0.1), slow.clone(), fast), NOT);
    word(&race(stuck(), slow.clone(), twin(&slow)), OPEN);
    word(&Scene::new(), OPEN);
}
