//! Frames of a GIF, decoded one at a time and composed on the canvas.
//!
//! The codes are read by `weezl`, as they are below the `gif` crate. That crate's own reader is not used: it gives up at what
//! browsers step over, and cannot give the part of a frame that is there.

use palmette_core::Size;
use weezl::decode::Configuration;
use weezl::{BitOrder, LzwStatus};

use super::blocks::{Frame, Walk, contents};
use super::damaged_here;
use crate::canvas::Canvas;
use crate::{Cause, DecodeOptions, Decoded, Error, Format, OnDamage};

/// Blocks, of at most 255 bytes, between two looks at the clock.
const BLOCKS_PER_CHECK: usize = 64;

/// The blocks that are left, the canvas, and the indices of a frame.
#[derive(Debug)]
pub(crate) struct Frames<'a> {
    walk: Walk<'a>,
    canvas: Canvas,
    options: DecodeOptions,
    indices: Indices,
    /// Whether no frame was drawn yet.
    is_first: bool,
}

impl<'a> Frames<'a> {
    /// Prepares to decode frames onto a canvas.
    pub(super) fn open(bytes: &'a [u8], canvas: Size, options: &DecodeOptions) -> Result<Self, Error> {
        options.limits.check(canvas)?;
        let (walk, canvas) = (Walk::start(bytes), Canvas::new(canvas)?);
        Ok(Self { walk, canvas, options: *options, indices: Indices::default(), is_first: true })
    }

    /// Decodes the next frame; returns the canvas as it is then, and the delay in milliseconds.
    ///
    /// Of the first frame, pixels may be missing if the caller allows that; any other is whole or an error.
    pub(crate) fn next_frame(&mut self) -> Result<(Decoded, u32), Error> {
        let frame = self.walk.next_frame().ok_or_else(|| damaged_here("a frame is missing"))?;
        let is_first = std::mem::replace(&mut self.is_first, false);
        let damage = self.indices.decode(&frame, is_first, &self.options)?;
        self.canvas.draw(frame.area, frame.control.disposal, |y, row| self.indices.draw(y, row))?;
        Ok((Decoded { pixmap: self.canvas.to_pixmap()?, damage }, frame.control.delay_ms))
    }
}

/// The indices of a frame, and the colours that they stand for.
#[derive(Debug)]
pub(super) struct Indices {
    /// As they are stored; those that are missing are not there.
    indices: Vec<u8>,
    /// Absent: nothing is drawn.
    colors: [Option<[u8; 4]>; 256],
    size: Size,
    is_interlaced: bool,
}

impl Default for Indices {
    fn default() -> Self {
        Self { indices: Vec::new(), colors: [None; 256], size: Size::new(0, 0), is_interlaced: false }
    }
}

impl Indices {
    /// Decodes a frame, in the memory of those before; returns why pixels are missing, if they may be.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if pixels are missing, unless it is the first frame and they may be; [`Error::Core`] for limits,
    /// memory and deadline.
    pub(super) fn decode(
        &mut self,
        frame: &Frame<'_>,
        is_first: bool,
        options: &DecodeOptions,
    ) -> Result<Option<Cause>, Error> {
        self.make_room(frame.area.size, options)?;
        let decoded = decode_indices(frame, &mut self.indices, options)?;
        let is_missing = decoded < self.indices.len() || frame.is_cut_off && (!is_first || decoded == 0);
        let reason = if frame.is_cut_off { "a frame is cut off" } else { "a frame lacks pixels" };
        let mut damage = is_missing.then(|| Cause::new(reason));
        let is_shown = is_first && decoded > 0 && options.on_damage == OnDamage::Show;
        if let Some(source) = damage.take_if(|_| !is_shown) {
            return Err(Error::Damaged { format: Format::Gif, source });
        }
        self.indices.truncate(decoded);
        self.colors = table(frame.colors, frame.control.transparent);
        (self.size, self.is_interlaced) = (frame.area.size, frame.is_interlaced);
        Ok(damage)
    }

    /// Draws a row, counted from the top of the frame, over pixels from its left edge on.
    pub(super) fn draw(&self, y: usize, row: &mut [[u8; 4]]) {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let y = if self.is_interlaced { interlaced(y, height) } else { y };
        let stored = self.indices.get(y * width..).unwrap_or_default();
        for (pixel, &index) in row.iter_mut().zip(stored.iter().take(width)) {
            if let Some(color) = self.colors[usize::from(index)] {
                *pixel = color;
            }
        }
    }

    /// Makes room for the indices of a frame, which may be larger than the canvas.
    fn make_room(&mut self, size: Size, options: &DecodeOptions) -> Result<(), Error> {
        self.indices.clear();
        if size.area() > 0 {
            options.limits.check(size)?;
        }
        let len = size.width as usize * size.height as usize;
        self.indices.try_reserve_exact(len).map_err(|_| palmette_core::Error::OutOfMemory { bytes: len as u64 })?;
        self.indices.resize(len, 0);
        Ok(())
    }
}

/// Decodes the indices of a frame, as it stores them; returns how many there are.
///
/// # Errors
///
/// [`Error::Core`] if the deadline passes.
fn decode_indices(frame: &Frame<'_>, indices: &mut [u8], options: &DecodeOptions) -> Result<usize, Error> {
    let Some((&code_bits @ 1..=11, blocks)) = frame.data.split_first() else { return Ok(0) };
    // What follows the last pixel need not make sense.
    let mut decoder = Configuration::new(BitOrder::Lsb, code_bits).with_yield_on_full_buffer(true).build();
    let mut decoded = 0;
    for (number, mut block) in contents(blocks).enumerate() {
        if number % BLOCKS_PER_CHECK == 0 {
            options.deadline.check()?;
        }
        // Codes that were taken in may wait for a call that brings none.
        while decoded < indices.len() {
            let step = decoder.decode_bytes(block, &mut indices[decoded..]);
            decoded += step.consumed_out;
            block = block.get(step.consumed_in..).unwrap_or_default();
            match step.status {
                Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
                Ok(LzwStatus::Ok | LzwStatus::NoProgress) => break,
                // The end, or a code that means nothing.
                Ok(LzwStatus::Done) | Err(_) => return Ok(decoded),
            }
        }
    }
    Ok(decoded)
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
