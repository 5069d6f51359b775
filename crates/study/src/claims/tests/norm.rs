use super::*;
use crate::claims::norm;
use crate::technique::Field;
use crate::testing::{diverged, group, record, three, twin};
use crate::trial::Record;

/// Pairs with and without batch norm at each value of a field.
fn duels(field: Field, pairs: Vec<(&str, Vec<Record>, Vec<Record>)>) -> Scene {
    let pair = |(word, batch, plain)| {
        [
            group(&[(field, word), (Field::Norm, "batch")], batch),
            group(&[(field, word), (Field::Norm, "none")], plain),
        ]
    };
    Scene::of(pairs.into_iter().flat_map(pair).collect())
}

fn gone() -> Vec<Record> {
    (1..=3).map(|seed| diverged(seed, 4)).collect()
}

#[test]
fn larger_rates_work() {
    let (good, poor) = (three(0.1, 0.95, 0.9), three(0.6, 0.75, 0.7));
    let word = |pairs, word| assert_word(&norm::faster(&duels(Field::Rule, pairs).evidence()), 11, word);
    let small = |batch: &Vec<Record>, plain: &Vec<Record>| ("sgd:lr=0.1", batch.clone(), plain.clone());
    let large = |batch: &Vec<Record>, plain: &Vec<Record>| ("sgd:lr=2", batch.clone(), plain.clone());
    word(vec![small(&good, &poor), large(&good, &gone())], HOLDS);
    // The same largest rate for both; slower at one rate; slower at all; the larger rate without it.
    word(vec![small(&good, &poor), large(&good, &poor)], OPEN);
    word(vec![small(&poor, &good), large(&good, &gone())], OPEN);
    word(vec![small(&poor, &good), large(&poor, &good)], NOT);
    word(vec![small(&good, &poor), large(&gone(), &good)], NOT);
}

#[test]
fn it_depends_less_on_the_initial_weights() {
    let scales = ["normal:std=1", "normal:std=0.1", "normal:std=0.01", "normal:std=0.001"];
    let even = |shift: f64| three(0.1, 0.9 + shift, 0.9);
    let uneven = [three(0.1, 0.95, 0.9), three(0.1, 0.5, 0.5), three(0.1, 0.2, 0.2), gone()];
    let study = |of: &dyn Fn(usize) -> (Vec<Record>, Vec<Record>)| {
        let pair = |(index, scale): (usize, &&'static str)| {
            let (batch, plain) = of(index);
            (*scale, batch, plain)
        };
        duels(Field::Init, scales.iter().enumerate().map(pair).collect())
    };
    let word = |scene: &Scene, word| assert_word(&norm::robust(&scene.evidence()), 12, word);
    word(&study(&|i| (even(0.01 * i as f64), uneven[i].clone())), HOLDS);
    word(&study(&|i| (uneven[i].clone(), even(0.01 * i as f64))), NOT);
    word(&study(&|i| (uneven[i].clone(), twin(&uneven[i]))), OPEN);
    // One seed has no interval.
    word(&study(&|i| (even(0.01 * i as f64)[..1].to_vec(), uneven[i][..1].to_vec())), OPEN);
}

#[test]
fn it_restrains_overfitting() {
    // Both learn the training examples; only the test accuracies differ.
    let learned = |test: f64| {
        (1..=3).map(|seed| record(seed, 0.01, 0.995 + 0.001 * seed as f64, test)).collect::<Vec<_>>()
    };
    let word = |pairs, word| assert_word(&norm::overfitting(&duels(Field::Rule, pairs).evidence()), 13, word);
    let (small, large) = ("sgd:lr=0.1", "sgd:lr=0.5");
    word(vec![(small, learned(0.95), learned(0.9)), (large, three(0.5, 0.9, 0.9), gone())], HOLDS);
    word(vec![(small, learned(0.9), learned(0.95))], NOT);
    word(vec![(small, learned(0.95), learned(0.9)), (large, learned(0.9), learned(0.95))], OPEN);
    // A gap of a network that has not learned the training examples is not one of overfitting.
    word(vec![(small, learned(0.95), three(0.5, 0.9, 0.2))], OPEN);
    let unlearned = duels(Field::Rule, vec![(small, three(0.5, 0.8, 0.8), three(0.5, 0.9, 0.2))]);
    let claim = norm::overfitting(&unlearned.evidence());
    assert!(claim.numbers[0].contains("no overfitting to compare"), "{claim:?}");
}

#[test]
fn it_is_faster_at_nearly_all_of_sixteen_scales() {
    let (good, poor, stuck) = (three(0.1, 0.95, 0.9), three(0.6, 0.7, 0.7), three(2.3, 0.11, 0.1));
    let scales: Vec<String> =
        (0..16).map(|i| format!("normal:std={}", 10_f64.powf(-4.0 * f64::from(i) / 15.0))).collect();
    // So many wins, the first of them over a start that does not learn, so many losses, and the rest even.
    let study = |wins: usize, losses: usize, bad: &Vec<Record>| {
        let pair = |(index, scale): (usize, &String)| {
            let (batch, plain) = match index {
                0 => (good.clone(), bad.clone()),
                i if i < wins => (good.clone(), poor.clone()),
                i if i < wins + losses => (poor.clone(), good.clone()),
                _ => (good.clone(), twin(&good)),
            };
            let with = |norm, records| group(&[(Field::Init, scale.as_str()), (Field::Norm, norm)], records);
            [with("batch", batch), with("none", plain)]
        };
        Scene::of(scales.iter().enumerate().flat_map(pair).collect())
    };
    let word = |scene: &Scene, word| assert_word(&norm::sixteen(&scene.evidence()), 14, word);
    word(&study(16, 0, &stuck), HOLDS);
    word(&study(13, 3, &stuck), HOLDS);
    word(&study(13, 3, &gone()), HOLDS);
    word(&study(12, 3, &stuck), OPEN);
    word(&study(12, 4, &stuck), NOT);
    // All learn without it too.
    word(&study(16, 0, &poor), NOT);
}
