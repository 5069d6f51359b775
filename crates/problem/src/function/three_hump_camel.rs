//! The camel with three humps.

use super::Plane;

technique::described! {
    /// Three valleys side by side, the middle one the deepest.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = 2x² − 1.05x⁴ + x⁶/6 + xy + y²
    /// ∂f/∂x = 4x − 4.2x³ + x⁵ + y
    /// ∂f/∂y = x + 2y
    /// ```
    ///
    /// # Minimum
    /// f(0, 0) = 0. Two more, higher than their neighbours only by 0.3, lie near ±(1.748, −0.874).
    ///
    /// # What it shows
    /// Whether a rule, at its rate, rolls or leaps out of a shallow valley into the deep one.
    pub struct ThreeHumpCamel("three_hump_camel", "Three-hump camel", "Jamil & Yang, A literature survey of benchmark functions for global optimization problems, Int. J. Math. Model. Numer. Optim. 4 (2013)", 2013) {}
}

impl Plane for ThreeHumpCamel {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let xx = x * x;
        xx * (2.0 + xx * (-1.05 + xx / 6.0)) + x * y + y * y
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let xx = x * x;
        [x * (4.0 + xx * (-4.2 + xx)) + y, x + 2.0 * y]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-3.0, 3.0), (-3.0, 3.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn start(&self) -> [f64; 2] {
        // On a slope of the left valley.
        [-2.2, 2.0]
    }
}
