//! Inputs that are mostly zeros: images on a black ground, one-hot columns.
//!
//! The first layer multiplies every input with a row of weights, and 81 % of MNIST's are 0. [`Compressed`] keeps the others of a data set; a [`Sparse`] holds
//! the rows of one batch. Both products of the first layer then visit nothing else:
//!
//! ```text
//! y_r = Σ_c x_rc W_c           over the columns c of row r that are not 0
//! dW_c = Σ_r x_rc dy_r         over the rows r of column c that are not 0
//! ```
//! The sums are taken in the order of c and of r, as in the dense product, so what a dense product would give differs by rounding only.

mod kernel;

use crate::real::Real;

/// The largest share of numbers other than 0 at which the sparse products are the faster ones, for layers of 100 units on AVX-512 and AVX2 alike.
pub const MOST_DENSE: f64 = 0.4;

/// Rows of one word of a mask.
const WORD: usize = 64;

/// A table without its zeros: the other numbers and their places, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Compressed<S> {
    columns: usize,
    /// Where each row begins, and the end.
    starts: Vec<usize>,
    /// The columns that are not 0.
    places: Vec<u16>,
    /// What stands there.
    values: Vec<S>,
    /// The places once more, one bit a column: `words` words a row.
    masks: Vec<u64>,
}

impl<S: Copy + Default + PartialEq> Compressed<S> {
    /// A row-major table of `columns` columns without its zeros; none if its columns cannot be counted in 16 bits, or if more than [`MOST_DENSE`] of it is
    /// not 0.
    pub fn of(columns: usize, table: &[S]) -> Option<Self> {
        let zero = S::default();
        if columns == 0 || columns > usize::from(u16::MAX) + 1 || table.is_empty() {
            return None;
        }
        let count = table.iter().filter(|x| **x != zero).count();
        if count as f64 > MOST_DENSE * table.len() as f64 {
            return None;
        }
        let (rows, words) = (table.len() / columns, columns.div_ceil(WORD));
        let mut compressed = Self {
            columns,
            starts: Vec::with_capacity(rows + 1),
            places: Vec::with_capacity(count),
            values: Vec::with_capacity(count),
            masks: vec![0; rows * words],
        };
        compressed.starts.push(0);
        for (row, mask) in table.chunks_exact(columns).zip(compressed.masks.chunks_exact_mut(words)) {
            for (column, &x) in row.iter().enumerate().filter(|(_, x)| **x != zero) {
                compressed.places.push(column as u16);
                compressed.values.push(x);
                mask[column / WORD] |= 1 << (column % WORD);
            }
            compressed.starts.push(compressed.places.len());
        }
        Some(compressed)
    }

    /// The share of numbers that are not 0.
    pub fn density(&self) -> f64 {
        self.places.len() as f64 / (self.columns * (self.starts.len() - 1)) as f64
    }
}

/// The numbers of a batch, dense.
#[derive(Debug, Clone)]
enum Cells<T> {
    /// Bytes, and the number that each of the 256 stands for.
    Bytes { bytes: Vec<u8>, table: Vec<T>, divisor: f32 },
    /// The numbers themselves.
    Numbers(Vec<T>),
}

/// A batch of rows that are mostly zeros, and the working memory of its products.
#[derive(Debug, Clone)]
pub struct Sparse<T> {
    columns: usize,
    starts: Vec<usize>,
    /// Where each row begins in the pattern.
    from: Vec<usize>,
    /// How far each row's places have been used.
    done: Vec<usize>,
    places: Vec<u16>, raw: Vec<u8>,
    masks: Vec<u64>,
    cells: Cells<T>,
    /// Masks by column: bit r of word (c, r/64) is row r of column c.
    turned: Vec<u64>,
    /// Weights (or gradients) and one row more, at a distance of whole cache lines.
    panel: Vec<T>,
}

impl<T: Real> Default for Sparse<T> {
    fn default() -> Self {
        Self {
            columns: 0,
            starts: vec![0],
            from: Vec::new(),
            done: Vec::new(),raw: Vec::new(),
            places: Vec::new(),
            masks: Vec::new(),
            cells: Cells::Numbers(Vec::new()),
            turned: Vec::new(),
            panel: Vec::new(),
        }
    }
}

impl<T: Real> Sparse<T> {
    /// Rows of the batch.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Takes rows of a table of bytes; a byte stands for byte / `divisor`, divided in `T`.
    ///
    /// # Panics
    /// When a row does not exist.
    pub fn take_bytes(&mut self, table: &Compressed<u8>, divisor: f32, rows: &[usize]) {
        self.take_places(table, rows);
        let known = matches!(&self.cells, Cells::Bytes { divisor: known, .. } if *known == divisor);
        if !known {
            let by = T::of(f64::from(divisor));
            let numbers = (0..=u8::MAX).map(|byte| T::of(f64::from(byte)) / by).collect();
            self.cells = Cells::Bytes { bytes: Vec::new(), table: numbers, divisor };
        }
        if let Cells::Bytes { bytes, .. } = &mut self.cells {
            spread(bytes, &mut self.raw, &self.places, &self.starts, &self.from, table, |byte| byte);
        }
    }

    /// Takes rows of a table of numbers.
    ///
    /// # Panics
    /// When a row does not exist.
    pub fn take_numbers(&mut self, table: &Compressed<f32>, rows: &[usize]) {
        self.take_places(table, rows);
        if !matches!(self.cells, Cells::Numbers(_)) {
            self.cells = Cells::Numbers(Vec::new());
        }
        if let Cells::Numbers(numbers) = &mut self.cells {
            spread(numbers, &mut Vec::new(), &self.places, &self.starts, &self.from, table, |x| T::of(f64::from(x)));
        }
    }

    fn take_places<S>(&mut self, table: &Compressed<S>, rows: &[usize]) {
        let words = table.columns.div_ceil(WORD);
        self.columns = table.columns;
        self.places.clear();
        // As many as there could be: a later batch with more of them must not allocate.
        self.places.reserve(rows.len() * table.columns);
        self.masks.clear();
        self.starts.truncate(1);
        self.from.clear();
        // First all the lengths, then the copies: a copy whose length still has to come from memory would hold up all those behind it.
        let mut end = 0;
        for &row in rows {
            let from = table.starts[row];
            end += table.starts[row + 1] - from;
            self.from.push(from);
            self.starts.push(end);
        }
        for &row in rows {
            self.masks.extend_from_slice(&table.masks[row * words..][..words]);
        }
        for (&from, range) in self.from.iter().zip(self.starts.windows(2)) {
            self.places.extend_from_slice(&table.places[from..][..range[1] - range[0]]);
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
        kernel::product(self, weights, y, outputs);
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
        self.turn();
        kernel::weight_gradient(self, dy, dw, outputs);
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

/// Writes the values of a batch's rows, which begin at `from` in the table, to their places in rows of zeros.
fn spread<S: Copy, C: Copy + Default>(
    cells: &mut Vec<C>, raw: &mut Vec<S>,
    places: &[u16],
    starts: &[usize],
    from: &[usize],
    table: &Compressed<S>,
    cell: impl Fn(S) -> C,
) {
    raw.clear();
    for (&from, range) in from.iter().zip(starts.windows(2)) {
        raw.extend_from_slice(&table.values[from..][..range[1] - range[0]]);
    }
    cells.clear();
    cells.resize(from.len() * table.columns, C::default());
    for (cells, range) in cells.chunks_exact_mut(table.columns).zip(starts.windows(2)) {
        let range = range[0]..range[1];
        for (&place, &x) in places[range.clone()].iter().zip(&raw[range]) {
            cells[usize::from(place)] = cell(x);
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
