//! Settings that a library reads from the environment.

use std::env;
use std::process::{Command, ExitCode};

/// mimalloc keeps what is freed: the next step asks for as much again.
const KEEP: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "-1");

/// Runs a peer with the allocator's setting and others in its environment. They must be there before the program starts, so where they are not, this
/// process starts another one that has them, and stands in for it.
pub fn settle(settings: &[(&str, &str)], peer: impl FnOnce() -> ExitCode) -> ExitCode {
    let settings = settings.iter().copied().chain([KEEP]);
    if settings.clone().all(|(name, value)| env::var(name).is_ok_and(|found| found == value)) {
        return peer();
    }
    let status = env::current_exe()
        .and_then(|program| Command::new(program).args(env::args_os().skip(1)).envs(settings).status());
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot start again: {error}");
            ExitCode::FAILURE
        }
    }
}
