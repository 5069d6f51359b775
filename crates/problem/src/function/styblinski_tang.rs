//! The function of Styblinski and Tang.

use super::Plane;

technique::described! {
    /// Four minima of different depth, one in each quadrant.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = ½(x⁴ − 16x² + 5x) + ½(y⁴ − 16y² + 5y)
    /// ∂f/∂x = 2x³ − 16x + 5/2         ∂f/∂y = 2y³ − 16y + 5/2
    /// ```
    ///
    /// # Minimum
    /// f(z, z) ≈ −78.3323 with z ≈ −2.9035, the least root of 2z³ − 16z + 5/2.
    ///
    /// # What it shows
    /// A descent ends in the valley on whose slope it started, seldom in the lowest: compare its last value with the least.
    pub struct StyblinskiTang("styblinski_tang", "Styblinski–Tang", "Styblinski & Tang, Experiments in nonconvex optimization: stochastic approximation with function smoothing and simulated annealing, Neural Networks 3 (1990)", 1990) {}
}

impl Plane for StyblinskiTang {
    fn value(&self, p: [f64; 2]) -> f64 {
        let part = |z: f64| 0.5 * z * (5.0 + z * (-16.0 + z * z));
        part(p[0]) + part(p[1])
    }

    fn gradient(&self, p: [f64; 2]) -> [f64; 2] {
        p.map(|z| z * (-16.0 + 2.0 * z * z) + 2.5)
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-5.0, 5.0), (-5.0, 5.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[-2.903_534_027_771_177; 2]]
    }

    fn start(&self) -> [f64; 2] {
        [0.5, 4.0]
    }
}
