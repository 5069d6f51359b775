//! Two small experiments behind claims 3, 4 and 7, which no training study shows.

use problem::data::Dataset;
use problem::supervised::{Sampling, Supervised};
use technique::init::Init;
use technique::layer::activation::{Activation, Sigmoid};
use technique::layout::Layout;
use technique::loss::CrossEntropy;
use technique::net::NetSpec;
use technique::optimizer::Optimizer;
use technique::rule::Rule;

use crate::error::StudyError;
use crate::figure::{Axis, Series, curves};
use crate::report::{Drawn, Section, Table, full, short};

/// Steps of a rule under a constant gradient.
pub(super) const LONG: u64 = 10_000;

/// Steps of the nets whose symmetry is watched.
pub(super) const STEPS: u64 = 50;

/// The learning rate of the rules compared.
const RATE: f64 = 0.01;

/// Units of each of their two hidden layers.
const UNITS: usize = 20;

fn setting(error: &dyn std::fmt::Display) -> StudyError {
    StudyError::Setting(error.to_string())
}

/// The size of each of `steps` updates of one parameter under a gradient that may depend on the step.
///
/// # Errors
/// When the word is wrong: a bug.
pub(super) fn step_sizes(
    word: &str,
    steps: u64,
    gradient: impl Fn(u64) -> f64,
) -> Result<Vec<f64>, StudyError> {
    let rule: Rule = word.parse().map_err(|error: technique::word::WordError| setting(&error))?;
    let mut optimizer: Optimizer<f64> =
        Optimizer::new(rule, &Layout::flat(1)).map_err(|error| setting(&error))?;
    let mut sizes = Vec::with_capacity(steps as usize);
    for step in 0..steps {
        // From 0 each time, so that the size of the move is exact.
        let mut params = [0.0];
        optimizer.update(&mut params, &[gradient(step)]);
        sizes.push(params[0].abs());
    }
    Ok(sizes)
}

/// Trains a net of two hidden sigmoid layers with Adam, and counts after each step (and before the first) how many of its hidden units differ in
/// their weights, bit for bit; the smaller of the two layers' counts.
///
/// # Errors
/// When the word is wrong: a bug.
pub(super) fn distinct_units(data: &Dataset, init: &str) -> Result<Vec<usize>, StudyError> {
    let init: Init = init.parse().map_err(|error: technique::word::WordError| setting(&error))?;
    let rule: Rule = "adam:lr=0.01".parse().map_err(|error: technique::word::WordError| setting(&error))?;
    let spec = NetSpec {
        inputs: data.columns,
        hidden: vec![UNITS, UNITS],
        outputs: data.task.outputs(),
        activation: Activation::from(Sigmoid::default()),
        norm: Default::default(),
        dropout: Default::default(),
        loss: CrossEntropy::default().into(),
    };
    let batch = 50.min(data.train.len());
    let mut problem = Supervised::<f32>::new(data, None, &spec, batch, Sampling::Replacement, 1)?;
    let mut params = problem.initial(&init);
    let mut grads = vec![0.0; params.len()];
    let mut optimizer: Optimizer<f32> =
        Optimizer::new(rule, problem.layout()).map_err(|error| setting(&error))?;
    let mut counts = vec![fewest_distinct(problem.layout(), &params)];
    for step in 0..STEPS {
        problem.gradient(&params, step, &mut grads);
        optimizer.update(&mut params, &grads);
        counts.push(fewest_distinct(problem.layout(), &params));
    }
    Ok(counts)
}

/// Distinct columns of the hidden layers' weight matrices; of the layer that has fewest.
fn fewest_distinct(layout: &Layout, params: &[f32]) -> usize {
    let hidden = ["affine1.weight", "affine2.weight"].into_iter().filter_map(|name| layout.span(name));
    let distinct = hidden.map(|span| {
        let (weights, width) = (&params[span.range.clone()], span.shape[1]);
        let column =
            |unit: usize| weights.iter().skip(unit).step_by(width).map(|w| w.to_bits()).collect::<Vec<_>>();
        (0..width).map(column).collect::<std::collections::HashSet<_>>().len()
    });
    distinct.min().unwrap_or(0)
}

/// The section that shows both.
///
/// # Errors
/// When a figure cannot be drawn.
pub(crate) fn section(data: &Dataset) -> Result<Section, StudyError> {
    let rules = ["adagrad:lr=0.01", "rmsprop:lr=0.01", "adam:lr=0.01"];
    let (mut sizes, mut size_rows, mut sentences) = (Vec::new(), Vec::new(), Vec::new());
    for word in rules {
        let all = step_sizes(word, LONG, |_| 1.0)?;
        let (first, last) = (all[0] / RATE, all[all.len() - 1] / RATE);
        sentences.push(format!(
            "{word}: the first step is {} of the rate, step {LONG} is {}.",
            short(first),
            short(last)
        ));
        // Evenly in the logarithm: the whole run in fifty points.
        let mut steps: Vec<usize> =
            (0..=50).map(|i| (LONG as f64).powf(f64::from(i) / 50.0).round() as usize).collect();
        steps.dedup();
        size_rows.extend(steps.iter().map(|t| vec![word.to_owned(), t.to_string(), full(all[t - 1])]));
        sizes.push(Series {
            name: word.to_owned(),
            x: steps.iter().map(|t| *t as f64).collect(),
            mid: steps.iter().map(|t| all[t - 1]).collect(),
            ..Series::default()
        });
    }
    let (mut counts, mut count_rows) = (Vec::new(), Vec::new());
    for init in ["zeros", "constant:value=0.1", "he"] {
        let all = distinct_units(data, init)?;
        let (born, end) = (all[0], all[all.len() - 1]);
        sentences
            .push(format!("{init}: {born} of {UNITS} units differ at birth, {end} after {STEPS} updates."));
        count_rows
            .extend(all.iter().enumerate().map(|(t, n)| vec![init.to_owned(), t.to_string(), n.to_string()]));
        counts.push(Series {
            name: init.to_owned(),
            x: (0..all.len()).map(|t| t as f64).collect(),
            mid: all.iter().map(|n| *n as f64).collect(),
            ..Series::default()
        });
    }
    Ok(Section {
        name: "checks".to_owned(),
        title: "Two small experiments".to_owned(),
        question: "How large are the steps of the adaptive rules, and does training ever tell equal units apart?".to_owned(),
        method: format!(
            "Step sizes: one parameter under a gradient of 1, {LONG} steps, in f64. Symmetry: a {}-{UNITS}-{UNITS}-{} sigmoid network trained on {} with Adam (η = .01), batches of 50, seed 1; units are equal when all their weights are, bit for bit.",
            data.columns,
            data.task.outputs(),
            data.name
        ),
        sentences,
        figures: vec![
            Drawn {
                name: "steps".to_owned(),
                caption: "Size of each step under a gradient of 1: both axes logarithmic, so 1/√t is a straight line.".to_owned(),
                figure: curves("Step sizes under a constant gradient", Axis::log("step"), Axis::log("size of the step"), &sizes)?,
            },
            Drawn {
                name: "symmetry".to_owned(),
                caption: format!("How many of the {UNITS} units of a hidden layer are different from each other (the layer with fewest)."),
                figure: curves("Units that differ", Axis::linear("update"), Axis::linear("distinct units of a layer").over(0.0, UNITS as f64 + 1.0), &counts)?,
            },
        ],
        tables: vec![
            Table::hidden("step_sizes", "Step sizes.", &["rule", "step", "size"], size_rows),
            Table::hidden("distinct_units", "Distinct units.", &["init", "step", "distinct"], count_rows),
        ],
        notes: Vec::new(),
        resolved: None,
    })
}
