//! The blocks of a GIF, stepped over without decoding: how many frames there are, how large, how often they are played.

use std::num::NonZeroU32;

use palmette_core::Size;

use super::damaged_here;
use crate::Error;

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

/// What the blocks say.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The logical screen.
    pub(super) screen: Size,
    /// The screen, or a frame's size along a side where that is longer: the most that a frame costs.
    pub(super) largest: Size,
    /// The number of frames; one that is cut off does not count.
    pub(super) frame_count: u32,
    /// How often the animation is played; absent means for ever. Once if the file says nothing.
    pub(super) plays: Option<NonZeroU32>,
    /// Whether the file goes on to its proper end.
    pub(super) is_whole: bool,
}

impl Blocks {
    /// Steps over all blocks; one that is cut off, or of no known kind, ends the walk.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if even the size of the screen is cut off.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let Some(&[w0, w1, h0, h1]) = bytes.get(6..10) else { return Err(damaged_here("its header is cut off")) };
        let screen = Size::new(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into());
        let mut blocks =
            Self { screen, largest: screen, frame_count: 0, plays: Some(NonZeroU32::MIN), is_whole: false };
        blocks.is_whole = blocks.walk(bytes).is_some();
        Ok(blocks)
    }

    /// Steps over all blocks up to the end of the file, or gives up.
    fn walk(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = skip_table(bytes.get(HEADER_BYTES..)?, *bytes.get(10)?)?;
        loop {
            let (&kind, after) = rest.split_first()?;
            rest = match kind {
                EXTENSION => {
                    let (&label, content) = after.split_first()?;
                    if label == APPLICATION {
                        self.plays = read_plays(content).unwrap_or(self.plays);
                    }
                    skip_blocks(content)?
                }
                FRAME => {
                    // Its box, a table of colours, the size of its codes, then blocks.
                    let &[_, _, _, _, w0, w1, h0, h1, flags] = after.first_chunk()?;
                    // Room is made for one that turns out to be cut off, too.
                    self.largest.width = self.largest.width.max(u16::from_le_bytes([w0, w1]).into());
                    self.largest.height = self.largest.height.max(u16::from_le_bytes([h0, h1]).into());
                    let rest = skip_blocks(skip_table(after.get(9..)?, flags)?.get(1..)?)?;
                    self.frame_count = self.frame_count.saturating_add(1);
                    rest
                }
                TRAILER => return Some(()),
                _ => return None,
            };
        }
    }
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

/// Steps over a table of colours, whose presence and size `flags` tells.
fn skip_table(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    let colors = if flags & 0x80 == 0 { 0 } else { 2_usize << (flags & 7) };
    bytes.get(3 * colors..)
}

/// Steps over blocks up to the empty one that ends them.
fn skip_blocks(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (&len, rest) = bytes.split_first()?;
        if len == 0 {
            return Some(rest);
        }
        bytes = rest.get(usize::from(len)..)?;
    }
}
