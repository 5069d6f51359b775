//! 2. A path on the ravine, f(x, y) = x²/20 + y².
//!
//! Along y the ravine is twenty times steeper than along x. A rate that is right for x throws SGD from wall to wall;
//! momentum lets the swings cancel; rules with a rate for each element make the valley round. The example counts how
//! often each path turns round in y, and draws the first one in characters.
//!
//! `cargo run --example 02_a_path_on_the_ravine`; real figures: `cargo run -- run trajectories --out out/paths`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use thalweg::prelude::*;
use thalweg::problem::descend::Path;

const RULES: [&str; 6] =
    ["sgd:lr=0.95", "momentum:lr=0.1", "nesterov:lr=0.1", "adagrad:lr=1.5", "rmsprop:lr=0.1", "adam:lr=0.3"];

/// How often y changes its direction.
fn turns(path: &Path) -> usize {
    let moves: Vec<f64> = path.points.windows(2).map(|pair| pair[1][1] - pair[0][1]).collect();
    moves.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count()
}

/// The points on a sheet of 61 × 17 characters, x from −8 to 4, y from −2 to 2; `o` is the minimum.
fn draw(path: &Path) -> String {
    let mut sheet = vec![vec![' '; 61]; 17];
    let mut put = |[x, y]: [f64; 2], mark: char| {
        let (column, row) = (((x + 8.0) * 5.0).round(), ((2.0 - y) * 4.0).round());
        if (0.0..61.0).contains(&column) && (0.0..17.0).contains(&row) {
            sheet[row as usize][column as usize] = mark;
        }
    };
    path.points.iter().for_each(|point| put(*point, '*'));
    put([0.0, 0.0], 'o');
    let lines: Vec<String> = sheet.into_iter().map(|row| row.into_iter().collect()).collect();
    lines.join("\n")
}

fn main() -> Result<(), Box<dyn Error>> {
    let ravine: Function = "ravine".parse()?;
    let descent = Descent { start: [-7.0, 2.0], ..Descent::new(ravine, 30) };

    println!("{:<18} {:>10} {:>10} {:>12} {:>6}", "30 steps of", "x", "y", "f(x, y)", "turns");
    for word in RULES {
        let path = descent.descend(word.parse::<Rule>()?)?;
        let ([x, y], value) = (path.points[30], path.values[30]);
        println!("{word:<18} {x:>10.5} {y:>10.5} {value:>12.3e} {:>6}", turns(&path));
    }
    println!("\nsgd:lr=0.95, from the left to the minimum `o`:\n");
    println!("{}", draw(&descent.descend("sgd:lr=0.95".parse::<Rule>()?)?));

    // A rate that is too large is no error: the path ends where it stopped being finite, and says so.
    let steep = Descent { steps: 2000, ..descent };
    println!("\nsgd:lr=1.5 {}", steep.descend("sgd:lr=1.5".parse::<Rule>()?)?.ended);
    Ok(())
}
