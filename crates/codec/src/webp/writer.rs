//! Frames to an animated WebP, each written as little more than the box of what changed.
//!
//! libwebp's own `WebPAnimEncoder` is not used: it leaves out a frame that equals the one before, encodes every frame up to
//! four ways to keep the smallest, and holds back a group of them. Here every frame is encoded once, and is a frame.

use std::num::NonZeroU32;

use palmette_core::{Deadline, Pixmap, Size};

use super::container::{Chunks, Frame, canvas_header, frame_header, write_chunk};
use super::libwebp::Encoding;
use super::{encode_with, failed};
use crate::area::Area;
use crate::{Cause, EncodeOptions, Error};

/// Flags of an extended file: it holds an animation; it holds alpha.
const FLAG_ANIMATION: u8 = 0x02;
const FLAG_ALPHA: u8 = 0x10;
/// The longest side that can be encoded.
const MAX_SIDE_PX: u32 = 16_383;
/// Where the flags stand in a file that [`Writer::new`] has begun.
const FLAGS_AT: usize = 20;

/// An animated WebP as it grows.
#[derive(Debug)]
pub(crate) struct Writer {
    file: Vec<u8>,
    encoding: Encoding,
    deadline: Deadline,
    /// The last frame.
    shown: Option<Pixmap>,
    has_alpha: bool,
}

impl Writer {
    /// Starts a file that is played so often, at most 65,535 times, or for ever.
    pub(crate) fn new(options: &EncodeOptions, size: Size, plays: Option<NonZeroU32>) -> Result<Self, Error> {
        if size.width.max(size.height) > MAX_SIDE_PX {
            return Err(failed(Cause::new("a side is longer than the 16,383 pixels of WebP")));
        }
        // For ever is 0.
        let plays = plays.map_or(0, |plays| u16::try_from(plays.get()).unwrap_or(u16::MAX));
        let [n0, n1] = plays.to_le_bytes();
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        write_chunk(&mut file, b"VP8X", &[&canvas_header(FLAG_ANIMATION, size)])
            .and_then(|()| write_chunk(&mut file, b"ANIM", &[&[0, 0, 0, 0, n0, n1]]))
            .ok_or_else(too_big)?;
        let encoding = Encoding::of(options);
        Ok(Self { file, encoding, deadline: options.deadline, shown: None, has_alpha: false })
    }

    /// Adds a frame of the size of the canvas.
    pub(crate) fn push(&mut self, pixmap: Pixmap, delay_ms: u32) -> Result<(), Error> {
        let Patch { area, pixels, replaces, encoding } = match &self.shown {
            None => Patch { area: Area::whole(pixmap.size()), pixels: None, replaces: true, encoding: self.encoding },
            Some(shown) => Patch::between(shown, &pixmap, self.encoding)?,
        };
        let pixels = pixels.as_ref().unwrap_or(&pixmap);
        self.has_alpha |= !pixels.is_opaque();
        let still = encode_with(pixels, encoding, self.deadline)?;
        let header =
            frame_header(&Frame { area, delay_ms, replaces, is_cleared: false, bitstream: &[], is_cut_off: false });
        let mut bitstream = Vec::new();
        for chunk in Chunks::of(&still).filter(|chunk| matches!(chunk.name, b"ALPH" | b"VP8 " | b"VP8L")) {
            write_chunk(&mut bitstream, chunk.name, &[chunk.content]).ok_or_else(too_big)?;
        }
        write_chunk(&mut self.file, b"ANMF", &[&header, &bitstream]).ok_or_else(too_big)?;
        self.shown = Some(pixmap);
        Ok(())
    }

    /// Returns the bytes that the file takes in memory by now.
    pub(crate) const fn file_bytes(&self) -> usize {
        self.file.capacity()
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.shown.is_none() {
            return Err(failed(Cause::new("an animation has no frame")));
        }
        let len = u32::try_from(self.file.len() - 8).map_err(|_| too_big())?;
        self.file[4..8].copy_from_slice(&len.to_le_bytes());
        if self.has_alpha {
            self.file[FLAGS_AT] |= FLAG_ALPHA;
        }
        Ok(self.file)
    }
}

/// What is drawn to come from one frame to the next.
struct Patch {
    area: Area,
    /// The pixels, if they are not those of the whole next frame.
    pixels: Option<Pixmap>,
    /// Whether they replace what is there, alpha included.
    replaces: bool,
    encoding: Encoding,
}

impl Patch {
    /// Finds the box of what changed, its corner at even numbers, as the format wants it.
    ///
    /// Without loss, the pixels in it that stay are drawn clear, if no other has alpha: then the frame can be blended.
    /// With loss the edges between the two would cost more than they save.
    fn between(shown: &Pixmap, next: &Pixmap, encoding: Encoding) -> Result<Self, Error> {
        let changed = Area::of_difference(shown, next, |now, then| now != then);
        if changed.size.area() == 0 {
            // A clear pixel that is blended changes nothing, and takes its time.
            let area = Area::whole(Size::new(1, 1));
            let pixels = Some(Pixmap::filled(area.size, [0; 4])?);
            return Ok(Self { area, pixels, replaces: false, encoding: Encoding::Lossless });
        }
        let corner = Area { left: changed.left & !1, top: changed.top & !1, size: Size::new(1, 1) };
        let area = changed.union(corner);
        let mut pixels = area.cut_out(next)?;
        let is_blended = encoding == Encoding::Lossless
            && area
                .rows(shown)
                .zip(area.rows(next))
                .all(|(before, after)| before.iter().zip(after).all(|(now, then)| now == then || then[3] == u8::MAX));
        if is_blended {
            let mut before = area.rows(shown);
            Area::whole(area.size).for_each_row(&mut pixels, |row| {
                for (pixel, shown) in row.iter_mut().zip(before.next().unwrap_or_default()) {
                    if pixel == shown {
                        *pixel = [0; 4];
                    }
                }
            });
        }
        Ok(Self { area, pixels: Some(pixels), replaces: !is_blended, encoding })
    }
}

/// Makes the error of a file that outgrew its format.
fn too_big() -> Error {
    failed(Cause::new("the file is over 4 GB"))
}
