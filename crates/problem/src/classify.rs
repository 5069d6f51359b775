//! Classification by a network: what the chapter trains on MNIST.

use rand::RngExt;
use rand::seq::SliceRandom;
use technique::init::Init;
use technique::layer::{Pass, Phase};
use technique::layout::Layout;
use technique::loss::Target;
use technique::matmul::Crew;
use technique::net::{Net, NetError, NetSpec};
use technique::random::{Purpose, key};
use technique::real::Real;

use crate::data::{Dataset, Examples};

technique::choice! {
    /// How the examples of a mini-batch are drawn.
    pub enum Sampling {
        /// Each with replacement, from all examples (the textbook's `np.random.choice`).
        Replacement = "replacement",
        /// Epoch by epoch in a new random order, without replacement; the examples that do not fill a last batch wait for the next epoch.
        Epochs = "epochs",
    }
}

/// Which examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that are trained on.
    Train,
    /// Those that no step sees.
    Test,
}

/// How well a network does on a part of the data, in evaluation phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Mean loss.
    pub loss: f64,
    /// Share of examples whose largest output is their class.
    pub accuracy: f64,
}

/// Rows of an evaluation pass: enough for the matrix products, small enough for the cache.
const CHUNK: usize = 500;

/// A data set, a network and a way to draw batches. One instance per trial; the data are shared.
#[derive(Debug, Clone)]
pub struct Classification<'d, T> {
    data: &'d Dataset,
    /// Examples that are trained on: the first so many.
    examples: usize,
    net: Net<T>,
    batch: usize,
    sampling: Sampling,
    seed: u64,
    rows: Vec<usize>,
    classes: Vec<u32>,
    /// The order of the epoch at hand, and its number.
    order: Vec<usize>,
    epoch: Option<u64>,
    pass: Pass,
}

impl<'d, T: Real> Classification<'d, T> {
    /// Trains `spec` on the first `examples` training examples of `data` in batches of `batch`.
    ///
    /// # Errors
    /// When there are fewer examples than that, or than a batch; when the network does not fit the data or has an empty layer.
    pub fn new(
        data: &'d Dataset,
        examples: Option<usize>,
        spec: &NetSpec,
        batch: usize,
        sampling: Sampling,
        seed: u64,
    ) -> Result<Self, ClassifyError> {
        let available = data.train.len();
        let examples = examples.unwrap_or(available);
        if examples == 0 || examples > available {
            return Err(ClassifyError::TooFewExamples {
                data: data.name.clone(),
                wanted: examples,
                available,
            });
        }
        if batch == 0 || batch > examples {
            return Err(ClassifyError::Batch { batch, examples });
        }
        if (spec.inputs, spec.outputs) != (data.columns, data.classes.len()) {
            let (expected, found) = ((data.columns, data.classes.len()), (spec.inputs, spec.outputs));
            return Err(ClassifyError::Shape { data: data.name.clone(), expected, found });
        }
        let pass = Pass { rows: batch, phase: Phase::Training, key: key(seed, Purpose::Dropout, 0) };
        Ok(Self {
            data,
            examples,
            net: Net::new(spec)?,
            batch,
            sampling,
            seed,
            rows: vec![0; batch.max(CHUNK)],
            classes: vec![0; batch.max(CHUNK)],
            order: Vec::new(),
            epoch: None,
            pass,
        })
    }

    /// Lets the network's large products use several threads; the numbers are the same, bit for bit.
    pub fn crew(&mut self, crew: Crew) {
        self.net.crew(crew);
    }

    /// Names, shapes and ranges of the network's parameters.
    pub fn layout(&self) -> &Layout {
        self.net.layout()
    }

    /// Parameters as `init` draws them for this trial's seed.
    pub fn initial(&self, init: &Init) -> Vec<T> {
        let mut params = vec![T::zero(); self.layout().len()];
        init.params(self.layout(), self.seed, &mut params);
        params
    }

    /// Loss and gradient on the mini-batch of a step, counted from 0: the same batch for every technique with this seed.
    pub fn gradient(&mut self, params: &[T], step: u64, grads: &mut [T]) -> f64 {
        self.draw(step);
        self.pass =
            Pass { rows: self.batch, phase: Phase::Training, key: key(self.seed, Purpose::Dropout, step) };
        self.load(Part::Train, self.batch);
        self.net.gradient(params, &self.pass, Target::Classes(&self.classes[..self.batch]), grads)
    }

    /// The loss on the batch of the last [`Classification::gradient`], with other parameters; the running averages stay as they are.
    pub fn loss_again(&mut self, params: &[T]) -> f64 {
        let pass = Pass { phase: Phase::Probing, ..self.pass };
        self.net.loss(params, &pass, Target::Classes(&self.classes[..self.batch]))
    }

    /// Loss and accuracy on a whole part, in evaluation phase.
    pub fn measure(&mut self, params: &[T], part: Part) -> Measure {
        let count = match part {
            Part::Train => self.examples,
            Part::Test => self.data.test.len(),
        };
        let outputs = self.data.classes.len();
        let (mut loss, mut right) = (0.0, 0_usize);
        for start in (0..count).step_by(CHUNK) {
            let rows = CHUNK.min(count - start);
            self.rows[..rows].iter_mut().zip(start..).for_each(|(row, index)| *row = index);
            self.load(part, rows);
            let pass = Pass { rows, phase: Phase::Evaluation, ..self.pass };
            let classes = &self.classes[..rows];
            let logits = self.net.forward(params, &pass);
            right += logits
                .chunks_exact(outputs)
                .zip(classes)
                .filter(|(row, class)| largest(row) == **class as usize)
                .count();
            loss += self.net.last_loss(&pass, Target::Classes(classes)) * rows as f64;
        }
        Measure { loss: loss / count as f64, accuracy: right as f64 / count as f64 }
    }

    /// The training examples in the mini-batch of a step, counted from 0.
    pub fn rows(&mut self, step: u64) -> &[usize] {
        self.draw(step);
        &self.rows[..self.batch]
    }

    /// The rows of a step's batch, into `self.rows`.
    fn draw(&mut self, step: u64) {
        let rows = &mut self.rows[..self.batch];
        match self.sampling {
            Sampling::Replacement => {
                let mut rng = key(self.seed, Purpose::Batch, step).rng();
                rows.iter_mut().for_each(|row| *row = rng.random_range(0..self.examples));
            }
            Sampling::Epochs => {
                let batches = (self.examples / self.batch) as u64;
                let (epoch, place) = (step / batches, (step % batches) as usize);
                if self.epoch != Some(epoch) {
                    self.order.clear();
                    self.order.extend(0..self.examples);
                    self.order.shuffle(&mut key(self.seed, Purpose::Batch, epoch).rng());
                    self.epoch = Some(epoch);
                }
                rows.copy_from_slice(&self.order[place * self.batch..(place + 1) * self.batch]);
            }
        }
    }

    /// Inputs and classes of the first `count` of `self.rows`.
    fn load(&mut self, part: Part, count: usize) {
        let examples: &Examples = match part {
            Part::Train => &self.data.train,
            Part::Test => &self.data.test,
        };
        let rows = &self.rows[..count];
        examples.feed(self.data.columns, rows, &mut self.net);
        for (class, &row) in self.classes.iter_mut().zip(rows) {
            *class = examples.labels[row];
        }
    }
}

/// The place of the largest number; NaN is never the largest.
fn largest<T: Real>(row: &[T]) -> usize {
    let mut best = (usize::MAX, T::neg_infinity());
    for (index, &x) in row.iter().enumerate() {
        if x > best.1 {
            best = (index, x);
        }
    }
    best.0
}

/// Why a network cannot be trained on these data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassifyError {
    /// More training examples asked for than there are.
    #[error(
        "`{data}` has {available} training examples: expected between 1 and that many, found first = {wanted}"
    )]
    TooFewExamples {
        /// The data set.
        data: String,
        /// Asked for.
        wanted: usize,
        /// There.
        available: usize,
    },
    /// A batch larger than the data, or empty.
    #[error(
        "expected a batch of 1 to {examples} examples (all there are to train on), found batch = {batch}"
    )]
    Batch {
        /// Asked for.
        batch: usize,
        /// There.
        examples: usize,
    },
    /// A network of another width than the data.
    #[error("`{data}` has {} columns and {} classes: expected a network of those, found {} inputs and {} outputs", expected.0, expected.1, found.0, found.1)]
    Shape {
        /// The data set.
        data: String,
        /// Columns and classes of the data.
        expected: (usize, usize),
        /// Inputs and outputs of the network.
        found: (usize, usize),
    },
    /// A network that cannot be built.
    #[error(transparent)]
    Net(#[from] NetError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Inputs, Shelf};
    use technique::layer::activation::Relu;
    use technique::loss::CrossEntropy;
    use technique::optimizer::Optimizer;
    use technique::rule::Rule;

    fn spec(data: &Dataset, norm: &str) -> NetSpec {
        NetSpec {
            inputs: data.columns,
            hidden: vec![20],
            outputs: data.classes.len(),
            activation: Relu::default().into(),
            norm: norm.parse().unwrap(),
            dropout: Default::default(),
            loss: CrossEntropy::default().into(),
        }
    }

    fn digits() -> Dataset {
        Shelf::new(None).load("digits").unwrap()
    }

    #[test]
    fn adam_learns_digits() {
        let data = digits();
        let mut problem =
            Classification::<f32>::new(&data, None, &spec(&data, "none"), 50, Sampling::Epochs, 1).unwrap();
        let mut params = problem.initial(&"he".parse().unwrap());
        let mut grads = vec![0.0; params.len()];
        let rule: Rule = "adam:lr=0.01".parse().unwrap();
        let mut optimizer: Optimizer<f32> = Optimizer::new(rule, problem.layout()).unwrap();
        let before = problem.measure(&params, Part::Test);
        for step in 0..300 {
            problem.gradient(&params, step, &mut grads);
            optimizer.update(&mut params, &grads);
        }
        let after = problem.measure(&params, Part::Test);
        assert!(before.accuracy < 0.3, "{before:?}");
        assert!(after.accuracy > 0.93 && after.loss < 0.3, "{after:?}");
    }

    #[test]
    fn an_epoch_sees_each_example_once_and_the_next_in_another_order() {
        let data = digits();
        let mut problem =
            Classification::<f32>::new(&data, Some(100), &spec(&data, "none"), 20, Sampling::Epochs, 1)
                .unwrap();
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
            let mut problem =
                Classification::<f32>::new(&data, None, &spec(&data, "none"), 32, sampling, 7).unwrap();
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
            Classification::<f64>::new(&data, None, &spec(&data, "batch"), 32, Sampling::Replacement, 7)
                .unwrap();
        let params = problem.initial(&"he".parse().unwrap());
        let mut grads = vec![0.0; params.len()];
        let loss = problem.gradient(&params, 0, &mut grads);
        let running =
            |p: &Classification<'_, f64>| p.net.running().map(|(_, r)| r.to_vec()).collect::<Vec<_>>();
        let before = running(&problem);
        assert_eq!(problem.loss_again(&params), loss);
        assert_eq!(running(&problem), before);
    }

    #[test]
    fn measures_agree_with_counting_by_hand() {
        // Two columns, two classes; the network is the identity.
        let inputs = Inputs::Numbers(vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, f32::NAN, 0.0]);
        let examples = Examples::new(inputs, vec![0, 1, 1, 0], 2, "here").unwrap();
        let data = Dataset {
            name: "toy".into(),
            source: "here".into(),
            columns: 2,
            shape: None,
            classes: vec!["a".into(), "b".into()],
            train: examples.clone(),
            test: examples,
            fingerprint: String::new(),
        };
        let spec = NetSpec { hidden: vec![], ..spec(&data, "none") };
        let mut problem =
            Classification::<f64>::new(&data, Some(3), &spec, 1, Sampling::Replacement, 0).unwrap();
        let identity = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let train = problem.measure(&identity, Part::Train);
        assert!((train.accuracy - 2.0 / 3.0).abs() < 1e-15);
        let (right, wrong) = ((1.0 + (-1.0_f64).exp()).ln(), (1.0 + 1.0_f64.exp()).ln());
        assert!((train.loss - (2.0 * right + wrong) / 3.0).abs() < 1e-12);
        let test = problem.measure(&identity, Part::Test);
        assert_eq!(test.accuracy, 0.5, "an output that is not a number is never right");
        assert!(test.loss.is_nan());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let data = digits();
        let new = |examples, batch| {
            Classification::<f32>::new(&data, examples, &spec(&data, "none"), batch, Sampling::Epochs, 1)
                .map(|_| ())
                .unwrap_err()
        };
        assert!(matches!(new(Some(50), 51), ClassifyError::Batch { batch: 51, examples: 50 }));
        assert!(matches!(new(None, 0), ClassifyError::Batch { batch: 0, .. }));
        assert!(matches!(new(Some(1_000_000), 10), ClassifyError::TooFewExamples { .. }));
        let narrow = NetSpec { inputs: 3, ..spec(&data, "none") };
        assert!(matches!(
            Classification::<f32>::new(&data, None, &narrow, 10, Sampling::Epochs, 1),
            Err(ClassifyError::Shape { .. })
        ));
    }
}
