//! The sparse products against the dense ones, and against sums taken one by one.

use super::*;
use crate::matmul::{Matrix, product};
use crate::random::{Purpose, key, normal};
use crate::testing::normals;

/// A table of bytes of which about a fifth is not 0.
fn table(seed: u64, rows: usize, columns: usize) -> Vec<u8> {
    let mut rng = key(seed, Purpose::Inputs, 0).rng();
    let mut draw = || normal(&mut rng);
    (0..rows * columns)
        .map(|_| if draw() > 0.8 { (draw().abs() * 80.0).min(255.0) as u8 } else { 0 })
        .collect()
}

/// Rows, columns, outputs: words that are full, begun and alone; one vector, many, and parts of one.
const SIZES: &[(usize, usize, usize)] =
    &[(128, 784, 100), (1, 1, 1), (3, 65, 10), (65, 64, 16), (129, 63, 7), (2, 200, 300), (70, 130, 33)];

fn check<T: Real>(tolerance: f64) {
    for &(rows, columns, outputs) in SIZES {
        let all = table(1, rows + 5, columns);
        let pattern =
            Pattern::of(columns, &all).unwrap_or_else(|| panic!("{rows}×{columns} is mostly zeros"));
        // Some rows twice, not in order.
        let chosen: Vec<usize> = (0..rows).map(|row| (row * 7 + 3) % (rows + 5)).collect();
        let numbers = |seed, count| -> Vec<T> { normals(seed, count).into_iter().map(T::of).collect() };
        let (weights, dy) = (numbers(2, columns * outputs), numbers(3, rows * outputs));
        let cell = |row: usize, column: usize| T::of(f64::from(all[row * columns + column])) / T::of(255.0);
        let dense: Vec<T> =
            chosen.iter().flat_map(|&row| (0..columns).map(move |column| cell(row, column))).collect();
        let (mut y, mut dw) = (vec![T::nan(); rows * outputs], vec![T::nan(); columns * outputs]);
        let x = Matrix::new(&dense, rows, columns);
        product(&mut y, x, Matrix::new(&weights, columns, outputs));
        product(&mut dw, x.t(), Matrix::new(&dy, rows, outputs));

        let mut by_bytes = Sparse::default();
        by_bytes.take_bytes(&pattern, &all, 255.0, &chosen);
        let as_f32: Vec<f32> = all.iter().map(|&byte| f32::from(byte)).collect();
        let mut by_numbers = Sparse::default();
        by_numbers.take_numbers(&Pattern::of(columns, &as_f32).expect("as sparse"), &as_f32, &chosen);
        // Twice: the second pass finds the buffers of the first.
        for by in [1.0, 255.0, 1.0, 255.0] {
            let batch = if by == 1.0 { &mut by_bytes } else { &mut by_numbers };
            assert_eq!(batch.rows(), rows);
            let (mut found_y, mut found_dw) =
                (vec![T::nan(); rows * outputs], vec![T::nan(); columns * outputs]);
            batch.product(&weights, &mut found_y);
            batch.weight_gradient(&dy, &mut found_dw);
            for (found, expected) in found_y.iter().chain(&found_dw).zip(y.iter().chain(&dw)) {
                let (found, expected): (f64, f64) = (found.wide() / by, expected.wide());
                let gap = (found - expected).abs();
                assert!(
                    gap <= tolerance * expected.abs().max(1.0),
                    "{rows}×{columns}×{outputs}: {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn products_are_those_of_the_dense_rows() {
    check::<f32>(2e-5);
    check::<f64>(1e-13);
}

/// Any kind of vectors, whether or not it is the widest here.
struct On<S>(S);

impl<S: pulp::Simd> kernel::Vectors for On<S> {
    fn run(self, job: impl pulp::WithSimd) {
        self.0.vectorize(job);
    }
}

/// The products of a batch on one kind of vectors are those on the widest of this CPU; fused or not is all that may differ.
fn same_on<S: pulp::Simd, T: Real>(simd: S, tolerance: f64) {
    // Widths of whole vectors and of parts, in one block and in several, on two to sixteen lanes.
    for outputs in [1, 3, 15, 16, 40, 48, 64, 65, 100, 128, 129, 144, 300] {
        let (rows, columns) = (67, 131);
        let all = table(1, rows, columns);
        let pattern = Pattern::of(columns, &all).expect("mostly zeros");
        let mut batch = Sparse::<T>::default();
        batch.take_bytes(&pattern, &all, 255.0, &(0..rows).collect::<Vec<_>>());
        let numbers = |seed, count| -> Vec<T> { normals(seed, count).into_iter().map(T::of).collect() };
        let (weights, dy) = (numbers(2, columns * outputs), numbers(3, rows * outputs));
        let (mut y, mut dw) = (vec![T::nan(); rows * outputs], vec![T::nan(); columns * outputs]);
        batch.product(&weights, &mut y);
        batch.weight_gradient(&dy, &mut dw);
        let (mut other_y, mut other_dw) = (vec![T::nan(); y.len()], vec![T::nan(); dw.len()]);
        kernel::product(&mut batch, &weights, &mut other_y, outputs, On(simd));
        kernel::weight_gradient(&mut batch, &dy, &mut other_dw, outputs, On(simd));
        for (a, b) in y.iter().chain(&dw).zip(other_y.iter().chain(&other_dw)) {
            let gap = (a.wide() - b.wide()).abs();
            assert!(gap <= tolerance * a.wide().abs().max(1.0), "{outputs} outputs: {a} {b}");
        }
    }
}

#[test]
fn every_kind_of_vectors_gives_the_same_sums() {
    fn check<S: pulp::Simd>(simd: S) {
        same_on::<S, f32>(simd, 2e-5);
        same_on::<S, f64>(simd, 1e-13);
    }
    check(pulp::Scalar);
    check(pulp::Scalar128b);
    check(pulp::Scalar256b);
    check(pulp::Scalar512b);
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = pulp::x86::V3::try_new() {
        check(avx2);
    }
}

#[test]
fn zeros_are_skipped_and_nothing_else() {
    let all: Vec<f32> = vec![0.0, 2.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0];
    let pattern = Pattern::of(6, &all).expect("a quarter is not 0");
    assert_eq!(pattern.density(), 0.25);
    let mut batch = Sparse::<f64>::default();
    batch.take_numbers(&pattern, &all, &[1, 0]);
    let mut y = [f64::NAN; 2];
    batch.product(&[1.0, 10.0, 100.0, 1e3, 1e4, 1e5], &mut y);
    assert_eq!(y, [50.0, -9980.0]);
    let mut dw = [f64::NAN; 6];
    batch.weight_gradient(&[3.0, 4.0], &mut dw);
    assert_eq!(dw, [0.0, 8.0, 1.5, 0.0, -4.0, 0.0]);
}

#[test]
fn what_is_not_mostly_zeros_has_no_pattern() {
    assert!(Pattern::of(2, &[1_u8, 0, 0, 0]).is_some());
    assert!(Pattern::of(2, &[1_u8, 1, 0, 0]).is_none());
    assert!(Pattern::of(0, &[0_u8; 0]).is_none());
    assert!(Pattern::of(2, &[f32::NAN, 0.0, 0.0, 0.0]).is_some_and(|pattern| pattern.density() == 0.25));
}

#[test]
fn bits_are_transposed() {
    let mut rng = key(5, Purpose::Inputs, 0).rng();
    let block: [u64; WORD] = std::array::from_fn(|_| rand::Rng::next_u64(&mut rng));
    let mut turned = block;
    transpose(&mut turned);
    for (i, row) in block.iter().enumerate() {
        for (j, column) in turned.iter().enumerate() {
            assert_eq!(column >> i & 1, row >> j & 1, "{i} {j}");
        }
    }
}
