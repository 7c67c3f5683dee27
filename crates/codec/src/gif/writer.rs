//! Frames to a GIF, each written as little more than what changed.
//!
//! A frame is written when the next one is known, because only then it is clear whether its place has to be cleared:
//! GIF can draw over pixels, but take them away only all at once, with the frame that they came with. So two pictures are
//! held: the screen as written so far, and the frame that waits.
//!
//! Inside the box of what changed the pixels that stay are transparent, which compresses well and leaves all colours of the
//! palette to those that do not stay. Dithering, too, rests where the picture does.

use std::num::NonZeroU32;

use gif::{DisposalMethod, Encoder, Frame, Repeat};
use palmette_core::{Pixmap, Size};

use super::failed;
use crate::area::Area;
use crate::palette::{self, Indexed};
use crate::{Cause, Error};

/// From this alpha on a pixel is opaque; below it is clear.
const OPAQUE_ALPHA: u8 = 128;

/// Delays of more than this are honoured by browsers; shorter ones are shown for 100 ms.
const TOO_SHORT_MS: u32 = 10;

/// A GIF as it grows.
#[derive(Debug)]
pub(crate) struct Writer {
    encoder: FileEncoder,
    /// The screen after all frames that are written, the last of them disposed of.
    screen: Pixmap,
    /// The frame that waits for the next, and its delay in units of the file.
    waiting: Option<(Pixmap, u16)>,
    /// Whether no frame was written yet.
    is_first: bool,
}

impl Writer {
    /// Starts a file that is played so often, or for ever.
    ///
    /// The file counts repetitions, one less than plays, and at most 65,535 of them.
    pub(crate) fn new(size: Size, plays: Option<NonZeroU32>) -> Result<Self, Error> {
        let (Ok(width), Ok(height)) = (u16::try_from(size.width), u16::try_from(size.height)) else {
            return Err(failed(Cause::new("a side is longer than the 65,535 pixels of GIF")));
        };
        let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(failed)?;
        let repeat = match plays {
            None => Repeat::Infinite,
            Some(plays) => Repeat::Finite(u16::try_from(plays.get() - 1).unwrap_or(u16::MAX)),
        };
        // Nothing is written for 0 repetitions, which readers take for one play.
        encoder.set_repeat(repeat).map_err(failed)?;
        let screen = Pixmap::filled(size, [0; 4])?;
        Ok(Self { encoder: FileEncoder(encoder), screen, waiting: None, is_first: true })
    }

    /// Adds a frame of the size of the screen.
    pub(crate) fn push(&mut self, mut pixmap: Pixmap, delay_ms: u32) -> Result<(), Error> {
        make_alpha_binary(&mut pixmap);
        if let Some((waiting, delay)) = self.waiting.take() {
            self.write(waiting, delay, Some(&pixmap))?;
        }
        self.waiting = Some((pixmap, delay_units(delay_ms)));
        Ok(())
    }

    /// Returns the bytes that the file takes in memory by now.
    pub(crate) fn file_bytes(&self) -> usize {
        self.encoder.0.get_ref().capacity()
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Error> {
        match self.waiting.take() {
            Some((waiting, delay)) => self.write(waiting, delay, None)?,
            None => return Err(failed(Cause::new("an animation has no frame"))),
        }
        self.encoder.0.into_inner().map_err(failed)
    }

    /// Writes a frame, which `next` follows.
    fn write(&mut self, frame: Pixmap, delay: u16, next: Option<&Pixmap>) -> Result<(), Error> {
        let cleared = next.map(|next| Area::of_difference(&frame, next, |now, then| now[3] != 0 && then[3] == 0));
        let cleared = cleared.filter(|area| area.size.area() > 0);
        let changed = match self.is_first {
            true => Area::whole(frame.size()),
            false => Area::of_difference(&self.screen, &frame, |now, then| now != then),
        };
        let at = cleared.map_or(changed, |cleared| changed.union(cleared));
        // A frame of nothing still takes its time.
        let at = if at.size.area() == 0 { Area::whole(Size::new(1, 1)) } else { at };

        let Indexed { palette, indices } = indexed(&self.screen, &frame, at)?;
        let transparent = palette.iter().position(|color| color[3] == 0).and_then(|index| u8::try_from(index).ok());
        let [left, top, width, height] =
            [at.left, at.top, at.size.width, at.size.height].map(|side| u16::try_from(side).unwrap_or(u16::MAX));
        self.encoder
            .0
            .write_frame(&Frame {
                delay,
                dispose: if cleared.is_some() { DisposalMethod::Background } else { DisposalMethod::Keep },
                transparent,
                left,
                top,
                width,
                height,
                palette: Some(palette.iter().flat_map(|color| &color[..3]).copied().collect()),
                buffer: indices.into(),
                ..Frame::default()
            })
            .map_err(failed)?;

        self.screen = frame;
        self.is_first = false;
        if cleared.is_some() {
            at.for_each_row(&mut self.screen, |row| row.fill([0; 4]));
        }
        Ok(())
    }
}

/// Finds colours for a part of a frame: without loss if 256 are enough, else by quantising.
///
/// What is on the screen already becomes clear; unless the one colour that this takes is the one too many.
fn indexed(screen: &Pixmap, frame: &Pixmap, at: Area) -> Result<Indexed, Error> {
    let plain = at.cut_out(frame)?;
    let mut changes = plain.clone();
    let mut on_screen = at.rows(screen);
    Area::whole(at.size).for_each_row(&mut changes, |row| {
        for (pixel, shown) in row.iter_mut().zip(on_screen.next().unwrap_or_default()) {
            if pixel == shown {
                *pixel = [0; 4];
            }
        }
    });
    if let Some(indexed) = palette::exact(&changes)? {
        return Ok(indexed);
    }
    // Where the frame is clear the screen has to stay as it is, which is clear, too.
    if let Some(indexed) = palette::exact(&plain)? {
        return Ok(indexed);
    }
    palette::quantize(&changes, 256)
}

/// Makes every pixel opaque or clear.
fn make_alpha_binary(pixmap: &mut Pixmap) {
    for pixel in pixmap.data_mut().as_chunks_mut::<4>().0 {
        if pixel[3] >= OPAQUE_ALPHA {
            pixel[3] = 255;
        } else {
            *pixel = [0; 4];
        }
    }
}

/// Rounds a delay to hundredths of a second.
///
/// A delay that browsers honour must not become one that they do not: 11 to 14 ms become 20.
fn delay_units(delay_ms: u32) -> u16 {
    let units = delay_ms.saturating_add(5) / 10;
    let units = if delay_ms > TOO_SHORT_MS { units.max(2) } else { units };
    u16::try_from(units).unwrap_or(u16::MAX)
}

/// The encoder of the library, which has no `Debug`.
struct FileEncoder(Encoder<Vec<u8>>);

impl std::fmt::Debug for FileEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileEncoder").field("bytes", &self.0.get_ref().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gif_delays_round_to_what_browsers_honour() {
        for (delay_ms, units) in [
            (0, 0),
            (4, 0),
            (5, 1),
            (10, 1),
            (11, 2),
            (14, 2),
            (24, 2),
            (25, 3),
            (40, 4),
            (100, 10),
            (u32::MAX, 65_535),
        ] {
            assert_eq!(delay_units(delay_ms), units, "{delay_ms} ms");
        }
    }
}
