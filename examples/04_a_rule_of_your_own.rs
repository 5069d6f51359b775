//! 4. A rule of your own: Lion, next to Adam.
//!
//! Lion (2023) was found by a program that searched over update rules. It steps by the sign of a mix of momentum and
//! gradient, so every element moves by exactly the rate: half of Adam's memory, no square root, no ε.
//! A rule is a card (`described!`) and two functions (`UpdateRule`); descents and optimizers take any.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use thalweg::prelude::*;

thalweg::technique::described! {
    /// Lion: p ← p − η sign(β₁ m + (1−β₁) g), then m ← β₂ m + (1−β₂) g.
    pub struct Lion("lion", "Lion", "Chen et al., Symbolic discovery of optimization algorithms, arXiv:2302.06675", 2023) {
        /// Learning rate η.
        lr: f64 = 1e-4, Domain::Positive, Search::Log(1e-6, 1e-2);
        /// Share of the momentum in the step, β₁.
        beta1: f64 = 0.9, Domain::Fraction;
        /// Share of the momentum kept, β₂.
        beta2: f64 = 0.99, Domain::Fraction;
    }
}

impl UpdateRule for Lion {
    fn slots(&self) -> &'static [&'static str] {
        &["m"]
    }

    // Inlined into the optimizer, which is compiled again for the widest vectors of the CPU.
    #[inline(always)]
    fn update<T: Real>(&self, step: Step, block: Block<'_, T>) {
        let (params, grads, [m]) = block.parts();
        let rate = T::of(step.rate(self.lr));
        let (keep1, take1) = (T::of(self.beta1), T::of(1.0 - self.beta1));
        let (keep2, take2) = (T::of(self.beta2), T::of(1.0 - self.beta2));
        for ((p, &g), m) in params.iter_mut().zip(grads).zip(m) {
            let mix = keep1 * *m + take1 * g;
            // `signum` of 0 is 1; an element without a gradient must stay.
            *p -= if mix == T::zero() { mix } else { rate * mix.signum() };
            *m = keep2 * *m + take2 * g;
        }
    }
}

/// Test accuracy (%) after 300 steps, from the same weights and on the same batches for every rule.
fn accuracy<R: UpdateRule>(rule: R, data: &Dataset) -> Result<f64, Box<dyn Error>> {
    let spec = NetSpec {
        inputs: data.columns,
        hidden: vec![50],
        outputs: data.task.outputs(),
        activation: "relu".parse()?,
        norm: "none".parse()?,
        dropout: "none".parse()?,
        loss: "cross_entropy".parse()?,
    };
    let mut problem = Supervised::<f32>::new(data, None, &spec, 50, Sampling::Epochs, 1)?;
    let mut params = problem.initial(&"he".parse()?);
    let mut grads = vec![0.0; params.len()];
    let mut optimizer = Optimizer::<f32, R>::new(rule, problem.layout())?;
    for step in 0..300 {
        problem.gradient(&params, step, &mut grads);
        optimizer.update(&mut params, &grads);
    }
    Ok(100.0 * problem.measure(&params, Part::Test)?.score)
}

fn main() -> Result<(), Box<dyn Error>> {
    let ravine = Descent::new("ravine".parse()?, 100);
    let lion = ravine.descend(Lion { lr: 0.1, ..Lion::default() })?;
    let adam = ravine.descend("adam:lr=0.3".parse::<Rule>()?)?;
    println!("after   lion:lr=0.1   adam:lr=0.3   (f on the ravine)");
    for step in [10, 30, 100] {
        println!("{step:>5} {:>13.5} {:>13.5}", lion.values[step], adam.values[step]);
    }
    println!("Lion's momentum is long: without a schedule it swings past the minimum.\n");

    let data = Shelf::new(None).load("digits")?;
    println!("Test accuracy on digits after 300 steps (one seed: a look, not a verdict):");
    println!("lion:lr=0.001 {:.2} %", accuracy(Lion { lr: 1e-3, ..Lion::default() }, &data)?);
    println!("adam:lr=0.003 {:.2} %", accuracy("adam:lr=0.003".parse::<Rule>()?, &data)?);
    Ok(())
}
