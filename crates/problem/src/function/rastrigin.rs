//! Rastrigin's function.

use std::f64::consts::PI;

use super::Plane;

technique::described! {
    /// A bowl covered with waves: all over the window, a minimum near every point of whole numbers.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = 20 + x² − 10 cos 2πx + y² − 10 cos 2πy
    /// ∂f/∂x = 2x + 20π sin 2πx        ∂f/∂y = 2y + 20π sin 2πy
    /// ```
    ///
    /// # Minimum
    /// f(0, 0) = 0. All others are higher.
    ///
    /// # What it shows
    /// That a gradient is local: every rule at a moderate rate ends in a valley near its start, and only noise or large steps leave it.
    pub struct Rastrigin("rastrigin", "Rastrigin", "Rastrigin, Systems of Extremal Control, Nauka 1974", 1974) {}
}

impl Plane for Rastrigin {
    fn value(&self, p: [f64; 2]) -> f64 {
        // 10 − 10 cos 2πz = 20 sin² πz, which does not cancel near the minimum.
        let part = |z: f64| z * z + 20.0 * (PI * z).sin().powi(2);
        part(p[0]) + part(p[1])
    }

    fn gradient(&self, p: [f64; 2]) -> [f64; 2] {
        p.map(|z| 2.0 * z + 20.0 * PI * (2.0 * PI * z).sin())
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-5.12, 5.12), (-5.12, 5.12)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-3.3, 2.4]
    }
}
