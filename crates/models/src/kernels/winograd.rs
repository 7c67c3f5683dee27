//! The stages of a convolution by tiles ([`crate::winograd`]). They have no scalar twin, since the direct convolution defines what comes out.

use crate::layout::Lanes;
use crate::packed::Words;
use crate::winograd::{GROUP, PLACES, PackedWinograd};

/// The stages. Between them lie the 16 places of up to [`GROUP`] tiles.
#[derive(Clone, Copy, Debug)]
pub struct Winograd {
    /// `Bᵀ·d·B`
    pub transform: Transform,
    /// The sums over the channels of the input.
    pub multiply: Multiply,
    /// `Aᵀ·m·A`, a quarter of it, and samples of that.
    pub finish: Finish,
}

/// Transforms one block of channels of tiles. Arguments: four rows from the first column of the first tile, how many tiles, what is
/// made, and the lanes from a place to the next in it.
pub type Transform = fn([&[Lanes]; 4], usize, &mut [Lanes], usize);

/// Makes the sums of one block of output channels, at all places. Arguments: the convolution, the block, transformed samples by place, block of
/// the input and tile, how many tiles, what is made.
pub type Multiply = fn(&PackedWinograd, usize, &[Lanes], usize, &mut Sums);

/// Makes two rows of one block of output channels. Arguments: the convolution, the block, the sums, both rows from the first tile on; the second
/// one is empty where it is not wanted.
pub type Finish = fn(&PackedWinograd, usize, &Sums, [&mut [Lanes]; 2]);

/// Sums by place and tile.
pub type Sums = [[Words; GROUP]; PLACES];
