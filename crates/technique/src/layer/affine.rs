//! The affine layer.

use super::{Layer, Pass};
use crate::matmul::{Matrix, product};
use crate::real::Real;
use crate::sparse::Sparse;
use crate::wide::wide;

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

impl AffineLayer {
    /// The forward pass of a batch that is mostly zeros.
    pub fn forward_sparse<T: Real>(&self, params: &[T], x: &mut Sparse<T>, y: &mut [T]) {
        let (weights, bias) = params.split_at(self.inputs * self.outputs);
        x.affine(weights, bias, y);
    }

    /// The backward pass of such a batch, which is an input and has no gradient of its own.
    pub fn backward_sparse<T: Real>(&self, x: &mut Sparse<T>, dy: &[T], grads: &mut [T]) {
        let (dw, db) = grads.split_at_mut(self.inputs * self.outputs);
        x.weight_gradient(dy, dw);
        sum_rows(dy, db);
    }
}

/// db ← Σ dy over the rows.
fn sum_rows<T: Real>(dy: &[T], db: &mut [T]) {
    db.fill(T::zero());
    wide(|| {
        for row in dy.chunks_exact(db.len()) {
            for (db, &dy) in db.iter_mut().zip(row) {
                *db += dy;
            }
        }
    });
}

impl<T: Real> Layer<T> for AffineLayer {
    fn forward(&mut self, pass: &Pass, params: &[T], x: &[T], y: &mut [T]) {
        let (weights, bias) = params.split_at(self.inputs * self.outputs);
        product(y, Matrix::new(x, pass.rows, self.inputs), Matrix::new(weights, self.inputs, self.outputs));
        wide(|| {
            for row in y.chunks_exact_mut(self.outputs) {
                for (y, &b) in row.iter_mut().zip(bias) {
                    *y += b;
                }
            }
        });
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
        let dy_matrix = Matrix::new(dy, pass.rows, self.outputs);
        product(dw, Matrix::new(x, pass.rows, self.inputs).t(), dy_matrix);
        sum_rows(dy, db);
        if let Some(dx) = dx {
            let weights = &params[..self.inputs * self.outputs];
            product(dx, dy_matrix, Matrix::new(weights, self.inputs, self.outputs).t());
        }
    }
}
