//! Losses: how wrong the outputs are, and the gradient of that.

use crate::real::Real;
use crate::wide;

/// What the outputs should be.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a, T> {
    /// The class of each row.
    Classes(&'a [u32]),
    /// The values of each row, row-major, as many as outputs.
    Values(&'a [T]),
}

crate::described! {
    /// Softmax with cross-entropy, the mean over the batch: for classes.
    ///
    /// # Formula
    /// ```text
    /// y = softmax(a),   L = −1/N Σ log y_t
    /// ∂L/∂a = (y − onehot(t)) / N
    /// ```
    /// Computed as log Σ exp(a − max a) − (a_t − max a), which no logit can overflow.
    ///
    /// # Conventions
    /// The same as PyTorch's `CrossEntropyLoss` and Keras' `SparseCategoricalCrossentropy(from_logits=True)`. The textbook adds 1e-7 inside the
    /// logarithm, against log 0; the form here needs no such guard. In f32 the exponential is a vectorised one (`exp.rs`), off by at most
    /// 1.5 units in the last place.
    pub struct CrossEntropy("cross_entropy", "Softmax with cross-entropy", "Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990; gradient: the chapter's Affine-Softmax-Loss graph", 1990) {}
}

crate::described! {
    /// Mean squared error over all elements: for values.
    ///
    /// # Formula
    /// ```text
    /// L = 1/(N k) Σ (a − t)²
    /// ∂L/∂a = 2 (a − t) / (N k)
    /// ```
    /// N rows of k outputs.
    ///
    /// # Conventions
    /// PyTorch's `MSELoss`, Keras' `MeanSquaredError`. The textbook's is ½ Σ (a − t)² for one example.
    pub struct SquaredError("mse", "Mean squared error", "Legendre 1805; Gauss 1809", 1805) {}
}

crate::family! {
    /// Any of the losses.
    pub enum Loss("loss", "layers") {
        CrossEntropy(CrossEntropy),
        SquaredError(SquaredError),
    }
}

impl Loss {
    /// The loss of `rows` rows of outputs, and, if asked for, its gradient by the outputs.
    ///
    /// # Panics
    /// When the target is of the other kind or of another length, or a class is not among the outputs: readers of data rule this out.
    pub fn evaluate<T: Real>(
        &self,
        outputs: &[T],
        target: Target<'_, T>,
        rows: usize,
        gradient: Option<&mut [T]>,
    ) -> f64 {
        match (self, target) {
            (Self::CrossEntropy(_), Target::Classes(classes)) => {
                cross_entropy(outputs, classes, rows, gradient)
            }
            (Self::SquaredError(_), Target::Values(values)) => squared_error(outputs, values, gradient),
            (loss, _) => {
                panic!("`{loss}` needs the other kind of target: classes for cross_entropy, values for mse")
            }
        }
    }
}

fn cross_entropy<T: Real>(outputs: &[T], classes: &[u32], rows: usize, gradient: Option<&mut [T]>) -> f64 {
    assert_eq!(classes.len(), rows, "one class for each row");
    let width = outputs.len() / rows;
    let (logs, logits_of_targets) = match gradient {
        Some(gradient) => {
            wide!([T: Real] (outputs: &[T], classes: &[u32], width: usize, gradient: &mut [T]) -> (f64, f64) {
                sums_and_gradient(outputs, classes, width, gradient)
            })
        }
        None => {
            wide!([T: Real] (outputs: &[T], classes: &[u32], width: usize) -> (f64, f64) { sums(outputs, classes, width) })
        }
    };
    (logs - logits_of_targets) / rows as f64
}

/// Σ log Σ exp(a − max a) and Σ (a_t − max a), each in the order of the rows; and the gradient (softmax a − target) / rows.
#[inline(always)]
fn sums_and_gradient<T: Real>(
    outputs: &[T],
    classes: &[u32],
    width: usize,
    gradient: &mut [T],
) -> (f64, f64) {
    let (mut logs, mut logits_of_targets) = (0.0, 0.0);
    // a − max a, and then its exponential, of all rows at once: one row is too short to fill a vector.
    let rows = gradient.chunks_exact_mut(width).zip(outputs.chunks_exact(width)).zip(classes);
    for ((shifted, logits), &class) in rows {
        let top = largest(logits);
        shifted.iter_mut().zip(logits).for_each(|(s, &a)| *s = a - top);
        logits_of_targets += shifted[class as usize].wide();
    }
    gradient.iter_mut().for_each(|s| *s = s.fast_exp());
    let share = T::of(1.0 / classes.len() as f64);
    for (row, &class) in gradient.chunks_exact_mut(width).zip(classes) {
        let sum: T = row.iter().copied().sum();
        logs += sum.ln().wide();
        row.iter_mut().for_each(|y| *y = *y / sum * share);
        row[class as usize] -= share;
    }
    (logs, logits_of_targets)
}

/// The two sums alone.
#[inline(always)]
fn sums<T: Real>(outputs: &[T], classes: &[u32], width: usize) -> (f64, f64) {
    let (mut logs, mut logits_of_targets) = (0.0, 0.0);
    for (logits, &class) in outputs.chunks_exact(width).zip(classes) {
        let top = largest(logits);
        let sum: T = logits.iter().map(|&a| (a - top).fast_exp()).sum();
        logs += sum.ln().wide();
        logits_of_targets += (logits[class as usize] - top).wide();
    }
    (logs, logits_of_targets)
}

#[inline(always)]
fn largest<T: Real>(logits: &[T]) -> T {
    logits.iter().fold(T::neg_infinity(), |top, &a| if a > top { a } else { top })
}

fn squared_error<T: Real>(outputs: &[T], values: &[T], gradient: Option<&mut [T]>) -> f64 {
    assert_eq!(outputs.len(), values.len(), "one value for each output");
    let count = outputs.len() as f64;
    if let Some(gradient) = gradient {
        let twice = T::of(2.0 / count);
        for ((g, &a), &t) in gradient.iter_mut().zip(outputs).zip(values) {
            *g = twice * (a - t);
        }
    }
    outputs.iter().zip(values).map(|(&a, &t)| (a - t).wide().powi(2)).sum::<f64>() / count
}

#[cfg(test)]
mod tests;
