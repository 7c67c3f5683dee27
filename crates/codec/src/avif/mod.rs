//! AVIF by the system's libavif: dav1d decodes, libaom encodes.
//!
//! The system's library instead of one built here, because building libaom and dav1d takes minutes and the distribution
//! keeps them patched. One thread a picture: the service works on as many pictures as there are cores.
//!
//! Of the file's own properties `clap`, `irot` and `imir` count and EXIF does not, as the standard says. A profile is
//! followed; without one, primaries and transfer curve given as numbers are.
//!
//! dav1d prints what it thinks of a damaged file to the standard error, and libavif offers no way to silence it.

mod shim;

use palmette_core::{Pixmap, Size, alloc};

use self::shim::{Crop, Info, Picture};
use crate::icc::ToSrgb;
use crate::orient::Orientation;
use crate::{Cause, DecodeOptions, Decoded, EncodeFormat, Error, Format, Probe, WorkingMemory};

/// From this quality on chroma keeps its full size, as in JPEG.
const FULL_CHROMA_QUALITY: u8 = 90;

/// The coarsest quantiser of the library.
const WORST_QUANTIZER: u32 = 63;

/// The area that the library takes at most, 16,384 squared.
const MAX_AREA_PX: u32 = 1 << 28;

/// Reads size and properties from the boxes.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let info = Picture::open(bytes, MAX_AREA_PX).map_err(damaged)?.info();
    let orientation = orientation(&info);
    let stored = Size::new(info.width, info.height);
    // Planes of up to 16 bits, of the picture and of a frame that it may refer to.
    let decoder = WorkingMemory::library(stored.area() * 8);
    Ok(Probe {
        memory: orientation.with_memory(decoder, stored),
        stored_size: orientation.displayed(stored),
        is_animated: info.frames > 1,
        notes: if info.has_profile { Vec::new() } else { info.cicp().notes() },
        ..Probe::still(Format::Avif, orientation.displayed(Size::new(info.crop.width, info.crop.height)))
    })
}

/// Decodes to upright sRGB; of a sequence the first frame.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    // Opened twice: first for the size, then with a bound on the bitstream, which could claim a larger one than the
    // boxes.
    let info = Picture::open(bytes, MAX_AREA_PX).map_err(damaged)?.info();
    let stored = Size::new(info.width, info.height);
    options.limits.check(stored)?;
    let mut picture = Picture::open(bytes, bitstream_bound(stored)).map_err(damaged)?;
    let to_srgb = match (picture.icc(), info.is_gray) {
        (None, _) => ToSrgb::from_cicp(info.cicp()),
        (icc, true) => ToSrgb::from_gray(icc),
        (icc, false) => ToSrgb::from_rgb(icc),
    };
    let mut pixmap = Pixmap::filled(stored, [0; 4])?;
    picture.decode(&mut pixmap).map_err(damaged)?;
    to_srgb.convert(&mut pixmap);
    orientation(&info).apply(cropped(pixmap, info.crop)?).map(Decoded::whole)
}

/// Encodes with 8 bits; alpha is left out of an opaque picture, else it is lossless, as in WebP.
///
/// Lossy alpha would leave faint edges where clear was meant. What that costs depends on how soft it is: line art with
/// strokes of a soft brush takes 219 kB instead of 156 kB, most overlays a few per cent.
pub(crate) fn encode(pixmap: &Pixmap, quality: u8) -> Result<Vec<u8>, Error> {
    let full_chroma = quality >= FULL_CHROMA_QUALITY;
    shim::encode(pixmap, quantizer(quality), full_chroma, !pixmap.is_opaque())?
        .map_err(|source| Error::Encode { format: EncodeFormat::Avif, source })
}

/// Says what encoding a picture holds.
pub(crate) const fn encoding_memory(size: Size, quality: u8) -> WorkingMemory {
    WorkingMemory::library(size.area() * if quality >= FULL_CHROMA_QUALITY { 28 } else { 18 })
}

/// Maps quality 1 to 100 to quantisers 63 to 0, linearly, as libavif does from its release 1.0 on.
fn quantizer(quality: u8) -> u8 {
    let steps = 100 - u32::from(quality.min(100));
    u8::try_from((steps * WORST_QUANTIZER + 50) / 100).unwrap_or(0)
}

/// Returns the area that a bitstream may claim: cells of a grid may reach over the edge of the picture, by less than
/// this.
fn bitstream_bound(stored: Size) -> u32 {
    u32::try_from(stored.area() * 2).unwrap_or(u32::MAX).clamp(1 << 16, MAX_AREA_PX)
}

/// Returns how the stored pixels become the picture.
const fn orientation(info: &Info) -> Orientation {
    Orientation::from_turns(info.quarter_turns_ccw, info.mirror_x, info.mirror_y)
}

/// Cuts out the part to show.
fn cropped(pixmap: Pixmap, crop: Crop) -> Result<Pixmap, Error> {
    let size = Size::new(crop.width, crop.height);
    if size == pixmap.size() {
        return Ok(pixmap);
    }
    let columns = crop.x as usize * Pixmap::PIXEL_BYTES..(crop.x + crop.width) as usize * Pixmap::PIXEL_BYTES;
    let mut data = alloc::try_with_capacity(columns.len() * crop.height as usize)?;
    for y in crop.y..crop.y + crop.height {
        data.extend_from_slice(&pixmap.row(y)[columns.clone()]);
    }
    Ok(Pixmap::from_vec(size, data)?)
}

/// Makes the error of a damaged AVIF.
fn damaged(source: Cause) -> Error {
    Error::Damaged { format: Format::Avif, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn avif_quality_maps_to_quantizers_linearly() {
        assert_eq!([1, 50, 85, 99, 100].map(quantizer), [62, 32, 9, 1, 0]);
    }
}
