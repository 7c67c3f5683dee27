//! The coefficients themselves, by bands: what a file holds, before it is multiplied by the steps and transformed.

use super::Decoder;
use super::blocks::{Blocks, Run, Steps};
use super::damage::Damage;
use super::memory::try_filled;
use crate::Error;

impl<'a> Decoder<'a> {
    /// Starts to decode no further than to coefficients, a row of MCUs at a time.
    ///
    /// That is for those who transform them elsewhere, or write them again without loss.
    ///
    /// # Errors
    ///
    /// As [`bands`](Self::bands).
    ///
    /// # Examples
    ///
    /// How many coefficients of each component are other than zero:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = std::fs::read("photo.jpg")?;
    /// let decoder = palmette_jpeg::Decoder::new(&file)?;
    /// let mut bands = decoder.coefficients()?;
    /// let mut counts = vec![0; decoder.components().len()];
    /// while let Some(band) = bands.next_band() {
    ///     for (count, component) in counts.iter_mut().zip(band) {
    ///         let levels = component.rows().flatten().flatten();
    ///         *count += levels.filter(|&&level| level != 0).count();
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn coefficients(&self) -> Result<CoefficientBands<'a>, Error> {
        CoefficientBands::new(self)
    }
}

/// A block: the multiples of the steps, in the file's zigzag order, which [`NATURAL_ORDER`](crate::NATURAL_ORDER) undoes.
pub type Levels = [i16; 64];

/// The coefficients of one component in a band.
#[derive(Debug)]
pub struct CoefficientBand {
    /// Room for a row of MCUs.
    blocks: Vec<Levels>,
    steps: Steps,
    /// Blocks of a row, and rows of the whole component.
    size: (u32, u32),
    /// Rows of a row of MCUs.
    mcu_rows: u32,
    y: u32,
    height: u32,
}

impl CoefficientBand {
    /// Returns the steps of the component's quantiser, in zigzag order: a coefficient is its level times its step.
    #[must_use]
    pub const fn steps(&self) -> &[u16; 64] {
        &self.steps
    }

    /// Returns the row of blocks that it starts at.
    #[must_use]
    pub const fn y(&self) -> u32 {
        self.y
    }

    /// Returns its rows of blocks, from the uppermost on.
    ///
    /// Rows have the blocks that hold samples of the picture, [`Component::blocks`](crate::Component::blocks); what a file
    /// has beyond, to complete its MCUs, is left out.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[Levels]> {
        self.blocks.chunks(self.size.0.max(1) as usize).take(self.height as usize)
    }

    /// Returns all its blocks, row after row.
    #[must_use]
    pub fn blocks(&self) -> &[Levels] {
        &self.blocks[..self.size.0 as usize * self.height as usize]
    }

    /// Goes to a row of MCUs.
    fn set_row(&mut self, row: u32) {
        self.y = (row * self.mcu_rows).min(self.size.1);
        self.height = (self.size.1 - self.y).min(self.mcu_rows);
    }
}

/// The coefficients of a picture, band by band.
#[derive(Debug)]
pub struct CoefficientBands<'a> {
    blocks: Blocks<'a>,
    components: Vec<CoefficientBand>,
}

impl<'a> CoefficientBands<'a> {
    /// Prepares for decoding.
    fn new(decoder: &Decoder<'a>) -> Result<Self, Error> {
        let (blocks, steps) = Blocks::new(decoder, [true; 4], None)?;
        let mut components = Vec::new();
        for (component, steps) in decoder.components().iter().zip(steps) {
            let (size, mcu_rows) = (component.blocks(), component.vertical.into());
            components.push(CoefficientBand {
                // Coefficients that no scan holds are zero.
                blocks: try_filled([0; 64], size.0 as usize * usize::from(component.vertical))?,
                steps,
                size,
                mcu_rows,
                y: 0,
                height: 0,
            });
        }
        Ok(Self { blocks, components })
    }

    /// Returns the next band, a row of MCUs: the blocks of the components, in their order.
    ///
    /// Absent behind the last row.
    pub fn next_band(&mut self) -> Option<&[CoefficientBand]> {
        let Self { blocks, components } = self;
        let row = blocks.next_row(|run: Run<'_>| {
            let component = &mut components[run.component];
            let held = &mut component.blocks[run.y * component.size.0 as usize + run.x..];
            held.iter_mut().zip(run.blocks).for_each(|(held, block)| *held = block.0);
        })?;
        components.iter_mut().for_each(|component| component.set_row(row));
        Some(components)
    }

    /// Returns the components as they were in the band that came last; before the first one, without rows.
    #[must_use]
    pub fn components(&self) -> &[CoefficientBand] {
        &self.components
    }

    /// Returns the damage that was found so far; with the last band all is found. Missing coefficients are zero.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.blocks.damage()
    }
}
