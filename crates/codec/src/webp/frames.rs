//! Frames of an animated WebP, decoded one at a time and composed on the canvas.
//!
//! The profile is applied to every frame before it is blended, as browsers do; the orientation to the canvas.

use std::fmt;

use palmette_core::{Pixmap, Size};

use super::container::{Chunks, Container};
use super::{damaged, damaged_by, libwebp};
use crate::Error;
use crate::canvas::{Canvas, Disposal, over};
use crate::exif::Exif;
use crate::icc::ToSrgb;
use crate::orient::Orientation;

/// What is left of the file, the canvas, and the memory for the pixels of a frame.
pub(crate) struct Frames<'a> {
    chunks: Chunks<'a>,
    canvas: Canvas,
    size: Size,
    to_srgb: ToSrgb,
    orientation: Orientation,
    pixels: Vec<u8>,
}

impl<'a> Frames<'a> {
    /// Prepares to decode frames onto a canvas.
    pub(super) fn open(bytes: &'a [u8], container: &Container<'a>, canvas: Size) -> Result<Self, Error> {
        Ok(Self {
            chunks: Chunks::of(bytes),
            canvas: Canvas::new(canvas)?,
            size: canvas,
            to_srgb: ToSrgb::from_rgb(container.icc),
            orientation: Exif::parse(container.exif).orientation,
            pixels: Vec::new(),
        })
    }

    /// Decodes the next frame; returns the canvas as it is then, and the delay in milliseconds.
    pub(crate) fn next_frame(&mut self) -> Result<(Pixmap, u32), Error> {
        let delay_ms = self.draw_next()?;
        Ok((self.orientation.apply(self.canvas.to_pixmap()?)?, delay_ms))
    }

    /// Decodes the first frame and gives the canvas away.
    pub(super) fn into_first(mut self) -> Result<Pixmap, Error> {
        self.draw_next()?;
        self.orientation.apply(self.canvas.into_pixmap())
    }

    /// Draws the next frame, and returns its delay in milliseconds.
    fn draw_next(&mut self) -> Result<u32, Error> {
        let frame = self.chunks.next_frame().ok_or_else(|| damaged("a frame is cut off"))?;
        let area = frame.area;
        if area.clip(self.size) != area {
            return Err(damaged("a frame reaches over the edge of the canvas"));
        }
        let width = area.size.width as usize;
        let len = width * area.size.height as usize * Pixmap::PIXEL_BYTES;
        self.pixels.clear();
        self.pixels.try_reserve_exact(len).map_err(|_| palmette_core::Error::OutOfMemory { bytes: len as u64 })?;
        self.pixels.resize(len, 0);
        libwebp::decode_into(&mut self.pixels, area.size, frame.bitstream).map_err(damaged_by)?;
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
        Ok(frame.delay_ms)
    }
}

impl fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}
