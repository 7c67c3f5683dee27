//! Files, where `-` stands for standard input and output.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::error::Error;

/// The name that stands for standard input and output.
pub(crate) const STANDARD: &str = "-";

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Reads a whole file of at most `max_bytes`.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    read_chunks(path, |chunk| {
        bytes.extend_from_slice(chunk);
        if bytes.len() as u64 > max_bytes {
            Err(Error::FileTooLarge { path: path.to_owned(), max_bytes })
        } else {
            Ok(())
        }
    })?;
    Ok(bytes)
}

/// Reads a file piece by piece, until its end or the first error.
pub(crate) fn read_chunks(path: &Path, mut on_chunk: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let unreadable = |source| Error::Read { path: path.to_owned(), source };
    let mut file: Box<dyn Read> =
        if is_standard(path) { Box::new(io::stdin().lock()) } else { Box::new(File::open(path).map_err(unreadable)?) };
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => on_chunk(&chunk[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}

/// Writes a whole file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let outcome = if is_standard(path) {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    } else {
        std::fs::write(path, bytes)
    };
    outcome.map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Tells whether a name stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD)
}
