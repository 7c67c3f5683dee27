//! Frames of a GIF, decoded one at a time and composed on the logical screen.

use std::fmt;

use gif::DisposalMethod;
use palmette_core::{Limits, Pixmap, Size};

use super::{damaged, damaged_here};
use crate::Error;
use crate::area::Area;
use crate::canvas::{Canvas, Disposal};

/// Milliseconds of the unit that delays are stored in.
const DELAY_UNIT_MS: u32 = 10;

/// A decoder, the screen, and the memory for the indices of a frame.
pub(crate) struct Frames<'a> {
    decoder: gif::Decoder<&'a [u8]>,
    canvas: Canvas,
    limits: Limits,
    indices: Vec<u8>,
}

impl<'a> Frames<'a> {
    /// Prepares to decode frames onto a screen.
    pub(super) fn open(bytes: &'a [u8], screen: Size, limits: &Limits) -> Result<Self, Error> {
        limits.check(screen)?;
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::Indexed);
        let decoder = options.read_info(bytes).map_err(damaged)?;
        Ok(Self { decoder, canvas: Canvas::new(screen)?, limits: *limits, indices: Vec::new() })
    }

    /// Decodes the next frame; returns the screen as it is then, and the delay in milliseconds.
    pub(crate) fn next_frame(&mut self) -> Result<(Pixmap, u32), Error> {
        let delay_ms = self.draw_next()?;
        Ok((self.canvas.to_pixmap()?, delay_ms))
    }

    /// Decodes the first frame and gives the screen away.
    pub(super) fn into_first(mut self) -> Result<Pixmap, Error> {
        self.draw_next()?;
        Ok(self.canvas.into_pixmap())
    }

    /// Draws the next frame, and returns its delay in milliseconds.
    fn draw_next(&mut self) -> Result<u32, Error> {
        let frame =
            self.decoder.next_frame_info().map_err(damaged)?.ok_or_else(|| damaged_here("a frame is missing"))?;
        let size = Size::new(frame.width.into(), frame.height.into());
        let at = Area { left: frame.left.into(), top: frame.top.into(), size };
        let (transparent, disposal, is_interlaced) = (frame.transparent, disposal(frame.dispose), frame.interlaced);
        let delay_ms = u32::from(frame.delay) * DELAY_UNIT_MS;
        if size.area() == 0 {
            // The library would look for its pixels for ever (235 there).
            self.canvas.draw(at, disposal, |_, _| {})?;
            return Ok(delay_ms);
        }
        self.limits.check(size)?;
        let len = self.decoder.buffer_size();
        self.indices.clear();
        self.indices.try_reserve_exact(len).map_err(|_| palmette_core::Error::OutOfMemory { bytes: len as u64 })?;
        self.indices.resize(len, 0);
        // Row by row, as the library puts interlaced frames in order, it loses its way in short rows
        // (github.com/image-rs/image-gif, 232), so the order is ours.
        if !self.decoder.fill_buffer(&mut self.indices).map_err(damaged)? {
            return Err(damaged_here("a frame is cut off"));
        }
        let colors = table(self.decoder.palette().map_err(damaged)?, transparent);
        let (width, height) = (size.width as usize, size.height as usize);
        self.canvas.draw(at, disposal, |y, row| {
            let y = if is_interlaced { interlaced(y, height) } else { y };
            for (pixel, &index) in row.iter_mut().zip(&self.indices[y * width..]) {
                if let Some(color) = colors[usize::from(index)] {
                    *pixel = color;
                }
            }
        })?;
        Ok(delay_ms)
    }
}

impl fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}

/// Spreads a palette to all indices; the transparent one, and those beyond the palette, draw nothing.
fn table(palette: &[u8], transparent: Option<u8>) -> [Option<[u8; 4]>; 256] {
    let mut table = [None; 256];
    for (entry, &[red, green, blue]) in table.iter_mut().zip(palette.as_chunks().0) {
        *entry = Some([red, green, blue, 255]);
    }
    if let Some(transparent) = transparent {
        table[usize::from(transparent)] = None;
    }
    table
}

/// Returns where a row of an interlaced frame is stored: every eighth comes first, then those halfway between, then those
/// halfway between these, then the rest.
const fn interlaced(y: usize, height: usize) -> usize {
    let eighths = height.div_ceil(8);
    let quarters = eighths + (height + 3) / 8;
    let halves = quarters + (height + 1) / 4;
    match y % 8 {
        0 => y / 8,
        4 => eighths + y / 8,
        2 | 6 => quarters + y / 4,
        _ => halves + y / 2,
    }
}

/// Translates the way of disposal; those that mean nothing keep the frame.
const fn disposal(method: DisposalMethod) -> Disposal {
    match method {
        DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
        DisposalMethod::Background => Disposal::Clear,
        DisposalMethod::Previous => Disposal::Restore,
    }
}
