//! SHA-256 of what passes through a reader.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// A reader that hashes every byte it hands on.
pub(super) struct Hashed<R> {
    source: R,
    sha256: Sha256,
}

impl<R: Read> Hashed<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, sha256: Sha256::new() }
    }

    /// The SHA-256 of everything read so far, hexadecimal.
    pub(super) fn hex(&self) -> String {
        hex(&self.sha256.clone().finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.sha256.update(&buffer[..count]);
        Ok(count)
    }
}

/// The SHA-256 of the bytes, hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one-block message of FIPS 180-4.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_published_example_gives_the_published_hash() {
        assert_eq!(sha256(b"abc"), ABC);
    }

    #[test]
    fn a_hashed_reader_hashes_exactly_what_was_read() {
        let mut reader = Hashed::new(&b"abcdef"[..]);
        let mut three = [0; 3];
        reader.read_exact(&mut three).unwrap();
        assert_eq!(reader.hex(), ABC);
        reader.read_exact(&mut three).unwrap();
        assert_eq!(reader.hex(), sha256(b"abcdef"));
    }
}
