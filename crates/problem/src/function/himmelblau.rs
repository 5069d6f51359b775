//! Himmelblau's function.

use super::Plane;

technique::described! {
    /// Four minima of equal depth.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = u² + v²           u = x² + y − 11,  v = x + y² − 7
    /// ∂f/∂x = 4xu + 2v
    /// ∂f/∂y = 2u + 4yv
    /// ```
    ///
    /// # Minima
    /// f = 0 at (3, 2) and near (−2.805, 3.131), (−3.779, −3.283) and (3.584, −1.848).
    ///
    /// # What it shows
    /// Which minimum a descent ends in depends on the rule and its rate, not only on the start: near the hill in the middle small
    /// differences decide.
    pub struct Himmelblau("himmelblau", "Himmelblau", "Himmelblau, Applied Nonlinear Programming, McGraw-Hill 1972", 1972) {}
}

impl Plane for Himmelblau {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let (u, v) = (x * x + y - 11.0, x + y * y - 7.0);
        u * u + v * v
    }

    fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (u, v) = (x * x + y - 11.0, x + y * y - 7.0);
        [4.0 * x * u + 2.0 * v, 2.0 * u + 4.0 * y * v]
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-5.0, 5.0), (-5.0, 5.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        // The four common roots of u and v, to the nearest f64.
        vec![
            [3.0, 2.0],
            [-2.805_118_086_952_745, 3.131_312_518_250_573],
            [-3.779_310_253_377_747, -3.283_185_991_286_169_4],
            [3.584_428_340_330_491_7, -1.848_126_526_964_403_6],
        ]
    }

    fn start(&self) -> [f64; 2] {
        // On the hill in the middle.
        [0.0, -0.5]
    }
}
