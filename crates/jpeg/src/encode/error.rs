//! Why a file was not written.

use std::io;

/// A picture that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a side is 0, or more than a JPEG holds.
    #[error("{width}×{height} pixels: a side of a JPEG is 1 to {max}", max = u16::MAX)]
    Size {
        /// The width that was asked for.
        width: u32,
        /// The height that was asked for.
        height: u32,
    },
    /// Occurs when a quality is not 1 to 100.
    #[error("quality {quality}: it is 1 to 100")]
    Quality {
        /// The quality that was asked for.
        quality: u8,
    },
    /// Occurs when EXIF is longer than a segment holds.
    #[error("{bytes} bytes of EXIF: a segment holds {max}")]
    Exif {
        /// The length of the EXIF.
        bytes: usize,
        /// The most that fits.
        max: usize,
    },
    /// Occurs when a colour profile is longer than 255 segments hold.
    #[error("{bytes} bytes of colour profile: a file holds {max}")]
    IccProfile {
        /// The length of the profile.
        bytes: usize,
        /// The most that fits.
        max: usize,
    },
    /// Occurs when a band has another number of planes than the picture.
    #[error("a band of {planes} planes for a picture of {expected}")]
    Planes {
        /// The planes that were given.
        planes: usize,
        /// The planes of the picture.
        expected: usize,
    },
    /// Occurs when rows are too short, or fewer than the band has.
    #[error("{samples} samples at a stride of {stride} are not the {rows} rows of {width} of plane {plane}")]
    Rows {
        /// The plane, from 0.
        plane: usize,
        /// The samples that were given.
        samples: usize,
        /// The distance of two rows that was given.
        stride: usize,
        /// The rows that the band has in this plane.
        rows: usize,
        /// The samples of a row.
        width: usize,
    },
    /// Occurs when there are not as many tables of steps as the picture needs.
    #[error("{tables} tables of steps for a picture that needs {expected}")]
    Tables {
        /// The tables that were given.
        tables: usize,
        /// One for luma, and one for chroma if there is any.
        expected: usize,
    },
    /// Occurs when a step is 0, or has more than 8 bits.
    #[error("a step of {step}: it is 1 to 255")]
    Step {
        /// The step that was given.
        step: u16,
    },
    /// Occurs when a band has another number of blocks than it holds of the picture.
    #[error("{blocks} blocks instead of the {expected} of plane {plane}")]
    Blocks {
        /// The plane, from 0.
        plane: usize,
        /// The blocks that were given.
        blocks: usize,
        /// The blocks that hold samples of the picture.
        expected: usize,
    },
    /// Occurs when a coefficient is larger than files of 8 bits a sample may hold.
    #[error("a coefficient of {level} steps: DC is -1024 to 1023, others -1023 to 1023")]
    Level {
        /// The coefficient, over its step.
        level: i16,
    },
    /// Occurs when a band comes after the last one.
    #[error("a band after the last of {height} rows")]
    TooManyBands {
        /// The height of the picture.
        height: usize,
    },
    /// Occurs when the file is to end, but bands are missing.
    #[error("the picture ends at row {row} of {height}")]
    MissingBands {
        /// The rows that came.
        row: usize,
        /// The height of the picture.
        height: usize,
    },
    /// Occurs when memory could not be allocated.
    #[error("could not allocate {bytes} bytes")]
    Memory {
        /// The bytes that were needed.
        bytes: usize,
    },
    /// Occurs when the writer fails.
    #[error("the file could not be written")]
    Write(#[from] io::Error),
}

/// Makes room for `additional` more elements.
pub(super) fn reserve<T>(vec: &mut Vec<T>, additional: usize) -> Result<(), Error> {
    vec.try_reserve(additional).map_err(|_| Error::Memory { bytes: size_of::<T>().saturating_mul(additional) })
}

/// Allocates `len` copies of a value.
pub(super) fn filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>, Error> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| Error::Memory { bytes: size_of::<T>().saturating_mul(len) })?;
    vec.resize(len, value);
    Ok(vec)
}
