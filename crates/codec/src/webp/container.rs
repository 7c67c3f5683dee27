//! The chunks of a WebP file: profile, EXIF, and the frames of an animation with their places. Written here, too.

use std::num::NonZeroU32;

use palmette_core::Size;

use super::damaged;
use crate::Error;
use crate::area::Area;

/// Bytes of `RIFF`, a length and `WEBP`.
const HEADER_BYTES: usize = 12;
/// Bytes of the name and the length of a chunk.
const CHUNK_HEADER_BYTES: usize = 8;
/// Bytes of a frame chunk before its bitstream.
const FRAME_HEADER_BYTES: usize = 16;
/// The largest number of 24 bits.
const MAX_U24: u32 = (1 << 24) - 1;

/// Flag of a frame: draw it without blending.
const FRAME_REPLACES: u8 = 2;
/// Flag of a frame: clear its place before the next.
const FRAME_IS_CLEARED: u8 = 1;

/// What the chunks say.
#[derive(Debug, Default)]
pub(super) struct Container<'a> {
    /// The canvas of an extended file; a simple file has only the size of its bitstream.
    pub(super) canvas: Option<Size>,
    /// The profile.
    pub(super) icc: Option<&'a [u8]>,
    /// The EXIF.
    pub(super) exif: Option<&'a [u8]>,
    /// How often the animation is played; absent means for ever.
    pub(super) plays: Option<NonZeroU32>,
    /// The number of frames of an animation; 0 for a still picture.
    pub(super) frame_count: u32,
    /// Whether the picture is lossy and without alpha.
    pub(super) is_lossy_opaque: bool,
    /// Whether every chunk is as long as it says.
    pub(super) is_whole: bool,
}

/// A frame of an animation.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Where it lies on the canvas.
    pub(super) area: Area,
    /// How long it is shown.
    pub(super) delay_ms: u32,
    /// Whether it replaces what it is drawn on, alpha included.
    pub(super) replaces: bool,
    /// Whether its place is cleared before the next frame.
    pub(super) is_cleared: bool,
    /// Its bitstream, with a chunk of alpha before it where it has one.
    pub(super) bitstream: &'a [u8],
}

impl<'a> Container<'a> {
    /// Walks the chunks; a chunk that is cut off ends the walk.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let mut container = Self { is_lossy_opaque: true, ..Self::default() };
        let mut chunks = Chunks::of(bytes);
        for (name, content) in &mut chunks {
            match name {
                b"VP8X" => container.canvas = read_canvas(content),
                b"ICCP" if container.icc.is_none() => container.icc = Some(content),
                b"EXIF" if container.exif.is_none() => container.exif = Some(content),
                b"ANIM" => container.plays = read_plays(content),
                b"ANMF" => {
                    container.frame_count = container.frame_count.saturating_add(1);
                    // A frame may have either.
                    container.is_lossy_opaque = false;
                }
                b"VP8L" | b"ALPH" => container.is_lossy_opaque = false,
                _ => {}
            }
        }
        container.is_whole = chunks.rest.is_empty();
        container
    }
}

/// The chunks of a file: their names and contents.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    /// What was not walked yet; in the end what is no chunk, or one that is cut off.
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    /// Starts at the first chunk of a file; what follows the length that the file declares is not looked at.
    pub(super) fn of(file: &'a [u8]) -> Self {
        let declared = file.get(4..8).and_then(|len| len.try_into().ok()).map_or(0, u32::from_le_bytes);
        let end = (declared as usize).saturating_add(CHUNK_HEADER_BYTES).min(file.len());
        Self { rest: file.get(HEADER_BYTES..end).unwrap_or_default() }
    }

    /// Returns the next frame of an animation, as far as it goes.
    pub(super) fn next_frame(&mut self) -> Option<Frame<'a>> {
        self.find(|(name, _)| *name == b"ANMF").and_then(|(_, content)| read_frame(content))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, content, rest) = next_chunk(self.rest)?;
        self.rest = rest;
        Some((name, content))
    }
}

/// Checks that the file is as long as it says.
///
/// # Errors
///
/// [`Error::Damaged`] if it was cut off.
pub(super) fn check_len(bytes: &[u8]) -> Result<(), Error> {
    match bytes.get(4..8).and_then(|len| len.try_into().ok()).map(u32::from_le_bytes) {
        Some(len) if len as usize <= bytes.len() - CHUNK_HEADER_BYTES => Ok(()),
        _ => Err(damaged("it ends before the length that it declares")),
    }
}

/// Splits off the next chunk: its name, its content, and what follows.
fn next_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (name, rest) = bytes.split_first_chunk()?;
    let (len, rest) = rest.split_first_chunk()?;
    let len = u32::from_le_bytes(*len) as usize;
    let content = rest.get(..len)?;
    // A chunk of odd length is padded; a missing pad at the end of the file is forgiven.
    Some((name, content, rest.get(len + len % 2..).unwrap_or_default()))
}

/// Reads the size of the canvas.
fn read_canvas(content: &[u8]) -> Option<Size> {
    Some(Size::new(u24(content, 4)? + 1, u24(content, 7)? + 1))
}

/// Reads how often an animation is played: 0 is for ever.
fn read_plays(content: &[u8]) -> Option<NonZeroU32> {
    let &[_, _, _, _, n0, n1, ..] = content else { return None };
    NonZeroU32::new(u16::from_le_bytes([n0, n1]).into())
}

/// Reads where and how a frame is drawn, and its bitstream.
fn read_frame(content: &[u8]) -> Option<Frame<'_>> {
    let size = Size::new(u24(content, 6)? + 1, u24(content, 9)? + 1);
    let flags = *content.get(15)?;
    Some(Frame {
        // Positions are stored halved.
        area: Area { left: 2 * u24(content, 0)?, top: 2 * u24(content, 3)?, size },
        delay_ms: u24(content, 12)?,
        replaces: flags & FRAME_REPLACES != 0,
        is_cleared: flags & FRAME_IS_CLEARED != 0,
        bitstream: content.get(FRAME_HEADER_BYTES..)?,
    })
}

/// Reads a number of 24 bits.
fn u24(bytes: &[u8], at: usize) -> Option<u32> {
    let &[b0, b1, b2] = bytes.get(at..at + 3)? else { return None };
    Some(u32::from_le_bytes([b0, b1, b2, 0]))
}

/// Appends a chunk, padded to an even length.
///
/// # Errors
///
/// [`None`] if its length takes more than 32 bits.
pub(super) fn write_chunk(file: &mut Vec<u8>, name: &[u8; 4], content: &[&[u8]]) -> Option<()> {
    let len = u32::try_from(content.iter().map(|part| part.len()).sum::<usize>()).ok()?;
    file.extend_from_slice(name);
    file.extend_from_slice(&len.to_le_bytes());
    content.iter().for_each(|part| file.extend_from_slice(part));
    if len % 2 == 1 {
        file.push(0);
    }
    Some(())
}

/// Describes where and how a frame is drawn, as [`read_frame`] reads it. Left and top are even.
pub(super) fn frame_header(frame: &Frame<'_>) -> [u8; FRAME_HEADER_BYTES] {
    let Area { left, top, size } = frame.area;
    let mut header = [0; FRAME_HEADER_BYTES];
    let numbers = [left / 2, top / 2, size.width - 1, size.height - 1, frame.delay_ms.min(MAX_U24)];
    for (bytes, number) in header.as_chunks_mut::<3>().0.iter_mut().zip(numbers) {
        bytes.copy_from_slice(&u24_bytes(number));
    }
    header[15] = if frame.replaces { FRAME_REPLACES } else { 0 } | if frame.is_cleared { FRAME_IS_CLEARED } else { 0 };
    header
}

/// Describes an extended file.
pub(super) fn canvas_header(flags: u8, canvas: Size) -> [u8; 10] {
    let ([w0, w1, w2], [h0, h1, h2]) = (u24_bytes(canvas.width - 1), u24_bytes(canvas.height - 1));
    [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]
}

/// Splits a number into 24 bits.
fn u24_bytes(number: u32) -> [u8; 3] {
    let [b0, b1, b2, _] = number.to_le_bytes();
    [b0, b1, b2]
}
