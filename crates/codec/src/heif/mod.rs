//! Pictures in boxes: the container that AVIF and HEIC share (ISO base media file, HEIF, MIAF), read by code of our own.
//!
//! [`Picture::read`] finds what a file shows: the item that it names as its picture, or the first sample of its first track
//! that is one; of how many cells it is put together; its alpha, its colours, and how it is cut and turned. What else a file
//! holds (thumbnails, depth, gain maps, sound) is passed over and bound by no limit.
//!
//! Written in safe Rust and not taken from a package: of those there are, none knew alpha by cell, colours by profile and by
//! numbers at once, and transformations, and two of them made gigabytes of a file of a megabyte.
//!
//! Nothing is decoded here, and nothing is believed: sizes are only reported, and are checked where room for pixels is made.

mod boxes;
mod meta;
mod payload;
mod picture;
mod property;
mod sequence;
mod view;

use crate::{Cause, Error, Format};

pub(crate) use self::picture::{Coding, Picture, Prefer};
#[cfg(feature = "avif")]
pub(crate) use self::picture::{Layer, Tile};
pub(crate) use self::property::Nclx;
pub(crate) use self::view::View;

/// Items at most: a grid has up to 65,536 cells, each of which may have its alpha.
const MAX_ITEMS: usize = 150_000;

/// Tells whether the picture of a file is coded as AV1.
pub(crate) fn is_av1(bytes: &[u8]) -> bool {
    Picture::read(bytes, Prefer::Tracks).is_ok_and(|picture| picture.color.coding == Coding::Av1)
}

/// Why a container cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It makes no sense, in these words.
    Damaged(&'static str),
    /// It makes sense, but is of a kind that is not decoded: its name.
    Unsupported(&'static str),
}

impl Fault {
    /// Bytes are missing.
    const CUT_OFF: Self = Self::Damaged("its container is cut off");

    /// A property has to be followed to show the picture, and is not known here.
    const UNKNOWN_PROPERTY: Self = Self::Unsupported("HEIF with an essential property that is not known");

    /// Makes the error of a file of the given format.
    pub(crate) fn into_error(self, format: Format) -> Error {
        match self {
            Self::Damaged(reason) => Error::Damaged { format, source: Cause::new(reason) },
            Self::Unsupported(name) => Error::UnsupportedInput { name },
        }
    }
}
