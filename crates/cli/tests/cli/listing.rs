//! `list`, `show` and `data`.

use super::{Home, assert_keys, list, text};

const FAMILIES: [&str; 7] = ["rules", "inits", "schedules", "layers", "guards", "decays", "functions"];

#[test]
fn every_list_is_also_json_and_every_name_can_be_shown() {
    let home = Home::new();
    let mut shown = 0;
    for family in FAMILIES.iter().chain(&["data", "studies"]) {
        let all = home.json(&format!("list {family} --json"));
        let plain = home.run(&format!("list {family}"));
        assert_eq!((plain.code, plain.stderr.as_str()), (0, ""));
        assert_eq!(plain.stdout.lines().count(), list(&all).len(), "{family}");
        for (item, line) in list(&all).iter().zip(plain.stdout.lines()) {
            let name = text(&item["name"]);
            assert_eq!(line.split_whitespace().next(), Some(name));
            let ran = home.run(&format!("show {name}"));
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
            assert!(ran.stdout.contains(text(&item["title"])), "{name}: {}", ran.stdout);
            shown += 1;
        }
        match *family {
            "data" => assert_keys(
                &all[0],
                &["name", "title", "train", "test", "columns", "classes", "licence", "citation"],
            ),
            "studies" => assert_keys(&all[0], &["name", "title", "question"]),
            _ => {
                assert_keys(&all[0], &["name", "title", "about", "paper", "year", "settings", "dialects"]);
            }
        }
    }
    assert!(shown > 40, "{shown} names");
}

#[test]
fn the_lists_hold_what_they_are_named_for() {
    let home = Home::new();
    for (family, names) in [
        ("rules", &["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"][..]),
        ("inits", &["zeros", "normal", "xavier", "he"]),
        ("schedules", &["constant", "cosine", "inverse"]),
        ("layers", &["affine", "relu", "sigmoid", "batch", "dropout", "cross_entropy"]),
        ("functions", &["ravine", "rosenbrock"]),
        ("data", &["mnist", "digits"]),
        ("studies", &["trajectories", "optimizers", "activations", "initializers", "batchnorm"]),
    ] {
        let all = home.json(&format!("list {family} --json"));
        for name in names {
            assert!(list(&all).iter().any(|item| item["name"] == *name), "{family} has no {name}");
        }
    }
}

#[test]
fn show_adam_has_formula_settings_memory_dialects_and_paper() {
    let home = Home::new();
    let ran = home.run("show adam");
    for part in [
        "adam — Adam (2015)",
        "FORMULA:",
        "PAPER:",
        "Kingma",
        "MEMORY SLOTS: m, v",
        "SETTINGS:",
        "beta1",
        "0.999",
        "DIALECTS:",
        "adam@torch",
        "torch.optim.Adam",
    ] {
        assert!(ran.stdout.contains(part), "expected `{part}` in: {}", ran.stdout);
    }
    let card = home.json("show adam --json");
    assert_eq!(card["settings"][0]["name"], "lr");
    assert_eq!(card["settings"][0]["default"], 0.001);
    let dialects: Vec<&str> = list(&card["dialects"]).iter().map(|d| text(&d["name"])).collect();
    assert_eq!(dialects, ["torch", "keras", "optax"]);
    // A word is shown by its name.
    assert_eq!(home.run("show adam@torch:lr=0.1").stdout, ran.stdout);
    home.fails("show adaam", 2, &["nothing is called `adaam`", "did you mean `adam`?"]);
}

#[test]
fn show_also_answers_in_json_for_data_and_studies() {
    let home = Home::new();
    assert_eq!(home.json("show digits --json")["name"], "digits");
    assert_eq!(home.json("show optimizers --json")["name"], "optimizers");
}

#[test]
fn data_are_listed_and_verified() {
    let home = Home::new();
    let all = home.json("data list --json");
    let state = |name: &str| {
        let found = list(&all).iter().find(|set| set["name"] == name).expect("listed");
        assert_keys(found, &["name", "state", "place"]);
        text(&found["state"]).to_owned()
    };
    assert_eq!((state("digits"), state("mnist")), ("built-in".to_owned(), "missing".to_owned()));
    assert!(home.run("data list").stdout.contains("thalweg data fetch mnist"));
    let report = home.json("data verify digits --json");
    assert_keys(&report, &["name", "source", "fingerprint", "files"]);
    assert_eq!(text(&report["fingerprint"]).len(), 64);
    assert!(home.run("data verify digits").stdout.trim_end().ends_with("good"));
    home.fails("data fetch digits", 2, &["built in", "nothing to download"]);
}
