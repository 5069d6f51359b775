//! Data sets: found on disk or downloaded, checked, and split into a part to train on and a part to test on.
//!
//! [`CARDS`] lists the sets that have a name, [`Shelf`] finds, checks, downloads and loads them, [`TableSpec`] reads
//! tables and arrays of your own (CSV, Parquet, NumPy, IDX), [`Table`] a CSV file of numbers. All of them give a
//! [`Dataset`]; [`read_idx`] reads the bare bytes of one IDX file.

mod array;
mod card;
mod content;
mod delimited;
mod digits;
mod error;
mod features;
mod fetch;
mod frame;
mod hash;
mod idx;
mod images;
mod label;
mod note;
mod parquet;
mod set;
mod shelf;
mod spec;
mod split;
mod table;
mod task;

use std::sync::OnceLock;

use num_traits::{Float, FromPrimitive};
use technique::net::Net;
use technique::real::Real;
use technique::sparse::Pattern;
use technique::wide;

pub use card::{CARDS, Card, IdxFile, IdxSet, Origin};
pub use error::{Attempt, DataError};
pub use fetch::{Patience, Progress, Quiet};
pub use idx::read_idx;
pub use note::Note;
pub use set::{Check, FileReport, Report};
pub use shelf::{Finding, Shelf};
pub use spec::{Kind, Missing, Rare, TableSpec};
pub use split::Split;
pub use table::Table;
pub use task::{Scale, Targets, Task};

/// Examples of one task, in two or three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The name on its card, or of its file.
    pub name: String,
    /// The folder or file that it was read from, or "built in".
    pub source: String,
    /// Numbers per example.
    pub columns: usize,
    /// Rows and columns of an image, if an example is one; their product is `columns`.
    pub shape: Option<(usize, usize)>,
    /// What is to be told from the inputs.
    pub task: Task,
    /// The part to train on.
    pub train: Examples,
    /// The part to choose by, if there is one: no training step sees it, yet the choice does.
    pub validation: Option<Examples>,
    /// The part that neither a training step nor a choice sees.
    pub test: Examples,
    /// What identifies the data: SHA-256, hexadecimal. Of one file it is that of the decompressed content; of several,
    /// that of the text of their hashes, each followed by a line feed, in the order of the card.
    pub fingerprint: String,
    /// What the reader decided: rows and columns left out, columns made.
    pub notes: Vec<Note>,
}

/// Inputs and their targets, row by row.
#[derive(Debug, Clone)]
pub struct Examples {
    /// One row per target. Never changed: `pattern` is found once.
    inputs: Inputs,
    /// What is to be told from each row.
    pub targets: Targets,
    /// Which inputs are not 0, once somebody has asked.
    pattern: OnceLock<Option<Pattern>>,
}

/// Numbers in row-major order, kept as small as they came.
#[derive(Debug, Clone, PartialEq)]
pub enum Inputs {
    /// A pixel per byte; its value is byte / divisor.
    Bytes {
        /// The bytes.
        values: Vec<u8>,
        /// The byte that stands for 1.
        divisor: f32,
    },
    /// The values themselves.
    Numbers(Vec<f32>),
}

impl Inputs {
    /// How many numbers there are, over all rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes { values, .. } => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// Whether there is no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whether the pattern has been found yet makes no difference.
impl PartialEq for Examples {
    fn eq(&self, other: &Self) -> bool {
        (&self.inputs, &self.targets) == (&other.inputs, &other.targets)
    }
}

impl Examples {
    /// The inputs, one row per target.
    #[must_use]
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Joins inputs of `columns` numbers a row to their targets; `place` names them in the error.
    ///
    /// # Errors
    ///
    /// When there is not exactly one row for each target.
    pub fn new(
        inputs: Inputs,
        targets: impl Into<Targets>,
        columns: usize,
        place: &str,
    ) -> Result<Self, DataError> {
        let targets = targets.into();
        if targets.len().checked_mul(columns) == Some(inputs.len()) {
            return Ok(Self { inputs, targets, pattern: OnceLock::new() });
        }
        Err(DataError::CountsDiffer {
            place: place.to_owned(),
            inputs: inputs.len() / columns.max(1),
            labels: targets.len(),
        })
    }

    /// The class of each row; none when the targets are numbers.
    #[must_use]
    pub fn classes(&self) -> &[u32] {
        match &self.targets {
            Targets::Classes(classes) => classes,
            Targets::Numbers(_) => &[],
        }
    }

    /// How many examples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Writes the chosen rows, each of `columns` numbers, one after another into `out`. Allocates nothing.
    ///
    /// Bytes are divided in the precision of `T`: the same byte gives the nearest `f32` and the nearest `f64`.
    ///
    /// # Panics
    ///
    /// When `out` does not hold exactly `rows.len() · columns` numbers, or a row does not exist.
    pub fn gather<T: Float + FromPrimitive>(&self, columns: usize, rows: &[usize], out: &mut [T]) {
        assert_eq!(
            out.len(),
            rows.len() * columns,
            "the output must hold {} rows of {columns} numbers",
            rows.len()
        );
        match &self.inputs {
            Inputs::Bytes { values, divisor } => {
                let divisor = number::<T>(*divisor);
                copy_rows(values, columns, rows, out, |byte| {
                    T::from_u8(byte).unwrap_or_else(T::nan) / divisor
                });
            }
            Inputs::Numbers(values) => copy_rows(values, columns, rows, out, number::<T>),
        }
    }

    /// Which inputs are not 0; none when few are. Found once, at the first call.
    fn pattern(&self, columns: usize) -> Option<&Pattern> {
        let find = || match &self.inputs {
            Inputs::Bytes { values, .. } => Pattern::of(columns, values),
            Inputs::Numbers(values) => Pattern::of(columns, values),
        };
        self.pattern.get_or_init(find).as_ref()
    }

    /// Gives a network the chosen rows as its next input, as mostly zeros if most of the inputs are. Allocates nothing after the first batch of a size.
    ///
    /// # Panics
    /// When a row does not exist, or the network has another number of inputs.
    pub fn feed<T: Real>(&self, columns: usize, rows: &[usize], net: &mut Net<T>) {
        match (self.pattern(columns), &self.inputs) {
            (Some(pattern), Inputs::Bytes { values, divisor }) => {
                net.sparse_input().take_bytes(pattern, values, *divisor, rows);
            }
            (Some(pattern), Inputs::Numbers(values)) => {
                net.sparse_input().take_numbers(pattern, values, rows);
            }
            (None, _) => self.gather(columns, rows, net.input(rows.len())),
        }
    }

    /// The first `n` examples.
    ///
    /// # Errors
    ///
    /// When `n` is zero or there are fewer.
    pub fn first(&self, n: usize) -> Result<Self, DataError> {
        if n == 0 || n > self.len() {
            return Err(DataError::TooFew { wanted: n, available: self.len() });
        }
        let end = self.inputs.len() / self.len() * n;
        Ok(Self {
            inputs: match &self.inputs {
                Inputs::Bytes { values, divisor } => {
                    Inputs::Bytes { values: values[..end].to_vec(), divisor: *divisor }
                }
                Inputs::Numbers(values) => Inputs::Numbers(values[..end].to_vec()),
            },
            targets: self.targets.first(n),
            pattern: OnceLock::new(),
        })
    }
}

/// Every f32 is exact in every `Float` of at least its precision; there is no other.
fn number<T: Float + FromPrimitive>(value: f32) -> T {
    T::from_f32(value).unwrap_or_else(T::nan)
}

fn copy_rows<S: Copy, T>(
    values: &[S],
    columns: usize,
    rows: &[usize],
    out: &mut [T],
    convert: impl Fn(S) -> T,
) {
    // `chunks_exact` takes no zero, and rows of nothing need no work.
    if columns == 0 {
        return;
    }
    wide!([S: Copy, T, F: Fn(S) -> T] (values: &[S], columns: usize, rows: &[usize], out: &mut [T], convert: F) {
        for (out, &row) in out.chunks_exact_mut(columns).zip(rows) {
            let row = &values[row * columns..][..columns];
            for (out, &value) in out.iter_mut().zip(row) {
                *out = convert(value);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervised::{Sampling, Supervised};
    use technique::layer::activation::Tanh;
    use technique::loss::CrossEntropy;
    use technique::net::NetSpec;
    use technique::optimizer::Optimizer;
    use technique::rule::Rule;

    fn bytes() -> Examples {
        let inputs = Inputs::Bytes { values: vec![0, 1, 2, 253, 254, 255], divisor: 255.0 };
        Examples::new(inputs, vec![7, 8, 9], 2, "here").unwrap()
    }

    #[test]
    fn gather_divides_and_orders_rows_as_asked() {
        let mut out = [9.0_f32; 6];
        bytes().gather(2, &[2, 0, 2], &mut out);
        let third = [254.0 / 255.0, 1.0];
        assert_eq!(out, [third[0], third[1], 0.0, 1.0 / 255.0, third[0], third[1]]);
        let mut out = [9.0_f64; 2];
        bytes().gather(2, &[1], &mut out);
        assert_eq!(out, [2.0 / 255.0, 253.0 / 255.0]);
    }

    /// The digits with their faint pixels at 0; `skip` is whether the zeros are skipped.
    fn strokes(skip: bool) -> Dataset {
        let mut data = Shelf::new(None).load("digits").unwrap();
        let columns = data.columns;
        for examples in [&mut data.train, &mut data.test] {
            let Inputs::Bytes { values, .. } = &mut examples.inputs else { panic!("bytes") };
            values.iter_mut().filter(|byte| **byte < 8).for_each(|byte| *byte = 0);
            examples.pattern = if skip { OnceLock::new() } else { OnceLock::from(None) };
            assert_eq!(examples.pattern(columns).is_some(), skip);
        }
        data
    }

    /// The parameters after 100 steps of Adam, and the loss of each.
    fn trained<T: Real>(skip: bool) -> (Vec<f64>, Vec<f64>) {
        let data = strokes(skip);
        let spec = NetSpec {
            inputs: data.columns,
            hidden: vec![30, 20],
            outputs: data.task.outputs(),
            activation: Tanh::default().into(),
            norm: "batch".parse().unwrap(),
            dropout: Default::default(),
            loss: CrossEntropy::default().into(),
        };
        let mut problem = Supervised::<T>::new(&data, None, &spec, 33, Sampling::Replacement, 1).unwrap();
        let mut params = problem.initial(&"he".parse().unwrap());
        let mut grads = vec![T::zero(); params.len()];
        let rule: Rule = "adam:lr=0.001".parse().unwrap();
        let mut optimizer = Optimizer::<T>::new(rule, problem.layout()).unwrap();
        let mut losses = Vec::new();
        for step in 0..100 {
            losses.push(problem.gradient(&params, step, &mut grads));
            optimizer.update(&mut params, &grads);
        }
        (params.iter().map(|p| p.wide()).collect(), losses)
    }

    #[test]
    fn training_that_skips_zeros_differs_from_dense_training_by_rounding_only() {
        fn farthest<T: Real>() -> (f64, f64) {
            let ((skipped, losses), (dense, dense_losses)) = (trained::<T>(true), trained::<T>(false));
            assert!(losses[99] < 0.5 * losses[0], "{losses:?}");
            let far = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            (far(&skipped, &dense), far(&losses, &dense_losses))
        }
        // Adam divides small gradients by themselves: a parameter whose gradient is rounding alone may move a whole step, so the losses are compared in f32.
        let (params, losses) = farthest::<f64>();
        assert!(params < 1e-9 && losses < 1e-12, "{params} {losses}");
        let (params, losses) = farthest::<f32>();
        assert!(losses < 1e-4, "{params} {losses}");
    }

    #[test]
    fn gather_copies_numbers() {
        let inputs = Inputs::Numbers(vec![0.1, -2.0, 3.5, 4.0]);
        let examples = Examples::new(inputs, vec![0, 1], 2, "here").unwrap();
        let mut out = [0.0_f64; 2];
        examples.gather(2, &[1], &mut out);
        assert_eq!(out, [3.5, 4.0]);
    }

    #[test]
    #[should_panic(expected = "the output must hold 2 rows of 2 numbers")]
    fn gather_refuses_an_output_of_the_wrong_size() {
        bytes().gather(2, &[0, 1], &mut [0.0_f32; 3]);
    }

    #[test]
    fn first_takes_whole_rows_and_never_more_than_there_are() {
        let two = bytes().first(2).unwrap();
        assert_eq!(two.classes(), [7, 8]);
        assert_eq!(two.inputs.len(), 4);
        assert_eq!(bytes().first(3).unwrap(), bytes());
        for n in [0, 4] {
            let error = bytes().first(n).unwrap_err();
            assert!(matches!(error, DataError::TooFew { wanted, available: 3 } if wanted == n));
        }
    }

    #[test]
    fn inputs_and_labels_must_match() {
        let error = Examples::new(Inputs::Numbers(vec![0.0; 4]), vec![0_u32; 3], 2, "mine").unwrap_err();
        assert!(matches!(&error, DataError::CountsDiffer { inputs: 2, labels: 3, .. }), "{error:?}");
        assert!(error.to_string().starts_with("mine: 2 examples but 3 labels"));
    }
}
