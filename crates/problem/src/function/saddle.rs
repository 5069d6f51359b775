//! The saddle: a minimum along x, a maximum along y.

use super::Plane;

technique::described! {
    /// A minimum along x, a maximum along y.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = x² − y²           ∂f/∂x = 2x          ∂f/∂y = −2y
    /// ```
    ///
    /// # Minimum
    /// None: f falls without end as |y| grows, so a successful descent runs away, and a long one diverges.
    ///
    /// # What it shows
    /// From a start near the ridge y = 0 every rule is first drawn to (0, 0), where the gradient vanishes. Rules that divide by the
    /// size of the gradient leave at once; the others wait until y has grown.
    pub struct Saddle("saddle", "Saddle", "Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, NIPS 2014", 2014) {}
}

impl Plane for Saddle {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        x * x - y * y
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [2.0 * x, -2.0 * y]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-4.0, 4.0), (-4.0, 4.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        Vec::new()
    }

    fn start(&self) -> [f64; 2] {
        // Beside the ridge: on it, y would stay 0 for ever.
        [-3.0, 0.01]
    }
}
