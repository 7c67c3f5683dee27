//! Twin of [`crate::encode::bit_planes`]: 32 levels at once.

use std::arch::x86_64::{
    __m256i, _mm256_abs_epi16, _mm256_and_si256, _mm256_cmpgt_epi8, _mm256_movemask_epi8, _mm256_packs_epi16,
    _mm256_permute4x64_epi64, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_setzero_si256, _mm256_slli_epi16,
};

use crate::encode::bit_planes::BitPlanes;
use crate::encode::fdct::Block;
use crate::vector::load;

#[target_feature(enable = "avx2")]
pub(super) fn find_planes(blocks: &[Block], planes: &mut [BitPlanes]) {
    assert_eq!(blocks.len(), planes.len(), "planes for each block");
    for (block, planes) in blocks.iter().zip(planes) {
        let [a, b, c, d] = block.levels.as_chunks::<16>().0 else { continue };
        let halves = [half(load(a), load(b)), half(load(c), load(d))];
        let join = |i: usize| u64::from(halves[0][i]) | u64::from(halves[1][i]) << 32;
        *planes = BitPlanes { from: [block.nonzero, join(0), join(1)], bit: [join(2), join(3)], positive: join(4) };
    }
}

/// Finds the sets of 32 levels: from 2, from 4, bit 0, bit 1, positive.
#[inline]
#[target_feature(enable = "avx2")]
fn half(low: __m256i, high: __m256i) -> [u32; 5] {
    let (low_abs, high_abs) = (_mm256_abs_epi16(low), _mm256_abs_epi16(high));
    // Large ones are cut to 127, which is enough to compare, but has other low bits.
    let magnitudes = in_order(_mm256_packs_epi16(low_abs, high_abs));
    let three = _mm256_set1_epi16(3);
    let low_bits = _mm256_packs_epi16(_mm256_and_si256(low_abs, three), _mm256_and_si256(high_abs, three));
    let low_bits = in_order(low_bits);
    let signed = in_order(_mm256_packs_epi16(low, high));
    [
        mask(_mm256_cmpgt_epi8(magnitudes, _mm256_set1_epi8(1))),
        mask(_mm256_cmpgt_epi8(magnitudes, _mm256_set1_epi8(3))),
        // The bit in question becomes the highest of its byte.
        mask(_mm256_slli_epi16::<7>(low_bits)),
        mask(_mm256_slli_epi16::<6>(low_bits)),
        mask(_mm256_cmpgt_epi8(signed, _mm256_setzero_si256())),
    ]
}

/// Undoes that packing works on halves.
#[inline]
#[target_feature(enable = "avx2")]
fn in_order(packed: __m256i) -> __m256i {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(packed)
}

/// Takes the highest bit of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(bytes: __m256i) -> u32 {
    _mm256_movemask_epi8(bytes).cast_unsigned()
}
