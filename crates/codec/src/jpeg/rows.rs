//! JPEG of the usual processes, read by our own decoder, row by row.

use palmette_core::{Pixmap, Size};
use palmette_jpeg::{Decoder, Error as JpegError, Process};

use super::{Model, Samples};
use crate::{Cause, DecodeOptions, Error, Format, OnDamage};

/// Rows between two looks at the clock and at damage: those of a common row of MCUs.
const ROWS_PER_CHECK: u32 = 16;

/// Decodes the samples as they are stored; absent if the file is coded by a rare process.
///
/// # Errors
///
/// [`Error::Damaged`] if pixels are missing, unless they may be; [`Error::UnsupportedInput`], and [`Error::Core`] for
/// limits, memory and deadline.
pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Option<Samples>, Error> {
    let is_shown = options.on_damage == OnDamage::Show;
    let decoder = match Decoder::new(bytes) {
        Err(JpegError::UnsupportedProcess(Process::Arithmetic | Process::Lossless)) => return Ok(None),
        result => result.map_err(refused)?,
    };
    let (width, height) = decoder.size();
    let size = Size::new(width, height);
    options.limits.check(size)?;
    let mut rows = decoder.rows().map_err(refused)?;
    let model = match rows.model() {
        palmette_jpeg::Model::Gray => Model::Gray,
        palmette_jpeg::Model::Cmyk | palmette_jpeg::Model::Ycck => Model::Cmyk,
        _ => Model::Rgb,
    };
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    for y in 0..height {
        if y % ROWS_PER_CHECK == 0 {
            options.deadline.check()?;
            if let (Some(&damage), false) = (rows.damage(), is_shown) {
                return Err(Error::Damaged { format: Format::Jpeg, source: Cause::from(damage) });
            }
        }
        if !rows.read_row(pixmap.row_mut(y)) {
            break;
        }
    }
    match rows.damage() {
        Some(&damage) if !is_shown => Err(Error::Damaged { format: Format::Jpeg, source: Cause::from(damage) }),
        damage => Ok(Some(Samples { pixmap, model, damage: damage.copied().map(Cause::from) })),
    }
}

/// Translates a refusal of the decoder.
fn refused(error: JpegError) -> Error {
    match error {
        JpegError::UnsupportedProcess(_) => Error::UnsupportedInput { name: "hierarchical JPEG" },
        JpegError::UnsupportedPrecision { .. } => Error::UnsupportedInput { name: "JPEG of other than 8 bits" },
        JpegError::UnsupportedSampling => Error::UnsupportedInput { name: "JPEG with broken ratios of chroma" },
        JpegError::UnsupportedComponents { .. } => {
            Error::UnsupportedInput { name: "JPEG of other than 1, 3 or 4 components" }
        }
        JpegError::Memory { bytes } => Error::Core(palmette_core::Error::OutOfMemory { bytes: bytes as u64 }),
        error => Error::Damaged { format: Format::Jpeg, source: Cause::from(error) },
    }
}
