//! PNG by the `png` crate, read row by row ([`still`]); what is interlaced at once, but without a second picture for 16 bits.
//!
//! The crate sees only the chunks that pixels depend on ([`source`]), and their checksums are compared here ([`chunks`]): a
//! picture whose every pixel is there is shown, whatever is wrong around it, its end mark missing, say.
//!
//! An embedded profile is followed, and so are colours named by numbers (`cICP`), which count more; `gAMA` and `cHRM` are not. Old editors wrote wrong gammas into plain sRGB pictures, and
//! common tools ignore the chunk. The EXIF may stand before or after the pixels.

mod chunks;
mod encode;
mod rows;
mod source;
mod still;

use palmette_core::{Pixmap, Reading, Size, alloc};
use png::{InterlaceInfo, Reader, Transformations};

use self::chunks::Parts;
pub(crate) use self::encode::{encode, encoding_memory};
use self::rows::{Colors, Rows};
use self::source::Source;
use self::still::Still;
use crate::exif::Exif;
use crate::reader::{Opened, PixelRows, Stored};
use crate::{Cause, DecodeOptions, Error, Format, Note, OnDamage, Probe, WorkingMemory, icc};

/// Rows between two looks at the clock.
const ROWS_PER_CHECK: u64 = 16;

/// Reads size, EXIF and the mark of an animation from the chunks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let parts = Parts::parse(bytes);
    let exif = Exif::parse(parts.exif);
    let (stored, is_interlaced) = (stored_size(&parts)?, is_interlaced(&parts)?);
    Ok(Probe {
        has_alpha: parts.has_alpha(),
        memory: exif.orientation.with_memory(WorkingMemory::own(0), stored),
        reading: WorkingMemory::own(if is_interlaced { stored.bytes() } else { 0 }),
        is_read_whole: is_interlaced,
        is_animated: parts.is_animated,
        copyright: exif.copyright,
        notes: notes(&parts),
        ..Probe::still(Format::Png, stored, exif.orientation)
    })
}

/// Says what is not followed of the colours that the file names.
fn notes(parts: &Parts<'_>) -> Vec<Note> {
    match (parts.colors, parts.profile) {
        (Some(colors), _) => colors.notes(),
        (None, None) => Vec::new(),
        (None, Some(_)) => read_header(parts).map_or_else(
            |_| Vec::new(),
            |reader| match reader.info() {
                info if info.icc_profile.is_none() => vec![Note::Profile],
                info => icc::notes(info.icc_profile.as_deref(), rows::is_gray(info.color_type)),
            },
        ),
    }
}

/// Opens a file to be read.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let parts = Parts::parse(bytes);
    let size = stored_size(&parts)?;
    options.limits.check(size)?;
    let (orientation, options) = (Exif::parse(parts.exif).orientation, *options);
    if is_interlaced(&parts)? {
        return Opened::whole(size, orientation, reading, Box::new(move || decode_interlaced(&parts, size, &options)));
    }
    let open = move || Ok(Box::new(Still::open(&parts, size, &options)?) as Box<dyn PixelRows>);
    Opened::by_rows(size, orientation, reading, Box::new(open))
}

/// Decodes to sRGB, not yet upright. Rows that are missing, if they may be, are clear.
fn decode_interlaced(parts: &Parts<'_>, size: Size, options: &DecodeOptions) -> Result<Stored, Error> {
    let is_shown = options.on_damage == OnDamage::Show;
    let mut damage = check_sums(parts, options)?;
    let mut reader = read_header(parts)?;
    let mut rows = rows_of(&reader, parts, size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    let row_bytes = pixmap.row_bytes();
    let mut pass_row = alloc::try_filled(row_bytes, 0)?;
    for number in 0..interlaced_rows(size) {
        if number % ROWS_PER_CHECK == 0 {
            options.deadline.check()?;
        }
        let row = match reader.next_interlaced_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) if is_shown && number > 0 => {
                damage = Some(error.into());
                break;
            }
            Err(error) => return Err(damaged(error)),
        };
        let pixels = rows.convert(row.data(), &mut pass_row);
        match row.interlace() {
            // There are none in passes.
            InterlaceInfo::Null(_) => {}
            // Pixels of an early pass stand for those that may be missing from later ones.
            InterlaceInfo::Adam7(info) if is_shown => {
                png::splat_interlaced_row(pixmap.data_mut(), row_bytes, pixels, info, 32);
            }
            InterlaceInfo::Adam7(info) => {
                png::expand_interlaced_row(pixmap.data_mut(), row_bytes, pixels, info, 32);
            }
        }
    }
    Ok(Stored { pixmap, damage })
}

/// Reads everything before the pixels.
fn read_header<'a>(parts: &Parts<'a>) -> Result<Reader<Source<'a>>, Error> {
    let mut decoder = png::Decoder::new(Source::new(parts)?);
    decoder.ignore_checksums(true);
    // Palettes to colour, transparent colours to alpha, and at least 8 bits.
    decoder.set_transformations(Transformations::EXPAND);
    decoder.read_info().map_err(damaged)
}

/// Compares checksums; returns what is wrong, if it may be.
fn check_sums(parts: &Parts<'_>, options: &DecodeOptions) -> Result<Option<Cause>, Error> {
    match parts.check() {
        Err(source) if options.on_damage == OnDamage::Refuse => Err(Error::Damaged { format: Format::Png, source }),
        result => Ok(result.err()),
    }
}

/// Prepares for the rows of a file whose header was read.
fn rows_of(reader: &Reader<Source<'_>>, parts: &Parts<'_>, size: Size) -> Result<Rows, Error> {
    let (color, depth) = reader.output_color_type();
    let colors = match parts.colors {
        Some(colors) => Colors::Numbers(colors),
        None => Colors::Profile(reader.info().icc_profile.as_deref()),
    };
    Rows::new(color, depth, &colors, size)
}

/// Counts the rows of all passes of an interlaced picture that are not empty.
///
/// After the last of them the decoder is left alone: it would complain of what follows.
fn interlaced_rows(size: Size) -> u64 {
    /// For each pass: its first column and row, and the steps to the next.
    const PASSES: [[u32; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let passes = PASSES.iter().filter(|[left, ..]| size.width > *left);
    passes.map(|&[_, top, _, step]| u64::from(size.height.saturating_sub(top).div_ceil(step))).sum()
}

/// Reads the size from the header.
fn stored_size(parts: &Parts<'_>) -> Result<Size, Error> {
    let &[w3, w2, w1, w0, h3, h2, h1, h0, ..] = parts.header()?;
    Ok(Size::new(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0])))
}

/// Reads from the header whether rows come in passes.
fn is_interlaced(parts: &Parts<'_>) -> Result<bool, Error> {
    parts.header().map(|&[.., interlacing]| interlacing != 0)
}

/// Makes the error of a damaged PNG.
fn damaged(error: png::DecodingError) -> Error {
    Error::Damaged { format: Format::Png, source: Cause::from(error) }
}
