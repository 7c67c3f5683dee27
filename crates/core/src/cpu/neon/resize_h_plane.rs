//! Twin of [`crate::cpu::kernels::resize_h_plane`], and of [`crate::cpu::kernels::resize_h`] of one channel: 8 taps at once.
//!
//! Taps are neighbours in memory, and so are their weights, so both are multiplied as they lie. Four sums (of four rows, or of
//! four neighbours of one row) are added up together. Eight taps are a chunk of a table that is summed in chunks; what is left
//! of a window at its end is padded with zeros.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, vaddq_s32, vdupq_n_s16, vdupq_n_s32, vget_lane_s16, vget_low_s16, vmlal_high_s16, vmlal_s16,
    vmovl_u8, vpaddq_s32, vqmovn_s32, vreinterpretq_s16_u16, vshlq_s32,
};

use super::{UNIT_SHIFT, load_8, load_8_bytes, round_shift, store_4};
use crate::cpu::kernels::resize_h::resample_one;
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

/// Taps of a block: a chunk of a table that is summed in chunks.
const BLOCK: usize = WeightTable::CHUNK_TAPS;

/// Output samples that are made together.
const GROUP: usize = 4;

#[target_feature(enable = "neon")]
pub(super) fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
    let [out_a, out_b, out_c, out_d] = outputs.map(|row| &mut row[..table.len()]);
    for (i, (start, weights)) in table.iter().enumerate() {
        let windows = sources.map(|row| &row[start..start + weights.len()]);
        let (blocks, rest) = weights.as_chunks::<BLOCK>();
        let [a, b, c, d] = windows.map(|window| window.as_chunks::<BLOCK>());
        let mut sum = Sum::new(table.chunk_shift(), UNIT_SHIFT.cast_unsigned());
        for ((((weights, a), b), c), d) in blocks.iter().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
            sum.add([widen(a), widen(b), widen(c), widen(d)], [load_8(weights); ROWS]);
        }
        if !rest.is_empty() {
            let levels = [widen(&padded(a.1)), widen(&padded(b.1)), widen(&padded(c.1)), widen(&padded(d.1))];
            sum.add(levels, [load_8(&padded(rest)); ROWS]);
        }
        let samples = vqmovn_s32(round_shift(sum.total(), table.shift()));
        out_a[i] = vget_lane_s16::<0>(samples);
        out_b[i] = vget_lane_s16::<1>(samples);
        out_c[i] = vget_lane_s16::<2>(samples);
        out_d[i] = vget_lane_s16::<3>(samples);
    }
}

#[target_feature(enable = "neon")]
pub(super) fn resize_h_gray(table: &WeightTable, source: &[i16], output: &mut [i16]) {
    let taps = table.taps();
    let (groups, rest) = output[..table.len()].as_chunks_mut::<GROUP>();
    let done = groups.len() * GROUP;
    for (group, output) in groups.iter_mut().enumerate() {
        let at = |i: usize| table.starts()[group * GROUP + i] as usize;
        let windows: [&[i16]; GROUP] = std::array::from_fn(|i| &source[at(i)..at(i) + taps]);
        let weights: [&[i16]; GROUP] = std::array::from_fn(|i| table.row(group * GROUP + i));
        let mut sum = Sum::new(table.chunk_shift(), 0);
        for first in (0..taps).step_by(BLOCK) {
            let mut blocks = [[vdupq_n_s16(0); GROUP]; 2];
            for i in 0..GROUP {
                blocks[0][i] = block(&windows[i][first..]);
                blocks[1][i] = block(&weights[i][first..]);
            }
            sum.add(blocks[0], blocks[1]);
        }
        store_4(output, vqmovn_s32(round_shift(sum.total(), table.shift())));
    }
    for (i, output) in (done..).zip(rest) {
        *output = resample_one::<i16, 1>(table, table.row(i), &source[table.starts()[i] as usize..]);
    }
}

/// Four sums that grow by blocks.
#[derive(Clone, Copy)]
struct Sum {
    /// What is left to be added up of each, if nothing is rounded on the way.
    parts: [int32x4_t; 4],
    /// The four of them.
    total: int32x4_t,
    chunk_shift: u32,
    /// How far products are shifted up.
    unit_shift: int32x4_t,
}

impl Sum {
    #[inline]
    #[target_feature(enable = "neon")]
    fn new(chunk_shift: u32, unit_shift: u32) -> Self {
        let zero = vdupq_n_s32(0);
        Self { parts: [zero; 4], total: zero, chunk_shift, unit_shift: vdupq_n_s32(unit_shift.cast_signed()) }
    }

    /// Adds eight products to each.
    #[inline]
    #[target_feature(enable = "neon")]
    fn add(&mut self, samples: [int16x8_t; 4], weights: [int16x8_t; 4]) {
        for i in 0..4 {
            let low = vmlal_s16(self.parts[i], vget_low_s16(samples[i]), vget_low_s16(weights[i]));
            self.parts[i] = vmlal_high_s16(low, samples[i], weights[i]);
        }
        if self.chunk_shift != 0 {
            self.flush();
        }
    }

    /// Rounds what was added, and adds it to the total.
    #[inline]
    #[target_feature(enable = "neon")]
    fn flush(&mut self) {
        let [a, b, c, d] = self.parts;
        let units = vshlq_s32(vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d)), self.unit_shift);
        self.total = vaddq_s32(self.total, round_shift(units, self.chunk_shift));
        self.parts = [vdupq_n_s32(0); 4];
    }

    /// Returns the sums.
    #[inline]
    #[target_feature(enable = "neon")]
    fn total(mut self) -> int32x4_t {
        self.flush();
        self.total
    }
}

/// Widens 8 levels.
#[inline]
#[target_feature(enable = "neon")]
fn widen(levels: &[u8; BLOCK]) -> int16x8_t {
    vreinterpretq_s16_u16(vmovl_u8(load_8_bytes(levels)))
}

/// Loads 8 numbers, or as many as there are, and zeros.
#[inline]
#[target_feature(enable = "neon")]
fn block(numbers: &[i16]) -> int16x8_t {
    match numbers.first_chunk() {
        Some(numbers) => load_8(numbers),
        None => load_8(&padded(numbers)),
    }
}

/// Puts zeros behind less than 8 numbers.
#[inline(always)]
fn padded<T: Copy + Default>(numbers: &[T]) -> [T; BLOCK] {
    let mut padded = [T::default(); BLOCK];
    padded[..numbers.len()].copy_from_slice(numbers);
    padded
}
