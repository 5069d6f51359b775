use std::sync::LazyLock;
use std::time::Instant;

use super::super::{CARDS, Check, Examples, IdxFile, Inputs, Quiet};
use super::*;

/// A set of three training and two test images of 1 × 2, in three classes.
fn tiny() -> Card {
    const NONE: IdxFile = IdxFile { name: "", content: None, gzip: None };
    let named = |name| IdxFile { name, ..NONE };
    let files = [named("train-i"), named("train-l"), named("test-i"), named("test-l")];
    Card {
        name: "tiny",
        classes: &["a", "b", "c"],
        train: 3,
        test: 2,
        shape: (1, 2),
        origin: Origin::Idx(IdxSet { torchvision: "Tiny", mirrors: &[], files }),
        ..CARDS[0]
    }
}

const TRAIN_LABELS: &[u8] = &[0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2];

fn write_tiny(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let images = |n: u8, pixels: &[u8]| [&[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 1, 0, 0, 0, 2], pixels].concat();
    fs::write(folder.join("train-i"), images(3, &[1, 2, 3, 4, 5, 6])).unwrap();
    fs::write(folder.join("train-l"), TRAIN_LABELS).unwrap();
    fs::write(folder.join("test-i"), images(2, &[7, 8, 9, 10])).unwrap();
    fs::write(folder.join("test-l"), [0, 0, 8, 1, 0, 0, 0, 2, 2, 0]).unwrap();
}

fn shelf(folder: &tempfile::TempDir) -> Shelf {
    Shelf::new(Some(folder.path().to_owned()))
}

#[test]
fn what_is_named_nearest_decides_the_folder() {
    let root = |explicit: Option<&str>, environment: Option<&str>, cache: Option<&str>| {
        let shelf = Shelf::choose(
            explicit.map(PathBuf::from),
            environment.map(OsString::from),
            cache.map(PathBuf::from),
        );
        shelf.root().map(Path::to_owned)
    };
    let is = |path: &str| Some(PathBuf::from(path));
    assert_eq!(root(Some("a"), Some("b"), Some("c")), is("a"));
    assert_eq!(root(None, Some("b"), Some("c")), is("b"));
    assert_eq!(root(None, Some(""), Some("c")), is("c/thalweg"));
    assert_eq!(root(None, None, None), None);
}

#[test]
fn a_set_is_found_under_its_name_and_where_torchvision_puts_it() {
    for place in ["tiny", "Tiny/raw"] {
        let folder = tempfile::tempdir().unwrap();
        write_tiny(&folder.path().join(place));
        let data = shelf(&folder).load_card(&tiny()).unwrap();
        assert_eq!(data.source, folder.path().join(place).display().to_string());
        assert_eq!((data.train.classes(), data.test.classes()), (&[0, 1, 2][..], &[2, 0][..]));
        let Inputs::Bytes { values, divisor } = data.test.inputs else {
            panic!("images are kept as bytes");
        };
        assert_eq!((values, divisor), (vec![7, 8, 9, 10], 255.0));
    }
}

#[test]
fn files_in_the_folder_itself_are_taken_only_if_they_cannot_be_anothers() {
    let folder = tempfile::tempdir().unwrap();
    write_tiny(folder.path());
    let mut card = tiny();
    assert!(shelf(&folder).load_card(&card).unwrap_err().is_missing());
    let Origin::Idx(set) = &mut card.origin else {
        panic!("tiny has files");
    };
    for file in &mut set.files {
        let content = fs::read(folder.path().join(file.name)).unwrap();
        file.content = Some(super::super::hash::sha256(&content).leak());
    }
    let (data, report) = shelf(&folder).read(&card).unwrap();
    assert_eq!(data.train.len(), 3);
    assert!(report.files.iter().all(|f| f.check == Check::Content));
    // The content of one file in the place of another's does not pass.
    let Origin::Idx(set) = &mut card.origin else {
        panic!("tiny has files");
    };
    set.files[1].content = set.files[3].content;
    let error = shelf(&folder).load_card(&card).unwrap_err();
    assert!(matches!(error, DataError::WrongChecksum { what: "content", .. }), "{error:?}");
}

#[test]
fn labels_without_images_are_a_missing_set() {
    let folder = tempfile::tempdir().unwrap();
    write_tiny(&folder.path().join("tiny"));
    fs::remove_file(folder.path().join("tiny/train-i")).unwrap();
    let error = shelf(&folder).load_card(&tiny()).unwrap_err();
    let DataError::Missing { looked, absent, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(absent, &["train-i"]);
    assert_eq!(looked.len(), 2);
}

#[test]
fn labels_of_no_class_and_of_too_few_images_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("tiny");
    write_tiny(&place);
    fs::write(place.join("train-l"), [&TRAIN_LABELS[..10], &[3]].concat()).unwrap();
    let error = shelf(&folder).load_card(&tiny()).unwrap_err();
    assert!(matches!(error, DataError::LabelOutOfRange { index: 2, found: 3, classes: 3, .. }), "{error:?}");
    fs::copy(place.join("test-l"), place.join("train-l")).unwrap();
    let error = shelf(&folder).load_card(&tiny()).unwrap_err();
    assert!(matches!(error, DataError::WrongDimensions { .. }), "{error:?}");
}

#[test]
fn the_fingerprint_follows_the_content() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("tiny");
    write_tiny(&place);
    let first = shelf(&folder).load_card(&tiny()).unwrap().fingerprint;
    assert_eq!(first, shelf(&folder).load_card(&tiny()).unwrap().fingerprint);
    fs::write(place.join("train-l"), [&TRAIN_LABELS[..10], &[1]].concat()).unwrap();
    assert_ne!(first, shelf(&folder).load_card(&tiny()).unwrap().fingerprint);
}

#[test]
fn what_is_built_in_needs_no_folder() {
    let shelf = Shelf { root: None };
    assert_eq!(shelf.find("digits").unwrap(), Finding::BuiltIn);
    assert_eq!(shelf.load("digits").unwrap().source, "built in");
    assert!(shelf.verify("digits").unwrap().files.is_empty());
    assert!(matches!(shelf.fetch("digits", &mut Quiet), Err(DataError::BuiltIn { .. })));
    assert!(matches!(shelf.load("mnist"), Err(DataError::NoFolder)));
    assert!(matches!(shelf.load("mnits"), Err(DataError::Unknown { nearest: Some(n), .. }) if n == "mnist"));
}

/// The real MNIST, if it is on this machine: under `THALWEG_DATA`, or in the cache.
static MNIST: LazyLock<Option<Dataset>> = LazyLock::new(|| {
    let shelf = Shelf::new(None);
    let begin = Instant::now();
    match shelf.load("mnist") {
        Ok(data) => {
            println!("MNIST from {} in {:?}", data.source, begin.elapsed());
            Some(data)
        }
        Err(error) if error.is_missing() => {
            println!("skipped: MNIST is not on this machine");
            None
        }
        Err(error) => panic!("{error}"),
    }
});

fn counts(examples: &Examples) -> Vec<usize> {
    (0..10).map(|class| examples.classes().iter().filter(|&&l| l == class).count()).collect()
}

#[test]
fn the_real_mnist_has_the_published_label_counts() {
    let Some(data) = &*MNIST else { return };
    assert_eq!(counts(&data.train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(counts(&data.test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(data.train.classes()[..5], [5, 0, 4, 1, 9]);
}

#[test]
fn the_real_mnist_has_the_published_mean_and_deviation() {
    let Some(data) = &*MNIST else { return };
    let Inputs::Bytes { values, divisor } = &data.train.inputs else {
        panic!("images are kept as bytes");
    };
    let n = values.len() as f64;
    let sum: u64 = values.iter().map(|&v| u64::from(v)).sum();
    let squares: u64 = values.iter().map(|&v| u64::from(v).pow(2)).sum();
    let mean = sum as f64 / n;
    let deviation = (squares as f64 / n - mean * mean).sqrt();
    let divisor = f64::from(*divisor);
    // As torchvision's users normalise it: 0.1307, 0.3081.
    assert!((mean / divisor - 0.1307).abs() < 5e-5, "{}", mean / divisor);
    assert!((deviation / divisor - 0.3081).abs() < 5e-5, "{}", deviation / divisor);
}
