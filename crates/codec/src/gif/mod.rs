//! GIF: blocks are read in [`blocks`], their codes decoded in [`frames`] and, for the rows of the first one, in [`first`]; files
//! are written by the `gif` crate.
//!
//! Outside the first frame the screen is transparent, and the background colour of the header is ignored, as in browsers.

mod blocks;
mod first;
mod frames;
mod writer;

use std::num::NonZeroU32;

use palmette_core::{Pixmap, Reading, Size};

use self::blocks::Blocks;
use self::first::FirstFrame;
pub(crate) use self::frames::Frames;
pub(crate) use self::writer::Writer;
use crate::animation::Layout;
use crate::orient::Orientation;
use crate::reader::{Opened, PixelRows};
use crate::{Cause, DecodeOptions, EncodeFormat, Error, Format, OnDamage, Probe, WorkingMemory};

/// Reads the size of the canvas and of the largest frame, and counts frames by stepping over blocks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let blocks = Blocks::parse(bytes)?;
    Ok(Probe {
        stored_size: blocks.largest,
        is_animated: blocks.frame_count > 1,
        frame_count: blocks.frame_count.max(1),
        // The indices of a frame.
        memory: WorkingMemory::own(blocks.largest.area()),
        reading: WorkingMemory::own(blocks.largest.area()),
        ..Probe::still(Format::Gif, blocks.canvas, Orientation::default())
    })
}

/// Opens a file for its first frame to be read.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let (canvas, options) = (Blocks::parse(bytes)?.canvas, *options);
    options.limits.check(canvas)?;
    let open = move || Ok(Box::new(FirstFrame::decode(bytes, &options)?) as Box<dyn PixelRows>);
    Opened::by_rows(canvas, Orientation::default(), reading, Box::new(open))
}

/// Counts the frames, checks them against the limits, and prepares to decode them.
///
/// A frame may be larger than the canvas that it is cut to, and costs its own size; so the limit on all frames is applied to
/// the largest. A frame that is cut off is told at once, unless those before it may be shown.
pub(crate) fn animation<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<(Layout, Frames<'a>), Error> {
    let blocks = Blocks::parse(bytes)?;
    let limits = &options.limits;
    limits.check(blocks.canvas)?;
    limits.check_animation(blocks.largest, blocks.frame_count)?;
    if !blocks.is_whole && options.on_damage == OnDamage::Refuse {
        return Err(damaged_here("a frame is cut off"));
    }
    if blocks.frame_count == 0 {
        return Err(damaged_here("it has no frame"));
    }
    let layout = Layout { size: blocks.canvas, frame_count: blocks.frame_count, plays: blocks.plays };
    Ok((layout, Frames::open(bytes, blocks.canvas, options)?))
}

/// Says what encoding a picture holds: the canvas, what changed, indices, and the file.
pub(crate) const fn encoding_memory(size: Size) -> WorkingMemory {
    WorkingMemory::own(size.area() * 14)
}

/// Encodes a still picture.
pub(crate) fn encode(pixmap: Pixmap) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new(pixmap.size(), Some(NonZeroU32::MIN))?;
    writer.push(pixmap, 0)?;
    writer.finish()
}

/// Makes the error of a GIF that was found damaged here.
fn damaged_here(reason: &'static str) -> Error {
    Error::Damaged { format: Format::Gif, source: Cause::new(reason) }
}

/// Makes the error of an encoder that failed.
fn failed(source: impl Into<Cause>) -> Error {
    Error::Encode { format: EncodeFormat::Gif, source: source.into() }
}
