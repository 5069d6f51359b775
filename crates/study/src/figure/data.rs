//! What a figure of curves is made of.

use super::FigureError;

/// One axis: its name with the unit, and how values are placed on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The name that stands beside it, with its unit: `loss`, `time (s)`.
    pub name: String,
    /// Logarithmic; values at or below zero are then left out.
    pub log: bool,
    /// Lowest and highest value shown; from the data when absent.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis that fits its data.
    #[must_use]
    pub fn linear(name: impl Into<String>) -> Self {
        Self { name: name.into(), log: false, range: None }
    }

    /// A logarithmic axis that fits its data.
    #[must_use]
    pub fn log(name: impl Into<String>) -> Self {
        Self { name: name.into(), log: true, range: None }
    }

    /// The same axis over a fixed range.
    #[must_use]
    pub fn over(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The fixed range, if there is one and it can be drawn.
    pub(super) fn checked_range(&self, title: &str) -> Result<Option<(f64, f64)>, FigureError> {
        let Some((low, high)) = self.range else {
            return Ok(None);
        };
        let ordered = low.is_finite() && high.is_finite() && low < high;
        if ordered && (!self.log || low > 0.0) {
            return Ok(self.range);
        }
        Err(FigureError::Range {
            title: title.to_owned(),
            name: format!("axis \"{}\"", self.name),
            expected: if self.log {
                "two finite numbers with 0 < low < high"
            } else {
                "two finite numbers with low < high"
            },
            found: format!("({low}, {high})"),
        })
    }
}

/// One curve: a middle line, perhaps a band around it, perhaps an early end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Its name, as it stands in the legend.
    pub name: String,
    /// Positions, in the unit of the x axis.
    pub x: Vec<f64>,
    /// The line: mean or median at each position. A value that is not finite breaks the line.
    pub mid: Vec<f64>,
    /// Lower and upper edge at each position.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
    /// The position at which the run diverged; drawn as a cross.
    pub diverged: Option<f64>,
    /// What went wrong, in words: `diverged at step 12`; empty if nothing did.
    pub note: String,
}

impl Series {
    /// That every list has one value for each position.
    pub(super) fn check(&self, title: &str) -> Result<(), FigureError> {
        let mut lists = vec![("mid", self.mid.len())];
        if let Some((low, high)) = &self.band {
            lists.push(("band.0", low.len()));
            lists.push(("band.1", high.len()));
        }
        match lists.into_iter().find(|(_, found)| *found != self.x.len()) {
            None => Ok(()),
            Some((list, found)) => Err(FigureError::Length {
                title: title.to_owned(),
                name: format!("series \"{}\"", self.name),
                list,
                beside: "x",
                expected: self.x.len(),
                found,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_range_is_named() {
        for (axis, low, high) in
            [(Axis::linear("a"), 1.0, 1.0), (Axis::linear("a"), 0.0, f64::NAN), (Axis::log("a"), 0.0, 1.0)]
        {
            let message = axis.over(low, high).checked_range("t").expect_err("refused").to_string();
            assert!(message.contains("axis \"a\""), "{message}");
        }
        assert_eq!(Axis::linear("a").checked_range("t").ok(), Some(None));
    }

    #[test]
    fn lists_of_different_length_are_named() {
        let mut series =
            Series { name: "adam".into(), x: vec![0.0, 1.0], mid: vec![1.0], ..Series::default() };
        let message = series.check("t").expect_err("refused").to_string();
        assert!(message.contains("\"adam\": expected 2 values in `mid`"), "{message}");
        series.mid.push(2.0);
        assert!(series.check("t").is_ok());
        series.band = Some((vec![0.0, 0.0], vec![0.0]));
        assert!(series.check("t").expect_err("refused").to_string().contains("`band.1`"));
    }
}
