//! Beale's function.

use super::Plane;

technique::described! {
    /// Flat land in the middle, steep walls at the corners.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = Σᵢ rᵢ²        rᵢ = cᵢ − x + x yⁱ,  i = 1, 2, 3        c = 1.5, 2.25, 2.625
    /// ∂f/∂x = 2 Σᵢ rᵢ (yⁱ − 1)
    /// ∂f/∂y = 2 Σᵢ rᵢ i x yⁱ⁻¹
    /// ```
    ///
    /// # Minimum
    /// f(3, ½) = 0. Beside it a valley along y ≈ 1 falls towards 0.452 for x → −∞, without end: some descents run away there.
    ///
    /// # What it shows
    /// From a wall the first gradients are a thousand times those on the plain: a rate that survives the one crawls on the other.
    pub struct Beale("beale", "Beale", "Beale, On an iterative method for finding a local minimum of a function of more than one variable, Princeton Stat. Techn. Research Group TR 25, 1958", 1958) {}
}

const C: [f64; 3] = [1.5, 2.25, 2.625];

impl Plane for Beale {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let powers = [y, y * y, y * y * y];
        let squares = C.iter().zip(powers).map(|(c, yi)| {
            let r = c - x + x * yi;
            r * r
        });
        squares.sum()
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let powers = [y, y * y, y * y * y];
        let slopes = [1.0, 2.0 * y, 3.0 * y * y];
        let mut gradient = [0.0; 2];
        for ((c, yi), slope) in C.iter().zip(powers).zip(slopes) {
            let r = c - x + x * yi;
            gradient[0] += 2.0 * r * (yi - 1.0);
            gradient[1] += 2.0 * r * x * slope;
        }
        gradient
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-4.5, 4.5), (-4.5, 4.5)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[3.0, 0.5]]
    }

    fn start(&self) -> [f64; 2] {
        [1.0, 1.5]
    }
}
