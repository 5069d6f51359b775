//! Appending to a journal: each line with one write, cut off again when it could not be written whole.
//!
//! A line is with the system as soon as it is written, which outlives the death of the process. To outlive a power cut it has to be on the disk; how long
//! that takes (microseconds to tens of milliseconds) is up to the disk. So a line is forced to the disk at once unless that would take more than a
//! hundredth of the time: trials of a second or longer always are on any disk that needs less than ten milliseconds, and thousands of short ones share.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

/// Forcing lines to the disk takes at most one part in so many of the time.
const SHARE: u32 = 100;

/// What a journal is written to.
pub trait Store: Write {
    /// Cuts it to this length and goes on from there.
    ///
    /// # Errors
    /// When it cannot.
    fn cut(&mut self, length: u64) -> io::Result<()>;

    /// Forces what was written to the disk.
    ///
    /// # Errors
    /// When it cannot.
    fn sync(&mut self) -> io::Result<()>;
}

impl Store for File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Writes whole lines at the end of a store.
#[derive(Debug)]
pub struct Pen<S: Store> {
    store: S,
    /// Where the last whole line ends.
    end: u64,
    /// Something may stand after the end.
    torn: bool,
    /// Something has not been forced to the disk.
    unsynced: bool,
    synced: Instant,
    cost: Duration,
}

impl<S: Store> Pen<S> {
    /// A pen at the end of the whole lines of a store; what follows is cut off.
    ///
    /// # Errors
    /// When it cannot be cut.
    pub fn at(mut store: S, end: u64) -> io::Result<Self> {
        store.cut(end)?;
        Ok(Self { store, end, torn: false, unsynced: false, synced: Instant::now(), cost: Duration::ZERO })
    }

    /// Appends a line, with its line feed.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it stays.
    pub fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.store.cut(self.end)?;
            self.torn = false;
        }
        if let Err(error) = self.store.write_all(line).and_then(|()| self.sync_in_time()) {
            self.torn = self.store.cut(self.end).is_err();
            return Err(error);
        }
        self.end += line.len() as u64;
        Ok(())
    }

    fn sync_in_time(&mut self) -> io::Result<()> {
        self.unsynced = true;
        if self.synced.elapsed() < self.cost * SHARE { Ok(()) } else { self.sync() }
    }

    fn sync(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        self.store.sync()?;
        self.cost = begun.elapsed();
        self.synced = Instant::now();
        self.unsynced = false;
        Ok(())
    }
}

impl<S: Store> Drop for Pen<S> {
    fn drop(&mut self) {
        if self.unsynced {
            // The lines are with the system; there is nobody left to tell.
            let _ = self.sync();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with so much room, on which files may not get shorter when it is stubborn.
    struct Disk<'a> {
        bytes: &'a mut Vec<u8>,
        room: usize,
        stubborn: bool,
        syncs: usize,
        slow: Duration,
    }

    impl Write for Disk<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let free = self.room - self.bytes.len();
            if free == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let some = bytes.len().min(free);
            self.bytes.extend_from_slice(&bytes[..some]);
            Ok(some)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Store for Disk<'_> {
        fn cut(&mut self, length: u64) -> io::Result<()> {
            if self.stubborn {
                return Err(io::ErrorKind::Other.into());
            }
            self.bytes.truncate(length as usize);
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            self.syncs += 1;
            std::thread::sleep(self.slow);
            Ok(())
        }
    }

    fn disk(bytes: &mut Vec<u8>, room: usize) -> Disk<'_> {
        Disk { bytes, room, stubborn: false, syncs: 0, slow: Duration::ZERO }
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_only() {
        let mut bytes = b"torn".to_vec();
        let mut pen = Pen::at(disk(&mut bytes, 12), 0).unwrap();
        pen.append(b"first\n").unwrap();
        let error = pen.append(b"second line\n").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        pen.append(b"third\n").unwrap();
        drop(pen);
        assert_eq!(bytes, b"first\nthird\n");
    }

    #[test]
    fn a_line_that_cannot_be_cut_off_is_cut_before_the_next() {
        let mut bytes = Vec::new();
        let mut pen = Pen::at(disk(&mut bytes, 12), 0).unwrap();
        pen.append(b"first\n").unwrap();
        pen.store.stubborn = true;
        pen.append(b"second line\n").unwrap_err();
        assert_eq!(*pen.store.bytes, b"first\nsecond");
        pen.append(b"third\n").unwrap_err();
        assert_eq!(*pen.store.bytes, b"first\nsecond", "glued to the torn line");
        pen.store.stubborn = false;
        pen.append(b"third\n").unwrap();
        drop(pen);
        assert_eq!(bytes, b"first\nthird\n");
    }

    #[test]
    fn a_slow_disk_is_waited_for_a_hundredth_of_the_time() {
        let mut bytes = Vec::new();
        let slow = Disk { slow: Duration::from_millis(20), ..disk(&mut bytes, 10_000) };
        let mut pen = Pen::at(slow, 0).unwrap();
        for _ in 0..50 {
            pen.append(b"line\n").unwrap();
        }
        assert_eq!(pen.store.syncs, 1);
        assert!(pen.unsynced);
    }
}
