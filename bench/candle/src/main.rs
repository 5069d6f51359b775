//! Candle in the bench: its tensors, autograd, batch norm, SGD and AdamW; the rules that it lacks by its tensor operations.

mod library;
mod network;
mod rules;

use std::process::ExitCode;

use clap::Parser;
use library::Candle;
use peer::About;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    protocol: peer::Arguments,
}

/// Candle spreads each product over as many threads as this variable says.
const ONE_THREAD: (&str, &str) = ("RAYON_NUM_THREADS", "1");

fn main() -> ExitCode {
    let Arguments { protocol } = Arguments::parse();
    let note = "gemm with its x86-v4 kernels, mimalloc; momentum, AdaGrad and RMSProp by tensor operations"
        .to_owned();
    let about = About { peer: "candle", version: peer::version("candle-core"), note };
    peer::settle(&[ONE_THREAD], || peer::serve(&about, &protocol, &Candle))
}
