//! The two loops, over vectors of the widest kind.
//!
//! What they visit is laid out so that the innermost loop checks nothing: the numbers of a batch in chunks of [`WORD`] columns, and the rows that are added up
//! (of weights, of gradients) as whole vectors, in whole cache lines, or every second load would touch two of them. The copies pay for themselves many times
//! over.

#![expect(
    clippy::needless_range_loop,
    reason = "the same places of several arrays; iterators would not stay in registers"
)]

use pulp::{Simd, WithSimd};

use super::{Cells, Sparse, WORD};
use crate::real::Real;

/// The numbers of a batch, row by row, each row in chunks of [`WORD`] columns.
trait Values<T>: Copy {
    /// How a number is kept.
    type Cell;

    fn chunk(&self, index: usize) -> &[Self::Cell; WORD];
    fn number(&self, cell: &Self::Cell) -> T;
}

#[derive(Clone, Copy)]
struct Looked<'a, T> {
    chunks: &'a [[u8; WORD]],
    table: &'a [T; 256],
}

impl<T: Copy> Values<T> for Looked<'_, T> {
    type Cell = u8;

    #[inline(always)]
    fn chunk(&self, index: usize) -> &[u8; WORD] {
        &self.chunks[index]
    }
    #[inline(always)]
    fn number(&self, cell: &u8) -> T {
        self.table[usize::from(*cell)]
    }
}

impl<T: Copy> Values<T> for &[[T; WORD]] {
    type Cell = T;

    #[inline(always)]
    fn chunk(&self, index: usize) -> &[T; WORD] {
        &self[index]
    }
    #[inline(always)]
    fn number(&self, cell: &T) -> T {
        *cell
    }
}

/// Runs `$body` with `$values` as the cells of one of the two kinds.
macro_rules! with_values {
    ($cells:expr, $values:ident => $body:expr) => {
        match $cells {
            Cells::Bytes { bytes, table, .. } => {
                let table = table.as_slice().try_into().expect("a table of all 256 bytes");
                let $values = Looked { chunks: bytes, table };
                $body
            }
            Cells::Numbers(numbers) => {
                let $values = numbers.as_slice();
                $body
            }
        }
    };
}

/// A kind of vectors to run a loop on.
pub(super) trait Vectors {
    fn run(self, job: impl WithSimd);
}

/// The widest of this CPU.
impl Vectors for pulp::Arch {
    #[inline(always)]
    fn run(self, job: impl WithSimd) {
        self.dispatch(job);
    }
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

/// `N` vectors of a row.
type Row<S, T, const N: usize> = [<T as crate::wide::Lanes>::Vector<S>; N];

/// `count` rows of vectors from a buffer that grows to hold them; the first begins at a cache line.
#[inline(always)]
fn room<S: Simd, T: Real, const N: usize>(buffer: &mut Vec<T>, count: usize) -> &mut [Row<S, T, N>] {
    const LINE: usize = 64;
    let (numbers, spare) = (count * N * T::lanes::<S>(), LINE / size_of::<T>());
    if buffer.len() < numbers + spare {
        buffer.resize(numbers + spare, T::zero());
    }
    let offset = buffer.as_ptr().align_offset(LINE).min(spare);
    T::vectors_mut::<S>(&mut buffer[offset..][..numbers]).as_chunks_mut().0
}

/// The vectors from number `from` on of rows of `width` numbers, with zeros behind the last.
#[inline(always)]
fn fill<S: Simd, T: Real, const N: usize>(
    simd: S,
    panel: &mut [Row<S, T, N>],
    rows: &[T],
    width: usize,
    from: usize,
) {
    for (to, row) in panel.iter_mut().zip(rows.chunks_exact(width)) {
        // All but the last are whole.
        let (head, last) = row[from..].split_at((N - 1) * T::lanes::<S>());
        to[..N - 1].copy_from_slice(T::vectors::<S>(head));
        to[N - 1] = T::load_some(simd, last);
    }
}

/// The inverse of [`fill`].
#[inline(always)]
fn spill<S: Simd, T: Real, const N: usize>(
    simd: S,
    sums: &[Row<S, T, N>],
    rows: &mut [T],
    width: usize,
    from: usize,
) {
    for (sums, row) in sums.iter().zip(rows.chunks_exact_mut(width)) {
        let (head, last) = row[from..].split_at_mut((N - 1) * T::lanes::<S>());
        T::vectors_mut::<S>(head).copy_from_slice(&sums[..N - 1]);
        T::store(simd, last, sums[N - 1]);
    }
}

/// Adds to each of `P` rows of sums, for every bit of `mask`, its own factor times that row of the panel.
#[inline(always)]
fn accumulate<S: Simd, T: Real, const N: usize, const P: usize>(
    simd: S,
    sums: &mut [Row<S, T, N>; P],
    mut mask: u64,
    panel: &[Row<S, T, N>; WORD],
    factor: impl Fn(usize, usize) -> T,
) {
    while mask != 0 {
        let bit = mask.trailing_zeros() as usize % WORD;
        mask &= mask - 1;
        let mut factors = [T::splat(simd, T::zero()); P];
        for p in 0..P {
            factors[p] = T::splat(simd, factor(p, bit));
        }
        for j in 0..N {
            for p in 0..P {
                sums[p][j] = T::fuse(simd, factors[p], panel[bit][j], sums[p][j]);
            }
        }
    }
}

struct Product<'a, T, V> {
    values: V,
    words: usize,
    masks: &'a [u64],
    weights: &'a [T],
    buffer: &'a mut Vec<T>,
    y: &'a mut [T],
    width: usize,
}

impl<T: Real, V: Values<T>> WithSimd for Product<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.width.div_ceil(T::lanes::<S>());
        in_blocks!(S, vectors, |first, N| self.block::<S, N>(simd, first * T::lanes::<S>()));
    }
}

impl<T: Real, V: Values<T>> Product<'_, T, V> {
    /// `N` vectors of every row of y, from number `from` on.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, from: usize) {
        let rows = self.y.len() / self.width;
        let (panel, sums) = room::<S, T, N>(self.buffer, WORD + rows).split_at_mut(WORD);
        let panel: &mut [Row<S, T, N>; WORD] = panel.try_into().expect("split there");
        sums.fill([T::splat(simd, T::zero()); N]);
        // The weights of as many columns as a word has bits fit into the nearest cache; all rows use them before the next come.
        for (word, weights) in self.weights.chunks(WORD * self.width).enumerate() {
            fill(simd, panel, weights, self.width, from);
            let (values, words, masks) = (self.values, self.words, self.masks);
            let (pairs, last) = sums.as_chunks_mut::<2>();
            for (pair, sums) in pairs.iter_mut().enumerate() {
                let at = [2 * pair * words + word, (2 * pair + 1) * words + word];
                let chunks = at.map(|at| values.chunk(at));
                let mut both = *sums;
                let mask = masks[at[0]] | masks[at[1]];
                accumulate(simd, &mut both, mask, panel, |p, bit| values.number(&chunks[p][bit]));
                *sums = both;
            }
            for sums in last {
                let at = (rows - 1) * words + word;
                let mut one = [*sums];
                let chunk = values.chunk(at);
                accumulate(simd, &mut one, masks[at], panel, |_, bit| values.number(&chunk[bit]));
                [*sums] = one;
            }
        }
        spill(simd, sums, self.y, self.width, from);
    }
}

/// y ← x W on some kind of vectors.
pub(super) fn product<T: Real>(
    batch: &mut Sparse<T>,
    weights: &[T],
    y: &mut [T],
    width: usize,
    vectors: impl Vectors,
) {
    let (words, masks, buffer) = (batch.columns.div_ceil(WORD), &batch.masks[..], &mut batch.buffer);
    with_values!(&batch.cells, values => {
        vectors.run(Product { values, words, masks, weights, buffer, y, width });
    });
}

struct Gradient<'a, T, V> {
    values: V,
    words: usize,
    turned: &'a [u64],
    dy: &'a [T],
    buffer: &'a mut Vec<T>,
    dw: &'a mut [T],
    width: usize,
}

impl<T: Real, V: Values<T>> WithSimd for Gradient<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.width.div_ceil(T::lanes::<S>());
        in_blocks!(S, vectors, |first, N| self.block::<S, N>(simd, first * T::lanes::<S>()));
    }
}

impl<T: Real, V: Values<T>> Gradient<'_, T, V> {
    /// `N` vectors of every row of dW, from number `from` on.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, from: usize) {
        let groups = (self.dy.len() / self.width).div_ceil(WORD);
        // Lent, so that `rows` can be called beside it.
        let mut buffer = std::mem::take(self.buffer);
        let panel = room::<S, T, N>(&mut buffer, groups * WORD);
        fill(simd, panel, self.dy, self.width, from);
        let panel = panel.as_chunks::<WORD>().0;
        let columns = self.dw.len() / self.width;
        for column in (0..columns - columns % 2).step_by(2) {
            self.rows::<S, N, 2>(simd, panel, column, from);
        }
        if columns % 2 == 1 {
            self.rows::<S, N, 1>(simd, panel, columns - 1, from);
        }
        *self.buffer = buffer;
    }

    #[inline(always)]
    fn rows<S: Simd, const N: usize, const P: usize>(
        &mut self,
        simd: S,
        panel: &[[Row<S, T, N>; WORD]],
        column: usize,
        from: usize,
    ) {
        let mut sums = [[T::splat(simd, T::zero()); N]; P];
        let (values, words) = (self.values, self.words);
        // Neighbours in one word, for a word has an even number of bits.
        let (word, place) = (column / WORD, column % WORD);
        let masks = &self.turned[column * panel.len()..][..P * panel.len()];
        for (group, panel_of_group) in panel.iter().enumerate() {
            let mut mask = 0;
            for p in 0..P {
                mask |= masks[p * panel.len() + group];
            }
            let first = group * WORD * words + word;
            accumulate(simd, &mut sums, mask, panel_of_group, |p, bit| {
                values.number(&values.chunk(first + bit * words)[(place + p) % WORD])
            });
        }
        spill(simd, &sums, &mut self.dw[column * self.width..][..P * self.width], self.width, from);
    }
}

/// dW ← xᵀ dy on some kind of vectors; the masks have been turned.
pub(super) fn weight_gradient<T: Real>(
    batch: &mut Sparse<T>,
    dy: &[T],
    dw: &mut [T],
    width: usize,
    vectors: impl Vectors,
) {
    let (words, turned, buffer) = (batch.columns.div_ceil(WORD), &batch.turned[..], &mut batch.buffer);
    with_values!(&batch.cells, values => {
        vectors.run(Gradient { values, words, turned, dy, buffer, dw, width });
    });
}
