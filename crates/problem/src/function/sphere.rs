//! The sphere function: a round bowl.

use super::Plane;

technique::described! {
    /// A round bowl.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = x² + y²           ∂f/∂x = 2x          ∂f/∂y = 2y
    /// ```
    ///
    /// # Minimum
    /// f(0, 0) = 0.
    ///
    /// # What it shows
    /// Every gradient points at the minimum, and SGD with η = ½ is there in one step. What a rule loses here is the price of what
    /// it gains elsewhere.
    pub struct Sphere("sphere", "Sphere", "De Jong, An analysis of the behavior of a class of genetic adaptive systems, PhD thesis, University of Michigan 1975, F1", 1975) {}
}

impl Plane for Sphere {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        x * x + y * y
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [2.0 * x, 2.0 * y]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-5.0, 5.0), (-5.0, 5.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-4.0, 3.0]
    }
}
