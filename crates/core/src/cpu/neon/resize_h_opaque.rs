//! Twin of [`crate::cpu::kernels::resize_h_opaque`]: 4 pixels of each of 4 rows at once.

use std::arch::aarch64::{
    int16x4_t, int16x8_t, int32x4_t, vaddq_s32, vdupq_n_s32, vget_low_s16, vget_low_u8, vmlal_high_lane_s16,
    vmlal_lane_s16, vmlal_n_s16, vmovl_high_u8, vmovl_u8, vqmovn_s32, vreinterpretq_s16_u16, vshlq_n_s32,
};

use super::premultiply::is_opaque;
use super::{UNIT_SHIFT, load_4, load_8_bytes, load_16_bytes, round_shift, store_4};
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

#[target_feature(enable = "neon")]
pub(super) fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
    let needed = table.source_range();
    let needed = needed.start as usize * 4..needed.end as usize * 4;
    for row in sources {
        if !is_opaque(&row[needed.clone()]) {
            return false;
        }
    }
    let rows = sources.map(|row| row.as_chunks::<4>().0);
    let mut outputs = outputs.map(|row| row.as_chunks_mut::<4>().0);
    let chunk_taps = if table.chunk_shift() == 0 { table.taps() } else { WeightTable::CHUNK_TAPS };
    for (i, (start, weights)) in table.iter().enumerate() {
        let mut totals = [vdupq_n_s32(0); ROWS];
        for (chunk, weights) in weights.chunks(chunk_taps).enumerate() {
            let window = start + chunk * chunk_taps..start + chunk * chunk_taps + weights.len();
            for (total, row) in totals.iter_mut().zip(&rows) {
                let units = vshlq_n_s32::<UNIT_SHIFT>(dot(weights, &row[window.clone()]));
                *total = vaddq_s32(*total, round_shift(units, table.chunk_shift()));
            }
        }
        for (output, total) in outputs.iter_mut().zip(totals) {
            store_4(&mut output[i], vqmovn_s32(round_shift(total, table.shift())));
        }
    }
    true
}

/// Adds up pixels of a row, each times its weight, in levels.
#[inline]
#[target_feature(enable = "neon")]
fn dot(weights: &[i16], pixels: &[[u8; 4]]) -> int32x4_t {
    let (quads, rest) = pixels.as_chunks::<4>();
    let (weight_quads, weight_rest) = weights.as_chunks::<4>();
    // Two sums, so that an addition need not wait for the one before it.
    let (mut even, mut odd) = (vdupq_n_s32(0), vdupq_n_s32(0));
    for (weights, quad) in weight_quads.iter().zip(quads) {
        let weights = load_4(weights);
        let levels = load_16_bytes(quad.as_flattened().as_array().expect("4 pixels of 4 channels"));
        let left = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(levels)));
        let right = vreinterpretq_s16_u16(vmovl_high_u8(levels));
        even = vmlal_lane_s16::<0>(even, vget_low_s16(left), weights);
        odd = vmlal_high_lane_s16::<1>(odd, left, weights);
        even = vmlal_lane_s16::<2>(even, vget_low_s16(right), weights);
        odd = vmlal_high_lane_s16::<3>(odd, right, weights);
    }
    for (&weight, pixel) in weight_rest.iter().zip(rest) {
        even = vmlal_n_s16(even, one(pixel), weight);
    }
    vaddq_s32(even, odd)
}

/// Widens one pixel.
#[inline]
#[target_feature(enable = "neon")]
fn one(&[red, green, blue, alpha]: &[u8; 4]) -> int16x4_t {
    let pixel: int16x8_t = vreinterpretq_s16_u16(vmovl_u8(load_8_bytes(&[red, green, blue, alpha, 0, 0, 0, 0])));
    vget_low_s16(pixel)
}
