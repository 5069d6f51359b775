//! **What is trained.** Functions of the plane to descend, the signal in a deep network at birth, and networks that learn to tell classes or numbers; and the data sets.
//!
//! | look for | in |
//! |---|---|
//! | f(x, y) = x²/20 + y² and the other test functions | [`function`] |
//! | the path of a technique down one of them | [`mod@descend`] |
//! | histograms of activations, layer by layer | [`signal`] |
//! | a network on MNIST or a table: batches, loss, accuracy or R² | [`supervised`] |
//! | MNIST, Fashion-MNIST, KMNIST, digits, tables of your own | [`data`] |

pub mod data;
pub mod descend;
pub mod function;
pub mod signal;
pub mod supervised;
