//! How a picture falls into components, blocks and MCUs.

use super::options::Sampling;

/// Samples along a side of a block.
pub(super) const SIDE: usize = 8;

/// The grid of a picture.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Pixels of a row.
    pub(super) width: usize,
    /// Rows of pixels.
    pub(super) height: usize,
    /// MCUs across.
    pub(super) mcus_wide: usize,
    /// Rows of pixels in a band, that is a row of MCUs; the last band may have fewer.
    pub(super) band_rows: usize,
    /// Y, or Y, Cb and Cr.
    pub(super) components: Vec<Component>,
}

/// A plane and its blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    /// Samples of a row.
    pub(super) width: usize,
    /// Rows of samples.
    pub(super) height: usize,
    /// Blocks across in an MCU.
    pub(super) across: usize,
    /// Blocks down in an MCU.
    pub(super) down: usize,
    /// Blocks in a row that hold samples of the picture; in the last MCU there may be more, which are dummies.
    pub(super) blocks_wide: usize,
    /// Which tables it uses: 0 for luma, 1 for chroma.
    pub(super) table: usize,
}

impl Grid {
    /// Lays out a picture of `width` × `height` pixels.
    pub(super) fn new(width: u16, height: u16, sampling: Sampling) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        let (step_x, step_y) = sampling.chroma_step();
        let component = |table: usize| {
            let (across, down) = if table == 0 { (step_x, step_y) } else { (1, 1) };
            let (width, height) = ((width * across).div_ceil(step_x), (height * down).div_ceil(step_y));
            Component { width, height, across, down, blocks_wide: width.div_ceil(SIDE), table }
        };
        Self {
            width,
            height,
            mcus_wide: width.div_ceil(SIDE * step_x),
            band_rows: SIDE * step_y,
            components: [0, 1, 1].into_iter().take(sampling.planes()).map(component).collect(),
        }
    }
}

impl Component {
    /// Returns how many rows of samples a band has here.
    pub(super) fn rows_in_band(&self, band: usize) -> usize {
        let rows = SIDE * self.down;
        self.height.saturating_sub(band * rows).min(rows)
    }
}
