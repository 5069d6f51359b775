//! From samples to stacks with names that can be read, each told which part of a step it belongs to.

use std::collections::BTreeMap;

/// What a step consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// y ← x W over what is not 0.
    FirstForward,
    /// dW ← xᵀ dy over what is not 0.
    FirstGradient,
    /// The products of the other layers.
    Dense,
    /// The rule.
    Update,
    /// Drawing the rows of the batch and copying their bytes.
    Gather,
    /// The loss and its gradient.
    Softmax,
    /// One pass forwards, one backwards.
    Activation,
    /// Everything between them.
    Rest,
}

impl Part {
    pub(crate) const ALL: [Self; 8] = [
        Self::FirstForward,
        Self::FirstGradient,
        Self::Dense,
        Self::Update,
        Self::Gather,
        Self::Softmax,
        Self::Activation,
        Self::Rest,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FirstForward => "first layer forward",
            Self::FirstGradient => "first layer's gradient",
            Self::Dense => "dense products",
            Self::Update => "update",
            Self::Gather => "gathering the batch",
            Self::Softmax => "softmax and loss",
            Self::Activation => "bias and activation",
            Self::Rest => "the rest",
        }
    }

    /// By the frames from the step to the innermost function; the innermost that says something decides.
    fn of(frames: &[String]) -> Self {
        let says = |frame: &String| {
            let has = |words: &[&str]| words.iter().any(|word| frame.contains(word));
            // The weight gradient first: its kernels call what the product calls, too.
            if has(&["weight_gradient", "kernel::Gradient"]) {
                Some(Self::FirstGradient)
            } else if has(&["kernel::product", "kernel::Product", "Sparse::product"]) {
                Some(Self::FirstForward)
            } else if has(&["matmul::", "gemm", ASSEMBLY]) {
                Some(Self::Dense)
            } else if has(&["Optimizer::"]) {
                Some(Self::Update)
            } else if has(&["Supervised::load", "Supervised::draw", "Sparse::take", "Examples::"]) {
                Some(Self::Gather)
            } else if has(&["cross_entropy", "Loss::"]) {
                Some(Self::Softmax)
            } else if has(&["Activation::", "AffineLayer::"]) {
                Some(Self::Activation)
            } else {
                None
            }
        };
        frames.iter().rev().find_map(says).unwrap_or(Self::Rest)
    }
}

/// A chain of calls and how often it was met.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stack {
    /// From the step to the innermost function.
    pub(crate) frames: Vec<String>,
    pub(crate) part: Part,
    pub(crate) samples: u64,
}

/// Where every stack begins.
const ROOT: &str = "Training::steps";
/// The innermost loops of dense products are assembly without unwind tables: a sample there has no stack, and nothing else in a step is like that.
const ASSEMBLY: &str = "assembly of the dense products";

/// The stacks of a report, those of the same names together.
pub(crate) fn fold(report: &pprof::Report) -> Vec<Stack> {
    let mut counts = BTreeMap::<Vec<String>, u64>::new();
    for (frames, &count) in &report.data {
        // The last symbol of a frame is the function itself, those before were inlined into it, and only where there are debug symbols.
        let functions = frames.frames.iter().rev().filter_map(|frame| frame.last());
        let names = functions.map(|symbol| readable(&symbol.name()));
        *counts.entry(tidy(names)).or_default() += count.unsigned_abs() as u64;
    }
    let stack = |(frames, samples): (Vec<String>, u64)| Stack { part: Part::of(&frames), frames, samples };
    counts.into_iter().map(stack).collect()
}

/// The frames from the step on; a function and the closures in it are one.
fn tidy(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut frames: Vec<String> = names.skip_while(|name| name != ROOT).collect();
    if frames.is_empty() {
        frames = vec![ROOT.to_owned(), ASSEMBLY.to_owned()];
    }
    frames.dedup();
    frames
}

/// Functions by the samples in themselves, the heaviest first.
pub(crate) fn heaviest(stacks: &[Stack]) -> Vec<(&str, u64)> {
    let mut counts = BTreeMap::<&str, u64>::new();
    for stack in stacks {
        *counts.entry(stack.frames.last().map_or(ROOT, String::as_str)).or_default() += stack.samples;
    }
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    all
}

/// `Optimizer::update` for `<technique::optimizer::Optimizer<f32>>::update::{closure#0}`; for a loop that `pulp` compiled once more, its own name.
fn readable(symbol: &str) -> String {
    let symbol = symbol.rsplit_once("vectorize::Impl<").map_or(symbol, |(_, of)| of);
    // The C library names its functions after the vectors they use.
    if let Some(plain) = symbol.strip_prefix("__") {
        return plain.split("_avx").next().unwrap_or(plain).split("_evex").next().unwrap_or(plain).to_owned();
    }
    // A type in front, `<A>::f` or `<A as B>::f`, counts for itself.
    let symbol = symbol.strip_prefix('<').unwrap_or(symbol);
    let mut depth = 0_i32;
    let mut plain = String::new();
    for letter in symbol.split(" as ").next().unwrap_or(symbol).chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = (depth - 1).max(0),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let words = plain.split("::").filter(|word| !word.is_empty() && !word.starts_with('{'));
    let words: Vec<&str> = words.collect();
    words[words.len().saturating_sub(2)..].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_source() {
        for (symbol, name) in [
            ("<technique::optimizer::Optimizer<f32>>::update::{closure#0}", "Optimizer::update"),
            (
                "<pulp::x86::v4::V4>::vectorize::imp::<<pulp::x86::v4::V4 as pulp::Simd>::vectorize::Impl<technique::sparse::kernel::Product<f32, \
                 technique::sparse::kernel::Looked<f32>>>>",
                "kernel::Product",
            ),
            (
                "<pulp::x86::v4::V4>::vectorize::imp::<<pulp::x86::v4::V4 as pulp::Simd>::vectorize::Impl<<technique::layer::activation::Activation>::\
                 finish<f32>::{closure#2}>>",
                "Activation::finish",
            ),
            ("technique::sparse::kernel::weight_gradient::<f32>", "kernel::weight_gradient"),
            ("<speed::workload::training::Training>::steps", "Training::steps"),
            ("__memcpy_avx512_unaligned_erms", "memcpy"),
            ("private_gemm_x86::gemm", "private_gemm_x86::gemm"),
        ] {
            assert_eq!(readable(symbol), name);
        }
    }

    #[test]
    fn stacks_begin_at_the_step_and_know_their_part() {
        let names = ["main", "Training::steps", "Optimizer::update", "Optimizer::update"];
        let frames = tidy(names.map(str::to_owned).into_iter());
        assert_eq!(frames, ["Training::steps", "Optimizer::update"]);
        assert_eq!(Part::of(&frames), Part::Update);
        assert_eq!(Part::of(&tidy(std::iter::empty())), Part::Dense);
    }
}
