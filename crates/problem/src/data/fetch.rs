//! Downloading a file: mirrors in order, resumed where it was cut, checked, and renamed into place last.

mod transfer;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{Attempt, DataError};
use transfer::{Stop, transfer};

/// Is told how a download goes on.
pub trait Progress {
    /// `done` bytes of `total` (if the server tells) of the file have arrived, counting those of an earlier attempt.
    fn advance(&mut self, file: &str, done: u64, total: Option<u64>);

    /// A mirror did not give the file; the next one, if there is one, is tried.
    fn failed(&mut self, attempt: &Attempt);

    /// The file has been checked and is in its place.
    fn finished(&mut self, file: &str);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn advance(&mut self, _file: &str, _done: u64, _total: Option<u64>) {}
    fn failed(&mut self, _attempt: &Attempt) {}
    fn finished(&mut self, _file: &str) {}
}

/// How long to wait for a mirror before the next one is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// For the name to be resolved, and for the connection to be made.
    pub connect: Duration,
    /// For the next byte.
    pub silence: Duration,
    /// For `least` bytes, again and again: a server that drips is as good as a silent one.
    pub window: Duration,
    /// Bytes that must arrive in each window.
    pub least: u64,
    /// Times that one mirror is asked to go on after it cut the connection.
    pub resumes: u32,
    /// Before it is asked to go on.
    pub pause: Duration,
}

impl Default for Patience {
    /// Ten seconds to connect, half a minute of silence, 64 KiB every half minute, three resumes a second apart.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            window: Duration::from_secs(30),
            least: 64 << 10,
            resumes: 3,
            pause: Duration::from_secs(1),
        }
    }
}

/// A file to download.
pub(super) struct Wanted<'a> {
    /// Its name, here and on the mirrors.
    pub(super) file: String,
    /// The folder it goes to.
    pub(super) folder: &'a Path,
    /// Addresses to put before its name, in the order to try them.
    pub(super) mirrors: &'a [&'a str],
    /// The most bytes it can have.
    pub(super) most: u64,
    /// Whether the file at this path is the wanted one.
    pub(super) check: &'a dyn Fn(&Path) -> Result<(), DataError>,
}

/// Downloads a file and puts it into its place, which no other bytes than checked ones ever take.
pub(super) fn download(
    wanted: &Wanted<'_>,
    patience: &Patience,
    progress: &mut dyn Progress,
) -> Result<PathBuf, DataError> {
    let part = wanted.folder.join(format!("{}.part", wanted.file));
    let place = wanted.folder.join(&wanted.file);
    let mut attempts = Vec::new();
    for mirror in wanted.mirrors {
        let url = format!("{mirror}{}", wanted.file);
        match from_mirror(wanted, &url, &part, patience, progress)? {
            Ok(()) => {
                fs::rename(&part, &place).map_err(|e| DataError::io("rename", &part, e))?;
                progress.finished(&wanted.file);
                return Ok(place);
            }
            Err(reason) => {
                let attempt = Attempt { url, reason };
                progress.failed(&attempt);
                attempts.push(attempt);
            }
        }
    }
    Err(DataError::Download { file: wanted.file.clone(), folder: wanted.folder.to_owned(), attempts })
}

/// Leaves the checked file in `part`, or gives the reason why this mirror failed. Fails itself when no other mirror would
/// do better.
fn from_mirror(
    wanted: &Wanted<'_>,
    url: &str,
    part: &Path,
    patience: &Patience,
    progress: &mut dyn Progress,
) -> Result<Result<(), String>, DataError> {
    let (mut resumes, mut restarted) = (0, false);
    loop {
        let before = length(part)?;
        match transfer(wanted, url, part, before, patience, progress) {
            Ok(continued) => match (wanted.check)(part) {
                Ok(()) => return Ok(Ok(())),
                Err(error) => {
                    remove(part)?;
                    // The first bytes may be another mirror's, or another day's: they deserve one new start.
                    if !continued || restarted {
                        return Ok(Err(reason(&error)));
                    }
                    restarted = true;
                }
            },
            Err(Stop::Cut(_)) if resumes < patience.resumes && length(part)? > before => {
                resumes += 1;
                std::thread::sleep(patience.pause);
            }
            Err(Stop::Cut(reason) | Stop::Refused(reason)) => return Ok(Err(reason)),
            Err(Stop::Stale) if !restarted => {
                remove(part)?;
                restarted = true;
            }
            Err(Stop::Stale) => {
                return Ok(Err("it sends another range than it is asked for".to_owned()));
            }
            Err(Stop::Disk(error)) => return Err(error),
        }
    }
}

/// Keeps other processes from downloading into the same folder for as long as the result lives.
pub(super) fn lock(folder: &Path) -> Result<File, DataError> {
    let path = folder.join(".lock");
    let file = File::create(&path).map_err(|e| DataError::io("create", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataError::Busy { folder: folder.to_owned() }),
        // Some network file systems have no locks; the checksum still guards the result.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(e)) => Err(DataError::io("lock", &path, e)),
    }
}

/// A missing file has no bytes.
fn length(path: &Path) -> Result<u64, DataError> {
    match fs::metadata(path) {
        Ok(data) => Ok(data.len()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(e) => Err(DataError::io("read", path, e)),
    }
}

fn remove(path: &Path) -> Result<(), DataError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(DataError::io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Why the bytes of a mirror were refused, in words that do not advise about the file, which is gone.
fn reason(error: &DataError) -> String {
    match error {
        DataError::Truncated { expected, found, .. } => {
            format!("its content ends too early: expected {expected} bytes, found {found}")
        }
        DataError::Oversized { expected, .. } => {
            format!("its content is too long: expected {expected} bytes, found more")
        }
        DataError::Gzip { reason, .. } => format!("it sends a damaged gzip file: {reason}"),
        DataError::WrongChecksum { what, expected, found, .. } => {
            format!("it sends another file: the SHA-256 of its {what} must be {expected}, found {found}")
        }
        other => format!("it sends another file: {other}"),
    }
}
