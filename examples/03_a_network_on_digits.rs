//! 3. A network on digits.
//!
//! The loop is yours; the library gives its parts. A `Supervised` joins data and network and says which examples
//! make up the batch of a step. It owns no parameters: they are a flat vector, here, and so is the gradient. That is
//! all an `Optimizer` needs to know of a network.
//!
//! The data are 1,797 handwritten digits of 8 × 8 pixels that come with the library.
//!
//! `cargo run --example 03_a_network_on_digits`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use thalweg::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let data = Shelf::new(None).load("digits")?;
    let spec = NetSpec {
        inputs: data.columns,
        hidden: vec![50, 50],
        outputs: data.task.outputs(),
        activation: "relu".parse()?,
        norm: "none".parse()?,
        dropout: "none".parse()?,
        loss: "cross_entropy".parse()?,
    };
    let (batch, seed, steps) = (50, 1, 600);
    let mut problem = Supervised::<f32>::new(&data, None, &spec, batch, Sampling::Epochs, seed)?;

    println!("{} training and {} test examples of {}", data.train.len(), data.test.len(), data.name);
    for span in problem.layout().spans() {
        println!("{:>16} {:?} at {:?}", span.name, span.shape, span.range);
    }

    let mut params = problem.initial(&"he".parse()?);
    let mut grads = vec![0.0; params.len()];
    let rule: Rule = "adam:lr=0.003".parse()?;
    let schedule = "cosine".parse::<Schedule>()?.over(steps)?;
    let mut optimizer: Optimizer<f32> =
        Optimizer::with(rule, schedule, Guard::default(), Decay::default(), problem.layout())?;

    println!("\n{:>5}  {:>13}  {:>17}  {:>13}", "step", "batch's loss", "training accuracy", "test accuracy");
    for step in 0..steps {
        let loss = problem.gradient(&params, step, &mut grads);
        optimizer.update(&mut params, &grads);
        if [1, 10, 30, 100, 300, 600].contains(&(step + 1)) {
            let train = problem.measure(&params, Part::Train)?;
            let test = problem.measure(&params, Part::Test)?;
            let percent = |share: f64| format!("{:.2} %", 100.0 * share);
            let (train, test) = (percent(train.score), percent(test.score));
            println!("{:>5}  {loss:>13.4}  {train:>17}  {test:>13}", step + 1);
        }
    }
    println!(
        "\n{} parameters, {} steps; run it again and every digit is the same",
        params.len(),
        optimizer.steps()
    );
    Ok(())
}
