//! Layers: what a network is made of. Each has a forward pass and the backward pass that belongs to it.
//!
//! | layer | y | file |
//! |---|---|---|
//! | [affine](affine::Affine) | x W + b | `layer/affine.rs` |
//! | [sigmoid](activation::Sigmoid), [tanh](activation::Tanh), [relu](activation::Relu), [leaky_relu](activation::LeakyRelu), [gelu](activation::Gelu), [silu](activation::Silu) | f(x), element by element | `layer/activation.rs` |
//! | [batch](crate::norm::batch::BatchNorm) | γ x̂ + β | `norm/batch.rs` |
//! | [dropout](dropout::Dropout) | x, with some of it silenced | `layer/dropout.rs` |
//!
//! Rows are examples, columns are units, everything is row-major. A layer owns only what is not a parameter; parameters and gradients are slices of the
//! network's flat vectors. The phase is an argument: there is no hidden switch between training and evaluation.

pub mod activation;
pub mod affine;
pub mod dropout;

use crate::card::{Card, Described};
use crate::random::Key;
use crate::word::Family;

/// What a pass through the network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Batch statistics, dropout on.
    Training,
    /// As in training, but leaving no trace in the running averages: to look at a batch once more.
    Probing,
    /// Running statistics, dropout off.
    Evaluation,
}

/// One pass of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Examples in the batch.
    pub rows: usize,
    /// What it is for.
    pub phase: Phase,
    /// Where its random numbers come from; each layer takes its own index.
    pub key: Key,
}

/// A layer from rows × inputs to rows × outputs.
pub trait Layer<T> {
    /// y from x. Whatever the backward pass needs beyond x and y, the layer keeps.
    fn forward(&mut self, pass: &Pass, params: &[T], x: &[T], y: &mut [T]);

    /// From ∂L/∂y the gradient of its parameters (overwritten, not added to) and, unless it is the first layer, ∂L/∂x.
    /// Called after [`Layer::forward`] with the same pass, parameters, x and y.
    #[expect(clippy::too_many_arguments, reason = "they are the terms of the chain rule")]
    fn backward(
        &mut self,
        pass: &Pass,
        params: &[T],
        x: &[T],
        y: &[T],
        dy: &[T],
        grads: &mut [T],
        dx: Option<&mut [T]>,
    );
}

/// The cards of everything a network can be made of, losses included.
pub fn cards() -> Vec<&'static Card> {
    let mut cards: Vec<&'static Card> = vec![&affine::Affine::CARD];
    cards.extend(activation::Activation::CARDS);
    cards.extend(crate::norm::Norm::CARDS.iter().filter(|card| card.name != "none"));
    cards.extend(dropout::Regularisation::CARDS.iter().filter(|card| card.name != "none"));
    cards.extend(crate::loss::Loss::CARDS);
    cards
}

#[cfg(test)]
mod tests;
