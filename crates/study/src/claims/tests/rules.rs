use super::*;
use crate::claims::rules;
use crate::report::descent::walk;
use crate::spec::{Body, Study};
use crate::technique::Field;
use crate::testing::{diverged, group, three, twin};
use crate::trial::Record;

/// The paths of the chapter.
fn paths() -> Vec<(String, Path)> {
    match Study::find("trajectories").unwrap().body {
        Body::Descent(paths) => walk(&paths).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The path of one rule under the name of another.
fn renamed(from: &str, to: &str) -> Vec<(String, Path)> {
    let (_, path) = paths().into_iter().find(|(word, _)| word.starts_with(from)).unwrap();
    vec![(to.to_owned(), path)]
}

#[test]
fn sgd_zigzags() {
    let mut scene = Scene::new();
    scene.trajectories = paths();
    assert_word(&rules::zigzag(&scene.evidence()), 1, HOLDS);
    scene.trajectories = renamed("adagrad", "sgd:lr=0.95");
    assert_word(&rules::zigzag(&scene.evidence()), 1, NOT);
}

#[test]
fn momentum_damps_the_zigzag() {
    let mut scene = Scene::new();
    scene.trajectories = paths();
    assert_word(&rules::momentum(&scene.evidence()), 2, HOLDS);
    scene.trajectories = renamed("sgd", "momentum:lr=0.1");
    scene.trajectories.extend(renamed("momentum", "sgd:lr=0.95"));
    assert_word(&rules::momentum(&scene.evidence()), 2, NOT);
}

#[test]
fn the_steps_of_adagrad_fade() {
    assert_word(&rules::adagrad().unwrap(), 3, HOLDS);
    // Neither a rule that does not fade nor two that do.
    for (adagrad, rmsprop) in [("rmsprop:lr=0.01", "rmsprop:lr=0.01"), ("adagrad:lr=0.01", "adagrad:lr=0.01")]
    {
        assert_word(&rules::fading(adagrad, rmsprop).unwrap(), 3, NOT);
    }
}

#[test]
fn adam_corrects_its_bias() {
    assert_word(&rules::adam().unwrap(), 4, HOLDS);
    // An ε that swamps a small gradient; RMSProp, which corrects nothing.
    assert_word(&rules::corrected("adam:lr=0.001,eps=1").unwrap(), 4, NOT);
    assert_word(&rules::corrected("adam:lr=0.001,beta2=0.5").unwrap(), 4, NOT);
}

fn rule(word: &str, records: Vec<Record>) -> Group {
    group(&[(Field::Rule, word)], records)
}

/// SGD against the three others, in this order of losses and accuracies.
fn four(sgd: Vec<Record>) -> Vec<Group> {
    vec![
        rule("sgd:lr=0.01", sgd),
        rule("momentum:lr=0.01", three(0.3, 0.95, 0.93)),
        rule("adagrad:lr=0.01", three(0.2, 0.96, 0.94)),
        rule("adam:lr=0.001", three(0.1, 0.97, 0.95)),
    ]
}

/// Two rates by two depths.
fn grid(slow: Vec<Record>, fast: Vec<Record>, deep: Vec<Record>) -> Outcome {
    let of = |rule, hidden, records| group(&[(Field::Hidden, hidden), (Field::Rule, rule)], records);
    outcome(vec![
        of("sgd:lr=0.01", "10", slow),
        of("sgd:lr=0.1", "10", fast),
        of("sgd:lr=0.01", "10-10", deep),
    ])
}

#[test]
fn sgd_is_the_slowest_and_rate_and_depth_matter() {
    let worst = three(1.0, 0.8, 0.7);
    let mut scene = Scene::of(four(worst.clone()));
    scene.second = grid(three(1.0, 0.5, 0.5), three(0.5, 0.9, 0.9), three(2.0, 0.2, 0.2));
    assert_word(&rules::race(&scene.evidence()), 5, HOLDS);

    // Depth makes no difference: the claim says more than was seen, and nothing contradicts it.
    scene.second = grid(three(1.0, 0.5, 0.5), three(0.5, 0.9, 0.9), twin(&three(1.0, 0.5, 0.5)));
    assert_word(&rules::race(&scene.evidence()), 5, OPEN);

    // SGD is the best.
    scene = Scene::of(four(three(0.01, 0.99, 0.99)));
    scene.second = grid(three(1.0, 0.5, 0.5), three(0.5, 0.9, 0.9), three(2.0, 0.2, 0.2));
    assert_word(&rules::race(&scene.evidence()), 5, NOT);

    // Slowest, but it ends as Adam does.
    let mut slow = twin(&three(0.1, 0.97, 0.95));
    slow.iter_mut().for_each(|record| {
        record
            .series
            .get_mut(&crate::metric::Metric::TrainLoss)
            .unwrap()
            .iter_mut()
            .for_each(|(_, loss)| *loss = 3.0);
    });
    scene.study = outcome(vec![rule("sgd:lr=0.01", slow), rule("adam:lr=0.001", three(0.1, 0.97, 0.95))]);
    assert_word(&rules::race(&scene.evidence()), 5, OPEN);
    assert_eq!(rules::race(&Scene::new().evidence()).word, OPEN);
}

fn schedules(constant: Vec<Record>, cosine: Vec<Record>) -> Vec<Group> {
    let of = |rule, schedule, records| group(&[(Field::Rule, rule), (Field::Schedule, schedule)], records);
    vec![
        of("sgd:lr=0.5", "constant", constant.clone()),
        of("sgd:lr=0.5", "cosine", cosine.clone()),
        of("adam:lr=0.01", "constant", constant),
        of("adam:lr=0.01", "cosine", cosine),
    ]
}

#[test]
fn a_decaying_rate_ends_lower() {
    let (high, low) = (three(0.4, 0.9, 0.9), three(0.2, 0.95, 0.9));
    for (constant, cosine, word) in [
        (high.clone(), low.clone(), HOLDS),
        (low.clone(), high.clone(), NOT),
        (high.clone(), twin(&high), OPEN),
        (high.clone(), vec![diverged(1, 2), diverged(2, 2), diverged(3, 2)], OPEN),
    ] {
        let scene = Scene::of(schedules(constant, cosine));
        assert_word(&rules::decay(&scene.evidence()), 6, word);
    }
    // With one of the two rules only.
    let mut mixed = schedules(high.clone(), low);
    mixed[3].records = twin(&high);
    assert_word(&rules::decay(&Scene::of(mixed).evidence()), 6, OPEN);
}
