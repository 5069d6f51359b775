//! The parameters of a network are one flat vector; a [`Layout`] names its blocks.
//!
//! Gradients and every memory slot of an update rule have the same layout. So an update rule is a loop over slices, and a checkpoint is a few vectors.

use std::ops::Range;

/// What a block is in its layer. It decides how the block is born and whether weight decay touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A weight matrix, shape (in, out): drawn by the [`Init`](crate::init::Init).
    Weight,
    /// A bias or a shift β: born 0.
    Bias,
    /// A scale γ of a norm: born 1.
    Scale,
    /// A coordinate of the plane, or anything else a caller fills in: born 0.
    Free,
}

/// One named block of the flat vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// `affine1.weight`, unique in its layout.
    pub name: String,
    /// Its shape; weight matrices are (in, out).
    pub shape: Vec<usize>,
    /// What it is.
    pub role: Role,
    /// Where it lies in the flat vector.
    pub range: Range<usize>,
}

/// Names, shapes and ranges of the blocks of one flat vector, without gaps, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    spans: Vec<Span>,
}

impl Layout {
    /// An empty layout; add blocks with [`Layout::push`].
    pub fn new() -> Self {
        Self::default()
    }

    /// One nameless block of `len` numbers.
    pub fn flat(len: usize) -> Self {
        let mut layout = Self::new();
        layout.push("params", &[len], Role::Free);
        layout
    }

    /// Appends a block and says where it lies.
    pub fn push(&mut self, name: impl Into<String>, shape: &[usize], role: Role) -> Range<usize> {
        let start = self.len();
        let range = start..start + shape.iter().product::<usize>();
        self.spans.push(Span { name: name.into(), shape: shape.to_vec(), role, range: range.clone() });
        range
    }

    /// Numbers in the flat vector.
    pub fn len(&self) -> usize {
        self.spans.last().map_or(0, |span| span.range.end)
    }

    /// No numbers at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The blocks, in the order of the flat vector.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The block of that name.
    pub fn span(&self, name: &str) -> Option<&Span> {
        self.spans.iter().find(|span| span.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_end_to_end() {
        let mut layout = Layout::new();
        assert!(layout.is_empty());
        assert_eq!(layout.push("w", &[3, 2], Role::Weight), 0..6);
        assert_eq!(layout.push("b", &[2], Role::Bias), 6..8);
        assert_eq!(layout.len(), 8);
        assert_eq!(layout.span("b").map(|s| s.range.clone()), Some(6..8));
        assert_eq!(layout.span("c"), None);
    }
}
