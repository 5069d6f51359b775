//! The two number types that every formula is written for.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{AddAssign, DivAssign, MulAssign, SubAssign};

use num_traits::{Float, FromPrimitive};
use safetensors::Dtype;

use crate::wide::Lanes;

/// `f32` (training) or `f64` (checking, and the trajectories in the plane).
///
/// Coefficients are computed in `f64` once per step and rounded once by [`Real::of`]; loops run in `Self`. In `f32`, `1 − 0.999ᵗ` at t = 1 would be wrong
/// by 2.7e-5 relative.
pub trait Real:
    Float
    + FromPrimitive
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Default
    + Debug
    + Display
    + Send
    + Sync
    + faer::traits::RealField
    + Lanes
    + 'static
{
    /// Its name in a safetensors file.
    const DTYPE: Dtype;
    /// Bytes of one number.
    const BYTES: usize;

    /// Rounds a coefficient to this type.
    fn of(x: f64) -> Self;
    /// The same number in `f64`, exactly.
    fn wide(self) -> f64;
    /// The whole part of a number from 0 to 2²², for loops: Rust's own conversion checks for what is outside, one number at a time. Of anything else it
    /// gives a number without meaning.
    fn whole(self) -> u32;
    /// The error function, erf(x) = 2/√π ∫₀ˣ e^(−t²) dt.
    fn erf(self) -> Self;
    /// e^x, for loops: see [`exp`](mod@crate::exp) for its error.
    fn fast_exp(self) -> Self;
    /// tanh x, for loops.
    fn fast_tanh(self) -> Self;
    /// The number itself, or 0 where it is below the smallest normal one (1.2e-38 in f32).
    ///
    /// An average that gradients no longer feed shrinks by a factor each step and, after some 950 steps of Adam, ends among the subnormal numbers for
    /// ever, which CPUs compute many times as slowly. As a step they are nothing.
    #[inline(always)]
    fn settled(self) -> Self {
        if self.abs() < Self::min_positive_value() { Self::zero() } else { self }
    }
    /// Appends the little-endian bytes.
    fn write_le(self, bytes: &mut Vec<u8>);
    /// Reads [`Real::BYTES`] little-endian bytes; `None` when there are fewer or more.
    fn read_le(bytes: &[u8]) -> Option<Self>;
}

macro_rules! real {
    ($T:ty, $dtype:ident, $erf:path, $exp:path, $tanh:path) => {
        impl Real for $T {
            const DTYPE: Dtype = Dtype::$dtype;
            const BYTES: usize = size_of::<$T>();

            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $T
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn whole(self) -> u32 {
                // Above 2ᵈ, d the digits of the fraction, numbers are whole and their lowest bits count them: adding it rounds.
                let shift = (2.0 as $T).powi(<$T>::MANTISSA_DIGITS as i32 - 1);
                let near = (self + shift) - shift;
                let whole = if near > self { near - 1.0 } else { near };
                (whole + shift).to_bits().wrapping_sub(shift.to_bits()) as u32
            }
            #[inline]
            fn erf(self) -> Self {
                $erf(self)
            }
            #[inline(always)]
            fn fast_exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn fast_tanh(self) -> Self {
                $tanh(self)
            }
            fn write_le(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn read_le(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(<$T>::from_le_bytes)
            }
        }
    };
}

real!(f32, F32, libm::erff, crate::exp::exp, crate::exp::tanh);
real!(f64, F64, libm::erf, f64::exp, f64::tanh);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_parts_are_those_of_the_language() {
        for quarter in 0..40_000_u32 {
            let x = 0.25 * f64::from(quarter);
            let below = if x > 0.0 { x.next_down() } else { 0.0 };
            let single = x as f32;
            for (x, single) in [(x, single), (below, if single > 0.0 { single.next_down() } else { 0.0 })] {
                assert_eq!((x.whole(), single.whole()), (x as u32, single as u32), "{x}");
            }
        }
    }
}
