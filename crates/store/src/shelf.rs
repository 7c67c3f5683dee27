//! A folder of things that may be lost, such as results that can be made again: of bounded size, and whatever happens to the process or the
//! machine, never with anything in it that is half there.
//!
//! Each thing is a file that is named by its [`ShelfKey`], and begins with a digest of the key and of all that follows. It is written beside its
//! name and renamed, so a process that is killed leaves no half of it. Nothing waits for the disk: what a power failure tears has another digest,
//! and counts as not there, as does whatever else a disk makes of it.
//!
//! What is on the shelf is known in memory, by 32 bytes and a size each. The library that keeps results in memory decides here, too, what makes
//! room for others. Several processes may share a folder: each makes room by itself, and what another one removed is just not there.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use quick_cache::sync::Cache as Entries;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::hex::to_hex;
use crate::part::{part_in, sweep};

/// How a file begins.
const MAGIC: &[u8; 8] = b"PALSHLF1";

/// The bytes in front of the content: that, and the digest.
const HEAD_BYTES: usize = MAGIC.len() + 32;

/// What files are rounded up to on most disks.
const BLOCK_BYTES: u64 = 4096;

/// The name of a thing: a digest of what it was made of.
pub type ShelfKey = [u8; 32];

/// A folder of things that may be lost.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    /// The sizes of the files.
    entries: Entries<ShelfKey, u64, Weight, DefaultHashBuilder, Collecting>,
}

/// The room that a file takes.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<ShelfKey, u64> for Weight {
    fn weight(&self, _: &ShelfKey, bytes: &u64) -> u64 {
        bytes.div_ceil(BLOCK_BYTES) * BLOCK_BYTES
    }
}

/// Remembers what has to make room, until the lock is free.
#[derive(Clone, Debug)]
struct Collecting;

impl Lifecycle<ShelfKey, u64> for Collecting {
    type RequestState = Vec<ShelfKey>;

    fn on_evict(&self, evicted: &mut Vec<ShelfKey>, key: ShelfKey, _: u64) {
        evicted.push(key);
    }
}

impl Shelf {
    /// Opens a folder, which need not exist, for files of at most so many bytes together. What is in it and was not used for longest goes first.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the folder cannot be made, [`Error::List`] if it cannot be listed.
    pub fn open(folder: impl Into<PathBuf>, max_bytes: u64) -> Result<Self, Error> {
        /// A guess at the size of a file, by which the library makes room for its tables.
        const TYPICAL_BYTES: u64 = 50_000;
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
        let items = usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX).clamp(16, 1 << 24);
        // One shard, since a file must fit into one.
        let options =
            OptionsBuilder::new().shards(1).estimated_items_capacity(items).weight_capacity(max_bytes).build();
        let options = options.expect("both capacities are given");
        let entries = Entries::with_options(options, Weight, DefaultHashBuilder::default(), Collecting);
        let shelf = Self { folder, entries };
        let mut found = shelf.list().map_err(|source| Error::List { path: shelf.folder.clone(), source })?;
        found.sort_by_key(|&(_, _, changed)| changed);
        for (key, bytes, _) in found {
            shelf.enter(key, bytes);
        }
        Ok(shelf)
    }

    /// Finds the files that are there: key, size, and when they were written. What others left half written is removed, if they are dead.
    fn list(&self) -> io::Result<Vec<(ShelfKey, u64, SystemTime)>> {
        let mut found = Vec::new();
        for part in fs::read_dir(&self.folder)? {
            let part = part?;
            if !part.file_type()?.is_dir() {
                continue;
            }
            sweep(&part.path())?;
            for file in fs::read_dir(part.path())?.flatten() {
                let key = file.file_name().to_str().and_then(parse);
                let facts = file.metadata().ok().filter(fs::Metadata::is_file);
                if let (Some(key), Some(facts)) = (key, facts) {
                    found.push((key, facts.len(), facts.modified().unwrap_or(SystemTime::UNIX_EPOCH)));
                }
            }
        }
        Ok(found)
    }

    /// Tells whether a thing is probably there, without asking the disk.
    #[must_use]
    pub fn has(&self, key: &ShelfKey) -> bool {
        self.entries.contains_key(key)
    }

    /// Reads a thing; nothing if it is not there, or not whole, and then it is removed.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the disk fails.
    pub fn get(&self, key: &ShelfKey) -> Result<Option<Bytes>, Error> {
        if self.entries.get(key).is_none() {
            return Ok(None);
        }
        let path = self.path(key);
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.entries.remove(key);
                return Ok(None);
            }
            Err(source) => return Err(Error::Read { path, source }),
        };
        let content = unpack(key, Bytes::from(bytes));
        if content.is_none() {
            self.remove(key);
        }
        Ok(content)
    }

    /// Puts a thing on the shelf, in pieces, and removes others if there is no room.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the disk fails, or is full; then nothing has changed.
    pub fn put(&self, key: &ShelfKey, content: &[&[u8]]) -> Result<usize, Error> {
        let path = self.path(key);
        let unwritable = |source| Error::Write { path: path.clone(), source };
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(unwritable)?;
        let mut part = part_in(folder).map_err(unwritable)?;
        for piece in [&head(key, content)[..]].into_iter().chain(content.iter().copied()) {
            part.write_all(piece).map_err(unwritable)?;
        }
        part.persist(&path).map_err(|error| unwritable(error.error))?;
        let bytes = HEAD_BYTES + content.iter().map(|piece| piece.len()).sum::<usize>();
        Ok(self.enter(*key, bytes as u64))
    }

    /// Removes a thing, if it is there.
    pub fn remove(&self, key: &ShelfKey) {
        self.entries.remove(key);
        // If it stays, it is found at the next start, and is still what its name says.
        let _ = fs::remove_file(self.path(key));
    }

    /// Returns the number of things, and the bytes of their files.
    #[must_use]
    pub fn load(&self) -> (usize, u64) {
        (self.entries.len(), self.entries.weight())
    }

    /// Counts a file that is there, and removes those that have to make room; says how many.
    fn enter(&self, key: ShelfKey, bytes: u64) -> usize {
        let mut evicted = Vec::new();
        self.entries.insert_with_lifecycle(key, bytes, &mut evicted);
        for key in &evicted {
            let _ = fs::remove_file(self.path(key));
        }
        evicted.len()
    }

    /// Returns the path of a file: in one of 256 folders, since some systems are slow with large ones.
    fn path(&self, key: &ShelfKey) -> PathBuf {
        let name = name(key);
        self.folder.join(&name[..2]).join(name)
    }
}

/// Makes the head of a file.
pub(crate) fn head(key: &ShelfKey, content: &[&[u8]]) -> Vec<u8> {
    [&MAGIC[..], &digest(key, content)].concat()
}

/// Returns the content of a file, if it is whole and that of its name.
pub(crate) fn unpack(key: &ShelfKey, file: Bytes) -> Option<Bytes> {
    let (head, content) = file.split_at_checked(HEAD_BYTES)?;
    let (magic, known) = head.split_at(MAGIC.len());
    let is_whole = magic == MAGIC && known == digest(key, &[content]);
    is_whole.then(|| file.slice(HEAD_BYTES..))
}

/// Digests a key and the content in pieces.
fn digest(key: &ShelfKey, content: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(key);
    content.iter().for_each(|piece| hash.update(piece));
    hash.finalize().into()
}

/// Writes a key in hexadecimal digits.
pub(crate) fn name(key: &ShelfKey) -> String {
    to_hex(key)
}

/// Reads a key that was written so.
fn parse(name: &str) -> Option<ShelfKey> {
    let mut key = [0; 32];
    let digits = name.as_bytes();
    if digits.len() != 2 * key.len() || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..digits.len()).step_by(2)) {
        *byte = u8::from_str_radix(&name[at..at + 2], 16).ok()?;
    }
    Some(key)
}

/// Reads a file.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(file.metadata()?.len()).unwrap_or(0)).map_err(io::Error::other)?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> ShelfKey {
        [number; 32]
    }

    fn get(shelf: &Shelf, number: u8) -> Option<Bytes> {
        shelf.get(&key(number)).unwrap()
    }

    #[test]
    fn shelves_keep_things_from_one_process_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/cache");
        let shelf = Shelf::open(&path, 100_000).unwrap();
        assert_eq!((get(&shelf, 1), shelf.load()), (None, (0, 0)));
        shelf.put(&key(1), &[b"some", b"", b"thing"]).unwrap();
        shelf.put(&key(2), &[]).unwrap();
        assert_eq!(get(&shelf, 1).unwrap(), "something");
        let again = Shelf::open(&path, 100_000).unwrap();
        assert_eq!(
            (get(&again, 1).unwrap(), get(&again, 2).unwrap(), get(&again, 3)),
            ("something".into(), Bytes::new(), None)
        );
        assert_eq!(again.load(), (2, 2 * BLOCK_BYTES));
        again.remove(&key(1));
        assert_eq!((get(&again, 1), Shelf::open(&path, 100_000).unwrap().load().0), (None, 1));
        assert_eq!((get(&shelf, 1), shelf.load().0), (None, 1), "another process removed it");
    }

    #[test]
    fn shelves_take_nothing_that_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path(), 1_000_000).unwrap();
        let whole = {
            shelf.put(&key(1), &[&[7; 100]]).unwrap();
            fs::read(shelf.path(&key(1))).unwrap()
        };
        assert_eq!(whole.len(), HEAD_BYTES + 100);
        for length in [0, 1, 7, 8, 39, 40, 41, 139] {
            fs::write(shelf.path(&key(1)), &whole[..length]).unwrap();
            let again = Shelf::open(folder.path(), 1_000_000).unwrap();
            assert_eq!(get(&again, 1), None, "{length}");
            assert!(!shelf.path(&key(1)).exists());
        }
        for place in [0, 8, 39, 40, 139] {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(shelf.path(&key(1)), changed).unwrap();
            assert_eq!(get(&Shelf::open(folder.path(), 1_000_000).unwrap(), 1), None, "{place}");
        }
        // Whole, but not what its name says.
        fs::create_dir_all(shelf.path(&key(2)).parent().unwrap()).unwrap();
        fs::write(shelf.path(&key(2)), &whole).unwrap();
        assert_eq!(get(&Shelf::open(folder.path(), 1_000_000).unwrap(), 2), None);
    }

    #[test]
    fn shelves_stay_within_their_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let files = || {
            let folders = fs::read_dir(folder.path()).unwrap();
            folders.flat_map(|part| fs::read_dir(part.unwrap().path()).unwrap()).count()
        };
        let shelf = Shelf::open(folder.path(), 10 * BLOCK_BYTES).unwrap();
        let evicted: usize = (0..100).map(|number| shelf.put(&key(number), &[&[number; 100]]).unwrap()).sum();
        let (count, bytes) = shelf.load();
        assert!((5..=10).contains(&count) && bytes <= 10 * BLOCK_BYTES, "{count}, {bytes}");
        assert_eq!((files(), evicted), (count, 100 - count));
        shelf.put(&key(200), &[&[1; 100_000]]).unwrap();
        assert_eq!((get(&shelf, 200), files()), (None, shelf.load().0), "it has no room at all");
        // There is less room at the next start.
        let less = Shelf::open(folder.path(), 3 * BLOCK_BYTES).unwrap();
        assert!(less.load().0 <= 3 && files() == less.load().0);
    }

    #[test]
    fn shelves_leave_alone_what_is_not_theirs() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        fs::create_dir_all(folder.path().join("ab")).unwrap();
        for name in ["photo.jpg", &"A".repeat(64), &"é".repeat(32)] {
            fs::write(folder.path().join("ab").join(name), "mine").unwrap();
        }
        assert_eq!(Shelf::open(folder.path(), 0).unwrap().load(), (0, 0));
        assert_eq!(fs::read_dir(folder.path().join("ab")).unwrap().count(), 3);
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(Shelf::open(folder.path().join("file"), 1), Err(Error::Write { .. })));
    }
}
