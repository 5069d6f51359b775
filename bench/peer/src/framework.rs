//! What a framework must be able to do to take part.

use std::error::Error;

use crate::rules::Rule;

/// Why a peer cannot go on.
pub type Failure = Box<dyn Error + Send + Sync>;
/// What a peer came to, or why it cannot go on.
pub type Result<T> = std::result::Result<T, Failure>;

/// A network before its training.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Units of each layer, the inputs first.
    pub sizes: &'a [usize],
    /// Weights (in, out), row-major, and bias of each layer, one after the other.
    pub params: &'a [f32],
    /// Batch norm after each affine layer but the last.
    pub norm: bool,
    /// What trains it.
    pub rule: Rule,
    /// Its rate.
    pub rate: f64,
}

impl<'a> Plan<'a> {
    /// Numbers in all layers of some sizes.
    pub(crate) fn length(sizes: &[usize]) -> usize {
        sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// (inputs, outputs, weights, bias) of each layer.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize, &'a [f32], &'a [f32])> {
        let mut rest = self.params;
        self.sizes.windows(2).map(move |pair| {
            let (weights, after) = rest.split_at(pair[0] * pair[1]);
            let (bias, after) = after.split_at(pair[1]);
            rest = after;
            (pair[0], pair[1], weights, bias)
        })
    }
}

/// An activation of W4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// tanh x.
    Tanh,
    /// max(0, x).
    Relu,
}

/// Of all numbers of a matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// x̄.
    pub mean: f64,
    /// √ of the mean of (x − x̄)².
    pub std: f64,
}

/// A library at work, on one thread in each of its methods.
pub trait Framework: Sync {
    /// Images, as float32, and labels in its memory.
    type Examples: Sync;
    /// A network with the memory of its rule.
    type Network;
    /// Parameters with their gradients and the memory of their rule.
    type Parameters;
    /// Rows and columns of numbers.
    type Matrix;

    /// Pixels, row by row, and labels as tensors.
    ///
    /// # Errors
    /// What the library says.
    fn examples(&self, pixels: Vec<f32>, labels: &[u8]) -> Result<Self::Examples>;

    /// A network at its start: affine layers with ReLU between them and, with norm, batch norm before it (ε 1e-6, running averages 0.9 of the old,
    /// from 0).
    ///
    /// # Errors
    /// What the library says.
    fn network(&self, plan: &Plan<'_>) -> Result<Self::Network>;

    /// One update on the batch of some rows of the examples, gathered here; the mean cross-entropy before it.
    ///
    /// # Errors
    /// What the library says.
    fn step(&self, network: &mut Self::Network, examples: &Self::Examples, rows: &[i32]) -> Result<f64>;

    /// The share of the examples whose largest output is that of their label, by the running averages.
    ///
    /// # Errors
    /// What the library says.
    fn accuracy(&self, network: &Self::Network, examples: &Self::Examples) -> Result<f64>;

    /// As many parameters as there are gradients, all 1.
    ///
    /// # Errors
    /// What the library says.
    fn parameters(&self, rule: Rule, rate: f64, gradients: Vec<f32>) -> Result<Self::Parameters>;

    /// One update.
    ///
    /// # Errors
    /// What the library says.
    fn update(&self, parameters: &mut Self::Parameters) -> Result<()>;

    /// The parameters as they are.
    ///
    /// # Errors
    /// What the library says.
    fn values(&self, parameters: &Self::Parameters) -> Result<Vec<f32>>;

    /// A matrix of so many columns, row by row.
    ///
    /// # Errors
    /// What the library says.
    fn matrix(&self, numbers: Vec<f32>, columns: usize) -> Result<Self::Matrix>;

    /// f(x · std W).
    ///
    /// # Errors
    /// What the library says.
    fn layer(
        &self,
        x: &Self::Matrix,
        weights: &Self::Matrix,
        std: f64,
        activation: Activation,
    ) -> Result<Self::Matrix>;

    /// Mean and standard deviation.
    ///
    /// # Errors
    /// What the library says.
    fn moments(&self, x: &Self::Matrix) -> Result<Moments>;

    /// The largest number.
    ///
    /// # Errors
    /// What the library says.
    fn largest(&self, x: &Self::Matrix) -> Result<f32>;

    /// Shows the numbers of a matrix, row by row.
    ///
    /// # Errors
    /// What the library says.
    fn read<R>(&self, x: &Self::Matrix, reader: impl FnOnce(&[f32]) -> R) -> Result<R>;
}
