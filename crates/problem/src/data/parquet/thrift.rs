//! As much of Thrift's compact protocol as it takes to see what sizes a file claims, before any reader believes them.

/// The most structures and lists inside one another.
const MOST_DEPTH: usize = 32;

/// Types of fields and elements, as the protocol numbers them.
pub(super) const INT: u8 = 5;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

/// Bytes not read yet. Every method gives `None` where they end too early or are no such thing.
pub(super) struct Thrift<'b>(pub(super) &'b [u8]);

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// A whole number, seven bits a byte.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A whole number with a sign.
    pub(super) fn int(&mut self) -> Option<i64> {
        let raw = self.varint()?;
        Some((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// The fields of a structure. `read` is given the number and the type of each, and says whether it has read it; the others
    /// are passed over.
    pub(super) fn fields(&mut self, mut read: impl FnMut(&mut Self, i64, u8) -> Option<bool>) -> Option<()> {
        self.fields_below(MOST_DEPTH, &mut read)
    }

    fn fields_below(
        &mut self,
        depth: usize,
        read: &mut dyn FnMut(&mut Self, i64, u8) -> Option<bool>,
    ) -> Option<()> {
        let mut id = 0_i64;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Some(());
            }
            id = match head >> 4 {
                0 => self.int()?,
                step => id.checked_add(i64::from(step))?,
            };
            // The value of a truth stands in its type.
            if !read(self, id, kind)? && kind > 2 {
                self.skip(kind, depth)?;
            }
        }
    }

    /// How many elements of which type a list has; the elements follow.
    pub(super) fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        Some((count, head & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            1..=3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            LIST | 10 => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip(kind, depth))
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip(kinds >> 4, depth)?;
                    self.skip(kinds & 0x0f, depth)
                })
            }
            STRUCT => self.fields_below(depth, &mut |_, _, _| Some(false)),
            13 => self.pass(16),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_or_passed_over() {
        // 1: a truth, 3: −3, 4: "ab", 5: [1, 2], 6: {"k": 7}, 7: {1: 4}, then by its full number 300: 9.
        let bytes = [
            0x11, 0x25, 5, 0x18, 2, b'a', b'b', 0x19, 0x25, 2, 4, 0x1b, 1, 0x85, 1, b'k', 14, 0x1c, 0x15, 8,
            0, 0x05, 0xd8, 4, 18, 0,
        ];
        let mut found = Vec::new();
        let mut thrift = Thrift(&bytes);
        thrift
            .fields(|thrift, id, kind| {
                if kind != INT {
                    return Some(false);
                }
                found.push((id, thrift.int()?));
                Some(true)
            })
            .unwrap();
        assert_eq!(found, [(3, -3), (300, 9)]);
        assert!(thrift.0.is_empty());
        for end in 0..bytes.len() {
            assert!(Thrift(&bytes[..end]).fields(|_, _, _| Some(false)).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn what_nests_without_end_is_no_structure() {
        assert!(Thrift(&[0x1c; 100_000]).fields(|_, _, _| Some(false)).is_none());
        assert!(Thrift(&[0x19; 100_000]).fields(|_, _, _| Some(false)).is_none());
    }
}
