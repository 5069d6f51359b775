//! A network of many layers, from a spec; its parameters one flat vector.
//!
//! ```text
//! input ─ [affine ─ norm ─ activation ─ dropout] × hidden ─ affine ─ loss
//! ```
//!
//! The order inside the bracket is the textbook's. All buffers live in the [`Net`]: after the first batch of a size a step allocates nothing.

use std::ops::Range;

use crate::layer::activation::Activation;
use crate::layer::affine::{AffineLayer, Rows};
use crate::layer::dropout::{DropoutLayer, Regularisation};
use crate::layer::{Layer, Pass};
use crate::layout::{Layout, Role};
use crate::loss::{Loss, Target};
use crate::matmul::Crew;
use crate::norm::Norm;
use crate::norm::batch::BatchNormLayer;
use crate::real::Real;
use crate::sparse::Sparse;

/// Weights of the largest network: 4 GB of them in f32, with gradient and memory several times that.
const MOST_WEIGHTS: usize = 1_000_000_000;

/// What a network looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct NetSpec {
    /// Columns of the input.
    pub inputs: usize,
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Outputs: one a class, or one a value.
    pub outputs: usize,
    /// After each hidden affine layer.
    pub activation: Activation,
    /// Between affine layer and activation.
    pub norm: Norm,
    /// After the activation.
    pub dropout: Regularisation,
    /// At the end.
    pub loss: Loss,
}

/// A layer of one of the kinds there are.
#[derive(Debug, Clone)]
enum Kind<T> {
    /// With an activation whose derivative needs no x, which then works in place.
    Affine(AffineLayer, Option<Activation>),
    Norm(BatchNormLayer<T>),
    Activation(Activation),
    Dropout(DropoutLayer<T>),
}

impl<T: Real> Kind<T> {
    fn as_layer(&mut self) -> &mut dyn Layer<T> {
        match self {
            Self::Affine(layer, _) => layer,
            Self::Norm(layer) => layer,
            Self::Activation(layer) => layer,
            Self::Dropout(layer) => layer,
        }
    }
}

#[derive(Debug, Clone)]
struct Node<T> {
    kind: Kind<T>,
    /// Where its parameters lie; empty for a layer without.
    params: Range<usize>,
    /// Columns of its output.
    width: usize,
    /// Its output in the last pass.
    output: Vec<T>,
}

/// A network with its buffers. It owns no parameters: they are an argument of each pass.
#[derive(Debug, Clone)]
pub struct Net<T> {
    inputs: usize,
    layout: Layout,
    nodes: Vec<Node<T>>,
    loss: Loss,
    /// The threads of its products.
    crew: Crew,
    input: Vec<T>,
    /// The input in place of `input`, when it is mostly zeros.
    sparse: Sparse<T>,
    is_sparse: bool,
    /// ∂L/∂output and ∂L/∂input of the layer at hand, exchanged at every step back.
    upstream: Vec<T>,
    downstream: Vec<T>,
}

impl<T: Real> Net<T> {
    /// A network of that spec.
    ///
    /// # Errors
    /// When a layer would have no units, or all of them together too many weights.
    pub fn new(spec: &NetSpec) -> Result<Self, NetError> {
        let mut layout = Layout::new();
        let mut nodes = Vec::new();
        let mut add = |kind: Kind<T>, params: Range<usize>, width: usize| {
            nodes.push(Node { kind, params, width, output: Vec::new() });
        };
        let mut inputs = spec.inputs;
        let widths = spec.hidden.iter().chain([&spec.outputs]);
        if let Some(empty) = std::iter::once(&inputs).chain(widths.clone()).position(|width| *width == 0) {
            return Err(NetError::NoUnits { layer: empty, layers: spec.hidden.len() + 1 });
        }
        let ends = std::iter::once(&spec.inputs).chain(widths.clone());
        let weights = ends.zip(widths.clone()).map(|(inputs, outputs)| inputs.saturating_mul(*outputs));
        let parameters = weights.fold(0_usize, usize::saturating_add);
        if parameters > MOST_WEIGHTS {
            return Err(NetError::TooLarge { parameters });
        }
        for (index, &width) in widths.enumerate() {
            let number = index + 1;
            let weights = layout.push(format!("affine{number}.weight"), &[inputs, width], Role::Weight);
            let bias = layout.push(format!("affine{number}.bias"), &[width], Role::Bias);
            let hidden = number <= spec.hidden.len();
            // Next to each other, affine layer and activation become one.
            let joined = hidden && matches!(spec.norm, Norm::None(_)) && spec.activation.by_value();
            let affine =
                Kind::Affine(AffineLayer { inputs, outputs: width }, joined.then_some(spec.activation));
            add(affine, weights.start..bias.end, width);
            inputs = width;
            if !hidden {
                continue;
            }
            if let Norm::Batch(settings) = spec.norm {
                let scale = layout.push(format!("norm{number}.scale"), &[width], Role::Scale);
                let shift = layout.push(format!("norm{number}.shift"), &[width], Role::Bias);
                add(Kind::Norm(BatchNormLayer::new(settings, width)), scale.start..shift.end, width);
            }
            if !joined {
                add(Kind::Activation(spec.activation), 0..0, width);
            }
            if let Regularisation::Dropout(settings) = spec.dropout {
                add(Kind::Dropout(DropoutLayer::new(settings, number as u64)), 0..0, width);
            }
        }
        let (upstream, downstream) = (Vec::new(), Vec::new());
        Ok(Self {
            inputs: spec.inputs,
            layout,
            nodes,
            loss: spec.loss,
            crew: Crew::ALONE,
            input: Vec::new(),
            sparse: Sparse::default(),
            is_sparse: false,
            upstream,
            downstream,
        })
    }

    /// Lets large products use several threads; the numbers are the same, bit for bit.
    pub fn crew(&mut self, crew: Crew) {
        self.crew = crew;
    }

    /// Names, shapes and ranges of the parameters.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The input of the next pass, `rows` rows, to fill in.
    pub fn input(&mut self, rows: usize) -> &mut [T] {
        self.is_sparse = false;
        self.input.resize(rows * self.inputs, T::zero());
        &mut self.input
    }

    /// The input of the next pass as rows that are mostly zeros, to fill in: the first layer then skips the zeros.
    pub fn sparse_input(&mut self) -> &mut Sparse<T> {
        self.is_sparse = true;
        &mut self.sparse
    }

    /// The outputs (logits or values) for the rows in [`Net::input`] or [`Net::sparse_input`].
    ///
    /// # Panics
    /// When the input does not have the rows of the pass.
    pub fn forward(&mut self, params: &[T], pass: &Pass) -> &[T] {
        let rows = if self.is_sparse { self.sparse.rows() } else { self.input.len() / self.inputs };
        assert_eq!(rows, pass.rows, "an input of {} rows", pass.rows);
        let mut x = &self.input;
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.output.resize(pass.rows * node.width, T::zero());
            let params = &params[node.params.clone()];
            match &mut node.kind {
                Kind::Affine(layer, f) => {
                    let x = if index == 0 && self.is_sparse {
                        Rows::Sparse(&mut self.sparse)
                    } else {
                        Rows::Dense(x)
                    };
                    layer.forward_into(pass.rows, params, x, f.as_ref(), self.crew, &mut node.output);
                }
                kind => kind.as_layer().forward(pass, params, x, &mut node.output),
            }
            x = &node.output;
        }
        x
    }

    /// The loss of the rows in [`Net::input`].
    pub fn loss(&mut self, params: &[T], pass: &Pass, target: Target<'_, T>) -> f64 {
        let loss = self.loss;
        loss.evaluate(self.forward(params, pass), target, pass.rows, None)
    }

    /// The loss of the outputs that the last [`Net::forward`] computed.
    pub fn last_loss(&self, pass: &Pass, target: Target<'_, T>) -> f64 {
        let outputs = self.nodes.last().map_or(&self.input, |node| &node.output);
        self.loss.evaluate(outputs, target, pass.rows, None)
    }

    /// The loss of the rows in [`Net::input`] and its gradient by every parameter.
    pub fn gradient(&mut self, params: &[T], pass: &Pass, target: Target<'_, T>, grads: &mut [T]) -> f64 {
        self.forward(params, pass);
        let Some(last) = self.nodes.last() else {
            return 0.0;
        };
        // The two change places at every layer: each needs room for the widest, or a later step would allocate.
        let outputs = self.nodes.iter().map(|node| node.output.len());
        let widest = outputs.max().unwrap_or(0);
        for buffer in [&mut self.upstream, &mut self.downstream] {
            buffer.reserve(widest.saturating_sub(buffer.len()));
        }
        self.upstream.resize(last.output.len(), T::zero());
        let loss = self.loss.evaluate(&last.output, target, pass.rows, Some(&mut self.upstream));
        for index in (0..self.nodes.len()).rev() {
            let (before, rest) = self.nodes.split_at_mut(index);
            let node = &mut rest[0];
            let x = before.last().map_or(&self.input, |node| &node.output);
            let dx = (index > 0).then(|| {
                self.downstream.resize(x.len(), T::zero());
                &mut self.downstream[..]
            });
            let (params, grads) = (&params[node.params.clone()], &mut grads[node.params.clone()]);
            match &mut node.kind {
                Kind::Affine(layer, f) => {
                    let x = if index == 0 && self.is_sparse {
                        Rows::Sparse(&mut self.sparse)
                    } else {
                        Rows::Dense(x)
                    };
                    let f = f.as_ref().map(|f| (f, &node.output[..]));
                    layer.backward_from(pass.rows, params, x, f, self.crew, &mut self.upstream, grads, dx);
                }
                kind => kind.as_layer().backward(pass, params, x, &node.output, &self.upstream, grads, dx),
            }
            std::mem::swap(&mut self.upstream, &mut self.downstream);
        }
        loss
    }

    /// The outputs of each activation in the last pass, layer by layer: what the chapter draws histograms of.
    pub fn activations(&self) -> impl Iterator<Item = &[T]> {
        let is_activated = |kind: &Kind<T>| matches!(kind, Kind::Activation(_) | Kind::Affine(_, Some(_)));
        self.nodes.iter().filter(move |node| is_activated(&node.kind)).map(|node| &node.output[..])
    }

    /// The running averages of the norms by name, which belong to a saved network beside its parameters.
    pub fn running(&self) -> impl Iterator<Item = (String, &[T])> {
        let norms = self
            .nodes
            .iter()
            .filter_map(|node| if let Kind::Norm(norm) = &node.kind { Some(norm.running()) } else { None });
        norms.enumerate().map(|(index, running)| (format!("norm{}.running", index + 1), running))
    }

    /// The same, to load.
    pub fn running_mut(&mut self) -> impl Iterator<Item = (String, &mut [T])> {
        let norms = self.nodes.iter_mut().filter_map(|node| {
            if let Kind::Norm(norm) = &mut node.kind { Some(norm.running_mut()) } else { None }
        });
        norms.enumerate().map(|(index, running)| (format!("norm{}.running", index + 1), running))
    }
}

/// Why a network cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// More weights than a trial should hold.
    #[error(
        "the network has {parameters} weights: expected at most {MOST_WEIGHTS}; make its layers narrower"
    )]
    TooLarge {
        /// How many there are.
        parameters: usize,
    },
    /// A layer of no units.
    #[error("layer {layer} of {layers} has no units (0 is the input): every layer needs at least one")]
    NoUnits {
        /// Which layer, 0 for the input.
        layer: usize,
        /// How many there are.
        layers: usize,
    },
}

#[cfg(test)]
mod tests;
