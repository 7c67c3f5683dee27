//! Twin of [`crate::cpu::kernels::ycc_to_rgba`]: 8 pixels at once.
//!
//! The divisions are those of the twin for AVX2, which proves them.

use std::arch::aarch64::{
    int16x4_t, int16x8_t, int32x4_t, uint8x8_t, uint8x8x4_t, uint16x4_t, vaddq_f32, vaddq_s32, vcombine_u16,
    vcvtq_f32_s32, vcvtq_u32_f32, vdup_n_u8, vdup_n_u16, vdupq_n_f32, vdupq_n_s32, vget_high_s16, vget_low_s16,
    vmaxq_s32, vmin_u16, vminq_s32, vmlal_n_s16, vmovn_u16, vmovn_u32, vmull_n_u16, vmulq_f32, vqshrun_n_s32,
    vshrn_n_u32, vshrq_n_s32, vshrq_n_u16,
};

use super::{load_8, store_pixels};
use crate::cpu::kernels::UNITS_PER_LEVEL;
use crate::cpu::kernels::ycc_to_rgba::{
    BLUE_CB, BLUE_OFFSET, GREEN_CB, GREEN_CR, GREEN_OFFSET, GREEN_ONE, RED_BLUE_ONE, RED_CR, RED_OFFSET,
    ycc_to_rgba as scalar,
};

/// Pixels of a block.
const BLOCK: usize = 8;

#[target_feature(enable = "neon")]
pub(super) fn ycc_to_rgba([luma, blue, red]: [&[i16]; 3], output: &mut [u8]) {
    let (blocks, rest) = output.as_chunks_mut::<{ 4 * BLOCK }>();
    let [(luma, luma_rest), (blue, blue_rest), (red, red_rest)] = [luma, blue, red].map(|row| row.as_chunks::<BLOCK>());
    assert!([luma, blue, red].iter().all(|row| row.len() == blocks.len()), "a sample for each pixel");
    for (((output, luma), blue), red) in blocks.iter_mut().zip(luma).zip(blue).zip(red) {
        let (luma, blue, red) = (load_8(luma), load_8(blue), load_8(red));
        let r = red_or_blue(luma, red, RED_CR, RED_OFFSET);
        let g = green(luma, blue, red);
        let b = red_or_blue(luma, blue, BLUE_CB, BLUE_OFFSET);
        store_pixels(output, uint8x8x4_t(r, g, b, vdup_n_u8(u8::MAX)));
    }
    scalar([luma_rest, blue_rest, red_rest], rest);
}

/// Returns a factor as vectors take it.
const fn factor(factor: i32) -> i16 {
    assert!(factor >= i16::MIN as i32 && factor <= i16::MAX as i32, "factors have 16 bits");
    #[expect(clippy::cast_possible_truncation, reason = "asserted")]
    {
        factor as i16
    }
}

/// Makes levels of red or blue.
#[inline]
#[target_feature(enable = "neon")]
fn red_or_blue(luma: int16x8_t, chroma: int16x8_t, by_chroma: i32, offset: i32) -> uint8x8_t {
    let low = red_or_blue_half(vget_low_s16(luma), vget_low_s16(chroma), by_chroma, offset);
    let high = red_or_blue_half(vget_high_s16(luma), vget_high_s16(chroma), by_chroma, offset);
    vmovn_u16(vshrq_n_u16::<6>(vcombine_u16(low, high)))
}

/// Makes 2⁶ times the level of red or blue of four pixels, and some more below.
#[inline]
#[target_feature(enable = "neon")]
fn red_or_blue_half(luma: int16x4_t, chroma: int16x4_t, by_chroma: i32, offset: i32) -> uint16x4_t {
    const SHIFT: i32 = 8;
    const { assert!((RED_BLUE_ONE * UNITS_PER_LEVEL) == 125 << SHIFT) };
    let sums = vmlal_n_s16(vdupq_n_s32(offset), luma, factor(RED_BLUE_ONE));
    let sums = vmlal_n_s16(sums, chroma, factor(by_chroma));
    let clamped = vmin_u16(vqshrun_n_s32::<SHIFT>(sums), vdup_n_u16(256 * 125 - 1));
    vshrn_n_u32::<16>(vmull_n_u16(clamped, 33_555))
}

/// Makes levels of green.
#[inline]
#[target_feature(enable = "neon")]
fn green(luma: int16x8_t, blue: int16x8_t, red: int16x8_t) -> uint8x8_t {
    let low = green_half(vget_low_s16(luma), vget_low_s16(blue), vget_low_s16(red));
    let high = green_half(vget_high_s16(luma), vget_high_s16(blue), vget_high_s16(red));
    vmovn_u16(vcombine_u16(low, high))
}

/// Makes levels of green of four pixels.
#[inline]
#[target_feature(enable = "neon")]
fn green_half(luma: int16x4_t, blue: int16x4_t, red: int16x4_t) -> uint16x4_t {
    const SHIFT: i32 = 10;
    const DIVISOR: i32 = (GREEN_ONE * UNITS_PER_LEVEL) >> SHIFT;
    const { assert!(DIVISOR == 1375 && DIVISOR << SHIFT == GREEN_ONE * UNITS_PER_LEVEL) };
    let sums = vmlal_n_s16(vdupq_n_s32(0), luma, factor(GREEN_ONE));
    let sums = vmlal_n_s16(vmlal_n_s16(sums, blue, factor(-GREEN_CB)), red, factor(-GREEN_CR));
    let sums: int32x4_t = vshrq_n_s32::<SHIFT>(vaddq_s32(sums, vdupq_n_s32(GREEN_OFFSET)));
    let sums = vminq_s32(vmaxq_s32(sums, vdupq_n_s32(0)), vdupq_n_s32(256 * DIVISOR - 1));
    let halves = vaddq_f32(vcvtq_f32_s32(sums), vdupq_n_f32(0.5));
    vmovn_u32(vcvtq_u32_f32(vmulq_f32(halves, vdupq_n_f32(1.0 / 1375.0))))
}
