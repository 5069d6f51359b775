//! Functions of the plane: loss surfaces small enough to look at.
//!
//! | function | f(x, y) | what it is hard for | file |
//! |---|---|---|---|
//! | [ravine](ravine::Ravine) | x²/20 + y² | one rate for a flat and a steep direction | `function/ravine.rs` |
//! | [sphere](sphere::Sphere) | x² + y² | nothing: the yardstick | `function/sphere.rs` |
//! | [saddle](saddle::Saddle) | x² − y² | leaving a point without gradient | `function/saddle.rs` |
//! | [rosenbrock](rosenbrock::Rosenbrock) | (a − x)² + b(y − x²)² | a curved, narrow valley | `function/rosenbrock.rs` |
//! | [beale](beale::Beale) | Σ (cᵢ − x + xyⁱ)² | flat land between steep walls | `function/beale.rs` |
//! | [himmelblau](himmelblau::Himmelblau) | (x² + y − 11)² + (x + y² − 7)² | four minima of equal depth | `function/himmelblau.rs` |
//! | [booth](booth::Booth) | (x + 2y − 7)² + (2x + y − 5)² | a ravine that is no axis's | `function/booth.rs` |
//! | [three_hump_camel](three_hump_camel::ThreeHumpCamel) | 2x² − 1.05x⁴ + x⁶/6 + xy + y² | two minima beside the lowest | `function/three_hump_camel.rs` |
//! | [rastrigin](rastrigin::Rastrigin) | 20 + Σ (z² − 10 cos 2πz) | a minimum near every point of whole numbers | `function/rastrigin.rs` |
//! | [ackley](ackley::Ackley) | see its page | a flat, rough plain around a funnel | `function/ackley.rs` |
//! | [styblinski_tang](styblinski_tang::StyblinskiTang) | ½ Σ (z⁴ − 16z² + 5z) | four minima of different depth | `function/styblinski_tang.rs` |
//!
//! A function is a struct that implements [`Plane`]. To add one: write its file, add one word to the list at the end of this one. It then appears in
//! the command line, in `list` and `show`, and in the shared tests.

pub mod ackley;
pub mod beale;
pub mod booth;
pub mod himmelblau;
pub mod rastrigin;
pub mod ravine;
pub mod rosenbrock;
pub mod saddle;
pub mod sphere;
pub mod styblinski_tang;
pub mod three_hump_camel;

/// A function of two real numbers. A point is `[x, y]`.
pub trait Plane {
    /// f(x, y).
    fn value(&self, p: [f64; 2]) -> f64;

    /// (∂f/∂x, ∂f/∂y).
    fn gradient(&self, p: [f64; 2]) -> [f64; 2];

    /// The part of the plane worth drawing: (lowest, highest) of x and of y. It holds the start and all minima.
    fn window(&self) -> [(f64, f64); 2];

    /// All points of least value; empty when the function falls for ever. Minima that only their neighbours lie above are not listed.
    fn minima(&self) -> Vec<[f64; 2]>;

    /// A start from which the descent shows what the function is hard for.
    fn start(&self) -> [f64; 2];
}

macro_rules! functions {
    ($($Variant:ident($Member:ty)),+ $(,)?) => {
        technique::family! {
            /// Any of the functions.
            pub enum Function("function", "functions") { $($Variant($Member)),+ }
        }

        impl Plane for Function {
            fn value(&self, p: [f64; 2]) -> f64 {
                match self { $(Self::$Variant(f) => f.value(p)),+ }
            }
            fn gradient(&self, p: [f64; 2]) -> [f64; 2] {
                match self { $(Self::$Variant(f) => f.gradient(p)),+ }
            }
            fn window(&self) -> [(f64, f64); 2] {
                match self { $(Self::$Variant(f) => f.window()),+ }
            }
            fn minima(&self) -> Vec<[f64; 2]> {
                match self { $(Self::$Variant(f) => f.minima()),+ }
            }
            fn start(&self) -> [f64; 2] {
                match self { $(Self::$Variant(f) => f.start()),+ }
            }
        }
    };
}

// The list. One word here adds a function everywhere.
functions! {
    Ravine(ravine::Ravine),
    Sphere(sphere::Sphere),
    Saddle(saddle::Saddle),
    Rosenbrock(rosenbrock::Rosenbrock),
    Beale(beale::Beale),
    Himmelblau(himmelblau::Himmelblau),
    Booth(booth::Booth),
    ThreeHumpCamel(three_hump_camel::ThreeHumpCamel),
    Rastrigin(rastrigin::Rastrigin),
    Ackley(ackley::Ackley),
    StyblinskiTang(styblinski_tang::StyblinskiTang),
}

#[cfg(test)]
mod tests;
