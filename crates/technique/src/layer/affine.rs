//! The affine layer.

use super::activation::{Activation, finish};
use super::{Layer, Pass};
use crate::matmul::{Crew, Matrix, product_by};
use crate::real::Real;
use crate::sparse::Sparse;
use crate::wide;

crate::described! {
    /// An affine map: every unit a weighted sum of all inputs, and a bias.
    ///
    /// # Formula
    /// ```text
    /// y = x W + b                     x: N×n, W: n×m, b: m, y: N×m
    /// dW = xᵀ dy,   db = Σ dy,   dx = dy Wᵀ
    /// ```
    ///
    /// # Conventions
    /// W is stored (in, out), as in the textbook, Keras and JAX; PyTorch stores (out, in).
    pub struct Affine("affine", "Affine", "the chapter's Affine layer; Rosenblatt 1958", 1958) {}
}

/// An affine layer from `inputs` to `outputs` columns: parameters W, row-major (inputs, outputs), then b.
#[derive(Debug, Clone, Copy)]
pub struct AffineLayer {
    /// Columns of x.
    pub inputs: usize,
    /// Columns of y.
    pub outputs: usize,
}

/// The input of an affine layer.
#[derive(Debug)]
pub(crate) enum Rows<'a, T> {
    Dense(&'a [T]),
    Sparse(&'a mut Sparse<T>),
}

impl AffineLayer {
    /// y = f(x W + b), bias and activation in one pass.
    pub(crate) fn forward_into<T: Real>(
        &self,
        rows: usize,
        params: &[T],
        x: Rows<'_, T>,
        f: Option<&Activation>,
        crew: Crew,
        y: &mut [T],
    ) {
        let (weights, bias) = params.split_at(self.inputs * self.outputs);
        match x {
            Rows::Sparse(x) => x.product(weights, y),
            Rows::Dense(x) => {
                let weights = Matrix::new(weights, self.inputs, self.outputs);
                product_by(crew, y, Matrix::new(x, rows, self.inputs), weights);
            }
        }
        match f {
            Some(f) => f.finish(bias, y),
            None => add_bias(bias, y),
        }
    }

    /// The gradients of the parameters and, if asked for, dx. `dy` is ∂L/∂y, and with an activation becomes ∂L/∂(x W + b).
    #[expect(clippy::too_many_arguments, reason = "they are the terms of the chain rule")]
    pub(crate) fn backward_from<T: Real>(
        &self,
        rows: usize,
        params: &[T],
        x: Rows<'_, T>,
        f: Option<(&Activation, &[T])>,
        crew: Crew,
        dy: &mut [T],
        grads: &mut [T],
        dx: Option<&mut [T]>,
    ) {
        let (dw, db) = grads.split_at_mut(self.inputs * self.outputs);
        if let Some((f, y)) = f {
            f.turn_back(y, dy, db);
        } else {
            sum_rows(dy, db);
        }
        self.products_back(rows, params, x, crew, dy, dw, dx);
    }

    /// dW and, if asked for, dx, from ∂L/∂(x W + b).
    #[expect(clippy::too_many_arguments, reason = "they are the terms of the chain rule")]
    fn products_back<T: Real>(
        &self,
        rows: usize,
        params: &[T],
        x: Rows<'_, T>,
        crew: Crew,
        dy: &[T],
        dw: &mut [T],
        dx: Option<&mut [T]>,
    ) {
        let dy_matrix = Matrix::new(dy, rows, self.outputs);
        match x {
            Rows::Sparse(x) => x.weight_gradient(dy, dw),
            Rows::Dense(x) => product_by(crew, dw, Matrix::new(x, rows, self.inputs).t(), dy_matrix),
        }
        if let Some(dx) = dx {
            let weights = &params[..self.inputs * self.outputs];
            product_by(crew, dx, dy_matrix, Matrix::new(weights, self.inputs, self.outputs).t());
        }
    }
}

/// db ← Σ dy over the rows.
fn sum_rows<T: Real>(dy: &[T], db: &mut [T]) {
    wide!([T: Real] (dy: &[T], db: &mut [T]) {
        db.fill(T::zero());
        for row in dy.chunks_exact(db.len()) {
            db.iter_mut().zip(row).for_each(|(db, &dy)| *db += dy);
        }
    });
}

/// y ← y + b, row by row.
fn add_bias<T: Real>(bias: &[T], y: &mut [T]) {
    wide!([T: Real] (bias: &[T], y: &mut [T]) { finish(y, bias, |y| y) });
}

impl<T: Real> Layer<T> for AffineLayer {
    fn forward(&mut self, pass: &Pass, params: &[T], x: &[T], y: &mut [T]) {
        self.forward_into(pass.rows, params, Rows::Dense(x), None, Crew::ALONE, y);
    }

    fn backward(
        &mut self,
        pass: &Pass,
        params: &[T],
        x: &[T],
        _y: &[T],
        dy: &[T],
        grads: &mut [T],
        dx: Option<&mut [T]>,
    ) {
        let (dw, db) = grads.split_at_mut(self.inputs * self.outputs);
        sum_rows(dy, db);
        self.products_back(pass.rows, params, Rows::Dense(x), Crew::ALONE, dy, dw, dx);
    }
}
