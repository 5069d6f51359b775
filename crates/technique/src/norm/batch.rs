//! Batch normalisation.

use crate::layer::{Layer, Pass, Phase};
use crate::real::Real;
use crate::wide;

crate::choice! {
    /// Whose weight `momentum` is, in the moving averages.
    pub enum MomentumOf {
        /// Of the old average (textbook, Keras).
        Old = "old",
        /// Of the new batch (PyTorch).
        New = "new",
    }
}

crate::choice! {
    /// How the running variance estimates a batch's.
    pub enum Estimate {
        /// Divided by n.
        Biased = "biased",
        /// Divided by n − 1.
        Unbiased = "unbiased",
    }
}

crate::described! {
    /// Batch normalisation: each column of a mini-batch gets mean 0 and variance 1, then a scale γ and a shift β that are learned.
    ///
    /// # Formula
    /// In training, over the N rows of the mini-batch, column by column:
    /// ```text
    /// μ = 1/N Σ x,   σ² = 1/N Σ (x − μ)²,   x̂ = (x − μ)/√(σ² + ε),   y = γ x̂ + β
    /// ```
    /// In evaluation the running averages of μ and σ² stand in their place. γ starts at 1, β at 0.
    ///
    /// # Backward
    /// The computational graph, node by node, with s = √(σ² + ε) and x_c = x − μ:
    /// ```text
    /// x ──┬─────────────(−)── x_c ──┬──────────────(×)── x̂ ──(×γ)──(+β)── y
    ///     └─ mean ── μ ──┘          └─ ² ─ mean ─ σ² ─ √(·+ε) ─ s ─ 1/· ─┘
    ///
    /// dβ = Σ dy                              (+ node: passes dy on)
    /// dγ = Σ dy x̂                            (× node)
    /// dx̂ = γ dy
    /// dx_c = dx̂ / s                          (× node, one arm)
    /// ds = −Σ dx̂ x_c / s²                    (× node, the other arm, and 1/· )
    /// dσ² = ds / (2 s)                       (√ node)
    /// dx_c += 2 x_c dσ² / N                  (² and mean nodes)
    /// dμ = −Σ dx_c                           (− node)
    /// dx = dx_c + dμ / N                     (mean node)
    /// ```
    /// Put into one another, with Σ x̂ = 0, they give the closed form that the code uses:
    /// ```text
    /// dx = γ/(N s) · (N dy − dβ − x̂ dγ)
    /// ```
    /// A test computes both and compares them.
    ///
    /// # Memory
    /// Two running averages a column, which are no parameters: an optimizer never sees them.
    ///
    /// # Conventions
    /// The textbook: ε = 1e-6, momentum .9 of the old average, running variance from 0, biased. PyTorch: ε = 1e-5, momentum .1 of the new batch,
    /// from 1, unbiased n/(n−1). Keras: ε = 1e-3, momentum .99 of the old, from 1, biased. All normalise a batch with its biased variance.
    pub struct BatchNorm("batch", "Batch normalisation", "Ioffe & Szegedy, Batch normalization, ICML 2015, arXiv:1502.03167, Algorithms 1 and 2", 2015) {
        /// ε, against division by 0.
        eps: f64 = 1e-6, Domain::Positive;
        /// Weight in the moving averages.
        momentum: f64 = 0.9, Domain::Share;
        /// Whose weight it is.
        momentum_of: MomentumOf = MomentumOf::Old, Domain::Choice(MomentumOf::NAMES);
        /// Running variance before the first batch.
        initial: f64 = 0.0, Domain::NonNegative;
        /// How the running variance estimates.
        running: Estimate = Estimate::Biased, Domain::Choice(Estimate::NAMES);
    }
    dialect torch ("torch.nn.BatchNorm1d") {
        eps = Number(1e-5), momentum = Number(0.1), momentum_of = Choice("new"), initial = Number(1.0), running = Choice("unbiased"),
    }
    dialect keras ("keras.layers.BatchNormalization") { eps = Number(1e-3), momentum = Number(0.99), initial = Number(1.0) }
    absent optax ("optax has no layers");
    absent jax ("JAX itself has no layers");
}

/// A batch-norm layer over `columns` columns: parameters γ then β, each of `columns` numbers.
#[derive(Debug, Clone)]
pub struct BatchNormLayer<T> {
    settings: BatchNorm,
    /// μ of the last pass.
    mean: Vec<T>,
    /// 1/√(σ² + ε) of the last pass.
    scale: Vec<T>,
    /// Running averages: means, then variances.
    running: Vec<T>,
}

impl<T: Real> BatchNormLayer<T> {
    /// A layer over `columns` columns, its running averages at birth.
    pub fn new(settings: BatchNorm, columns: usize) -> Self {
        let mut running = vec![T::zero(); 2 * columns];
        running[columns..].fill(T::of(settings.initial));
        Self { settings, mean: vec![T::zero(); columns], scale: vec![T::zero(); columns], running }
    }

    /// The running averages: one mean a column, then one variance a column.
    pub fn running(&self) -> &[T] {
        &self.running
    }

    /// The running averages, to load saved ones.
    pub fn running_mut(&mut self) -> &mut [T] {
        &mut self.running
    }

    /// μ and σ² (in the place of 1/s) of a mini-batch.
    fn observe(&mut self, rows: usize, x: &[T]) {
        let (mean, variance) = (&mut self.mean[..], &mut self.scale[..]);
        let share = T::of(1.0 / rows as f64);
        wide!([T: Real] (x: &[T], share: T, mean: &mut [T], variance: &mut [T]) {
            mean.fill(T::zero());
            for row in x.chunks_exact(mean.len()) {
                for (m, &x) in mean.iter_mut().zip(row) {
                    *m += x;
                }
            }
            mean.iter_mut().for_each(|m| *m *= share);

            variance.fill(T::zero());
            for row in x.chunks_exact(mean.len()) {
                for ((v, &x), &m) in variance.iter_mut().zip(row).zip(&*mean) {
                    *v += (x - m) * (x - m);
                }
            }
            variance.iter_mut().for_each(|v| *v *= share);
        });
    }

    /// What μ and σ² leave in the running averages.
    fn remember(&mut self, rows: usize) {
        let columns = self.mean.len();
        let new = match self.settings.momentum_of {
            MomentumOf::Old => 1.0 - self.settings.momentum,
            MomentumOf::New => self.settings.momentum,
        };
        let correction = match self.settings.running {
            Estimate::Biased => 1.0,
            // One row has no unbiased variance; leave it as it is rather than divide by 0.
            Estimate::Unbiased => rows as f64 / (rows as f64 - 1.0).max(1.0),
        };
        let (old, new, new_variance) = (T::of(1.0 - new), T::of(new), T::of(new * correction));
        let (means, variances) = self.running.split_at_mut(columns);
        for (running, &m) in means.iter_mut().zip(&self.mean) {
            *running = old * *running + new * m;
        }
        for (running, &v) in variances.iter_mut().zip(&self.scale) {
            *running = old * *running + new_variance * v;
        }
    }
}

impl<T: Real> Layer<T> for BatchNormLayer<T> {
    fn forward(&mut self, pass: &Pass, params: &[T], x: &[T], y: &mut [T]) {
        let columns = self.mean.len();
        match pass.phase {
            Phase::Training => {
                self.observe(pass.rows, x);
                self.remember(pass.rows);
            }
            Phase::Probing => self.observe(pass.rows, x),
            Phase::Evaluation => {
                self.mean.copy_from_slice(&self.running[..columns]);
                self.scale.copy_from_slice(&self.running[columns..]);
            }
        }
        let eps = T::of(self.settings.eps);
        self.scale.iter_mut().for_each(|v| *v = T::one() / (*v + eps).sqrt());
        let ((gamma, beta), mean, scale) = (params.split_at(columns), &self.mean[..], &self.scale[..]);
        wide!([T: Real] (gamma: &[T], beta: &[T], mean: &[T], scale: &[T], x: &[T], y: &mut [T]) {
            for (x, y) in x.chunks_exact(mean.len()).zip(y.chunks_exact_mut(mean.len())) {
                for (((((y, &x), &m), &s), &gamma), &beta) in
                    y.iter_mut().zip(x).zip(mean).zip(scale).zip(gamma).zip(beta)
                {
                    *y = gamma * ((x - m) * s) + beta;
                }
            }
        });
    }

    fn backward(
        &mut self,
        pass: &Pass,
        params: &[T],
        x: &[T],
        _y: &[T],
        dy: &[T],
        grads: &mut [T],
        dx: Option<&mut [T]>,
    ) {
        let columns = self.mean.len();
        let (dgamma, dbeta) = grads.split_at_mut(columns);
        let (mean, scale) = (&self.mean[..], &self.scale[..]);
        wide!([T: Real] (mean: &[T], scale: &[T], x: &[T], dy: &[T], dgamma: &mut [T], dbeta: &mut [T]) {
            dgamma.fill(T::zero());
            dbeta.fill(T::zero());
            for (dy, x) in dy.chunks_exact(mean.len()).zip(x.chunks_exact(mean.len())) {
                for (((((dgamma, dbeta), &dy), &x), &m), &s) in
                    dgamma.iter_mut().zip(dbeta.iter_mut()).zip(dy).zip(x).zip(mean).zip(scale)
                {
                    *dbeta += dy;
                    *dgamma += dy * ((x - m) * s);
                }
            }
        });
        let Some(dx) = dx else { return };
        let share = match pass.phase {
            Phase::Training | Phase::Probing => T::of(1.0 / pass.rows as f64),
            // Running averages do not depend on x: the two sums fall away.
            Phase::Evaluation => T::zero(),
        };
        let (gamma, sums) = (&params[..columns], &*grads);
        wide!([T: Real] (gamma: &[T], mean: &[T], scale: &[T], sums: &[T], share: T, x: &[T], dy: &[T], dx: &mut [T]) {
            let (columns, (dgamma, dbeta)) = (mean.len(), sums.split_at(mean.len()));
            for ((dx, dy), x) in dx.chunks_exact_mut(columns).zip(dy.chunks_exact(columns)).zip(x.chunks_exact(columns)) {
                let row = dx.iter_mut().zip(dy).zip(x).zip(mean).zip(scale).zip(gamma).zip(dgamma).zip(dbeta);
                for (((((((dx, &dy), &x), &m), &s), &gamma), &dgamma), &dbeta) in row {
                    let normed = (x - m) * s;
                    *dx = gamma * s * (dy - share * (dbeta + normed * dgamma));
                }
            }
        });
    }
}

#[cfg(test)]
mod tests;
