//! Burn in the bench: its layers, loss and optimizers under autodiff, on one of its backends for the CPU.

mod library;
mod network;

use std::process::ExitCode;

use burn::tensor::Device;
use clap::{Parser, ValueEnum};
use library::Burn;
use peer::About;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where tensors live.
    #[arg(long, value_enum)]
    backend: Backend,
    #[command(flatten)]
    protocol: peer::Arguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Backend {
    Ndarray,
    Flex,
}

impl Backend {
    #[expect(deprecated, reason = "Burn will drop the backend; it is measured as long as it is there")]
    fn device(self) -> Device {
        match self {
            Self::Ndarray => Device::ndarray(),
            Self::Flex => Device::flex(),
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Ndarray => "ndarray with simd, matrixmultiply, mimalloc; its own optimizers",
            Self::Flex => "flex with simd, gemm with its x86-v4 kernels, mimalloc; its own optimizers",
        }
    }
}

fn main() -> ExitCode {
    let Arguments { backend, protocol } = Arguments::parse();
    let about = About { peer: "burn", version: peer::version("burn"), note: backend.note().to_owned() };
    peer::settle(&[], || peer::serve(&about, &protocol, &Burn::new(&backend.device())))
}
