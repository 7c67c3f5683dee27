//! The inverse DCT for AArch64 with NEON, equal to the scalar twins bit for bit.
//!
//! One block at a time, a row of eight samples in a vector. The block is a table of bytes that one look-up instruction
//! reads half of, so undoing the zigzag takes two for a row. At 1/4 and 1/8 the scalar functions are used.
//!
//! As in the twin for x86-64, the reference takes over where it matters which sums wrap: see [`is_extreme`].
#![expect(unsafe_code, reason = "calls of functions that need NEON")]

use std::arch::aarch64::{
    int8x8_t, int16x4_t, int16x8_t, int32x4_t, uint8x16x4_t, vaddq_s16, vaddq_s32, vcombine_s16, vdup_n_s8,
    vdupq_n_s16, vdupq_n_s32, vdupq_n_u8, veor_s8, vget_high_s16, vget_low_s16, vmaxvq_s16, vmlal_n_s16, vmull_n_s16,
    vmulq_s16, vqabsq_s16, vqmovn_s16, vqmovn_s32, vqshrn_n_s32, vqtbl4q_u8, vqtbx4q_u8, vreinterpret_s8_s16,
    vreinterpret_s8_s32, vreinterpret_s16_s8, vreinterpret_s32_s8, vreinterpret_u8_s8, vreinterpretq_s16_s32,
    vreinterpretq_s16_s64, vreinterpretq_s16_u8, vreinterpretq_s32_s16, vreinterpretq_s64_s16, vreinterpretq_u8_s16,
    vshll_n_s16, vshrq_n_s32, vsubq_s16, vsubq_s32, vsubq_u8, vtrn1_s8, vtrn1_s16, vtrn1_s32, vtrn1q_s16, vtrn1q_s32,
    vtrn1q_s64, vtrn2_s8, vtrn2_s16, vtrn2_s32, vtrn2q_s16, vtrn2q_s32, vtrn2q_s64,
};

use super::full::{CONST_BITS, PASS1_BITS, fill, fix as full_fix, idct8_block};
use super::reduced::{fix as half_fix, idct1, idct2, idct4_block};
use super::{Block, Dequant, Kernels, check};
use crate::vector::neon::store_four;
use crate::vector::{load, part_mut, store};
use crate::zigzag::NATURAL_ORDER;

/// How far the first and the second pass scale down at full size.
const FULL_SHIFTS: [i32; 2] = [(CONST_BITS - PASS1_BITS).cast_signed(), (CONST_BITS + PASS1_BITS + 3).cast_signed()];
/// How far the first and the second pass scale down at 1/2.
const HALF_SHIFTS: [i32; 2] = [FULL_SHIFTS[0] + 1, FULL_SHIFTS[1] + 1];

/// For each row the bytes of its coefficients among those of a block in zigzag order.
const PLACES: [[u8; 16]; 8] = places();

/// Inverts the zigzag order.
const fn places() -> [[u8; 16]; 8] {
    let mut places = [[0; 16]; 8];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (NATURAL_ORDER[k as usize] as usize / 8, NATURAL_ORDER[k as usize] as usize % 8);
        places[row][2 * column] = 2 * k;
        places[row][2 * column + 1] = 2 * k + 1;
        k += 1;
    }
    places
}

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (both): the functions need NEON and nothing else, and this set exists only where it was detected.
    fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { self::idct8(dequant, blocks, last, out, stride) }
    }
    fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { self::idct4(dequant, blocks, last, out, stride) }
    }
    std::arch::is_aarch64_feature_detected!("neon").then_some(Kernels { idct8, idct4, idct2, idct1 })
}

/// Twin of [`super::full::idct8`].
#[target_feature(enable = "neon")]
fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(8, blocks, last, out, stride);
    for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
        let out = &mut out[8 * b..];
        if last == 0 {
            fill::<8>(dequant, block.0[0], out, stride);
            continue;
        }
        let rows = natural(dequant, block);
        if is_extreme(rows[0]) {
            idct8_block(dequant, block, last, out, stride);
            continue;
        }
        let columns = transpose(narrow_rows(pass(rows)));
        let columns = samples(pass(columns));
        for (row, out) in transpose_bytes(columns).into_iter().zip(out.chunks_mut(stride)) {
            store(part_mut::<8>(out, 0), vreinterpret_u8_s8(row));
        }
    }
}

/// Twin of [`super::reduced::idct4`].
#[target_feature(enable = "neon")]
fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(4, blocks, last, out, stride);
    for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
        let out = &mut out[4 * b..];
        if last == 0 {
            fill::<4>(dequant, block.0[0], out, stride);
            continue;
        }
        let rows = natural(dequant, block);
        if is_extreme(rows[0]) {
            idct4_block(dequant, block, last, out, stride);
            continue;
        }
        let [low, high] = [half_pass(rows.map(|row| vget_low_s16(row))), half_pass(rows.map(|row| vget_high_s16(row)))];
        let round = vdupq_n_s32(1 << (HALF_SHIFTS[0] - 1));
        let mut rows = [vdupq_n_s16(0); 8];
        for y in 0..4 {
            let low = vqshrn_n_s32::<{ HALF_SHIFTS[0] }>(vaddq_s32(low[y], round));
            let high = vqshrn_n_s32::<{ HALF_SHIFTS[0] }>(vaddq_s32(high[y], round));
            rows[y] = vcombine_s16(low, high);
        }
        let columns = half_pass(transpose(rows).map(|column| vget_low_s16(column)));
        let round = vdupq_n_s32(1 << (HALF_SHIFTS[1] - 1));
        let columns = columns.map(|column| {
            let words = vqmovn_s32(vshrq_n_s32::<{ HALF_SHIFTS[1] }>(vaddq_s32(column, round)));
            vreinterpret_u8_s8(veor_s8(vqmovn_s16(vcombine_s16(words, words)), vdup_n_s8(-128)))
        });
        let mut rows = [0; 32];
        // The columns interleaved are the rows, each four bytes.
        store_four(&mut rows, columns);
        for (row, out) in rows.as_chunks::<4>().0[..4].iter().zip(out.chunks_mut(stride)) {
            out[..4].copy_from_slice(row);
        }
    }
}

/// Multiplies by the steps and undoes the zigzag: rows of a block.
#[inline]
#[target_feature(enable = "neon")]
fn natural(dequant: &Dequant, block: &Block) -> [int16x8_t; 8] {
    let mut zigzag = [vdupq_n_s16(0); 8];
    for (i, zigzag) in zigzag.iter_mut().enumerate() {
        let (eight, steps) = (&block.0.as_chunks::<8>().0[i], &dequant.steps.as_chunks::<8>().0[i]);
        *zigzag = vmulq_s16(load(eight), load(steps));
    }
    let [a, b, c, d, e, f, g, h] = zigzag.map(|eight| vreinterpretq_u8_s16(eight));
    let (first, second) = (uint8x16x4_t(a, b, c, d), uint8x16x4_t(e, f, g, h));
    let mut rows = zigzag;
    for (row, places) in rows.iter_mut().zip(&PLACES) {
        let places = load(places);
        // A place beyond the 64 bytes of a table leaves what was there; those of the first half wrap to beyond the second.
        let in_second = vsubq_u8(places, vdupq_n_u8(64));
        *row = vreinterpretq_s16_u8(vqtbx4q_u8(vqtbl4q_u8(first, places), second, in_second));
    }
    rows
}

/// Tells whether any coefficient of the first row is beyond what can be scaled by 4 in 16 bits: there it matters whether a
/// pass clamps or cuts.
#[inline]
#[target_feature(enable = "neon")]
fn is_extreme(first_row: int16x8_t) -> bool {
    vmaxvq_s16(vqabsq_s16(first_row)) > 0x1fff
}

/// Multiplies two by two and adds.
#[inline]
#[target_feature(enable = "neon")]
fn dot([a, b]: [int16x4_t; 2], [by_a, by_b]: [i16; 2]) -> int32x4_t {
    vmlal_n_s16(vmull_n_s16(a, by_a), b, by_b)
}

/// One-dimensional transform of eight vectors: [`super::full::pass`], low halves and high halves.
#[inline]
#[target_feature(enable = "neon")]
fn pass([x0, x1, x2, x3, x4, x5, x6, x7]: [int16x8_t; 8]) -> [[int32x4_t; 8]; 2] {
    let (sum, difference) = (vaddq_s16(x0, x4), vsubq_s16(x0, x4));
    let (sum_73, sum_51) = (vaddq_s16(x7, x3), vaddq_s16(x5, x1));
    let inputs = [sum, difference, x2, x6, x7, x1, x5, x3, sum_73, sum_51];
    [pass_half(inputs.map(|row| vget_low_s16(row))), pass_half(inputs.map(|row| vget_high_s16(row)))]
}

/// The half of [`pass`]: the sum and difference of inputs 0 and 4; 2 and 6; 7 and 1; 5 and 3; 7 + 3 and 5 + 1.
#[inline]
#[target_feature(enable = "neon")]
fn pass_half([sum, difference, x2, x6, x7, x1, x5, x3, sum_73, sum_51]: [int16x4_t; 10]) -> [int32x4_t; 8] {
    use full_fix::*;

    const BITS: i32 = CONST_BITS.cast_signed();
    let (even_0, even_1) = (vshll_n_s16::<BITS>(sum), vshll_n_s16::<BITS>(difference));
    let even_2 = dot([x2, x6], [F0_541, F0_541 - F1_847]);
    let even_3 = dot([x2, x6], [F0_541 + F0_765, F0_541]);
    let shared_3 = dot([sum_73, sum_51], [F1_175 - F1_961, F1_175]);
    let shared_4 = dot([sum_73, sum_51], [F1_175, F1_175 - F0_390]);
    let odd_0 = vaddq_s32(dot([x7, x1], [F0_298 - F0_899, -F0_899]), shared_3);
    let odd_1 = vaddq_s32(dot([x5, x3], [F2_053 - F2_562, -F2_562]), shared_4);
    let odd_2 = vaddq_s32(dot([x5, x3], [-F2_562, F3_072 - F2_562]), shared_3);
    let odd_3 = vaddq_s32(dot([x7, x1], [-F0_899, F1_501 - F0_899]), shared_4);
    let (outer_sum, outer_difference) = (vaddq_s32(even_0, even_3), vsubq_s32(even_0, even_3));
    let (inner_sum, inner_difference) = (vaddq_s32(even_1, even_2), vsubq_s32(even_1, even_2));
    [
        vaddq_s32(outer_sum, odd_3),
        vaddq_s32(inner_sum, odd_2),
        vaddq_s32(inner_difference, odd_1),
        vaddq_s32(outer_difference, odd_0),
        vsubq_s32(outer_difference, odd_0),
        vsubq_s32(inner_difference, odd_1),
        vsubq_s32(inner_sum, odd_2),
        vsubq_s32(outer_sum, odd_3),
    ]
}

/// One-dimensional transform of eight vectors to four, at 1/2; the fifth does not count.
#[inline]
#[target_feature(enable = "neon")]
fn half_pass([x0, x1, x2, x3, _, x5, x6, x7]: [int16x4_t; 8]) -> [int32x4_t; 4] {
    const BITS: i32 = CONST_BITS.cast_signed() + 1;
    let [inner_1, inner_3, inner_5, inner_7] = half_fix::HALF_INNER;
    let [outer_1, outer_3, outer_5, outer_7] = half_fix::HALF_OUTER;
    let even = vshll_n_s16::<BITS>(x0);
    let rotated = dot([x2, x6], half_fix::HALF_EVEN);
    let inner = vaddq_s32(dot([x1, x3], [inner_1, inner_3]), dot([x5, x7], [inner_5, inner_7]));
    let outer = vaddq_s32(dot([x1, x3], [outer_1, outer_3]), dot([x5, x7], [outer_5, outer_7]));
    let (outer_even, inner_even) = (vaddq_s32(even, rotated), vsubq_s32(even, rotated));
    [
        vaddq_s32(outer_even, outer),
        vaddq_s32(inner_even, inner),
        vsubq_s32(inner_even, inner),
        vsubq_s32(outer_even, outer),
    ]
}

/// Scales down the sums of the first pass and clamps them.
#[inline]
#[target_feature(enable = "neon")]
fn narrow_rows([low, high]: [[int32x4_t; 8]; 2]) -> [int16x8_t; 8] {
    let round = vdupq_n_s32(1 << (FULL_SHIFTS[0] - 1));
    let mut rows = [vdupq_n_s16(0); 8];
    for (y, row) in rows.iter_mut().enumerate() {
        let low = vqshrn_n_s32::<{ FULL_SHIFTS[0] }>(vaddq_s32(low[y], round));
        let high = vqshrn_n_s32::<{ FULL_SHIFTS[0] }>(vaddq_s32(high[y], round));
        *row = vcombine_s16(low, high);
    }
    rows
}

/// Scales down the sums of the second pass to samples.
#[inline]
#[target_feature(enable = "neon")]
fn samples([low, high]: [[int32x4_t; 8]; 2]) -> [int8x8_t; 8] {
    let round = vdupq_n_s32(1 << (FULL_SHIFTS[1] - 1));
    let mut columns = [vdup_n_s8(0); 8];
    for (x, column) in columns.iter_mut().enumerate() {
        let low = vqmovn_s32(vshrq_n_s32::<{ FULL_SHIFTS[1] }>(vaddq_s32(low[x], round)));
        let high = vqmovn_s32(vshrq_n_s32::<{ FULL_SHIFTS[1] }>(vaddq_s32(high[x], round)));
        *column = veor_s8(vqmovn_s16(vcombine_s16(low, high)), vdup_n_s8(-128));
    }
    columns
}

/// Turns rows into columns: pairs of single elements, then pairs of pairs, then halves.
#[inline]
#[target_feature(enable = "neon")]
fn transpose([a, b, c, d, e, f, g, h]: [int16x8_t; 8]) -> [int16x8_t; 8] {
    let singles = |x, y| [vtrn1q_s16(x, y), vtrn2q_s16(x, y)].map(|pair| vreinterpretq_s32_s16(pair));
    let pairs =
        |x, y| [vtrn1q_s32(x, y), vtrn2q_s32(x, y)].map(|pair| vreinterpretq_s64_s16(vreinterpretq_s16_s32(pair)));
    let halves = |x, y| [vtrn1q_s64(x, y), vtrn2q_s64(x, y)].map(|pair| vreinterpretq_s16_s64(pair));
    let [[a, b], [c, d], [e, f], [g, h]] = [singles(a, b), singles(c, d), singles(e, f), singles(g, h)];
    let [[a, c], [b, d], [e, g], [f, h]] = [pairs(a, c), pairs(b, d), pairs(e, g), pairs(f, h)];
    let [[a, e], [b, f], [c, g], [d, h]] = [halves(a, e), halves(b, f), halves(c, g), halves(d, h)];
    [a, b, c, d, e, f, g, h]
}

/// As [`transpose`], of bytes.
#[inline]
#[target_feature(enable = "neon")]
fn transpose_bytes([a, b, c, d, e, f, g, h]: [int8x8_t; 8]) -> [int8x8_t; 8] {
    let singles = |x, y| [vtrn1_s8(x, y), vtrn2_s8(x, y)].map(|pair| vreinterpret_s16_s8(pair));
    let pairs = |x, y| [vtrn1_s16(x, y), vtrn2_s16(x, y)].map(|pair| vreinterpret_s32_s8(vreinterpret_s8_s16(pair)));
    let halves = |x, y| [vtrn1_s32(x, y), vtrn2_s32(x, y)].map(|pair| vreinterpret_s8_s32(pair));
    let [[a, b], [c, d], [e, f], [g, h]] = [singles(a, b), singles(c, d), singles(e, f), singles(g, h)];
    let [[a, c], [b, d], [e, g], [f, h]] = [pairs(a, c), pairs(b, d), pairs(e, g), pairs(f, h)];
    let [[a, e], [b, f], [c, g], [d, h]] = [halves(a, e), halves(b, f), halves(c, g), halves(d, h)];
    [a, b, c, d, e, f, g, h]
}
