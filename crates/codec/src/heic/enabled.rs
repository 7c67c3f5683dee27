//! HEIC in a build with it: sizes and properties by the container, samples by the library.

use super::libheif;
use crate::cicp::Cicp;
use crate::heif::{Coding, Nclx, Picture, Prefer};
use crate::planar::{Alpha, Chroma, Conversion};
use crate::{Cause, DecodeOptions, Decoded, Error, Format, Note, Probe, WorkingMemory};

/// What a file means that names no colours, and whose bitstream names none either.
const UNNAMED: Nclx = Nclx { cicp: Cicp { primaries: 2, transfer: 2 }, matrix: 2, is_full_range: true };

/// Bytes that the library holds for a pixel: planes of the picture, of a tile, and what it notes of blocks.
const PIXEL_BYTES: u64 = 8;

/// Returns the version of the machine's libheif; `None` if it is not installed. The first call loads it.
#[must_use]
pub fn version() -> Option<&'static str> {
    libheif::library().ok().map(libheif::Library::version)
}

/// Reads size and properties from the boxes; the library is not asked.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let picture = read(bytes)?;
    let orientation = picture.view.orientation;
    let stored = picture.color.size;
    let memory = WorkingMemory::library(stored.area().saturating_mul(PIXEL_BYTES));
    Ok(Probe {
        memory: orientation.with_memory(memory, stored),
        stored_size: orientation.displayed(stored),
        notes: notes(&picture),
        ..Probe::still(Format::Heic, picture.view.area.size, orientation)
    })
}

/// Decodes to upright sRGB.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    let picture = read(bytes)?;
    let size = picture.color.size;
    for layer in [Some(&picture.color), picture.alpha.as_ref()].into_iter().flatten() {
        options.limits.check(layer.size)?;
        // Tiles may reach over the edges of a picture, but are decoded whole.
        layer.tiles.iter().try_for_each(|tile| options.limits.check(tile.size))?;
    }
    options.deadline.check()?;
    let library = libheif::library()?;
    let image = library.decode(bytes, options.limits.max_side_px)?;
    options.deadline.check()?;
    let planes = image.planes(size).ok_or_else(|| damaged(Cause::new("its bitstream does not fit its container")))?;
    // Red, green and blue come as planes of their own, which is a matrix, too.
    let colors = if image.is_rgb() {
        Nclx { matrix: 0, is_full_range: true, ..picture.nclx.unwrap_or(UNNAMED) }
    } else {
        picture.nclx.or_else(|| image.colors()).unwrap_or(UNNAMED)
    };
    let alpha = picture.alpha.as_ref().and_then(|_| image.alpha(size));
    let conversion = Conversion {
        colors,
        to_srgb: &picture.to_srgb(colors, planes.format().chroma == Chroma::None),
        alpha: alpha.map(|planes| Alpha { planes, is_full_range: true }),
        is_premultiplied: picture.is_premultiplied && alpha.is_some(),
        deadline: options.deadline,
    };
    picture.view.apply(conversion.run(&planes)?).map(Decoded::whole)
}

/// Reads the container of a picture that can be decoded.
fn read(bytes: &[u8]) -> Result<Picture<'_>, Error> {
    let picture = Picture::read(bytes, Prefer::Items).map_err(|fault| fault.into_error(Format::Heic))?;
    if picture.color.coding != Coding::Hevc {
        return Err(Error::UnsupportedInput { name: "HEIC of a coding other than HEVC" });
    }
    if picture.frame_count > 1 {
        return Err(Error::UnsupportedInput { name: "HEIC of a sequence alone" });
    }
    Ok(picture)
}

/// Says what is not followed of the colours that a file names.
fn notes(picture: &Picture<'_>) -> Vec<Note> {
    let numbers = picture.nclx.filter(|_| picture.icc.is_none());
    numbers.map(|colors| colors.cicp.notes()).unwrap_or_default()
}

/// Makes the error of a damaged HEIC.
fn damaged(source: Cause) -> Error {
    Error::Damaged { format: Format::Heic, source }
}
