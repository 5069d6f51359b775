//! The draws of every init against theory and the frameworks' own, and what pairs techniques of one seed.

use serde::Deserialize;

use super::scaled::{Glorot, He, Xavier};
use super::*;
use crate::layer::dropout::Regularisation;
use crate::loss::Loss;
use crate::net::{Net, NetSpec};
use crate::norm::Norm;
use crate::testing::{assert_near, golden};
use crate::word::Family;

const SHAPE: (usize, usize) = (300, 200);

fn drawn(init: &str, shape: (usize, usize), seed: u64) -> Vec<f64> {
    let init: Init = init.parse().unwrap();
    let mut weights = vec![f64::NAN; shape.0 * shape.1];
    init.fill(shape, key(seed, Purpose::Init, 0), &mut weights);
    weights
}

struct Moments {
    mean: f64,
    std: f64,
    /// Fourth moment over the squared second: 3 for a normal law, 1.8 for a uniform one.
    kurtosis: f64,
    largest: f64,
}

fn moments(w: &[f64]) -> Moments {
    let n = w.len() as f64;
    let mean = w.iter().sum::<f64>() / n;
    let central = |power| w.iter().map(|w| (w - mean).powi(power)).sum::<f64>() / n;
    let std = central(2).sqrt();
    Moments {
        mean,
        std,
        kurtosis: central(4) / std.powi(4),
        largest: w.iter().fold(0.0, |top: f64, w| top.max(w.abs())),
    }
}

/// What 60,000 draws must look like, within four standard errors. All zeros fail: their deviation is 0.
fn assert_law(word: &str, std: f64, law: Law) {
    let (count, w) = ((SHAPE.0 * SHAPE.1) as f64, drawn(word, SHAPE, 6));
    let found = moments(&w);
    let (kurtosis, bound) = match law {
        Law::Normal => (3.0, f64::INFINITY),
        Law::Truncated => (2.366, 2.0 * std / TRUNCATED_SD),
        Law::Uniform => (1.8, 3.0_f64.sqrt() * std),
    };
    let mean_error = std / count.sqrt();
    assert!(found.mean.abs() < 4.0 * mean_error, "{word}: mean {}", found.mean);
    // The variance of a sample variance is (κ − 1)σ⁴/n.
    let std_error = std * ((kurtosis - 1.0) / (4.0 * count)).sqrt();
    assert!(
        (found.std - std).abs() < 4.0 * std_error,
        "{word}: expected a deviation of {std}, found {}",
        found.std
    );
    // Four standard errors of a normal sample's kurtosis, √(24/n); the other laws scatter less.
    assert!(
        (found.kurtosis - kurtosis).abs() < 4.0 * (24.0 / count).sqrt(),
        "{word}: expected a kurtosis of {kurtosis}, found {}",
        found.kurtosis
    );
    assert!(found.largest <= bound, "{word}: {} beyond {bound}", found.largest);
    // A bounded law fills its bounds, a normal one passes three deviations.
    let reached = if bound.is_finite() { 0.99 * bound } else { 3.0 * std };
    assert!(found.largest > reached, "{word}: no draw beyond {reached}");
}

#[test]
fn draws_have_the_mean_the_deviation_and_the_law_of_the_formula() {
    let (n_in, n_out) = (SHAPE.0 as f64, SHAPE.1 as f64);
    for (word, variance, law) in [
        ("normal", 1e-4, Law::Normal),
        ("std:std=1", 1.0, Law::Normal),
        ("xavier", 1.0 / n_in, Law::Normal),
        ("xavier@torch", 2.0 / (n_in + n_out), Law::Normal),
        ("xavier@jax", 2.0 / (n_in + n_out), Law::Truncated),
        ("glorot", 2.0 / (n_in + n_out), Law::Normal),
        ("glorot@torch", 2.0 / (n_in + n_out), Law::Normal),
        ("he", 2.0 / n_in, Law::Normal),
        ("he:fan=out", 2.0 / n_out, Law::Normal),
        ("lecun", 1.0 / n_in, Law::Normal),
        ("lecun@jax:law=uniform", 1.0 / n_in, Law::Uniform),
    ] {
        assert_law(word, f64::sqrt(variance), law);
    }
}

#[derive(Deserialize)]
struct Recorded {
    n_in: usize,
    n_out: usize,
    truncated_std: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    framework: String,
    call: String,
    law: String,
    fan: String,
    std: f64,
    bound: Option<f64>,
}

/// The law, deviation and bound of every framework's init, by the words for it.
#[test]
fn dialects_are_the_frameworks_inits() {
    let recorded: Recorded = golden("inits");
    assert_eq!((recorded.n_in, recorded.n_out), SHAPE);
    assert_near(&[TRUNCATED_SD], &[recorded.truncated_std], 1e-15, 1.0, "truncated");
    let mut seen = Vec::new();
    for case in &recorded.cases {
        // PyTorch's default for its linear layer is a constant of the general formula, without a name of its own.
        let Some(card) = Init::CARDS.iter().find(|card| card.name == case.name) else {
            assert_eq!(case.name, "torch.nn.Linear");
            continue;
        };
        let law = match case.law.as_str() {
            "normal" => Law::Normal,
            "truncated_normal" => Law::Truncated,
            "uniform" => Law::Uniform,
            other => panic!("{other}"),
        };
        // The uniform form and the other fan are settings; everything else must come with the dialect.
        let mut word = format!("{}@{}", case.name, case.framework);
        if law == Law::Uniform {
            word += ":law=uniform";
        } else if case.fan == "out" {
            word += ":fan=out";
        }
        assert_law(&word, case.std, law);
        if let Some(bound) = case.bound {
            let largest = moments(&drawn(&word, SHAPE, 6)).largest;
            assert!(largest <= bound && largest > 0.99 * bound, "{word} ({})", case.call);
        }
        seen.push((card.name, case.framework.as_str()));
    }
    for card in Init::CARDS.iter().filter(|card| card.name != "orthogonal") {
        for dialect in card.dialects {
            let own = (card.name, dialect.name);
            // JAX names one function twice: `xavier_normal` is `glorot_normal`.
            let own = if own == ("xavier", "jax") { ("glorot", "jax") } else { own };
            let own = if own == ("glorot", "torch") { ("xavier", "torch") } else { own };
            assert!(seen.contains(&own), "nothing recorded for {own:?}");
        }
    }
}

#[test]
fn orthogonal_matrices_are_orthogonal() {
    for (shape, gain) in [
        ((40, 25), 1.0),
        ((25, 40), 1.5),
        // Large and square is the hard case: rounding is amplified by the condition of the draws.
        ((150, 150), 0.5),
        ((1, 7), 1.0),
        ((7, 1), 2.0),
    ] {
        let q = drawn(&format!("orthogonal:gain={gain}"), shape, 3);
        let (rows, columns) = shape;
        let count = rows.min(columns);
        // The columns of a tall matrix, the rows of a wide one.
        let vector = |i: usize| -> Vec<f64> {
            if rows >= columns {
                (0..rows).map(|row| q[row * columns + i]).collect()
            } else {
                q[i * columns..(i + 1) * columns].to_vec()
            }
        };
        for i in 0..count {
            for j in 0..count {
                let dot: f64 = vector(i).iter().zip(vector(j)).map(|(a, b)| a * b).sum();
                let expected = if i == j { gain * gain } else { 0.0 };
                assert!((dot - expected).abs() < 1e-14 * gain * gain, "{shape:?}: {i}·{j} is {dot}");
            }
        }
    }
}

/// Uniform over all orthogonal matrices: every entry has mean 0 and variance 1/n, the diagonal too.
#[test]
fn orthogonal_matrices_are_uniform() {
    let (n, draws) = (4, 4_000);
    let first: Vec<f64> = (0..draws).map(|seed| drawn("orthogonal", (n, n), seed)[0]).collect();
    let found = moments(&first);
    let std = 1.0 / (n as f64).sqrt();
    assert!(found.mean.abs() < 4.0 * std / (draws as f64).sqrt(), "{}", found.mean);
    assert!((found.std - std).abs() < 4.0 * std / (4.0 * draws as f64).sqrt(), "{}", found.std);
}

#[test]
fn constants_are_constant() {
    assert!(drawn("zeros", (5, 4), 1).iter().all(|w| *w == 0.0));
    assert!(drawn("constant:value=-0.3", (5, 4), 1).iter().all(|w| *w == -0.3));
}

/// Inits that differ in scale start from the same draws: their comparison is paired.
#[test]
fn one_seed_draws_the_same_numbers_for_every_scale() {
    let xavier = drawn("xavier", SHAPE, 9);
    for (word, ratio) in [
        ("he", 2.0_f64.sqrt()),
        ("lecun", 1.0),
        ("glorot", f64::sqrt(600.0 / 500.0)),
        ("normal:std=1", 300.0_f64.sqrt()),
    ] {
        let scaled: Vec<f64> = xavier.iter().map(|w| ratio * w).collect();
        assert_near(&drawn(word, SHAPE, 9), &scaled, 1e-15 * 4.0, 0.0, word);
    }
    let truncated = drawn("he@keras", SHAPE, 9);
    let ratio = He::default().scaling().std(300, 200) / Glorot::default().scaling().std(300, 200);
    let scaled: Vec<f64> = drawn("glorot@keras", SHAPE, 9).iter().map(|w| ratio * w).collect();
    assert_near(&truncated, &scaled, 1e-14, 0.0, "truncated");
    assert_ne!(xavier, drawn("xavier", SHAPE, 10));
    let mut single = vec![0.0_f32; 60_000];
    Xavier::default().fill(SHAPE, key(9, Purpose::Init, 0), &mut single);
    assert!(single.iter().zip(&xavier).all(|(s, w)| *s == *w as f32));
}

/// A network with batch norm starts from the weights of the one without; scales are 1, biases and shifts 0.
#[test]
fn a_norm_does_not_disturb_the_draws() {
    let spec = |norm: Norm| NetSpec {
        inputs: 6,
        hidden: vec![5, 4],
        outputs: 3,
        activation: "relu".parse().unwrap(),
        norm,
        dropout: Regularisation::default(),
        loss: "cross_entropy".parse::<Loss>().unwrap(),
    };
    let init: Init = "he".parse().unwrap();
    let born = |norm: &str| {
        let net = Net::<f64>::new(&spec(norm.parse().unwrap())).unwrap();
        let mut params = vec![f64::NAN; net.layout().len()];
        init.params(net.layout(), 5, &mut params);
        (net.layout().clone(), params)
    };
    let ((plain, plain_params), (normed, normed_params)) = (born("none"), born("batch"));
    let mut scales = 0;
    for span in normed.spans() {
        let block = &normed_params[span.range.clone()];
        match span.role {
            Role::Weight => {
                let same = plain.span(&span.name).unwrap();
                assert_eq!(block, &plain_params[same.range.clone()], "{}", span.name);
                assert!(block.iter().all(|w| w.is_finite() && *w != 0.0), "{}", span.name);
            }
            Role::Scale => {
                assert!(block.iter().all(|w| *w == 1.0), "{}", span.name);
                scales += 1;
            }
            Role::Bias | Role::Free => assert!(block.iter().all(|w| *w == 0.0), "{}", span.name),
        }
    }
    assert_eq!(scales, 2);
    // Layers draw apart, and another seed draws other weights.
    let first = &normed_params[normed.span("affine1.weight").unwrap().range.clone()];
    let second = &normed_params[normed.span("affine2.weight").unwrap().range.clone()];
    let (first, second) = (first[0] * f64::sqrt(6.0), second[0] * f64::sqrt(5.0));
    assert!((first - second).abs() > 1e-6, "two layers draw {first}");
    let mut other = vec![0.0; plain.len()];
    init.params(&plain, 6, &mut other);
    assert_ne!(other, plain_params);
}
