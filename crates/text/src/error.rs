//! Everything that can go wrong between a font and a finished picture.

use std::path::PathBuf;

use palmette_ops::Class;

/// A failure to read a font, or to set a text with one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Occurs when bytes begin like no font that is read here.
    #[error("not a font in a supported format (TrueType, OpenType, WOFF, WOFF2)")]
    UnknownFormat,
    /// Occurs when a font has more bytes than are read.
    #[error("the font has {bytes} bytes; the limit is {max_bytes}")]
    FontTooLarge {
        /// The bytes that it has.
        bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a compressed font unpacks to more bytes than are kept.
    #[error("the unpacked font is over the limit of {max_bytes} bytes")]
    UnpackedTooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a compressed font holds several, which no web font does.
    #[error("font collections in WOFF2 are not supported")]
    CompressedCollection,
    /// Occurs when a compressed font cannot be unpacked.
    #[error("the font is damaged: it cannot be unpacked")]
    DamagedPacking,
    /// Occurs when the tables of a font cannot be read.
    #[error("the font is damaged: its tables cannot be read")]
    DamagedTables,
    /// Occurs when a font does not say which glyph a character has.
    #[error("the font has no table of Unicode characters")]
    NoCharacters,
    /// Occurs when a font has no outlines, but bitmaps or nothing at all.
    #[error("the font has no outlines, only bitmaps, which are not supported")]
    NoOutlines,
    /// Occurs when a folder of fonts, or a file in it, cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The folder or the file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// Occurs when a text has more characters than are set.
    #[error("the text has {count} characters; the limit is {max_count}")]
    TooManyCharacters {
        /// The characters that it has.
        count: usize,
        /// The limit.
        max_count: usize,
    },
    /// Occurs when a number of the layout is not one that can be meant.
    #[error("`{option}` of the text is {value}, which is not {expected}")]
    BadNumber {
        /// The option.
        option: &'static str,
        /// Its value.
        value: f64,
        /// The allowed values.
        expected: &'static str,
    },
    /// Occurs when the picture of a text would have a side that is too long.
    #[error("the text would take {width}×{height} pixels; the limit for a side is {max_side_px}")]
    TooLarge {
        /// Pixels from left to right, rounded.
        width: f64,
        /// Pixels from top to bottom, rounded.
        height: f64,
        /// The limit on a side.
        max_side_px: u32,
    },
    /// Occurs when outlines have so many points, or cross so often, that drawing them would take too long.
    #[error("the outlines of the text are too complex")]
    TooComplex,
    /// Occurs when the picture cannot be made.
    #[error(transparent)]
    Picture(#[from] palmette_core::Error),
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownFormat
            | Self::DamagedPacking
            | Self::DamagedTables
            | Self::NoCharacters
            | Self::BadNumber { .. } => Class::Caller,
            Self::CompressedCollection | Self::NoOutlines => Class::Unsupported,
            Self::FontTooLarge { .. }
            | Self::UnpackedTooLarge { .. }
            | Self::TooManyCharacters { .. }
            | Self::TooLarge { .. }
            | Self::TooComplex => Class::Limit,
            Self::Unreadable { .. } => Class::Ours,
            Self::Picture(error) => error.class(),
        }
    }

    /// Tells whether it is the font that cannot be used, whatever the text.
    #[must_use]
    pub fn is_of_the_font(&self) -> bool {
        match self {
            Self::UnknownFormat
            | Self::FontTooLarge { .. }
            | Self::UnpackedTooLarge { .. }
            | Self::CompressedCollection
            | Self::DamagedPacking
            | Self::DamagedTables
            | Self::NoCharacters
            | Self::NoOutlines
            | Self::Unreadable { .. } => true,
            Self::TooManyCharacters { .. }
            | Self::BadNumber { .. }
            | Self::TooLarge { .. }
            | Self::TooComplex
            | Self::Picture(_) => false,
        }
    }
}
