use std::cell::Cell;
use std::collections::HashSet;

use super::*;
use crate::technique::Field;
use crate::testing::{digits, trial};

/// A record without its wall time.
fn timeless(record: Record) -> Record {
    Record { seconds: 0.0, ..record }
}

fn run(trial: &Trial, data: &Dataset) -> Record {
    timeless(trial.run(data).unwrap())
}

#[test]
fn the_same_trial_gives_the_same_bits() {
    let data = digits();
    let choices = [(Field::Norm, "batch"), (Field::Dropout, "dropout"), (Field::Rule, "adam")];
    let first = trial(&data, &choices);
    assert_eq!(run(&first, &data), run(&first.clone(), &data));
    let other = Trial { seed: 2, ..first.clone() };
    assert_ne!(run(&first, &data).finals, run(&other, &data).finals);
}

#[test]
fn every_field_is_part_of_the_identity() {
    let data = digits();
    let base = trial(&data, &[]);
    let with = |field: Field, word: &str| trial(&data, &[(field, word)]);
    let others = [
        Trial { data: "other".into(), ..base.clone() },
        Trial { examples: 100, ..base.clone() },
        Trial { sampling: Sampling::Epochs, ..base.clone() },
        Trial { steps: 21, ..base.clone() },
        Trial { loss_at: LossAt::After, ..base.clone() },
        Trial { record_every: 4, ..base.clone() },
        Trial { evaluate_every: 0, ..base.clone() },
        Trial { evaluate: vec![Part::Train, Part::Test], ..base.clone() },
        Trial { seed: 2, ..base.clone() },
        with(Field::Hidden, "10-10"),
        with(Field::Activation, "tanh"),
        with(Field::Init, "xavier"),
        with(Field::Rule, "sgd:lr=0.2"),
        with(Field::Schedule, "cosine"),
        with(Field::Norm, "batch"),
        with(Field::Dropout, "dropout"),
        with(Field::Guard, "global_norm:limit=1"),
        with(Field::Decay, "l2"),
        with(Field::Batch, "10"),
    ];
    let written = serde_json::to_value(&base).unwrap();
    let fields = written.as_object().unwrap().len() - 1 + written["technique"].as_object().unwrap().len();
    assert_eq!(others.len(), fields, "a field of a trial is not tried here");
    let ids: HashSet<String> = others.iter().chain([&base]).map(Trial::id).collect();
    assert_eq!(ids.len(), fields + 1);
    assert!(ids.iter().all(|id| id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit())));
}

#[test]
fn a_default_that_is_written_out_is_the_same_trial() {
    let data = digits();
    let id = |field: Field, word: &str| trial(&data, &[(field, word)]).id();
    for (field, short, long) in [
        (Field::Rule, "adam", "adam:beta1=0.9"),
        (Field::Rule, "adam", "adam:eps=1e-7,lr=0.001"),
        (Field::Init, "normal:std=0.1", "normal:std=1e-1"),
        (Field::Dropout, "dropout", "dropout:ratio=0.5"),
    ] {
        assert_eq!(id(field, short), id(field, long), "{short} and {long}");
    }
    assert_ne!(id(Field::Rule, "adam"), id(Field::Rule, "adam@torch"), "their ε differ");
}

/// The losses before and after each update, followed by hand.
fn by_hand(trial: &Trial, data: &Dataset) -> Vec<(f64, f64)> {
    let spec = NetSpec {
        inputs: data.columns,
        hidden: trial.technique.hidden.clone(),
        outputs: data.task.outputs(),
        activation: trial.technique.activation.value,
        norm: trial.technique.norm.value,
        dropout: trial.technique.dropout.value,
        loss: data.task.loss(),
    };
    let mut problem = Supervised::<f32>::new(
        data,
        Some(trial.examples),
        &spec,
        trial.technique.batch,
        trial.sampling,
        trial.seed,
    )
    .unwrap();
    let mut params = problem.initial(&trial.technique.init.value);
    let mut grads = vec![0.0; params.len()];
    (0..trial.steps)
        .map(|step| {
            let before = problem.gradient(&params, step, &mut grads);
            // Plain SGD of rate .1, as in the trial.
            params.iter_mut().zip(&grads).for_each(|(p, g)| *p -= 0.1 * g);
            (before, problem.loss_again(&params))
        })
        .collect()
}

#[test]
fn the_loss_is_measured_before_or_after_the_update() {
    let data = digits();
    let before = Trial { record_every: 1, ..trial(&data, &[]) };
    let after = Trial { loss_at: LossAt::After, ..before.clone() };
    let (losses, expected) =
        (|t: &Trial| run(t, &data).series(Metric::TrainLoss).to_vec(), by_hand(&before, &data));
    for (index, (b, a)) in expected.iter().enumerate() {
        let step = index as u64 + 1;
        for (found, expected) in [(losses(&before)[index], *b), (losses(&after)[index], *a)] {
            assert_eq!(found.0, step);
            assert!((found.1 - expected).abs() < 1e-5, "step {step}: {} and {expected}", found.1);
        }
        assert!((a - b).abs() > 1e-4, "step {step} moves the loss by too little to tell {a} from {b}");
    }
    // Measuring after the update changes nothing of the training itself.
    let accuracies =
        |t: &Trial| run(t, &data).finals.map(|f| (f[&Metric::TrainAccuracy], f[&Metric::TestAccuracy]));
    assert_eq!(accuracies(&before), accuracies(&after));
}

#[test]
fn series_are_recorded_when_asked_and_the_final_loss_is_the_mean_of_the_last_hundred() {
    let data = digits();
    let steps = |series: &[(u64, f64)]| series.iter().map(|(step, _)| *step).collect::<Vec<_>>();
    let short = run(&trial(&data, &[]), &data);
    assert_eq!(steps(short.series(Metric::TrainLoss)), [1, 5, 10, 15, 20]);
    assert_eq!(steps(short.series(Metric::TrainAccuracy)), [10, 20]);
    let finals = short.finals.clone().unwrap();
    assert_eq!(finals[&Metric::TrainAccuracy], short.series(Metric::TrainAccuracy)[1].1);

    let long = Trial { record_every: 1, evaluate_every: 0, steps: 120, ..trial(&data, &[]) };
    for loss_at in [LossAt::Before, LossAt::After] {
        let record = run(&Trial { loss_at, ..long.clone() }, &data);
        assert_eq!(
            (record.series(Metric::TrainLoss).len(), record.series(Metric::TrainAccuracy).len()),
            (120, 0)
        );
        let last: f64 =
            record.series(Metric::TrainLoss)[20..].iter().map(|(_, loss)| loss).sum::<f64>() / 100.0;
        assert!((record.finals.as_ref().unwrap()[&Metric::TrainLoss] - last).abs() < 1e-12);
        let all: f64 = record.series(Metric::TrainLoss).iter().map(|(_, loss)| loss).sum::<f64>() / 120.0;
        assert!((all - last).abs() > 1e-3, "the first 20 steps make no difference");
    }
}

#[test]
fn divergence_is_a_result() {
    let data = digits();
    for loss_at in [LossAt::Before, LossAt::After] {
        let wild = trial(&data, &[(Field::Rule, "sgd:lr=1e6"), (Field::Hidden, "10-10-10")]);
        let record = run(&Trial { loss_at, record_every: 1, ..wild }, &data);
        let at = record.diverged_at.expect("a rate of a million is too large");
        assert_eq!(record.ended(), Ended::Diverged { at });
        assert_eq!(record.finals, None);
        assert!(Metric::ALL.iter().all(|metric| record.value(*metric).is_none()));
        assert_eq!(
            record.series(Metric::TrainLoss).len() as u64,
            at - 1,
            "the finite losses before it are kept"
        );
        assert!(record.series(Metric::TrainLoss).iter().all(|(_, loss)| loss.is_finite()));
    }
}

#[test]
fn parameters_that_overflow_in_the_last_step_are_no_finish() {
    let data = digits();
    for loss_at in [LossAt::Before, LossAt::After] {
        let wild = trial(&data, &[(Field::Rule, "sgd:lr=1e39")]);
        let record = run(&Trial { loss_at, steps: 1, ..wild }, &data);
        assert_eq!(record.diverged_at, Some(1), "{loss_at:?}: {:?}", record.finals);
    }
}

#[test]
fn all_steps_are_told_of_also_when_a_trial_diverges() {
    let data = digits();
    for (rule, steps) in [("sgd:lr=0.1", 120), ("sgd:lr=0.1", 20), ("sgd:lr=1e6", 120)] {
        let told = Cell::new(0);
        let trial = Trial { steps, ..trial(&data, &[(Field::Rule, rule)]) };
        let tell = |more| {
            told.set(told.get() + more);
            true
        };
        trial.run_by(Crew::ALONE, &data, &tell).unwrap();
        assert_eq!(told.get(), steps, "{rule}");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let data = digits();
    let base = trial(&data, &[]);
    let many = data.train.len() + 1;
    for (trial, part) in [
        (self::trial(&data, &[(Field::Batch, "201")]), "201"),
        (self::trial(&data, &[(Field::Batch, "0")]), "0"),
        (Trial { examples: many, ..base.clone() }, &many.to_string()[..]),
        (Trial { examples: 0, ..base.clone() }, "0"),
    ] {
        let error = trial.run(&data).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert_eq!(trial.check(&data).unwrap_err().to_string(), error);
    }
    let mut empty = base;
    empty.technique.hidden = vec![10, 0];
    assert!(empty.run(&data).is_err() && empty.check(&data).is_err());
    trial(&data, &[]).check(&data).unwrap();
}

#[test]
fn a_trial_that_is_told_to_stop_leaves_no_record() {
    let data = digits();
    let long = Trial { steps: 1000, ..trial(&data, &[]) };
    let told = Cell::new(0);
    let tell = |more| {
        told.set(told.get() + more);
        told.get() < 100
    };
    let error = long.run_by(Crew::ALONE, &data, &tell).unwrap_err();
    assert!(matches!(error, StudyError::Interrupted), "{error}");
    assert_eq!(told.get(), 100);
}
