//! The content of a file, decompressed, in memory that its real length bounds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::DataError;
use super::table::fault;

/// The most bytes that a compressed file may expand to, and the most that an array may hold: 2 GiB.
pub(super) const MOST_BYTES: u64 = 2 << 30;

/// The most numbers that a table may hold: as `f64` they take [`MOST_BYTES`].
pub(super) const MOST_NUMBERS: usize = 1 << 28;

/// The most columns that a table may have.
pub(super) const MOST_COLUMNS: usize = 1 << 20;

/// Deflate cannot pack better than 258 bytes into 2 bits (RFC 1951): whoever claims more is lying.
pub(super) const BEST_DEFLATE: u64 = 1032;

/// Reads a file whole; what starts like a gzip stream is decompressed.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    read_up_to(path, MOST_BYTES)
}

/// The same, where a compressed file may expand to `most` bytes.
pub(super) fn read_up_to(path: &Path, most: u64) -> Result<Vec<u8>, DataError> {
    unpacked(File::open(path).map_err(|e| DataError::io("read", path, e))?, path, most)
}

/// The same from any source; `path` only names it in errors.
pub(super) fn unpacked(mut source: impl Read, path: &Path, most: u64) -> Result<Vec<u8>, DataError> {
    let mut first = Vec::new();
    source.by_ref().take(2).read_to_end(&mut first).map_err(|e| DataError::io("read", path, e))?;
    // RFC 1952, section 2.3.1: ID1 and ID2.
    if first != [0x1f, 0x8b] {
        source.read_to_end(&mut first).map_err(|e| DataError::io("read", path, e))?;
        return Ok(first);
    }
    let mut content = Vec::new();
    // The vector grows with what arrives, and one byte more than allowed tells too much.
    MultiGzDecoder::new(first.chain(source)).take(most + 1).read_to_end(&mut content).map_err(|e| {
        fault(path, None, None, format!("it is a damaged gzip file: {e}; make or copy it again"))
    })?;
    if content.len() as u64 > most {
        let problem = format!("it expands to more than {most} bytes, the most that is read");
        return Err(fault(path, None, None, problem));
    }
    Ok(content)
}
