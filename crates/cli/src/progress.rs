//! Progress bars, on stderr and only on a terminal.

use std::collections::HashMap;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use thalweg::problem::data::{Attempt, Progress};
use thalweg::study::executor::Watch;

fn bar(quiet: bool, len: u64, template: &str) -> ProgressBar {
    // indicatif hides a bar by itself where stderr is no terminal.
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(len), target).with_style(style)
}

/// One bar for each study.
#[derive(Debug)]
pub(crate) struct Bars {
    quiet: bool,
    current: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, current: Mutex::new(None) }
    }

    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut current) = self.current.lock() {
            act(&mut current);
        }
    }
}

impl Watch for Bars {
    fn begin(&self, name: &str, steps: u64) {
        let bar = bar(
            self.quiet,
            steps,
            "{prefix:14} {bar:40} {human_pos}/{human_len} updates {elapsed} (eta {eta})",
        );
        bar.set_prefix(name.to_owned());
        self.with(|current| *current = Some(bar));
    }

    fn advance(&self, steps: u64) {
        self.with(|current| {
            if let Some(bar) = current {
                bar.inc(steps);
            }
        });
    }

    fn end(&self) {
        self.with(|current| {
            if let Some(bar) = current.take() {
                bar.finish();
            }
        });
    }

    fn note(&self, text: &str) {
        self.with(|current| match current {
            Some(bar) => bar.suspend(|| crate::output::message(self.quiet, text)),
            None => crate::output::message(self.quiet, text),
        });
    }

    fn stopped(&self) -> bool {
        crate::interrupt::wanted()
    }
}

/// One bar for each file of a download.
#[derive(Debug)]
pub(crate) struct Downloads {
    quiet: bool,
    bars: HashMap<String, ProgressBar>,
}

impl Downloads {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, bars: HashMap::new() }
    }
}

impl Progress for Downloads {
    fn advance(&mut self, file: &str, done: u64, total: Option<u64>) {
        let quiet = self.quiet;
        let bar = self.bars.entry(file.to_owned()).or_insert_with(|| {
            let bar = bar(quiet, 0, "{prefix:28} {bar:32} {bytes}/{total_bytes} {bytes_per_sec}");
            bar.set_prefix(file.to_owned());
            bar
        });
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
    }

    fn failed(&mut self, attempt: &Attempt) {
        crate::output::message(
            self.quiet,
            format_args!("{}: {}; trying the next mirror", attempt.url, attempt.reason),
        );
    }

    fn finished(&mut self, file: &str) {
        if let Some(bar) = self.bars.remove(file) {
            bar.finish();
        }
    }
}
