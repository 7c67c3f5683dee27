//! Enlarges: Real-ESRGAN makes a picture four times as wide and high, row by row; what is asked for is made of that.

use std::sync::Arc;

use palmette_core::model::Enlarging;
use palmette_core::plan::NetArithmetic;
use palmette_core::{Deadline, Pixmap, Size};

use crate::net::{Net, arithmetic};
use crate::runner::{Rows, Runner};
use crate::schedule::Schedule;
use crate::{Error, alpha, scale};

/// How many times wider and higher the net makes a picture.
const FACTOR: u32 = 4;
/// Rows of the result that may be made at a time: the more, the less often weights are read.
const BAND_ROWS: [usize; 4] = [16, 8, 4, usize::MAX];
/// Bytes that rows between layers may take, if fewer rows at a time make it possible.
const MAX_BAND_BYTES: u64 = 48 << 20;

/// Enlarges pictures.
#[derive(Clone, Debug)]
pub struct EnlargeNet {
    runner: Runner,
}

impl EnlargeNet {
    /// Takes a net.
    #[must_use]
    pub const fn new(runner: Runner) -> Self {
        Self { runner }
    }

    /// Returns the net.
    #[must_use]
    pub const fn net(&self) -> &Net {
        self.runner.net()
    }

    /// Enlarges to exactly this size: to twice or four times, whichever is nearer, and from there by the ordinary resize. Alpha is resized
    /// alone.
    ///
    /// # Errors
    ///
    /// Those of running the net.
    pub fn enlarge(&self, picture: &Pixmap, size: Size, deadline: Deadline) -> Result<Pixmap, Error> {
        let made = self.pass(picture, factor(picture.size(), size), deadline)?;
        let mut made = if made.size() == size { made } else { scale::to_size(&made, size)? };
        if !picture.is_opaque() {
            alpha::resize_into(picture, &mut made, deadline)?;
        }
        Ok(made)
    }

    /// Tells how a device enlarges a picture of a size to another one.
    #[must_use]
    pub fn program(&self, picture: Size, made: Size) -> Enlarging {
        let shrink = FACTOR / factor(picture, made);
        Enlarging { net: Arc::clone(self.net().graph()), factor: FACTOR, shrink, picture, made }
    }

    /// Counts what the net computes.
    #[must_use]
    pub fn arithmetic(&self, picture: Size) -> NetArithmetic {
        arithmetic(self.net(), picture)
    }

    /// Plans a pass: in as many rows at a time as memory allows, or else in what takes the least. That may be all rows at once: a deep net
    /// keeps rows of every layer for the next band, but of few layers if it takes one after the other.
    fn schedule(&self, size: Size) -> Result<Schedule, Error> {
        let mut least: Option<Schedule> = None;
        for rows in BAND_ROWS {
            let schedule = Schedule::new(self.net(), &[size], rows)?;
            if schedule.memory_bytes() <= MAX_BAND_BYTES {
                return Ok(schedule);
            }
            if least.as_ref().is_none_or(|least| schedule.memory_bytes() < least.memory_bytes()) {
                least = Some(schedule);
            }
        }
        least.ok_or(Error::Empty)
    }

    /// Returns the bytes that enlarging takes, beside the picture and the result.
    #[must_use]
    pub fn memory_bytes(&self, picture: Size, made: Size) -> u64 {
        let factor = factor(picture, made);
        let pass = Size::new(picture.width.saturating_mul(factor), picture.height.saturating_mul(factor));
        let running = self.schedule(picture).map_or(0, |schedule| schedule.memory_bytes());
        // What the net makes, unless it is the result.
        running + if pass == made { 0 } else { pass.area() * Pixmap::PIXEL_BYTES as u64 }
    }

    /// Runs the net once, and halves what it makes if twice is enough. The result is opaque.
    ///
    /// # Errors
    ///
    /// Those of running the net.
    pub fn pass(&self, picture: &Pixmap, factor: u32, deadline: Deadline) -> Result<Pixmap, Error> {
        let Size { width, height } = picture.size();
        let too_large = || palmette_core::Error::OutOfMemory { bytes: u64::MAX };
        let side = |px: u32| px.checked_mul(factor).ok_or_else(too_large);
        let made = Pixmap::filled(Size::new(side(width)?, side(height)?), [0, 0, 0, 255])?;
        let mut pass = Pass { picture, above: Vec::new(), made, halves: factor < FACTOR };
        let schedule = self.schedule(picture.size())?;
        self.runner.run(&schedule, &mut pass, deadline)?;
        Ok(pass.made)
    }
}

/// Chooses between twice and four times: the nearer one, and twice in the middle.
fn factor(from: Size, to: Size) -> u32 {
    let grows = |from: u32, to: u32| u64::from(to) > 3 * u64::from(from);
    if grows(from.width, to.width) || grows(from.height, to.height) { FACTOR } else { 2 }
}

/// A picture on its way through the net.
struct Pass<'a> {
    picture: &'a Pixmap,
    /// The row above, where two become one.
    above: Vec<i16>,
    made: Pixmap,
    halves: bool,
}

impl Rows for Pass<'_> {
    fn read(&mut self, _input: usize, row: usize, samples: &mut [i16]) -> Result<(), Error> {
        let row = self.picture.row(u32::try_from(row).unwrap_or(u32::MAX));
        for (samples, pixel) in samples.chunks_exact_mut(3).zip(row.chunks_exact(Pixmap::PIXEL_BYTES)) {
            samples.iter_mut().zip(pixel).for_each(|(sample, &level)| *sample = level.into());
        }
        Ok(())
    }

    fn write(&mut self, _output: usize, row: usize, samples: &[i16]) -> Result<(), Error> {
        let y = u32::try_from(row).unwrap_or(u32::MAX);
        if !self.halves {
            let pixels = self.made.row_mut(y).chunks_exact_mut(Pixmap::PIXEL_BYTES);
            for (pixel, samples) in pixels.zip(samples.chunks_exact(3)) {
                pixel.iter_mut().zip(samples).for_each(|(level, &sample)| *level = to_level(sample));
            }
        } else if row.is_multiple_of(2) {
            self.above.clear();
            self.above.extend_from_slice(samples);
        } else {
            let pixels = self.made.row_mut(y / 2).chunks_exact_mut(Pixmap::PIXEL_BYTES);
            for (pixel, (above, below)) in pixels.zip(self.above.chunks_exact(6).zip(samples.chunks_exact(6))) {
                for channel in 0..3 {
                    let sum = above[channel] + above[channel + 3] + below[channel] + below[channel + 3];
                    pixel[channel] = to_level((sum + 2) >> 2);
                }
            }
        }
        Ok(())
    }
}

/// Makes a sample a level.
fn to_level(sample: i16) -> u8 {
    u8::try_from(sample.clamp(0, 255)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_is_the_nearer_one() {
        let size = Size::new;
        for (to, expected) in
            [(size(11, 10), 2), (size(30, 30), 2), (size(31, 30), 4), (size(10, 31), 4), (size(99, 99), 4)]
        {
            assert_eq!(factor(size(10, 10), to), expected, "{to}");
        }
    }
}
