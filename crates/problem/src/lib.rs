//! **What is trained.** Functions of the plane to descend, the signal in a deep network at birth, and networks that classify data; and the data sets.
//!
//! | look for | in |
//! |---|---|
//! | f(x, y) = x²/20 + y² and the other test functions | [`function`] |
//! | the path of a technique down one of them | [`mod@descend`] |
//! | histograms of activations, layer by layer | [`signal`] |
//! | a network on MNIST: batches, loss, accuracy | [`classify`] |
//! | MNIST, Fashion-MNIST, KMNIST, digits, tables of your own | [`data`] |

pub mod classify;
pub mod data;
pub mod descend;
pub mod function;
pub mod signal;
