//! **The book.** Every formula of the laboratory, one file each, and nothing else: no files, no threads, no clock.
//!
//! | look for | in |
//! |---|---|
//! | update rules: SGD, momentum, Nesterov, AdaGrad, RMSProp, Adam | [`rule`] |
//! | what happens around a rule in one step: clipping, decay, schedule | [`optimizer`], [`guard`], [`decay`], [`schedule`] |
//! | initial weights: constant std, Xavier, Glorot, He, LeCun, orthogonal | [`init`] |
//! | layers, activations, batch normalisation, dropout | [`layer`], [`norm`] |
//! | softmax with cross-entropy, mean squared error | [`loss`] |
//! | a network of them, forwards and backwards | [`net`] |
//! | matrix products, the one place; and those that skip zeros | [`matmul`], [`sparse`] |
//! | e^x and tanh x for loops | [`exp`] |
//! | loops for the widest vectors of this CPU | [`wide`](mod@wide) |
//! | random numbers as a function of (seed, purpose, step) | [`random`] |
//!
//! A technique has a [`card`](card::Card): its name, formula, paper, settings, and the frameworks' conventions under the frameworks' names.
//! It is written in one line, the same in a shell, in TOML and in code (see [`word`]):
//!
//! ```
//! use technique::{layout::Layout, optimizer::Optimizer, rule::Rule};
//!
//! let rule: Rule = "adam@torch:lr=0.01".parse()?;
//! let mut optimizer = Optimizer::<f64>::new(rule, &Layout::flat(2))?;
//! let mut params = [1.0, -1.0];
//! optimizer.update(&mut params, &[0.5, 2.0]);
//! # assert!((params[0] - 0.99).abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod card;
pub mod decay;
pub mod exp;
pub mod guard;
pub mod init;
pub mod layer;
pub mod layout;
pub mod loss;
pub mod matmul;
pub mod net;
pub mod norm;
pub mod optimizer;
pub mod random;
pub mod real;
pub mod rule;
pub mod schedule;
pub mod sparse;
#[cfg(test)]
mod testing;
pub mod wide;
pub mod word;
