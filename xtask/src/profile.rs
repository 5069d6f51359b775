//! `cargo xtask profile`: where the time of a training step goes, as the flame graph `docs/profile.svg` and two tables.

use crate::shell::{root, run as shell, target};

pub(crate) fn run() -> Result<(), String> {
    if !cfg!(unix) {
        return Err("stacks are sampled by a signal of Unix: expected Linux or macOS, found another system"
            .to_owned());
    }
    // In a folder of its own: with other flags cargo would build the rest of target/ anew each time.
    let folder = root().join(target()).join("profile");
    let environment = [
        ("CARGO_TARGET_DIR", &*folder.to_string_lossy()),
        // Loops that are compiled once more for wider vectors have their name in a type parameter, which the older mangling leaves out.
        ("RUSTFLAGS", "-C symbol-mangling-version=v0"),
    ];
    let build =
        ["build", "--release", "--locked", "--package", "speed", "--features", "profile", "--bin", "profile"];
    shell("cargo", &build, &environment)?;
    let program = folder.join("release").join("profile");
    let out = root().join("docs").join("profile.svg");
    shell(&program.to_string_lossy(), &["--out", &out.to_string_lossy()], &[])
}
