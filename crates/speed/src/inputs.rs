//! The inputs of the bench as plain files: every peer reads the same data, batches and weights.

use std::path::Path;

use problem::data::{Dataset, Examples, Inputs};

use crate::workload::{Lengths, Setup, Training};
use crate::{SpeedError, at};

fn write(path: &Path, bytes: &[u8]) -> Result<(), SpeedError> {
    std::fs::write(path, bytes).map_err(at(path))
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The rows of the first `steps` batches of a training.
fn batches(training: &mut Training<'_>, steps: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for step in 0..steps {
        bytes.extend(training.rows(step).iter().flat_map(|row| (*row as i32).to_le_bytes()));
    }
    bytes
}

fn images(examples: &Examples) -> Result<&[u8], SpeedError> {
    match examples.inputs() {
        Inputs::Bytes { values, .. } => Ok(values),
        Inputs::Numbers(_) => {
            Err(SpeedError::Setting("the bench's inputs: expected images of bytes, found numbers".to_owned()))
        }
    }
}

/// Writes all of them into a folder.
///
/// # Errors
/// When the data are no images, or a file cannot be written.
pub fn write_all(folder: &Path, data: &Dataset, lengths: &Lengths) -> Result<(), SpeedError> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    let file = |name: &str, bytes: &[u8]| write(&folder.join(name), bytes);
    for (part, examples) in [("train", &data.train), ("test", &data.test)] {
        file(&format!("{part}_images.u8"), images(examples)?)?;
        let labels: Vec<u8> = examples.classes().iter().map(|label| *label as u8).collect();
        file(&format!("{part}_labels.u8"), &labels)?;
    }
    let mut one = Training::new(data, &Setup::w1("sgd"))?;
    file("w1_params.f32", &floats(one.params()))?;
    file("w1_batches.i32", &batches(&mut one, lengths.w1_steps))?;

    let (mut params, mut rows) = (Vec::new(), Vec::new());
    for std in &lengths.w2_scales {
        let init = format!("normal:std={std}");
        let mut two = Training::new(data, &crate::workload::w2_setup(&init, "none"))?;
        params.extend_from_slice(two.params());
        if rows.is_empty() {
            // The same for all scales.
            rows = batches(&mut two, lengths.w2_steps);
        }
    }
    file("w2_batches.i32", &rows)?;
    file("w2_params.f32", &floats(&params))?;

    let (x, weights) = crate::workload::w4_draws();
    file("w4_x.f32", &floats(&x))?;
    file("w4_w.f32", &floats(&weights))?;

    let (mut params, mut rows) = (Vec::new(), Vec::new());
    for seed in 1..=crate::workload::W5_SEEDS {
        let mut five = Training::new(data, &Setup::shallow("sgd", seed))?;
        params.extend_from_slice(five.params());
        rows.extend(batches(&mut five, lengths.w5_steps));
    }
    file("w5_params.f32", &floats(&params))?;
    file("w5_batches.i32", &rows)?;

    let mut six = Training::new(data, &Setup::shallow("sgd", 1))?;
    file("w6_params.f32", &floats(six.params()))?;
    file("w6_batches.i32", &batches(&mut six, lengths.w6_epochs * lengths.w6_steps))?;
    let spec = serde_json::to_string_pretty(lengths).unwrap_or_default();
    file("spec.json", spec.as_bytes())
}
