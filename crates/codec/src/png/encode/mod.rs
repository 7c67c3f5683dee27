//! Pixels to a PNG: without loss, or with a palette where a quality is given.
//!
//! Written here and not by the `png` crate, because size and speed are decided here: the colour type by what the pixels need
//! ([`layout`]), filter and compression by what they compress to ([`trial`]).
//!
//! Photos go the fast way: one filter, and `fdeflate`, which looks for nothing but runs of zeros. Everything that repeats
//! itself (screenshots, drawings, text, gradients) would be up to twenty times too large that way, so a sample is compressed
//! both ways first; where that says so, the filters are tried on the sample, and the best is used with level 6 of zlib.
//! Rows are packed, filtered and compressed some at a time, so that nothing is held but the file, and the clock is looked at.
//!
//! The whole picture has to be there before that: only behind its last row is it known whether a palette, grey or opaque pixels
//! are enough, and that is worth more to a reader of the file than the memory is to its writer.

mod deflate;
mod filter;
mod layout;
mod trial;

use palmette_core::{Pixmap, Size, alloc};

use self::deflate::Deflate;
use self::filter::FilteredRows;
use self::layout::Layout;
use crate::palette;
use crate::{Cause, EncodeFormat, EncodeOptions, Error, WorkingMemory};

/// The first bytes of every file.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// From this quality on nothing is lost.
const LOSSLESS_QUALITY: u8 = 100;
/// From this quality on a palette has all of its 256 colours.
const FULL_PALETTE_QUALITY: usize = 80;
/// Bytes of a chunk before its content, and behind it.
const CHUNK_HEAD_BYTES: usize = 8;

/// Encodes: without loss if no quality is given, or if 256 colours say all; else, below quality 100, with a palette.
///
/// A picture of more colours is then dithered to `256 · quality / 80` colours, at least 4 and at most 256, with their alpha.
pub(crate) fn encode(pixmap: &Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let mut layouts = alloc::try_with_capacity(2)?;
    match (palette::exact(pixmap)?, options.quality.filter(|&quality| quality < LOSSLESS_QUALITY)) {
        (Some(indexed), _) => {
            layouts.push(Layout::of_palette(indexed));
            layouts.push(Layout::of_colors(pixmap));
        }
        (None, Some(quality)) => {
            layouts.push(Layout::of_palette(palette::quantize(pixmap, max_colors(quality))?));
        }
        (None, None) => layouts.push(Layout::of_colors(pixmap)),
    }
    let (layout, way) = trial::choose(pixmap, &layouts)?;

    let mut file = SIGNATURE.to_vec();
    layout.write_head(&mut file, pixmap.size());
    let start = file.len();
    file.extend_from_slice(b"\0\0\0\0IDAT");
    let mut deflate = Deflate::start(file, way.compression);
    let mut rows = FilteredRows::new(pixmap, layout, way.filter)?;
    while let Some(piece) = rows.next_piece(0..pixmap.height()) {
        options.deadline.check()?;
        deflate.write(piece);
    }
    let mut file = deflate.finish();
    let len = file.len() - start - CHUNK_HEAD_BYTES;
    let len = u32::try_from(len).ok().filter(|&len| len <= i32::MAX.unsigned_abs()).ok_or_else(too_big)?;
    file[start..start + 4].copy_from_slice(&len.to_be_bytes());
    let sum = crc32fast::hash(&file[start + 4..]);
    file.extend_from_slice(&sum.to_be_bytes());
    write_chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

/// Says what encoding a picture holds: indices, and the file.
pub(crate) const fn encoding_memory(size: Size) -> WorkingMemory {
    WorkingMemory::own(size.area() * 5)
}

/// Returns the colours that a picture is quantised to.
fn max_colors(quality: u8) -> usize {
    (256 * usize::from(quality) / FULL_PALETTE_QUALITY).clamp(4, 256)
}

/// Appends a chunk of some bytes.
fn write_chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
    file.extend_from_slice(&len.to_be_bytes());
    let start = file.len();
    file.extend_from_slice(&kind);
    file.extend_from_slice(content);
    let sum = crc32fast::hash(&file[start..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

/// Makes the error of a file that outgrew its format.
fn too_big() -> Error {
    Error::Encode { format: EncodeFormat::Png, source: Cause::new("its pixels take over 2 GB") }
}
