//! AVIF: the container is read by code of ours, dav1d decodes, libaom encodes.
//!
//! One thread decodes a picture: the service works on as many pictures as there are cores. An encoder, which takes longer, uses
//! cores that are idle.
//!
//! Of the file's own properties `clap`, `irot` and `imir` count, in their order, and EXIF does not, as the standard says. A
//! profile is followed; without one, primaries and transfer curve given as numbers are.

mod aom;
mod container;
mod dav1d;
mod tiles;
mod ycbcr;

use palmette_core::{Pixmap, Reading, Size};

use self::aom::Target;
use self::container::Coded;
use self::tiles::DecodedLayer;
use crate::cicp::Cicp;
use crate::heif::{Coding, Layer, Nclx, Picture, Prefer, View};
use crate::planar::{AnyPlanes, Chroma, Conversion, Rows};
use crate::reader::{Opened, PixelRows};
use crate::{Cause, DecodeOptions, EncodeOptions, Error, Format, Note, OnDamage, Probe, WorkingMemory};

/// From this quality on chroma keeps its full size, as in JPEG.
const FULL_CHROMA_QUALITY: u8 = 90;

/// What is written: sRGB, with the matrix of JPEG and its full range.
const SRGB: Nclx = Nclx { cicp: Cicp { primaries: 1, transfer: 13 }, matrix: 6, is_full_range: true };

/// What alpha is: of no colour, in full range.
const ALPHA: Nclx = Nclx { cicp: Cicp { primaries: 2, transfer: 2 }, matrix: 2, is_full_range: true };

/// The coarsest quantiser of the library.
const WORST_QUANTIZER: u32 = 63;

/// Reads size and properties from the boxes.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let picture = read(bytes)?;
    let orientation = picture.view.orientation;
    let stored = picture.color.size;
    Ok(Probe {
        has_alpha: picture.alpha.is_some(),
        memory: orientation.with_memory(memory(&picture), stored),
        reading: memory(&picture),
        stored_size: orientation.displayed(stored),
        is_animated: picture.frame_count > 1,
        notes: notes(&picture),
        ..Probe::still(Format::Avif, picture.view.area.size, orientation)
    })
}

/// Opens a file to be read; of a sequence the first frame.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let picture = read(bytes)?;
    picture.check_sizes(&options.limits)?;
    let (View { area, orientation }, options) = (picture.view, *options);
    let open = move || Ok(Box::new(FrameRows::decode(&picture, &options)?) as Box<dyn PixelRows>);
    Opened::by_rows(area.size, orientation, reading, Box::new(open))
}

/// The frames of a picture, which become pixels a row at a time.
struct FrameRows<'a> {
    color: DecodedLayer<'a>,
    alpha: Option<DecodedLayer<'a>>,
    rows: Rows,
    damage: Option<Cause>,
}

impl<'a> FrameRows<'a> {
    /// Decodes the frames.
    fn decode(picture: &Picture<'a>, options: &DecodeOptions) -> Result<Self, Error> {
        let mut color = DecodedLayer::decode(&picture.color, options)?;
        let (mut alpha, damage) = match &picture.alpha {
            None => (None, None),
            Some(layer) => match DecodedLayer::decode(layer, options) {
                Ok(alpha) => (Some(alpha), None),
                Err(Error::Damaged { source, .. }) if options.on_damage == OnDamage::Show => (None, Some(source)),
                Err(error) => return Err(error),
            },
        };
        let damage = damage.or(alpha.as_mut().and_then(|alpha| alpha.damage.take())).or(color.damage.take());
        let planes = color.planes();
        let colors = picture.nclx.unwrap_or(color.colors);
        let alpha_format = alpha.as_ref().map(|alpha| (alpha.planes().format().bits, alpha.colors.is_full_range));
        let conversion = Conversion {
            colors,
            to_srgb: picture.to_srgb(colors, planes.format().chroma == Chroma::None),
            alpha: alpha_format,
            is_premultiplied: picture.is_premultiplied,
        };
        let rows = Rows::new(conversion, &planes, picture.view.area)?;
        Ok(Self { color, alpha, rows, damage })
    }
}

impl PixelRows for FrameRows<'_> {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        let alpha = self.alpha.as_ref().map(DecodedLayer::planes);
        self.rows.write(&self.color.planes(), alpha.as_ref(), y, pixels);
        Ok(())
    }

    fn take_damage(&mut self) -> Option<Cause> {
        self.damage.take()
    }
}

/// Reads the container of a picture that can be decoded.
fn read(bytes: &[u8]) -> Result<Picture<'_>, Error> {
    let picture = Picture::read(bytes, Prefer::Tracks).map_err(|fault| fault.into_error(Format::Avif))?;
    if picture.color.coding != Coding::Av1 {
        return Err(Error::UnsupportedInput { name: "AVIF of a coding other than AV1" });
    }
    // An alpha that is coded in another way would be none to other readers either.
    Ok(Picture { alpha: picture.alpha.filter(|alpha| alpha.coding == Coding::Av1), ..picture })
}

/// Says what is not followed of the colours that a file names.
fn notes(picture: &Picture<'_>) -> Vec<Note> {
    if picture.icc.is_some() {
        return Vec::new();
    }
    let colors = picture.nclx.or_else(|| dav1d::peek_colors(&picture.color.first_bytes().ok()?));
    colors.map(|colors| colors.cicp.notes()).unwrap_or_default()
}

/// Says what decoding holds beside the pixels it gives.
fn memory(picture: &Picture<'_>) -> WorkingMemory {
    let layers = || [Some(&picture.color), picture.alpha.as_ref()].into_iter().flatten();
    // Sizes are those that the file claims, and nobody has checked them yet.
    let half_planes = |layer: &Layer<'_>, size: Size| size.area().saturating_mul(half_bytes(layer));
    // Planes of a grid are ours, and a cell is the decoder's, with a quarter more for edges and what it notes of blocks.
    let own = layers().filter(|layer| layer.is_grid()).map(|layer| half_planes(layer, layer.size) / 2);
    let tiles = layers().filter_map(|layer| Some((layer, layer.tiles.first()?.size)));
    let library = tiles.map(|(layer, size)| (half_planes(layer, size) / 8 * 5).saturating_add(size.area() / 4 * 3));
    let (own, library) = (own.fold(0, u64::saturating_add), library.fold(0, u64::saturating_add));
    WorkingMemory { own_bytes: own, library_bytes: library }
}

/// Returns twice the bytes of all samples of a pixel, as the box `av1C` tells them ahead; without it, of the most there can be.
fn half_bytes(layer: &Layer<'_>) -> u64 {
    match layer.tiles.first().and_then(|tile| tile.config) {
        Some(&[_, _, flags, ..]) => {
            let half_samples = match (flags & 0x10 != 0, flags & 0x0c) {
                (true, _) => 2,
                (_, 0x0c) => 3,
                (_, 0x08) => 4,
                _ => 6,
            };
            if flags & 0x40 == 0 { half_samples } else { half_samples * 2 }
        }
        _ => 12,
    }
}

/// Encodes with 8 bits; alpha is left out of an opaque picture, else it is lossless, as in WebP.
///
/// Lossy alpha would leave faint edges where clear was meant. What that costs depends on how soft it is: line art with
/// strokes of a soft brush takes 219 kB instead of 156 kB, most overlays a few per cent.
pub(crate) fn encode(pixmap: &Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let quality = options.lossy_quality();
    let color = ycbcr::colors(pixmap, if quality >= FULL_CHROMA_QUALITY { Chroma::Full } else { Chroma::Half })?;
    let alpha = if pixmap.is_opaque() { None } else { Some(ycbcr::alpha(pixmap)?) };
    let color = AnyPlanes::Bytes(color.planes());
    let alpha = alpha.as_ref().map(|alpha| AnyPlanes::Bytes(alpha.planes()));
    encode_planes(&color, alpha.as_ref(), SRGB, options)
}

/// Encodes planes as they are, of 8 to 12 bits.
fn encode_planes(
    color: &AnyPlanes<'_>,
    alpha: Option<&AnyPlanes<'_>>,
    colors: Nclx,
    options: &EncodeOptions,
) -> Result<Vec<u8>, Error> {
    options.deadline.check()?;
    let idle = options.idle.borrow(aom::MAX_THREADS - 1);
    let threads = 1 + idle.count();
    let target = Target::Quantizer(quantizer(options.lossy_quality()));
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

/// Maps quality 1 to 100 to quantisers 63 to 0, linearly, as libavif does from its release 1.0 on.
fn quantizer(quality: u8) -> u8 {
    let steps = 100 - u32::from(quality.min(100));
    u8::try_from((steps * WORST_QUANTIZER + 50) / 100).unwrap_or(0)
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
