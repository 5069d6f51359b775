use technique::rule::Rule;

use super::*;

fn rule(word: &str) -> Rule {
    word.parse().unwrap()
}

fn from(function: &str, steps: u64) -> Descent {
    Descent::new(function.parse().unwrap(), steps)
}

/// After 30 updates of the textbook's own code, in f64.
#[test]
fn the_paths_of_the_chapter() {
    for (word, end) in [
        ("sgd:lr=0.95", [-0.350_392_995_752_32, 0.084_782_316_550_432_2]),
        ("momentum:lr=0.1", [0.896_413_858_493_733, 0.088_085_601_715_069_7]),
        ("nesterov:lr=0.1", [0.689_614_901_696_621, -0.000_679_905_836_117_197]),
        ("adagrad:lr=1.5", [-0.120_162_322_314_16, 2.486_389_893_984_46e-17]),
        ("rmsprop:lr=0.1", [-0.697_420_309_680_791, 1.483_462_150_831_56e-8]),
        ("adam:lr=0.3", [0.136_006_852_394_982, 0.318_245_375_537_219]),
    ] {
        let descent = from("ravine", 30);
        assert_eq!(descent.start, [-7.0, 2.0]);
        let path = descent.descend(rule(word)).unwrap();
        assert_eq!(path.ended, Ended::Finished);
        assert_eq!((path.points.len(), path.values.len()), (31, 31));
        assert_eq!((path.points[0], path.values[0]), ([-7.0, 2.0], 6.45));
        for (found, expected) in path.points[30].into_iter().zip(end) {
            assert!(
                (found - expected).abs() <= 1e-12 * expected.abs(),
                "{word}: {found:e}, expected {expected:e}"
            );
        }
        for (&point, &value) in path.points.iter().zip(&path.values) {
            assert_eq!(value, descent.function.value(point));
        }
    }
}

#[test]
fn divergence_is_a_result_with_its_step() {
    // y is multiplied by 1 − 2·1.05 = −1.1 in each step; y² overflows where |y| passes √(largest f64).
    let path = from("ravine", 10_000).descend(rule("sgd:lr=1.05")).unwrap();
    let last = (f64::MAX.sqrt() / 2.0).ln() / 1.1_f64.ln();
    let at = last.floor() as u64 + 1;
    assert_eq!(path.ended, Ended::Diverged { at });
    assert_eq!(path.ended.to_string(), format!("diverged at step {at}"));
    assert_eq!((path.points.len(), path.values.len()), (at as usize, at as usize));
    assert!(path.values.iter().all(|value| value.is_finite()));
    assert!(path.points.iter().flatten().all(|x| x.is_finite()));

    let edge = from("ravine", 10_000).descend(rule("sgd:lr=1")).unwrap();
    assert_eq!(edge.ended.to_string(), "finished");
    assert_eq!(edge.points[10_000][1], 2.0);
}

/// Values that become −∞, +∞ or NaN, with coordinates that are still finite or no longer.
#[test]
fn every_kind_of_overflow_is_seen() {
    for (function, word) in [
        ("saddle", "sgd:lr=1"),
        ("rosenbrock", "sgd:lr=1"),
        ("ackley", "sgd:lr=1e308"),
        ("himmelblau", "momentum:lr=1"),
    ] {
        let path = from(function, 10_000).descend(rule(word)).unwrap();
        let Ended::Diverged { at } = path.ended else {
            panic!("{function} {word} finished at {:?}", path.points.last());
        };
        assert_eq!(path.points.len() as u64, at, "{function}");
        assert!(path.values.iter().all(|value| value.is_finite()));
        assert!(path.points.iter().flatten().all(|x| x.is_finite()));
    }
}

/// The gradients that plain SGD saw, from its path.
fn gradients(path: &Path, lr: f64) -> Vec<[f64; 2]> {
    let pairs = path.points.windows(2);
    pairs.map(|pair| [0, 1].map(|axis| (pair[0][axis] - pair[1][axis]) / lr)).collect()
}

#[test]
fn noise_is_the_same_for_every_technique_of_a_seed() {
    let descent = Descent { noise: 0.5, seed: 3, ..from("ravine", 2_000) };
    let noise = |descent: &Descent, word: &str, lr: f64| {
        let path = descent.descend(rule(word)).unwrap();
        let clean = path.points.iter().map(|p| descent.function.gradient(*p));
        let seen = gradients(&path, lr).into_iter().zip(clean);
        seen.map(|(seen, clean)| [seen[0] - clean[0], seen[1] - clean[1]]).collect::<Vec<_>>()
    };
    let slow = noise(&descent, "sgd:lr=0.1", 0.1);
    let others = [
        noise(&descent, "sgd:lr=0.3", 0.3),
        noise(&descent, "momentum:lr=0.2,momentum=0", 0.2),
        noise(&Descent { start: [5.0, -3.0], ..descent }, "sgd:lr=0.1", 0.1),
    ];
    let far = |a: &[[f64; 2]], b: &[[f64; 2]]| {
        let pairs = a.iter().flatten().zip(b.iter().flatten());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    for other in &others {
        assert!(far(&slow, other) < 1e-12, "{}", far(&slow, other));
    }
    let reseeded = Descent { seed: 4, ..descent };
    assert!(far(&slow, &noise(&reseeded, "sgd:lr=0.1", 0.1)) > 0.5);

    // 4,000 draws of N(0, ½²), fresh in each step and for each component.
    let draws = || slow.iter().flatten();
    let mean = draws().sum::<f64>() / 4_000.0;
    let sd = (draws().map(|z| z * z).sum::<f64>() / 4_000.0).sqrt();
    assert!(mean.abs() < 0.03, "{mean}");
    assert!((sd - 0.5).abs() < 0.025, "{sd}");
    let twins = slow.iter().filter(|[a, b]| (a - b).abs() < 1e-9).count();
    assert_eq!(twins, 0);
}

#[test]
fn same_seed_same_bits() {
    let descent = Descent { noise: 1.0, seed: 11, ..from("beale", 200) };
    let go = |descent: Descent| descent.descend(rule("adam:lr=0.1")).unwrap();
    assert_eq!(go(descent), go(descent));
    assert_ne!(go(descent), go(Descent { seed: 12, ..descent }));
    // A run of fewer steps is the beginning of a longer one.
    let short = go(Descent { steps: 50, ..descent });
    assert_eq!(short.points, go(descent).points[..51]);
}

/// Without noise the seed is not even read, and values are always those of the function alone.
#[test]
fn without_noise_the_seed_does_not_matter() {
    let descent = from("himmelblau", 50);
    let other = Descent { seed: 9, ..descent };
    let go = |descent: Descent| descent.descend(rule("rmsprop:lr=0.1")).unwrap();
    assert_eq!(go(descent), go(other));
}

#[test]
fn schedule_guard_and_decay_take_part() {
    let descent = from("sphere", 10);
    let go = |schedule: &str, guard: &str, decay: &str| {
        let (schedule, guard, decay) =
            (schedule.parse().unwrap(), guard.parse().unwrap(), decay.parse().unwrap());
        descent.descend_with(rule("sgd:lr=0.1"), &schedule, guard, decay).unwrap()
    };
    let plain = go("constant", "none", "none");
    assert_eq!(plain, descent.descend(rule("sgd:lr=0.1")).unwrap());
    let length = |path: &Path, step: usize| {
        let (p, q) = (path.points[step], path.points[step + 1]);
        (p[0] - q[0]).hypot(p[1] - q[1])
    };
    // The cosine takes its length from the descent: half the rate halfway, from the same kind of gradient.
    let cosine = go("cosine", "none", "none");
    let rate = length(&cosine, 5) / (2.0 * cosine.values[5].sqrt());
    assert!((rate - 0.05).abs() < 1e-15, "{rate}");
    // The first gradient is (−8, 6), of norm 10; clipped to 1 it makes a step of 0.1.
    assert!((length(&plain, 0) - 1.0).abs() < 1e-15);
    let clipped = go("constant", "global_norm:limit=1", "none");
    assert!((length(&clipped, 0) - 0.1).abs() < 1e-15);
    // p (1 − 0.1·0.5) − 0.1·2p = 0.75 p, where plain SGD has 0.8 p.
    let decayed = go("constant", "none", "decoupled:rate=0.5,on=all");
    assert!((decayed.points[1][0] + 3.0).abs() < 1e-15, "{:?}", decayed.points[1]);
}

#[test]
fn no_steps_is_a_path_of_one_point() {
    let path = from("booth", 0).descend(rule("adam")).unwrap();
    assert_eq!((path.points.len(), path.values.len()), (1, 1));
    assert_eq!(path.ended, Ended::Finished);
}

#[test]
fn what_cannot_begin_says_why() {
    let why = |descent: Descent| descent.descend(rule("sgd")).unwrap_err();
    let good = from("rosenbrock", 5);
    for start in [[f64::NAN, 0.0], [0.0, f64::INFINITY]] {
        assert!(matches!(why(Descent { start, ..good }), DescentError::Start { .. }));
    }
    let error = why(Descent { start: [1e200, 0.0], ..good });
    assert_eq!(
        error.to_string(),
        "`rosenbrock` has no finite value at the start (1e200, 0.0): start nearer to the origin"
    );
    for noise in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(why(Descent { noise, ..good }), DescentError::Noise(_)));
    }
    let function = crate::function::rosenbrock::Rosenbrock { a: 1.0, b: -1.0 }.into();
    assert!(matches!(why(Descent { function, ..good }), DescentError::Function(_)));
    let schedule = "warmup:steps=5 then cosine".parse().unwrap();
    let error = good.descend_with(rule("sgd"), &schedule, Guard::default(), Decay::default());
    assert!(matches!(error, Err(DescentError::Schedule(_))), "{error:?}");
    let error = good.descend(technique::rule::sgd::Sgd { lr: -1.0 }).unwrap_err();
    assert!(matches!(error, DescentError::Optimizer(_)), "{error:?}");
    assert!(error.to_string().contains("lr = -1 is not allowed"), "{error}");
}
