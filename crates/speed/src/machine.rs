//! What this machine reaches, measured: the rate of a matrix product that fits its caches, and the bandwidth of its memory.

use std::time::Instant;

use technique::matmul::{Matrix, product};

use crate::SpeedError;
use crate::workload::loop_seconds;

/// Rows and columns of the product.
const SIDE: usize = 512;
/// Numbers in each array of the loop: well beyond any cache of one core.
const LONG: usize = 20_000_000;

/// Rates of one thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Floating-point operations a second in a product of 512 × 512 matrices in f32.
    pub flops: f64,
    /// Bytes a second that a loop over two arrays of 80 MB reads and writes.
    pub bandwidth: f64,
}

/// Measures them, in about a second.
///
/// # Errors
/// Never; for symmetry with what calls it.
pub fn measure() -> Result<Rates, SpeedError> {
    let (a, b) = (vec![0.5_f32; SIDE * SIDE], vec![0.25_f32; SIDE * SIDE]);
    let mut c = vec![0.0; SIDE * SIDE];
    let mut best = f64::INFINITY;
    for _ in 0..30 {
        let started = Instant::now();
        product(&mut c, Matrix::new(&a, SIDE, SIDE), Matrix::new(&b, SIDE, SIDE));
        best = best.min(started.elapsed().as_secs_f64());
    }
    let flops = 2.0 * (SIDE as f64).powi(3) / best;
    let (bytes, seconds) = loop_seconds("sgd", LONG)?;
    Ok(Rates { flops, bandwidth: (bytes * LONG) as f64 / seconds })
}

/// Floating-point operations of one training step of dense layers of these widths, input and output among them: two for each weight and
/// example forwards, as many for its gradient, and for all but the first layer as many for the gradient of its input.
pub fn step_flops(widths: &[usize], batch: usize) -> f64 {
    let layers = widths.windows(2).enumerate();
    let products = |(index, ends): (usize, &[usize])| {
        let passes = if index == 0 { 2 } else { 3 };
        (2 * passes * ends[0] * ends[1] * batch) as f64
    };
    layers.map(products).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_of_a_step_are_counted_by_hand() {
        // 2 inputs, 3 units, 1 output, 5 examples: 2·2·(2·3)·5 + 2·3·(3·1)·5.
        assert_eq!(step_flops(&[2, 3, 1], 5), 120.0 + 90.0);
    }

    #[test]
    fn rates_are_rates() {
        let rates = measure().unwrap();
        assert!(rates.flops > 1e7 && rates.bandwidth > 1e7, "{rates:?}");
    }
}
