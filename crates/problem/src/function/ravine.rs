//! The ravine: the textbook's stretched bowl.

use super::Plane;

technique::described! {
    /// A bowl twenty times flatter along x than along y.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = x²/20 + y²        ∂f/∂x = x/10        ∂f/∂y = 2y
    /// ```
    ///
    /// # Minimum
    /// f(0, 0) = 0.
    ///
    /// # What it shows
    /// Most gradients point across the valley, not at the minimum. A rate small enough for y is slow along x: SGD zigzags, momentum
    /// damps the zigzag, AdaGrad, RMSProp and Adam give each direction a rate of its own.
    pub struct Ravine("ravine", "Ravine", "Saitoh, Deep Learning from Scratch, O'Reilly Japan 2016, eq. (6.2)", 2016) {}
}

impl Plane for Ravine {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        x * x / 20.0 + y * y
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x / 10.0, 2.0 * y]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-10.0, 10.0), (-5.0, 5.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-7.0, 2.0]
    }
}
