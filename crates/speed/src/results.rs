//! The results of a bench: a table of medians with their spread, and a figure of the ratios.

use std::collections::BTreeMap;
use std::fmt::Write;

use study::figure::{Axis, Figure, FigureError, Row, forest_of};

use crate::growth::{Curve, Workers};
use crate::machine::{Rates, step_flops};
use crate::peer::Hello;
use crate::workload::{BATCH, Outcome, title};

mod growth;
mod updates;

/// One workload with one peer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Duel {
    /// w1 … w6.
    pub workload: String,
    /// The peer's name.
    pub peer: String,
    /// What it said of itself.
    pub hello: Hello,
    /// Threads of both.
    pub threads: usize,
    /// Our runs, in turn with
    pub ours: Vec<Outcome>,
    /// theirs.
    pub theirs: Vec<Outcome>,
    /// Why the peer is left out.
    pub absent: Option<String>,
}

/// The middle, the smallest and the largest of some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Median.
    pub median: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub most: f64,
}

impl Spread {
    /// Of some numbers; NaN of none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let median = if n % 2 == 1 { at(n / 2) } else { (at((n / 2).wrapping_sub(1)) + at(n / 2)) / 2.0 };
        Self { median, least: at(0), most: at(n.wrapping_sub(1)) }
    }

    fn text(self) -> String {
        format!("{} [{}, {}]", digits(self.median), digits(self.least), digits(self.most))
    }
}

/// Three significant digits.
fn digits(x: f64) -> String {
    match x.abs() {
        x if x >= 99.95 => format!("{x:.0}"),
        x if x >= 9.995 => format!("{x:.1}"),
        x if x >= 0.9995 => format!("{x:.2}"),
        x if x >= 0.09995 => format!("{x:.3}"),
        _ => format!("{x:.4}"),
    }
}

/// How far a number may be from ours: (relative, absolute), whichever is more.
fn tolerance(workload: &str, key: &str) -> (f64, f64) {
    match (workload, key) {
        // scikit-learn adds Adam's ε before it corrects the second moment's bias: 4e-5.
        ("w6", "loss/first") => (1e-4, 0.0),
        // Of the first steps, before rounding grows: it comes to 1e-6.
        (_, key) if key.ends_with("/first") => (1e-5, 0.0),
        // Rounding grows over thousands of steps: with other last bits of the initial weights Adam ends 4 % off (one standard deviation).
        ("w1", _) => (0.25, 0.0),
        // What a diverged network answers is the first class or none.
        ("w2", _) => (0.0, 0.03),
        ("w3", _) => (1e-5, 0.0),
        ("w4", key) if key.ends_with('h') => (0.01, 3.0),
        ("w4", _) => (1e-4, 1e-6),
        // Trials that diverge do so at another step: their share counts.
        ("w5", _) => (0.1, 0.05),
        ("w6", "accuracy") => (0.0, 0.01),
        _ => (0.1, 0.0),
    }
}

impl Duel {
    /// Their time over ours, pair by pair.
    pub fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.theirs).map(|(ours, theirs)| theirs.seconds / ours.seconds).collect()
    }

    /// Where the two did not come to the same numbers in every pair: each key once, with the pair that is furthest apart.
    pub fn disagreements(&self) -> Vec<String> {
        let mut worst = BTreeMap::new();
        for (ours, theirs) in self.ours.iter().zip(&self.theirs) {
            for (key, &expected) in &ours.check {
                let found = theirs.check.get(key).copied().unwrap_or(f64::NAN);
                let (relative, absolute) = tolerance(&self.workload, key);
                let apart = (found - expected).abs();
                if apart <= (relative * expected.abs()).max(absolute) {
                    continue;
                }
                // What is no number is further apart than any.
                let apart = if apart.is_nan() { f64::INFINITY } else { apart };
                let text =
                    format!("{} {}, {key}: thalweg {expected}, peer {found}", self.workload, self.peer);
                let (most, kept) = worst.entry(key).or_insert((apart, text.clone()));
                if apart > *most {
                    (*most, *kept) = (apart, text);
                }
            }
        }
        worst.into_values().map(|(_, text)| text).collect()
    }

    /// It in one line.
    pub fn line(&self) -> String {
        match &self.absent {
            Some(why) => format!("left out: {why}"),
            None => format!(
                "{} s, thalweg {} s: {} times as long; {}",
                digits(Spread::of(self.theirs.iter().map(|o| o.seconds)).median),
                digits(Spread::of(self.ours.iter().map(|o| o.seconds)).median),
                Spread::of(self.ratios()).text(),
                if self.disagreements().is_empty() { "the numbers agree" } else { "THE NUMBERS DISAGREE" }
            ),
        }
    }
}

/// Everything that was measured in one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// CPU, cores, system, vectors.
    pub machine: String,
    /// Pairs of runs.
    pub pairs: u32,
    /// Whether the workloads were short.
    pub quick: bool,
    /// What the machine reaches.
    pub rates: Option<Rates>,
    /// Each workload with each peer.
    pub duels: Vec<Duel>,
    /// W7: growth over batch, width and depth.
    pub curves: Vec<Curve>,
    /// W7: growth over workers.
    pub workers: Vec<Workers>,
}

/// CPU, cores, system and vectors of this machine.
pub fn describe() -> String {
    let (cpu, system) = study::report::provenance::machine();
    format!("{cpu}, {system}, loops for {}", technique::wide::kind())
}

impl Results {
    fn of<'a>(&'a self, workload: &'a str) -> impl Iterator<Item = &'a Duel> {
        self.duels.iter().filter(move |duel| duel.workload == workload)
    }

    /// All our runs of a workload.
    fn ours<'a>(&'a self, workload: &'a str) -> Vec<&'a Outcome> {
        self.of(workload).flat_map(|duel| &duel.ours).collect()
    }

    /// The page.
    pub fn markdown(&self) -> String {
        let mut page = String::from("# thalweg beside its peers\n\n");
        let quick = if self.quick { " --quick" } else { "" };
        let pairs = if self.quick { String::new() } else { format!(" --pairs {}", self.pairs) };
        let _ = writeln!(
            page,
            "Written by `cargo xtask bench{quick}{pairs}` on {}. Each row is {} of runs, ours and theirs in turn: medians, with the\nsmallest and the largest in brackets; thalweg's own row pools its runs beside all peers. The ratio is their time over ours, taken pair by pair.\nAll train on the same data from the same weights on the same batches in float32, and each run checks that\nthey [agree](README.md#what-agree-means).\n",
            self.machine,
            if self.pairs == 1 { "1 pair".to_owned() } else { format!("{} pairs", self.pairs) }
        );
        page.push_str("![Their time over ours, for each workload and peer](ratios.png)\n");
        for name in ["w1", "w2", "w4", "w5", "w6"] {
            if self.of(name).next().is_some() {
                self.workload(&mut page, name);
            }
        }
        if self.of("w3").next().is_some() {
            self.updates(&mut page);
        }
        self.growth(&mut page);
        page
    }

    fn workload(&self, page: &mut String, name: &str) {
        let threads = self.of(name).next().map_or(1, |duel| duel.threads);
        let plural = if threads == 1 { "one thread" } else { "two threads" };
        let _ = writeln!(page, "\n## {}: {}\n", name.to_uppercase(), title(name));
        let _ =
            writeln!(page, "{plural}.\n\n| | setting | seconds | ratio | numbers |\n|---|---|---|---|---|");
        let ours = self.ours(name);
        if !ours.is_empty() {
            let spread = Spread::of(ours.iter().map(|outcome| outcome.seconds));
            let _ = writeln!(page, "| **thalweg** | {} | {} | 1 | |", technique::wide::kind(), spread.text());
        }
        let (here, absent): (Vec<&Duel>, Vec<&Duel>) = self.of(name).partition(|duel| duel.absent.is_none());
        for duel in here {
            let wrong = duel.disagreements();
            let _ = writeln!(
                page,
                "| {} {} | {} | {} | {} | {} |",
                duel.peer,
                duel.hello.version,
                duel.hello.note,
                Spread::of(duel.theirs.iter().map(|outcome| outcome.seconds)).text(),
                Spread::of(duel.ratios()).text(),
                if wrong.is_empty() {
                    "agree".to_owned()
                } else {
                    format!("**disagree**: {}", wrong.join("; "))
                }
            );
        }
        for duel in absent {
            let _ =
                writeln!(page, "\n{} is left out: {}", duel.peer, duel.absent.as_deref().unwrap_or_default());
        }
        if name == "w1" {
            self.per_step(page, &ours);
        }
    }

    /// Microseconds a step of W1 by rule, and the share of the limit.
    fn per_step(&self, page: &mut String, ours: &[&Outcome]) {
        let lengths =
            if self.quick { crate::workload::Lengths::quick() } else { crate::workload::Lengths::full() };
        let steps = lengths.w1_steps as f64;
        let of = |outcomes: &[&Outcome], rule: &str| {
            let micros =
                outcomes.iter().filter_map(|o| o.parts.get(rule)).map(|seconds| 1e6 * seconds / steps);
            digits(Spread::of(micros).median)
        };
        let rules = ["sgd", "momentum", "adagrad", "adam"];
        let _ = writeln!(
            page,
            "\nMicroseconds a step (medians):\n\n| | {} | mean |\n|---|---|---|---|---|---|",
            rules.join(" | ")
        );
        let mut row = |name: &str, outcomes: &[&Outcome]| {
            let mean = Spread::of(outcomes.iter().map(|o| 1e6 * o.seconds / (4.0 * steps))).median;
            let cells: Vec<String> = rules.iter().map(|rule| of(outcomes, rule)).collect();
            let _ = writeln!(page, "| {name} | {} | {} |", cells.join(" | "), digits(mean));
        };
        row("**thalweg**", ours);
        for duel in self.of("w1").filter(|duel| duel.absent.is_none()) {
            row(&duel.peer, &duel.theirs.iter().collect::<Vec<_>>());
        }
        if let Some(rates) = self.rates {
            let flops = step_flops(&[784, 100, 100, 100, 100, 10], BATCH);
            let limit = 1e6 * flops / rates.flops;
            let mean = Spread::of(ours.iter().map(|o| 1e6 * o.seconds / (4.0 * steps))).median;
            let _ = writeln!(
                page,
                "\nThe dense products of a step are {} million operations. At the rate that a product of 512 × 512 reaches here ({} GFLOP/s) they alone\nwould take {} µs: a whole step reaches {} % of this limit{}.",
                digits(flops / 1e6),
                digits(rates.flops / 1e9),
                digits(limit),
                digits(100.0 * limit / mean),
                if limit > mean {
                    ", more than all of it: skipping the zeros of the images saves more than the rest of the step takes"
                } else {
                    ""
                }
            );
        }
    }

    /// The ratios, workload by workload.
    ///
    /// # Errors
    /// When they cannot be drawn.
    pub fn figure(&self) -> Result<Option<Figure>, FigureError> {
        let row = |duel: &Duel| {
            let points = duel.ratios();
            let spread = Spread::of(points.iter().copied());
            let note = format!("{} times", digits(spread.median));
            Row {
                name: format!("{} {}", duel.workload.to_uppercase(), duel.peer),
                points,
                mean: spread.median,
                note,
                ..Row::default()
            }
        };
        // The sum over W3 says nothing: its table does.
        let shown = self.duels.iter().filter(|duel| duel.absent.is_none() && duel.workload != "w3");
        let rows: Vec<Row> = shown.map(row).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let axis = Axis::log("their time over thalweg's (log scale; right of 1, thalweg is faster)");
        forest_of("Peers beside thalweg, pair by pair", axis, &rows, Some(1.0), ["one pair", "median"])
            .map(Some)
    }
}

#[cfg(test)]
mod tests;
