//! W7 in the results: the cost of growth.

use std::fmt::Write as _;

use study::figure::{Axis, Figure, FigureError, Series, curves};

use super::{Results, digits};
use crate::growth::Curve;

impl Results {
    pub(super) fn growth(&self, page: &mut String) {
        if self.curves.is_empty() {
            return;
        }
        page.push_str("\n## W7: the cost of growth\n\nAdam on 784-w×d-10, one thread; the best of three windows. The memory is that of the networks with their\ndata shared, read while they live.\n\n![Step time over batch, width and depth](growth.png)\n");
        for curve in &self.curves {
            let _ = writeln!(page, "\n| {} | µs a step | GFLOP/s of a dense step |\n|---|---|---|", curve.of);
            for (size, seconds, flops) in &curve.points {
                let _ = writeln!(
                    page,
                    "| {size} | {} | {} |",
                    digits(1e6 * seconds),
                    digits(flops / seconds / 1e9)
                );
            }
            let _ = writeln!(page, "\n{}", reading(curve));
        }
        let _ = writeln!(
            page,
            "\n| workers | steps a second | times one | memory beyond the data, MB a worker |\n|---|---|---|---|"
        );
        let one = self.workers.first().map_or(f64::NAN, |row| row.steps_per_second);
        for row in &self.workers {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                row.workers,
                digits(row.steps_per_second),
                digits(row.steps_per_second / one),
                row.bytes.map_or("–".to_owned(), |bytes| digits(bytes / row.workers as f64 / 1e6))
            );
        }
    }

    /// Step times over batch, width and depth.
    ///
    /// # Errors
    /// When they cannot be drawn.
    pub fn growth_figure(&self) -> Result<Option<Figure>, FigureError> {
        if self.curves.is_empty() {
            return Ok(None);
        }
        let series = |curve: &Curve| Series {
            name: curve.of.clone(),
            x: curve.points.iter().map(|(size, _, _)| *size as f64).collect(),
            mid: curve.points.iter().map(|(_, seconds, _)| 1e6 * seconds).collect(),
            ..Series::default()
        };
        let all: Vec<Series> = self.curves.iter().map(series).collect();
        let (x, y) = (Axis::log("batch, width or depth (log scale)"), Axis::log("step time (µs, log scale)"));
        curves("Step time as the network or the batch grows", x, y, &all).map(Some)
    }
}

/// Whether a curve grows as its operations do.
fn reading(curve: &Curve) -> String {
    let rates: Vec<f64> = curve.points.iter().map(|(_, seconds, flops)| flops / seconds).collect();
    let falls = rates.windows(2).zip(curve.points.windows(2)).map(|(rate, at)| (rate[1] / rate[0], at[1].0));
    let worst = falls.min_by(|a, b| a.0.total_cmp(&b.0));
    match (worst, curve.points.first(), curve.points.last()) {
        (Some((fall, size)), Some(first), Some(last)) => format!(
            "From {} = {} to {} the operations grow {} times and the time {} times. {}",
            curve.of,
            first.0,
            last.0,
            digits(last.2 / first.2),
            digits(last.1 / first.1),
            if fall < 0.7 {
                format!("**The rate falls to {} % at {size}.**", digits(100.0 * fall))
            } else if fall >= 1.0 {
                "No cliff: the rate rises with each size.".to_owned()
            } else {
                format!(
                    "No cliff: from one size to the next the rate never falls below {} % of what it was (at {size}).",
                    digits(100.0 * fall)
                )
            }
        ),
        _ => String::new(),
    }
}
