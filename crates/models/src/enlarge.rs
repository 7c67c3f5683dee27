//! Enlarges: Real-ESRGAN makes a picture four times as wide and high, row by row; what is asked for is made of that.

use std::sync::Arc;

use palmette_core::model::Enlarging;
use palmette_core::plan::NetArithmetic;
use palmette_core::rows::collect;
use palmette_core::{Ability, Band, Deadline, IdleCores, Layout, Picture, Pixmap, Size};

use crate::Error;
use crate::net::{Net, arithmetic};
use crate::runner::{Rows, Run, Runner};
use crate::schedule::Schedule;

/// How many times wider and higher the net makes a picture.
const FACTOR: u32 = 4;
/// Rows of the result that may be made at a time: the more, the less often weights are read.
const BAND_ROWS: [usize; 4] = [16, 8, 4, usize::MAX];
/// Bytes that rows between layers may take, if fewer rows at a time make it possible.
const MAX_BAND_BYTES: u64 = 48 << 20;
/// Rows that a resize to a size nearby keeps, with all of its taps.
const RESIZED_ROWS: u64 = 32;
/// Bytes of a 16-bit RGBA pixel, as rows between two passes hold them.
const WIDE_PIXEL_BYTES: u64 = 8;

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

    /// Lets it borrow cores that are idle.
    #[must_use]
    pub fn with_idle_cores(self, idle: &IdleCores) -> Self {
        Self { runner: self.runner.with_idle_cores(idle) }
    }

    /// Returns the net.
    #[must_use]
    pub fn net(&self) -> &Net {
        self.runner.net()
    }

    /// Begins to enlarge: to twice or four times, whichever is nearer to this size. From there the ordinary resize goes on.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory cannot be had.
    pub fn rows(&self, picture: Arc<Pixmap>, size: Size, deadline: Deadline) -> Result<EnlargedRows<'_>, Error> {
        let factor = factor(picture.size(), size);
        let made = pass(picture.size(), factor).ok_or(palmette_core::Error::OutOfMemory { bytes: u64::MAX })?;
        let run = Run::new(&self.runner, self.schedule(picture.size())?, deadline)?;
        let pass = Pass { picture, above: Vec::new(), band: Vec::new(), halves: factor < FACTOR };
        Ok(EnlargedRows { size: made, run, pass })
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

    /// Returns the bytes that enlarging takes, beside the picture.
    #[must_use]
    pub fn memory_bytes(&self, picture: Size, made: Size) -> u64 {
        let output = self.net().outputs()[0];
        let running =
            self.schedule(picture).map_or(0, |schedule| schedule.memory_bytes() + schedule.band_bytes(output));
        let pass = pass(picture, factor(picture, made)).unwrap_or(picture);
        // Rows between the passes of the resize.
        let resizing = RESIZED_ROWS * u64::from(pass.width.max(made.width)) * WIDE_PIXEL_BYTES;
        running + if pass == made { 0 } else { resizing }
    }
}

/// The picture that the net makes, row by row: opaque.
#[derive(Debug)]
pub struct EnlargedRows<'a> {
    size: Size,
    run: Run<'a, Schedule>,
    pass: Pass,
}

impl palmette_core::Rows for EnlargedRows<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, palmette_core::Error> {
        self.pass.band.clear();
        while self.pass.band.is_empty() {
            let has_gone_on = self.run.step(&mut self.pass).map_err(|error| match error {
                Error::Core(error) => error,
                error => palmette_core::Error::ModelFailed { ability: Ability::Enlarge, source: error.into() },
            })?;
            if !has_gone_on {
                return Ok(None);
            }
        }
        Ok(Some(Band::of_one(&mut self.pass.band)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, palmette_core::Error> {
        collect(&mut *self)
    }
}

/// Returns the size of what a pass makes, unless it cannot be counted.
fn pass(picture: Size, factor: u32) -> Option<Size> {
    Some(Size::new(picture.width.checked_mul(factor)?, picture.height.checked_mul(factor)?))
}

/// Chooses between twice and four times: the nearer one, and twice in the middle.
fn factor(from: Size, to: Size) -> u32 {
    let grows = |from: u32, to: u32| u64::from(to) > 3 * u64::from(from);
    if grows(from.width, to.width) || grows(from.height, to.height) { FACTOR } else { 2 }
}

/// A picture on its way through the net.
#[derive(Debug)]
struct Pass {
    picture: Arc<Pixmap>,
    /// The row above, where two become one.
    above: Vec<i16>,
    /// The rows that are made.
    band: Vec<u8>,
    halves: bool,
}

impl Rows for Pass {
    fn read(&mut self, _input: usize, row: usize, samples: &mut [i16]) -> Result<(), Error> {
        let row = self.picture.row(u32::try_from(row).unwrap_or(u32::MAX));
        for (samples, pixel) in samples.as_chunks_mut::<3>().0.iter_mut().zip(row.as_chunks::<4>().0) {
            samples.iter_mut().zip(pixel).for_each(|(sample, &level)| *sample = level.into());
        }
        Ok(())
    }

    fn write(&mut self, _output: usize, row: usize, samples: &[i16]) -> Result<(), Error> {
        if self.halves && row.is_multiple_of(2) {
            self.above.clear();
            self.above.extend_from_slice(samples);
            return Ok(());
        }
        let bytes = samples.len() / 3 * Pixmap::PIXEL_BYTES;
        self.band.try_reserve(bytes).map_err(|_| palmette_core::Error::OutOfMemory { bytes: bytes as u64 })?;
        if self.halves {
            for (above, below) in self.above.as_chunks::<6>().0.iter().zip(samples.as_chunks::<6>().0) {
                let mean = |channel: usize| {
                    let sum = above[channel] + above[channel + 3] + below[channel] + below[channel + 3];
                    to_level((sum + 2) >> 2)
                };
                self.band.extend([mean(0), mean(1), mean(2), u8::MAX]);
            }
        } else {
            let pixels = samples.as_chunks::<3>().0.iter().map(|pixel| pixel.map(to_level));
            self.band.extend(pixels.flat_map(|[red, green, blue]| [red, green, blue, u8::MAX]));
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
