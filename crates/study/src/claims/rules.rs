//! Claims 1 to 6: update rules.

use problem::descend::{Descent, Path};
use problem::function::{Function, Plane};
use technique::card::Value;
use technique::rule::Rule;
use technique::word::Family;

use super::checks::{LONG, step_sizes};
use super::values::{final_text, mean_loss, pair, sentence};
use super::{Claim, Evidence, Word, claim};
use crate::compare::{Looks, compare};
use crate::error::StudyError;
use crate::report::descent::reversals;
use crate::report::{listed, short};
use crate::statistics::{Paired, Verdict};
use crate::technique::Field;
use crate::training::{Group, Outcome};
use crate::trial::Metric;

const PATHS: (&str, &str) = ("trajectories-paths", "paths on the ravine");
const STEP_SIZES: (&str, &str) = ("checks-steps", "step sizes");
const FIELD: (&str, &str) = ("trajectories-field", "gradient field");

fn path<'a>(evidence: &Evidence<'a>, rule: &str) -> Option<&'a Path> {
    evidence.trajectories.iter().find(|(word, _)| word.split(':').next() == Some(rule)).map(|(_, path)| path)
}

/// 1. SGD zigzags where the surface is stretched.
pub(super) fn zigzag(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "SGD zigzags where the surface is stretched: on x²/20 + y² most gradients do not point at the minimum.";
    const ASKEW: f64 = 15.0;
    let askew = Function::born("ravine").map_or(f64::NAN, |ravine| share_askew(&ravine, ASKEW));
    let (turns, steps) =
        path(evidence, "sgd").map_or((0, 0), |path| (reversals(path), path.points.len() - 1));
    let word = Word::plain(askew > 0.5 && 2 * turns > steps);
    let numbers = vec![
        format!(
            "at {:.0} % of the points of the window the direction of descent is more than {ASKEW:.0}° off the minimum",
            100.0 * askew
        ),
        format!("SGD turns round in y {turns} times in {steps} steps"),
    ];
    claim(1, TEXT, word, "angles over the window, and turns counted".to_owned(), numbers, &[FIELD, PATHS])
}

/// The share of a grid over the window where −∇f is more than so many degrees off the direction to the minimum.
fn share_askew(function: &Function, degrees: f64) -> f64 {
    const SIDE: usize = 40;
    let Some(minimum) = function.minima().first().copied() else {
        return f64::NAN;
    };
    let [x, y] = function.window();
    let at = |(low, high): (f64, f64), i: usize| low + (high - low) * (i as f64 + 0.5) / SIDE as f64;
    let mut askew = 0;
    for i in 0..SIDE {
        for j in 0..SIDE {
            let p = [at(x, i), at(y, j)];
            let g = function.gradient(p);
            let to = [minimum[0] - p[0], minimum[1] - p[1]];
            let cosine = -(g[0] * to[0] + g[1] * to[1]) / (g[0].hypot(g[1]) * to[0].hypot(to[1]));
            askew += usize::from(cosine < degrees.to_radians().cos());
        }
    }
    askew as f64 / (SIDE * SIDE) as f64
}

/// 2. Momentum damps the zigzag.
pub(super) fn momentum(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "Momentum damps the zigzag, like a ball rolling in a bowl.";
    let figures = [PATHS];
    let turns = |rule| path(evidence, rule).map(reversals);
    // The chapter gives the two different rates; SGD's own rate for both is the harder comparison.
    let alike = |rule: &str| {
        let descent = Descent { start: [-7.0, 2.0], ..Descent::new(Function::born("ravine")?, 30) };
        descent.descend(rule.parse::<Rule>().ok()?).ok().as_ref().map(reversals)
    };
    let all = (turns("sgd"), turns("momentum"), alike("sgd:lr=0.95"), alike("momentum:lr=0.95"));
    let (Some(sgd), Some(ball), Some(sgd_alike), Some(ball_alike)) = all else {
        return claim(2, TEXT, Word::Undecided, "not measured".to_owned(), Vec::new(), &figures);
    };
    let numbers = vec![
        format!("turns in y on the chapter's paths, each rule at its own rate: SGD {sgd}, Momentum {ball}"),
        format!("both at SGD's rate of .95, 30 steps: SGD {sgd_alike}, Momentum {ball_alike}"),
    ];
    let word = Word::plain(2 * ball < sgd && ball_alike < sgd_alike);
    claim(2, TEXT, word, "turns of the path counted".to_owned(), numbers, &figures)
}

/// 3. AdaGrad's steps go to 0, RMSProp's do not.
pub(super) fn adagrad() -> Result<Claim, StudyError> {
    fading("adagrad:lr=0.01", "rmsprop:lr=0.01")
}

/// The check of claim 3 on these two rules, both of rate .01.
pub(super) fn fading(adagrad: &str, rmsprop: &str) -> Result<Claim, StudyError> {
    const TEXT: &str = "AdaGrad gives each element its own decaying rate; learned without end, its steps go to 0. RMSProp forgets old gradients to avoid that.";
    let share = |word: &str| -> Result<f64, StudyError> {
        let sizes = step_sizes(word, LONG, |_| 1.0)?;
        Ok(sizes[sizes.len() - 1] / 0.01)
    };
    let (adagrad, rmsprop) = (share(adagrad)?, share(rmsprop)?);
    let numbers = vec![format!(
        "under a gradient of 1 at every step, the size of step 10,000 is {:.2} % of the rate with AdaGrad (1/√10,000 in theory) and {:.2} % with RMSProp",
        100.0 * adagrad,
        100.0 * rmsprop
    )];
    let word = Word::plain(adagrad < 0.02 && rmsprop > 0.9);
    Ok(claim(3, TEXT, word, "steps under a constant gradient".to_owned(), numbers, &[STEP_SIZES]))
}

/// 4. Adam joins the two and corrects the bias.
pub(super) fn adam() -> Result<Claim, StudyError> {
    corrected("adam:lr=0.001")
}

/// The check of claim 4 on this rule, of rate .001.
pub(super) fn corrected(adam: &str) -> Result<Claim, StudyError> {
    const TEXT: &str = "Adam joins momentum and RMSProp and corrects the bias of both averages; the usual setting is β₁ .9, β₂ .999.";
    let first = |word: &str, g: f64| Ok::<f64, StudyError>(step_sizes(word, 1, |_| g)?[0] / 0.001);
    let (small, large) = (first(adam, 1e-3)?, first(adam, 1e3)?);
    let uncorrected = first("rmsprop:lr=0.001,decay=0.999", 1.0)?;
    // Without momentum, and once the bias has gone, Adam is RMSProp.
    let wave = |step: u64| 1.0 + (step as f64).sin();
    let late =
        |word: &str| Ok::<f64, StudyError>(*step_sizes(word, 20_000, wave)?.last().unwrap_or(&f64::NAN));
    let (adam, rmsprop) = (late(&format!("{adam},beta1=0"))?, late("rmsprop:lr=0.001,decay=0.999")?);
    let apart = (adam / rmsprop - 1.0).abs();
    let words = ["adam", "adam@torch", "adam@keras", "adam@optax:lr=0.001"];
    let betas = words.map(|word| {
        let rule = word.parse::<Rule>().ok();
        ["beta1", "beta2"].map(|name| match rule.as_ref().and_then(|rule| rule.settings().get(name)) {
            Some(Value::Number(beta)) => beta,
            _ => f64::NAN,
        })
    });
    let usual = betas.iter().filter(|betas| **betas == [0.9, 0.999]).count();
    let numbers = vec![
        format!(
            "the first step is {} and {} of the rate for gradients of .001 and 1,000; without the correction RMSProp's is {}",
            short(small),
            short(large),
            short(uncorrected)
        ),
        format!(
            "with β₁ = 0, after 20,000 steps, its step differs from RMSProp's by {} relative",
            short(apart)
        ),
        format!(
            "β₁ = .9 and β₂ = .999 are the defaults in {usual} of 4 dialects: textbook, PyTorch, Keras, optax"
        ),
    ];
    let corrected = (small - 1.0).abs() < 0.01 && (large - 1.0).abs() < 0.01 && uncorrected > 2.0;
    Ok(claim(
        4,
        TEXT,
        Word::plain(corrected && apart < 1e-4 && usual == 4),
        "sizes of steps".to_owned(),
        numbers,
        &[STEP_SIZES],
    ))
}

fn by_rule<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a Group> {
    outcome.groups.iter().find(|group| group.technique.rule.value.card().name == name)
}

/// 5. On MNIST the four differ; SGD is the slowest and ends lowest; rate and depth matter.
pub(super) fn race(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "On MNIST the four differ in speed and accuracy; SGD is the slowest and ends lowest; the result depends on learning rate and depth.";
    let (mut numbers, mut verdicts) = (Vec::new(), Vec::new());
    if let Some(sgd) = by_rule(evidence.optimizers, "sgd") {
        for name in ["momentum", "adagrad", "adam"] {
            let Some(other) = by_rule(evidence.optimizers, name) else {
                continue;
            };
            let (speed, slower) = sentence(
                "SGD",
                name,
                "mean training loss over the run",
                &pair(sgd, other, mean_loss),
                Metric::TrainLoss,
            );
            let accuracy = pair(sgd, other, |record| record.value(Metric::TestAccuracy));
            let (end, lower) = sentence("SGD", name, "test accuracy", &accuracy, Metric::TestAccuracy);
            numbers.extend([speed, end]);
            verdicts.extend([slower, lower]);
        }
    }
    // Do the four differ at all? Each pair, in speed and at the end.
    let four: Vec<&Group> = ["sgd", "momentum", "adagrad", "adam"]
        .iter()
        .filter_map(|name| by_rule(evidence.optimizers, name))
        .collect();
    let (mut pairs, mut speeds, mut ends) = (0, 0, 0);
    for (index, a) in four.iter().enumerate() {
        for b in &four[index + 1..] {
            let decided = |paired: Paired| {
                usize::from(paired.verdict(Metric::TrainLoss.better()) != Verdict::Undecided)
            };
            pairs += 1;
            speeds += decided(pair(a, b, mean_loss));
            ends += decided(pair(a, b, |record| record.value(Metric::TestAccuracy)));
        }
    }
    numbers.push(format!(
        "of the {pairs} pairs of the four, {speeds} differ decidedly in speed (mean training loss over the run) and {ends} in test accuracy"
    ));
    let sensitivity = evidence.sensitivity;
    let differing = |wanted: Field| {
        let mut decided = Vec::new();
        for (index, a) in sensitivity.groups.iter().enumerate() {
            for b in &sensitivity.groups[index + 1..] {
                let same_rule = a.technique.rule.value.card().name == b.technique.rule.value.card().name;
                let differ: Vec<Field> =
                    sensitivity.varying.iter().copied().filter(|f| a.choice(*f) != b.choice(*f)).collect();
                if same_rule
                    && differ == [wanted]
                    && compare(a, b, Metric::TrainLoss, Looks::One).verdict != Verdict::Undecided
                {
                    decided.push((a, b));
                }
            }
        }
        decided
    };
    let (rates, depths) = (differing(Field::Rule), differing(Field::Hidden));
    for (what, decided) in [("rates", &rates), ("depths", &depths)] {
        if let Some((a, b)) = decided.first() {
            let loss = |group| final_text(group, Metric::TrainLoss);
            numbers.push(format!(
                "{} decided differences between {what}, such as {} ({}) against {} ({})",
                decided.len(),
                a.name,
                loss(a),
                b.name,
                loss(b)
            ));
        } else {
            numbers.push(format!("no decided difference between {what}"));
        }
    }
    let worst = verdicts.iter().all(|v| *v == Verdict::Worse) && !verdicts.is_empty();
    let contradicted = verdicts.contains(&Verdict::Better);
    // "Differ in speed and accuracy": in speed each pair, in accuracy most.
    let differ = pairs == 6 && speeds == pairs && 2 * ends > pairs;
    let word = Word::of(worst && differ && !rates.is_empty() && !depths.is_empty(), contradicted);
    let figures = [
        ("optimizers-curves", "training loss"),
        ("optimizers-test_accuracy", "test accuracy"),
        ("sensitivity-grid", "rates and depths"),
    ];
    claim(
        5,
        TEXT,
        word,
        format!(
            "SGD is decidedly worse in {} of {} comparisons; {speeds} of {pairs} pairs differ in speed, {ends} in accuracy",
            verdicts.iter().filter(|v| **v == Verdict::Worse).count(),
            verdicts.len()
        ),
        numbers,
        &figures,
    )
}

/// 6. A decaying rate is common practice: is it better than a constant one?
pub(super) fn decay(evidence: &Evidence<'_>) -> Claim {
    const TEXT: &str = "A learning rate that decays with the steps is common practice. (Our check of the practice: it ends with a lower training loss than the same rate held constant.)";
    let outcome = evidence.schedules;
    let (mut numbers, mut wins, mut losses, mut rules) = (Vec::new(), Vec::new(), 0, Vec::new());
    for group in &outcome.groups {
        let rule = group.choice(Field::Rule);
        if !rules.contains(&rule) {
            rules.push(rule.clone());
        }
        let schedule = group.choice(Field::Schedule);
        let Some(constant) = outcome.group(&[(Field::Rule, &rule), (Field::Schedule, "constant")]) else {
            continue;
        };
        if schedule == "constant" {
            continue;
        }
        let loss = pair(group, constant, |record| record.value(Metric::TrainLoss));
        let (text, verdict) =
            sentence(&schedule, "constant", &format!("{rule}: training loss"), &loss, Metric::TrainLoss);
        let accuracy = pair(group, constant, |record| record.value(Metric::TestAccuracy));
        let (end, _) = sentence(
            &schedule,
            "constant",
            &format!("{rule}: test accuracy"),
            &accuracy,
            Metric::TestAccuracy,
        );
        numbers.extend([text, end]);
        match verdict {
            Verdict::Better if !wins.contains(&rule) => wins.push(rule),
            Verdict::Worse => losses += 1,
            _ => {}
        }
    }
    let word = Word::of(
        !rules.is_empty() && wins.len() == rules.len() && losses == 0,
        losses > 0 && wins.is_empty(),
    );
    claim(
        6,
        TEXT,
        word,
        format!("a decaying rate is decidedly better with {}", listed(&wins)),
        numbers,
        &[("schedules-grid", "training loss by schedule")],
    )
}
