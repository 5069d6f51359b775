//! Draws every kind of figure from made-up numbers: `cargo run -p study --example gallery -- FOLDER`.
//!
//! A look at the pictures is the only test of whether a figure can be read.

use std::error::Error;
use std::path::Path;

use study::figure::{
    Axis, Figure, HistogramRow, Panel, Row, Series, Surface, Trajectory, curves, field, forest, grid,
    histograms, paths, paths_together, surface,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let ravine = Surface {
        name: "x²/20 + y²".into(),
        f: &|x, y| x * x / 20.0 + y * y,
        window: ((-10.0, 10.0), (-10.0, 10.0)),
        minima: vec![[0.0, 0.0]],
    };
    let wide = Surface { window: ((-8.0, 4.0), (-4.0, 4.0)), ..ravine.clone() };
    let banana = Surface {
        name: "(1 − x)² + 100 (y − x²)²".into(),
        f: &|x, y| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2),
        window: ((-2.0, 2.0), (-1.0, 3.0)),
        minima: vec![[1.0, 1.0]],
    };
    let figures = [
        ("curves", training()?),
        ("grid", scales()?),
        ("forest", finals()?),
        ("differences", differences()?),
        ("histograms", activations()?),
        ("paths", paths("Six rules from (−7, 2) on x²/20 + y²", &wide, &descents())?),
        ("together", paths_together("Six rules from (−7, 2) on x²/20 + y²", &wide, &descents())?),
        ("banana", paths("Steepest descent on Rosenbrock's function", &banana, &crawl())?),
        ("surface", surface("The surface that SGD zigzags on", &ravine)?),
        ("field", field("Where the negative gradient points", &ravine, &|x, y| [x / 10.0, 2.0 * y])?),
    ];
    for (name, figure) in &figures {
        save(folder, name, figure)?;
    }
    Ok(())
}

fn save(folder: &Path, name: &str, figure: &Figure) -> Result<(), Box<dyn Error>> {
    std::fs::write(folder.join(format!("{name}.svg")), figure.svg())?;
    std::fs::write(folder.join(format!("{name}.png")), figure.png(2.0)?)?;
    Ok(())
}

/// Noise in [−1, 1] that is a function of its number.
fn noise(n: usize) -> f64 {
    let x = (n as f64 * 12.9898).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

fn training() -> Result<Figure, Box<dyn Error>> {
    let rules: [(&str, f64, f64); 6] = [
        ("sgd", 0.0012, 0.35),
        ("momentum", 0.004, 0.09),
        ("nesterov", 0.0044, 0.085),
        ("adagrad", 0.008, 0.06),
        ("rmsprop", 0.011, 0.045),
        ("adam", 0.013, 0.03),
    ];
    let mut all: Vec<Series> = rules
        .iter()
        .enumerate()
        .map(|(k, (name, rate, floor))| {
            let x: Vec<f64> = (0..400).map(|i| f64::from(i) * 5.0).collect();
            let mid: Vec<f64> = x
                .iter()
                .enumerate()
                .map(|(i, t)| (2.27 * (-rate * t).exp() + floor) * (1.0 + 0.09 * noise(i + 1000 * k)))
                .collect();
            let band = (mid.iter().map(|v| v * 0.8).collect(), mid.iter().map(|v| v * 1.22).collect());
            Series { name: (*name).into(), x, mid, band: Some(band), diverged: None }
        })
        .collect();
    let x: Vec<f64> = (0..=68).map(|i| f64::from(i) * 5.0).collect();
    let mid = x.iter().map(|t| 2.3 * (t / 60.0).exp()).collect();
    all.push(Series { name: "sgd, lr 10".into(), x, mid, band: None, diverged: Some(340.0) });
    Ok(curves(
        "MNIST, four layers of 100 units: training loss (median and quartiles of 10 seeds)",
        Axis::linear("step"),
        Axis::log("training loss (nats)"),
        &all,
    )?)
}

fn scales() -> Result<Figure, Box<dyn Error>> {
    let panels: Vec<(String, Vec<Series>)> = (0..16)
        .map(|k| {
            let scale = 10_f64.powf(-f64::from(k) * 4.0 / 15.0);
            let line = |name: &str, speed: f64, top: f64, seed: usize| {
                let x: Vec<f64> = (0..20).map(f64::from).collect();
                let mid: Vec<f64> = x
                    .iter()
                    .enumerate()
                    .map(|(i, t)| 0.1 + (top - 0.1) * (1.0 - (-speed * t).exp()) + 0.01 * noise(seed + i))
                    .collect();
                let band = (
                    mid.iter().map(|v| v - 0.04).collect(),
                    mid.iter().map(|v| (v + 0.04).min(1.0)).collect(),
                );
                Series { name: name.into(), x, mid, band: Some(band), diverged: None }
            };
            let fit = (-(scale.log10() + 1.1).powi(2) * 1.3).exp();
            let mut plain = line("without", 0.5 * fit, 0.1 + 0.87 * fit, k as usize * 77);
            if k == 0 {
                plain.mid.fill(f64::NAN);
            }
            (format!("W: {scale:.4}"), vec![line("batch normalisation", 0.45, 0.99, k as usize), plain])
        })
        .collect();
    Ok(grid(
        "Sixteen initial scales: training accuracy with and without batch normalisation",
        Axis::linear("epoch"),
        Axis::linear("training accuracy").over(0.0, 1.0),
        &panels,
        4,
    )?)
}

fn finals() -> Result<Figure, Box<dyn Error>> {
    let rules: [(&str, f64); 6] = [
        ("adam, lr 0.001", 0.972),
        ("rmsprop, lr 0.01", 0.970),
        ("adagrad, lr 0.01", 0.966),
        ("nesterov, lr 0.01", 0.961),
        ("momentum, lr 0.01", 0.960),
        ("sgd, lr 0.01, with a long name", 0.931),
    ];
    let rows: Vec<Row> = rules
        .iter()
        .enumerate()
        .map(|(k, (name, mean))| {
            let mut points: Vec<f64> = (0..10).map(|i| mean + 0.004 * noise(31 * k + i)).collect();
            if k == 5 {
                points[3] = f64::NAN;
            }
            Row {
                name: (*name).into(),
                points,
                mean: *mean,
                interval: Some((mean - 0.0022, mean + 0.0022)),
                note: format!("{mean:.3} [{:.3}, {:.3}], n = 10", mean - 0.0022, mean + 0.0022),
            }
        })
        .collect();
    Ok(forest("MNIST: test accuracy after 2000 steps", Axis::linear("test accuracy"), &rows, None)?)
}

fn differences() -> Result<Figure, Box<dyn Error>> {
    let pairs: [(&str, f64, &str); 3] = [
        ("adam − rmsprop", 0.0012, "undecided (p = 0.31)"),
        ("adam − adagrad", 0.0061, "adam is better"),
        ("adam − sgd", 0.041, "adam is better"),
    ];
    let rows: Vec<Row> = pairs
        .iter()
        .enumerate()
        .map(|(k, (name, mean, note))| Row {
            name: (*name).into(),
            points: (0..30).map(|i| mean + 0.004 * noise(57 * k + i)).collect(),
            mean: *mean,
            interval: Some((mean - 0.0024, mean + 0.0024)),
            note: (*note).into(),
        })
        .collect();
    Ok(forest(
        "Paired differences of test accuracy, seed by seed",
        Axis::linear("difference of test accuracy"),
        &rows,
        Some(0.0),
    )?)
}

fn activations() -> Result<Figure, Box<dyn Error>> {
    let row = |name: &str, reading: &str, shape: &dyn Fn(f64, f64) -> f64| HistogramRow {
        name: name.into(),
        reading: reading.into(),
        panels: (1..=5)
            .map(|layer| Panel {
                title: format!("layer {layer}"),
                edges: (0..=30).map(|i| f64::from(i) / 30.0).collect(),
                counts: (0..30)
                    .map(|i| (1e5 * shape((f64::from(i) + 0.5) / 30.0, f64::from(layer))) as u64)
                    .collect(),
            })
            .collect(),
    };
    let bell = |x: f64, mean: f64, width: f64| (-((x - mean) / width).powi(2) / 2.0).exp();
    let rows = [
        row("sigmoid, std 1", "crowded at 0 and 1: the gradient of a sigmoid vanishes there", &|x, layer| {
            0.02 + (bell(x, 0.0, 0.05) + bell(x, 1.0, 0.05)) * (0.5 + 0.2 * layer)
        }),
        row("sigmoid, std 0.01", "crowded at 0.5: the units of a layer do the same work", &|x, layer| {
            bell(x, 0.5, 0.03 / layer + 0.005)
        }),
        row("sigmoid, Xavier", "spread out, layer after layer", &|x, layer| {
            bell(x, 0.5, 0.16 - 0.012 * layer)
        }),
        row("ReLU, He", "half of the units are at 0, the rest keep their spread", &|x, _| {
            if x < 0.03 { 0.9 } else { 0.1 * bell(x, 0.0, 0.4) }
        }),
    ];
    Ok(histograms("Activations of five layers of 100 units", "activation", &rows)?)
}

/// Each rule as its update from (gradient, memory) to a step, in the book's form.
fn descents() -> Vec<Trajectory> {
    type Rule = fn(f64, &mut [f64; 2], i32) -> f64;
    let rules: [(&str, Rule); 6] = [
        ("SGD, lr 0.95", |g, _, _| -0.95 * g),
        ("Momentum, lr 0.1", |g, s, _| {
            s[0] = 0.9 * s[0] - 0.1 * g;
            s[0]
        }),
        ("Nesterov, lr 0.1", |g, s, _| {
            s[0] = 0.9 * s[0] - 0.1 * g;
            0.9 * s[0] - 0.1 * g
        }),
        ("AdaGrad, lr 1.5", |g, s, _| {
            s[0] += g * g;
            -1.5 * g / (s[0].sqrt() + 1e-7)
        }),
        ("Adam, lr 0.3", |g, s, t| {
            s[0] += 0.1 * (g - s[0]);
            s[1] += 0.001 * (g * g - s[1]);
            let (c1, c2) = (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t));
            -0.3 * (s[0] / c1) / ((s[1] / c2).sqrt() + 1e-7)
        }),
        ("SGD, lr 1.05", |g, _, _| -1.05 * g),
    ];
    rules
        .iter()
        .map(|(name, rule)| {
            let mut memory = [[0.0; 2]; 2];
            let mut points = vec![[-7.0, 2.0]];
            for t in 1..=30 {
                let [x, y] = points[points.len() - 1];
                let step = [rule(x / 10.0, &mut memory[0], t), rule(2.0 * y, &mut memory[1], t)];
                points.push([x + step[0], y + step[1]]);
            }
            let note = name.contains("1.05").then(|| "diverged at step 30".to_owned());
            Trajectory { name: (*name).into(), points, note }
        })
        .collect()
}

fn crawl() -> Vec<Trajectory> {
    [0.0005, 0.001, 0.0015]
        .map(|rate| {
            let step = |&[x, y]: &[f64; 2]| {
                let g = [2.0 * (x - 1.0) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)];
                Some([x - rate * g[0], y - rate * g[1]])
            };
            let points = std::iter::successors(Some([-1.2, 1.0]), step).take(2000).collect();
            Trajectory { name: format!("SGD, lr {rate}"), points, note: None }
        })
        .into()
}
