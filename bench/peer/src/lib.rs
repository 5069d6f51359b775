//! What the Rust peers of the bench share: arguments, inputs, the workloads over a [`Framework`] and the ready/run loop.
//!
//! The protocol and the workloads are in the bench's README. A peer says in [`Framework`] how its library does a step, an update, a layer; what is
//! done with them, and what is timed, is written here once.

mod arguments;
mod framework;
mod inputs;
mod pool;
mod rules;
mod serve;
mod settle;
mod workloads;

pub use arguments::Arguments;
pub use framework::{Activation, Failure, Framework, Moments, Plan, Result};
pub use rules::Rule;
pub use serve::{About, serve, version};
pub use settle::settle;

/// Each operation of these libraries allocates its result: with the system's allocator large ones come as fresh pages, each at the price of a fault.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
