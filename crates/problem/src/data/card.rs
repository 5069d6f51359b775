//! The known data sets, in one list. Adding a set in IDX format is one entry.

use super::Task;
use super::error::{DataError, nearest};

/// What is known of a data set before any byte of it is read.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The name it is asked for by, and its folder's: lower case, with hyphens.
    pub name: &'static str,
    /// The name in running text.
    pub title: &'static str,
    /// What its examples are, in a sentence.
    pub about: &'static str,
    /// The licence it is published under.
    pub licence: &'static str,
    /// The publication to cite.
    pub citation: &'static str,
    /// The names of the classes, by label.
    pub classes: &'static [&'static str],
    /// Examples to train on.
    pub train: usize,
    /// Examples to test on.
    pub test: usize,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// Where the bytes come from.
    pub origin: Origin,
}

/// Where the bytes of a data set come from.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are a handful of cards, and a reference would make every card need a static"
)]
pub enum Origin {
    /// They ship inside the binary.
    BuiltIn,
    /// Four files in IDX format.
    Idx(IdxSet),
}

/// The files of a set in IDX format, and where they may be downloaded.
#[derive(Debug, Clone, Copy)]
pub struct IdxSet {
    /// The folder that torchvision keeps the set in.
    pub torchvision: &'static str,
    /// Addresses of folders that hold the files gzipped, in the order to try them; each ends with "/".
    pub mirrors: &'static [&'static str],
    /// Training images, training labels, test images, test labels.
    pub files: [IdxFile; 4],
}

/// One file, and how to know that it is right.
#[derive(Debug, Clone, Copy)]
pub struct IdxFile {
    /// Its name, without ".gz".
    pub name: &'static str,
    /// SHA-256 of the decompressed content, where it is known: it holds however the file was compressed.
    pub content: Option<&'static str>,
    /// SHA-256 of the gzipped file as it was published.
    pub gzip: Option<&'static str>,
}

impl Card {
    /// The card of the set with this name.
    ///
    /// # Errors
    ///
    /// [`DataError::Unknown`], with the nearest name there is.
    pub fn named(name: &str) -> Result<&'static Self, DataError> {
        CARDS.iter().find(|card| card.name == name).ok_or_else(|| DataError::Unknown {
            name: name.to_owned(),
            nearest: nearest(name, CARDS.iter().map(|c| c.name)).map(str::to_owned),
            known: CARDS.iter().map(|c| c.name).collect(),
        })
    }

    /// Its task, which is to tell the classes.
    pub(super) fn task(&self) -> Task {
        Task::Classification { classes: self.classes.iter().map(ToString::to_string).collect() }
    }

    /// Numbers per example.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.shape.0 * self.shape.1
    }
}

impl IdxSet {
    /// Whether the content of every file can be told from that of any other set. The sets share their file names, so
    /// only then may the files lie in a folder that does not name the set.
    pub(super) fn is_unmistakable(&self) -> bool {
        self.files.iter().all(|file| file.content.is_some())
    }
}

/// The names that MNIST gave its files, which its successors kept.
const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

const fn files(content: [Option<&'static str>; 4], gzip: [&'static str; 4]) -> [IdxFile; 4] {
    let mut files = [IdxFile { name: "", content: None, gzip: None }; 4];
    let mut i = 0;
    while i < 4 {
        files[i] = IdxFile { name: NAMES[i], content: content[i], gzip: Some(gzip[i]) };
        i += 1;
    }
    files
}

const TEN: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Every data set that can be asked for by name.
pub static CARDS: &[Card] = &[
    Card {
        name: "mnist",
        title: "MNIST",
        about: "handwritten digits of over 500 writers, centred, in 28 × 28 grey pixels",
        licence: "CC BY-SA 3.0",
        citation: "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning applied to document \
                   recognition. Proceedings of the IEEE 86(11), 2278-2324",
        classes: TEN,
        train: 60_000,
        test: 10_000,
        shape: (28, 28),
        origin: Origin::Idx(IdxSet {
            torchvision: "MNIST",
            mirrors: &[
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ],
            files: files(
                [
                    Some("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
                    Some("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
                    Some("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
                    Some("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
                ],
                [
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ],
            ),
        }),
    },
    Card {
        name: "fashion-mnist",
        title: "Fashion-MNIST",
        about: "articles of clothing in 28 × 28 grey pixels: shaped like MNIST, and harder",
        licence: "MIT",
        citation: "H. Xiao, K. Rasul and R. Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking \
                   machine learning algorithms. arXiv:1708.07747",
        classes: &[
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
        train: 60_000,
        test: 10_000,
        shape: (28, 28),
        origin: Origin::Idx(IdxSet {
            torchvision: "FashionMNIST",
            mirrors: &["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            files: files(
                [None; 4],
                [
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ],
            ),
        }),
    },
    Card {
        name: "kmnist",
        title: "Kuzushiji-MNIST",
        about: "cursive Japanese characters of old books in 28 × 28 grey pixels",
        licence: "CC BY-SA 4.0",
        citation: "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto and D. Ha (2018). Deep learning for \
                   classical Japanese literature. arXiv:1812.01718",
        classes: &["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
        train: 60_000,
        test: 10_000,
        shape: (28, 28),
        origin: Origin::Idx(IdxSet {
            torchvision: "KMNIST",
            mirrors: &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
            files: files(
                [None; 4],
                [
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                ],
            ),
        }),
    },
    Card {
        name: "digits",
        title: "Optical Recognition of Handwritten Digits",
        about: "handwritten digits of 13 writers in 8 × 8 pixels of 0 to 16; inside the binary, no download",
        licence: "CC BY 4.0",
        citation: "E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits [Dataset]. UCI Machine \
                   Learning Repository. doi:10.24432/C50P49",
        classes: TEN,
        train: 1_442,
        test: 355,
        shape: (8, 8),
        origin: Origin::BuiltIn,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_set_is_found_by_its_name_only() {
        assert_eq!(Card::named("kmnist").unwrap().title, "Kuzushiji-MNIST");
        let error = Card::named("MINST").unwrap_err().to_string();
        assert_eq!(
            error,
            "no data set is called \"MINST\" (did you mean \"mnist\"?); \
             there are: mnist, fashion-mnist, kmnist, digits"
        );
    }

    #[test]
    fn names_are_unique_and_fit_a_folder() {
        let mut seen = HashSet::new();
        for card in CARDS {
            assert!(seen.insert(card.name), "{} stands twice", card.name);
            assert!(card.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", card.name);
        }
    }

    #[test]
    fn every_card_is_filled_in() {
        for card in CARDS {
            for text in [card.title, card.about, card.licence, card.citation] {
                assert!(!text.trim().is_empty(), "{}", card.name);
                assert!(!text.contains("  "), "{}: {text:?}", card.name);
            }
            let classes: HashSet<_> = card.classes.iter().collect();
            assert_eq!(classes.len(), card.classes.len(), "{}", card.name);
            assert!(card.classes.len() >= 2 && card.train > card.test && card.test > 0);
        }
    }

    #[test]
    fn every_hash_is_a_sha_256_and_none_is_used_twice() {
        let mut seen = HashSet::new();
        for card in CARDS {
            let Origin::Idx(set) = card.origin else {
                continue;
            };
            assert!(!set.mirrors.is_empty());
            assert!(set.mirrors.iter().all(|m| m.ends_with('/')), "{}", card.name);
            for file in set.files {
                let hashes: Vec<_> = file.content.into_iter().chain(file.gzip).collect();
                assert!(!hashes.is_empty(), "{}: {}", card.name, file.name);
                for hash in hashes {
                    assert_eq!(hash.len(), 64);
                    assert!(hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
                    assert!(seen.insert(hash), "{hash} stands twice");
                }
            }
        }
    }
}
