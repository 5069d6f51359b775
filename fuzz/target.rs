//! The program of every target: which one it is, is told by the name that it is built under.

#![no_main]

libfuzzer_sys::fuzz_target!(
    // libFuzzer's own hook aborts at every panic, and so at those of a reader's crate, which the reader catches. Those that nobody catches still abort;
    // what they say is told by the replay.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| fuzzing::run(env!("CARGO_BIN_NAME"), bytes)
);
