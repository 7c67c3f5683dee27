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
mod encode;
mod planes;
mod tiles;
mod ycbcr;

use palmette_core::{Reading, Size};

pub(crate) use self::encode::{encode, encode_planes, encoding_memory, planes_taken, takes_planes};
use self::planes::PlaneBands;
use self::tiles::DecodedLayer;
use crate::heif::{Coding, Layer, Picture, Prefer, View};
use crate::planar::{Chroma, Conversion, Rows};
use crate::reader::{Opened, PixelRows, window_of};
use crate::{Cause, DecodeOptions, Error, Format, Note, OnDamage, Probe, WorkingMemory};

/// Reads size and properties from the boxes.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let picture = read(bytes)?;
    let orientation = picture.view.orientation;
    let stored = picture.color.size;
    Ok(Probe {
        layout: planes::layout(&picture),
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
    if !reading.layout.is_rgba() {
        let window = window_of(reading, area.size)?;
        let planes = PlaneBands::new(picture, reading, window, &options)?;
        return Ok(Opened::planes(orientation, window, Box::new(planes)));
    }
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
    let colors = picture.nclx.or_else(|| Some(dav1d::peek(&picture.color.first_bytes().ok()?)?.colors));
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

/// Makes the error of a damaged AVIF.
fn damaged(source: Cause) -> Error {
    Error::Damaged { format: Format::Avif, source }
}
