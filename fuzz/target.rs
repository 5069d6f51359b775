//! The program of every target: which one it is, is told by the name that it is built under.

#![no_main]

libfuzzer_sys::fuzz_target!(
    // libFuzzer's own hook aborts at every panic, those of a reader's crate included, which the reader catches. Those that nobody catches still abort.
    init: drop(std::panic::take_hook()),
    |bytes: &[u8]| fuzzing::run(env!("CARGO_BIN_NAME"), bytes)
);
