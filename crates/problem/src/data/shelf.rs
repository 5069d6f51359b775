//! Where data sets are looked for.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::Dataset;
use super::card::{Card, IdxSet, Origin};
use super::digits;
use super::error::DataError;
use super::fetch::{self, Patience, Progress, Wanted};
use super::set::{self, Report};

/// A folder that holds data sets, each in a folder of its own.
///
/// A set called `NAME` may lie in `NAME/` or where torchvision puts it (`MNIST/raw/`), its files gzipped or not. A set
/// whose files cannot be mistaken for another's may also lie in the folder itself. The first of these folders that holds
/// all the files is taken.
#[derive(Debug, Clone)]
pub struct Shelf {
    root: Option<PathBuf>,
}

/// Where a data set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Inside the binary.
    BuiltIn,
    /// On disk; its content has not been checked.
    Present {
        /// The folder.
        folder: PathBuf,
        /// Its files, in the order of the card.
        files: Vec<PathBuf>,
    },
    /// Not on this shelf.
    Missing {
        /// The folders that were looked in, in order.
        looked: Vec<PathBuf>,
        /// The files lacking from the folder that held most of them.
        absent: Vec<String>,
    },
}

impl Shelf {
    /// The shelf that a person means: the folder that is named explicitly, else the one that the environment variable
    /// `THALWEG_DATA` names, else `thalweg` in the user's cache folder.
    #[must_use]
    pub fn new(explicit: Option<PathBuf>) -> Self {
        Self::choose(explicit, env::var_os("THALWEG_DATA"), dirs::cache_dir())
    }

    fn choose(explicit: Option<PathBuf>, environment: Option<OsString>, cache: Option<PathBuf>) -> Self {
        // An empty variable is how a shell unsets one for a single command.
        let named = environment.filter(|v| !v.is_empty()).map(PathBuf::from);
        Self { root: explicit.or(named).or(cache.map(|c| c.join("thalweg"))) }
    }

    /// The folder, unless none is known.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Loads a set by name, checking all that can be checked.
    ///
    /// # Errors
    ///
    /// When no set has the name, its files are missing, or one is damaged.
    pub fn load(&self, name: &str) -> Result<Dataset, DataError> {
        self.load_card(Card::named(name)?)
    }

    /// Looks for a set by name, without reading it.
    ///
    /// # Errors
    ///
    /// When no set has the name, or no folder is known to look in.
    pub fn find(&self, name: &str) -> Result<Finding, DataError> {
        self.find_card(Card::named(name)?)
    }

    /// Reads a set by name and reports what was checked.
    ///
    /// # Errors
    ///
    /// As [`Shelf::load`].
    pub fn verify(&self, name: &str) -> Result<Report, DataError> {
        self.verify_card(Card::named(name)?)
    }

    /// Makes sure that a set is on the shelf and right: what is lacking or damaged is downloaded into `NAME/`. Gives the
    /// folder of the set.
    ///
    /// # Errors
    ///
    /// When no set has the name, it is built in, the folder cannot be written, or no mirror gave a file.
    pub fn fetch(&self, name: &str, progress: &mut dyn Progress) -> Result<PathBuf, DataError> {
        let card = Card::named(name)?;
        let mirrors = match card.origin {
            Origin::Idx(set) => set.mirrors,
            Origin::BuiltIn => &[],
        };
        self.fetch_card(card, mirrors, &Patience::default(), progress)
    }

    /// As [`Shelf::load`], for a set that need not be in [`CARDS`](super::CARDS).
    ///
    /// # Errors
    ///
    /// When files of the set are missing or damaged.
    pub fn load_card(&self, card: &Card) -> Result<Dataset, DataError> {
        Ok(self.read(card)?.0)
    }

    /// As [`Shelf::verify`], for a set that need not be in [`CARDS`](super::CARDS).
    ///
    /// # Errors
    ///
    /// When files of the set are missing or damaged.
    pub fn verify_card(&self, card: &Card) -> Result<Report, DataError> {
        Ok(self.read(card)?.1)
    }

    /// As [`Shelf::find`], for a set that need not be in [`CARDS`](super::CARDS).
    ///
    /// # Errors
    ///
    /// When no folder is known to look in.
    pub fn find_card(&self, card: &Card) -> Result<Finding, DataError> {
        let Origin::Idx(set) = &card.origin else {
            return Ok(Finding::BuiltIn);
        };
        let root = self.root().ok_or(DataError::NoFolder)?;
        let mut looked = vec![root.join(card.name), root.join(set.torchvision).join("raw")];
        if set.is_unmistakable() {
            looked.push(root.to_owned());
        }
        let mut fewest: Option<Vec<String>> = None;
        for folder in &looked {
            let found = set.files.map(|file| locate(folder, file.name));
            let lacks = |(file, path): (_, &Option<_>)| path.is_none().then_some(file);
            let names = set.files.iter().map(|file| file.name);
            let absent: Vec<String> = names.zip(&found).filter_map(lacks).map(str::to_owned).collect();
            if absent.is_empty() {
                return Ok(Finding::Present {
                    folder: folder.clone(),
                    files: found.into_iter().flatten().collect(),
                });
            }
            if fewest.as_ref().is_none_or(|f| absent.len() < f.len()) {
                fewest = Some(absent);
            }
        }
        Ok(Finding::Missing { looked, absent: fewest.unwrap_or_default() })
    }

    /// As [`Shelf::fetch`], for a set that need not be in [`CARDS`](super::CARDS), from the mirrors given and not those
    /// of the card.
    ///
    /// # Errors
    ///
    /// As [`Shelf::fetch`].
    pub fn fetch_card(
        &self,
        card: &Card,
        mirrors: &[&str],
        patience: &Patience,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, DataError> {
        let Origin::Idx(set) = &card.origin else {
            return Err(DataError::BuiltIn { name: card.name.to_owned() });
        };
        if let Finding::Present { folder, files } = self.find_card(card)?
            && set::read(card, set, &folder, &files).is_ok()
        {
            return Ok(folder);
        }
        let folder = self.root().ok_or(DataError::NoFolder)?.join(card.name);
        fs::create_dir_all(&folder).map_err(|e| DataError::io("create", &folder, e))?;
        let _lock = fetch::lock(&folder)?;
        for (i, file) in set.files.iter().enumerate() {
            if is_right(card, set, i, &folder) {
                continue;
            }
            let content = set::content_length(card, i);
            let wanted = Wanted {
                file: format!("{}.gz", file.name),
                folder: &folder,
                mirrors,
                // What does not compress grows by 5 bytes for each block of at most 64 KiB, and a header.
                most: content + content / 1000 + 4096,
                check: &|path| set::check_download(card, set, i, path),
            };
            fetch::download(&wanted, patience, progress)?;
        }
        Ok(folder)
    }

    fn read(&self, card: &Card) -> Result<(Dataset, Report), DataError> {
        let Origin::Idx(set) = &card.origin else {
            let dataset = digits::load(card)?;
            let report = Report {
                name: dataset.name.clone(),
                source: dataset.source.clone(),
                files: Vec::new(),
                fingerprint: dataset.fingerprint.clone(),
            };
            return Ok((dataset, report));
        };
        match self.find_card(card)? {
            Finding::Present { folder, files } => set::read(card, set, &folder, &files),
            Finding::Missing { looked, absent } => {
                Err(DataError::Missing { name: card.name.to_owned(), looked, absent })
            }
            Finding::BuiltIn => Err(DataError::BuiltIn { name: card.name.to_owned() }),
        }
    }
}

/// The file under its own name or gzipped. The gzipped one goes first: it is the one that a download replaces.
fn locate(folder: &Path, name: &str) -> Option<PathBuf> {
    [format!("{name}.gz"), name.to_owned()]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}

fn is_right(card: &Card, set: &IdxSet, i: usize, folder: &Path) -> bool {
    locate(folder, set.files[i].name).is_some_and(|path| set::read_file(card, set, i, &path).is_ok())
}

#[cfg(test)]
mod tests;
