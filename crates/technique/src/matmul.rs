//! Matrix products: the one place where they are computed.
//!
//! `faer`'s kernels. As a rule on one thread, since parallelism is between trials; a [`Crew`] lets a large product use several. A large product is always
//! taken in the same blocks of rows or of columns, however many threads there are, so its bits do not depend on them.

use faer::linalg::matmul;
use faer::reborrow::ReborrowMut;
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

/// Runs two pieces of work, side by side or one after the other.
pub type Join = fn(&mut (dyn FnMut() + Send), &mut (dyn FnMut() + Send));

/// The threads that one product may use. The formulas start none themselves: whoever has threads says how two pieces of work are run side by side.
#[derive(Debug, Clone, Copy)]
pub struct Crew {
    threads: usize,
    join: Join,
}

impl Crew {
    /// This thread alone.
    pub const ALONE: Self = Self {
        threads: 1,
        join: |one, two| {
            one();
            two();
        },
    };

    /// So many threads, and how they are used.
    pub fn new(threads: usize, join: Join) -> Self {
        Self { threads, join }
    }
}

impl Default for Crew {
    fn default() -> Self {
        Self::ALONE
    }
}

/// Multiplications that are worth a block of their own; below twice as many, a product is one block.
const BLOCK: usize = 1 << 22;
/// Rows (or columns) of a block, at least.
const NARROWEST: usize = 128;
/// A multiple of the rows that a kernel takes at once.
const ALIGNED: usize = 16;

/// C ← A B, with C row-major, on this thread.
///
/// # Panics
/// When the shapes do not fit.
pub fn product<T: Real>(c: &mut [T], a: Matrix<'_, T>, b: Matrix<'_, T>) {
    product_by(Crew::ALONE, c, a, b);
}

/// C ← A B, with C row-major, on the crew's threads.
///
/// # Panics
/// When the shapes do not fit.
pub fn product_by<T: Real>(crew: Crew, c: &mut [T], a: Matrix<'_, T>, b: Matrix<'_, T>) {
    let ((rows, inner), (inner_b, columns)) = (a.shape(), b.shape());
    assert_eq!(inner, inner_b, "the inner sizes of a product");
    assert_eq!(c.len(), rows * columns, "a product of {rows}×{columns}");
    if c.is_empty() {
        return;
    }
    // Along its longer side: each block packs the whole of the other factor anew.
    let long = rows.max(columns);
    let blocks = (rows * columns * inner / BLOCK).min(long / NARROWEST).max(1);
    let each = long.div_ceil(blocks).next_multiple_of(ALIGNED);
    let c = MatMut::from_row_major_slice_mut(c, rows, columns);
    if rows >= columns {
        by_rows(crew, crew.threads, c, a.view(), b.view(), each);
    } else {
        // Cᵀ ← Bᵀ Aᵀ, whose rows are the columns of C.
        by_rows(crew, crew.threads, c.transpose_mut(), b.view().transpose(), a.view().transpose(), each);
    }
}

/// Two parts of the blocks side by side, and each in the same way, until there are as many parts as threads.
fn by_rows<T: Real>(
    crew: Crew,
    threads: usize,
    mut c: MatMut<'_, T>,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    each: usize,
) {
    let blocks = c.nrows().div_ceil(each);
    if threads > 1 && blocks > 1 {
        let few = threads / 2;
        // In proportion to the threads.
        let here = (blocks * few / threads).max(1) * each;
        let (mut top, mut bottom) = c.rb_mut().split_at_row_mut(here);
        let (a_top, a_bottom) = a.split_at_row(here);
        (crew.join)(&mut || by_rows(crew, few, top.rb_mut(), a_top, b, each), &mut || {
            by_rows(crew, threads - few, bottom.rb_mut(), a_bottom, b, each);
        });
        return;
    }
    for start in (0..c.nrows()).step_by(each) {
        let count = each.min(c.nrows() - start);
        let (c, a) = (c.rb_mut().subrows_mut(start, count), a.subrows(start, count));
        matmul::matmul(c, Accum::Replace, a, b, T::one(), Par::Seq);
    }
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

    /// Two threads at every fork.
    fn fork(one: &mut (dyn FnMut() + Send), two: &mut (dyn FnMut() + Send)) {
        std::thread::scope(|scope| {
            scope.spawn(one);
            two();
        });
    }

    #[test]
    fn bits_do_not_depend_on_the_threads() {
        // Below two blocks, just above, and many with a rest.
        for (rows, inner, columns) in [(128, 100, 100), (300, 170, 180), (1003, 257, 300), (7, 3000, 600)] {
            let (a, b) =
                (crate::testing::normals(1, rows * inner), crate::testing::normals(2, inner * columns));
            let (a, b): (Vec<f32>, Vec<f32>) =
                (a.iter().map(|x| *x as f32).collect(), b.iter().map(|x| *x as f32).collect());
            let by = |threads, transposed: bool| {
                let mut c = vec![f32::NAN; rows * columns];
                let a =
                    if transposed { Matrix::new(&a, inner, rows).t() } else { Matrix::new(&a, rows, inner) };
                product_by(Crew::new(threads, fork), &mut c, a, Matrix::new(&b, inner, columns));
                c.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            };
            for transposed in [false, true] {
                let one = by(1, transposed);
                for threads in [2, 3, 8] {
                    assert_eq!(by(threads, transposed), one, "{rows}×{inner}×{columns} on {threads}");
                }
            }
        }
    }

    #[test]
    fn blocks_together_are_the_product() {
        let (rows, inner, columns) = (1003, 257, 300);
        let (a, b) = (crate::testing::normals(1, rows * inner), crate::testing::normals(2, inner * columns));
        let mut c = vec![f64::NAN; rows * columns];
        product(&mut c, Matrix::new(&a, rows, inner), Matrix::new(&b, inner, columns));
        for (row, column) in [(0, 0), (15, 7), (16, 7), (500, 299), (1002, 0), (1002, 299)] {
            let sum: f64 = (0..inner).map(|k| a[row * inner + k] * b[k * columns + column]).sum();
            assert!((c[row * columns + column] - sum).abs() < 1e-11, "{row} {column}");
        }
    }
}
