//! The rows of a plane as a caller has them, and the blocks that stand in them.

use super::error::Error;
use super::fdct::{Block, Divisors, Fdct};
use super::grid::{Component, SIDE};
use crate::Levels;

/// Rows of a plane.
#[derive(Clone, Copy)]
pub struct PlaneRows<'a> {
    /// The samples. Behind the last row nothing need follow.
    pub samples: &'a [u8],
    /// Samples from a row to the next.
    pub stride: usize,
}

impl std::fmt::Debug for PlaneRows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} samples at a stride of {}", self.samples.len(), self.stride)
    }
}

/// The most blocks of a row that are transformed at once.
pub(super) const STRIP: usize = 32;

/// Rows of a band that were found to be complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct BandRows<'a> {
    source: Source<'a>,
    width: usize,
    height: usize,
}

/// The source of a band.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// Samples.
    Samples(PlaneRows<'a>),
    /// Blocks that are transformed and quantised already, so many a row.
    Levels(&'a [Levels], usize),
}

impl<'a> BandRows<'a> {
    /// Checks that all rows of a band are there.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`].
    pub(super) fn new(plane: usize, component: &Component, band: usize, rows: PlaneRows<'a>) -> Result<Self, Error> {
        let (width, height) = (component.width, component.rows_in_band(band));
        let needed = rows.stride.checked_mul(height - 1).and_then(|start| start.checked_add(width));
        if rows.stride < width || needed.is_none_or(|needed| needed > rows.samples.len()) {
            let (samples, stride) = (rows.samples.len(), rows.stride);
            return Err(Error::Rows { plane, samples, stride, rows: height, width });
        }
        Ok(Self { source: Source::Samples(rows), width, height })
    }

    /// Checks that all blocks of a band are there.
    ///
    /// # Errors
    ///
    /// [`Error::Blocks`].
    pub(super) fn of_levels(
        plane: usize,
        component: &Component,
        band: usize,
        levels: &'a [Levels],
    ) -> Result<Self, Error> {
        let (width, height) = (component.width, component.rows_in_band(band));
        let expected = component.blocks_wide * height.div_ceil(SIDE);
        if levels.len() != expected {
            return Err(Error::Blocks { plane, blocks: levels.len(), expected });
        }
        Ok(Self { source: Source::Levels(levels, component.blocks_wide), width, height })
    }

    /// Tells whether a row of blocks holds samples of the picture.
    pub(super) const fn has_blocks(&self, block_row: usize) -> bool {
        SIDE * block_row < self.height
    }

    /// Transforms blocks of a row, unless they are, the first at column `first`. All have samples of the picture; where they reach over its
    /// edge, the last column and the last row go on.
    pub(super) fn transform(
        &self,
        fdct: Fdct,
        divisors: &Divisors,
        block_row: usize,
        first: usize,
        blocks: &mut [Block],
    ) {
        let rows = match self.source {
            Source::Samples(rows) => rows,
            Source::Levels(levels, across) => {
                let levels = &levels[block_row * across + first..];
                return blocks.iter_mut().zip(levels).for_each(|(block, levels)| *block = Block::new(levels));
            }
        };
        let (x, y, len) = (SIDE * first, SIDE * block_row, SIDE * blocks.len());
        if x + len <= self.width && y + SIDE <= self.height {
            let row = |i| &rows.samples[(y + i) * rows.stride + x..][..len];
            return fdct(std::array::from_fn(row), divisors, blocks);
        }
        let mut padded = [[0; SIDE * STRIP]; SIDE];
        for (i, row) in padded.iter_mut().enumerate() {
            let source = &rows.samples[(y + i).min(self.height - 1) * rows.stride..][..self.width];
            let (inside, outside) = row.split_at_mut(len.min(self.width - x));
            inside.copy_from_slice(&source[x..][..inside.len()]);
            outside.fill(source[self.width - 1]);
        }
        fdct(padded.each_ref().map(|row| &row[..len]), divisors, blocks);
    }
}
