//! The chunks of a WebP file: profile, EXIF, and the frames of an animation with their places. Written here, too.

use std::num::NonZeroU32;

use palmette_core::Size;

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
    /// The number of frames of an animation, one that is cut off included; 0 for a still picture.
    pub(super) frame_count: u32,
    /// Whether the picture is lossy and without alpha.
    pub(super) is_lossy_opaque: bool,
    /// Whether no frame behind the first is cut off or missing.
    pub(super) is_whole: bool,
    /// The bitstream of a still picture, with a chunk of alpha before it where it has one; as far as it goes.
    pub(super) image: Option<&'a [u8]>,
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
    /// Whether the file ends within it.
    pub(super) is_cut_off: bool,
}

impl<'a> Container<'a> {
    /// Walks the chunks.
    ///
    /// A file that is shorter than it says, and does not end within a chunk of another kind, is taken to lack a frame.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let mut container = Self { is_lossy_opaque: true, ..Self::default() };
        let mut chunks = Chunks::of(bytes);
        let (mut image_start, mut last) = (None, None);
        loop {
            let here = chunks.rest;
            let Some(chunk) = chunks.next() else { break };
            match chunk.name {
                b"VP8X" => container.canvas = read_canvas(chunk.content),
                b"ICCP" if container.icc.is_none() => container.icc = chunk.whole_content(),
                b"EXIF" if container.exif.is_none() => container.exif = chunk.whole_content(),
                b"ANIM" => container.plays = read_plays(chunk.content),
                b"ANMF" => {
                    container.frame_count = container.frame_count.saturating_add(1);
                    // A frame may have either.
                    container.is_lossy_opaque = false;
                }
                b"ALPH" | b"VP8L" | b"VP8 " => {
                    container.is_lossy_opaque &= chunk.name == b"VP8 ";
                    let start = *image_start.get_or_insert(here);
                    if chunk.name != b"ALPH" && container.image.is_none() {
                        container.image = Some(&start[..start.len() - chunks.rest.len()]);
                    }
                }
                _ => {}
            }
            last = Some(chunk);
        }
        container.image = container.image.or(image_start);
        let is_metadata_cut = last.is_some_and(|chunk| chunk.is_cut_off() && chunk.name != b"ANMF");
        let lacks_unseen = !is_metadata_cut && chunks.lack(last);
        let is_later_cut = container.frame_count > 1 && last.is_some_and(|chunk| chunk.is_cut_off());
        container.is_whole = is_metadata_cut || !lacks_unseen && !is_later_cut;
        if container.frame_count > 0 && lacks_unseen && !is_later_cut {
            container.frame_count = container.frame_count.saturating_add(1);
        }
        container
    }
}

/// A chunk, as far as it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    pub(super) name: &'a [u8; 4],
    pub(super) content: &'a [u8],
    /// How many bytes of the content are missing, because the file ends within it.
    missing: usize,
}

impl<'a> Chunk<'a> {
    /// Returns the content, if all of it is there.
    fn whole_content(self) -> Option<&'a [u8]> {
        (!self.is_cut_off()).then_some(self.content)
    }

    /// Tells whether the file ends within the content.
    const fn is_cut_off(self) -> bool {
        self.missing > 0
    }
}

/// The chunks of a file one after another.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    /// What was not walked yet; in the end what is too short for a chunk.
    rest: &'a [u8],
    /// How many bytes the file lacks, as it declares its length.
    lacking: usize,
}

impl<'a> Chunks<'a> {
    /// Starts at the first chunk of a file; what follows the length that the file declares is not looked at.
    pub(super) fn of(file: &'a [u8]) -> Self {
        let declared = file.get(4..8).and_then(|len| len.try_into().ok()).map_or(0, u32::from_le_bytes);
        let declared = (declared as usize).saturating_add(CHUNK_HEADER_BYTES);
        let end = declared.min(file.len());
        Self { rest: file.get(HEADER_BYTES..end).unwrap_or_default(), lacking: declared - end }
    }

    /// Returns the next frame of an animation, as far as it goes.
    pub(super) fn next_frame(&mut self) -> Option<Frame<'a>> {
        self.find(|chunk| chunk.name == b"ANMF").and_then(read_frame)
    }

    /// Tells, after the last chunk, whether more should follow. The byte that pads a last chunk of odd length may be missing.
    fn lack(&self, last: Option<Chunk<'_>>) -> bool {
        let known = last.map_or(0, |chunk| chunk.missing + (chunk.content.len() + chunk.missing) % 2);
        !self.rest.is_empty() || self.lacking > known
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (name, after) = self.rest.split_first_chunk()?;
        let (len, after) = after.split_first_chunk()?;
        let len = u32::from_le_bytes(*len) as usize;
        let (content, rest) = after.split_at(len.min(after.len()));
        // A chunk of odd length is padded.
        self.rest = rest.get(len % 2..).unwrap_or_default();
        Some(Chunk { name, content, missing: len - content.len() })
    }
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
fn read_frame(chunk: Chunk<'_>) -> Option<Frame<'_>> {
    let content = chunk.content;
    let size = Size::new(u24(content, 6)? + 1, u24(content, 9)? + 1);
    let flags = *content.get(15)?;
    Some(Frame {
        // Positions are stored halved.
        area: Area { left: 2 * u24(content, 0)?, top: 2 * u24(content, 3)?, size },
        delay_ms: u24(content, 12)?,
        replaces: flags & FRAME_REPLACES != 0,
        is_cleared: flags & FRAME_IS_CLEARED != 0,
        bitstream: content.get(FRAME_HEADER_BYTES..)?,
        is_cut_off: chunk.is_cut_off(),
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
