//! Twin of [`crate::encode::bit_planes`]: a block at once.

use std::arch::aarch64::{
    uint8x16_t, vabsq_s16, vcgtq_s8, vcgtq_u8, vcombine_s8, vcombine_u8, vdupq_n_s8, vdupq_n_u8, vmovn_u16, vqmovn_s16,
    vqmovn_u16, vreinterpretq_u16_s16, vtstq_u8,
};

use super::bits;
use crate::encode::bit_planes::BitPlanes;
use crate::encode::fdct::Block;
use crate::vector::load;

#[target_feature(enable = "neon")]
pub(super) fn find_planes(blocks: &[Block], planes: &mut [BitPlanes]) {
    assert_eq!(blocks.len(), planes.len(), "planes for each block");
    for (block, planes) in blocks.iter().zip(planes) {
        let mut sets = [[vdupq_n_u8(0); 4]; 5];
        for (i, [low, high]) in block.levels.as_chunks::<8>().0.as_chunks::<2>().0.iter().enumerate() {
            for (set, found) in sets.iter_mut().zip(find(low, high)) {
                set[i] = found;
            }
        }
        let [two, four, bit_0, bit_1, positive] = sets.map(|set| bits(set));
        *planes = BitPlanes { from: [block.nonzero, two, four], bit: [bit_0, bit_1], positive };
    }
}

/// Finds the sets of 16 levels: from 2, from 4, bit 0, bit 1, positive.
#[inline]
#[target_feature(enable = "neon")]
fn find(low: &[i16; 8], high: &[i16; 8]) -> [uint8x16_t; 5] {
    let (low, high) = (load(low), load(high));
    let [low_abs, high_abs] = [low, high].map(|levels| vreinterpretq_u16_s16(vabsq_s16(levels)));
    // Large ones are cut to 255, which is enough to compare, but has other low bits.
    let magnitudes = vcombine_u8(vqmovn_u16(low_abs), vqmovn_u16(high_abs));
    let low_bits = vcombine_u8(vmovn_u16(low_abs), vmovn_u16(high_abs));
    let signed = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
    [
        vcgtq_u8(magnitudes, vdupq_n_u8(1)),
        vcgtq_u8(magnitudes, vdupq_n_u8(3)),
        vtstq_u8(low_bits, vdupq_n_u8(1)),
        vtstq_u8(low_bits, vdupq_n_u8(2)),
        vcgtq_s8(signed, vdupq_n_s8(0)),
    ]
}
