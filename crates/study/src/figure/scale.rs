//! From values to places along an axis, and the ticks that name them.

use super::data::Axis;

/// The smallest and largest of the values seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Extent {
    pub(super) const NONE: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    /// Takes `value` in if it is finite.
    pub(super) fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut extent = Self::NONE;
        values.into_iter().for_each(|value| extent.add(value));
        extent
    }

    pub(super) fn is_empty(&self) -> bool {
        self.low > self.high
    }
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    /// Empty for a tick that has no label.
    pub(super) label: String,
}

/// A stretch of an axis, linear or logarithmic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    log: bool,
    low: f64,
    high: f64,
}

impl Scale {
    /// Exactly from `low` to `high`; an empty stretch is widened so that it can be drawn.
    pub(super) fn exact(log: bool, low: f64, high: f64) -> Self {
        if low < high {
            return Self { log, low, high };
        }
        if log {
            return Self { log, low: low / 2.0, high: low * 2.0 };
        }
        let half = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        Self { log, low: low - half, high: low + half }
    }

    /// The axis' own range, or one that holds `data` with `air` (a share of it) at both ends.
    /// `None` if there is neither.
    pub(super) fn new(axis: &Axis, data: Extent, air: f64) -> Option<Self> {
        if let Some((low, high)) = axis.range {
            return Some(Self::exact(axis.log, low, high));
        }
        if data.is_empty() {
            return None;
        }
        let tight = Self::exact(axis.log, data.low, data.high);
        if axis.log {
            let factor = (tight.high / tight.low).powf(air);
            return Some(Self { log: true, low: tight.low / factor, high: tight.high * factor });
        }
        let margin = air * (tight.high - tight.low);
        // Losses and accuracies never fall below 0: neither should their axis.
        let floor = if data.low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        Some(Self { log: false, low: (tight.low - margin).max(floor), high: tight.high + margin })
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }

    pub(super) fn log(&self) -> bool {
        self.log
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end; not finite if it cannot be shown.
    pub(super) fn at(&self, value: f64) -> f64 {
        if !self.log {
            return (value - self.low) / (self.high - self.low);
        }
        if value <= 0.0 {
            return f64::NAN;
        }
        (value / self.low).ln() / (self.high / self.low).ln()
    }

    fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.at(value))
    }

    /// At most about `most` labelled ticks; on a logarithmic axis also some without a label.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        let most = most.max(2);
        if self.log { self.log_ticks(most) } else { self.linear_ticks(most) }
    }

    fn linear_ticks(&self, most: usize) -> Vec<Tick> {
        // One label alone gives no scale; a finer step follows from more ticks.
        let named = |most: usize| {
            let step = step(self.high - self.low, most);
            let count = (self.high / step + 1e-9).floor() - (self.low / step - 1e-9).ceil() + 1.0;
            (count, step)
        };
        let step = (most..most + 4)
            .map(named)
            .find(|(count, _)| *count >= 2.0)
            .map_or_else(|| named(most).1, |(_, step)| step);
        let first = (self.low / step - 1e-9).ceil();
        (0..=most + 5)
            .map(|i| (first + i as f64) * step)
            .filter(|value| self.holds(*value))
            // Adding 0 turns -0 into 0.
            .map(|value| Tick { value, label: decimal(value + 0.0, step) })
            .collect()
    }

    fn log_ticks(&self, most: usize) -> Vec<Tick> {
        let (from, to) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let decades: Vec<i32> = (from..=to).filter(|k| self.holds(10_f64.powi(*k))).collect();
        if decades.len() < 2 || 3 * decades.len() <= most {
            let fine: Vec<Tick> = (from..=to)
                .flat_map(|k| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(k)))
                .filter(|value| self.holds(*value))
                .map(|value| Tick { value, label: decimal(value, value) })
                .collect();
            // Less than a factor of 2 or so: the axis is as good as linear.
            return if fine.len() < 2 { self.linear_ticks(most) } else { fine };
        }
        let every = decades.len().div_ceil(most) as i32;
        let named = |k: i32| k.rem_euclid(every) == 0;
        let short = decades.iter().filter(|k| named(**k)).all(|k| (-3..=4).contains(k));
        let mut ticks: Vec<Tick> = decades
            .iter()
            .map(|&k| {
                let value = 10_f64.powi(k);
                let label = match (named(k), short) {
                    (false, _) => String::new(),
                    (true, true) => decimal(value, value),
                    (true, false) => format!("10{}", raised(k)),
                };
                Tick { value, label }
            })
            .collect();
        if every == 1 && decades.len() <= 7 {
            let between = (from..=to)
                .flat_map(|k| (2..=9).map(move |digit| f64::from(digit) * 10_f64.powi(k)))
                .filter(|value| self.holds(*value))
                .map(|value| Tick { value, label: String::new() });
            ticks.extend(between);
        }
        ticks
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides `span` into at most `most` parts.
fn step(span: f64, most: usize) -> f64 {
    let rough = span / most as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= rough * (1.0 - 1e-9));
    digit.unwrap_or(10.0) * power
}

/// `value` with the digits that a step of this size calls for.
fn decimal(value: f64, step: f64) -> String {
    let places = (-step.log10() - 1e-9).ceil().max(0.0);
    if places > 5.0 || value.abs() >= 1e7 {
        return if value == 0.0 { "0".to_owned() } else { scientific(value) };
    }
    let text = format!("{value:.*}", places as usize).replace('-', "−");
    if value.abs() < 1e4 { text } else { grouped(&text) }
}

/// Digits in threes: `20,000`.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    let count = digits.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    for letter in digits.chars() {
        if letter.is_ascii_digit() {
            if seen > 0 && (count - seen).is_multiple_of(3) {
                out.push(',');
            }
            seen += 1;
        }
        out.push(letter);
    }
    out
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.').replace('-', "−");
    format!("{mantissa}·10{}", raised(exponent.parse().unwrap_or(0)))
}

/// A whole number as a superscript.
fn raised(power: i32) -> String {
    power
        .to_string()
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
            None => '⁻',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, most: usize) -> Vec<String> {
        scale.ticks(most).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn a_narrow_panel_still_has_two_labels() {
        for high in [0.43, 1.3, 3.4, 4.9, 8.7, 9.9] {
            let found = labels(Scale::exact(false, 0.0, high), 2);
            assert!(found.len() >= 2, "{high}: {found:?}");
        }
    }

    #[test]
    fn linear_ticks_are_round_and_inside() {
        assert_eq!(labels(Scale::exact(false, 0.0, 1.0), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Scale::exact(false, -10.0, 10.0), 4), ["−10", "−5", "0", "5", "10"]);
        assert_eq!(labels(Scale::exact(false, 0.0, 60000.0), 3), ["0", "20,000", "40,000", "60,000"]);
        assert_eq!(labels(Scale::exact(false, 0.0, 3e-9), 3), ["0", "1·10⁻⁹", "2·10⁻⁹", "3·10⁻⁹"]);
    }

    #[test]
    fn log_ticks_fit_any_span() {
        assert_eq!(labels(Scale::exact(true, 0.03, 2.5), 5), ["0.1", "1"]);
        assert_eq!(labels(Scale::exact(true, 0.03, 2.5), 6), ["0.05", "0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(labels(Scale::exact(true, 0.2, 0.9), 6), ["0.2", "0.5"]);
        assert_eq!(labels(Scale::exact(true, 0.90, 0.98), 4), ["0.90", "0.92", "0.94", "0.96", "0.98"]);
        let wide = labels(Scale::exact(true, 1e-30, 1e2), 6);
        assert!((4..=7).contains(&wide.len()) && wide.contains(&"10⁻³⁰".to_owned()), "{wide:?}");
    }

    #[test]
    fn places_run_from_0_to_1() {
        let log = Scale::exact(true, 1e-20, 1.0);
        assert!((log.at(1e-15) - 0.25).abs() < 1e-12);
        assert!(log.at(0.0).is_nan() && log.at(-1.0).is_nan());
        let flat = Scale::new(&Axis::linear("y"), Extent::of([3.0, f64::NAN]), 0.05).expect("data");
        assert!((flat.at(3.0) - 0.5).abs() < 1e-12);
        assert_eq!(Scale::new(&Axis::linear("y"), Extent::of([f64::NAN]), 0.05), None);
    }

    #[test]
    fn air_does_not_reach_below_zero() {
        let scale = Scale::new(&Axis::linear("loss"), Extent::of([0.01, 1.0]), 0.05).expect("data");
        assert_eq!(scale.low(), 0.0);
        assert!(scale.high() > 1.0);
    }
}
