//! Frames of an animated WebP, decoded one at a time and composed on the canvas.
//!
//! The profile is applied to every frame before it is blended, as browsers do; the orientation to the canvas.

use std::fmt;

use palmette_core::{Pixmap, Size};

use super::container::{Chunks, Container};
use super::{damaged, decode_rows};
use crate::canvas::{Canvas, Disposal, over};
use crate::exif::Exif;
use crate::icc::ToSrgb;
use crate::orient::Orientation;
use crate::reader::Stored;
use crate::{Cause, DecodeOptions, Decoded, Error};

/// What is left of the file, the canvas, and the memory for the pixels of a frame.
pub(crate) struct Frames<'a> {
    chunks: Chunks<'a>,
    canvas: Canvas,
    size: Size,
    to_srgb: ToSrgb,
    orientation: Orientation,
    pixels: Vec<u8>,
    options: DecodeOptions,
    /// Whether no frame was drawn yet.
    is_first: bool,
}

impl<'a> Frames<'a> {
    /// Prepares to decode frames onto a canvas.
    pub(super) fn open(
        bytes: &'a [u8],
        container: &Container<'a>,
        canvas: Size,
        options: &DecodeOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            chunks: Chunks::of(bytes),
            canvas: Canvas::new(canvas)?,
            size: canvas,
            to_srgb: ToSrgb::from_rgb(container.icc),
            orientation: Exif::parse(container.exif).orientation,
            pixels: Vec::new(),
            options: *options,
            is_first: true,
        })
    }

    /// Decodes the next frame; returns the canvas as it is then, and the delay in milliseconds.
    ///
    /// Of the first frame, rows may be missing if the caller allows that; any other is whole or an error.
    pub(crate) fn next_frame(&mut self) -> Result<(Decoded, u32), Error> {
        let (damage, delay_ms) = self.draw_next()?;
        let pixmap = self.orientation.apply(self.canvas.to_pixmap()?)?;
        Ok((Decoded { pixmap, damage }, delay_ms))
    }

    /// Decodes the first frame and gives the canvas away, as it is stored.
    pub(super) fn into_first(mut self) -> Result<Stored, Error> {
        let (damage, _) = self.draw_next()?;
        Ok(Stored { pixmap: self.canvas.into_pixmap(), damage })
    }

    /// Draws the next frame; returns why rows are missing, if they may be, and its delay in milliseconds.
    fn draw_next(&mut self) -> Result<(Option<Cause>, u32), Error> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        let frame = self.chunks.next_frame().filter(|frame| is_first || !frame.is_cut_off);
        let frame = frame.ok_or_else(|| damaged("a frame is cut off"))?;
        let area = frame.area;
        if area.clip(self.size) != area {
            return Err(damaged("a frame reaches over the edge of the canvas"));
        }
        let width = area.size.width as usize;
        let len = width * area.size.height as usize * Pixmap::PIXEL_BYTES;
        self.pixels.clear();
        self.pixels.try_reserve_exact(len).map_err(|_| palmette_core::Error::OutOfMemory { bytes: len as u64 })?;
        self.pixels.resize(len, 0);
        let damage = decode_rows(&mut self.pixels, area.size, frame.bitstream, &self.options, is_first)?;
        self.to_srgb.convert_pixels(&mut self.pixels);
        let (pixels, _) = self.pixels.as_chunks::<4>();
        let disposal = if frame.is_cleared { Disposal::Clear } else { Disposal::Keep };
        self.canvas.draw(area, disposal, |y, row| {
            let pixels = &pixels[y * width..(y + 1) * width];
            if frame.replaces {
                row.copy_from_slice(pixels);
            } else {
                row.iter_mut().zip(pixels).for_each(|(backdrop, &pixel)| *backdrop = over(pixel, *backdrop));
            }
        })?;
        Ok((damage, frame.delay_ms))
    }
}

impl fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}
