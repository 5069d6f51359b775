//! An update rule with what surrounds it in a step, and the memory they need.
//!
//! One step, in a fixed order:
//!
//! ```text
//! gradient → guard (clip) → coupled decay → decoupled decay → rule
//! ```
//!
//! Decoupled decay shrinks the parameters *before* the rule moves them. PyTorch, Keras and optax all compute it from the old parameters; shrinking
//! after the move would differ from them by η²λ.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::card::{Refused, Value};
use crate::decay::Decay;
use crate::guard::Guard;
use crate::layout::Layout;
use crate::real::Real;
use crate::rule::{Block, Rule, Step, UpdateRule};
use crate::schedule::Schedule;
use crate::wide;
use crate::word::Family;

/// What the seed calls an optimizer: a rule, its schedule, guard and decay, and their state.
///
/// `R` is any [`UpdateRule`]: [`Rule`], the closed list, or one of your own.
#[derive(Debug, Clone)]
pub struct Optimizer<T, R = Rule> {
    rule: R,
    schedule: Schedule,
    guard: Guard,
    decay: Decay,
    layout: Layout,
    memory: Vec<T>,
    /// The gradient after guard and coupled decay; empty when there is neither.
    scratch: Vec<T>,
    steps: u64,
}

impl<T: Real, R: UpdateRule> Optimizer<T, R> {
    /// The rule alone: constant rate, no guard, no decay.
    ///
    /// # Errors
    /// When a hyper-parameter is outside its domain.
    pub fn new(rule: impl Into<R>, layout: &Layout) -> Result<Self, OptimizerError> {
        Self::with(rule, Schedule::default(), Guard::default(), Decay::default(), layout)
    }

    /// The rule with a schedule, a guard and a decay.
    ///
    /// # Errors
    /// When a hyper-parameter is outside its domain, or the schedule does not know how long the run is (see [`Schedule::over`]).
    pub fn with(
        rule: impl Into<R>,
        schedule: Schedule,
        guard: Guard,
        decay: Decay,
        layout: &Layout,
    ) -> Result<Self, OptimizerError> {
        let rule = rule.into();
        rule.check()?;
        guard.settings().check()?;
        decay.settings().check()?;
        if schedule.is_open() {
            return Err(OptimizerError::OpenSchedule(schedule.to_string()));
        }
        let len = layout.len();
        let mut memory = Vec::with_capacity(len * rule.slots().len());
        for slot in rule.slots() {
            memory.resize(memory.len() + len, T::of(rule.birth(slot)));
        }
        let reads_plain = matches!(guard, Guard::None(_)) && !matches!(decay, Decay::Coupled(_));
        let scratch = if reads_plain { Vec::new() } else { vec![T::zero(); len] };
        Ok(Self { rule, schedule, guard, decay, layout: layout.clone(), memory, scratch, steps: 0 })
    }

    /// One step: moves `params` along `grads`. Allocates nothing.
    ///
    /// # Panics
    /// When either slice is not as long as the layout.
    pub fn update(&mut self, params: &mut [T], grads: &[T]) {
        let len = self.layout.len();
        assert_eq!(params.len(), len, "the layout has {len} parameters");
        assert_eq!(grads.len(), len, "the layout has {len} parameters, and so many gradients");

        let factor = self.schedule.factor(self.steps);
        // A damaged state may claim any number of steps.
        self.steps = self.steps.saturating_add(1);
        let step = Step { t: self.steps, factor };

        let grads = if self.scratch.is_empty() {
            grads
        } else {
            self.scratch.copy_from_slice(grads);
            self.guard.apply(&mut self.scratch, &self.layout);
            self.decay.couple(params, &mut self.scratch, &self.layout);
            &self.scratch
        };
        self.decay.shrink(params, step.rate(self.lr()), &self.layout);
        // Every rule so far is element-wise: one pass over the whole flat vector.
        let (rule, block) = (&self.rule, Block { params, grads, memory: &mut self.memory });
        wide!([T: Real, R: UpdateRule] (rule: &R, step: Step, block: Block<'_, T>) { rule.update(step, block) });
        if self.steps.is_multiple_of(SETTLE) {
            let memory = &mut self.memory[..];
            wide!([T: Real] (memory: &mut [T]) { memory.iter_mut().for_each(|x| *x = x.settled()) });
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The learning rate of the rule, before the schedule; 0 when it has none.
    pub fn lr(&self) -> f64 {
        match self.rule.get("lr") {
            Some(Value::Number(lr)) => lr,
            _ => 0.0,
        }
    }

    /// The rule's memory of a name, as long as the parameters.
    pub fn slot(&self, name: &str) -> Option<&[T]> {
        let index = self.rule.slots().iter().position(|slot| *slot == name)?;
        let len = self.layout.len();
        Some(&self.memory[index * len..(index + 1) * len])
    }

    /// The technique in full: what a saved state must match.
    fn identity(&self) -> String {
        let card = self.rule.card();
        let settings =
            card.settings.iter().filter_map(|s| Some(format!("{}={}", s.name, self.rule.get(s.name)?)));
        let rule = format!("{}:{}", card.name, settings.collect::<Vec<_>>().join(","));
        format!(
            "{rule}; {}; {}; {}",
            self.schedule.full_word(),
            self.guard.full_word(),
            self.decay.full_word()
        )
    }

    /// The state as a safetensors file: one tensor for each memory slot of each block (`m/affine1.weight`), and the step count.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut tensors =
            vec![("step".to_owned(), Dtype::U64, Vec::new(), self.steps.to_le_bytes().to_vec())];
        for slot in self.rule.slots() {
            let memory = self.slot(slot).unwrap_or_default();
            for span in self.layout.spans() {
                let mut bytes = Vec::with_capacity(span.range.len() * T::BYTES);
                memory[span.range.clone()].iter().for_each(|x| x.write_le(&mut bytes));
                tensors.push((format!("{slot}/{}", span.name), T::DTYPE, span.shape.clone(), bytes));
            }
        }
        let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
            (
                name,
                TensorView::new(*dtype, shape.clone(), bytes).expect("as many bytes as the shape asks for"),
            )
        });
        let metadata = [(IDENTITY.to_owned(), self.identity())].into();
        safetensors::serialize(views, Some(metadata))
            .expect("names are distinct and shapes match their bytes")
    }

    /// Takes up a saved state: the next update continues bit for bit where [`Optimizer::to_bytes`] stopped.
    ///
    /// # Errors
    /// When the bytes are no safetensors file, or one of another technique, layout or number type. The optimizer is then unchanged.
    /// (The state of a rule without memory is its step alone: it fits every layout and number type.)
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), OptimizerError> {
        let broken = |why: safetensors::SafeTensorError| OptimizerError::NotAState(why.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let found = header.metadata().as_ref().and_then(|m| m.get(IDENTITY).cloned());
        let found =
            found.ok_or_else(|| OptimizerError::NotAState(format!("its header has no `{IDENTITY}`")))?;
        let expected = self.identity();
        if found != expected {
            return Err(OptimizerError::OtherTechnique { expected, found });
        }
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        let tensor = |name: &str, dtype: Dtype, shape: &[usize]| {
            let view = file.tensor(name).map_err(|_| OptimizerError::NoTensor(name.to_owned()))?;
            if view.dtype() != dtype || view.shape() != shape {
                let text = |dtype: Dtype, shape: &[usize]| format!("{dtype:?}{shape:?}");
                let (expected, found) = (text(dtype, shape), text(view.dtype(), view.shape()));
                return Err(OptimizerError::OtherTensor { name: name.to_owned(), expected, found });
            }
            Ok(view)
        };
        let step = tensor("step", Dtype::U64, &[])?;
        let step: [u8; 8] =
            step.data().try_into().map_err(|_| OptimizerError::NoTensor("step".to_owned()))?;
        let mut memory = Vec::with_capacity(self.memory.len());
        for slot in self.rule.slots() {
            for span in self.layout.spans() {
                let view = tensor(&format!("{slot}/{}", span.name), T::DTYPE, &span.shape)?;
                memory.extend(view.data().chunks_exact(T::BYTES).filter_map(T::read_le));
            }
        }
        self.memory = memory;
        self.steps = u64::from_le_bytes(step);
        Ok(())
    }
}

/// Every so many steps, memory that has shrunk below the smallest normal number is set to 0. In each step it would cost Adam a quarter of its time; so
/// rarely it costs less than 1 %, and no number is slow for longer than this.
const SETTLE: u64 = 32;

/// The header entry that holds the technique in full.
const IDENTITY: &str = "technique";

/// Why an optimizer cannot be made or restored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OptimizerError {
    /// A hyper-parameter outside its domain.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A schedule that still waits for the length of the run.
    #[error("`{0}` does not say over how many steps: give `steps`, or use `Schedule::over`")]
    OpenSchedule(String),
    /// Not a saved optimizer state.
    #[error("not a saved optimizer state: {0}")]
    NotAState(String),
    /// The state of another technique.
    #[error("the saved state is of another technique: expected `{expected}`, found `{found}`")]
    OtherTechnique {
        /// This optimizer's.
        expected: String,
        /// The file's.
        found: String,
    },
    /// A tensor is missing.
    #[error("the saved state has no tensor `{0}`: it belongs to another network")]
    NoTensor(String),
    /// A tensor has another shape or number type.
    #[error("tensor `{name}` of the saved state: expected {expected}, found {found}")]
    OtherTensor {
        /// Which tensor.
        name: String,
        /// Type and shape here.
        expected: String,
        /// Type and shape in the file.
        found: String,
    },
}

#[cfg(test)]
mod tests;
