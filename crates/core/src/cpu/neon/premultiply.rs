//! Twin of [`crate::cpu::kernels::premultiply`]: 8 pixels at once, channels apart.

use std::arch::aarch64::{
    int16x8_t, int16x8x4_t, uint8x8_t, uint8x8x4_t, uint32x4_t, vaddq_u32, vandq_u8, vcombine_u16, vdupq_n_u8,
    vdupq_n_u32, vget_high_u16, vget_low_u16, vminv_u8, vminvq_u32, vmull_u8, vorrq_u32, vreinterpretq_s16_u16,
    vreinterpretq_u32_u8, vshll_n_u8, vshll_n_u16, vshrn_n_u32, vsraq_n_u32,
};

use super::{UNIT_SHIFT, load_16_bytes, load_pixels, store_wide_pixels};
use crate::cpu::kernels::premultiply::premultiply as scalar;
use crate::pixmap::is_opaque as scalar_is_opaque;

#[target_feature(enable = "neon")]
pub(super) fn premultiply(straight: &[u8], premultiplied: &mut [i16]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let (blocks, rest) = straight.as_chunks::<32>();
    let (output_blocks, output_rest) = premultiplied.as_chunks_mut::<32>();
    for (pixels, output) in blocks.iter().zip(output_blocks) {
        let uint8x8x4_t(red, green, blue, alpha) = load_pixels(pixels);
        let channels = if vminv_u8(alpha) == u8::MAX {
            int16x8x4_t(widen(red), widen(green), widen(blue), widen(alpha))
        } else {
            int16x8x4_t(associate(red, alpha), associate(green, alpha), associate(blue, alpha), widen(alpha))
        };
        store_wide_pixels(output, channels);
    }
    scalar(rest, output_rest);
}

/// Twin of [`crate::pixmap::is_opaque`]: 16 pixels at once.
#[target_feature(enable = "neon")]
pub(super) fn is_opaque(row: &[u8]) -> bool {
    let (blocks, rest) = row.as_chunks::<64>();
    for block in blocks {
        let mut all = vdupq_n_u8(u8::MAX);
        for quad in block.as_chunks::<16>().0 {
            all = vandq_u8(all, load_16_bytes(quad));
        }
        let color = vdupq_n_u32(u32::from_le_bytes([255, 255, 255, 0]));
        if vminvq_u32(vorrq_u32(vreinterpretq_u32_u8(all), color)) != u32::MAX {
            return false;
        }
    }
    scalar_is_opaque(rest)
}

/// Returns levels in units.
#[inline]
#[target_feature(enable = "neon")]
fn widen(levels: uint8x8_t) -> int16x8_t {
    vreinterpretq_s16_u16(vshll_n_u8::<UNIT_SHIFT>(levels))
}

/// Multiplies a channel of 8 pixels by their alpha, levels in and units out.
#[inline]
#[target_feature(enable = "neon")]
fn associate(channel: uint8x8_t, alpha: uint8x8_t) -> int16x8_t {
    let products = vmull_u8(channel, alpha);
    let low = divide(vshll_n_u16::<UNIT_SHIFT>(vget_low_u16(products)));
    let high = divide(vshll_n_u16::<UNIT_SHIFT>(vget_high_u16(products)));
    vreinterpretq_s16_u16(vcombine_u16(vshrn_n_u32::<8>(low), vshrn_n_u32::<8>(high)))
}

/// Returns 2⁸ times `round(x / 255)` of four products of levels in units, and some more below: the series of the twin for AVX2,
/// which the test of twins tries for every product.
#[inline]
#[target_feature(enable = "neon")]
fn divide(products: uint32x4_t) -> uint32x4_t {
    let numerator = vaddq_u32(products, vdupq_n_u32(127));
    let inner = vsraq_n_u32::<8>(numerator, numerator);
    vsraq_n_u32::<8>(vaddq_u32(numerator, vdupq_n_u32(1)), inner)
}
