//! Tells foreground from background: U²-Net looks at a square copy, and its mask is enlarged with the picture as a guide.

use std::sync::Arc;

use palmette_core::model::Segmenting;
use palmette_core::plan::NetArithmetic;
use palmette_core::{Deadline, IdleCores, Pixmap, Size};

use crate::net::{Net, arithmetic};
use crate::runner::{Runner, Tensor};
use crate::schedule::Schedule;
use crate::{Error, guide, scale};

/// Pixels along a side of the copy that is looked at.
pub const SIDE_PX: u32 = 320;
/// A sample that says: foreground for sure.
pub const ONE: i16 = 255 * 64;

/// Tells foreground from background.
#[derive(Clone, Debug)]
pub struct ForegroundNet {
    runner: Runner,
}

/// The input of the net: a copy without regard to proportions, in which the brightest level becomes 255.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub fn input(picture: &Pixmap) -> Result<(Tensor, Pixmap), Error> {
    let size = Size::new(SIDE_PX, SIDE_PX);
    let small = scale::to_size(picture, size)?;
    Ok((Tensor { size, channels: 3, samples: samples(&small) }, small))
}

/// Makes samples of the copy: laid on white, and stretched.
#[must_use]
pub fn samples(small: &Pixmap) -> Vec<i16> {
    let levels: Vec<u8> = small.data().chunks_exact(Pixmap::PIXEL_BYTES).flat_map(scale::on_white).collect();
    let most = levels.iter().copied().max().map_or(1, |most| i16::from(most.max(1)));
    let stretched = |level: u8| (i32::from(level) * 255 + i32::from(most) / 2) / i32::from(most);
    levels.into_iter().map(|level| i16::try_from(stretched(level)).unwrap_or(255)).collect()
}

impl ForegroundNet {
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

    /// Returns the bytes that looking at a picture of this size takes.
    #[must_use]
    pub fn memory_bytes(&self, picture: Size) -> u64 {
        let size = Size::new(SIDE_PX, SIDE_PX);
        let schedule = Schedule::new(self.net(), &[size], usize::MAX);
        let running = schedule.map_or(0, |schedule| schedule.memory_bytes());
        // The copy, its samples, its mask; then lines and sums; last, the mask of the picture.
        running + size.area() * 12 + guide::memory_bytes(size) + picture.area()
    }

    /// Tells how a device does it.
    #[must_use]
    pub fn program(&self) -> Segmenting {
        Segmenting {
            net: Arc::clone(self.net().graph()),
            copy: Size::new(SIDE_PX, SIDE_PX),
            one: ONE,
            prepare: |small| Ok(samples(small)),
            lines: |mask, small| Ok(guide::fit(mask, small)?),
        }
    }

    /// Counts what the net computes.
    #[must_use]
    pub fn arithmetic(&self) -> NetArithmetic {
        arithmetic(self.net(), Size::new(SIDE_PX, SIDE_PX))
    }

    /// Tells how much of each pixel belongs to the foreground, 0 to 255.
    ///
    /// # Errors
    ///
    /// Those of running the net.
    pub fn look(&self, picture: &Pixmap, deadline: Deadline) -> Result<Vec<u8>, Error> {
        let (input, small) = input(picture)?;
        let mask = self.mask(&input, deadline)?;
        guide::read(&guide::fit(&mask, &small)?, small.size(), ONE, picture)
    }

    /// Makes the mask in the size of the copy, 0 to [`ONE`].
    ///
    /// # Errors
    ///
    /// Those of running the net.
    pub fn mask(&self, input: &Tensor, deadline: Deadline) -> Result<Vec<i16>, Error> {
        let outputs = self.runner.run_whole(std::slice::from_ref(input), deadline)?;
        outputs.into_iter().next().map(|output| output.samples).ok_or(Error::Empty)
    }
}
