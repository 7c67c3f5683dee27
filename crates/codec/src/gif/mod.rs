//! GIF by the `gif` crate, which decodes frames as indices and writes them; blocks are counted in [`blocks`].
//!
//! Outside the first frame the screen is transparent, and the background colour of the header is ignored, as in browsers.

mod blocks;
mod frames;
mod writer;

use std::num::NonZeroU32;

use palmette_core::{Pixmap, Size};

use self::blocks::Blocks;
pub(crate) use self::frames::Frames;
pub(crate) use self::writer::Writer;
use crate::animation::Layout;
use crate::{Cause, DecodeOptions, Decoded, EncodeFormat, Error, Format, Probe, WorkingMemory};

/// Reads the size of the logical screen and of the largest frame, and counts frames by stepping over blocks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let blocks = Blocks::parse(bytes)?;
    Ok(Probe {
        stored_size: blocks.largest,
        is_animated: blocks.frame_count > 1,
        frame_count: blocks.frame_count.max(1),
        // The indices of a frame.
        memory: WorkingMemory::own(blocks.largest.area()),
        ..Probe::still(Format::Gif, blocks.screen)
    })
}

/// Decodes the first frame.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    Frames::open(bytes, Blocks::parse(bytes)?.screen, &options.limits)?.into_first().map(Decoded::whole)
}

/// Counts the frames, checks them against the limits, and prepares to decode them.
///
/// A frame may be larger than the screen that it is cut to, and costs its own size; so the limit on all frames is applied to
/// the largest.
pub(crate) fn animation<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<(Layout, Frames<'a>), Error> {
    let blocks = Blocks::parse(bytes)?;
    let limits = &options.limits;
    limits.check(blocks.screen)?;
    limits.check_animation(blocks.largest, blocks.frame_count)?;
    if !blocks.is_whole {
        return Err(damaged_here("it ends before its trailer"));
    }
    if blocks.frame_count == 0 {
        return Err(damaged_here("it has no frame"));
    }
    let layout = Layout { size: blocks.screen, frame_count: blocks.frame_count, plays: blocks.plays };
    Ok((layout, Frames::open(bytes, blocks.screen, limits)?))
}

/// Says what encoding a picture holds: the screen, what changed, indices, and the file.
pub(crate) const fn encoding_memory(size: Size) -> WorkingMemory {
    WorkingMemory::own(size.area() * 14)
}

/// Encodes a still picture.
pub(crate) fn encode(pixmap: Pixmap) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new(pixmap.size(), Some(NonZeroU32::MIN))?;
    writer.push(pixmap, 0)?;
    writer.finish()
}

/// Makes the error of a damaged GIF.
fn damaged(error: gif::DecodingError) -> Error {
    Error::Damaged { format: Format::Gif, source: Cause::from(error) }
}

/// Makes the error of a GIF that was found damaged here.
const fn damaged_here(reason: &'static str) -> Error {
    Error::Damaged { format: Format::Gif, source: Cause::new(reason) }
}

/// Makes the error of an encoder that failed.
fn failed(source: impl Into<Cause>) -> Error {
    Error::Encode { format: EncodeFormat::Gif, source: source.into() }
}
