//! The update rules and where they are used.

/// An update rule in PyTorch's conventions. With gradient g, rate η and parameters p, and the memory 0 at the start:
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// p ← p − η g.
    Sgd,
    /// m ← 0.9 m + g, p ← p − η m.
    Momentum,
    /// m ← 0.9 m + g, p ← p − η (g + 0.9 m).
    Nesterov,
    /// v ← v + g², p ← p − η g / (√v + ε), ε = 1e-10.
    AdaGrad,
    /// v ← 0.99 v + 0.01 g², p ← p − η g / (√v + ε), ε = 1e-8.
    RmsProp,
    /// m ← 0.9 m + 0.1 g, v ← 0.999 v + 0.001 g², p ← p − η m̂ / (√v̂ + ε), m̂ = m / (1 − 0.9ᵗ), v̂ = v / (1 − 0.999ᵗ), ε = 1e-8.
    Adam,
}

impl Rule {
    /// 0.9, of both rules with momentum.
    pub const MOMENTUM: f64 = 0.9;
    /// 0.99, what RMSProp keeps of the mean square.
    pub const ALPHA: f64 = 0.99;
    /// What AdaGrad adds to the root.
    pub const ADAGRAD_EPSILON: f64 = 1e-10;
    /// What RMSProp and Adam add to the root.
    pub const EPSILON: f64 = 1e-8;

    /// Its name in the protocol.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Momentum => "momentum",
            Self::Nesterov => "nesterov",
            Self::AdaGrad => "adagrad",
            Self::RmsProp => "rmsprop",
            Self::Adam => "adam",
        }
    }
}

/// The rules of W1 and their rates.
pub(crate) const W1_RULES: [(Rule, f64); 4] =
    [(Rule::Sgd, 0.01), (Rule::Momentum, 0.01), (Rule::AdaGrad, 0.01), (Rule::Adam, 0.001)];

/// The rules of W3.
pub(crate) const W3_RULES: [Rule; 6] =
    [Rule::Sgd, Rule::Momentum, Rule::Nesterov, Rule::AdaGrad, Rule::RmsProp, Rule::Adam];

/// The rules of W5 and the factor of their rates, the costly ones first: so the threads end together.
pub(crate) const W5_RULES: [(Rule, f64); 5] =
    [(Rule::Adam, 0.1), (Rule::RmsProp, 0.1), (Rule::AdaGrad, 1.0), (Rule::Momentum, 1.0), (Rule::Sgd, 1.0)];

/// The rates of W5.
pub(crate) const W5_RATES: [f64; 4] = [0.1, 0.03, 0.01, 0.003];
