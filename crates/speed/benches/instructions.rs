//! How many instructions the loops of a training step take, counted under valgrind's callgrind.
//!
//! `cargo xtask instructions` runs this and compares with `bench/instructions.json`. A count does not depend on what else the machine does: a change of a
//! few per cent shows, which no clock tells from noise. It says nothing about memory, or about how many instructions a CPU takes at once: `cargo xtask bench` does.
//!
//! Valgrind knows no AVX-512 and says so through CPUID, so on the widest CPUs too it is the AVX2 path that is counted. All paths are compiled from one loop (see
//! `technique::wide`): a pass too many counts on every one of them.

// What the macros of gungraun write is public, without documentation.
#![allow(missing_docs, unreachable_pub)]

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Callgrind, LibraryBenchmarkConfig};
use problem::data::Dataset;
use speed::rings::{PIXELS, dataset, images};
use speed::workload::{BATCH, Setup, Training, UPDATE_RULES};
use technique::layer::activation::{Activation, Sigmoid};
use technique::layer::{Layer, Pass, Phase};
use technique::layout::Layout;
use technique::loss::{CrossEntropy, Loss, Target};
use technique::matmul::{Matrix, product};
use technique::norm::batch::{BatchNorm, BatchNormLayer};
use technique::optimizer::Optimizer;
use technique::random::{Purpose, key, normal};
use technique::rule::Rule;
use technique::sparse::{Pattern, Sparse};
use technique::wide;

/// Numbers of an element-wise loop.
const MANY: usize = 10_000;
/// Rows of the data.
const ROWS: usize = 1000;
/// Columns of the data, units of a layer, classes.
const INPUTS: usize = PIXELS;
const UNITS: usize = 100;
const CLASSES: usize = 10;

/// What is counted.
type Job = Box<dyn FnMut()>;

/// A job that has run once: choosing the path, resolving symbols and growing buffers are not counted.
fn warm(mut job: impl FnMut() + 'static) -> Job {
    job();
    Box::new(job)
}

#[library_benchmark]
#[bench::update_sgd(update("sgd"))]
#[bench::update_momentum(update("momentum"))]
#[bench::update_nesterov(update("nesterov"))]
#[bench::update_adagrad(update("adagrad"))]
#[bench::update_rmsprop(update("rmsprop"))]
#[bench::update_adam(update("adam"))]
#[bench::sparse_product(sparse_product())]
#[bench::sparse_weight_gradient(sparse_weight_gradient())]
#[bench::dense_product(dense_product())]
#[bench::batch_norm(batch_norm())]
#[bench::cross_entropy(cross_entropy())]
#[bench::exp(exp())]
#[bench::sigmoid(sigmoid())]
#[bench::step(step())]
fn count(mut job: Job) -> Job {
    job();
    // Given back, so that freeing its memory is not counted either.
    job
}

library_benchmark_group!(name = instructions, benchmarks = count);

// Only instructions: a model of caches would cost time and say nothing of the machine at hand.
main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = instructions
);

/// A rule that is added to the bench needs a line above, too.
const _: () = assert!(UPDATE_RULES.len() == 6);

/// One update of many parameters, by the name of a rule in the bench's protocol.
fn update(name: &str) -> Job {
    let (_, word) = UPDATE_RULES.iter().find(|(known, _)| *known == name).expect("a rule of the bench");
    let rule: Rule = word.parse().expect("words of the bench are words");
    let optimizer = Optimizer::<f32>::new(rule, &Layout::flat(MANY));
    let mut optimizer = optimizer.expect("settings of the bench are valid");
    let (mut params, grads) = (vec![1.0; MANY], numbers(MANY));
    warm(move || optimizer.update(&mut params, black_box(&grads)))
}

/// y ← x W of the first layer.
fn sparse_product() -> Job {
    let (mut batch, weights, mut y) = (batch(), numbers(INPUTS * UNITS), vec![0.0; BATCH * UNITS]);
    warm(move || batch.product(black_box(&weights), &mut y))
}

/// dW ← xᵀ dy of the first layer.
fn sparse_weight_gradient() -> Job {
    let (mut batch, dy, mut dw) = (batch(), numbers(BATCH * UNITS), vec![0.0; INPUTS * UNITS]);
    warm(move || batch.weight_gradient(black_box(&dy), &mut dw))
}

/// y ← x W of a layer between others.
fn dense_product() -> Job {
    let (x, weights, mut y) = (numbers(BATCH * UNITS), numbers(UNITS * UNITS), vec![0.0; BATCH * UNITS]);
    warm(move || {
        let weights = Matrix::new(black_box(&weights), UNITS, UNITS);
        product(&mut y, Matrix::new(&x, BATCH, UNITS), weights);
    })
}

/// Forwards and backwards.
fn batch_norm() -> Job {
    let mut layer = BatchNormLayer::<f32>::new(BatchNorm::default(), UNITS);
    let pass = Pass { rows: BATCH, phase: Phase::Training, key: key(1, Purpose::Dropout, 0) };
    let (params, x) = (numbers(2 * UNITS), numbers(BATCH * UNITS));
    let (dy, mut y, mut dx) = (x.clone(), x.clone(), x.clone());
    let mut grads = params.clone();
    warm(move || {
        layer.forward(&pass, black_box(&params), &x, &mut y);
        layer.backward(&pass, &params, &x, &y, &dy, &mut grads, Some(&mut dx));
    })
}

/// The loss and its gradient.
fn cross_entropy() -> Job {
    let (loss, logits) = (Loss::from(CrossEntropy::default()), numbers(BATCH * CLASSES));
    let (classes, mut gradient) = (classes(BATCH), vec![0.0; BATCH * CLASSES]);
    warm(move || {
        let target = Target::Classes(&classes);
        black_box(loss.evaluate(black_box(&logits), target, BATCH, Some(&mut gradient)));
    })
}

fn exp() -> Job {
    let (x, mut y) = (numbers(MANY), vec![0.0; MANY]);
    warm(move || {
        let (x, y) = (&black_box(&x)[..], &mut y[..]);
        wide!([] (x: &[f32], y: &mut [f32]) { y.iter_mut().zip(x).for_each(|(y, &x)| *y = technique::exp::exp(x)) });
    })
}

fn sigmoid() -> Job {
    let (f, x, mut y) = (Activation::from(Sigmoid::default()), numbers(MANY), vec![0.0; MANY]);
    warm(move || f.values(black_box(&x), &mut y))
}

/// A whole step of W1: batch, forwards, backwards, update by Adam.
fn step() -> Job {
    let adam = UPDATE_RULES.iter().find(|(name, _)| *name == "adam").expect("a rule of the bench").1;
    // For the rest of the process, which is that of one count.
    let data: &'static Dataset = Box::leak(Box::new(dataset(ROWS, ROWS).expect("as many labels as rows")));
    let mut training = Training::new(data, &Setup::w1(adam)).expect("the data fit the network");
    warm(move || {
        black_box(training.step());
    })
}

/// N(0, 1), the same at every call.
fn numbers(count: usize) -> Vec<f32> {
    let mut rng = key(1, Purpose::Inputs, 0).rng();
    (0..count).map(|_| normal(&mut rng) as f32).collect()
}

fn classes(rows: usize) -> Vec<u32> {
    (0..rows).map(|row| (row % CLASSES) as u32).collect()
}

fn batch() -> Sparse<f32> {
    let images = images(ROWS);
    let pattern = Pattern::of(INPUTS, &images).expect("most pixels are 0");
    let mut batch = Sparse::default();
    batch.take_bytes(&pattern, &images, 255.0, &(0..BATCH).collect::<Vec<_>>());
    batch
}
