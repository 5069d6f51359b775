//! The inputs as plain vectors.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::framework::Result;

/// Pixels of an image.
pub(crate) const PIXELS: usize = 784;

/// How long the workloads are.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Spec {
    pub(crate) w2_scales: Vec<f64>,
    pub(crate) w3_sizes: Vec<usize>,
    pub(crate) w6_epochs: usize,
}

/// A folder of inputs.
#[derive(Debug)]
pub(crate) struct Inputs {
    folder: PathBuf,
    pub(crate) spec: Spec,
}

impl Inputs {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let folder = folder.to_owned();
        let spec = serde_json::from_slice(&read(&folder.join("spec.json"))?)?;
        Ok(Self { folder, spec })
    }

    pub(crate) fn floats(&self, name: &str) -> Result<Vec<f32>> {
        self.words(name, f32::from_le_bytes)
    }

    /// Rows of the images, batch by batch.
    pub(crate) fn rows(&self, name: &str) -> Result<Vec<i32>> {
        self.words(name, i32::from_le_bytes)
    }

    /// The pixels, byte / 255, and the labels of the first `count` images of a part, or of all.
    pub(crate) fn images(&self, part: &str, count: Option<usize>) -> Result<(Vec<f32>, Vec<u8>)> {
        let bytes = read(&self.folder.join(format!("{part}_images.u8")))?;
        let mut labels = read(&self.folder.join(format!("{part}_labels.u8")))?;
        labels.truncate(count.unwrap_or(labels.len()));
        let pixels = bytes.iter().take(labels.len() * PIXELS).map(|&byte| f32::from(byte) / 255.0);
        Ok((pixels.collect(), labels))
    }

    fn words<T>(&self, name: &str, word: fn([u8; 4]) -> T) -> Result<Vec<T>> {
        let bytes = read(&self.folder.join(name))?;
        Ok(bytes.as_chunks().0.iter().map(|&bytes| word(bytes)).collect())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
