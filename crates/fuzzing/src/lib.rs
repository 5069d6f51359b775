//! **Foreign bytes.** What a fuzzer does with every reader of the laboratory, and what must hold whatever the bytes are.
//!
//! A [target](TARGETS) is a function of bytes that panics when a reader breaks a promise: it may refuse them with an error, but not panic, not
//! take memory beyond what they hold, and not say two things of the same bytes. The programs in `fuzz/` call these functions with bytes that a
//! fuzzer makes up; the test of this crate calls them with the files of `fuzz/corpus/`, on any toolchain.

mod journal;
mod tables;
mod texts;

/// A target: its name, which is that of its program and of the folder of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("csv", tables::csv),
    ("idx", tables::idx),
    ("journal", journal::journal),
    ("npy", tables::npy),
    ("npz", tables::npz),
    ("parquet", tables::parquet),
    ("plan", texts::plan),
    ("study", texts::study),
    ("words", texts::words),
];

/// Runs the target of that name.
///
/// # Panics
/// When there is none, or a reader breaks a promise.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of that name");
    target(bytes);
}
