//! The header of an NPY file: a magic string, a version, and a Python dictionary of type, order and shape.

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// Bytes an element.
    pub(super) size: usize,
    big_endian: bool,
    /// Whether the elements lie column by column.
    pub(super) fortran: bool,
    pub(super) shape: Vec<usize>,
}

/// Kinds of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Signed,
    Unsigned,
    Truth,
    /// Four bytes a character, padded with 0.
    Text,
}

/// More axes than NumPy 1 allows are no data set.
const MOST_AXES: usize = 32;

impl Header {
    /// The header, and where the elements begin.
    pub(super) fn read(content: &[u8]) -> Result<(Self, usize), String> {
        let short = || "it ends within its header; write or copy it again".to_owned();
        if content.get(..6) != Some(b"\x93NUMPY") {
            return Err("it is no array of NumPy: it must start with \\x93NUMPY".to_owned());
        }
        // numpy.lib.format: a length of 2 bytes in version 1, of 4 in versions 2 and 3.
        let (length, start) = match (content.get(6), content.get(8..12)) {
            (Some(1), Some(l)) => (usize::from(u16::from_le_bytes([l[0], l[1]])), 10),
            (Some(2 | 3), Some(l)) => (u32::from_le_bytes([l[0], l[1], l[2], l[3]]) as usize, 12),
            (_, None) => return Err(short()),
            (version, _) => return Err(format!("expected a format version of 1 to 3, found {version:?}")),
        };
        let end = start + length;
        let text = content.get(start..end).ok_or_else(short)?;
        let text = std::str::from_utf8(text).map_err(|_| "its header is not text".to_owned())?;
        let mut words = Words(text);
        let header = words.dictionary().ok_or_else(|| {
            let shown: String = text.trim().chars().take(80).collect();
            format!("expected a header like {{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }}, found {shown}; arrays of objects or records cannot be read")
        })?;
        let (descr, fortran, shape) = header;
        let (kind, size, big_endian) = element(&descr).ok_or_else(|| {
            format!("expected numbers, truths or text, found elements of type {descr}; convert the array")
        })?;
        Ok((Self { kind, size, big_endian, fortran, shape }, end))
    }

    /// How many elements there are; none when they cannot be counted.
    pub(super) fn elements(&self) -> Option<usize> {
        self.shape.iter().try_fold(1_usize, |product, &d| product.checked_mul(d))
    }

    /// An element as a number.
    pub(super) fn number(&self, element: &[u8]) -> f64 {
        let mut bytes = [0; 8];
        for (to, &from) in bytes.iter_mut().zip(element) {
            *to = from;
        }
        let used = &mut bytes[..self.size.min(8)];
        if self.big_endian {
            used.reverse();
        }
        let bits = u64::from_le_bytes(bytes);
        match (self.kind, self.size) {
            (Kind::Float, 4) => f64::from(f32::from_bits(bits as u32)),
            (Kind::Float, 2) => half(bits as u16),
            (Kind::Float, _) => f64::from_bits(bits),
            (Kind::Signed, size) => {
                let unused = 64 - 8 * size as u32;
                (((bits << unused) as i64) >> unused) as f64
            }
            _ => bits as f64,
        }
    }

    /// An element as text.
    pub(super) fn word(&self, element: &[u8]) -> Result<String, String> {
        let character = |b: &[u8]| {
            let b = [b[0], b[1], b[2], b[3]];
            let code = if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
            char::from_u32(code).ok_or_else(|| format!("expected text, found the character code {code:#x}"))
        };
        let text: String = element.chunks_exact(4).map(character).collect::<Result<_, _>>()?;
        Ok(text.trim_end_matches('\0').to_owned())
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2.0_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2.0_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Kind, size and order of the bytes of an element, from its type as NumPy writes it.
fn element(descr: &str) -> Option<(Kind, usize, bool)> {
    let (order, rest) = (descr.chars().next()?, descr.get(1..)?);
    let big_endian = match order {
        '>' => true,
        '<' | '|' | '=' => false,
        _ => return None,
    };
    let size: usize = rest.get(1..)?.parse().ok()?;
    let kind = match (rest.get(..1)?, size) {
        ("f", 2 | 4 | 8) => Kind::Float,
        ("i", 1 | 2 | 4 | 8) => Kind::Signed,
        ("u", 1 | 2 | 4 | 8) => Kind::Unsigned,
        ("b", 1) => Kind::Truth,
        ("U", 1..=10_000) => return Some((Kind::Text, 4 * size, big_endian)),
        _ => return None,
    };
    Some((kind, size, big_endian))
}

/// The rest of a header. Only what NumPy writes is understood, so nothing nests.
struct Words<'t>(&'t str);

impl<'t> Words<'t> {
    fn eat(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'t str> {
        self.eat("'")?;
        let (word, rest) = self.0.split_once('\'')?;
        self.0 = rest;
        Some(word)
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        self.eat("(")?;
        let mut shape = Vec::new();
        while self.eat(")").is_none() {
            self.0 = self.0.trim_start();
            let end = self.0.find(|c: char| !c.is_ascii_digit())?;
            shape.push(self.0[..end].parse().ok()?);
            self.0 = &self.0[end..];
            if self.eat(",").is_none() {
                self.eat(")")?;
                break;
            }
            if shape.len() > MOST_AXES {
                return None;
            }
        }
        Some(shape)
    }

    fn dictionary(&mut self) -> Option<(String, bool, Vec<usize>)> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        self.eat("{")?;
        while self.eat("}").is_none() {
            let key = self.quoted()?;
            self.eat(":")?;
            match key {
                "descr" => descr = Some(self.quoted()?.to_owned()),
                "fortran_order" => {
                    let truth = self.eat("True").is_some();
                    if !truth {
                        self.eat("False")?;
                    }
                    fortran = Some(truth);
                }
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if self.eat(",").is_none() {
                self.eat("}")?;
                break;
            }
        }
        if !self.0.trim().is_empty() {
            return None;
        }
        Some((descr?, fortran?, shape?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(dictionary: &str) -> Result<Header, String> {
        let length = (dictionary.len() as u16).to_le_bytes();
        let content = [b"\x93NUMPY\x01\0", &length[..], dictionary.as_bytes()].concat();
        Header::read(&content).map(|(header, _)| header)
    }

    fn of(descr: &str) -> Header {
        header(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (3,), }}   \n")).unwrap()
    }

    #[test]
    fn elements_of_all_types_are_read() {
        // As numpy.float16 writes them.
        for (bits, value) in
            [(0x3c00, 1.0), (0xc500, -5.0), (0x0001, 5.960464477539063e-8), (0x7bff, 65504.0)]
        {
            assert_eq!(of("<f2").number(&u16::to_le_bytes(bits)), value);
        }
        assert!(of("<f2").number(&[0, 0x7e]).is_nan());
        assert_eq!(of(">f8").number(&1.5_f64.to_be_bytes()), 1.5);
        assert_eq!(of("<f4").number(&(-0.25_f32).to_le_bytes()), -0.25);
        assert_eq!(of("|i1").number(&[0xff]), -1.0);
        assert_eq!(of(">i4").number(&(-70_000_i32).to_be_bytes()), -70_000.0);
        assert_eq!(of("<i8").number(&i64::MIN.to_le_bytes()), i64::MIN as f64);
        assert_eq!(of("<u2").number(&[0xff, 0xff]), 65_535.0);
        assert_eq!(of("<u8").number(&u64::MAX.to_le_bytes()), u64::MAX as f64);
        assert_eq!(of("<U2").word(&[0xe9, 0, 0, 0, 0, 0, 0, 0]).unwrap(), "é");
        assert!(of("<U1").word(&[0, 0, 0x11, 0]).is_err());
    }

    #[test]
    fn only_what_numpy_writes_is_understood() {
        let found = header("{'shape': (), 'fortran_order': True, 'descr': '|b1'}").unwrap();
        assert_eq!((found.kind, found.fortran, found.shape), (Kind::Truth, true, vec![]));
        for wrong in [
            "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
            "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': 3, }",
            "{'descr': '<f8', 'fortran_order': False, }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), } x",
            "{'descr': '<f3', 'fortran_order': False, 'shape': (3,), }",
            "{'descr': 'é', 'fortran_order': False, 'shape': (3,), }",
        ] {
            assert!(header(wrong).is_err(), "{wrong}");
        }
    }
}
