//! The blocks of a GIF, stepped over without decoding: how many frames there are, where they lie, how often they are played.
//!
//! Unknown extensions are stepped over, and so are zeros between blocks, which some programs pad with. A missing trailer hides
//! nothing: a file that ends between two blocks is whole, unless a block has announced a frame that does not come.

use std::num::NonZeroU32;

use palmette_core::Size;

use super::damaged_here;
use crate::Error;
use crate::area::Area;
use crate::canvas::Disposal;

/// Bytes of the signature and the description of the screen.
const HEADER_BYTES: usize = 13;
/// Block: an extension.
const EXTENSION: u8 = 0x21;
/// Block: a frame.
const FRAME: u8 = 0x2c;
/// Block: the end of the file.
const TRAILER: u8 = 0x3b;
/// Label of an extension that some program defined.
const APPLICATION: u8 = 0xff;
/// Label of the extension that says how the next frame is shown.
const CONTROL: u8 = 0xf9;
/// Flag of a description: a table of colours follows.
const HAS_TABLE: u8 = 0x80;
/// Flag of a frame: its rows are interlaced.
const IS_INTERLACED: u8 = 0x40;
/// Flag of a control: one of the indices is clear.
const HAS_TRANSPARENT: u8 = 1;
/// Milliseconds of the unit that delays are stored in.
const DELAY_UNIT_MS: u32 = 10;

/// What the blocks say all together.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The canvas: the logical screen, grown to the first frame, as in browsers.
    pub(super) canvas: Size,
    /// The canvas, or a frame's size along a side where that is longer: the most that a frame costs.
    pub(super) largest: Size,
    /// The number of frames, one that is cut off included.
    pub(super) frame_count: u32,
    /// How often the animation is played; absent means for ever. Once if the file says nothing.
    pub(super) plays: Option<NonZeroU32>,
    /// Whether no frame behind the first is cut off, and the file ends as a file may.
    pub(super) is_whole: bool,
}

impl Blocks {
    /// Steps over all blocks.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if even the size of the screen is cut off.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let Some(&[w0, w1, h0, h1]) = bytes.get(6..10) else { return Err(damaged_here("its header is cut off")) };
        let mut canvas = Size::new(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into());
        let mut largest = canvas;
        let (mut frame_count, mut is_cut_off) = (0_u32, false);
        let mut walk = Walk::start(bytes);
        while let Some(frame) = walk.next_frame() {
            let Area { left, top, size } = frame.area;
            if frame_count == 0 && size.area() > 0 {
                canvas.width = canvas.width.max(left + size.width);
                canvas.height = canvas.height.max(top + size.height);
                largest = canvas;
            }
            largest.width = largest.width.max(size.width);
            largest.height = largest.height.max(size.height);
            // All pixels of the first may be there all the same; decoding tells.
            is_cut_off |= frame.is_cut_off && frame_count > 0;
            frame_count = frame_count.saturating_add(1);
        }
        Ok(Self { canvas, largest, frame_count, plays: walk.plays, is_whole: walk.is_whole && !is_cut_off })
    }
}

/// A frame, as far as it goes.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Where it lies on the canvas.
    pub(super) area: Area,
    /// Whether its rows are stored in four passes.
    pub(super) is_interlaced: bool,
    /// Its own table of colours, if it has one, else that of the file, or none.
    pub(super) colors: &'a [u8],
    /// How it is shown.
    pub(super) control: Control,
    /// The size of the first codes, then blocks.
    pub(super) data: &'a [u8],
    /// Whether the file ends within it, its last block or its description.
    pub(super) is_cut_off: bool,
}

impl Frame<'_> {
    /// Makes a frame of which nothing is known but that there should be one.
    const fn cut_off(control: Control) -> Self {
        let area = Area::whole(Size::new(0, 0));
        Self { area, is_interlaced: false, colors: &[], control, data: &[], is_cut_off: true }
    }
}

/// How a frame is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    /// How long.
    pub(super) delay_ms: u32,
    /// What happens to its place afterwards.
    pub(super) disposal: Disposal,
    /// The index that draws nothing.
    pub(super) transparent: Option<u8>,
}

impl Control {
    /// What holds for a frame that nothing was said of.
    const DEFAULT: Self = Self { delay_ms: 0, disposal: Disposal::Keep, transparent: None };

    /// Reads the content of an extension; one of another length says nothing. Ways of disposal that mean nothing keep the frame.
    fn parse(content: &[u8]) -> Self {
        let &[4, flags, d0, d1, transparent, ..] = content else { return Self::DEFAULT };
        Self {
            delay_ms: u32::from(u16::from_le_bytes([d0, d1])) * DELAY_UNIT_MS,
            disposal: match (flags >> 2) & 7 {
                2 => Disposal::Clear,
                3 => Disposal::Restore,
                _ => Disposal::Keep,
            },
            transparent: (flags & HAS_TRANSPARENT != 0).then_some(transparent),
        }
    }
}

/// A walk over the blocks of a file, from frame to frame.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    rest: &'a [u8],
    /// The table of colours of the file.
    colors: &'a [u8],
    /// What was said of the next frame.
    control: Option<Control>,
    /// How often the animation is played, as far as it was said.
    plays: Option<NonZeroU32>,
    /// Whether the walk ended where a file may end.
    is_whole: bool,
}

impl<'a> Walk<'a> {
    /// Starts after the description of the screen.
    pub(super) fn start(bytes: &'a [u8]) -> Self {
        let after = bytes.get(HEADER_BYTES..).unwrap_or_default();
        let (colors, rest) = split_table(after, bytes.get(10).copied().unwrap_or_default());
        Self { rest, colors, control: None, plays: Some(NonZeroU32::MIN), is_whole: false }
    }

    /// Steps to the next frame and over it.
    pub(super) fn next_frame(&mut self) -> Option<Frame<'a>> {
        loop {
            let Some((&kind, after)) = self.rest.split_first() else {
                self.is_whole = true;
                return self.control.take().map(Frame::cut_off);
            };
            self.rest = after;
            match kind {
                EXTENSION => self.read_extension(),
                FRAME => return Some(self.read_frame()),
                TRAILER => {
                    self.is_whole = true;
                    return None;
                }
                0 => {}
                _ => return None,
            }
        }
    }

    /// Reads the extensions that say something, and steps over each.
    fn read_extension(&mut self) {
        let (&label, content) = self.rest.split_first().unwrap_or((&0, &[]));
        match label {
            CONTROL => self.control = Some(Control::parse(content)),
            APPLICATION => self.plays = read_plays(content).unwrap_or(self.plays),
            _ => {}
        }
        self.rest = skip_blocks(content).0;
    }

    /// Reads the description of a frame, and steps over its blocks.
    fn read_frame(&mut self) -> Frame<'a> {
        let control = self.control.take().unwrap_or(Control::DEFAULT);
        let Some((description, after)) = self.rest.split_first_chunk() else {
            self.rest = &[];
            return Frame::cut_off(control);
        };
        let &[x0, x1, y0, y1, w0, w1, h0, h1, flags] = description;
        let [left, top, width, height] =
            [[x0, x1], [y0, y1], [w0, w1], [h0, h1]].map(|bytes| u32::from(u16::from_le_bytes(bytes)));
        let (own, data) = split_table(after, flags);
        let (rest, is_whole) = skip_blocks(data.get(1..).unwrap_or_default());
        self.rest = rest;
        Frame {
            area: Area { left, top, size: Size::new(width, height) },
            is_interlaced: flags & IS_INTERLACED != 0,
            colors: if flags & HAS_TABLE == 0 { self.colors } else { own },
            control,
            data: &data[..data.len() - rest.len()],
            is_cut_off: !is_whole || data.is_empty(),
        }
    }
}

/// Returns the contents of blocks up to the empty one that ends them, the last as far as it goes.
pub(super) fn contents(mut blocks: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (&len, rest) = blocks.split_first().filter(|(len, _)| **len > 0)?;
        let (content, rest) = rest.split_at(rest.len().min(len.into()));
        blocks = rest;
        Some(content)
    })
}

/// Reads how often the animation is played, if this is the extension that says so: 0 is for ever, any other number
/// is how often it is *repeated*, so it is played once more.
fn read_plays(content: &[u8]) -> Option<Option<NonZeroU32>> {
    let after = content.strip_prefix(b"\x0bNETSCAPE2.0").or_else(|| content.strip_prefix(b"\x0bANIMEXTS1.0"))?;
    let &[3, 1, n0, n1] = after.first_chunk()? else { return None };
    Some(match u16::from_le_bytes([n0, n1]) {
        0 => None,
        repeats => NonZeroU32::MIN.checked_add(repeats.into()),
    })
}

/// Splits off a table of colours, whose presence and size `flags` tells; nothing follows one that is cut off.
fn split_table(bytes: &[u8], flags: u8) -> (&[u8], &[u8]) {
    let colors = if flags & HAS_TABLE == 0 { 0 } else { 2_usize << (flags & 7) };
    bytes.split_at_checked(3 * colors).unwrap_or((bytes, &[]))
}

/// Steps over blocks up to the empty one that ends them; tells whether none is cut off. The empty one may be missing at the end
/// of the file.
fn skip_blocks(mut bytes: &[u8]) -> (&[u8], bool) {
    while let Some((&len, rest)) = bytes.split_first() {
        if len == 0 {
            return (rest, true);
        }
        let Some(next) = rest.get(usize::from(len)..) else { return (&[], false) };
        bytes = next;
    }
    (&[], true)
}
