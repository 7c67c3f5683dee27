//! The coefficients of a block that the scans of a progressive file ask for, as sets.

use super::fdct::Block;

/// Sets of coefficients: bit k stands for coefficient k, in zigzag order. Magnitudes are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BitPlanes {
    /// Those of at least 1, 2 and 4.
    pub(super) from: [u64; 3],
    /// Those whose magnitude has bit 0, or bit 1, set.
    pub(super) bit: [u64; 2],
    /// Those that are above zero.
    pub(super) positive: u64,
}

/// Finds the sets of each block.
pub(super) type FindPlanes = fn(&[Block], &mut [BitPlanes]);

/// The reference: see [`FindPlanes`].
pub(super) fn find_planes(blocks: &[Block], planes: &mut [BitPlanes]) {
    assert_eq!(blocks.len(), planes.len(), "planes for each block");
    for (block, planes) in blocks.iter().zip(planes) {
        let set = |has: fn(i16) -> bool| (0..64).map(|k| u64::from(has(block.levels[k])) << k).sum();
        *planes = BitPlanes {
            from: [set(|level| level != 0), set(|level| level.abs() >= 2), set(|level| level.abs() >= 4)],
            bit: [set(|level| level.abs() & 1 != 0), set(|level| level.abs() & 2 != 0)],
            positive: set(|level| level > 0),
        };
    }
}
