//! The two loops, over vectors of the widest kind.
//!
//! Rows of weights are first copied to whole cache lines, or every second load would touch two of them; the copy pays for itself many times over.

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

/// Calls `$run::<_, _, N>` for blocks of up to eight vectors that together cover `$vectors`.
macro_rules! in_blocks {
    ($vectors:expr, |$first:ident, $N:ident| $call:expr) => {{
        let mut $first = 0;
        while $first < $vectors {
            let left = $vectors - $first;
            // Two blocks of about the same width rather than one of eight and a rest.
            let take = if left > 8 && left < 16 { left.div_ceil(2) } else { left.min(8) };
            macro_rules! block {
                ($n:literal) => {{
                    const $N: usize = $n;
                    $call
                }};
            }
            match take {
                1 => block!(1),
                2 => block!(2),
                3 => block!(3),
                4 => block!(4),
                5 => block!(5),
                6 => block!(6),
                7 => block!(7),
                _ => block!(8),
            }
            $first += take;
        }
    }};
}

/// Columns whose weights are copied at once: with 100 units they just fill the nearest cache, and all rows use them before the next.
const GROUP: usize = 2 * WORD;

struct Product<'a, T, V> {
    values: V,
    columns: usize,
    places: &'a [u16],
    masks: &'a [u64],
    /// How far each row's places have been used.
    done: &'a mut [usize],
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
        for (group, rows) in self.weights.chunks(GROUP * self.width).enumerate() {
            Lined { panel: self.panel, stride: self.stride, rows, width: self.width }.with_simd(simd);
            in_blocks!(self.width.div_ceil(T::lanes::<S>()), |first, N| self.block::<S, N>(simd, group, first));
            let words = self.columns.div_ceil(WORD);
            for (done, mask) in self.done.iter_mut().zip(self.masks.chunks_exact(words)) {
                *done += count(mask, group);
            }
        }
    }
}

/// Places of one row in a group of columns.
#[inline(always)]
fn count(mask: &[u64], group: usize) -> usize {
    let words = mask.iter().skip(group * (GROUP / WORD)).take(GROUP / WORD);
    words.map(|word| word.count_ones() as usize).sum()
}

impl<T: Real, V: Values<T>> Product<'_, T, V> {
    /// Adds the group's part to the vectors `first` to `first + N` of every row of y.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, group: usize, first: usize) {
        let lanes = T::lanes::<S>();
        let (from, words, base) = (first * lanes, self.columns.div_ceil(WORD), group * GROUP);
        let rows = self.y.chunks_exact_mut(self.width).zip(self.masks.chunks_exact(words)).zip(&*self.done);
        for (row, ((y, mask), &done)) in rows.enumerate() {
            let mut sums = [T::splat(simd, T::zero()); N];
            let y = &mut y[from..];
            if group > 0 {
                for j in 0..N {
                    sums[j] = T::load_some(simd, &y[j * lanes..]);
                }
            }
            for &place in &self.places[done..][..count(mask, group)] {
                let place = usize::from(place);
                let x = T::splat(simd, self.values.at(row * self.columns + place));
                let weights = &self.panel[(place - base) * self.stride + from..][..N * lanes];
                for j in 0..N {
                    sums[j] = T::fuse(simd, x, T::load::<S>(&weights[j * lanes..]), sums[j]);
                }
            }
            for j in 0..N {
                T::store(simd, &mut y[j * lanes..], sums[j]);
            }
        }
    }
}

pub(super) fn product<T: Real>(batch: &mut Sparse<T>, weights: &[T], y: &mut [T], width: usize) {
    let (panel, stride) = room(&mut batch.panel, GROUP, width);
    let (columns, places, masks) = (batch.columns, &batch.places[..], &batch.masks[..]);
    batch.done.clear();
    batch.done.extend_from_slice(&batch.starts[..batch.starts.len() - 1]);
    let done = &mut batch.done[..];
    with_values!(&batch.cells, values => {
        Arch::new().dispatch(Product { values, columns, places, masks, done, weights, panel, stride, y, width });
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
        in_blocks!(self.width.div_ceil(T::lanes::<S>()), |first, N| self.block::<S, N>(simd, first));
    }
}

impl<T: Real, V: Values<T>> Gradient<'_, T, V> {
    #[inline(always)]
    fn block<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let lanes = T::lanes::<S>();
        let from = first * lanes;
        let by_column = self.turned.chunks_exact(self.groups);
        for ((column, dw), masks) in self.dw.chunks_exact_mut(self.width).enumerate().zip(by_column) {
            let mut sums = [T::splat(simd, T::zero()); N];
            for (group, &mask) in masks.iter().enumerate() {
                let mut rest = mask;
                while rest != 0 {
                    let row = group * WORD + rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    let x = T::splat(simd, self.values.at(row * self.columns + column));
                    let dy = &self.panel[row * self.stride + from..][..N * lanes];
                    for j in 0..N {
                        sums[j] = T::fuse(simd, x, T::load::<S>(&dy[j * lanes..]), sums[j]);
                    }
                }
            }
            let dw = &mut dw[from..];
            for j in 0..N {
                T::store(simd, &mut dw[j * lanes..], sums[j]);
            }
        }
    }
}

pub(super) fn weight_gradient<T: Real>(batch: &mut Sparse<T>, dy: &[T], dw: &mut [T], width: usize) {
    let groups = batch.rows().div_ceil(WORD);
    if groups == 0 || width == 0 {
        dw.fill(T::zero());
        return;
    }
    let (panel, stride) = room(&mut batch.panel, dy.len() / width, width);
    Arch::new().dispatch(Lined { panel, stride, rows: dy, width });
    let panel = &*panel;
    let (columns, turned) = (batch.columns, &batch.turned[..]);
    with_values!(&batch.cells, values => {
        Arch::new().dispatch(Gradient { values, columns, turned, groups, panel, stride, dw, width });
    });
}
