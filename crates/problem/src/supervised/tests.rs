use super::*;
use crate::data::{Inputs, Scale, Shelf};
use technique::layer::activation::Relu;
use technique::optimizer::Optimizer;
use technique::rule::Rule;

fn spec(data: &Dataset, norm: &str) -> NetSpec {
    NetSpec {
        inputs: data.columns,
        hidden: vec![20],
        outputs: data.task.outputs(),
        activation: Relu::default().into(),
        norm: norm.parse().unwrap(),
        dropout: Default::default(),
        loss: data.task.loss(),
    }
}

fn digits() -> Dataset {
    Shelf::new(None).load("digits").unwrap()
}

#[test]
fn adam_learns_digits() {
    let data = digits();
    let mut problem =
        Supervised::<f32>::new(&data, None, &spec(&data, "none"), 50, Sampling::Epochs, 1).unwrap();
    let mut params = problem.initial(&"he".parse().unwrap());
    let mut grads = vec![0.0; params.len()];
    let rule: Rule = "adam:lr=0.01".parse().unwrap();
    let mut optimizer: Optimizer<f32> = Optimizer::new(rule, problem.layout()).unwrap();
    let before = problem.measure(&params, Part::Test).unwrap();
    for step in 0..300 {
        problem.gradient(&params, step, &mut grads);
        optimizer.update(&mut params, &grads);
    }
    let after = problem.measure(&params, Part::Test).unwrap();
    assert!(before.score < 0.3, "{before:?}");
    assert!(after.score > 0.93 && after.loss < 0.3, "{after:?}");
}

#[test]
fn an_epoch_sees_each_example_once_and_the_next_in_another_order() {
    let data = digits();
    let mut problem =
        Supervised::<f32>::new(&data, Some(100), &spec(&data, "none"), 20, Sampling::Epochs, 1).unwrap();
    let mut epochs = Vec::new();
    for epoch in 0..2 {
        let mut seen = Vec::new();
        for batch in 0..5 {
            problem.draw(epoch * 5 + batch);
            seen.extend_from_slice(&problem.rows[..20]);
        }
        let mut sorted = seen.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        epochs.push(seen);
    }
    assert_ne!(epochs[0], epochs[1]);
}

#[test]
fn batches_are_a_function_of_the_step() {
    let data = digits();
    for sampling in [Sampling::Epochs, Sampling::Replacement] {
        let mut problem = Supervised::<f32>::new(&data, None, &spec(&data, "none"), 32, sampling, 7).unwrap();
        problem.draw(123);
        let first = problem.rows[..32].to_vec();
        problem.draw(5);
        problem.draw(123);
        assert_eq!(problem.rows[..32], first);
    }
}

#[test]
fn looking_again_leaves_no_trace() {
    let data = digits();
    let mut problem =
        Supervised::<f64>::new(&data, None, &spec(&data, "batch"), 32, Sampling::Replacement, 7).unwrap();
    let params = problem.initial(&"he".parse().unwrap());
    let mut grads = vec![0.0; params.len()];
    let loss = problem.gradient(&params, 0, &mut grads);
    let running = |p: &Supervised<'_, f64>| p.net.running().map(|(_, r)| r.to_vec()).collect::<Vec<_>>();
    let before = running(&problem);
    assert_eq!(problem.loss_again(&params), loss);
    assert_eq!(running(&problem), before);
}

#[test]
fn measures_agree_with_counting_by_hand() {
    // Two columns, two classes; the network is the identity.
    let inputs = Inputs::Numbers(vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, f32::NAN, 0.0]);
    let examples = Examples::new(inputs, vec![0_u32, 1, 1, 0], 2, "here").unwrap();
    let data = Dataset {
        name: "toy".into(),
        source: "here".into(),
        columns: 2,
        shape: None,
        task: Task::Classification { classes: vec!["a".into(), "b".into()] },
        train: examples.clone(),
        validation: None,
        test: examples,
        fingerprint: String::new(),
        notes: Vec::new(),
    };
    let spec = NetSpec { hidden: vec![], ..spec(&data, "none") };
    let mut problem = Supervised::<f64>::new(&data, Some(3), &spec, 1, Sampling::Replacement, 0).unwrap();
    let identity = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let train = problem.measure(&identity, Part::Train).unwrap();
    assert!((train.score - 2.0 / 3.0).abs() < 1e-15);
    let (right, wrong) = ((1.0 + (-1.0_f64).exp()).ln(), (1.0 + 1.0_f64.exp()).ln());
    assert!((train.loss - (2.0 * right + wrong) / 3.0).abs() < 1e-12);
    let test = problem.measure(&identity, Part::Test).unwrap();
    assert_eq!(test.score, 0.5, "an output that is not a number is never right");
    assert!(test.loss.is_nan());
}

#[test]
fn what_does_not_fit_is_refused() {
    let data = digits();
    let new = |examples, batch| {
        Supervised::<f32>::new(&data, examples, &spec(&data, "none"), batch, Sampling::Epochs, 1)
            .map(|_| ())
            .unwrap_err()
    };
    assert!(matches!(new(Some(50), 51), SupervisedError::Batch { batch: 51, examples: 50 }));
    assert!(matches!(new(None, 0), SupervisedError::Batch { batch: 0, .. }));
    assert!(matches!(new(Some(1_000_000), 10), SupervisedError::TooFewExamples { .. }));
    let narrow = NetSpec { inputs: 3, ..spec(&data, "none") };
    assert!(matches!(
        Supervised::<f32>::new(&data, None, &narrow, 10, Sampling::Epochs, 1),
        Err(SupervisedError::Shape { .. })
    ));
}

/// One column; the targets are standardised by mean 10 and deviation 4. The test part has targets that are all the same.
fn numbers() -> Dataset {
    let part = |inputs: Vec<f32>, targets: Vec<f32>| {
        Examples::new(Inputs::Numbers(inputs), targets, 1, "here").unwrap()
    };
    Dataset {
        name: "line".into(),
        source: "here".into(),
        columns: 1,
        shape: None,
        task: Task::Regression { target: "y".into(), scale: Scale { mean: 10.0, sd: 4.0 } },
        train: part(vec![0.0, 1.0, 2.0, 3.0], vec![0.0, 1.0, 2.0, 5.0]),
        validation: Some(part(vec![1.0, 2.0], vec![1.0, 2.0])),
        test: part(vec![1.0, 1.0, 2.0], vec![1.0, 1.0, 1.0]),
        fingerprint: String::new(),
        notes: Vec::new(),
    }
}

#[test]
fn measures_of_numbers_agree_with_counting_by_hand() {
    let data = numbers();
    let spec = NetSpec { hidden: vec![], ..spec(&data, "none") };
    let mut problem = Supervised::<f64>::new(&data, None, &spec, 1, Sampling::Replacement, 0).unwrap();
    // The network is the identity: errors 0, 0, 0, 2; targets 0, 1, 2, 5 about 2 have squares 4 + 1 + 0 + 9 = 14.
    let identity = [1.0, 0.0];
    let train = problem.measure(&identity, Part::Train).unwrap();
    assert_eq!((train.loss, train.rmse), (1.0, Some(4.0)));
    assert!((train.score - (1.0 - 4.0 / 14.0)).abs() < 1e-15);
    let exact = Measure { loss: 0.0, score: 1.0, rmse: Some(0.0) };
    assert_eq!(problem.measure(&identity, Part::Validation).unwrap(), exact);
    let test = problem.measure(&identity, Part::Test).unwrap();
    assert_eq!(test.score, 0.0, "no target differs, one output is wrong");
    // The output 1 everywhere is exact on the test part.
    assert_eq!(problem.measure(&[0.0, 1.0], Part::Test).unwrap(), exact);
    assert!(problem.measure(&[f64::NAN, 1.0], Part::Test).unwrap().score.is_nan());
}

#[test]
fn descent_finds_a_line() {
    let data = numbers();
    let spec = NetSpec { hidden: vec![], ..spec(&data, "none") };
    let mut problem = Supervised::<f64>::new(&data, None, &spec, 4, Sampling::Epochs, 1).unwrap();
    let (mut params, mut grads) = (vec![0.0, 0.0], vec![0.0; 2]);
    // At 0 the gradient is −2/4 Σ t x and −2/4 Σ t.
    problem.gradient(&params, 0, &mut grads);
    assert_eq!(grads, [-0.5 * 20.0, -0.5 * 8.0]);
    for step in 0..2000 {
        problem.gradient(&params, step, &mut grads);
        params.iter_mut().zip(&grads).for_each(|(p, g)| *p -= 0.1 * g);
    }
    // Least squares by hand: slope Σ (x − 1.5)(t − 2) / Σ (x − 1.5)² = 8 / 5, intercept 2 − 1.5 · 1.6.
    assert!((params[0] - 1.6).abs() < 1e-9 && (params[1] + 0.4).abs() < 1e-9, "{params:?}");
}

#[test]
fn what_does_not_fit_the_task_is_refused() {
    let new = |data: &Dataset, spec: &NetSpec| {
        Supervised::<f32>::new(data, None, spec, 1, Sampling::Epochs, 1).map(|_| ()).unwrap_err()
    };
    let (digits, mut numbers) = (digits(), numbers());
    let wrong = NetSpec { loss: numbers.task.loss(), ..spec(&digits, "none") };
    assert!(matches!(new(&digits, &wrong), SupervisedError::Loss { .. }));
    let mut problem =
        Supervised::<f32>::new(&digits, None, &spec(&digits, "none"), 1, Sampling::Epochs, 1).unwrap();
    let params = problem.initial(&"he".parse().unwrap());
    let error = problem.measure(&params, Part::Validation).unwrap_err();
    assert!(error.to_string().starts_with("`digits` has no validation part"), "{error}");
    numbers.test.targets = vec![0_u32; 3].into();
    assert!(matches!(
        new(&numbers, &spec(&numbers, "none")),
        SupervisedError::Targets { part: Part::Test, .. }
    ));
    let mut outside = digits.clone();
    outside.train.targets = vec![10_u32; digits.train.len()].into();
    let error = new(&outside, &spec(&digits, "none"));
    assert!(error.to_string().contains("expected classes below 10, found 10 in row 0"), "{error}");
}
