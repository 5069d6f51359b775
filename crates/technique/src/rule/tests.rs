//! Every rule and dialect against the numbers of the frameworks, asked for by the words a user would write.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::*;
use crate::card::Dialect;
use crate::decay::Decay;
use crate::guard::Guard;
use crate::layout::Layout;
use crate::optimizer::Optimizer;
use crate::schedule::Schedule;
use crate::testing::{assert_near, golden};
use crate::word::{Word, WordError};

#[derive(Deserialize)]
struct Recorded {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    cases: Vec<Case>,
    paths: Paths,
}

#[derive(Deserialize)]
struct Case {
    rule: String,
    dialect: String,
    call: String,
    settings: BTreeMap<String, Json>,
    #[serde(default)]
    lr_from: BTreeMap<u64, f64>,
    weight_decay: Option<WeightDecay>,
    params_after: BTreeMap<usize, Vec<f64>>,
}

#[derive(Deserialize)]
struct WeightDecay {
    kind: String,
    rate: f64,
}

#[derive(Deserialize)]
struct Paths {
    start: Vec<f64>,
    rules: Vec<Path>,
}

#[derive(Deserialize)]
struct Path {
    rule: String,
    settings: BTreeMap<String, Json>,
    points: Vec<Vec<f64>>,
}

fn recorded() -> Recorded {
    golden("rules")
}

/// The shortest word for these settings: what already is the preset of the dialect stays unsaid, so that the preset is what is tested.
fn word(rule: &str, dialect: &str, settings: &BTreeMap<String, Json>) -> String {
    let mut word = rule.to_owned();
    if dialect != "textbook" {
        word = format!("{word}@{dialect}");
    }
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut separator = ':';
    let mut say = |word: &mut String, key: &str, value: &str| {
        *word = format!("{word}{separator}{key}={value}");
        separator = ',';
    };
    let preset = match word.parse::<Rule>() {
        Err(WordError::Required { key, .. }) => {
            say(&mut word, key, &text(&settings[key]));
            word.parse().unwrap()
        }
        preset => preset.unwrap(),
    };
    for (key, value) in settings {
        let mut wanted = preset;
        assert!(wanted.set(key, &text(value)), "{word} has no {key}");
        if wanted.get(key) != preset.get(key) && !word.contains(&format!("{key}=")) {
            say(&mut word, key, &text(value));
        }
    }
    word
}

/// `torch.optim.SGD([p], momentum=0.9)` or `optax.sgd(0.05, momentum=0.9)` as dialects write it: `torch.optim.SGD(momentum=0.9)`.
fn bare_call(call: &str) -> String {
    let (function, arguments) = call.split_once('(').unwrap();
    let mut arguments: Vec<&str> = arguments.strip_suffix(')').unwrap().split(", ").collect();
    let positional = |text: &&str| *text == "[p]" || text.parse::<f64>().is_ok();
    if arguments.first().is_some_and(positional) {
        arguments.remove(0);
    }
    let arguments = arguments.join(", ");
    if arguments.is_empty() { function.to_owned() } else { format!("{function}({arguments})") }
}

impl Case {
    fn optimizer<T: Real>(&self, word: &str, len: usize) -> Optimizer<T> {
        let rule: Rule = word.parse().unwrap();
        let schedule: Schedule = match self.lr_from.first_key_value() {
            None => Schedule::default(),
            Some((from, lr)) => {
                assert_eq!(self.lr_from.len(), 1, "one change of the rate");
                let factor = lr / self.settings["lr"].as_f64().unwrap();
                format!("step:factor={factor},every={}", from - 1).parse().unwrap()
            }
        };
        let decay: Decay = match &self.weight_decay {
            None => Decay::default(),
            Some(WeightDecay { kind, rate }) => {
                let name = if kind == "coupled" { "l2" } else { kind };
                format!("{name}@{}:rate={rate}", self.dialect).parse().unwrap()
            }
        };
        Optimizer::with(rule, schedule, Guard::default(), decay, &Layout::flat(len)).unwrap()
    }

    fn follow<T: Real>(&self, recorded: &Recorded, tolerance: f64) {
        let word = word(&self.rule, &self.dialect, &self.settings);
        let mut optimizer = self.optimizer::<T>(&word, recorded.start.len());
        let of = |x: &[f64]| x.iter().map(|&x| T::of(x)).collect::<Vec<T>>();
        let mut params = of(&recorded.start);
        let mut compared = 0;
        for (step, grads) in recorded.gradients.iter().enumerate() {
            optimizer.update(&mut params, &of(grads));
            if let Some(expected) = self.params_after.get(&(step + 1)) {
                let found: Vec<f64> = params.iter().map(|p| p.wide()).collect();
                let what = format!("`{word}` ({}) after step {}", self.call, step + 1);
                assert_near(&found, expected, tolerance, 1.0, &what);
                compared += 1;
            }
        }
        assert_eq!(compared, self.params_after.len(), "{word}");
        assert!(compared > 20, "{word}: {compared} recorded steps");
    }
}

#[test]
fn every_rule_follows_its_recorded_steps() {
    let recorded = recorded();
    for case in &recorded.cases {
        case.follow::<f64>(&recorded, 1e-12);
    }
}

#[test]
fn single_precision_follows_them_to_its_rounding() {
    let recorded = recorded();
    for case in &recorded.cases {
        case.follow::<f32>(&recorded, 1e-4);
    }
}

#[test]
fn every_rule_and_dialect_has_recorded_steps() {
    let cases = recorded().cases;
    for card in Rule::CARDS {
        let dialects = card.dialects.iter().map(|dialect| dialect.name);
        for dialect in dialects.chain(["textbook"]) {
            let own: Vec<&Case> =
                cases.iter().filter(|case| case.rule == card.name && case.dialect == dialect).collect();
            assert!(!own.is_empty(), "nothing recorded for {}@{dialect}", card.name);
            for case in own {
                let recorded: Vec<&str> = case.settings.keys().map(String::as_str).collect();
                let mut known: Vec<&str> = card.settings.iter().map(|s| s.name).collect();
                known.sort_unstable();
                assert_eq!(recorded, known, "settings of {}@{dialect}", card.name);
            }
        }
    }
}

/// The call that a dialect names, recorded with the framework's own defaults, is the dialect without further settings.
#[test]
fn presets_are_the_frameworks_defaults() {
    let cases = recorded().cases;
    for card in Rule::CARDS {
        for Dialect { name, call, .. } in card.dialects {
            let plain = |case: &&Case| case.lr_from.is_empty() && case.weight_decay.is_none();
            let case = cases
                .iter()
                .filter(plain)
                .find(|case| case.rule == card.name && bare_call(&case.call) == *call)
                .unwrap_or_else(|| panic!("`{call}` with its defaults is not recorded"));
            let required = case.settings["lr"].to_string();
            let bare = format!("{}@{name}", card.name);
            let expected = match bare.parse::<Rule>() {
                Ok(_) => bare,
                Err(WordError::Required { key: "lr", .. }) => format!("{bare}:lr={required}"),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(word(&case.rule, name, &case.settings), expected, "{call}");
        }
    }
}

#[test]
fn decay_presets_are_the_frameworks_defaults() {
    let cases = recorded().cases;
    let mut seen = 0;
    for case in &cases {
        let Some(decay) = &case.weight_decay else {
            continue;
        };
        if decay.kind == "decoupled" && !case.call.contains("weight_decay") {
            let preset: Decay = format!("decoupled@{}", case.dialect).parse().unwrap();
            assert!(
                matches!(preset, Decay::Decoupled(preset) if preset.rate == decay.rate),
                "{}: {preset}",
                case.call
            );
            seen += 1;
        }
    }
    assert!(seen > 0, "no call leaves the decay to its default");
    // The signatures of `keras.optimizers.AdamW` and `optax.adamw`, whose recorded calls give the decay.
    for (word, expected) in [
        ("decoupled@keras", "decoupled:rate=0.004,on=all"),
        ("decoupled@optax", "decoupled:rate=0.0001,on=all"),
    ] {
        assert_eq!(word.parse::<Decay>(), expected.parse(), "{word}");
    }
}

/// The figure of the chapter: down x²/20 + y² from (−7, 2), every point of every rule.
#[test]
fn the_ravine_is_walked_as_in_the_textbook() {
    let Paths { start, rules } = recorded().paths;
    for card in Rule::CARDS {
        let path = rules
            .iter()
            .find(|path| path.rule == card.name)
            .unwrap_or_else(|| panic!("no path of {}", card.name));
        let word = word(&path.rule, "textbook", &path.settings);
        let rule: Rule = word.parse().unwrap();
        let mut optimizer = Optimizer::<f64>::new(rule, &Layout::flat(2)).unwrap();
        let mut p = [start[0], start[1]];
        assert_eq!(path.points.len(), 31, "{word}");
        for (step, expected) in path.points.iter().enumerate() {
            assert_near(&p, expected, 1e-12, 0.0, &format!("`{word}` at {step}"));
            let gradient = [p[0] / 10.0, 2.0 * p[1]];
            optimizer.update(&mut p, &gradient);
        }
    }
}

/// A rate changed from outside, step by step, is the same as a schedule.
#[test]
fn the_factor_of_a_step_is_the_schedules() {
    let word: Word<Rule> = "momentum@torch:lr=0.1".parse().unwrap();
    let schedule: Schedule = "inverse:rate=0.5".parse().unwrap();
    let layout = Layout::flat(1);
    let (guard, decay) = (Guard::default(), Decay::default());
    let mut optimizer = Optimizer::<f64>::with(word.value, schedule.clone(), guard, decay, &layout).unwrap();
    let (mut scheduled, mut by_hand, mut memory) = ([1.0], [1.0], [0.0]);
    for t in 0..10 {
        let grads = [0.3 + t as f64];
        optimizer.update(&mut scheduled, &grads);
        let step = Step { t: t + 1, factor: schedule.factor(t) };
        let block = Block { params: &mut by_hand, grads: &grads, memory: &mut memory };
        word.value.update(step, block);
        assert_eq!(scheduled, by_hand);
    }
}

/// A rule may be called with any part of the flat vector: blocks do not know of each other.
#[test]
fn rules_are_element_wise() {
    let Recorded { start, gradients, .. } = recorded();
    for card in Rule::CARDS {
        let rule: Rule = card.name.parse().unwrap();
        let run = |range: std::ops::Range<usize>| {
            let mut optimizer = Optimizer::<f64>::new(rule, &Layout::flat(range.len())).unwrap();
            let mut params = start[range.clone()].to_vec();
            for grads in &gradients {
                optimizer.update(&mut params, &grads[range.clone()]);
            }
            params
        };
        assert_eq!(run(0..8), [run(0..3), run(3..8)].concat(), "{}", card.name);
    }
}

/// With ε = 0 and a gradient of 0 the root is 0: no step, and no NaN.
#[test]
fn no_rule_divides_zero_by_zero() {
    for word in [
        "adagrad:eps=0",
        "rmsprop:eps=0",
        "rmsprop:eps=0,centered=true,momentum=0.5",
        "adam:eps=0",
        "adam@torch:eps=0",
    ] {
        let mut optimizer = Optimizer::<f32>::new(word.parse::<Rule>().unwrap(), &Layout::flat(2)).unwrap();
        let mut params = [1.0, 1.0];
        optimizer.update(&mut params, &[0.0, 1.0]);
        assert_eq!(params[0], 1.0, "{word}");
        assert!(params[1] < 1.0 || word.contains("centered"), "{word}");
    }
}
