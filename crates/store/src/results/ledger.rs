//! The file that keeps the marks of results in a folder: a line of JSON for each result, in the order in which they were made.
//!
//! ```json
//! {"target":"2026/lake.webp","mark":"5f1c…","sha256":"9b0e…"}
//! ```
//!
//! A process only ever adds lines, to a file of its own: processes that share a folder have different names. A last line that was cut
//! off when a process was killed is no JSON, and does not count. When most lines were overtaken by later ones, the file is written anew.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::part::part_in;
use crate::{Error, Key};

/// How the names of such files begin and end; between is the word of the process.
const NAME: [&str; 2] = [".palmette-batch", ".jsonl"];

/// Lines that a file may have beside one for each result, before it is written anew.
const SPARE_LINES: usize = 1000;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The result, by its key.
    pub(super) target: String,
    /// What it was made of.
    pub(super) mark: String,
    /// The digest of its bytes.
    pub(super) sha256: String,
}

/// The lines of all processes, and the file of this one.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    /// The file, once something was added.
    file: Option<File>,
    /// For each result, the marks that it has had and the digest that went with them.
    known: HashMap<String, HashMap<String, String>>,
}

impl Ledger {
    /// Reads what all processes have written.
    pub(super) fn open(folder: &Path, writer: &str) -> Result<Self, Error> {
        let [start, end] = NAME;
        let dot = if writer.is_empty() { "" } else { "." };
        let path = folder.join(format!("{start}{dot}{writer}{end}"));
        let mut ledger = Self { path, file: None, known: HashMap::new() };
        let unreadable = |source| Error::Read { path: folder.to_owned(), source };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ledger),
            Err(error) => return Err(unreadable(error)),
        };
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let is_one = entry.file_name().to_str().is_some_and(|name| name.starts_with(start) && name.ends_with(end));
            if is_one {
                ledger.read(&entry.path())?;
            }
        }
        Ok(ledger)
    }

    /// Reads a file. One of this process's that has grown too long is written anew.
    fn read(&mut self, path: &Path) -> Result<(), Error> {
        let unreadable = |source| Error::Read { path: path.to_owned(), source };
        let mut lines = 0;
        // Later lines overtake earlier ones, so the last of each result is kept.
        let mut last: HashMap<String, Entry> = HashMap::new();
        for line in BufReader::new(File::open(path).map_err(unreadable)?).split(b'\n') {
            let Ok(entry) = serde_json::from_slice::<Entry>(&line.map_err(unreadable)?) else { continue };
            lines += 1;
            self.known.entry(entry.target.clone()).or_default().insert(entry.mark.clone(), entry.sha256.clone());
            last.insert(entry.target.clone(), entry);
        }
        if path == self.path && lines > 2 * last.len() + SPARE_LINES {
            self.write_anew(last.values()).map_err(|source| Error::Write { path: path.to_owned(), source })?;
        }
        Ok(())
    }

    /// Replaces the file by one with these lines alone.
    fn write_anew<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = part_in(folder)?;
        let text: Vec<u8> = entries.map(line).collect::<io::Result<Vec<_>>>()?.concat();
        file.write_all(&text)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Returns the digest that a result had when it was made of what a mark stands for.
    pub(super) fn digest(&self, key: &Key, mark: &str) -> Option<String> {
        self.known.get(key.as_str())?.get(mark).cloned()
    }

    /// Adds a line.
    pub(super) fn add(&mut self, entry: Entry) -> Result<(), Error> {
        self.append(&entry).map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.known.entry(entry.target).or_default().insert(entry.mark, entry.sha256);
        Ok(())
    }

    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(open_to_append(&self.path)?),
        };
        file.write_all(&line(entry)?)
    }
}

/// Opens a file to add lines to. A line that was cut off is ended first, or the next one would be lost with it.
fn open_to_append(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(target: &str, mark: &str) -> Entry {
        Entry { target: target.to_owned(), mark: mark.to_owned(), sha256: format!("digest of {mark}") }
    }

    fn digest(folder: &Path, mark: &str) -> Option<String> {
        Ledger::open(folder, "").unwrap().digest(&Key::parse("a").unwrap(), mark)
    }

    #[test]
    fn ledger_survives_a_line_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for mark in ["1", "2", "3"] {
            Ledger::open(path, "").unwrap().add(entry("a", mark)).unwrap();
            let mut file = OpenOptions::new().append(true).open(path.join(".palmette-batch.jsonl")).unwrap();
            file.write_all(br#"{"target":"a","mark":"#).unwrap();
        }
        for mark in ["1", "2", "3"] {
            assert_eq!(digest(path, mark).unwrap(), format!("digest of {mark}"));
        }
        assert_eq!(digest(path, "4"), None);
    }

    #[test]
    fn ledger_has_the_lines_of_all_who_write() {
        let folder = tempfile::tempdir().unwrap();
        for writer in ["0-of-2", "1-of-2"] {
            Ledger::open(folder.path(), writer).unwrap().add(entry("a", writer)).unwrap();
        }
        assert!(folder.path().join(".palmette-batch.1-of-2.jsonl").is_file());
        assert!(digest(folder.path(), "0-of-2").is_some() && digest(folder.path(), "1-of-2").is_some());
    }

    #[test]
    fn ledger_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let lines = || fs::read_to_string(folder.path().join(".palmette-batch.jsonl")).unwrap().lines().count();
        let mut ledger = Ledger::open(folder.path(), "").unwrap();
        for mark in 0..=SPARE_LINES + 2 {
            ledger.add(entry("a", &mark.to_string())).unwrap();
        }
        let last = (SPARE_LINES + 2).to_string();
        assert!(digest(folder.path(), &last).is_some());
        assert_eq!(lines(), 1);
        assert!(digest(folder.path(), &last).is_some());
    }
}
