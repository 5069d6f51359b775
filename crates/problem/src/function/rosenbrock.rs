//! Rosenbrock's banana valley.

use super::Plane;

technique::described! {
    /// A narrow valley along the parabola y = x².
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = (a − x)² + b (y − x²)²
    /// ∂f/∂x = −2(a − x) − 4bx(y − x²)
    /// ∂f/∂y = 2b(y − x²)
    /// ```
    ///
    /// # Minimum
    /// f(a, a²) = 0.
    ///
    /// # What it shows
    /// The valley is found in a few steps and then followed slowly: its floor is nearly flat and it turns, so that neither a small
    /// rate nor one rate per axis helps for long.
    pub struct Rosenbrock("rosenbrock", "Rosenbrock", "Rosenbrock, An automatic method for finding the greatest or least value of a function, Comput. J. 3 (1960)", 1960) {
        /// x of the minimum, a.
        a: f64 = 1.0, Domain::Finite;
        /// Steepness of the walls, b.
        b: f64 = 100.0, Domain::Positive;
    }
}

impl Plane for Rosenbrock {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (u, v) = (self.a - x, y - x * x);
        u * u + self.b * v * v
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (u, v) = (self.a - x, y - x * x);
        [-2.0 * u - 4.0 * self.b * x * v, 2.0 * self.b * v]
    }

    fn window(&self) -> [(f64, f64); 2] {
        // The usual picture, widened when another a moves the minimum out of it.
        [((self.a - 1.0).min(-2.0), (self.a + 1.0).max(2.0)), (-1.0, (self.a * self.a + 1.0).max(3.0))]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[self.a, self.a * self.a]]
    }

    fn start(&self) -> [f64; 2] {
        // Rosenbrock's own.
        [-1.2, 1.0]
    }
}
