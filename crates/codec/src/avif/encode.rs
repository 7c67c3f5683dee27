//! Pixels and planes to an AVIF: of 8 bits, in sRGB, by the matrix and the range of JPEG.

use palmette_core::{Layout, Picture, Pixmap, Size, Spacing};

use super::aom::Target;
use super::container::Coded;
use super::{aom, container, ycbcr};
use crate::cicp::Cicp;
use crate::heif::Nclx;
use crate::planar::{AnyPlanes, Chroma, Format, Plane, Planes};
use crate::{EncodeOptions, Error, WorkingMemory, quality};

/// From this quality on chroma keeps its full size, as in JPEG.
const FULL_CHROMA_QUALITY: u8 = 90;

/// What is written: sRGB, with the matrix of JPEG and its full range.
const SRGB: Nclx = Nclx { cicp: Cicp { primaries: 1, transfer: 13 }, matrix: 6, is_full_range: true };

/// What alpha is: of no colour, in full range.
const ALPHA: Nclx = Nclx { cicp: Cicp { primaries: 2, transfer: 2 }, matrix: 2, is_full_range: true };

/// The coarsest quantiser of the library.
const WORST_QUANTIZER: u8 = 63;

/// Encodes with 8 bits; alpha is left out of an opaque picture, else it is lossless, as in WebP.
///
/// Lossy alpha would leave faint edges where clear was meant. What that costs depends on how soft it is: line art with
/// strokes of a soft brush takes 219 kB instead of 156 kB, most overlays a few per cent.
pub(crate) fn encode(pixmap: &Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let is_full = planes_taken(options.lossy_quality()) == Spacing::ONE;
    let color = ycbcr::colors(pixmap, if is_full { Chroma::Full } else { Chroma::Half })?;
    let alpha = if pixmap.is_opaque() { None } else { Some(ycbcr::alpha(pixmap)?) };
    let color = AnyPlanes::Bytes(color.planes());
    let alpha = alpha.as_ref().map(|alpha| AnyPlanes::Bytes(alpha.planes()));
    write(&color, alpha.as_ref(), SRGB, options)
}

/// Returns the spacing of chroma that is best at a quality.
pub(crate) const fn planes_taken(quality: u8) -> Spacing {
    if quality >= FULL_CHROMA_QUALITY { Spacing::ONE } else { Spacing::new(2, 2) }
}

/// Tells whether AV1 has planes of a layout.
pub(crate) fn takes_planes(layout: Layout) -> bool {
    chroma(layout).is_some()
}

/// Returns how AV1 names the chroma of a layout; nothing if it has no such.
fn chroma(layout: Layout) -> Option<Chroma> {
    let Layout::Planes { luma: Spacing::ONE, chroma } = layout else { return None };
    match chroma.map(|Spacing { x, y }| (x, y)) {
        None => Some(Chroma::None),
        Some((1, 1)) => Some(Chroma::Full),
        Some((2, 1)) => Some(Chroma::HalfWidth),
        Some((2, 2)) => Some(Chroma::Half),
        Some(_) => None,
    }
}

/// Encodes planes as they are: they have the matrix and the range that is written.
pub(crate) fn encode_planes(picture: &Picture, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let layout = picture.layout();
    let chroma = chroma(layout).ok_or(palmette_core::Error::WrongLayout { expected: Layout::GRAY, actual: layout })?;
    let sizes = chroma.sizes(picture.size());
    let planes = std::array::from_fn(|index| {
        let size = sizes[index];
        Plane { samples: picture.plane(index), stride: size.width as usize, size }
    });
    let color = AnyPlanes::Bytes(Planes { format: Format { chroma, bits: 8 }, planes });
    write(&color, None, SRGB, options)
}

/// Encodes planes as they are, of 8 to 12 bits, and puts a file around them.
fn write(
    color: &AnyPlanes<'_>,
    alpha: Option<&AnyPlanes<'_>>,
    colors: Nclx,
    options: &EncodeOptions,
) -> Result<Vec<u8>, Error> {
    options.deadline.check()?;
    let idle = options.idle.borrow(aom::MAX_THREADS - 1);
    let threads = 1 + idle.count();
    let target = Target::Quantizer(quantizer(options));
    let color_stream = aom::encode(color, colors, target, threads)?;
    options.deadline.check()?;
    let alpha_stream = alpha.map(|alpha| aom::encode(alpha, ALPHA, Target::LosslessGray, threads)).transpose()?;
    let coded_alpha = alpha.zip(alpha_stream.as_ref());
    let coded_alpha = coded_alpha.map(|(alpha, stream)| Coded { stream, format: alpha.format() });
    let coded_color = Coded { stream: &color_stream, format: color.format() };
    container::write(color.size(), &coded_color, coded_alpha.as_ref(), colors)
}

/// Says what encoding a picture holds.
pub(crate) const fn encoding_memory(size: Size, quality: u8, has_alpha: bool) -> WorkingMemory {
    // Planes, which are ours, in half bytes a pixel; and what the library makes of them.
    let (half_planes, library) = if quality >= FULL_CHROMA_QUALITY { (6, 28) } else { (3, 17) };
    let (half_alpha, library_alpha) = if has_alpha { (2, 4) } else { (0, 0) };
    WorkingMemory {
        own_bytes: size.area() * (half_planes + half_alpha) / 2,
        library_bytes: size.area() * (library + library_alpha),
    }
}

/// Returns the quantiser of the library, 0 is the finest.
fn quantizer(options: &EncodeOptions) -> u8 {
    options.setting.unwrap_or_else(|| quality::avif(options.lossy_quality())).min(WORST_QUANTIZER)
}
