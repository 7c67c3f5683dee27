//! The chunks of a WebP file: profile, EXIF, and the place of the first frame of an animation.

use palmette_core::Size;

use super::damaged;
use crate::Error;

/// Bytes of `RIFF`, a length and `WEBP`.
const HEADER_BYTES: usize = 12;
/// Bytes of the name and the length of a chunk.
const CHUNK_HEADER_BYTES: usize = 8;
/// Bytes of a frame chunk before its bitstream.
const FRAME_HEADER_BYTES: usize = 16;

/// What the chunks say.
#[derive(Debug, Default)]
pub(super) struct Container<'a> {
    /// The canvas of an extended file; a simple file has only the size of its bitstream.
    pub(super) canvas: Option<Size>,
    /// The profile.
    pub(super) icc: Option<&'a [u8]>,
    /// The EXIF.
    pub(super) exif: Option<&'a [u8]>,
    /// The first frame of an animation.
    pub(super) first_frame: Option<Frame<'a>>,
    /// The number of frames of an animation; 0 for a still picture.
    pub(super) frames: u32,
}

/// A frame of an animation.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Pixels from the left edge of the canvas.
    pub(super) left: u32,
    /// Pixels from the top edge of the canvas.
    pub(super) top: u32,
    /// The size of the frame.
    pub(super) size: Size,
    /// Its bitstream, with a chunk of alpha before it where it has one.
    pub(super) bitstream: &'a [u8],
}

impl<'a> Container<'a> {
    /// Walks the chunks; a chunk that is cut off ends the walk.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let mut container = Self::default();
        let mut rest = bytes.get(HEADER_BYTES..).unwrap_or_default();
        while let Some((name, content, after)) = next_chunk(rest) {
            rest = after;
            match name {
                b"VP8X" => container.canvas = read_canvas(content),
                b"ICCP" if container.icc.is_none() => container.icc = Some(content),
                b"EXIF" if container.exif.is_none() => container.exif = Some(content),
                b"ANMF" => {
                    container.frames += 1;
                    if container.first_frame.is_none() {
                        container.first_frame = read_frame(content);
                    }
                }
                _ => {}
            }
        }
        container
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

/// Reads where a frame lies, and its bitstream.
fn read_frame(content: &[u8]) -> Option<Frame<'_>> {
    Some(Frame {
        // Positions are stored halved.
        left: 2 * u24(content, 0)?,
        top: 2 * u24(content, 3)?,
        size: Size::new(u24(content, 6)? + 1, u24(content, 9)? + 1),
        bitstream: content.get(FRAME_HEADER_BYTES..)?,
    })
}

/// Reads a number of 24 bits.
fn u24(bytes: &[u8], at: usize) -> Option<u32> {
    let &[b0, b1, b2] = bytes.get(at..at + 3)? else { return None };
    Some(u32::from_le_bytes([b0, b1, b2, 0]))
}
