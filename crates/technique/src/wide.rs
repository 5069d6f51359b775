//! The widest vectors that this CPU has, chosen when the program runs.
//!
//! The crates are compiled for the oldest CPU of their kind, so that one program runs everywhere. [`wide`] runs a loop that was compiled a second time
//! for AVX2 where the CPU has it (through `pulp`, which keeps the check safe). The arithmetic is the same instruction by instruction, only on more
//! numbers at once: nothing is fused or reordered, and the bits are the same on both paths.

/// Runs `loops`, compiled for the widest vectors there are. What it calls must be `#[inline(always)]`, or it stays as narrow as it was.
#[inline(always)]
pub fn wide<R>(loops: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(loops)
}
