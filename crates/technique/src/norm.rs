//! Normalisation: layers that keep the activations' scale in hand.

pub mod batch;

use batch::BatchNorm;

crate::described! {
    /// No normalisation.
    ///
    /// # Formula
    /// ```text
    /// y = x
    /// ```
    pub struct NoNorm("none", "No normalisation", "the chapter's other half of the comparison", 1986) {}
}

crate::family! {
    /// Any of the norms.
    pub enum Norm("norm", "layers") {
        None(NoNorm),
        Batch(BatchNorm),
    }
}

impl Default for Norm {
    fn default() -> Self {
        NoNorm::default().into()
    }
}
