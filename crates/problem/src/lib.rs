//! TODO
pub mod data;
