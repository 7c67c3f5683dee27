//! Twin of [`crate::cpu::kernels::unpremultiply`]: 8 pixels at once, channels apart.

use std::arch::aarch64::{
    int16x4_t, int16x8_t, int16x8x4_t, uint8x8_t, uint8x8x4_t, uint16x4_t, vand_u8, vceqq_s16, vcombine_u16,
    vcvtq_f32_s32, vcvtq_s32_f32, vdivq_f32, vdup_n_s16, vdupq_n_s16, vget_high_s16, vget_low_s16, vmax_s16,
    vminvq_u16, vmlaq_n_s32, vmovl_s16, vqmovn_u16, vqmovun_s32, vqrshrun_n_s16, vshlq_n_s32, vtst_u8,
};

use super::{UNIT_SHIFT, load_8, load_wide_pixels, store_8_bytes, store_pixels};
use crate::cpu::kernels::UNITS_FULL;
use crate::cpu::kernels::unpremultiply::{narrow as scalar_narrow, unpremultiply as scalar};

/// A full sample.
const FULL: i16 = {
    assert!(UNITS_FULL <= i16::MAX as i32);
    #[expect(clippy::cast_possible_truncation, reason = "asserted")]
    {
        UNITS_FULL as i16
    }
};

#[target_feature(enable = "neon")]
pub(super) fn unpremultiply(premultiplied: &[i16], straight: &mut [u8]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let (blocks, rest) = premultiplied.as_chunks::<32>();
    let (output_blocks, output_rest) = straight.as_chunks_mut::<32>();
    for (samples, output) in blocks.iter().zip(output_blocks) {
        let int16x8x4_t(red, green, blue, alpha) = load_wide_pixels(samples);
        let level = levels(alpha);
        let channels = if vminvq_u16(vceqq_s16(alpha, vdupq_n_s16(FULL))) == u16::MAX {
            uint8x8x4_t(levels(red), levels(green), levels(blue), level)
        } else {
            let visible = vtst_u8(level, level);
            let divide = |channel: int16x8_t| vand_u8(dissociate(channel, alpha), visible);
            uint8x8x4_t(divide(red), divide(green), divide(blue), level)
        };
        store_pixels(output, channels);
    }
    scalar(rest, output_rest);
}

/// Twin of [`crate::cpu::kernels::unpremultiply::narrow`]: 8 samples at once.
#[target_feature(enable = "neon")]
pub(super) fn narrow(units: &[i16], output: &mut [u8]) {
    assert_eq!(output.len(), units.len(), "one sample each");
    let (blocks, rest) = units.as_chunks::<8>();
    let (output_blocks, output_rest) = output.as_chunks_mut::<8>();
    for (samples, output) in blocks.iter().zip(output_blocks) {
        store_8_bytes(output, levels(load_8(samples)));
    }
    scalar_narrow(rest, output_rest);
}

/// Rounds units to levels, clamped.
#[inline]
#[target_feature(enable = "neon")]
fn levels(units: int16x8_t) -> uint8x8_t {
    vqrshrun_n_s16::<UNIT_SHIFT>(units)
}

/// Divides a channel of 8 pixels by their alpha, and rounds to levels.
#[inline]
#[target_feature(enable = "neon")]
fn dissociate(channel: int16x8_t, alpha: int16x8_t) -> uint8x8_t {
    let low = quotients(vget_low_s16(channel), vget_low_s16(alpha));
    let high = quotients(vget_high_s16(channel), vget_high_s16(alpha));
    vqmovn_u16(vcombine_u16(low, high))
}

/// Returns `(510·c + a) / 2a` of four pixels, rounded down: exact up to 255, as the twin for AVX2 proves, and beyond that, too,
/// where it is above.
///
/// Where alpha is not positive the quotient is nonsense, and nothing of it is seen.
#[inline]
#[target_feature(enable = "neon")]
fn quotients(channel: int16x4_t, alpha: int16x4_t) -> uint16x4_t {
    let alpha = vmovl_s16(alpha);
    let color = vmovl_s16(vmax_s16(channel, vdup_n_s16(0)));
    let numerator = vcvtq_f32_s32(vmlaq_n_s32(alpha, color, 510));
    let denominator = vcvtq_f32_s32(vshlq_n_s32::<1>(alpha));
    vqmovun_s32(vcvtq_s32_f32(vdivq_f32(numerator, denominator)))
}
