//! The data set inside the binary: 1,797 handwritten digits of 8 × 8 pixels. `data/README.md` tells where they come from.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use super::card::Card;
use super::error::DataError;
use super::hash::sha256;
use super::{Dataset, Examples, Inputs};

/// 1,797 × 64 pixel bytes of 0 to 16, then 1,797 label bytes.
static PACKED: &[u8] = include_bytes!("../../data/digits.gz");

const CONTENT: &str = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826";

/// The file that errors name.
pub(super) const BUILT_IN: &str = "built in";

/// Ink of a full pixel.
const DIVISOR: f32 = 16.0;

/// One in so many examples of each class is for testing.
const EVERY: usize = 5;

/// Unpacks the set.
///
/// The published file has no split of its own, so the rule is ours: of each class, in file order, every fifth example is
/// for testing (355), the others for training (1,442). The file goes from writer to writer, so every writer is in both
/// parts: the test accuracy tells about other digits of the same writers, not about other writers.
pub(super) fn load(card: &Card) -> Result<Dataset, DataError> {
    let content = unpack(card)?;
    let columns = card.columns();
    let (pixels, labels) = content.split_at((card.train + card.test) * columns);
    let mut seen = vec![0_usize; card.classes.len()];
    let (mut train, mut test) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (image, &label) in pixels.chunks_exact(columns).zip(labels) {
        let seen = &mut seen[usize::from(label)];
        *seen += 1;
        let part = if seen.is_multiple_of(EVERY) { &mut test } else { &mut train };
        part.0.extend_from_slice(image);
        part.1.push(u32::from(label));
    }
    let examples = |(values, labels), place| {
        let inputs = Inputs::Bytes { values, divisor: DIVISOR };
        Examples::new(inputs, labels, columns, place)
    };
    Ok(Dataset {
        name: card.name.to_owned(),
        source: BUILT_IN.to_owned(),
        columns,
        shape: Some(card.shape),
        task: card.task(),
        train: examples(train, "digits, training part")?,
        validation: None,
        test: examples(test, "digits, test part")?,
        fingerprint: CONTENT.to_owned(),
        notes: Vec::new(),
    })
}

/// The content, with its hash checked.
fn unpack(card: &Card) -> Result<Vec<u8>, DataError> {
    let path = Path::new(BUILT_IN);
    let mut content = Vec::with_capacity((card.train + card.test) * (card.columns() + 1));
    GzDecoder::new(PACKED).read_to_end(&mut content).map_err(|e| DataError::io("unpack", path, e))?;
    let found = sha256(&content);
    if found == CONTENT {
        return Ok(content);
    }
    Err(DataError::WrongChecksum {
        path: path.to_owned(),
        what: "content",
        expected: CONTENT.to_owned(),
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::super::CARDS;
    use super::*;

    fn digits() -> Dataset {
        let card = CARDS.iter().find(|c| c.name == "digits").unwrap();
        let data = load(card).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (card.train, card.test));
        data
    }

    fn counts(labels: &[u32]) -> [usize; 10] {
        let mut counts = [0; 10];
        for &label in labels {
            counts[label as usize] += 1;
        }
        counts
    }

    #[test]
    fn the_class_counts_are_the_published_ones() {
        let data = digits();
        let (train, test) = (counts(data.train.classes()), counts(data.test.classes()));
        let all: Vec<usize> = train.iter().zip(test).map(|(a, b)| a + b).collect();
        assert_eq!(all, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(test, all.iter().map(|n| n / 5).collect::<Vec<_>>()[..]);
    }

    #[test]
    fn the_first_image_is_a_zero() {
        let data = digits();
        assert_eq!(data.train.classes()[..4], [0, 1, 2, 3]);
        let mut pixels = [0.0_f64; 64];
        data.train.gather(64, &[0], &mut pixels);
        // Its second row, as scikit-learn shows it: 0 0 13 15 10 15 5 0.
        let row = pixels[8..16].iter().map(|p| p * 16.0);
        assert!(row.eq([0.0, 0.0, 13.0, 15.0, 10.0, 15.0, 5.0, 0.0]));
    }

    #[test]
    fn pixels_run_from_0_to_16() {
        let data = digits();
        let Inputs::Bytes { values, .. } = &data.train.inputs else {
            panic!("digits are kept as bytes");
        };
        assert_eq!((values.iter().min(), values.iter().max()), (Some(&0), Some(&16)));
    }
}
