//! Activation functions: one formula, its slope, element by element.

use super::{Layer, Pass};
use crate::real::Real;
use crate::wide;

/// A function of one number and its derivative.
pub trait Pointwise {
    /// Whether the derivative can be told from y alone. A network then keeps no x: y takes its place.
    const BY_VALUE: bool;

    /// y = f(x).
    fn value<T: Real>(&self, x: T) -> T;
    /// f′(x), which may use y = f(x).
    fn slope<T: Real>(&self, x: T, y: T) -> T;
}

#[inline(always)]
fn sigmoid<T: Real>(x: T) -> T {
    T::one() / (T::one() + (-x).fast_exp())
}

crate::described! {
    /// The logistic function; flat at both ends, where gradients vanish.
    ///
    /// # Formula
    /// ```text
    /// y = 1/(1 + e^−x),   y′ = y (1 − y)
    /// ```
    ///
    /// # Conventions
    /// In f32 the exponential is a vectorised one (`exp.rs`), off by at most 1.5 units in the last place.
    pub struct Sigmoid("sigmoid", "Sigmoid", "Rumelhart, Hinton & Williams, Nature 323 (1986), eq. (2)", 1986) {}
}

impl Pointwise for Sigmoid {
    const BY_VALUE: bool = true;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        sigmoid(x)
    }
    #[inline(always)]
    fn slope<T: Real>(&self, _: T, y: T) -> T {
        y * (T::one() - y)
    }
}

crate::described! {
    /// The hyperbolic tangent: a sigmoid through the origin.
    ///
    /// # Formula
    /// ```text
    /// y = tanh x,   y′ = 1 − y²
    /// ```
    ///
    /// # Conventions
    /// In f32 it is a vectorised one (`exp.rs`), off by at most 2.5 units in the last place.
    pub struct Tanh("tanh", "Tanh", "LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998, section 4.4", 1998) {}
}

impl Pointwise for Tanh {
    const BY_VALUE: bool = true;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        x.fast_tanh()
    }
    #[inline(always)]
    fn slope<T: Real>(&self, _: T, y: T) -> T {
        T::one() - y * y
    }
}

crate::described! {
    /// The rectifier: the positive half of its input.
    ///
    /// # Formula
    /// ```text
    /// y = max(0, x),   y′ = 1 where x > 0, else 0
    /// ```
    pub struct Relu("relu", "ReLU", "Nair & Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010", 2010) {}
}

impl Pointwise for Relu {
    const BY_VALUE: bool = true;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        // Not `max`, which would turn NaN into 0 and hide that a trial has diverged.
        if x <= T::zero() { T::zero() } else { x }
    }
    #[inline(always)]
    fn slope<T: Real>(&self, _: T, y: T) -> T {
        if y > T::zero() { T::one() } else { T::zero() }
    }
}

crate::described! {
    /// ReLU with a small slope on the negative side, so that no unit dies.
    ///
    /// # Formula
    /// ```text
    /// y = x where x > 0, else a x,   y′ = 1 or a
    /// ```
    ///
    /// # Conventions
    /// PyTorch and JAX: a = .01, as here; Keras: .3.
    pub struct LeakyRelu("leaky_relu", "Leaky ReLU", "Maas, Hannun & Ng, Rectifier nonlinearities improve neural network acoustic models, 2013", 2013) {
        /// Slope a on the negative side.
        slope: f64 = 0.01, Domain::NonNegative;
    }
    dialect torch ("torch.nn.LeakyReLU") {}
    dialect keras ("keras.layers.LeakyReLU") { slope = Number(0.3) }
    dialect jax ("jax.nn.leaky_relu") {}
}

impl Pointwise for LeakyRelu {
    const BY_VALUE: bool = true;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        if x > T::zero() { x } else { T::of(self.slope) * x }
    }
    #[inline(always)]
    fn slope<T: Real>(&self, _: T, y: T) -> T {
        // y has the sign of x, or is 0 for all x ≤ 0.
        if y > T::zero() { T::one() } else { T::of(self.slope) }
    }
}

crate::choice! {
    /// How GELU's Φ is computed.
    pub enum Form {
        /// By the error function.
        Exact = "exact",
        /// By the tanh approximation.
        Tanh = "tanh",
    }
}

crate::described! {
    /// The Gaussian error linear unit: x times the chance that a standard normal number is below it.
    ///
    /// # Formula
    /// ```text
    /// y = x Φ(x) = x (1 + erf(x/√2))/2,   y′ = Φ(x) + x φ(x)
    /// tanh form: y = x (1 + tanh u)/2,    u = √(2/π) (x + .044715 x³)
    /// ```
    ///
    /// # Conventions
    /// PyTorch's default is exact, JAX's the tanh form.
    pub struct Gelu("gelu", "GELU", "Hendrycks & Gimpel, Gaussian error linear units, arXiv:1606.08415, section 2", 2016) {
        /// Exact or by tanh.
        form: Form = Form::Exact, Domain::Choice(Form::NAMES);
    }
    dialect torch ("torch.nn.GELU") {}
    dialect keras ("keras.activations.gelu") {}
    dialect jax ("jax.nn.gelu") { form = Choice("tanh") }
}

/// .044715 of the tanh form.
const CUBIC: f64 = 0.044_715;

impl Gelu {
    /// (1 + tanh u)/2 or Φ, and its derivative.
    #[inline(always)]
    fn gate<T: Real>(self, x: T) -> (T, T) {
        let half = T::of(0.5);
        match self.form {
            Form::Exact => {
                let density = T::of(1.0 / std::f64::consts::TAU.sqrt()) * (-half * x * x).fast_exp();
                (half * (T::one() + (x * T::of(std::f64::consts::FRAC_1_SQRT_2)).erf()), density)
            }
            Form::Tanh => {
                let root = T::of((2.0 / std::f64::consts::PI).sqrt());
                let t = (root * (x + T::of(CUBIC) * x * x * x)).fast_tanh();
                let inner = root * (T::one() + T::of(3.0 * CUBIC) * x * x);
                (half * (T::one() + t), half * (T::one() - t * t) * inner)
            }
        }
    }
}

impl Pointwise for Gelu {
    const BY_VALUE: bool = false;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        x * self.gate(x).0
    }
    #[inline(always)]
    fn slope<T: Real>(&self, x: T, _: T) -> T {
        let (gate, density) = self.gate(x);
        gate + x * density
    }
}

crate::described! {
    /// The sigmoid linear unit, also called swish.
    ///
    /// # Formula
    /// ```text
    /// y = x σ(x),   y′ = σ(x) + y (1 − σ(x))
    /// ```
    pub struct Silu("silu", "SiLU", "Elfwing, Uchibe & Doya, Sigmoid-weighted linear units, arXiv:1702.03118, eq. (7)", 2017) {}
}

impl Pointwise for Silu {
    const BY_VALUE: bool = false;

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        x * sigmoid(x)
    }
    #[inline(always)]
    fn slope<T: Real>(&self, x: T, y: T) -> T {
        let s = sigmoid(x);
        s + y * (T::one() - s)
    }
}

macro_rules! activations {
    ($($Variant:ident($Member:ty)),+ $(,)?) => {
        crate::family! {
            /// Any of the activation functions.
            pub enum Activation("activation", "layers") { $($Variant($Member)),+ }
            aliases { "swish" => "silu" }
        }

        // The match stands outside the loops: each loop is of one function, and can be vectorised.
        impl Activation {
            /// y = f(x), element by element.
            pub fn values<T: Real>(&self, x: &[T], y: &mut [T]) {
                match self {
                    $(Self::$Variant(f) => wide!([T: Real] (f: &$Member, x: &[T], y: &mut [T]) {
                        y.iter_mut().zip(x).for_each(|(y, &x)| *y = f.value(x));
                    })),+
                }
            }

            /// dx = f′(x) dy, element by element.
            pub fn slopes<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
                match self {
                    $(Self::$Variant(f) => wide!([T: Real] (f: &$Member, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
                        let points = dx.iter_mut().zip(x).zip(y).zip(dy);
                        points.for_each(|(((dx, &x), &y), &dy)| *dx = f.slope(x, y) * dy);
                    })),+
                }
            }

            /// Whether [`Activation::finish`] and [`Activation::turn_back`] may be used: the derivative can be told from y alone.
            pub fn by_value(&self) -> bool {
                match self { $(Self::$Variant(_) => <$Member as Pointwise>::BY_VALUE),+ }
            }

            /// y ← f(y + b) in place, b being added to each row. One pass over y for bias and activation.
            pub fn finish<T: Real>(&self, bias: &[T], y: &mut [T]) {
                match self {
                    $(Self::$Variant(f) => wide!([T: Real] (f: &$Member, bias: &[T], y: &mut [T]) { finish(y, bias, |y| f.value(y)) })),+
                }
            }

            /// dy ← f′ dy in place and db ← Σ dy over the rows. One pass over dy for the gradients of activation and bias.
            pub fn turn_back<T: Real>(&self, y: &[T], dy: &mut [T], db: &mut [T]) {
                match self {
                    $(Self::$Variant(f) => wide!([T: Real] (f: &$Member, y: &[T], dy: &mut [T], db: &mut [T]) {
                        turn_back(y, dy, db, |y| f.slope(T::nan(), y));
                    })),+
                }
            }
        }
    };
}

activations! {
    Sigmoid(Sigmoid),
    Tanh(Tanh),
    Relu(Relu),
    LeakyRelu(LeakyRelu),
    Gelu(Gelu),
    Silu(Silu),
}

/// y ← f(y + b), row by row.
#[inline(always)]
pub(super) fn finish<T: Real>(y: &mut [T], bias: &[T], f: impl Fn(T) -> T) {
    for row in y.chunks_exact_mut(bias.len()) {
        for (y, &b) in row.iter_mut().zip(bias) {
            *y = f(*y + b);
        }
    }
}

#[inline(always)]
fn turn_back<T: Real>(y: &[T], dy: &mut [T], db: &mut [T], slope: impl Fn(T) -> T) {
    db.fill(T::zero());
    for (dy, y) in dy.chunks_exact_mut(db.len()).zip(y.chunks_exact(db.len())) {
        for ((dy, &y), db) in dy.iter_mut().zip(y).zip(&mut *db) {
            *dy *= slope(y);
            *db += *dy;
        }
    }
}

impl<T: Real> Layer<T> for Activation {
    fn forward(&mut self, _: &Pass, _: &[T], x: &[T], y: &mut [T]) {
        self.values(x, y);
    }

    fn backward(&mut self, _: &Pass, _: &[T], x: &[T], y: &[T], dy: &[T], _: &mut [T], dx: Option<&mut [T]>) {
        if let Some(dx) = dx {
            self.slopes(x, y, dy, dx);
        }
    }
}
