//! Exit code 4: data that are missing or damaged.

use std::fs::File;
use std::io::Write;

use super::{Home, study};

/// Header of an IDX file: the magic number and the dimensions, big-endian.
fn header(magic: u32, dimensions: &[u32]) -> Vec<u8> {
    std::iter::once(&magic).chain(dimensions).flat_map(|n| n.to_be_bytes()).collect()
}

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// A shelf with the four files of MNIST, all empty but the training images.
fn shelf(images: &[u8]) -> Home {
    let home = Home::new();
    for file in FILES {
        home.write(&format!("shelf/mnist/{file}"), "");
    }
    home.write(&format!("shelf/mnist/{}", FILES[0]), images);
    home
}

const IMAGES: u32 = 0x803;

#[test]
fn a_set_that_is_not_there() {
    let home = Home::new();
    let parts = ["mnist is not here", FILES[0], "thalweg data fetch mnist", "--data-dir"];
    home.fails("run optimizers --out o", 4, &parts);
    home.fails("reproduce --out o --data mnist --offline", 4, &parts);
    home.fails("data verify mnist", 4, &parts);
    home.fails("data verify mnist --data-dir elsewhere", 4, &["elsewhere"]);
    assert!(!home.path("o").exists());
    // Labels alone.
    home.write("shelf/mnist/train-labels-idx1-ubyte", "x");
    home.write("shelf/mnist/t10k-labels-idx1-ubyte", "x");
    home.fails("data verify mnist", 4, &["train-images-idx3-ubyte, t10k-images-idx3-ubyte:"]);
}

#[test]
fn files_that_are_damaged() {
    let whole = header(IMAGES, &[60_000, 28, 28]);
    for (images, part) in [
        (whole[..3].to_vec(), "ends too early"),
        ([&whole[..], &[7; 1000]].concat(), "ends too early: expected 47040016 bytes"),
        (header(0x801, &[60_000, 28, 28]), "is not an IDX file of images"),
        (b"<html>not found</html>".to_vec(), "is not an IDX file of images"),
        (header(IMAGES, &[60_000, 28, 29]), "wrong dimensions"),
        (header(IMAGES, &[u32::MAX, u32::MAX, u32::MAX]), "wrong dimensions"),
    ] {
        let home = shelf(&images);
        for line in ["data verify mnist", "run optimizers --out o", "reproduce --offline --out o"] {
            home.fails(line, 4, &["shelf/mnist/train-images-idx3-ubyte", part]);
        }
    }
}

#[test]
fn files_of_the_wrong_length_or_content() {
    let home = shelf(&[]);
    // Sparse: zeros take no room.
    let file = |length: u64| {
        let mut file = File::create(home.path("shelf/mnist/train-images-idx3-ubyte")).unwrap();
        file.write_all(&header(IMAGES, &[60_000, 28, 28])).unwrap();
        file.set_len(length).unwrap();
    };
    file(47_040_017);
    home.fails("data verify mnist", 4, &["is too long: expected 47040016 bytes"]);
    file(47_040_016);
    let published = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db";
    home.fails("data verify mnist", 4, &["is not the published file", published]);
}

#[test]
fn tables_that_cannot_be_used() {
    let home = Home::new();
    home.write("small.toml", study("\"sgd\"", ""));
    for (table, parts) in [
        ("a,kind\n1,x\nmany,y\n", &["flowers.csv, line 3", "a", "expected a number", "found \"many\""][..]),
        ("a,kind\n1,x\n,y\n", &["line 3", "the value is missing", "\"indicator\""]),
        ("a,kind\n1,x\nnan,y\n", &["line 3", "the value is missing"]),
        ("a,kind\n1,x\ninf,y\n", &["line 3", "finite"]),
        ("a,kind\n1,\n2,y\n", &["line 2", "column \"kind\"", "the value is missing"]),
        ("a,kind\n1,x\n2,x\n3,y\n", &["line 4", "the label \"y\" occurs once", "rare = \"drop\""]),
        ("a,kind\n1,x\n1,y\n1,x\n1,y\n", &["no column is left", "constant"]),
        ("a,kind\n1,x\n2\n", &["line 3", "expected 2 fields"]),
        ("a,kind\n1,x\n2,x\n", &["all 2 rows have the label \"x\"", "at least two classes"]),
        ("a,kid\n1,x\n2,y\n", &["no column is called \"kind\"", "did you mean \"kid\""]),
        ("a|kind\n1|x\n2|y\n3,x\n", &["line 4: expected 1 fields as in the header, found 2"]),
        ("kind\nx\ny\n", &["the label is the only column"]),
        ("a,kind\n", &["no row below"]),
        ("", &["empty"]),
    ] {
        home.write("flowers.csv", table);
        home.fails("run small.toml --out o --data flowers.csv --label kind", 4, parts);
    }
    home.fails("run small.toml --out o --data nothing.csv --label kind", 4, &["nothing.csv", "No such file"]);
    assert!(!home.path("o").exists());
}

#[test]
fn a_table_trains_from_its_file_or_from_beside_the_study() {
    let home = Home::new();
    let mut table = "a,b,kind\n".to_owned();
    for i in 0..60 {
        table += &format!("{},{},{}\n", i % 7, i % 3, ["x", "y"][i % 2]);
    }
    home.write("there/flowers.csv", table);
    let text = study("\"sgd\", \"adam\"", "").replace("first = 200\n", "");
    home.write("small.toml", &text);
    let given = home.json("run small.toml --out a --data there/flowers.csv --label kind --json");
    assert_eq!(given["data"], "flowers");
    let text = text.replace("name = \"digits\"", "csv = \"flowers.csv\"\nlabel = \"kind\"");
    home.write("there/small.toml", &text);
    let beside = home.json("run there/small.toml --out b --json");
    assert_eq!(given["groups"], beside["groups"]);
}
