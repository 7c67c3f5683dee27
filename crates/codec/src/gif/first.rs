//! The first frame of a GIF by rows: its indices are decoded at once, and become colours a row at a time.

use palmette_core::Pixmap;

use super::blocks::Walk;
use super::damaged_here;
use super::frames::Indices;
use crate::area::Area;
use crate::reader::PixelRows;
use crate::{Cause, DecodeOptions, Error};

/// The indices of the first frame, and what they mean.
pub(super) struct FirstFrame {
    area: Area,
    indices: Indices,
    damage: Option<Cause>,
}

impl FirstFrame {
    /// Decodes the indices.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if pixels are missing, unless they may be; [`Error::Core`] for limits, memory and deadline.
    pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Self, Error> {
        let frame = Walk::start(bytes).next_frame().ok_or_else(|| damaged_here("a frame is missing"))?;
        let mut indices = Indices::default();
        let damage = indices.decode(&frame, true, options)?;
        Ok(Self { area: frame.area, indices, damage })
    }
}

impl PixelRows for FirstFrame {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        pixels.fill(0);
        let left = self.area.left as usize * Pixmap::PIXEL_BYTES;
        let is_inside = (self.area.top..self.area.top + self.area.size.height).contains(&y);
        if let (true, Some(pixels)) = (is_inside, pixels.get_mut(left..)) {
            self.indices.draw((y - self.area.top) as usize, pixels.as_chunks_mut().0);
        }
        Ok(())
    }

    fn take_damage(&mut self) -> Option<Cause> {
        self.damage.take()
    }
}
