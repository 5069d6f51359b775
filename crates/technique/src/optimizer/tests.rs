//! The order of a step, the guards of the frameworks, and states that are saved and taken up again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::layout::Role;
use crate::rule::adam::Adam;
use crate::rule::sgd::Sgd;
use crate::schedule::Schedule;
use crate::testing::{assert_near, golden, points};

/// A weight matrix and a bias.
fn layout() -> Layout {
    let mut layout = Layout::new();
    layout.push("affine1.weight", &[3, 2], Role::Weight);
    layout.push("affine1.bias", &[2], Role::Bias);
    layout
}

fn start<T: Real>() -> Vec<T> {
    (0..8).map(|i| T::of(1.0 - 0.3 * f64::from(i))).collect()
}

/// A gradient that depends on where one is, and now and then is long enough to be clipped.
fn gradient<T: Real>(params: &[T]) -> Vec<T> {
    params.iter().enumerate().map(|(i, &p)| T::of((i + 1) as f64) * p.sin() + T::of(0.1)).collect()
}

fn train<T: Real>(optimizer: &mut Optimizer<T>, params: &mut [T], steps: usize) {
    for _ in 0..steps {
        let grads = gradient(params);
        optimizer.update(params, &grads);
    }
}

/// Every rule with its defaults, and those settings that need more memory.
fn rules() -> impl Iterator<Item = Rule> {
    let plain = Rule::CARDS.iter().map(|card| card.name);
    let larger = ["rmsprop:centered=true,momentum=0.9", "momentum@torch:dampening=0.5", "adam@torch"];
    plain.chain(larger).map(|word| word.parse().unwrap())
}

fn with<T: Real>(rule: Rule, layout: &Layout) -> Optimizer<T> {
    let schedule: Schedule = "warmup:start=0.1,steps=3 then cosine:steps=9".parse().unwrap();
    let (guard, decay) = ("global_norm:limit=2", "l2:rate=0.01");
    Optimizer::with(rule, schedule, guard.parse().unwrap(), decay.parse().unwrap(), layout).unwrap()
}

fn bits<T: Real>(params: &[T]) -> Vec<u64> {
    params.iter().map(|p| p.wide().to_bits()).collect()
}

fn saved_and_restored<T: Real>() {
    for rule in rules() {
        let (mut straight, mut there) = (with::<T>(rule, &layout()), start::<T>());
        train(&mut straight, &mut there, 12);

        let (mut first, mut params) = (with::<T>(rule, &layout()), start::<T>());
        train(&mut first, &mut params, 7);
        let saved = first.to_bytes();
        let mut second = with::<T>(rule, &layout());
        second.restore(&saved).unwrap();
        assert_eq!(second.steps(), 7);
        assert_eq!(second.to_bytes(), saved, "{rule}");
        train(&mut second, &mut params, 5);

        assert_eq!(bits(&params), bits(&there), "{rule}");
        assert_eq!(second.to_bytes(), straight.to_bytes(), "{rule}");
        // Without the state the path is another one: the comparison above can fail.
        let mut params = start::<T>();
        train(&mut with(rule, &layout()), &mut params, 7);
        train(&mut with(rule, &layout()), &mut params, 5);
        assert_ne!(bits(&params), bits(&there), "{rule}");
    }
}

#[test]
fn a_restored_run_continues_bit_for_bit() {
    saved_and_restored::<f32>();
    saved_and_restored::<f64>();
}

#[test]
fn a_state_names_its_tensors() {
    let mut optimizer = Optimizer::<f32>::new(Adam::default(), &layout()).unwrap();
    train(&mut optimizer, &mut start(), 3);
    let bytes = optimizer.to_bytes();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names: Vec<&str> = file.names().into_iter().collect();
    names.sort_unstable();
    let expected = ["m/affine1.bias", "m/affine1.weight", "step", "v/affine1.bias", "v/affine1.weight"];
    assert_eq!(names, expected);
    assert_eq!(file.tensor("m/affine1.weight").unwrap().shape(), [3, 2]);
    assert_eq!(file.tensor("step").unwrap().data(), 3_u64.to_le_bytes());
}

#[test]
fn the_state_of_something_else_is_refused_and_changes_nothing() {
    let adam = |layout: &Layout| with::<f64>(Adam::default().into(), layout);
    let mut optimizer = adam(&layout());
    train(&mut optimizer, &mut start(), 4);
    let before = optimizer.to_bytes();

    let other_rule = with::<f64>(Sgd::default().into(), &layout()).to_bytes();
    let other_rate = with::<f64>(Adam { lr: 0.5, ..Adam::default() }.into(), &layout()).to_bytes();
    let bare = Optimizer::<f64>::new(Adam::default(), &layout()).unwrap().to_bytes();
    for bytes in [other_rule, other_rate, bare] {
        let error = optimizer.restore(&bytes).unwrap_err();
        assert!(matches!(error, OptimizerError::OtherTechnique { .. }), "{error}");
    }

    let mut transposed = Layout::new();
    transposed.push("affine1.weight", &[2, 3], Role::Weight);
    transposed.push("affine1.bias", &[2], Role::Bias);
    let single = with::<f32>(Adam::default().into(), &layout()).to_bytes();
    for bytes in [adam(&transposed).to_bytes(), single] {
        let error = optimizer.restore(&bytes).unwrap_err();
        assert!(
            matches!(&error, OptimizerError::OtherTensor { name, .. } if name == "m/affine1.weight"),
            "{error}"
        );
    }

    let mut renamed = Layout::new();
    renamed.push("affine1.weight", &[3, 2], Role::Weight);
    renamed.push("shift", &[2], Role::Bias);
    let error = optimizer.restore(&adam(&renamed).to_bytes()).unwrap_err();
    assert_eq!(error, OptimizerError::NoTensor("m/affine1.bias".to_owned()));

    assert_eq!(optimizer.to_bytes(), before);
}

#[test]
fn damaged_states_are_refused_and_change_nothing() {
    let mut optimizer = with::<f32>(Adam::default().into(), &layout());
    train(&mut optimizer, &mut start(), 4);
    let before = optimizer.to_bytes();
    let mut longer = before.clone();
    longer.push(0);
    let damaged = (0..before.len()).map(|len| before[..len].to_vec());
    for bytes in damaged.chain([longer, b"not a state at all".to_vec(), vec![0xff; 64]]) {
        let error = optimizer.restore(&bytes).unwrap_err();
        assert!(matches!(error, OptimizerError::NotAState(_)), "{} bytes: {error}", bytes.len());
        assert_eq!(optimizer.to_bytes(), before);
    }
    optimizer.restore(&before).unwrap();
}

proptest! {
    #![proptest_config(points(2_000))]

    #[test]
    fn no_bytes_panic(at in 0_usize..1_000, byte: u8, noise in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut optimizer = with::<f32>(Adam::default().into(), &layout());
        let mut before = optimizer.to_bytes();
        let mut flipped = before.clone();
        flipped[at % before.len()] ^= byte;
        for bytes in [flipped, noise] {
            match optimizer.restore(&bytes) {
                // The flipped bit may be one of a number.
                Ok(()) => {}
                Err(_) => prop_assert!(optimizer.to_bytes() == before, "a refused state left a trace"),
            }
            optimizer.update(&mut start(), &[0.5; 8]);
            before = optimizer.to_bytes();
        }
    }
}

#[test]
fn what_cannot_be_an_optimizer_is_refused() {
    let wrong = Optimizer::<f64>::new(Adam { lr: -1.0, ..Adam::default() }, &layout());
    assert!(matches!(wrong, Err(OptimizerError::Refused(refused)) if refused.setting == "lr"));
    let make = |schedule: &str, guard: Guard, decay: Decay| {
        let rule: Rule = Sgd::default().into();
        Optimizer::<f64>::with(rule, schedule.parse().unwrap(), guard, decay, &layout()).map(|_| ())
    };
    let guard = crate::guard::ClipValue { limit: 0.0 }.into();
    assert!(
        matches!(make("constant", guard, Decay::default()), Err(OptimizerError::Refused(r)) if r.setting == "limit")
    );
    let decay = crate::decay::Decoupled { rate: f64::NAN, ..Default::default() }.into();
    assert!(
        matches!(make("constant", Guard::default(), decay), Err(OptimizerError::Refused(r)) if r.setting == "rate")
    );
    let open = make("cosine", Guard::default(), Decay::default()).unwrap_err();
    assert!(open.to_string().contains("Schedule::over"), "{open}");
}

/// gradient → clip → coupled decay → rule, each at its place: the penalty is not clipped, the bias does not decay.
#[test]
fn clipping_comes_before_coupled_decay() {
    let (guard, decay) = ("value:limit=0.5", "l2:rate=0.1");
    let schedule = "step:factor=0.5,every=1".parse().unwrap();
    let rule: Rule = "sgd:lr=0.2".parse().unwrap();
    let mut layout = Layout::new();
    layout.push("w", &[1, 1], Role::Weight);
    layout.push("b", &[1], Role::Bias);
    let mut optimizer =
        Optimizer::<f64>::with(rule, schedule, guard.parse().unwrap(), decay.parse().unwrap(), &layout)
            .unwrap();
    let mut params = [20.0, 20.0];
    optimizer.update(&mut params, &[3.0, -0.25]);
    assert_near(&params, &[20.0 - 0.2 * (0.5 + 0.1 * 20.0), 20.0 + 0.2 * 0.25], 1e-15, 1.0, "first step");
    let w = params[0];
    optimizer.update(&mut params, &[-3.0, 0.0]);
    assert_near(&params, &[w - 0.1 * (-0.5 + 0.1 * w), 20.05], 1e-15, 1.0, "at half the rate");
}

/// The parameters shrink by the rate of the step before the rule moves them, and not by way of the gradient.
#[test]
fn decoupled_decay_comes_before_the_rule() {
    let rule: Rule = "momentum:lr=0.2,momentum=0.5".parse().unwrap();
    let schedule = "step:factor=0.5,every=1".parse().unwrap();
    let decay = "decoupled:rate=0.1,on=all".parse().unwrap();
    let mut optimizer =
        Optimizer::<f64>::with(rule, schedule, Guard::default(), decay, &Layout::flat(1)).unwrap();
    let mut params = [10.0];
    optimizer.update(&mut params, &[1.0]);
    let first = 10.0 * (1.0 - 0.2 * 0.1) - 0.2;
    assert_near(&params, &[first], 1e-15, 1.0, "first step");
    optimizer.update(&mut params, &[1.0]);
    let second = first * (1.0 - 0.1 * 0.1) + (0.5 * -0.2 - 0.1);
    assert_near(&params, &[second], 1e-15, 1.0, "second step");
    assert_eq!(optimizer.slot("v").map(<[f64]>::len), Some(1));
    assert_eq!(optimizer.slot("m"), None);
    assert_eq!((optimizer.steps(), optimizer.lr()), (2, 0.2));
}

#[derive(Deserialize)]
struct Recorded {
    shapes: Vec<Vec<usize>>,
    #[serde(rename = "in")]
    given: BTreeMap<String, Vec<Vec<f64>>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    guard: String,
    framework: String,
    call: String,
    settings: BTreeMap<String, f64>,
    out: BTreeMap<String, Vec<Vec<f64>>>,
}

impl Case {
    /// ε is not said: it is the dialect's.
    fn guard(&self) -> Guard {
        let word = match self.guard.as_str() {
            "clip_norm" => format!("global_norm@{}:limit={}", self.framework, self.settings["max"]),
            "clip_norm_per_block" => format!("block_norm@{}:limit={}", self.framework, self.settings["max"]),
            "clip_value" => format!("value:limit={}", self.settings["max"]),
            other => panic!("no word is known for the recorded guard `{other}`"),
        };
        word.parse().unwrap()
    }
}

#[test]
fn every_guard_clips_as_recorded() {
    let recorded: Recorded = golden("guards");
    let mut layout = Layout::new();
    for (index, shape) in recorded.shapes.iter().enumerate() {
        layout.push(format!("block{index}"), shape, Role::Free);
    }
    let mut seen = Vec::new();
    for case in &recorded.cases {
        let guard = case.guard();
        assert_eq!(case.out.len(), 4, "{}", case.call);
        for (name, expected) in &case.out {
            let mut grads = recorded.given[name].concat();
            guard.apply(&mut grads, &layout);
            let what = format!("`{guard}` ({}) on {name}", case.call);
            assert_near(&grads, &expected.concat(), 1e-15, 1.0, &what);
            if name == "below" {
                assert_eq!(grads, recorded.given[name].concat(), "{what}");
            }
        }
        let single = recorded.given["above"].concat();
        let mut single: Vec<f32> = single.iter().map(|&g| g as f32).collect();
        guard.apply(&mut single, &layout);
        let found: Vec<f64> = single.iter().map(|&g| f64::from(g)).collect();
        assert_near(&found, &case.out["above"].concat(), 1e-6, 1.0, "in f32");
        seen.push(guard.card().name);
    }
    for card in Guard::CARDS.iter().filter(|card| card.name != "none") {
        assert!(seen.contains(&card.name), "nothing recorded for {}", card.name);
    }
}

/// When gradients stop, averages shrink for ever. Among the subnormal numbers every step would take many times as long.
#[test]
fn memory_settles_at_0_when_gradients_stop() {
    let words = ["rmsprop:decay=0.9,momentum=0.9,centered=true", "adam:beta2=0.9", "adam@torch:beta2=0.9"];
    let all = Rule::CARDS.iter().map(|card| card.name).chain(words);
    let layout = Layout::flat(2);
    for word in all {
        let rule: Rule = word.parse().unwrap();
        let (mut single, mut double) =
            (Optimizer::<f32>::new(rule, &layout).unwrap(), Optimizer::<f64>::new(rule, &layout).unwrap());
        let (mut params, mut exact) = ([1.0_f32, 1.0], [1.0_f64, 1.0]);
        let mut subnormal = 0;
        for t in 1..=3000_u32 {
            // The second parameter's gradient goes on.
            let other = if t.is_multiple_of(2) { 0.02 } else { -0.02 };
            let grads = [if t <= 10 { 0.01 } else { 0.0 }, other];
            single.update(&mut params, &grads);
            double.update(&mut exact, &grads.map(f64::from));
            let slots = rule.slots().iter().filter_map(|slot| single.slot(slot));
            subnormal += usize::from(slots.flatten().any(|x| x.is_subnormal()));
        }
        assert!(subnormal <= 100, "{word}: {subnormal} steps with subnormal memory");
        // In f64 nothing is near 1e-308 yet: what was dropped in f32 moved nothing.
        for (found, expected) in params.iter().zip(exact) {
            let gap = (f64::from(*found) - expected).abs();
            assert!(gap <= 1e-4 * expected.abs().max(1.0), "{word}: {found} {expected}");
        }
    }
}
