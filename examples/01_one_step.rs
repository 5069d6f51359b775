//! 1. One step of Adam, by hand and by the library.
//!
//! Adam keeps two averages: m of the gradient, v of its square. Both start at 0, so after one step they are far too
//! small, and Adam divides that out: c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ. What is left of the first step is the learning rate
//! times the sign of the gradient, whatever the gradient's size, until it is as small as ε.
//!
//! ε is where frameworks differ. The textbook and Keras add it to √v before the correction, PyTorch and optax after it.
//!
//! `cargo run --example 01_one_step`; the formula as the library has it: `crates/technique/src/rule/adam.rs`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use thalweg::prelude::*;

const GRADIENTS: [f64; 4] = [1000.0, 1.0, 1e-3, 1e-7];

/// The textbook's formula for t = 1, from m = v = 0, in the order of its listing.
fn step_by_hand(p: f64, g: f64) -> f64 {
    let (lr, beta1, beta2, eps) = (0.01, 0.9, 0.999, 1e-7);
    let m = (1.0 - beta1) * g;
    let v = (1.0 - beta2) * g * g;
    let (c1, c2): (f64, f64) = (1.0 - beta1, 1.0 - beta2);
    p - lr * c2.sqrt() / c1 * m / (v.sqrt() + eps)
}

/// The same by the library: four parameters, all 0, one step.
fn step_by_library(word: &str) -> Result<[f64; 4], Box<dyn Error>> {
    let rule: Rule = word.parse()?;
    let mut optimizer = Optimizer::<f64>::new(rule, &Layout::flat(4))?;
    let mut params = [0.0; 4];
    optimizer.update(&mut params, &GRADIENTS);
    Ok(params)
}

fn main() -> Result<(), Box<dyn Error>> {
    let textbook = step_by_library("adam:lr=0.01")?;
    let torch = step_by_library("adam@torch:lr=0.01")?;
    println!("{:>8}  {:>23}  {:>23}  {:>23}", "gradient", "by hand", "adam", "adam@torch");
    for (i, g) in GRADIENTS.into_iter().enumerate() {
        println!("{g:>8?}  {:>23}  {:>23}  {:>23}", step_by_hand(0.0, g), textbook[i], torch[i]);
    }
    println!();
    println!("A gradient of 1000 and one of 0.001 move their parameters equally far: by the rate, 0.01.");
    println!(
        "At 1e-7 the place of ε shows: the textbook's step is {:.1} % of the rate, PyTorch's {:.1} %.",
        textbook[3] / -0.01 * 100.0,
        torch[3] / -0.01 * 100.0
    );
    Ok(())
}
