//! The operator's folder of fonts, which texts can name and fall back on.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::font::Font;

/// Bytes that a font in the folder may have. More than one that is sent may: fonts of Chinese, Japanese and Korean have 20 MB and more.
pub const MAX_FOLDER_FONT_BYTES: u64 = 64 << 20;

/// Folders inside of folders that are looked into.
const MAX_DEPTH: u32 = 8;

/// Ends of names of files that are fonts.
const EXTENSIONS: [&str; 6] = ["ttf", "otf", "ttc", "otc", "woff", "woff2"];

/// Fonts in a folder, in the order of their paths, which is the order in which texts fall back on them.
///
/// Of each, the names and the characters are kept. Its bytes are read when a text first needs it, and kept from then on.
#[derive(Debug, Default)]
pub struct FontFolder {
    /// The fonts that can be read.
    entries: Vec<Entry>,
    /// The files that cannot be.
    problems: Vec<Problem>,
    /// The digest of all fonts and their paths.
    fingerprint: [u8; 32],
}

/// A file in a folder of fonts that is not a font, or not one that can be used.
#[derive(Debug)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Why it cannot be used.
    pub error: Error,
}

/// A font without its bytes.
#[derive(Debug)]
struct Entry {
    /// Its file.
    path: PathBuf,
    /// The names it can be asked for by.
    names: Vec<String>,
    /// How far it is from the one that is meant by the name of a family.
    strangeness: u32,
    /// The characters that it has, as ranges with their last, in order.
    characters: Vec<(u32, u32)>,
    /// The font, once it was needed; nothing if it could not be read again.
    font: OnceLock<Option<Font>>,
}

impl FontFolder {
    /// Finds the fonts in a folder and the folders inside of it.
    ///
    /// A file that is no font, or broken, is left out: it is logged, and among the [`problems`](Self::problems).
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if the folder itself cannot be read.
    pub fn scan(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let mut paths = Vec::new();
        find(folder, MAX_DEPTH, &mut paths).map_err(|source| unreadable(folder, source))?;
        paths.sort();
        let mut scanned = Self::default();
        let mut hash = Sha256::new();
        for path in paths {
            let file = read(&path);
            if let Ok(bytes) = &file {
                let name = path.strip_prefix(folder).unwrap_or(&path).as_os_str().as_encoded_bytes();
                hash.update((name.len() as u64).to_le_bytes());
                hash.update(name);
                hash.update(Sha256::digest(bytes));
            }
            match file.and_then(font) {
                Ok(font) => scanned.entries.push(Entry::new(path, &font)),
                Err(error) => {
                    tracing::warn!(font.path = %path.display(), %error, "a font cannot be used");
                    scanned.problems.push(Problem { path, error });
                }
            }
        }
        scanned.fingerprint = hash.finalize().into();
        Ok(scanned)
    }

    /// Returns a digest of all files and their paths in the folder, as they were when it was scanned: of what decides how a text looks that
    /// names a font or falls back on one.
    #[must_use]
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// Returns the font with this name, in upper or lower case: the name of a family, such as `Noto Sans`, the full name of a font,
    /// such as `Noto Sans Bold`, or the name of its file without the ending.
    ///
    /// Of a family it is the upright one whose weight is nearest to 400.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Font> {
        let named = self.entries.iter().filter(|entry| entry.is_called(name));
        named.min_by_key(|entry| entry.strangeness)?.font()
    }

    /// Returns the names that fonts can be found by: for each, the first of its own, without those that came before.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.entries.iter().filter_map(|entry| entry.names.first()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Returns the number of fonts.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there is no font.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the files that could not be used.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the paths of fonts that may have the characters which another font lacks, the best first: the nearest in style of the same family,
    /// since many families come as a file for each script; then all others in their order.
    pub(crate) fn fallback_order(&self, lacking: &Font) -> Vec<usize> {
        let family = lacking.names().into_iter().next();
        let strangeness = lacking.strangeness();
        let distance = |entry: &Entry| {
            let is_related = family.as_ref().is_some_and(|family| entry.is_called(family));
            if is_related { entry.strangeness.abs_diff(strangeness) } else { u32::MAX }
        };
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        // Stable: the order of the folder decides between equals.
        order.sort_by_cached_key(|&place| distance(&self.entries[place]));
        order
    }

    /// Returns the first font in an order that has all of some characters, and where it is.
    pub(crate) fn fallback(&self, characters: &[char], order: &[usize]) -> Option<(usize, Font)> {
        let has_all = |place: &usize| characters.iter().all(|it| self.entries[*place].has(*it));
        order.iter().copied().filter(has_all).find_map(|place| Some((place, self.entries[place].font()?)))
    }
}

impl Entry {
    /// Keeps the description of a font.
    fn new(path: PathBuf, font: &Font) -> Self {
        let mut names = font.names();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        Self { path, names, strangeness: font.strangeness(), characters: font.characters(), font: OnceLock::new() }
    }

    /// Tells whether this is one of its names.
    fn is_called(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        self.names.iter().any(|own| own.to_lowercase() == name)
    }

    /// Tells whether it has a character.
    fn has(&self, character: char) -> bool {
        let code = u32::from(character);
        let place = self.characters.binary_search_by(|&(first, last)| {
            if last < code {
                Ordering::Less
            } else if first > code {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        });
        place.is_ok()
    }

    /// Returns the font, read now if it was not yet; none if that fails, which is logged, once.
    fn font(&self) -> Option<Font> {
        let read = || {
            read(&self.path)
                .and_then(font)
                .inspect_err(|error| {
                    tracing::warn!(font.path = %self.path.display(), %error, "a font cannot be used any more");
                })
                .ok()
        };
        self.font.get_or_init(read).clone()
    }
}

/// Gathers the paths of fonts in a folder; a folder inside that cannot be read is logged and left out.
fn find(folder: &Path, depth: u32, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link to a folder is not followed: it may lead round.
        if entry.file_type()?.is_dir() {
            if depth > 0
                && let Err(error) = find(&path, depth - 1, paths)
            {
                tracing::warn!(font.path = %path.display(), %error, "a folder of fonts cannot be read");
            }
        } else if is_font(&path) && path.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

/// Tells whether a file has the name of a font.
fn is_font(path: &Path) -> bool {
    path.extension().is_some_and(|own| EXTENSIONS.iter().any(|it| own.eq_ignore_ascii_case(it)))
}

/// Reads a file, as far as a font may be long.
fn read(path: &Path) -> Result<Bytes, Error> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FOLDER_FONT_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|source| unreadable(path, source))?;
    Ok(bytes.into())
}

/// Makes a font of the bytes of its file.
fn font(bytes: Bytes) -> Result<Font, Error> {
    Font::read_within(bytes, MAX_FOLDER_FONT_BYTES)
}

/// Makes the error for a path that could not be read.
fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::Unreadable { path: path.to_owned(), source }
}
