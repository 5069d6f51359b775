//! After the first batch of a size, a training step allocates nothing.
#![allow(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the helpers of an integration test"
)]

use technique::init::Init;
use technique::layer::{Pass, Phase};
use technique::loss::Target;
use technique::net::{Net, NetSpec};
use technique::optimizer::Optimizer;
use technique::random::{Purpose, key};
use technique::rule::Rule;
use technique::schedule::Schedule;
use technique::sparse::Pattern;

/// One trial with everything on: batch norm, dropout, Adam, a schedule, clipping by the global norm, coupled decay.
struct Training {
    net: Net<f32>,
    optimizer: Optimizer<f32>,
    params: Vec<f32>,
    grads: Vec<f32>,
    step: u64,
}

impl Training {
    fn new(inputs: usize, hidden: &[usize]) -> Self {
        let spec = NetSpec {
            inputs,
            hidden: hidden.to_vec(),
            outputs: 10,
            activation: "relu".parse().unwrap(),
            norm: "batch".parse().unwrap(),
            dropout: "dropout".parse().unwrap(),
            loss: "cross_entropy".parse().unwrap(),
        };
        let net = Net::new(&spec).unwrap();
        let layout = net.layout().clone();
        let mut params = vec![0.0; layout.len()];
        "he".parse::<Init>().unwrap().params(&layout, 1, &mut params);
        let schedule: Schedule = "warmup:steps=3 then cosine:steps=9".parse().unwrap();
        let (guard, decay) = ("global_norm:limit=0.1".parse().unwrap(), "l2:rate=0.01".parse().unwrap());
        let rule: Rule = "adam".parse().unwrap();
        let optimizer = Optimizer::with(rule, schedule, guard, decay, &layout).unwrap();
        let grads = vec![0.0; params.len()];
        Self { net, optimizer, params, grads, step: 0 }
    }

    fn step(&mut self, labels: &[u32]) -> f64 {
        let pass =
            Pass { rows: labels.len(), phase: Phase::Training, key: key(1, Purpose::Dropout, self.step) };
        for (index, x) in self.net.input(labels.len()).iter_mut().enumerate() {
            *x = (index % 17) as f32 / 17.0;
        }
        let target = Target::Classes(labels);
        let loss = self.net.gradient(&self.params, &pass, target, &mut self.grads);
        self.optimizer.update(&mut self.params, &self.grads);
        self.step += 1;
        loss
    }
}

/// Batches of a table that is mostly zeros, of changing size as between training and evaluation.
#[test]
fn batches_of_mostly_zeros_allocate_nothing_either() {
    let (inputs, all) = (784, 1000);
    let table: Vec<u8> = (0..all * inputs).map(|at| if at % 7 == 0 { (at % 251) as u8 } else { 0 }).collect();
    let pattern = Pattern::of(inputs, &table).unwrap();
    let mut training = Training::new(inputs, &[100]);
    let rows: Vec<usize> = (0..all).rev().collect();
    let labels: Vec<u32> = (0..all as u32).map(|row| row % 10).collect();
    let mut round = || {
        for count in [128, all, 77] {
            training.net.sparse_input().take_bytes(&pattern, &table, 255.0, &rows[..count]);
            let key = key(1, Purpose::Dropout, training.step);
            let pass = Pass { rows: count, phase: Phase::Training, key };
            let target = Target::Classes(&labels[..count]);
            training.net.gradient(&training.params, &pass, target, &mut training.grads);
            training.optimizer.update(&mut training.params, &training.grads);
            training.step += 1;
        }
    };
    assert!(allocation_counter::measure(&mut round).count_total > 0, "the buffers come from somewhere");
    assert_eq!(allocation_counter::measure(&mut round).count_total, 0);
}

fn allocations_of_a_step(inputs: usize, hidden: &[usize], rows: usize) -> (u64, u64) {
    let labels: Vec<u32> = (0..rows as u32).map(|row| row % 10).collect();
    let mut training = Training::new(inputs, hidden);
    let first = allocation_counter::measure(|| {
        training.step(&labels);
    });
    assert!(first.count_total > 0, "the buffers come from somewhere");
    let later = allocation_counter::measure(|| {
        for _ in 0..5 {
            assert!(training.step(&labels).is_finite());
        }
    });
    (later.count_total, later.bytes_total)
}

#[test]
fn a_training_step_allocates_nothing() {
    for (inputs, hidden, rows) in [
        (64, &[100, 100, 100, 100][..], 100),
        (784, &[100, 100], 128),
        (5, &[3], 2),
        (64, &[1], 1),
        (300, &[700, 20], 257),
    ] {
        let (count, bytes) = allocations_of_a_step(inputs, hidden, rows);
        assert_eq!((count, bytes), (0, 0), "{inputs}-{hidden:?}, {rows} rows");
    }
}
