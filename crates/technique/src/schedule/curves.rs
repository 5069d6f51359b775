//! The curves: one formula each. t counts steps from 0, T is the number of steps the curve spans.

use std::f64::consts::PI;

crate::described! {
    /// The learning rate as it is given.
    ///
    /// # Formula
    /// ```text
    /// f(t) = 1
    /// ```
    pub struct Constant("constant", "Constant", "Robbins & Monro 1951 ask for a rate that falls; a constant one is common practice", 1951) {}
}

crate::described! {
    /// A fixed factor every so many steps.
    ///
    /// # Formula
    /// ```text
    /// f(t) = γ^⌊t/k⌋
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `StepLR(step_size=k, gamma=γ)`, called once a step; optax's `exponential_decay(…, staircase=True)`.
    pub struct Staircase("step", "Step decay", "Krizhevsky, Sutskever & Hinton, ImageNet classification with deep CNNs, NIPS 2012, section 5", 2012) {
        /// Factor γ.
        factor: f64 = 0.1, Domain::Positive, Search::Log(0.1, 0.9);
        /// Steps k between two of them.
        every: u64 = 1000, Domain::Count(1);
    }
}

impl Staircase {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        self.factor.powf((t / self.every) as f64)
    }
}

crate::described! {
    /// Exponential decay.
    ///
    /// # Formula
    /// ```text
    /// f(t) = γ^(t/k)
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `ExponentialLR(gamma=γ)` has k = 1; Keras and optax call k `decay_steps` and `transition_steps`.
    pub struct Exponential("exponential", "Exponential decay", "Senior et al., An empirical study of learning rates in deep neural networks, ICASSP 2013, section 2", 2013) {
        /// Factor γ for every `every` steps.
        factor: f64 = 0.999, Domain::Positive, Search::LogComplement(0.99, 0.9999);
        /// Steps k in which the rate changes by γ.
        every: u64 = 1, Domain::Count(1);
    }
}

impl Exponential {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        self.factor.powf(t as f64 / self.every as f64)
    }
}

crate::described! {
    /// Inverse time decay: the learning-rate decay of the textbook.
    ///
    /// # Formula
    /// ```text
    /// f(t) = 1 / (1 + d t/k)
    /// ```
    ///
    /// # Conventions
    /// Keras' `InverseTimeDecay(decay_rate=d, decay_steps=k, staircase)`.
    pub struct Inverse("inverse", "Inverse time decay", "Bottou, Stochastic gradient descent tricks, 2012, section 5.2", 2012) {
        /// Decay d for every `every` steps.
        rate: f64 = 0.001, Domain::NonNegative, Search::Log(1e-5, 1e-1);
        /// Steps k.
        every: u64 = 1, Domain::Count(1);
        /// Falls in steps: ⌊t/k⌋ in place of t/k.
        staircase: bool = false, Domain::Flag;
    }
}

impl Inverse {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        let time = t as f64 / self.every as f64;
        1.0 / (1.0 + self.rate * if self.staircase { time.floor() } else { time })
    }
}

crate::described! {
    /// Polynomial decay; with power 1 a straight line.
    ///
    /// # Formula
    /// ```text
    /// f(t) = e + (1−e) (1 − t/T)^q      for t ≤ T, then e
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `PolynomialLR(total_iters=T, power=q)` and optax's `polynomial_schedule`.
    pub struct Polynomial("polynomial", "Polynomial decay", "Chen et al., DeepLab, TPAMI 40 (2018), section 4.1 (\"poly\")", 2016) {
        /// Power q.
        power: f64 = 1.0, Domain::Positive, Search::Linear(0.5, 3.0);
        /// Factor e at the end.
        end: f64 = 0.0, Domain::NonNegative;
        /// Steps T; 0 for the rest of the run.
        steps: u64 = 0, Domain::Count(0);
    }
}

impl Polynomial {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        self.end + (1.0 - self.end) * (1.0 - share(t, self.steps)).powf(self.power)
    }
}

crate::described! {
    /// Half a cosine from the full rate down to its end.
    ///
    /// # Formula
    /// ```text
    /// f(t) = e + (1−e) (1 + cos(π t/T)) / 2      for t ≤ T, then e
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `CosineAnnealingLR(T_max=T)` (which rises again after T; this one stays), Keras' `CosineDecay`, optax's
    /// `cosine_decay_schedule(alpha=e)`.
    pub struct Cosine("cosine", "Cosine decay", "Loshchilov & Hutter, SGDR, ICLR 2017, arXiv:1608.03983, eq. (5)", 2017) {
        /// Factor e at the end.
        end: f64 = 0.0, Domain::NonNegative;
        /// Steps T; 0 for the rest of the run.
        steps: u64 = 0, Domain::Count(0);
    }
}

impl Cosine {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        half_cosine(1.0, self.end, share(t, self.steps))
    }
}

crate::choice! {
    /// The shape between the corners of a one-cycle schedule.
    pub enum Shape {
        /// Half cosines.
        Cosine = "cosine",
        /// Straight lines.
        Line = "line",
    }
}

crate::choice! {
    /// When a schedule of T steps reaches its end.
    pub enum Ends {
        /// At its last step, t = T−1 (and the peak at wT−1): PyTorch.
        Last = "last",
        /// After its last step, t = T (and the peak at ⌊wT⌋): optax.
        After = "after",
    }
}

crate::described! {
    /// One cycle: up to the full rate, then down to almost nothing.
    ///
    /// # Formula
    /// ```text
    /// f rises from s to 1 over the first w T steps and falls from 1 to e over the rest
    /// ```
    /// The rule's learning rate is the peak.
    ///
    /// # Conventions
    /// PyTorch's `OneCycleLR(max_lr=η, total_steps=T, pct_start=w, div_factor=1/s, final_div_factor=s/e)`, without its cycling of the momentum;
    /// `ends=after` is optax's `cosine_onecycle_schedule`.
    pub struct OneCycle("onecycle", "One cycle", "Smith & Topin, Super-convergence, arXiv:1708.07120, section 3", 2017) {
        /// Share w of the steps before the peak.
        warm: f64 = 0.3, Domain::Fraction, Search::Linear(0.1, 0.5);
        /// Factor s at the start.
        start: f64 = 0.04, Domain::NonNegative;
        /// Factor e at the end.
        end: f64 = 4e-6, Domain::NonNegative;
        /// Half cosines or straight lines.
        shape: Shape = Shape::Cosine, Domain::Choice(Shape::NAMES);
        /// When the end is reached.
        ends: Ends = Ends::Last, Domain::Choice(Ends::NAMES);
        /// Steps T; 0 for the rest of the run.
        steps: u64 = 0, Domain::Count(0);
    }
    dialect torch ("torch.optim.lr_scheduler.OneCycleLR") {}
    dialect optax ("optax.cosine_onecycle_schedule") { ends = Choice("after") }
}

impl OneCycle {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        let (t, total) = (t as f64, self.steps as f64);
        let (peak, end) = match self.ends {
            Ends::Last => (self.warm * total - 1.0, total - 1.0),
            Ends::After => ((self.warm * total).floor(), total),
        };
        let between = |from: f64, to: f64, share: f64| match self.shape {
            Shape::Cosine => half_cosine(from, to, share),
            Shape::Line => from + (to - from) * share,
        };
        if t <= peak {
            between(self.start, 1.0, if peak > 0.0 { t / peak } else { 1.0 })
        } else if t < end {
            between(1.0, self.end, (t - peak) / (end - peak))
        } else {
            self.end
        }
    }
}

crate::described! {
    /// Linear warm-up.
    ///
    /// # Formula
    /// ```text
    /// f(t) = s + (1−s) t/T      for t ≤ T, then 1
    /// ```
    ///
    /// # Conventions
    /// PyTorch's `LinearLR(start_factor=s, total_iters=T)`, optax's `linear_schedule`. With s = 0 the first step, t = 0, does not move.
    pub struct WarmUp("warmup", "Linear warm-up", "Goyal et al., Accurate, large minibatch SGD, arXiv:1706.02677, section 2.2", 2017) {
        /// Factor s at the start.
        start: f64 = 0.0, Domain::NonNegative;
        /// Steps T; 0 for the rest of the run.
        steps: u64 = 0, Domain::Count(0);
    }
}

impl WarmUp {
    /// The factor at step `t`.
    pub fn factor(&self, t: u64) -> f64 {
        self.start + (1.0 - self.start) * share(t, self.steps)
    }
}

/// t/T, at most 1; 1 for a curve of no steps.
fn share(t: u64, steps: u64) -> f64 {
    if t >= steps { 1.0 } else { t as f64 / steps as f64 }
}

fn half_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * share).cos()) / 2.0
}
