//! Simulated studies.
