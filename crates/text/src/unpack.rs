//! WOFF and WOFF2 become plain fonts, within a limit that is kept before memory is taken.
//!
//! Both formats say in their directory how large each table is unpacked. So the memory for a file is added up from the directory
//! first; the decompressors then get exactly that much room. A WOFF may also name the same bytes as many tables, which would make
//! it large without any compression: that too shows in the sum.

use std::error::Error as StdError;
use std::io::Read;

use bytes::Bytes;
use flate2::read::ZlibDecoder;

use crate::Error;

/// Bytes that a font may have once it is unpacked: three times the limit of a file, and more than any font that is
/// sent over a network. The unpacked tables and the font made of them lie in memory together for a moment.
pub const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// Bytes of the header of a WOFF file.
const WOFF_HEADER_BYTES: usize = 44;
/// Bytes of an entry in the directory of a WOFF file: tag, offset, packed length, unpacked length, checksum.
const WOFF_ENTRY_BYTES: usize = 20;
/// Bytes of an entry in the directory of a plain font.
const PLAIN_ENTRY_BYTES: u64 = 16;

/// Unpacks a WOFF file.
///
/// # Errors
///
/// [`Error::DamagedPacking`], [`Error::UnpackedTooLarge`].
pub(crate) fn woff(file: &[u8]) -> Result<Bytes, Error> {
    check_woff_directory(file)?;
    let mut inflate = |packed: &[u8], length: usize| -> Result<Vec<u8>, Box<dyn StdError>> {
        let mut table = Vec::new();
        ZlibDecoder::new(packed).take(length as u64).read_to_end(&mut table)?;
        Ok(table)
    };
    let plain = wuff::decompress_woff1_with_custom_z(file, &mut inflate).map_err(|_| Error::DamagedPacking)?;
    Ok(plain.into())
}

/// Adds up the unpacked tables of a WOFF file.
fn check_woff_directory(file: &[u8]) -> Result<(), Error> {
    let count = file.get(12..14).ok_or(Error::DamagedPacking)?;
    let count = usize::from(u16::from_be_bytes([count[0], count[1]]));
    let directory =
        file.get(WOFF_HEADER_BYTES..WOFF_HEADER_BYTES + count * WOFF_ENTRY_BYTES).ok_or(Error::DamagedPacking)?;
    let mut total = 0_u64;
    for entry in directory.as_chunks::<WOFF_ENTRY_BYTES>().0 {
        let number = |at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
        let (packed, unpacked) = (number(8), number(12));
        // The format forbids a table that packing made larger.
        if packed > unpacked {
            return Err(Error::DamagedPacking);
        }
        total += u64::from(unpacked) + PLAIN_ENTRY_BYTES;
    }
    within(total)
}

/// Unpacks a WOFF2 file.
///
/// # Errors
///
/// [`Error::DamagedPacking`], [`Error::UnpackedTooLarge`], and [`Error::CompressedCollection`] for a file of several fonts: they
/// may share tables so often that a small file names a huge font.
pub(crate) fn woff2(file: &[u8]) -> Result<Bytes, Error> {
    if file.get(4..8) == Some(b"ttcf") {
        return Err(Error::CompressedCollection);
    }
    let mut too_large = false;
    let mut inflate = |packed: &[u8], length: usize| -> Result<Vec<u8>, Box<dyn StdError>> {
        too_large = within(length as u64).is_err();
        if too_large {
            return Err(Box::new(wuff::WuffErr::GenericError));
        }
        let mut tables = Vec::new();
        brotli_decompressor::Decompressor::new(packed, 1 << 16).take(length as u64).read_to_end(&mut tables)?;
        Ok(tables)
    };
    let plain = wuff::decompress_woff2_with_custom_brotli(file, &mut inflate);
    match plain {
        Ok(plain) => {
            within(plain.len() as u64)?;
            Ok(plain.into())
        }
        Err(_) if too_large => Err(Error::UnpackedTooLarge { max_bytes: MAX_UNPACKED_BYTES }),
        Err(_) => Err(Error::DamagedPacking),
    }
}

/// Compares a length with the limit.
fn within(bytes: u64) -> Result<(), Error> {
    if bytes > MAX_UNPACKED_BYTES { Err(Error::UnpackedTooLarge { max_bytes: MAX_UNPACKED_BYTES }) } else { Ok(()) }
}
