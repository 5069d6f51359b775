//! Inputs that are mostly zeros: images on a black ground, one-hot columns.
//!
//! The first layer multiplies every input with a row of weights, and 81 % of MNIST's are 0. A [`Pattern`] says which of a data set are
//! not, one bit a number, found once; a [`Sparse`] holds the rows of one batch. Both products of the first layer then visit nothing else:
//!
//! ```text
//! y_r = Σ_c x_rc W_c           over the columns c of row r that are not 0
//! dW_c = Σ_r x_rc dy_r         over the rows r of column c that are not 0
//! ```
//! The sums are taken in the order of c and of r; what a dense product would give differs by rounding only, for finite weights.
//!
//! Two rows of x are multiplied at once, or two columns, over the places where either is not 0: neighbours have most of them in common, and each row of W
//! or dy that comes from memory then serves twice.

mod kernel;

use crate::real::Real;

/// The largest share of numbers other than 0 at which the sparse products are taken. For layers of 100 units on AVX-512 they break even with the dense ones
/// somewhat above it.
pub const MOST_DENSE: f64 = 0.4;

/// Rows of one word of a mask.
const WORD: usize = 64;

/// Which numbers of a table are not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    columns: usize,
    /// One bit a column, `words` words a row.
    masks: Vec<u64>,
    /// Numbers that are not 0.
    count: usize,
}

impl Pattern {
    /// The pattern of a row-major table of `columns` columns; none if more than [`MOST_DENSE`] of it is not 0.
    pub fn of<S: Copy + Default + PartialEq>(columns: usize, table: &[S]) -> Option<Self> {
        let is_set = |x: &S| *x != S::default();
        let count = table.iter().filter(|x| is_set(x)).count();
        if columns == 0 || table.is_empty() || count as f64 > MOST_DENSE * table.len() as f64 {
            return None;
        }
        let words = columns.div_ceil(WORD);
        let mut masks = vec![0; table.len() / columns * words];
        for (row, mask) in table.chunks_exact(columns).zip(masks.chunks_exact_mut(words)) {
            for (column, _) in row.iter().enumerate().filter(|(_, x)| is_set(x)) {
                mask[column / WORD] |= 1 << (column % WORD);
            }
        }
        Some(Self { columns, masks, count })
    }

    /// The share of numbers that are not 0.
    pub fn density(&self) -> f64 {
        let rows = self.masks.len() / self.columns.div_ceil(WORD);
        self.count as f64 / (self.columns * rows) as f64
    }
}

/// The numbers of a batch, dense: each row in chunks of [`WORD`] columns, what is behind its end being never looked at.
#[derive(Debug, Clone)]
enum Cells<T> {
    /// Bytes, and the number that each of the 256 stands for.
    Bytes { bytes: Vec<[u8; WORD]>, table: Vec<T>, divisor: f32 },
    /// The numbers themselves.
    Numbers(Vec<[T; WORD]>),
}

/// Copies the chosen rows of a table into chunks.
fn take<A: Copy, B: Copy>(
    chunks: &mut Vec<[B; WORD]>,
    table: &[A],
    columns: usize,
    rows: &[usize],
    zero: B,
    convert: impl Fn(A) -> B,
) {
    let words = columns.div_ceil(WORD);
    chunks.resize(rows.len() * words, [zero; WORD]);
    // `chunks_exact_mut` takes no zero, and rows of nothing need no work.
    for (to, &row) in chunks.chunks_exact_mut(words.max(1)).zip(rows) {
        let from = &table[row * columns..][..columns];
        to.as_flattened_mut().iter_mut().zip(from).for_each(|(to, &from)| *to = convert(from));
    }
}

/// A batch of rows that are mostly zeros, and the working memory of its products.
#[derive(Debug, Clone)]
pub struct Sparse<T> {
    rows: usize,
    columns: usize,
    masks: Vec<u64>,
    cells: Cells<T>,
    /// Masks by column: bit r of word (c, r/64) is row r of column c.
    turned: Vec<u64>,
    /// Working memory: rows as whole vectors.
    buffer: Vec<T>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        let cells = Cells::Numbers(Vec::new());
        Self { rows: 0, columns: 0, masks: Vec::new(), cells, turned: Vec::new(), buffer: Vec::new() }
    }
}

impl<T: Real> Sparse<T> {
    /// Rows of the batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes rows of a table of bytes; a byte stands for byte / `divisor`, divided in `T`.
    ///
    /// # Panics
    /// When the pattern is not that of the table, or a row does not exist.
    pub fn take_bytes(&mut self, pattern: &Pattern, table: &[u8], divisor: f32, rows: &[usize]) {
        self.take_masks(pattern, rows);
        let known = matches!(&self.cells, Cells::Bytes { divisor: known, .. } if *known == divisor);
        if !known {
            let by = T::of(f64::from(divisor));
            let numbers = (0..=u8::MAX).map(|byte| T::of(f64::from(byte)) / by).collect();
            self.cells = Cells::Bytes { bytes: Vec::new(), table: numbers, divisor };
        }
        if let Cells::Bytes { bytes, .. } = &mut self.cells {
            take(bytes, table, pattern.columns, rows, 0, |byte| byte);
        }
    }

    /// Takes rows of a table of numbers.
    ///
    /// # Panics
    /// When the pattern is not that of the table, or a row does not exist.
    pub fn take_numbers(&mut self, pattern: &Pattern, table: &[f32], rows: &[usize]) {
        self.take_masks(pattern, rows);
        if !matches!(self.cells, Cells::Numbers(_)) {
            self.cells = Cells::Numbers(Vec::new());
        }
        if let Cells::Numbers(numbers) = &mut self.cells {
            take(numbers, table, pattern.columns, rows, T::zero(), |x| T::of(f64::from(x)));
        }
    }

    fn take_masks(&mut self, pattern: &Pattern, rows: &[usize]) {
        let words = pattern.columns.div_ceil(WORD);
        (self.rows, self.columns) = (rows.len(), pattern.columns);
        self.masks.clear();
        for &row in rows {
            self.masks.extend_from_slice(&pattern.masks[row * words..][..words]);
        }
    }

    /// y ← x W, where `weights` is W, row-major: one row for each column of x.
    ///
    /// # Panics
    /// When the sizes do not fit.
    pub fn product(&mut self, weights: &[T], y: &mut [T]) {
        let outputs = weights.len().checked_div(self.columns).unwrap_or(0);
        assert_eq!(weights.len(), self.columns * outputs, "one row of weights for each column");
        assert_eq!(y.len(), self.rows() * outputs, "one output for each row and unit");
        kernel::product(self, weights, y, outputs, pulp::Arch::new());
    }

    /// dW ← xᵀ dy.
    ///
    /// # Panics
    /// When the sizes do not fit.
    pub fn weight_gradient(&mut self, dy: &[T], dw: &mut [T]) {
        let (rows, columns) = (self.rows(), self.columns);
        let outputs = dy.len().checked_div(rows).unwrap_or(0);
        assert_eq!(dy.len(), rows * outputs, "one gradient for each row and unit");
        assert_eq!(dw.len(), columns * outputs, "one row of weights for each column");
        if outputs > 0 {
            self.turn();
            kernel::weight_gradient(self, dy, dw, outputs, pulp::Arch::new());
        }
    }

    /// The masks by column.
    fn turn(&mut self) {
        let (rows, words) = (self.rows(), self.columns.div_ceil(WORD));
        let groups = rows.div_ceil(WORD);
        self.turned.resize(words * WORD * groups, 0);
        for word in 0..words {
            for group in 0..groups {
                let mut block = [0; WORD];
                let of_group = self.masks[group * WORD * words..].chunks_exact(words);
                block.iter_mut().zip(of_group).for_each(|(bits, mask)| *bits = mask[word]);
                transpose(&mut block);
                for (column, bits) in block.iter().enumerate() {
                    self.turned[(word * WORD + column) * groups + group] = *bits;
                }
            }
        }
    }
}

/// Transposes 64 × 64 bits: bit j of word i becomes bit i of word j. Halves change places, then quarters, …
fn transpose(block: &mut [u64; WORD]) {
    let (mut width, mut mask) = (WORD / 2, u64::from(u32::MAX));
    while width > 0 {
        let mut low = 0;
        while low < WORD {
            let high = low | width;
            let swap = ((block[low] >> width) ^ block[high]) & mask;
            block[low] ^= swap << width;
            block[high] ^= swap;
            low = (high + 1) & !width;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests;
