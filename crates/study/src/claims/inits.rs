//! Claims 7 to 10: initial weights.

use problem::signal::{LayerReport, reading};
use technique::word::Family;

use super::checks::{STEPS, distinct_units};
use super::values::{final_mean, final_text, guesses, mean_loss, pair, sentence};
use super::{Claim, Evidence, Word, claim};
use crate::error::StudyError;
use crate::report::{short, training::shown};
use crate::statistics::Verdict;
use crate::technique::Field;
use crate::trial::Metric;

const HISTOGRAMS: (&str, &str) = ("activations-histograms", "histograms of activations");

/// 7. Zeros never break symmetry.
pub(super) fn symmetry(evidence: &Evidence<'_>) -> Result<Claim, StudyError> {
    copies(evidence, ["zeros", "constant:value=0.1", "he"])
}

/// The check of claim 7 on these inits: with the first two all units of a layer stay one, with the third they do not.
pub(super) fn copies(evidence: &Evidence<'_>, inits: [&str; 3]) -> Result<Claim, StudyError> {
    const TEXT: &str =
        "All zeros (or all equal) never break symmetry: the units of a layer stay copies of each other.";
    let (mut numbers, mut ends) = (Vec::new(), Vec::new());
    for init in inits {
        let distinct = distinct_units(evidence.data, init)?.last().copied().unwrap_or(0);
        numbers.push(format!(
            "{init}: after {STEPS} steps of Adam, distinct sets of weights among the 20 units of a hidden layer (the layer with fewest): {distinct}"
        ));
        ends.push(distinct);
    }
    let word = Word::plain(ends[0] == 1 && ends[1] == 1 && ends[2] > 1);
    let figures = [("checks-symmetry", "units that differ")];
    Ok(claim(7, TEXT, word, "weights compared bit for bit".to_owned(), numbers, &figures))
}

fn layers<'a>(evidence: &Evidence<'a>, activation: &str, init: &str) -> &'a [LayerReport] {
    let is =
        |s: &problem::signal::Signal| s.activation.card().name == activation && s.init.to_string() == init;
    evidence.activations.iter().find(|(signal, _)| is(signal)).map_or(&[], |(_, layers)| layers)
}

/// How even a histogram is: its entropy, 1 for a flat one, 0 for a single bin.
fn evenness(layer: &LayerReport) -> f64 {
    let total = layer.histogram.counts.iter().sum::<u64>() as f64;
    let shares = layer.histogram.counts.iter().filter(|count| **count > 0).map(|count| *count as f64 / total);
    -shares.map(|share| share * share.ln()).sum::<f64>() / (layer.histogram.counts.len() as f64).ln()
}

/// 8. Sigmoid: std 1 saturates, std .01 says nothing, Xavier spreads.
pub(super) fn sigmoid(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "Sigmoid with std 1: activations crowd at 0 and 1, gradients vanish. With std .01: they crowd at .5. Xavier: spread out, layer after layer (tanh more evenly still).";
    let wide = layers(evidence, "sigmoid", "normal:std=1");
    let narrow = layers(evidence, "sigmoid", "normal:std=0.01");
    let xavier = layers(evidence, "sigmoid", "xavier");
    let tanh = layers(evidence, "tanh", "xavier");
    let (Some(w), Some(n), Some(x), Some(t)) = (wide.last(), narrow.last(), xavier.last(), tanh.last())
    else {
        return claim(8, TEXT, Word::Undecided, "not measured".to_owned(), Vec::new(), &[HISTOGRAMS]);
    };
    let numbers = vec![
        format!("std 1: {:.0} % of the last layer saturated. {}", 100.0 * w.saturated, reading(wide)),
        format!("std .01: mean {}, spread {}. {}", short(n.mean), short(n.std), reading(narrow)),
        format!(
            "Xavier: spread {}, saturated {:.1} %. {}",
            short(x.std),
            100.0 * x.saturated,
            reading(xavier)
        ),
        format!(
            "evenness of the last layer's histogram (entropy, 1 is flat): sigmoid {:.3}, tanh {:.3}",
            evenness(x),
            evenness(t)
        ),
    ];
    let holds = w.saturated > 0.5
        && (n.mean - 0.5).abs() < 0.1
        && n.std < 0.05
        && x.std > 5.0 * n.std
        && x.saturated < 0.05
        && evenness(t) > evenness(x);
    claim(8, TEXT, Word::plain(holds), "the last of five layers".to_owned(), numbers, &[HISTOGRAMS])
}

/// 9. ReLU wants He.
pub(super) fn relu(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "ReLU wants He, std √(2/n): it loses half of its inputs. With std .01 or Xavier the spread shrinks with depth.";
    let mut kept = Vec::new();
    let mut numbers = Vec::new();
    for init in ["normal:std=0.01", "xavier", "he"] {
        let layers = layers(evidence, "relu", init);
        if let (Some(first), Some(last)) = (layers.first(), layers.last()) {
            kept.push(last.std / first.std);
            numbers.push(format!(
                "{init}: spread {} in the first layer, {} in the last ({:.3} of it kept)",
                short(first.std),
                short(last.std),
                last.std / first.std
            ));
        }
    }
    let word = match kept[..] {
        [small, xavier, he] => Word::plain(small < 0.1 && xavier < 0.5 && (0.5..2.0).contains(&he)),
        _ => Word::Undecided,
    };
    claim(9, TEXT, word, "spread of the last layer against the first".to_owned(), numbers, &[HISTOGRAMS])
}

/// 10. On MNIST with ReLU: std .01 does not learn, He is fastest, Xavier slower.
pub(super) fn race(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str =
        "On MNIST with ReLU: std .01 does not learn at all, He learns fastest, Xavier learns slower.";
    let figures =
        [("initializers-curves", "training loss"), ("initializers-train_loss", "final training loss")];
    let outcome = evidence.initializers;
    let group = |init| outcome.group(&[(Field::Init, init)]);
    let (Some(small), Some(xavier), Some(he)) = (group("normal:std=0.01"), group("xavier"), group("he"))
    else {
        return claim(10, TEXT, Word::Undecided, "not measured".to_owned(), Vec::new(), &figures);
    };
    let classes = evidence.data.task.outputs() as f64;
    let (speed, faster) = sentence(
        "He",
        "Xavier",
        "mean training loss over the run",
        &pair(he, xavier, mean_loss),
        Metric::TrainLoss,
    );
    let ends = |group, name| {
        format!(
            "{name}: training loss {}, test accuracy {}",
            final_text(group, Metric::TrainLoss),
            final_text(group, Metric::TestAccuracy)
        )
    };
    let stuck = guesses(small, 1.0 / classes)
        && final_mean(small, Metric::TrainLoss).is_none_or(|loss| loss > 0.95 * classes.ln());
    let numbers = vec![
        format!(
            "{} (guessing: loss {}, accuracy {})",
            ends(small, "std .01"),
            short(classes.ln()),
            shown(Metric::TestAccuracy, 1.0 / classes)
        ),
        ends(xavier, "Xavier"),
        ends(he, "He"),
        speed,
    ];
    let word = Word::of(stuck && faster == Verdict::Better, !stuck || faster == Verdict::Worse);
    claim(
        10,
        TEXT,
        word,
        format!(
            "std .01 {}, and He against Xavier is {}",
            if stuck { "guesses" } else { "learns" },
            crate::report::training::verdict_word(faster)
        ),
        numbers,
        &figures,
    )
}
