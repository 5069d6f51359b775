//! What tests of this crate are made of: techniques, records and groups written by hand.

use problem::data::{Dataset, Examples, Inputs, Shelf};
use problem::supervised::{Part, Sampling};

use crate::technique::{Field, Technique};
use crate::training::{Group, Outcome, Problem};
use crate::trial::{Finals, LossAt, Metric, Record, Series, Trial};

/// The metrics of classes without a validation part.
pub(crate) const CLASSES: [Metric; 3] = [Metric::TrainLoss, Metric::TrainAccuracy, Metric::TestAccuracy];

/// The digits, which need no file.
pub(crate) fn digits() -> Dataset {
    Shelf::new(None).load("digits").expect("the digits are built in")
}

/// The digits with their faint pixels at 0, empty enough for the products that skip zeros.
pub(crate) fn strokes() -> Dataset {
    let mut data = digits();
    let strokes = |examples: &Examples| {
        let Inputs::Bytes { values, divisor } = examples.inputs() else { panic!("bytes") };
        let values: Vec<u8> = values.iter().map(|&byte| if byte < 8 { 0 } else { byte }).collect();
        assert!(values.iter().filter(|byte| **byte != 0).count() < values.len() * 2 / 5);
        let inputs = Inputs::Bytes { values, divisor: *divisor };
        Examples::new(inputs, examples.targets.clone(), data.columns, "strokes").unwrap()
    };
    (data.train, data.test) = (strokes(&data.train), strokes(&data.test));
    data.fingerprint = "strokes".into();
    data
}

/// A technique with these choices: a hidden layer of 10, ReLU, He, SGD of rate .1, and nothing else.
pub(crate) fn technique(choices: &[(Field, &str)]) -> Technique {
    let word = |field, default| {
        choices.iter().find(|(chosen, _)| *chosen == field).map_or(default, |(_, word)| *word)
    };
    let widths = word(Field::Hidden, "10");
    Technique {
        variant: choices
            .iter()
            .find(|(field, _)| *field == Field::Variant)
            .map(|(_, name)| (*name).to_owned()),
        hidden: widths.split('-').map(|width| width.parse().unwrap()).collect(),
        activation: word(Field::Activation, "relu").parse().unwrap(),
        init: word(Field::Init, "he").parse().unwrap(),
        rule: word(Field::Rule, "sgd:lr=0.1").parse().unwrap(),
        schedule: word(Field::Schedule, "constant").parse().unwrap(),
        norm: word(Field::Norm, "none").parse().unwrap(),
        dropout: word(Field::Dropout, "none").parse().unwrap(),
        guard: word(Field::Guard, "none").parse().unwrap(),
        decay: word(Field::Decay, "none").parse().unwrap(),
        batch: word(Field::Batch, "20").parse().unwrap(),
    }
}

/// A short trial on the digits.
pub(crate) fn trial(data: &Dataset, choices: &[(Field, &str)]) -> Trial {
    Trial {
        data: data.fingerprint.clone(),
        examples: 200,
        technique: technique(choices),
        sampling: Sampling::Replacement,
        steps: 20,
        loss_at: LossAt::Before,
        record_every: 5,
        evaluate_every: 10,
        evaluate: vec![Part::Train],
        seed: 1,
    }
}

/// A finished trial: training loss and accuracy the same from the first step to the last, and the test accuracy.
pub(crate) fn record(seed: u64, loss: f64, train: f64, test: f64) -> Record {
    let finals = Finals::from([
        (Metric::TrainLoss, loss),
        (Metric::TrainAccuracy, train),
        (Metric::TestAccuracy, test),
    ]);
    Record {
        id: String::new(),
        seed,
        diverged_at: None,
        finals: Some(finals),
        failed: None,
        series: Series::from([
            (Metric::TrainLoss, vec![(1, loss), (10, loss), (20, loss)]),
            (Metric::TrainAccuracy, vec![(10, train), (20, train)]),
        ]),
        seconds: 0.0,
    }
}

/// A trial that diverged at a step before its first measurement of the accuracy.
pub(crate) fn diverged(seed: u64, at: u64) -> Record {
    Record {
        diverged_at: Some(at),
        finals: None,
        series: Series::from([(Metric::TrainLoss, vec![(1, 2.3)])]),
        ..record(seed, 0.0, 0.0, 0.0)
    }
}

/// Three seeds around these values, no two differences between such groups quite the same.
pub(crate) fn three(loss: f64, train: f64, test: f64) -> Vec<Record> {
    let seeds = [(1, 1.0), (2, 1.01), (3, 0.99)];
    seeds.map(|(seed, luck)| record(seed, luck * loss, luck * train, luck * test)).to_vec()
}

/// The two values of a study's field, three seeds each, as like as two groups can be: nothing between them is decided.
pub(crate) fn twin(records: &[Record]) -> Vec<Record> {
    let mut twin = records.to_vec();
    for (index, record) in twin.iter_mut().enumerate() {
        let luck = [1.02, 0.98, 1.0][index % 3];
        record.series.values_mut().flatten().for_each(|(_, value)| *value *= luck);
        if let Some(finals) = &mut record.finals {
            finals.values_mut().for_each(|value| *value *= luck);
        }
    }
    twin
}

/// The one data set of a study written by hand.
pub(crate) fn problem(name: &str) -> Problem {
    Problem {
        name: name.to_owned(),
        source: "built in".to_owned(),
        fingerprint: "0123456789abcdef".to_owned(),
        identity: "0123456789abcdef".to_owned(),
        examples: 200,
        available: 1442,
        validation: None,
        test: 355,
        columns: 64,
        outputs: 10,
        notes: Vec::new(),
    }
}

/// A group with these choices.
pub(crate) fn group(choices: &[(Field, &str)], records: Vec<Record>) -> Group {
    let settings: Vec<_> = choices.iter().map(|(field, word)| (*field, (*word).to_owned())).collect();
    let name = choices.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
    Group { name, problem: 0, steps: 20, settings, technique: technique(choices), records }
}

/// A study with these groups; the fields of the first group vary.
pub(crate) fn outcome(groups: Vec<Group>) -> Outcome {
    let varying = groups.first().map(|group| group.settings.iter().map(|(field, _)| *field).collect());
    Outcome {
        problems: vec![problem("digits")],
        metrics: CLASSES.to_vec(),
        varying: varying.unwrap_or_default(),
        seeds: groups.iter().map(|group| group.records.len() as u64).max().unwrap_or(0),
        groups,
        missing: 0,
    }
}
