//! What is downloaded in these tests, and where to.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use problem::data::{Attempt, CARDS, Card, DataError, IdxFile, IdxSet, Origin, Progress, Shelf};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::server::{Does, Server};
use crate::{ODD, PATIENCE};

/// Forty training and ten test images of 8 × 8 noise, which does not compress.
pub(crate) struct Published {
    pub(crate) card: Card,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Published {
    /// With the checksums of the content, or only of the gzipped files.
    pub(crate) fn new(content_known: bool) -> Self {
        let names = ["train-images", "train-labels", "t10k-images", "t10k-labels"];
        let images = |n: u32| {
            let header = [0x803, n, 8, 8].map(u32::to_be_bytes).concat();
            let noise = Sha256::digest(n.to_be_bytes());
            let noise = (0..n * 2).scan(noise, |state, _| {
                *state = Sha256::digest(*state);
                Some(*state)
            });
            let noise = noise.flatten();
            header.into_iter().chain(noise).collect::<Vec<u8>>()
        };
        let labels = |n: u32| {
            let header = [0x801, n].map(u32::to_be_bytes).concat();
            header.into_iter().chain((0..n).map(|i| (i % 3) as u8)).collect()
        };
        let contents: [Vec<u8>; 4] = [images(40), labels(40), images(10), labels(10)];
        let mut files = Vec::new();
        let mut idx = Vec::new();
        for (name, content) in names.into_iter().zip(&contents) {
            let packed = gzip(content, Compression::best());
            idx.push(IdxFile {
                name,
                content: content_known.then(|| sha256(content)),
                gzip: Some(sha256(&packed)),
            });
            files.push((format!("{name}.gz"), packed));
        }
        let origin =
            Origin::Idx(IdxSet { torchvision: "Noise", mirrors: &[], files: idx.try_into().unwrap() });
        let card = Card {
            name: "noise",
            classes: &["a", "b", "c"],
            train: 40,
            test: 10,
            shape: (8, 8),
            origin,
            ..CARDS[0]
        };
        Self { card, files }
    }

    pub(crate) fn odd(&self) -> &[u8] {
        &self.files[0].1
    }

    pub(crate) fn serve(&self, script: &[Does]) -> Server {
        Server::start(&self.files, ODD, script)
    }
}

pub(crate) fn gzip(content: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> &'static str {
    let hex: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    hex.leak()
}

/// A fresh shelf, and what it was told.
pub(crate) struct Home {
    pub(crate) folder: TempDir,
    pub(crate) failed: Vec<Attempt>,
    pub(crate) finished: Vec<String>,
    pub(crate) last: Option<(u64, Option<u64>)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), failed: Vec::new(), finished: Vec::new(), last: None }
    }

    pub(crate) fn shelf(&self) -> Shelf {
        Shelf::new(Some(self.folder.path().to_owned()))
    }

    pub(crate) fn place(&self, file: &str) -> PathBuf {
        self.folder.path().join("noise").join(file)
    }

    /// Puts a file there before the download.
    pub(crate) fn with(self, file: &str, bytes: &[u8]) -> Self {
        fs::create_dir_all(self.place("")).unwrap();
        fs::write(self.place(file), bytes).unwrap();
        self
    }

    pub(crate) fn fetch(&mut self, published: &Published, servers: &[&Server]) -> Result<PathBuf, DataError> {
        let mirrors: Vec<&str> = servers.iter().map(|s| s.url.as_str()).collect();
        self.shelf().fetch_card(&published.card, &mirrors, &PATIENCE, self)
    }

    pub(crate) fn assert_right(&self, published: &Published) {
        for (name, bytes) in &published.files {
            assert!(fs::read(self.place(name)).unwrap() == *bytes, "{name} differs");
            assert!(!self.place(&format!("{name}.part")).exists());
        }
        assert_eq!(self.shelf().load_card(&published.card).unwrap().train.len(), 40);
    }
}

impl Progress for Home {
    fn advance(&mut self, file: &str, done: u64, total: Option<u64>) {
        if file == ODD {
            self.last = Some((done, total));
        }
    }
    fn failed(&mut self, attempt: &Attempt) {
        self.failed.push(attempt.clone());
    }
    fn finished(&mut self, file: &str) {
        self.finished.push(file.to_owned());
    }
}
