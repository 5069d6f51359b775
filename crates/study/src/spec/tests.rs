//! Study files: the built-in ones, what is written out, and what a mistake is answered with.

use problem::data::TableSpec;
use technique::init::Init;

use super::*;
use crate::technique::Field;
use crate::training::Length;
use crate::trial::{LossAt, Metric};

fn parse(text: &str) -> Result<Study, StudyError> {
    Study::parse("study.toml", "study", text)
}

fn training(study: &Study) -> &Training {
    match &study.body {
        Body::Training(training) => training,
        other => panic!("`{}` is no training study: {other:?}", study.name),
    }
}

/// The resolved study as a file, read again.
fn read_again(study: &Study) -> Study {
    parse(&study.resolved()).unwrap()
}

/// A study of two rules, with one line replaced or added.
fn small(line: &str) -> String {
    let key = line.split('=').next().unwrap_or_default();
    let lines = [
        "title = \"t\"",
        "[data]",
        "name = \"digits\"",
        "[network]",
        "hidden = [10]",
        "[technique]",
        "rule = [\"sgd\", \"adam\"]",
        "[training]",
        "batch = 16",
        "steps = 20",
        "[report]",
        "metric = \"train_loss\"",
    ];
    let mine = |old: &&str| {
        if !key.is_empty() && old.starts_with(key) { line.to_owned() } else { (*old).to_owned() }
    };
    lines.iter().map(mine).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_built_in_study_reads_and_is_called_what_it_is_found_by() {
    for (name, text) in BUILT_IN {
        let study = Study::find(name).unwrap();
        assert_eq!(study.name, *name);
        assert_eq!(study.text, *text);
        assert!(!study.title.is_empty() && study.question.ends_with('?'), "{name}");
    }
}

#[test]
fn what_is_written_out_reads_back_as_the_same_study() {
    let mut seen = 0;
    for (name, _) in BUILT_IN {
        let study = Study::find(name).unwrap();
        assert_eq!(read_again(&study).body, study.body, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 9);
    let rich = r#"
        title = "all at once"
        [data]
        csv = "/data/flowers.csv"
        label = "kind"
        first = 70
        [network]
        hidden = [[], [8], [8, 4]]
        activation = ["tanh", "relu"]
        [technique]
        rule = ["adam@torch:lr=0.01", "sgd:lr=0.1"]
        schedule = ["constant", "warmup:steps=5 then cosine"]
        init = ["he", "normal:std=0.1"]
        norm = ["batch", "none"]
        dropout = ["none", "dropout:ratio=0.5"]
        guard = "global_norm:limit=1"
        decay = "decoupled:rate=0.01"
        [training]
        batch = 8
        sampling = "replacement"
        epochs = 2
        loss_at = "after"
        record_every = 3
        evaluate_every = 4
        seeds = 5
        [report]
        compare = ["rule", "norm"]
        panels = "dropout"
        metric = "test_accuracy"
    "#;
    let study = parse(rich).unwrap();
    let found = training(&study);
    assert_eq!(found.varying().len(), 7);
    assert_eq!((found.length, found.loss_at), (Length::Epochs(2), LossAt::After));
    assert_eq!((found.seeds, found.data[0].first, found.metric), (5, Some(70), Metric::TestAccuracy));
    assert_eq!(read_again(&study).body, study.body);
}

#[test]
fn defaults_are_written_out() {
    let study = parse(&small("")).unwrap();
    let resolved = training(&study).resolved();
    for (table, key, value) in [
        ("network", "activation", "relu"),
        ("technique", "init", "he"),
        ("technique", "norm", "none"),
        ("technique", "schedule", "constant"),
        ("technique", "dropout", "none"),
        ("technique", "guard", "none"),
        ("technique", "decay", "none"),
        ("training", "sampling", "epochs"),
        ("training", "loss_at", "before"),
    ] {
        assert_eq!(resolved[table][key].as_str(), Some(value), "{table}.{key}");
    }
    for (key, value) in [("record_every", 10), ("evaluate_every", 0), ("seeds", 3)] {
        assert_eq!(resolved["training"][key].as_integer(), Some(value), "{key}");
    }
}

#[test]
fn the_sixteen_scales_are_even_in_log() {
    let study = Study::find("batchnorm").unwrap();
    let inits = &training(&study).grid.init;
    assert_eq!(inits.len(), 16);
    for (index, init) in inits.iter().enumerate() {
        let Init::Normal(normal) = init.value else { panic!("expected a normal init, found {init}") };
        let exact = 10_f64.powf(-4.0 * index as f64 / 15.0);
        let apart = (normal.std / exact - 1.0).abs();
        assert!(apart < 0.005, "scale {index}: expected {exact}, found {}", normal.std);
    }
}

#[test]
fn one_network_is_a_list_of_widths_and_several_are_a_list_of_lists() {
    for (line, networks) in [
        ("hidden = [10, 20]", vec![vec![10, 20]]),
        ("hidden = [[10, 20]]", vec![vec![10, 20]]),
        ("hidden = []", vec![vec![]]),
        ("hidden = [[], [5]]", vec![vec![], vec![5]]),
    ] {
        let study = parse(&small(line)).unwrap();
        assert_eq!(training(&study).grid.hidden, networks, "{line}");
    }
}

#[test]
fn a_mistake_is_answered_with_file_line_and_key() {
    for (line, at, parts) in [
        ("batch = 16\nbatchs = 3", 10, &["unknown field `batchs`", "`batch`", "in `batchs = 3`"][..]),
        ("batch = 16\nsede = 3", 10, &["unknown field `sede`", "did you mean `seeds`?"]),
        ("name = \"digits\"\nnam = \"mnist\"", 4, &["unknown field `nam`", "did you mean `name`?"]),
        ("batch = -1", 9, &["-1", "in `batch = -1`"]),
        ("batch = \"many\"", 9, &["many", "in `batch"]),
        ("title = \"t\"\ntitle = \"t\"", 2, &["title"]),
        ("title = \"t", 1, &["title"]),
        ("rule = \"adaam\"", 7, &["technique.rule: unknown update rule `adaam`", "`adam`"]),
        (
            "rule = [\n\"sgd\",\n\"adam:beta=1\"]",
            9,
            &["technique.rule", "no setting `beta`", "did you mean `beta2`?"],
        ),
        ("rule = [\n\"adam\",\n\"ada\"]", 9, &["technique.rule: unknown update rule `ada`"]),
        ("rule = [\n'sgd:lr=0.1',\n'sgd:lr=0']", 9, &["technique.rule", "lr", "0"]),
        ("rule = []", 7, &["technique.rule", "empty list"]),
        ("rule = 3", 7, &["expected a word or a list of words"]),
        ("hidden = \"wide\"", 5, &["expected a list of widths"]),
        ("hidden = [-1]", 5, &["expected a list of widths"]),
        ("metric = \"loss\"", 12, &["report.metric: unknown metric `loss`", "train_loss"]),
        ("metric = \"train_loss\"\ncompare = [\"rules\"]", 13, &["report.compare", "did you mean `rule`?"]),
        ("metric = \"train_loss\"\npanels = \"inti\"", 13, &["report.panels", "did you mean `init`?"]),
        ("steps = 0", 8, &["training", "`steps` or `epochs`"]),
        ("steps = 20\nepochs = 1", 8, &["training", "either `steps` or `epochs`"]),
        ("steps = 20\nseeds = 0", 8, &["training.seeds", "above 0"]),
        ("steps = 20\nrecord_every = 0", 8, &["training.record_every", "above 0"]),
        ("steps = 20\nsampling = \"epoch\"", 11, &["training.sampling", "replacement or epochs", "`epoch`"]),
        ("steps = 20\nloss_at = \"middle\"", 11, &["training.loss_at", "before or after", "`middle`"]),
        ("name = \"digits\"\ncsv = \"a.csv\"", 2, &["data", "either `name`, or `file` and `label`"]),
        ("name = \"digits\"\nlabel = \"a\"", 2, &["data", "data.label: belongs to a `file`"]),
    ] {
        let error = parse(&small(line)).expect_err(line).to_string();
        assert!(error.starts_with(&format!("study.toml:{at}: ")), "{line}: {error}");
        for part in parts {
            assert!(error.contains(part), "{line}: expected `{part}` in: {error}");
        }
    }
}

#[test]
fn a_study_has_exactly_one_body() {
    let none = "title = \"t\"\n[data]\nname = \"digits\"";
    let two = format!("{}\n[descent]\nfunction = \"ravine\"\nsteps = 3\nrule = \"sgd\"", small(""));
    for (text, found) in [(none, "found none"), (&two, "found training and descent")] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains("exactly one of [training], [descent] and [activations]"), "{error}");
        assert!(error.contains(found), "{error}");
    }
    let error = parse("title = \"t\"\n[training]\nbatch = 1\nsteps = 1").unwrap_err().to_string();
    assert!(error.contains("[data]"), "{error}");
    // A table that the body does not read would be ignored in silence.
    let stray = "title = \"t\"\n[descent]\nfunction = \"ravine\"\nsteps = 3\nrule = \"sgd\"\n[technique]\nrule = \"adam\"";
    let error = parse(stray).unwrap_err().to_string();
    assert!(error.starts_with("study.toml:6: ") && error.contains("[technique]"), "{error}");
}

#[test]
fn descents_and_activations_read_their_words_and_bounds() {
    let descent = |line: &str| {
        let text = format!("title = \"t\"\n[descent]\nsteps = 3\nrule = [\"sgd\", \"adam\"]\n{line}");
        parse(&text)
    };
    let Body::Descent(paths) = descent("function = \"ravine\"").unwrap().body else { panic!("no descent") };
    assert_eq!((paths.rules.len(), paths.descent.steps, paths.descent.noise), (2, 3, 0.0));
    let error = descent("function = \"ravin\"").unwrap_err().to_string();
    assert!(error.starts_with("study.toml:5: descent.function") && error.contains("`ravine`"), "{error}");

    let activations = |line: &str| parse(&format!("title = \"t\"\n[activations]\n{line}"));
    let settings = "settings = [{ activation = \"relu\", init = \"he\" }]";
    let Body::Activations(signals) = activations(settings).unwrap().body else { panic!("no activations") };
    let s = signals[0];
    assert_eq!((signals.len(), s.layers, s.width, s.samples, s.seed), (1, 5, 100, 1000, 1));
    let error = activations("settings = [{ activation = \"rleu\", init = \"he\" }]").unwrap_err().to_string();
    assert!(error.starts_with("study.toml:3: activations.settings.activation"), "{error}");
    for (line, key) in [
        ("settings = []", "settings"),
        ("layers = 0", "layers"),
        ("width = 9000000000000000000", "width"),
        ("samples = 0", "samples"),
    ] {
        let text = if line.starts_with("settings") { line.to_owned() } else { format!("{line}\n{settings}") };
        let error = activations(&text).unwrap_err().to_string();
        assert!(error.contains(&format!("activations.{key}: expected")), "{line}: {error}");
    }
}

#[test]
fn a_study_is_found_by_name_or_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(
        &path,
        "title = \"t\"\n[data]\ncsv = \"a.csv\"\nlabel = \"b\"\n[training]\nbatch = 1\nsteps = 1",
    )
    .unwrap();
    let study = Study::find(&path.display().to_string()).unwrap();
    assert_eq!(study.name, "mine");
    let table = DataSource::Table(Box::new(TableSpec::new(folder.path().join("a.csv"), "b")));
    assert_eq!(training(&study).data, [table.into()]);

    let error = Study::find("optimisers").unwrap_err().to_string();
    assert!(error.contains("did you mean `optimizers`?") && error.contains("norm-rates"), "{error}");
}

#[test]
fn several_data_sets_variants_widths_and_batches_read_back() {
    let rich = r#"
        title = "all at once"
        [[data]]
        name = "digits"
        [[data]]
        file = "/data/flowers.csv"
        label = "kind"
        title = "flowers"
        [network]
        width = [8, 16]
        depth = [1, 3]
        [[variant]]
        name = "plain"
        [[variant]]
        name = "decayed"
        decay = "l2:rate=0.1"
        hidden = [4]
        [training]
        batch = [8, 16]
        steps = 20
        until_decided = true
        max_seeds = 30
        [report]
        target = 0.5
    "#;
    let error = parse(rich).unwrap_err().to_string();
    assert!(error.contains("variant.hidden") && error.contains("`decayed`"), "{error}");
    let study = parse(&rich.replace("hidden = [4]", "")).unwrap();
    let found = training(&study);
    let networks = [vec![8], vec![16], vec![8; 3], vec![16; 3]];
    assert_eq!((&found.grid.hidden[..], &found.grid.batch[..]), (&networks[..], &[8, 16][..]));
    assert_eq!((found.until_decided, found.target, found.variants.len()), (Some(30), Some(0.5), 2));
    assert_eq!(found.varying(), [Field::Data, Field::Variant, Field::Hidden, Field::Batch]);
    assert_eq!(found.trials(), 2 * 2 * 4 * 2 * 3);
    assert_eq!(read_again(&study).body, study.body);
}

#[test]
fn what_a_grid_cannot_hold_is_answered_with_its_line() {
    for (line, at, part) in [
        ("hidden = []\nwidth = 3", 5, "either `hidden`, or `width` and `depth`"),
        ("hidden = [[3]]\ndepth = 99999999", 5, "found both"),
        ("batch = []", 9, "training.batch: expected at least one value"),
        ("steps = 20\nmax_seeds = 9", 8, "goes with `until_decided = true`"),
        ("steps = 20\nuntil_decided = true\nmax_seeds = 0", 8, "training.max_seeds"),
        ("metric = \"train_loss\"\ntarget = nan", 13, "report.target: expected a finite number"),
        ("metric = \"train_loss\"\n[[variant]]\nname = \"\"", 13, "variant.name: expected a name"),
        (
            "metric = \"train_loss\"\n[[variant]]\nname = \"a\"\nrule = \"sgd\"",
            13,
            "variant.rule: set by `a`",
        ),
        (
            "metric = \"train_loss\"\n[[variant]]\nname = \"a\"\nnorm = \"bach\"",
            15,
            "variant.norm: unknown norm",
        ),
        (
            "metric = \"train_loss\"\n[[variant]]\nname = \"a\"\n[[variant]]\nname = \"a\"",
            13,
            "`a` stands twice",
        ),
        ("name = \"digits\"\nnam = 3", 4, "did you mean `name`?"),
    ] {
        let error = parse(&small(line)).expect_err(line).to_string();
        assert!(error.starts_with(&format!("study.toml:{at}: ")) && error.contains(part), "{line}: {error}");
    }
    let text = "title = \"t\"\n[[data]]\nname = \"digits\"\n[[data]]\nname = \"digits\"\nlabel = \"a\"\n[training]\nbatch = 1\nsteps = 1";
    let error = parse(text).unwrap_err().to_string();
    assert!(error.starts_with("study.toml:4: data.label"), "{error}");
    let text = text.replace("label", "lable");
    let error = parse(&text).unwrap_err().to_string();
    assert!(error.starts_with("study.toml:6: ") && error.contains("did you mean `label`?"), "{error}");
}

#[test]
fn the_schema_knows_every_key() {
    let schema = schema();
    let tables = &schema["$defs"];
    for (table, keys) in [
        ("DataTable", &["name", "file", "label", "missing", "first"][..]),
        ("NetworkTable", &["hidden", "width", "depth", "activation"]),
        ("TechniqueTable", &["rule", "decay"]),
        ("VariantTable", &["name", "dropout", "batch"]),
        ("TrainingTable", &["batch", "steps", "until_decided"]),
        ("ReportTable", &["metric", "target"]),
    ] {
        for key in keys {
            let about = &tables[table]["properties"][key]["description"];
            assert!(about.as_str().is_some_and(|about| about.len() > 6), "{table}.{key}: {about}");
        }
        assert_eq!(tables[table]["additionalProperties"], false, "{table}");
    }
    assert_eq!(schema["required"], serde_json::json!(["title"]));
}

#[test]
fn numbers_beyond_those_of_toml_are_refused() {
    let text = |seed: &str| {
        format!(
            "title = \"t\"\n[descent]\nfunction = \"ravine\"\nsteps = 3\nseed = {seed}\nrule = \"adam\"\n"
        )
    };
    let study = parse(&text("9223372036854775807")).unwrap();
    assert_eq!(read_again(&study).body, study.body);
    let error = parse(&text("9223372036854775808")).unwrap_err().to_string();
    assert_eq!(
        error,
        "study.toml:5: expected whole numbers up to 9223372036854775807, where those of TOML end"
    );
}
