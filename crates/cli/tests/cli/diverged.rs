//! Trials that diverge: a result, told everywhere, and no failure.

use super::{Home, list, number, study};

#[test]
fn divergence_is_told_in_json_tables_figures_and_page() {
    let home = Home::new();
    home.write("wild.toml", study("\"sgd:lr=0.1\", \"sgd:lr=1e6\"", ""));
    // Three metrics, three comparisons: with six seeds 3·2·2⁻⁶ would be .094.
    let ran = home.run("run wild.toml --out o --seeds 7 --json");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("7 trials diverged"), "{}", ran.stderr);
    let all = ran.json();
    let [fine, wild] = list(&all["groups"]) else { panic!("two groups") };
    assert_eq!((&fine["n"], &fine["diverged"]), (&7.into(), &0.into()));
    assert_eq!((&wild["n"], &wild["diverged"]), (&7.into(), &7.into()));
    for metric in ["train_loss", "train_accuracy", "test_accuracy"] {
        assert!(number(&fine["final"][metric]["mean"]) > 0.0);
        for part in ["mean", "sd", "median", "ci95", "bca95"] {
            assert!(wild["final"][metric][part].is_null(), "{}", wild["final"]);
        }
    }
    for comparison in list(&all["comparisons"]) {
        assert!(comparison["difference"].is_null() && comparison["ci95"].is_null());
        assert_eq!(comparison["verdict"], "better");
        // 2·2⁻⁷ and thrice that.
        assert_eq!((number(&comparison["p"]), number(&comparison["p_holm"])), (0.015625, 0.046875));
    }
    let trials = home.read("o/trials.csv");
    let rows: Vec<&str> = trials.lines().filter(|row| row.starts_with("sgd:lr=1000000")).collect();
    assert_eq!(rows.len(), 7, "{trials}");
    for row in rows {
        let at = row.split("diverged at step ").nth(1).expect(row).split(',').next().unwrap();
        assert!((1..=20).contains(&at.parse::<u64>().unwrap()), "{row}");
        assert!(row.ends_with(",,,"), "a metric of what diverged: {row}");
    }
    assert!(home.read("o/figures/curves.svg").contains("diverged"));
    assert!(home.read("o/figures/train_loss.svg").contains("diverged"));
    let page = home.read("o/index.html");
    assert!(page.contains("7 of 14 trials diverged (sgd:lr=1000000: diverged at step "));

    // Quiet says nothing of it; the run itself has not failed.
    let again = home.run("run wild.toml --out o --seeds 7 --quiet");
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
}

#[test]
fn a_study_of_which_nothing_is_left_still_has_a_report() {
    let home = Home::new();
    home.write("wild.toml", study("\"sgd:lr=1e6\"", ""));
    let ran = home.run("run wild.toml --out o");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("diverged") && ran.stdout.trim_end().ends_with("o/index.html"),
        "{}",
        ran.stdout
    );
    assert!(home.read("o/figures/curves.svg").contains("diverged"));
}
