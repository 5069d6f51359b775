//! Ackley's function.

use std::f64::consts::{E, PI};

use super::Plane;

technique::described! {
    /// A rough plain, nearly flat far out, with a funnel in the middle.
    ///
    /// # Formula
    /// ```text
    /// f(x, y) = −20 exp(−r/5) − exp(½(cos 2πx + cos 2πy)) + 20 + e        r = √(½(x² + y²))
    /// ∂f/∂x = 2x/r · exp(−r/5) + π sin 2πx · exp(½(cos 2πx + cos 2πy)),  ∂f/∂y alike
    /// ```
    ///
    /// # Minimum
    /// f(0, 0) = 0, the tip of a cone: there the function has no gradient. It is defined as 0, so that a descent that has arrived stays.
    ///
    /// # What it shows
    /// Far out the waves outweigh the slope of the funnel, so a descent without noise is caught early; at the tip a constant rate
    /// keeps hopping over the minimum, since the slope does not fade.
    pub struct Ackley("ackley", "Ackley", "Ackley, A Connectionist Machine for Genetic Hillclimbing, Kluwer 1987", 1987) {}
}

fn radius([x, y]: [f64; 2]) -> f64 {
    (0.5 * (x * x + y * y)).sqrt()
}

/// ½(cos 2πx + cos 2πy), 1 at points of whole numbers.
fn waves([x, y]: [f64; 2]) -> f64 {
    0.5 * ((2.0 * PI * x).cos() + (2.0 * PI * y).cos())
}

impl Plane for Ackley {
    fn value(&self, p: [f64; 2]) -> f64 {
        // 20 and e taken into the exponentials: the sum is exactly 0 at the minimum.
        -20.0 * (-radius(p) / 5.0).exp_m1() - E * (waves(p) - 1.0).exp_m1()
    }

    fn gradient(&self, p: [f64; 2]) -> [f64; 2] {
        let r = radius(p);
        if r == 0.0 {
            return [0.0; 2];
        }
        let (funnel, waves) = (2.0 * (-r / 5.0).exp(), PI * waves(p).exp());
        p.map(|z| funnel * (z / r) + waves * (2.0 * PI * z).sin())
    }

    fn window(&self) -> [(f64, f64); 2] {
        [(-5.0, 5.0), (-5.0, 5.0)]
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0]]
    }

    fn start(&self) -> [f64; 2] {
        [-2.4, 1.7]
    }
}
