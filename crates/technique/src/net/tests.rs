//! Networks against PyTorch's numbers and against differences; symmetry, phases, and whether they learn.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::*;
use crate::init::Init;
use crate::layer::Phase;
use crate::optimizer::Optimizer;
use crate::random::{Purpose, key};
use crate::rule::Rule;
use crate::testing::{assert_near, classes, gap, golden, normals, points, slopes};

fn spec(inputs: usize, hidden: &[usize], outputs: usize, words: [&str; 4]) -> NetSpec {
    let [activation, norm, dropout, loss] = words;
    NetSpec {
        inputs,
        hidden: hidden.to_vec(),
        outputs,
        activation: activation.parse().unwrap(),
        norm: norm.parse().unwrap(),
        dropout: dropout.parse().unwrap(),
        loss: loss.parse().unwrap(),
    }
}

fn pass(rows: usize, phase: Phase, step: u64) -> Pass {
    let key = key(2, Purpose::Dropout, step);
    Pass { rows, phase, key }
}

#[derive(Deserialize)]
struct Recorded {
    networks: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    batch_norm: Option<Json>,
    params: BTreeMap<String, Json>,
    x: Vec<Vec<f64>>,
    labels: Vec<u32>,
    logits: Vec<Vec<f64>>,
    loss: f64,
    grads: BTreeMap<String, Json>,
}

fn flat(value: &Json) -> Vec<f64> {
    match value {
        Json::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// `norm2.scale` is recorded as `gamma2`.
fn recorded_name(block: &str) -> String {
    let (layer, what) = block.split_once('.').unwrap();
    let (kind, number) = layer.split_at(layer.len() - 1);
    let name = match (kind, what) {
        ("affine", "weight") => "w",
        ("affine", "bias") => "b",
        ("norm", "scale") => "gamma",
        ("norm", "shift") => "beta",
        other => panic!("{other:?}"),
    };
    format!("{name}{number}")
}

fn as_recorded<T: Real>(tolerance: f64) {
    let Recorded { networks } = golden("layers");
    for case in &networks {
        let norm = if case.batch_norm.is_some() { "batch" } else { "none" };
        let spec = spec(5, &[8, 7], 3, ["relu", norm, "none", "cross_entropy"]);
        let mut net = Net::<T>::new(&spec).unwrap();
        let layout = net.layout().clone();
        assert_eq!(layout.spans().len(), case.params.len());
        let gather = |from: &BTreeMap<String, Json>| -> Vec<f64> {
            let blocks = layout.spans().iter().map(|span| flat(&from[&recorded_name(&span.name)]));
            blocks.flatten().collect()
        };
        let of = |x: Vec<f64>| x.into_iter().map(T::of).collect::<Vec<T>>();
        let wide = |x: &[T]| x.iter().map(|x| x.wide()).collect::<Vec<f64>>();
        let (params, x) = (of(gather(&case.params)), of(case.x.concat()));
        let mut grads = vec![T::nan(); params.len()];
        net.input(6).copy_from_slice(&x);
        let pass = pass(6, Phase::Training, 0);
        let loss = net.gradient(&params, &pass, Target::Classes(&case.labels), &mut grads);
        assert_near(&[loss], &[case.loss], tolerance, 1.0, norm);
        assert_near(&wide(&grads), &gather(&case.grads), tolerance, 1.0, norm);
        let logits = wide(net.forward(&params, &pass));
        assert_near(&logits, &case.logits.concat(), tolerance, 1.0, norm);
    }
    assert_eq!(networks.len(), 2);
}

#[test]
fn networks_are_as_recorded() {
    as_recorded::<f64>(1e-12);
    as_recorded::<f32>(1e-5);
}

const ACTIVATIONS: [&str; 8] =
    ["sigmoid", "tanh", "relu", "leaky_relu", "leaky_relu@keras", "gelu", "gelu@jax", "silu"];
const NORMS: [&str; 4] = ["none", "batch", "batch@torch", "batch@keras"];
const DROPOUTS: [&str; 3] = ["none", "dropout:ratio=0.3", "dropout@torch:ratio=0.3"];

proptest! {
    #![proptest_config(points(300))]

    #[test]
    fn networks_have_the_slope_they_say(
        inputs in 1_usize..5,
        hidden in prop::collection::vec(1_usize..7, 0..4),
        outputs in 1_u32..4,
        rows in 2_usize..8,
        activation in prop::sample::select(&ACTIVATIONS[..]),
        norm in prop::sample::select(&NORMS[..]),
        dropout in prop::sample::select(&DROPOUTS[..]),
        by_classes: bool,
        phase in prop::sample::select(vec![Phase::Training, Phase::Probing, Phase::Evaluation]),
        seed: u64,
    ) {
        let loss = if by_classes { "cross_entropy" } else { "mse" };
        let spec = spec(inputs, &hidden, outputs as usize, [activation, norm, dropout, loss]);
        let mut net = Net::<f64>::new(&spec).unwrap();
        // Biases and scales off their birth values too.
        let mut params = normals(seed, net.layout().len());
        let (classes, values) = (classes(seed, rows, outputs), normals(seed ^ 1, rows * outputs as usize));
        let target = if by_classes { Target::Classes(&classes) } else { Target::Values(&values) };
        net.input(rows).copy_from_slice(&normals(seed ^ 2, rows * inputs));
        // Running averages must have seen something.
        net.forward(&params, &pass(rows, Phase::Training, 0));

        let pass = pass(rows, phase, 1);
        let mut grads = vec![f64::NAN; params.len()];
        let loss = net.gradient(&params, &pass, target, &mut grads);
        prop_assert_eq!(net.loss(&params, &pass, target), loss);
        prop_assert_eq!(net.last_loss(&pass, target), loss);
        // Which side of its kink every unit is on: a difference across a kink is no slope.
        let sides = |net: &Net<f64>| -> Vec<bool> { net.activations().flatten().map(|y| *y > 0.0).collect() };
        let here = sides(&net);
        let kinked = activation.contains("relu");
        let numeric = slopes(&mut params, |params| {
            let loss = net.loss(params, &pass, target);
            (!kinked || sides(&net) == here).then_some(loss)
        });
        let pairs = grads.iter().zip(&numeric).filter_map(|(g, n)| Some((*g, (*n)?)));
        let (analytic, numeric): (Vec<f64>, Vec<f64>) = pairs.unzip();
        prop_assert!(analytic.len() * 10 >= grads.len() * 9, "{} of {} compared", analytic.len(), grads.len());
        let apart = gap(&analytic, &numeric, 1e-8);
        prop_assert!(apart < 1e-6, "relative error {:e}", apart);
    }
}

/// Whether all units of each hidden layer are copies of each other: the same weights in, the same bias, the same weights out.
fn units_are_copies(net: &Net<f64>, params: &[f64], hidden: &[usize]) -> bool {
    let block = |name: String| &params[net.layout().span(&name).unwrap().range.clone()];
    // Columns may be computed by different kernels: equal to rounding, where a broken symmetry grows to the size of the weights.
    let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
    hidden.iter().enumerate().all(|(index, &width)| {
        let number = index + 1;
        let rows_alike =
            |m: &[f64], width: usize| m.chunks_exact(width).all(|row| row.iter().all(|w| same(*w, row[0])));
        let out = block(format!("affine{}.weight", number + 1));
        let columns = out.len() / width;
        rows_alike(block(format!("affine{number}.weight")), width)
            && rows_alike(block(format!("affine{number}.bias")), width)
            && out.chunks_exact(columns).all(|row| row.iter().zip(out).all(|(a, b)| same(*a, *b)))
    })
}

/// Fifty steps on random classes from an init; the network and its parameters.
fn trained(init: &str, rule: &str, activation: &str) -> (Net<f64>, Vec<f64>, Vec<f64>) {
    let spec = spec(4, &[6, 5], 3, [activation, "none", "none", "cross_entropy"]);
    let mut net = Net::<f64>::new(&spec).unwrap();
    let layout = net.layout().clone();
    let mut params = vec![f64::NAN; layout.len()];
    init.parse::<Init>().unwrap().params(&layout, 1, &mut params);
    let born = params.clone();
    let mut optimizer = Optimizer::<f64>::new(rule.parse::<Rule>().unwrap(), &layout).unwrap();
    let mut grads = vec![0.0; params.len()];
    let labels = classes(3, 12, 3);
    for step in 0..50 {
        net.input(12).copy_from_slice(&normals(3, 48));
        let pass = pass(12, Phase::Training, step);
        net.gradient(&params, &pass, Target::Classes(&labels), &mut grads);
        optimizer.update(&mut params, &grads);
    }
    (net, params, born)
}

#[test]
fn equal_weights_never_part_and_random_ones_do() {
    for rule in ["sgd:lr=0.5", "adam:lr=0.05"] {
        for activation in ["sigmoid", "tanh"] {
            for init in ["zeros", "constant", "constant:value=0.5"] {
                let (net, params, born) = trained(init, rule, activation);
                assert!(units_are_copies(&net, &params, &[6, 5]), "{init}, {rule}, {activation}");
                assert_ne!(params, born, "{init}, {rule}: nothing was learnt at all");
            }
            let (net, params, _) = trained("he", rule, activation);
            assert!(!units_are_copies(&net, &params, &[6, 5]), "he, {rule}, {activation}");
        }
    }
}

/// As the docs of the inits say: with zeros and ReLU no weight moves, only the last bias.
#[test]
fn relu_and_zeros_do_not_move() {
    let (net, params, _) = trained("zeros", "adam:lr=0.05", "relu");
    for span in net.layout().spans() {
        let moved = params[span.range.clone()].iter().any(|p| *p != 0.0);
        assert_eq!(moved, span.name == "affine3.bias", "{}", span.name);
    }
}

/// XOR, which no network without a hidden layer can learn, in f32 with everything on.
#[test]
fn networks_learn_xor() {
    let (x, labels) = ([0.0_f32, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], [0, 1, 1, 0]);
    let last_loss = |hidden: &[usize], words: [&str; 4]| {
        let mut net = Net::<f32>::new(&spec(2, hidden, 2, words)).unwrap();
        let layout = net.layout().clone();
        let mut params = vec![0.0; layout.len()];
        "xavier".parse::<Init>().unwrap().params(&layout, 1, &mut params);
        let rule: Rule = "adam:lr=0.05".parse().unwrap();
        let mut optimizer = Optimizer::<f32>::new(rule, &layout).unwrap();
        let mut grads = vec![0.0; params.len()];
        for step in 0..400 {
            net.input(4).copy_from_slice(&x);
            let pass = pass(4, Phase::Training, step);
            net.gradient(&params, &pass, Target::Classes(&labels), &mut grads);
            optimizer.update(&mut params, &grads);
        }
        net.loss(&params, &pass(4, Phase::Evaluation, 400), Target::Classes(&labels))
    };
    for words in [
        ["tanh", "none", "none", "cross_entropy"],
        ["relu", "batch", "none", "cross_entropy"],
        ["silu", "none", "dropout:ratio=0.1", "cross_entropy"],
    ] {
        let loss = last_loss(&[16, 8], words);
        assert!(loss < 0.05, "{words:?}: {loss}");
    }
    // Without hidden layers log 2 is the best there is: the bound above can fail.
    let loss = last_loss(&[], ["tanh", "none", "none", "cross_entropy"]);
    assert!(loss > 0.69, "{loss}");
}

#[test]
fn layers_need_units() {
    for (inputs, hidden, outputs, layer) in [(0, vec![3], 2, 0), (2, vec![3, 0], 2, 2), (2, vec![3], 0, 2)] {
        let spec = spec(inputs, &hidden, outputs, ["relu", "none", "none", "mse"]);
        let error = Net::<f32>::new(&spec).unwrap_err();
        let layers = hidden.len() + 1;
        assert_eq!(error, NetError::NoUnits { layer, layers });
    }
}

#[test]
fn batches_may_change_their_size() {
    let spec = spec(3, &[4], 2, ["tanh", "batch", "dropout", "mse"]);
    let mut net = Net::<f64>::new(&spec).unwrap();
    let params = normals(1, net.layout().len());
    let mut alone = Net::<f64>::new(&spec).unwrap();
    for (step, rows) in [5, 2, 7, 1].into_iter().enumerate() {
        let (x, pass) = (normals(9, rows * 3), pass(rows, Phase::Probing, step as u64));
        net.input(rows).copy_from_slice(&x);
        alone.input(rows).copy_from_slice(&x);
        let fresh = &mut alone.clone();
        assert_eq!(net.forward(&params, &pass), fresh.forward(&params, &pass));
        assert_eq!(net.activations().map(<[f64]>::len).sum::<usize>(), rows * 4);
    }
}

#[test]
fn running_averages_go_by_name() {
    let mut net = Net::<f64>::new(&spec(3, &[4, 2], 2, ["tanh", "batch@torch", "none", "mse"])).unwrap();
    for (name, running) in net.running_mut() {
        running.fill(if name == "norm1.running" { 1.0 } else { 2.0 });
    }
    let found: Vec<(String, Vec<f64>)> = net.running().map(|(n, r)| (n, r.to_vec())).collect();
    let expected = [("norm1.running".to_owned(), vec![1.0; 8]), ("norm2.running".to_owned(), vec![2.0; 4])];
    assert_eq!(found, expected);
}
