//! WebP by libwebp. The container is walked here, so that profile, EXIF and frames need no second C library.

mod container;
mod frames;
mod libwebp;
mod studio;
mod writer;

use palmette_core::{Deadline, Picture, Pixmap, Reading, Size, Spacing, alloc};

use self::container::Container;
pub(crate) use self::frames::Frames;
use self::libwebp::{Encoding, Rows, Samples};
pub(crate) use self::writer::Writer;
use crate::animation::Layout;
use crate::exif::Exif;
use crate::icc::{self, ToSrgb};
use crate::reader::{Opened, Stored};
use crate::{
    Cause, DecodeOptions, EncodeFormat, EncodeOptions, Error, Format, OnDamage, Probe, WorkingMemory, quality,
};

/// How hard the lossy encoder tries, 0 to 6.
///
/// At equal scores, 2 takes 5 % more bytes than 4, the library's default, for 0.38 of its instructions; 1 and 0 take 13 and 19 %
/// more, for 0.24 and 0.17. No other setting gains anything: `benches/results/2026-11-26-intel-xeon-2-cores-webp-methods`.
const LOSSY_METHOD: i32 = 2;

/// How hard the lossless encoder tries, 0 to 9.
///
/// Level 0 knows no colour cache and few transforms, which is where graphics gain. Measured: a flag of 900×600 3 ms for
/// 23 kB at level 0, 2 ms for below 1 kB at 1; line art with alpha, 1024×768, 12 ms for 267 kB, 65 ms for 189 kB, at 2
/// 111 ms for 178 kB; a photo gains 3 % for three times the time.
const LOSSLESS_LEVEL: i32 = 1;

/// From this quality on a picture is lossless.
const LOSSLESS_QUALITY: u8 = 100;

/// The best that the library knows of its own scale of loss, which begins at 0.
const BEST_LOSSY: u8 = 100;

/// Tells whether a picture is lossless at a quality.
const fn is_lossless(quality: u8) -> bool {
    quality >= LOSSLESS_QUALITY
}

impl Encoding {
    /// Chooses the way to encode.
    fn of(options: &EncodeOptions) -> Self {
        let quality = options.lossy_quality();
        if is_lossless(quality) {
            Self::Lossless
        } else {
            Self::Lossy { quality: options.setting.unwrap_or_else(|| quality::webp(quality)).min(BEST_LOSSY) }
        }
    }
}

/// Reads size, EXIF and the number of frames from the chunks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let container = Container::parse(bytes);
    let exif = Exif::parse(container.exif);
    let stored = stored_size(&container, bytes)?;
    // Lossless files are decoded to a picture of the library's own, of which alpha planes are a case.
    let decoder = WorkingMemory::library(if container.is_lossy_opaque { 0 } else { stored.bytes() });
    // A frame is drawn on a canvas.
    let frame = if container.frame_count > 0 { stored.bytes() } else { 0 };
    Ok(Probe {
        memory: exif.orientation.with_memory(decoder, stored),
        reading: decoder.and_pixmap(stored).and_own(frame),
        is_read_whole: true,
        has_alpha: !container.is_lossy_opaque,
        is_animated: container.frame_count > 1,
        frame_count: container.frame_count.max(1),
        copyright: exif.copyright,
        notes: icc::notes(container.icc, false),
        ..Probe::still(Format::Webp, stored, exif.orientation)
    })
}

/// Opens a file to be read; of an animation the first frame on its canvas, transparent around it.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let container = Container::parse(bytes);
    let size = stored_size(&container, bytes)?;
    options.limits.check(size)?;
    let (orientation, options) = (Exif::parse(container.exif).orientation, *options);
    let decode = move || match container.frame_count {
        0 => decode_still(&container, size, &options),
        _ => Frames::open(bytes, &container, size, &options)?.into_first(),
    };
    Opened::whole(size, orientation, reading, Box::new(decode))
}

/// Decodes a still picture to sRGB, not yet upright.
fn decode_still(container: &Container<'_>, size: Size, options: &DecodeOptions) -> Result<Stored, Error> {
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    let image = container.image.ok_or_else(|| damaged("it has no picture"))?;
    let damage = decode_rows(pixmap.data_mut(), size, image, options, true)?;
    ToSrgb::from_rgb(container.icc).convert(&mut pixmap);
    Ok(Stored { pixmap, damage })
}

/// Decodes a bitstream; returns why rows are missing, if a part of it may be shown and the caller allows that.
fn decode_rows(
    target: &mut [u8],
    size: Size,
    bitstream: &[u8],
    options: &DecodeOptions,
    may_be_partial: bool,
) -> Result<Option<Cause>, Error> {
    let may_be_partial = may_be_partial && options.on_damage == OnDamage::Show;
    match libwebp::decode_into(target, size, bitstream, options.deadline)? {
        Rows::All => Ok(None),
        Rows::Some { count, damage } if may_be_partial && count > 0 => Ok(Some(damage)),
        Rows::Some { damage, .. } => Err(damaged_by(damage)),
    }
}

/// Tells whether a file consists of frames, even if there is but one.
pub(crate) fn is_animation(bytes: &[u8]) -> bool {
    Container::parse(bytes).frame_count > 0
}

/// Checks all frames together against the limits, and prepares to decode them.
///
/// A frame that is cut off is told at once, unless those before it may be shown.
pub(crate) fn animation<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<(Layout, Frames<'a>), Error> {
    let container = Container::parse(bytes);
    let size = stored_size(&container, bytes)?;
    options.limits.check(size)?;
    options.limits.check_animation(size, container.frame_count)?;
    if !container.is_whole && options.on_damage == OnDamage::Refuse {
        return Err(damaged("a frame is cut off"));
    }
    let frames = Frames::open(bytes, &container, size, options)?;
    let size = Exif::parse(container.exif).orientation.displayed(size);
    Ok((Layout { size, frame_count: container.frame_count, plays: container.plays }, frames))
}

/// Encodes: lossy below quality 100, lossless at 100.
pub(crate) fn encode(pixmap: &Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    encode_with(pixmap, Encoding::of(options), options.deadline)
}

/// The planes of a lossy picture.
const CHROMA: Spacing = Spacing::new(2, 2);

/// Returns the spacing of chroma that a lossy picture has; a lossless one has colours.
pub(crate) fn planes_taken(quality: u8) -> Option<Spacing> {
    (!is_lossless(quality)).then_some(CHROMA)
}

/// Tells whether a lossy picture is made of planes as they are.
pub(crate) fn takes_planes(layout: palmette_core::Layout) -> bool {
    layout == palmette_core::Layout::GRAY || layout == palmette_core::Layout::ycc(CHROMA)
}

/// Encodes planes, with loss: the format knows them in the range of a studio alone.
pub(crate) fn encode_planes(mut picture: Picture, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    studio::from_full(&mut picture);
    let size = picture.size();
    let no_color = if picture.layout().planes() == 1 {
        let samples = CHROMA.samples(size).area();
        alloc::try_filled(usize::try_from(samples).unwrap_or(usize::MAX), studio::NO_COLOR)?
    } else {
        Vec::new()
    };
    let planes = match &no_color[..] {
        [] => [0, 1, 2].map(|plane| picture.plane(plane)),
        no_color => [picture.plane(0), no_color, no_color],
    };
    libwebp::encode(Samples::Planes { size, planes }, Encoding::of(options), options.deadline)?.map_err(failed)
}

/// Says what encoding a picture holds: planes or a copy of the pixels, and what the encoder knows of them.
///
/// Alpha is written without loss, and costs what a lossless picture does.
pub(crate) const fn encoding_memory(size: Size, quality: u8, has_alpha: bool) -> WorkingMemory {
    WorkingMemory::library(match (is_lossless(quality), has_alpha) {
        (false, false) => size.area() * 5,
        (false, true) => size.area() * 28,
        (true, _) => size.area() * 25,
    })
}

/// Encodes in one of the two ways.
fn encode_with(pixmap: &Pixmap, encoding: Encoding, deadline: Deadline) -> Result<Vec<u8>, Error> {
    let samples = Samples::Pixels { pixmap, is_opaque: pixmap.is_opaque() };
    libwebp::encode(samples, encoding, deadline)?.map_err(failed)
}

/// Returns the size of the canvas, or of the bitstream of a simple file.
fn stored_size(container: &Container<'_>, bytes: &[u8]) -> Result<Size, Error> {
    container.canvas.map_or_else(|| libwebp::read_size(container.image.unwrap_or(bytes)).map_err(damaged_by), Ok)
}

/// Makes the error of a WebP that was found damaged here.
fn damaged(reason: &'static str) -> Error {
    damaged_by(Cause::new(reason))
}

/// Makes the error of a damaged WebP.
const fn damaged_by(source: Cause) -> Error {
    Error::Damaged { format: Format::Webp, source }
}

/// Makes the error of an encoder that failed.
const fn failed(source: Cause) -> Error {
    Error::Encode { format: EncodeFormat::Webp, source }
}
