//! Pixels to a PNG: without loss, or with a palette where a quality is given.

use palmette_core::{Pixmap, Size, alloc};
use png::{BitDepth, ColorType, Compression, Filter};

use crate::palette::{self, Indexed};
use crate::{Cause, EncodeFormat, Error, WorkingMemory};

/// From this quality on nothing is lost.
const LOSSLESS_QUALITY: u8 = 100;
/// From this quality on a palette has all of its 256 colours.
const FULL_PALETTE_QUALITY: usize = 80;
/// Encodes: without loss if no `quality` is given, with a palette where that is allowed and does.
///
/// A picture of up to 256 colours gets a palette of just these, without loss. Any other picture stays as it is at quality 100;
/// below, it is dithered to `256 · quality / 80` colours, at least 4 and at most 256, with their alpha.
pub(crate) fn encode(pixmap: &Pixmap, quality: Option<u8>) -> Result<Vec<u8>, Error> {
    let indexed = match quality {
        None => None,
        Some(quality) => match palette::exact(pixmap)? {
            None if quality < LOSSLESS_QUALITY => Some(palette::quantize(pixmap, max_colors(quality))?),
            exact => exact,
        },
    };
    match indexed {
        None => encode_true(pixmap),
        Some(indexed) => encode_indexed(pixmap.size(), &indexed),
    }
}

/// Says what encoding a picture holds: packed pixels, or indices, and the file.
pub(crate) const fn encoding_memory(size: Size) -> WorkingMemory {
    WorkingMemory::own(size.area() * 5)
}

/// Returns the colours that a picture is quantised to.
fn max_colors(quality: u8) -> usize {
    (256 * usize::from(quality) / FULL_PALETTE_QUALITY).clamp(4, 256)
}

/// Encodes without loss, fast; as grey where all pixels are grey, without alpha where all are opaque.
///
/// One filter for all rows: choosing one for each row makes files 0 to 1.5 % smaller and takes 4 to 5 times as long (6
/// megapixels of photo: 68 against 325 ms, 7.09 MB both; 1024×768 of line art with alpha: 2.3 against 10 ms, 263
/// against 259 kB).
fn encode_true(pixmap: &Pixmap) -> Result<Vec<u8>, Error> {
    let (color, data) = pack(pixmap)?;
    let mut info = png::Info::with_size(pixmap.width(), pixmap.height());
    (info.color_type, info.bit_depth) = (color, BitDepth::Eight);
    write(info, Compression::Fastest, Filter::Paeth, data.as_deref().unwrap_or(pixmap.data()))
}

/// Encodes indices, as many of them in a byte as fit.
///
/// Without a filter, and compressed with some care: 1024×772 of photo take 39 ms and 484 kB, with the fastest compression,
/// which is made for filtered rows, 3 ms and 792 kB.
fn encode_indexed(size: Size, indexed: &Indexed) -> Result<Vec<u8>, Error> {
    let Indexed { palette, indices } = indexed;
    let depth = match palette.len() {
        0..=2 => BitDepth::One,
        3..=4 => BitDepth::Two,
        5..=16 => BitDepth::Four,
        _ => BitDepth::Eight,
    };
    let mut info = png::Info::with_size(size.width, size.height);
    (info.color_type, info.bit_depth) = (ColorType::Indexed, depth);
    info.palette = Some(palette.iter().flat_map(|color| &color[..3]).copied().collect::<Vec<_>>().into());
    // Opaque colours come last, and need no entry.
    let alphas: Vec<u8> = palette.iter().map(|color| color[3]).take_while(|&alpha| alpha < u8::MAX).collect();
    info.trns = (!alphas.is_empty()).then(|| alphas.into());
    let data = pack_indices(size, indices, depth)?;
    write(info, Compression::Balanced, Filter::NoFilter, data.as_deref().unwrap_or(indices))
}

/// Packs indices of less than 8 bits, each row from a new byte on; none if they take a byte each.
fn pack_indices(size: Size, indices: &[u8], depth: BitDepth) -> Result<Option<Vec<u8>>, Error> {
    if depth == BitDepth::Eight {
        return Ok(None);
    }
    let (width, bits) = (size.width as usize, depth as usize);
    let in_byte = 8 / bits;
    let mut data = alloc::try_with_capacity(width.div_ceil(in_byte) * size.height as usize)?;
    for row in indices.chunks_exact(width) {
        data.extend(row.chunks(in_byte).map(|indices| {
            let missing = in_byte - indices.len();
            indices.iter().fold(0, |byte, index| (byte << bits) | index) << (missing * bits)
        }));
    }
    Ok(Some(data))
}

/// Writes a file.
fn write(info: png::Info<'_>, compression: Compression, filter: Filter, data: &[u8]) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    let written = png::Encoder::with_info(&mut file, info).and_then(|mut encoder| {
        encoder.set_compression(compression);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(data)?;
        writer.finish()
    });
    match written {
        Ok(()) => Ok(file),
        Err(error) => Err(Error::Encode { format: EncodeFormat::Png, source: Cause::from(error) }),
    }
}

/// Chooses the smallest colour type that loses nothing, and packs the pixels for it; none if they are right as they
/// are.
fn pack(pixmap: &Pixmap) -> Result<(ColorType, Option<Vec<u8>>), Error> {
    let (pixels, _) = pixmap.data().as_chunks::<4>();
    let is_gray = pixels.iter().all(|[red, green, blue, _]| red == green && green == blue);
    let color = match (is_gray, pixmap.is_opaque()) {
        (false, false) => return Ok((ColorType::Rgba, None)),
        (false, true) => ColorType::Rgb,
        (true, false) => ColorType::GrayscaleAlpha,
        (true, true) => ColorType::Grayscale,
    };
    let mut data = alloc::try_with_capacity(pixels.len() * color.samples())?;
    match color {
        ColorType::Rgb => pixels.iter().for_each(|pixel| data.extend_from_slice(&pixel[..3])),
        ColorType::GrayscaleAlpha => pixels.iter().for_each(|pixel| data.extend_from_slice(&[pixel[0], pixel[3]])),
        _ => data.extend(pixels.iter().map(|pixel| pixel[0])),
    }
    Ok((color, Some(data)))
}
