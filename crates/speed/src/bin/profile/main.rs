//! `profile`: where the time of a training step goes. `cargo xtask profile` builds it with names that can be read, and runs it.

mod flame;
mod stacks;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use problem::data::Dataset;
use speed::workload::{Setup, Training, UPDATE_RULES};
use speed::{SpeedError, at, mnist, refuse_debug, setting};
use stacks::{Part, Stack};

/// Steps from birth, as in W1.
const STEPS: u64 = 2000;
/// How often they are taken: a share of 1 % is then known to about ±0.2 %.
const ROUNDS: u32 = 10;
/// Samples a second of CPU time; a kernel may have fewer ticks.
const FREQUENCY: i32 = 997;
/// Functions that are listed.
const HEAVIEST: usize = 10;

#[derive(Debug, Parser)]
#[command(name = "profile", about = "Where the time of a training step goes")]
struct Arguments {
    /// The flame graph to write, SVG.
    #[arg(long)]
    out: PathBuf,
    /// Folder that holds the data sets (mnist/, …); else THALWEG_DATA, else the user's cache folder.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// The stacks of all steps, and the milliseconds of one.
fn sample(data: &Dataset, rule: &str) -> Result<(Vec<Stack>, f64), SpeedError> {
    // Once for what is made at the first use of the data.
    Training::new(data, &Setup::w1(rule))?.steps(2, 1);
    let trainings = (0..ROUNDS).map(|_| Training::new(data, &Setup::w1(rule)));
    let mut trainings = trainings.collect::<Result<Vec<_>, _>>()?;
    let profiler = pprof::ProfilerGuardBuilder::default().frequency(FREQUENCY).build();
    let profiler = profiler.map_err(setting)?;
    let started = Instant::now();
    for training in &mut trainings {
        training.steps(STEPS, 1);
    }
    let seconds = started.elapsed().as_secs_f64();
    let report = profiler.report().build().map_err(setting)?;
    Ok((stacks::fold(&report), 1e3 * seconds / (STEPS * u64::from(ROUNDS)) as f64))
}

#[expect(clippy::print_stdout, reason = "its tables are what is asked for")]
fn run(arguments: Arguments) -> Result<(), SpeedError> {
    refuse_debug()?;
    let data = mnist(arguments.data_dir.as_deref())?;
    let (_, rule) = UPDATE_RULES.iter().find(|(name, _)| *name == "adam").unwrap_or(&UPDATE_RULES[0]);
    let (stacks, step) = sample(&data, rule)?;
    let samples: u64 = stacks.iter().map(|stack| stack.samples).sum();
    if samples == 0 {
        return Err(setting("expected thousands of samples, found none: does this machine deliver SIGPROF?"));
    }
    let title = format!("W1, 784-100×4-10, batch 128, {rule}: {step:.3} ms a step, {samples} samples");
    std::fs::write(&arguments.out, flame::svg(&title, &stacks)).map_err(at(&arguments.out))?;

    println!("{title}\nloops for {}\n", technique::wide::kind());
    let share = |count: u64| 100.0 * count as f64 / samples as f64;
    println!("{:36}{:>8}{:>10}", "part of a step", "share", "µs");
    for part in Part::ALL {
        let share = share(stacks.iter().filter(|stack| stack.part == part).map(|stack| stack.samples).sum());
        println!("{:36}{share:>6.1} %{:>10.0}", part.name(), 10.0 * share * step);
    }
    println!("\n{:56}{:>8}", "function, without what it calls", "share");
    for (name, count) in stacks::heaviest(&stacks).into_iter().take(HEAVIEST) {
        println!("{name:56}{:>6.1} %", share(count));
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program fails in the open")]
fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
