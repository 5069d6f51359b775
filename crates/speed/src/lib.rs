//! How fast thalweg is: workloads with a fixed meaning, what the machine could reach, and the comparison with peers in one run.
//!
//! | look for | in |
//! |---|---|
//! | the workloads, and their lengths | [`workload`] |
//! | matrix products and memory: what this machine reaches | [`machine`] |
//! | the same data, batches and weights for every peer | [`inputs`] |
//! | peers as processes, run turn by turn | [`peer`] |
//! | the table and the figure | [`results`] |
//! | what this machine reaches, in ten seconds, for users | [`here`] |
//! | images that stand in for MNIST | [`rings`] |
//! | step time over batch, width, depth and workers | [`growth`] |
//!
//! `bench/README.md` in the repository says how a peer takes part.

pub mod growth;
pub mod here;
pub mod inputs;
pub mod machine;
pub mod peer;
pub mod results;
pub mod rings;
pub mod workload;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum SpeedError {
    /// A build whose speed means nothing.
    #[error("this is a debug build, whose speed means nothing: build with `--release`")]
    DebugBuild,
    /// Data that are missing or damaged.
    #[error(transparent)]
    Data(#[from] problem::data::DataError),
    /// A network that does not fit its data.
    #[error(transparent)]
    Supervised(#[from] problem::supervised::SupervisedError),
    /// A word or a setting that is wrong.
    #[error("{0}")]
    Setting(String),
    /// A file that cannot be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// Why.
        why: std::io::Error,
    },
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Figure(#[from] study::figure::FigureError),
    /// A study that cannot run.
    #[error(transparent)]
    Study(#[from] study::error::StudyError),
}

/// An error of reading or writing a file, with its path.
pub fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> SpeedError {
    let path = path.display().to_string();
    move |why| SpeedError::File { path, why }
}

/// An error of the bench's own, in words.
pub fn setting(error: impl std::fmt::Display) -> SpeedError {
    SpeedError::Setting(error.to_string())
}

/// MNIST from a folder; else from the one that THALWEG_DATA names, else from the user's cache folder.
///
/// # Errors
/// When it is missing or damaged.
pub fn mnist(folder: Option<&std::path::Path>) -> Result<problem::data::Dataset, SpeedError> {
    let given = folder.map(std::path::Path::to_path_buf);
    let folder = given.or_else(|| std::env::var_os("THALWEG_DATA").map(std::path::PathBuf::from));
    Ok(problem::data::Shelf::new(folder).load("mnist")?)
}

/// That this build's speed means something.
///
/// # Errors
/// [`SpeedError::DebugBuild`] if it was built without optimisation.
pub fn refuse_debug() -> Result<(), SpeedError> {
    if cfg!(debug_assertions) { Err(SpeedError::DebugBuild) } else { Ok(()) }
}
