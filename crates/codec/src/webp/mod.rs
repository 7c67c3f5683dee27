//! WebP by libwebp. The container is walked here, so that profile, EXIF and frames need no second C library.

mod container;
mod libwebp;

use palmette_core::{Limits, Pixmap, Size};

use self::container::{Container, check_len};
use self::libwebp::Encoding;
use crate::exif::Exif;
use crate::icc::ToSrgb;
use crate::{Cause, EncodeFormat, Error, Format, Probe};

/// How hard the lossy encoder tries, 0 to 6.
///
/// Measured on a photo of 800×600 at quality 80: 2 takes 19 ms for 62 kB, 4 (the library's default) 44 ms for 60 kB, 0
/// takes 11 ms for 74 kB.
const LOSSY_METHOD: i32 = 2;

/// How hard the lossless encoder tries, 0 to 9.
///
/// Level 0 knows no colour cache and few transforms, which is where graphics gain. Measured: a flag of 900×600 3 ms for
/// 23 kB at level 0, 2 ms for below 1 kB at 1; line art with alpha, 1024×768, 12 ms for 267 kB, 65 ms for 189 kB, at 2
/// 111 ms for 178 kB; a photo gains 3 % for three times the time.
const LOSSLESS_LEVEL: i32 = 1;

/// From this quality on a picture is lossless.
const LOSSLESS_QUALITY: u8 = 100;

/// Reads size, EXIF and the number of frames from the chunks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let container = Container::parse(bytes);
    let exif = Exif::parse(container.exif);
    Ok(Probe {
        format: Format::Webp,
        size: exif.orientation.displayed(stored_size(&container, bytes)?),
        is_animated: container.frames > 1,
        frame_count: container.frames.max(1),
        copyright: exif.copyright,
    })
}

/// Decodes to upright sRGB; of an animation the first frame on its canvas, transparent around it.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixmap, Error> {
    check_len(bytes)?;
    let container = Container::parse(bytes);
    let size = stored_size(&container, bytes)?;
    limits.check(size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    match &container.first_frame {
        None if container.frames > 0 => return Err(damaged("its first frame is cut off")),
        None => libwebp::decode_into(&mut pixmap, 0, 0, size, bytes).map_err(damaged_by)?,
        Some(frame) => {
            if frame.left + frame.size.width > size.width || frame.top + frame.size.height > size.height {
                return Err(damaged("a frame reaches over the edge of the canvas"));
            }
            libwebp::decode_into(&mut pixmap, frame.left, frame.top, frame.size, frame.bitstream)
                .map_err(damaged_by)?;
        }
    }
    ToSrgb::from_rgb(container.icc).convert(&mut pixmap);
    Exif::parse(container.exif).orientation.apply(pixmap)
}

/// Encodes: lossy below quality 100, lossless at 100.
pub(crate) fn encode(pixmap: &Pixmap, quality: u8) -> Result<Vec<u8>, Error> {
    let encoding = if quality >= LOSSLESS_QUALITY { Encoding::Lossless } else { Encoding::Lossy { quality } };
    libwebp::encode(pixmap, pixmap.is_opaque(), encoding)?
        .map_err(|source| Error::Encode { format: EncodeFormat::Webp, source })
}

/// Returns the size of the canvas, or of the bitstream of a simple file.
fn stored_size(container: &Container<'_>, bytes: &[u8]) -> Result<Size, Error> {
    container.canvas.map_or_else(|| libwebp::read_size(bytes).map_err(damaged_by), Ok)
}

/// Makes the error of a WebP that was found damaged here.
fn damaged(reason: &'static str) -> Error {
    damaged_by(Cause::new(reason))
}

/// Makes the error of a damaged WebP.
const fn damaged_by(source: Cause) -> Error {
    Error::Damaged { format: Format::Webp, source }
}
