//! Booth's function.

use super::Plane;

technique::described! {
    /// A bowl nine times flatter along one diagonal than along the other.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = u² + v²           u = x + 2y − 7,  v = 2x + y − 5
    /// ∂f/∂x = 2u + 4v
    /// ∂f/∂y = 4u + 2v
    /// ```
    ///
    /// # Minimum
    /// f(1, 3) = 0.
    ///
    /// # What it shows
    /// A ravine that lies at 45° to the axes. Rules that give each axis a rate of its own (AdaGrad, RMSProp, Adam) gain nothing by
    /// it here; compare them with the ravine along the axes.
    pub struct Booth("booth", "Booth", "Jamil & Yang, A literature survey of benchmark functions for global optimization problems, Int. J. Math. Model. Numer. Optim. 4 (2013)", 2013) {}
}

impl Plane for Booth {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (u, v) = (x + 2.0 * y - 7.0, 2.0 * x + y - 5.0);
        u * u + v * v
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (u, v) = (x + 2.0 * y - 7.0, 2.0 * x + y - 5.0);
        [2.0 * u + 4.0 * v, 4.0 * u + 2.0 * v]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-10.0, 10.0), (-10.0, 10.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[1.0, 3.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-8.0, 4.0]
    }
}
