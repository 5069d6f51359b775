//! Exit code 2: what is wrong with a word, an argument or a study file, and what was probably meant.

use super::{Home, study};

#[test]
fn words_that_are_wrong() {
    let home = Home::new();
    for (line, parts) in [
        ("descend ravin --rule sgd", &["unknown function `ravin`", "did you mean `ravine`?"][..]),
        ("descend ravine --rule adaam", &["unknown update rule `adaam`", "did you mean `adam`?"]),
        ("descend ravine --rule adam:bta1=0.9", &["no setting `bta1`", "did you mean `beta1`?"]),
        ("descend ravine --rule adam@troch", &["no `adam@troch`", "did you mean `torch`?"]),
        ("descend ravine --rule sgd:lr", &["expected key=value", "found `lr`"]),
        ("descend ravine --rule sgd:lr=1,lr=2", &["lr is given twice"]),
        ("descend ravine --rule sgd:lr=fast", &["lr = fast is not allowed", "above 0"]),
        ("descend ravine --rule sgd:lr=-1", &["lr = -1 is not allowed", "above 0"]),
        ("descend ravine --rule sgd:lr=0", &["lr = 0 is not allowed", "above 0"]),
        ("descend ravine --rule sgd:lr=inf", &["lr = inf is not allowed", "finite"]),
        ("descend ravine --rule sgd:lr=1e400", &["is not allowed", "finite"]),
        ("descend ravine --rule sgd:lr=NaN", &["lr = NaN is not allowed", "finite"]),
        ("descend ravine --rule adam:beta1=1.5", &["beta1 = 1.5 is not allowed"]),
        ("descend rosenbrock:b=-1 --rule sgd", &["b = -1 is not allowed"]),
        ("descend ravine --rule sgd --schedule cosin", &["did you mean `cosine`?"]),
        ("descend ravine --rule sgd --guard global_norm:limit=0", &["limit = 0 is not allowed"]),
        ("descend ravine --rule sgd --noise=-1", &["noise", "-1"]),
        ("descend ravine --rule sgd --noise=NaN", &["noise", "NaN"]),
        ("descend ravine --rule sgd --start=1", &["expected two numbers"]),
        ("descend ravine --rule sgd --start=nan,1", &["expected a finite number"]),
        ("descend ravine --rule sgd --start=1e200,1e200", &["no finite value at the start"]),
        ("descend ravine", &["--rule"]),
        ("activations --init hee", &["unknown init `hee`", "did you mean `he`?"]),
        ("activations --init normal:std=-1", &["std = -1 is not allowed"]),
        ("activations --activation rleu", &["unknown activation `rleu`", "did you mean `relu`?"]),
        ("activations --layers 0", &["from 1 to 4096"]),
        ("activations --width 99999999999", &["from 1 to 4096"]),
        ("activations --samples=-1", &["--samples"]),
        ("list rulez", &["rulez", "rules"]),
        ("data verify mnits", &["no data set is called \"mnits\"", "did you mean \"mnist\""]),
        ("data fetch mnits", &["no data set is called \"mnits\""]),
        ("lits rules", &["lits", "list"]),
    ] {
        home.fails(line, 2, parts);
    }
    let nothing = home.run("");
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    assert!(nothing.stderr.contains("Usage: thalweg"));
}

/// Tests run without optimisation: what `bench` would say of such a build means nothing.
#[cfg(debug_assertions)]
#[test]
fn bench_refuses_a_debug_build() {
    Home::new().fails("bench", 1, &["debug build", "--release"]);
}

#[test]
fn arguments_of_run_that_are_wrong() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    home.write("flowers.csv", "a,kind\n1,x\n2,x\n3,y\n4,y\n");
    for (line, parts) in [
        ("run optimisers --out o", &["no study `optimisers`", "did you mean `optimizers`?"][..]),
        ("run optimizers", &["--out"]),
        ("run optimizers --out o --data mnits", &["mnits", "did you mean \"mnist\""]),
        ("run small.toml --out o --seeds 0", &["--seeds", "0"]),
        ("run small.toml --out o --seeds -1", &["-1"]),
        ("run small.toml --out o --threads-per-trial 0", &["--threads-per-trial", "0"]),
        ("run small.toml --out o --steps 0", &["--steps", "0"]),
        ("run small.toml --out o --jobs 0", &["--jobs", "0"]),
        ("run small.toml --out o --data flowers.csv", &["--label COLUMN"]),
        ("run small.toml --out o --label kind", &["--data"]),
        ("run trajectories --out o --data digits", &["uses no data"]),
        ("reproduce --out o --seeds 0", &["--seeds", "0"]),
        ("reproduce --out o --data mnits", &["mnits"]),
    ] {
        home.fails(line, 2, parts);
    }
    assert!(!home.path("o").exists(), "an argument was found wrong only after work had begun");
    // A study that wants more examples than other data have takes them all, and says so; here a batch does not fit them.
    let ran = home.run("run small.toml --out few --data flowers.csv --label kind");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in ["first 200", "`flowers` has 2", "error: expected a batch of 1 to 2"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn study_files_that_are_wrong() {
    let home = Home::new();
    let body = study("\"sgd\"", "");
    for (text, parts) in [
        (study("\"sgd\"", "sede = 1"), &["bad.toml:15: ", "`sede`", "did you mean `seeds`?"][..]),
        (study("\"sgdd\"", ""), &["bad.toml:9: technique.rule: unknown update rule `sgdd`", "`sgd`"]),
        (study("\"sgd\", \"adam:beta1=2\"", ""), &["bad.toml:9: technique.rule: ", "beta1 = 2"]),
        (study("", ""), &["bad.toml:9: technique.rule: ", "empty list"]),
        (study("\"sgd\"", "[report]\nmetric = \"loss\""), &["bad.toml:16: report.metric: ", "train_loss"]),
        (
            study("\"sgd\"", "[report]\npanels = \"rules\""),
            &["bad.toml:16: report.panels: ", "did you mean `rule`?"],
        ),
        (
            study("\"sgd\"", "[report]\ncompare = [\"a\", \"rule\"]"),
            &["bad.toml:16: report.compare: ", "unknown field `a`"],
        ),
        (
            format!("{body}\n[descent]\nfunction = \"ravine\"\nsteps = 1\nrule = \"sgd\""),
            &["bad.toml:1: ", "training and descent"],
        ),
        ("title = \"t\"".to_owned(), &["bad.toml:1: ", "found none"]),
        (String::new(), &["bad.toml:1: ", "`title`"]),
        ("title = ".to_owned(), &["bad.toml:1: "]),
        (body.replace("first = 200", "first = 2000"), &["1442", "2000"]),
        (body.replace("first = 200", "first = 0"), &["1442", "0"]),
        (body.replace("batch = 20", "batch = 201"), &["batch", "201", "200"]),
        (body.replace("batch = 20", "batch = 0"), &["batch", "0"]),
        (body.replace("\"digits\"", "\"mnits\""), &["mnits", "did you mean \"mnist\""]),
        (body.replace("[10, 10, 10]", "[10, 0]"), &["0"]),
        (study("\"sgd\", \"sgd:lr=0.01\"", ""), &["stands in the study twice"]),
        (study("\"sgd\"", "steps = 4"), &["bad.toml:15: ", "steps"]),
    ] {
        home.write("bad.toml", &text);
        home.fails("run bad.toml --out o", 2, parts);
    }
    home.write("bad.toml", b"title = \"t\"\n# \xff\n");
    home.fails("run bad.toml --out o", 2, &["bad.toml:2: ", "UTF-8"]);
}
