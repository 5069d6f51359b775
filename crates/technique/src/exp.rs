//! e^x and tanh x for loops: without branches or calls, so that the compiler can take as many numbers at once as fit into a register.
//!
//! In f64, which is for checking, the library's own functions serve. In f32, where trials run:
//!
//! ```text
//! e^x = 2ⁿ e^r,  n = round(x / ln 2),  r = x − n ln 2,  |r| ≤ ln 2 / 2
//! e^r ≈ 1 + r + r² P(r)
//! tanh x ≈ x + x³ Q(x²) where |x| < 5/8, else ±(1 − 2/(e^(2|x|) + 1))
//! ```
//! P and Q are the polynomials of S. Moshier's Cephes library (`expf`, `tanhf`), as published. Tests measure the error against f64 on a million points: at
//! most [`EXP_ULPS`] and [`TANH_ULPS`] units in the last place.

#![expect(clippy::excessive_precision, reason = "the coefficients as they were published")]

/// The largest error of [`exp`], in units in the last place of the result; below the smallest normal number, in units of that.
pub const EXP_ULPS: f64 = 1.5;
/// The largest error of [`tanh`], in units in the last place of the result.
pub const TANH_ULPS: f64 = 2.5;

/// 1.5 · 2²³: adding it rounds to a whole number, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; whole multiples of the first are exact.
const LN_2: (f32, f32) = (0.693_359_375, -2.121_944_4e-4);

/// e^x.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these the result is 0 or ∞ in f32. NaN passes through both comparisons.
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2.0) - n * LN_2.1;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.000_000_1e-1] {
        p = p * r + coefficient;
    }
    let e = p * (r * r) + r + 1.0;
    // 2ⁿ in two factors, for n may be below the smallest exponent or above the largest.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    e * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// tanh x.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let far = 1.0 - 2.0 / (exp(2.0 * size) + 1.0);
    let z = x * x;
    let mut q = -5.704_988_6e-3;
    for coefficient in [2.063_908_9e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328_2e-1] {
        q = q * z + coefficient;
    }
    let near = x + x * z * q;
    (if size < 0.625 { near } else { far }).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error over evenly spaced points, in units in the last place of the exact value.
    fn worst(from: f32, to: f32, ours: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
        let points = 1_000_000;
        let at = |i: i32| from + (to - from) * (i as f32 / points as f32);
        let error = |x: f32| {
            let exact = exact(f64::from(x));
            let rounded = exact.abs() as f32;
            let unit = f64::from(rounded.next_up().max(f32::MIN_POSITIVE))
                - f64::from(rounded.max(f32::MIN_POSITIVE));
            (f64::from(ours(x)) - exact).abs() / unit.max(f64::from(f32::from_bits(1)))
        };
        (0..=points).map(|i| error(at(i))).fold(0.0, f64::max)
    }

    #[test]
    fn exp_is_as_exact_as_it_says() {
        for (from, to) in [(-1.0, 1.0), (-87.0, 88.7), (-103.0, -80.0), (-1e-4, 1e-4)] {
            let worst = worst(from, to, exp, f64::exp);
            assert!(worst <= EXP_ULPS, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn tanh_is_as_exact_as_it_says() {
        for (from, to) in [(-1.0, 1.0), (-10.0, 10.0), (-1e-4, 1e-4), (0.62, 0.63)] {
            let worst = worst(from, to, tanh, f64::tanh);
            assert!(worst <= TANH_ULPS, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!([exp(0.0), exp(-1e9), exp(f32::NEG_INFINITY)], [1.0, 0.0, 0.0]);
        assert_eq!([exp(1e9), exp(f32::INFINITY)], [f32::INFINITY; 2]);
        assert_eq!([tanh(0.0), tanh(1e9), tanh(-1e9), tanh(f32::INFINITY)], [0.0, 1.0, -1.0, 1.0]);
        assert_eq!(
            [tanh(-0.0).to_bits(), tanh(1e-30).to_bits()],
            [(-0.0_f32).to_bits(), 1e-30_f32.to_bits()]
        );
        assert!(exp(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
    }
}
