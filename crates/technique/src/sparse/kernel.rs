//! The two loops, over vectors of the widest kind.
//!
//! Rows of weights are first copied to whole cache lines, or every second load would touch two of them; the copy pays for itself many times over.

#![expect(
    clippy::needless_range_loop,
    reason = "the same places of several arrays; iterators would not stay in registers"
)]

use pulp::{Arch, Simd, WithSimd};

use super::{Cells, Sparse, WORD};
use crate::real::Real;

/// Numbers in a cache line of 64 bytes, and the step between rows of a panel.
const fn line<T>() -> usize {
    64 / size_of::<T>()
}

/// The value of a cell.
trait Values<T>: Copy {
    fn at(self, index: usize) -> T;
}

#[derive(Clone, Copy)]
struct Looked<'a, T> {
    bytes: &'a [u8],
    table: &'a [T; 256],
}

impl<T: Copy> Values<T> for Looked<'_, T> {
    #[inline(always)]
    fn at(self, index: usize) -> T {
        self.table[usize::from(self.bytes[index])]
    }
}

impl<T: Copy> Values<T> for &[T] {
    #[inline(always)]
    fn at(self, index: usize) -> T {
        self[index]
    }
}

/// Runs `$body` with `$values` as the cells of one of the two kinds.
macro_rules! with_values {
    ($cells:expr, $values:ident => $body:expr) => {
        match $cells {
            Cells::Bytes { bytes, table, .. } => {
                let table = table.as_slice().try_into().expect("a table of all 256 bytes");
                let $values = Looked { bytes, table };
                $body
            }
            Cells::Numbers(numbers) => {
                let $values = numbers.as_slice();
                $body
            }
        }
    };
}

/// Rows of `width` numbers copied to whole cache lines, with zeros behind them; the slice begins at a line.
struct Lined<'a, T> {
    panel: &'a mut [T],
    stride: usize,
    rows: &'a [T],
    width: usize,
}

impl<T: Real> WithSimd for Lined<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        let whole = self.width / lanes * lanes;
        for (to, from) in self.panel.chunks_exact_mut(self.stride).zip(self.rows.chunks_exact(self.width)) {
            for (to, from) in to.chunks_exact_mut(lanes).zip(from.chunks_exact(lanes)) {
                T::store(simd, to, T::load::<S>(from));
            }
            to[whole..self.width].copy_from_slice(&from[whole..]);
        }
    }
}

/// Room for `count` rows of `width` numbers in whole cache lines, and the step between them.
fn room<T: Real>(panel: &mut Vec<T>, count: usize, width: usize) -> (&mut [T], usize) {
    let stride = width.next_multiple_of(line::<T>());
    let needed = count * stride + line::<T>();
    if panel.len() < needed {
        panel.resize(needed, T::zero());
    }
    let offset = panel.as_ptr().align_offset(64).min(line::<T>());
    (&mut panel[offset..][..count * stride], stride)
}

/// Vectors of a row that are worked on at once: two rows of sums, and some room, must fit into the registers.
const fn most<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 8 } else { 5 }
}

/// Covers `$vectors` vectors with blocks of at most [`most`], about equally wide, and runs `$call` with the first vector and the number of each.
macro_rules! in_blocks {
    ($S:ty, $vectors:expr, |$first:ident, $N:ident| $call:expr) => {{
        let blocks = $vectors.div_ceil(most::<$S>());
        let mut $first = 0;
        for block in 0..blocks {
            macro_rules! run {
                ($n:literal) => {{
                    const $N: usize = $n;
                    $call;
                    $first += $n;
                }};
            }
            match ($vectors - $first).div_ceil(blocks - block) {
                1 => run!(1),
                2 => run!(2),
                3 => run!(3),
                4 => run!(4),
                5 => run!(5),
                6 => run!(6),
                7 => run!(7),
                _ => run!(8),
            }
        }
    }};
}

/// Adds to each of `P` rows of sums, for every bit of `mask`, its own factor times one row of the panel.
#[inline(always)]
fn accumulate<S: Simd, T: Real, const N: usize, const P: usize>(
    simd: S,
    sums: &mut [[T::Vector<S>; N]; P],
    mut mask: u64,
    panel: &[T],
    stride: usize,
    factor: impl Fn(usize, usize) -> T,
) {
    let lanes = T::lanes::<S>();
    while mask != 0 {
        let bit = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        let row = &panel[bit * stride..][..N * lanes];
        let mut factors = [T::splat(simd, T::zero()); P];
        for p in 0..P {
            factors[p] = T::splat(simd, factor(p, bit));
        }
        for j in 0..N {
            let part = T::load::<S>(&row[j * lanes..]);
            for p in 0..P {
                sums[p][j] = T::fuse(simd, factors[p], part, sums[p][j]);
            }
        }
    }
}

/// Rows of sums as they stand in rows of `width` numbers, or zeros.
#[inline(always)]
fn begin<S: Simd, T: Real, const N: usize, const P: usize>(
    simd: S,
    rows: Option<&[T]>,
    width: usize,
    from: usize,
) -> [[T::Vector<S>; N]; P] {
    let mut sums = [[T::splat(simd, T::zero()); N]; P];
    if let Some(rows) = rows {
        for p in 0..P {
            let row = &rows[p * width..(p + 1) * width][from..];
            for j in 0..N {
                sums[p][j] = T::load_some(simd, &row[j * T::lanes::<S>()..]);
            }
        }
    }
    sums
}

/// Writes rows of sums back.
#[inline(always)]
fn end<S: Simd, T: Real, const N: usize, const P: usize>(
    simd: S,
    sums: [[T::Vector<S>; N]; P],
    rows: &mut [T],
    width: usize,
    from: usize,
) {
    for p in 0..P {
        let row = &mut rows[p * width..(p + 1) * width][from..];
        for j in 0..N {
            T::store(simd, &mut row[j * T::lanes::<S>()..], sums[p][j]);
        }
    }
}

struct Product<'a, T, V> {
    values: V,
    columns: usize,
    masks: &'a [u64],
    weights: &'a [T],
    panel: &'a mut [T],
    stride: usize,
    y: &'a mut [T],
    width: usize,
}

impl<T: Real, V: Values<T>> WithSimd for Product<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.width.div_ceil(T::lanes::<S>());
        // The weights of as many columns as a word has bits fit into the nearest cache; all rows use them before the next come.
        for (word, rows) in self.weights.chunks(WORD * self.width).enumerate() {
            Lined { panel: self.panel, stride: self.stride, rows, width: self.width }.with_simd(simd);
            in_blocks!(S, vectors, |first, N| self.block::<S, N>(simd, word, first));
        }
    }
}

impl<T: Real, V: Values<T>> Product<'_, T, V> {
    /// Adds the part of one word of columns to the vectors `first` to `first + N` of every row of y.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, word: usize, first: usize) {
        let mut row = 0;
        while row + 1 < self.y.len() / self.width {
            self.rows::<S, N, 2>(simd, word, first, row);
            row += 2;
        }
        if row < self.y.len() / self.width {
            self.rows::<S, N, 1>(simd, word, first, row);
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const N: usize, const P: usize>(
        &mut self,
        simd: S,
        word: usize,
        first: usize,
        row: usize,
    ) {
        let (from, words) = (first * T::lanes::<S>(), self.columns.div_ceil(WORD));
        let y = &mut self.y[row * self.width..][..P * self.width];
        let mut sums = begin::<S, T, N, P>(simd, (word > 0).then_some(&*y), self.width, from);
        let mut mask = 0;
        for p in 0..P {
            mask |= self.masks[(row + p) * words + word];
        }
        let start = row * self.columns + word * WORD;
        let (values, columns) = (self.values, self.columns);
        accumulate(simd, &mut sums, mask, &self.panel[from..], self.stride, |p, bit| {
            values.at(start + p * columns + bit)
        });
        end(simd, sums, y, self.width, from);
    }
}

pub(super) fn product<T: Real>(batch: &mut Sparse<T>, weights: &[T], y: &mut [T], width: usize) {
    let (panel, stride) = room(&mut batch.panel, WORD, width);
    let (columns, masks) = (batch.columns, &batch.masks[..]);
    with_values!(&batch.cells, values => {
        Arch::new().dispatch(Product { values, columns, masks, weights, panel, stride, y, width });
    });
}

struct Gradient<'a, T, V> {
    values: V,
    columns: usize,
    turned: &'a [u64],
    groups: usize,
    panel: &'a [T],
    stride: usize,
    dw: &'a mut [T],
    width: usize,
}

impl<T: Real, V: Values<T>> WithSimd for Gradient<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.width.div_ceil(T::lanes::<S>());
        in_blocks!(S, vectors, |first, N| self.block::<S, N>(simd, first));
    }
}

impl<T: Real, V: Values<T>> Gradient<'_, T, V> {
    /// The vectors `first` to `first + N` of every row of dW.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let mut column = 0;
        while column + 1 < self.columns {
            self.rows::<S, N, 2>(simd, first, column);
            column += 2;
        }
        if column < self.columns {
            self.rows::<S, N, 1>(simd, first, column);
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const N: usize, const P: usize>(&mut self, simd: S, first: usize, column: usize) {
        let from = first * T::lanes::<S>();
        let mut sums = begin::<S, T, N, P>(simd, None, self.width, from);
        let (values, columns) = (self.values, self.columns);
        let masks = &self.turned[column * self.groups..][..P * self.groups];
        for group in 0..self.groups {
            let mut mask = 0;
            for p in 0..P {
                mask |= masks[p * self.groups + group];
            }
            let row = group * WORD;
            let panel = &self.panel[row * self.stride + from..];
            accumulate(simd, &mut sums, mask, panel, self.stride, |p, bit| {
                values.at((row + bit) * columns + column + p)
            });
        }
        end(simd, sums, &mut self.dw[column * self.width..][..P * self.width], self.width, from);
    }
}

pub(super) fn weight_gradient<T: Real>(batch: &mut Sparse<T>, dy: &[T], dw: &mut [T], width: usize) {
    let groups = batch.rows.div_ceil(WORD);
    let (panel, stride) = room(&mut batch.panel, batch.rows, width);
    Arch::new().dispatch(Lined { panel, stride, rows: dy, width });
    let panel = &*panel;
    let (columns, turned) = (batch.columns, &batch.turned[..]);
    with_values!(&batch.cells, values => {
        Arch::new().dispatch(Gradient { values, columns, turned, groups, panel, stride, dw, width });
    });
}
