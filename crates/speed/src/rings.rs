//! Images that stand in for MNIST where it is not at hand: as large, as empty, and as alike in where they are not.

use problem::data::{DataError, Dataset, Examples, Inputs, Task};
use technique::random::{Purpose, key, normal};

/// Rows and columns of an image.
const SIDE: usize = 28;
/// Their product.
pub const PIXELS: usize = SIDE * SIDE;
const CLASSES: u32 = 10;
/// Radius and half the width of a ring: some 19 % of the pixels are not 0, as in MNIST.
const RING: (f64, f64) = (7.0, 1.7);

/// So many images, one after another: on each a ring about its own centre, side by side pixels as those of a pen.
pub fn images(count: usize) -> Vec<u8> {
    let mut rng = key(2, Purpose::Inputs, 0).rng();
    let mut bytes = Vec::with_capacity(count * PIXELS);
    for _ in 0..count {
        let mut middle = || SIDE as f64 / 2.0 + normal(&mut rng).clamp(-3.0, 3.0);
        let (y, x) = (middle(), middle());
        for pixel in 0..PIXELS {
            let (down, right) = ((pixel / SIDE) as f64 - y, (pixel % SIDE) as f64 - x);
            let off = (down.hypot(right) - RING.0).abs();
            bytes.push(if off < RING.1 { 255 - (100.0 * off) as u8 } else { 0 });
        }
    }
    bytes
}

/// A data set of rings with classes that mean nothing.
///
/// # Errors
/// Never: rows and labels are as many.
pub fn dataset(train: usize, test: usize) -> Result<Dataset, DataError> {
    let mut bytes = images(train + test);
    let rest = bytes.split_off(train * PIXELS);
    let examples = |values: Vec<u8>| {
        let labels: Vec<u32> = (0..(values.len() / PIXELS) as u32).map(|row| row % CLASSES).collect();
        Examples::new(Inputs::Bytes { values, divisor: 255.0 }, labels, PIXELS, "rings")
    };
    Ok(Dataset {
        name: "made-up images, as large and as empty as MNIST's".to_owned(),
        source: "made here".to_owned(),
        columns: PIXELS,
        shape: Some((SIDE, SIDE)),
        task: Task::Classification { classes: (0..CLASSES).map(|class| class.to_string()).collect() },
        train: examples(bytes)?,
        validation: None,
        test: examples(rest)?,
        fingerprint: String::new(),
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_as_empty_as_they_say() {
        let bytes = images(500);
        let density = bytes.iter().filter(|byte| **byte != 0).count() as f64 / bytes.len() as f64;
        assert!((density - 0.19).abs() < 0.01, "{density}");
        let data = dataset(30, 20).unwrap();
        assert_eq!((data.train.len(), data.test.len(), data.columns), (30, 20, PIXELS));
    }
}
