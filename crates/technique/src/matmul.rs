//! Matrix products: the one place where they are computed.
//!
//! `faer`'s kernels, on one thread: parallelism is between trials, and a trial gives the same bits however many run beside it.

use faer::linalg::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::real::Real;

/// A row-major matrix, or its transpose, borrowed from a flat slice.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    transposed: bool,
}

impl<'a, T> Matrix<'a, T> {
    /// `data` as rows × columns.
    ///
    /// # Panics
    /// When `data` has another length.
    pub fn new(data: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "a matrix of {rows}×{columns}");
        Self { data, rows, columns, transposed: false }
    }

    /// Its transpose, without a copy.
    #[must_use]
    pub fn t(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    fn view(self) -> MatRef<'a, T> {
        let plain = MatRef::from_row_major_slice(self.data, self.rows, self.columns);
        if self.transposed { plain.transpose() } else { plain }
    }

    /// Rows and columns, after transposition.
    fn shape(self) -> (usize, usize) {
        if self.transposed { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }
}

/// C ← A B, with C row-major.
///
/// # Panics
/// When the shapes do not fit.
pub fn product<T: Real>(c: &mut [T], a: Matrix<'_, T>, b: Matrix<'_, T>) {
    let ((rows, inner), (inner_b, columns)) = (a.shape(), b.shape());
    assert_eq!(inner, inner_b, "the inner sizes of a product");
    assert_eq!(c.len(), rows * columns, "a product of {rows}×{columns}");
    matmul::matmul(
        MatMut::from_row_major_slice_mut(c, rows, columns),
        Accum::Replace,
        a.view(),
        b.view(),
        T::one(),
        Par::Seq,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_all_transpositions() {
        // A is 2×3, B is 3×2.
        let (a, b) = ([1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        let (a_t, b_t) = ([1.0, 4.0, 2.0, 5.0, 3.0, 6.0], [7.0, 9.0, 11.0, 8.0, 10.0, 12.0]);
        let expected = [58.0, 64.0, 139.0, 154.0];
        for a in [Matrix::new(&a, 2, 3), Matrix::new(&a_t, 3, 2).t()] {
            for b in [Matrix::new(&b, 3, 2), Matrix::new(&b_t, 2, 3).t()] {
                let mut c = [f64::NAN; 4];
                product(&mut c, a, b);
                assert_eq!(c, expected);
            }
        }
    }
}
