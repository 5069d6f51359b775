//! The IDX format of the MNIST family: `00 00 08 d`, then d dimensions as big-endian u32, then a byte per element.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::DataError;
use super::hash::Hashed;

/// The elements of a file, and what identifies it.
#[derive(Debug)]
pub(super) struct Content {
    /// The elements in row-major order, without the header.
    pub(super) values: Vec<u8>,
    /// SHA-256 of header and elements, decompressed.
    pub(super) sha256: String,
    /// SHA-256 of the gzip stream, if it was one.
    pub(super) gzip: Option<String>,
}

/// Reads the elements of an IDX file of unsigned bytes, gzipped or not, that must have exactly these dimensions: `[n]` labels
/// or `[n, rows, columns]` images. `path` only names the source in errors.
///
/// # Errors
///
/// When it cannot be read, is damaged, or has other dimensions.
pub fn read_idx(source: impl Read, path: &Path, dimensions: &[u32]) -> Result<Vec<u8>, DataError> {
    read(source, path, dimensions).map(|content| content.values)
}

/// Reads an IDX file of unsigned bytes that must have exactly these dimensions: `[n]` labels or `[n, rows, columns]`
/// images. Whether it is gzipped is told from its first bytes, not from its name.
pub(super) fn read_file(path: &Path, dimensions: &[u32]) -> Result<Content, DataError> {
    let file = File::open(path).map_err(|e| DataError::io("open", path, e))?;
    read(file, path, dimensions)
}

/// As [`read_file`], from any source; `path` only names it in errors.
///
/// Memory is bounded by the expected dimensions, never by what the header claims or the gzip stream expands to.
pub(super) fn read(source: impl Read, path: &Path, dimensions: &[u32]) -> Result<Content, DataError> {
    let mut raw = Hashed::new(source);
    let mut first = [0; 2];
    let count = fill(&mut raw, &mut first).map_err(|(_, e)| DataError::io("read", path, e))?;
    // Hashed once already: the chain stands outside of the hashing reader.
    let whole = first[..count].chain(&mut raw);
    // RFC 1952, section 2.3.1: ID1 and ID2.
    if first == [0x1f, 0x8b] {
        let (values, sha256) = decode(MultiGzDecoder::new(whole), path, dimensions)?;
        Ok(Content { values, sha256, gzip: Some(raw.hex()) })
    } else {
        let (values, sha256) = decode(whole, path, dimensions)?;
        Ok(Content { values, sha256, gzip: None })
    }
}

fn decode(source: impl Read, path: &Path, dimensions: &[u32]) -> Result<(Vec<u8>, String), DataError> {
    let header_length = 4 + 4 * dimensions.len();
    let elements: usize = dimensions.iter().map(|&d| d as usize).product();
    let expected = (header_length + elements) as u64;
    let mut source = Hashed::new(source);
    let mut done = 0;
    let mut take = |buffer: &mut [u8]| match fill(&mut source, buffer) {
        Ok(count) => {
            done += count as u64;
            Ok((count, done))
        }
        Err((count, error)) => Err(unreadable(path, expected, done + count as u64, error)),
    };
    let truncated = |found| DataError::Truncated { path: path.to_owned(), expected, found };

    let mut header = vec![0; header_length];
    let (count, found) = take(&mut header)?;
    // A file of another kind may be shorter than the header: what it is comes before how long it is.
    if count >= 4 {
        check_magic(&header, path, dimensions.len())?;
    }
    if count < header_length {
        return Err(truncated(found));
    }
    check_dimensions(&header, path, dimensions)?;

    let mut values = vec![0; elements];
    let (count, found) = take(&mut values)?;
    if count < elements {
        return Err(truncated(found));
    }
    // One byte more tells a file that is too long; it also makes the decompressor check the CRC at the end.
    if take(&mut [0])?.0 > 0 {
        return Err(DataError::Oversized { path: path.to_owned(), expected });
    }
    let sha256 = source.hex();
    Ok((values, sha256))
}

/// Type 0x08 is "unsigned byte"; the last byte counts the dimensions.
fn check_magic(header: &[u8], path: &Path, dimensions: usize) -> Result<(), DataError> {
    let expected = [0, 0, 8, dimensions as u8];
    let found = [header[0], header[1], header[2], header[3]];
    if found == expected {
        return Ok(());
    }
    Err(DataError::BadMagic {
        path: path.to_owned(),
        kind: if dimensions == 1 { "labels" } else { "images" },
        expected,
        found,
    })
}

fn check_dimensions(header: &[u8], path: &Path, expected: &[u32]) -> Result<(), DataError> {
    let found: Vec<u32> =
        header[4..].chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect();
    if found == expected {
        return Ok(());
    }
    Err(DataError::WrongDimensions { path: path.to_owned(), expected: expected.to_vec(), found })
}

/// Reads until the buffer is full or the source ends; a failure tells how much came before it.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, (usize, io::Error)> {
    let mut count = 0;
    while count < buffer.len() {
        match source.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err((count, e)),
        }
    }
    Ok(count)
}

/// The decompressor reports damage as I/O errors of these kinds; a disk does not.
fn unreadable(path: &Path, expected: u64, found: u64, error: io::Error) -> DataError {
    let path = path.to_owned();
    match error.kind() {
        // The content is whole, so what is broken off is the stream's checksum or something after it.
        io::ErrorKind::UnexpectedEof if found == expected => {
            DataError::Gzip { path, reason: "its checksum is cut off, or other bytes follow it".to_owned() }
        }
        io::ErrorKind::UnexpectedEof => DataError::Truncated { path, expected, found },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            DataError::Gzip { path, reason: error.to_string() }
        }
        _ => DataError::io("read", &path, error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::super::hash::sha256;
    use super::*;

    /// Two images of 1 × 3.
    const IMAGES: &[u8] = &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    const DIMENSIONS: &[u32] = &[2, 1, 3];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn try_read(bytes: &[u8]) -> Result<Content, DataError> {
        read(bytes, Path::new("images"), DIMENSIONS)
    }

    #[test]
    fn plain_and_gzipped_files_give_the_same_content() {
        let packed = gzip(IMAGES);
        let (plain, zipped) = (try_read(IMAGES).unwrap(), try_read(&packed).unwrap());
        assert_eq!(plain.values, [1, 2, 3, 4, 5, 6]);
        assert_eq!(zipped.values, plain.values);
        assert_eq!(plain.sha256, sha256(IMAGES));
        assert_eq!(zipped.sha256, plain.sha256);
        assert_eq!(plain.gzip, None);
        assert_eq!(zipped.gzip, Some(sha256(&packed)));
    }

    #[test]
    fn every_shorter_file_is_truncated() {
        let packed = gzip(IMAGES);
        for end in 0..IMAGES.len() {
            let error = try_read(&IMAGES[..end]).unwrap_err();
            assert!(
                matches!(error, DataError::Truncated { expected: 22, found, .. } if found == end as u64),
                "{error:?}"
            );
        }
        for end in 2..packed.len() {
            let error = try_read(&packed[..end]).unwrap_err();
            // RFC 1952, section 2.3: the last 8 bytes are CRC and length.
            match error {
                DataError::Truncated { found, .. } => assert!(found < 22, "{end}: {error:?}"),
                DataError::Gzip { .. } => assert!(end >= packed.len() - 9, "{end}"),
                _ => panic!("{end}: {error:?}"),
            }
        }
    }

    #[test]
    fn a_longer_file_is_oversized() {
        let mut long = IMAGES.to_vec();
        long.push(7);
        for bytes in [gzip(&long), long] {
            let error = try_read(&bytes).unwrap_err();
            assert!(matches!(error, DataError::Oversized { expected: 22, .. }), "{error:?}");
        }
    }

    #[test]
    fn labels_in_place_of_images_are_refused() {
        let error = try_read(&[0, 0, 8, 1, 0, 0, 0, 2, 3, 4]).unwrap_err();
        assert!(
            matches!(error, DataError::BadMagic { expected: [0, 0, 8, 3], found: [0, 0, 8, 1], .. }),
            "{error:?}"
        );
        let page = try_read(b"<!DOCTYPE html>").unwrap_err();
        assert!(matches!(page, DataError::BadMagic { .. }), "{page:?}");
    }

    #[test]
    fn a_header_that_claims_a_fortune_allocates_nothing() {
        let header = [&[0, 0, 8, 3][..], &[0xff; 12], &[0; 64]].concat();
        let error = try_read(&header).unwrap_err();
        assert!(
            matches!(&error, DataError::WrongDimensions { found, .. } if found == &[u32::MAX; 3]),
            "{error:?}"
        );
    }

    #[test]
    fn a_gzip_bomb_is_read_one_byte_past_its_end() {
        /// Counts what is drawn from the compressed side.
        struct Counted<'a>(&'a [u8], usize);
        impl Read for Counted<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = self.0.read(buffer)?;
                self.1 += count;
                Ok(count)
            }
        }
        let bomb = gzip(&[IMAGES, &vec![0; 200 << 20]].concat());
        assert!(bomb.len() > 100_000);
        let mut source = Counted(&bomb, 0);
        let error = read(&mut source, Path::new("bomb"), DIMENSIONS).unwrap_err();
        assert!(matches!(error, DataError::Oversized { .. }), "{error:?}");
        assert!(source.1 < 100_000, "{} bytes were drawn", source.1);
    }

    #[test]
    fn any_flipped_bit_of_a_gzipped_file_is_noticed() {
        let packed = gzip(IMAGES);
        let good = sha256(IMAGES);
        for bit in 0..packed.len() * 8 {
            let mut bad = packed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            // Header fields such as the time stamp do not touch the content: then nothing is damaged.
            if let Ok(content) = try_read(&bad) {
                assert_eq!(content.sha256, good, "bit {bit}");
                assert_ne!(content.gzip, Some(sha256(&packed)), "bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), zipped: bool, headed: bool) {
            let bytes = if headed { [&IMAGES[..16], &bytes].concat() } else { bytes };
            let bytes = if zipped { gzip(&bytes) } else { bytes };
            if let Ok(content) = try_read(&bytes) {
                prop_assert_eq!(content.values.len(), 6);
            }
        }
    }
}
