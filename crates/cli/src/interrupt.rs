//! Ctrl-C: the first time what has finished is kept and the run ends; the second time it ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

static WANTED: AtomicBool = AtomicBool::new(false);

/// Exit code of a run that was told to stop.
const INTERRUPTED: i32 = 130;

/// Listens for Ctrl-C and SIGTERM from now on. Where that cannot be had, they end the process, which loses nothing either: the journal is whole.
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(|| {
        if WANTED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    });
}

/// Whether it was pressed.
pub(crate) fn wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}
