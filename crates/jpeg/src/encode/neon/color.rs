//! Twin of [`crate::encode::color`]: sixteen pixels at once, each channel by itself.
//!
//! How it stays exact is said in the parent of both twins: see [`crate::encode::color::LUMA_EIGHTHS`] and
//! [`crate::encode::color::Doubled`].

use std::arch::aarch64::{
    int16x8_t, int32x4_t, uint8x8_t, uint8x16x4_t, uint16x8_t, vaddl_u8, vaddq_s32, vaddq_u16, vcombine_s16,
    vcombine_u8, vcombine_u16, vcvtq_f32_s32, vcvtq_s32_f32, vdup_n_u8, vdupq_n_s32, vdupq_n_u16, vget_high_s16,
    vget_high_u8, vget_high_u16, vget_low_s16, vget_low_u8, vget_low_u16, vmlal_n_s16, vmlal_u8, vmovn_s32, vmovn_u16,
    vmull_n_s16, vmull_n_u16, vmull_u8, vmulq_n_f32, vpadalq_u8, vpaddlq_u8, vqmovun_s16, vreinterpretq_s16_u16,
    vshrn_n_u32, vshrq_n_u16,
};

use crate::encode::color::{
    self as scalar, Doubled, LUMA_BIAS, LUMA_EIGHTHS, LUMA_OVER_EIGHT, LUMA_REST, PIXEL, TO_BLUE, TO_RED,
};
use crate::vector::neon::load_four;
use crate::vector::store;

/// Pixels of a step.
const STEP: usize = 16;

#[target_feature(enable = "neon")]
pub(super) fn to_luma(row: &[u8], luma: &mut [u8]) {
    let (steps, rest) = row.as_chunks::<{ STEP * PIXEL }>();
    let (luma_steps, luma_rest) = luma.as_chunks_mut::<STEP>();
    for (pixels, luma) in steps.iter().zip(luma_steps) {
        let uint8x16x4_t(red, green, blue, _) = load_four(pixels);
        let low = luma_of([red, green, blue].map(|channel| vget_low_u8(channel)));
        let high = luma_of([red, green, blue].map(|channel| vget_high_u8(channel)));
        store(luma, vcombine_u8(low, high));
    }
    scalar::to_luma(rest, luma_rest);
}

#[target_feature(enable = "neon")]
pub(super) fn to_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let [(upper, upper_rest), (lower, lower_rest)] = rows.map(|row| row.as_chunks::<{ STEP * PIXEL }>());
    let (blue, blue_rest) = blue.as_chunks_mut::<STEP>();
    let (red, red_rest) = red.as_chunks_mut::<STEP>();
    for ((upper, lower), (blue, red)) in upper.iter().zip(lower).zip(blue.iter_mut().zip(red)) {
        let (upper, lower) = (load_four(upper), load_four(lower));
        let pairs = [(upper.0, lower.0), (upper.1, lower.1), (upper.2, lower.2)];
        let low = pairs.map(|(upper, lower)| vaddl_u8(vget_low_u8(upper), vget_low_u8(lower)));
        let high = pairs.map(|(upper, lower)| vaddl_u8(vget_high_u8(upper), vget_high_u8(lower)));
        store(blue, vcombine_u8(weigh(&TO_BLUE[0], low), weigh(&TO_BLUE[0], high)));
        store(red, vcombine_u8(weigh(&TO_RED[0], low), weigh(&TO_RED[0], high)));
    }
    if !upper_rest.is_empty() {
        scalar::to_chroma([upper_rest, lower_rest], blue_rest, red_rest);
    }
}

#[target_feature(enable = "neon")]
pub(super) fn to_half_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let [(upper, upper_rest), (lower, lower_rest)] = rows.map(|row| row.as_chunks::<{ STEP * PIXEL }>());
    // With a last pixel of its own, chroma may have one more group of eight.
    let (blue, blue_rest) = blue.split_at_mut(STEP / 2 * upper.len());
    let (red, red_rest) = red.split_at_mut(STEP / 2 * upper.len());
    let eights = blue.as_chunks_mut::<{ STEP / 2 }>().0.iter_mut().zip(red.as_chunks_mut::<{ STEP / 2 }>().0);
    for ((upper, lower), (blue, red)) in upper.iter().zip(lower).zip(eights) {
        let (upper, lower) = (load_four(upper), load_four(lower));
        let pairs = [(upper.0, lower.0), (upper.1, lower.1), (upper.2, lower.2)];
        let sums = pairs.map(|(upper, lower)| vpadalq_u8(vpaddlq_u8(upper), lower));
        store(blue, weigh(&TO_BLUE[1], sums));
        store(red, weigh(&TO_RED[1], sums));
    }
    if !upper_rest.is_empty() {
        scalar::to_half_chroma([upper_rest, lower_rest], blue_rest, red_rest);
    }
}

/// Weighs red, green and blue of eight pixels to luma.
#[inline]
#[target_feature(enable = "neon")]
fn luma_of(colors: [uint8x8_t; 3]) -> uint8x8_t {
    let rest = vaddq_u16(dot(colors, LUMA_REST), vdupq_n_u16(LUMA_BIAS));
    let eighth = vaddq_u16(dot(colors, LUMA_EIGHTHS), vshrq_n_u16::<3>(rest));
    let (factor, low, high) = (LUMA_OVER_EIGHT, vget_low_u16(eighth), vget_high_u16(eighth));
    let upper = vcombine_u16(vshrn_n_u32::<16>(vmull_n_u16(low, factor)), vshrn_n_u32::<16>(vmull_n_u16(high, factor)));
    vmovn_u16(vshrq_n_u16::<6>(upper))
}

/// Multiplies colours with a weight each, and adds.
#[inline]
#[target_feature(enable = "neon")]
fn dot([red, green, blue]: [uint8x8_t; 3], weights: [u8; 3]) -> uint16x8_t {
    let [by_red, by_green, by_blue] = [vdup_n_u8(weights[0]), vdup_n_u8(weights[1]), vdup_n_u8(weights[2])];
    vmlal_u8(vmlal_u8(vmull_u8(red, by_red), green, by_green), blue, by_blue)
}

/// Weighs sums of red, green and blue to eight samples of chroma.
#[inline]
#[target_feature(enable = "neon")]
fn weigh(doubled: &Doubled, sums: [uint16x8_t; 3]) -> uint8x8_t {
    let sums: [int16x8_t; 3] = sums.map(|sums| vreinterpretq_s16_u16(sums));
    let [red, green, blue] = sums.map(|sums| vget_low_s16(sums));
    let low = vmlal_n_s16(vmlal_n_s16(vmull_n_s16(red, doubled.red), green, doubled.green), blue, doubled.blue);
    let [red, green, blue] = sums.map(|sums| vget_high_s16(sums));
    let high = vmlal_n_s16(vmlal_n_s16(vmull_n_s16(red, doubled.red), green, doubled.green), blue, doubled.blue);
    vqmovun_s16(vcombine_s16(divide(doubled, low), divide(doubled, high)))
}

/// Divides four numerators, rounding down.
#[inline]
#[target_feature(enable = "neon")]
fn divide(doubled: &Doubled, numerators: int32x4_t) -> std::arch::aarch64::int16x4_t {
    let numerators = vcvtq_f32_s32(vaddq_s32(numerators, vdupq_n_s32(doubled.bias)));
    vmovn_s32(vcvtq_s32_f32(vmulq_n_f32(numerators, doubled.factor)))
}
