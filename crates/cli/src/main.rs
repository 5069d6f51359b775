//! The command line of thalweg: thin. Data go to stdout, progress and messages to stderr.

mod args;
mod command;
mod failure;
mod interrupt;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Reproduce(args) => command::reproduce::run(&args, arguments.quiet),
        Command::Run(args) => command::run::run(&args, arguments.quiet),
        Command::Compare(args) => command::compare::run(&args, arguments.quiet),
        Command::Report(args) => command::report::run(&args, arguments.quiet),
        Command::Plan(args) => command::plan::run(&args, arguments.quiet),
        Command::Trial(args) => command::trial::run(&args),
        Command::Schema => command::schema::run(),
        Command::Status(args) => command::status::run(&args),
        Command::Merge(args) => command::merge::run(&args, arguments.quiet),
        Command::Export(args) => command::export::run(&args, arguments.quiet),
        Command::Descend(args) => command::descend::run(&args),
        Command::Activations(args) => command::activations::run(&args),
        Command::List(args) => command::list::run(&args),
        Command::Show(args) => command::show::run(&args),
        Command::Bench(args) => command::bench::run(&args, arguments.quiet),
        Command::Data(args) => command::data::run(&args, arguments.quiet),
    };
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
