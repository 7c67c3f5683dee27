//! The file of a net.
//!
//! Everything is little-endian. A list or a text begins with its length, 32 bits.
//!
//! ```text
//! magic     8 bytes, "palmnet\n"
//! version   32 bits: 1
//! about     name, version, licence: texts in UTF-8; sources: a list of 32 bytes each; numbers: a list of name and list of 32 bits
//! inputs    a list: channels 32 bits, low 16, high 16
//! layers    a list: kind 8 bits, inputs: a list of 32 bits, then what the kind has (see `write.rs`)
//! outputs   a list of 32 bits
//! checksum  32 bits: CRC-32 of everything before
//! ```
//!
//! A net has one file: reading and writing again gives the same bytes. Files are not trusted: a list takes no more memory than its
//! bytes are there for, and [`Net::new`] checks what was read.

mod read;
mod write;

#[cfg(test)]
mod tests;

use crate::Error;
use crate::net::Net;

/// What a file begins with.
const MAGIC: [u8; 8] = *b"palmnet\n";

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// The kinds of layers, as files number them.
mod kind {
    pub(super) const CONVOLUTION: u8 = 1;
    pub(super) const DEPTHWISE: u8 = 2;
    pub(super) const ADD: u8 = 3;
    pub(super) const MAX_POOL: u8 = 4;
    pub(super) const GLOBAL_AVERAGE: u8 = 5;
    pub(super) const NEAREST: u8 = 6;
    pub(super) const BILINEAR: u8 = 7;
    pub(super) const CONCAT: u8 = 8;
    pub(super) const PAD_CHANNELS: u8 = 9;
    pub(super) const PIXEL_SHUFFLE: u8 = 10;
    pub(super) const TABLE: u8 = 11;
}

impl Net {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`Error::NotANet`], [`Error::OtherVersion`], [`Error::Truncated`], [`Error::WrongChecksum`] and [`Error::Malformed`] if it is no
    /// file of this version, and those of [`Net::new`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(Error::NotANet)?;
        let version = rest.first_chunk().map(|&version| u32::from_le_bytes(version)).ok_or(Error::Truncated)?;
        if version != VERSION {
            return Err(Error::OtherVersion { version, known: VERSION });
        }
        let (all, checksum) = bytes.split_last_chunk().ok_or(Error::Truncated)?;
        if crc32fast::hash(all) != u32::from_le_bytes(*checksum) {
            return Err(Error::WrongChecksum);
        }
        read::net(&all[MAGIC.len() + 4..])
    }

    /// Writes a file.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        write::net(self, &mut bytes);
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }
}
