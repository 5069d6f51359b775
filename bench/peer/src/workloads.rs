//! The workloads over any framework.

mod signals;
mod training;
mod updates;

use crate::arguments::{Arguments, Workload};
use crate::framework::{Framework, Result};
use crate::inputs::Inputs;
use crate::serve::Run;

/// Reads what a workload needs and brings it into the framework's memory; what is left is timed.
pub(crate) fn prepare<'f, F: Framework>(framework: &'f F, arguments: &Arguments) -> Result<Run<'f>> {
    let inputs = Inputs::open(&arguments.inputs)?;
    match arguments.workload {
        Workload::W1 => training::w1(framework, &inputs),
        Workload::W2 => training::w2(framework, &inputs, arguments.threads),
        Workload::W3 => Ok(updates::w3(framework, inputs.spec.w3_sizes)),
        Workload::W4 => signals::w4(framework, &inputs),
        Workload::W5 => training::w5(framework, &inputs, arguments.threads),
        Workload::W6 => training::w6(framework, &inputs),
    }
}
