//! Twin of [`crate::encode::fdct`]: a block at once, a row of eight in a vector.
//!
//! The block is a table of bytes that one look-up instruction reads half of, so putting it in zigzag order takes two for each
//! eight levels.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, uint8x16x4_t, vabsq_s16, vaddq_s16, vaddq_s32, vceqzq_s16, vcombine_s16, vcombine_u8,
    vdup_n_u8, vdupq_n_s16, vdupq_n_u8, veorq_s16, vget_high_s16, vget_high_u16, vget_low_s16, vget_low_u16,
    vmlal_n_s16, vmovn_u16, vmull_n_s16, vmull_u16, vmvnq_u8, vqrdmulhq_s16, vqtbl4q_u8, vqtbx4q_u8,
    vreinterpretq_s16_s32, vreinterpretq_s16_s64, vreinterpretq_s16_u8, vreinterpretq_s16_u16, vreinterpretq_s32_s16,
    vreinterpretq_s64_s16, vreinterpretq_u8_s16, vreinterpretq_u16_s16, vreinterpretq_u16_u32, vrshrn_n_s32,
    vrshrq_n_s16, vshlq_n_s16, vshrq_n_s16, vsubl_u8, vsubq_s16, vsubq_u8, vtrn1q_s16, vtrn1q_s32, vtrn1q_s64,
    vtrn2q_s16, vtrn2q_s32, vtrn2q_s64, vuzp2q_u16,
};

use super::bits;
use crate::NATURAL_ORDER;
use crate::encode::fdct::{Block, CONSTANT_BITS, Divisors, EVEN, KEPT_BITS, ODD};
use crate::encode::grid::SIDE;
use crate::vector::{load, store};

/// How far the first pass scales down.
const FIRST_SHIFT: i32 = (CONSTANT_BITS - KEPT_BITS).cast_signed();
/// How far the second pass scales down.
const SECOND_SHIFT: i32 = (CONSTANT_BITS + KEPT_BITS).cast_signed();

#[target_feature(enable = "neon")]
pub(super) fn fdct(rows: [&[u8]; SIDE], divisors: &Divisors, blocks: &mut [Block]) {
    let rows = rows.map(|row| &row.as_chunks::<SIDE>().0[..blocks.len()]);
    for (i, block) in blocks.iter_mut().enumerate() {
        // Less 128: below zero it wraps to the same number, signed.
        let rows = rows.map(|row| vreinterpretq_s16_u16(vsubl_u8(load(&row[i]), vdup_n_u8(128))));
        let mut levels = pass::<false>(transpose(pass::<true>(transpose(rows))));
        for (y, levels) in levels.iter_mut().enumerate() {
            *levels = quantize(*levels, divisors, y);
        }
        let levels = zigzag(levels);
        let mut zeros = [vdupq_n_u8(0); 4];
        for (zeros, [low, high]) in zeros.iter_mut().zip(levels.as_chunks::<2>().0) {
            *zeros = vcombine_u8(vmovn_u16(vceqzq_s16(*low)), vmovn_u16(vceqzq_s16(*high)));
        }
        block.nonzero = bits(zeros.map(|zeros| vmvnq_u8(zeros)));
        for (out, levels) in block.levels.as_chunks_mut::<8>().0.iter_mut().zip(levels) {
            store(out, levels);
        }
    }
}

/// Divides the coefficients of a row.
#[inline]
#[target_feature(enable = "neon")]
fn quantize(coefficients: int16x8_t, divisors: &Divisors, y: usize) -> int16x8_t {
    let (reciprocal, _) = divisors.reciprocal[y].split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let (scale, _) = divisors.scale[y].split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let (reciprocal, scale) = (load(reciprocal), load(scale));
    let magnitudes = vreinterpretq_u16_s16(vabsq_s16(coefficients));
    let low = vmull_u16(vget_low_u16(magnitudes), vget_low_u16(reciprocal));
    let high = vmull_u16(vget_high_u16(magnitudes), vget_high_u16(reciprocal));
    let upper = vuzp2q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high));
    let quotients = vqrdmulhq_s16(vreinterpretq_s16_u16(upper), scale);
    // All ones where the sign is to be changed.
    let signs = vshrq_n_s16::<15>(coefficients);
    vsubq_s16(veorq_s16(quotients, signs), signs)
}

/// Turns rows into columns: pairs of single elements, then pairs of pairs, then halves.
#[inline]
#[target_feature(enable = "neon")]
fn transpose([a, b, c, d, e, f, g, h]: [int16x8_t; SIDE]) -> [int16x8_t; SIDE] {
    let singles = |x, y| [vtrn1q_s16(x, y), vtrn2q_s16(x, y)].map(|pair| vreinterpretq_s32_s16(pair));
    let pairs =
        |x, y| [vtrn1q_s32(x, y), vtrn2q_s32(x, y)].map(|pair| vreinterpretq_s64_s16(vreinterpretq_s16_s32(pair)));
    let halves = |x, y| [vtrn1q_s64(x, y), vtrn2q_s64(x, y)].map(|pair| vreinterpretq_s16_s64(pair));
    let [[a, b], [c, d], [e, f], [g, h]] = [singles(a, b), singles(c, d), singles(e, f), singles(g, h)];
    let [[a, c], [b, d], [e, g], [f, h]] = [pairs(a, c), pairs(b, d), pairs(e, g), pairs(f, h)];
    let [[a, e], [b, f], [c, g], [d, h]] = [halves(a, e), halves(b, f), halves(c, g), halves(d, h)];
    [a, b, c, d, e, f, g, h]
}

/// Transforms along the vectors. The first pass leaves two bits more than there were, the second one drops them.
///
/// No sum leaves 16 bits: eight numbers of the second pass are at most 8 · 8 · 128 · 4 = 2^15, which only the sum of all
/// reaches, and below zero.
#[inline]
#[target_feature(enable = "neon")]
fn pass<const FIRST: bool>(x: [int16x8_t; SIDE]) -> [int16x8_t; SIDE] {
    let sums = [vaddq_s16(x[0], x[7]), vaddq_s16(x[1], x[6]), vaddq_s16(x[2], x[5]), vaddq_s16(x[3], x[4])];
    let differences = [vsubq_s16(x[0], x[7]), vsubq_s16(x[1], x[6]), vsubq_s16(x[2], x[5]), vsubq_s16(x[3], x[4])];
    let (outer, inner) = (vaddq_s16(sums[0], sums[3]), vaddq_s16(sums[1], sums[2]));
    let scale = |sum| if FIRST { vshlq_n_s16::<2>(sum) } else { vrshrq_n_s16::<2>(sum) };
    let (zeroth, fourth) = (scale(vaddq_s16(outer, inner)), scale(vsubq_s16(outer, inner)));
    let halves = [vsubq_s16(sums[0], sums[3]), vsubq_s16(sums[1], sums[2])];
    let even = |i: usize| round::<FIRST>(weigh(halves, EVEN[i]));
    let odd = |i: usize| {
        let [a, b, c, d] = ODD[i];
        let outer = weigh([differences[0], differences[1]], [a, b]);
        let inner = weigh([differences[2], differences[3]], [c, d]);
        round::<FIRST>([vaddq_s32(outer[0], inner[0]), vaddq_s32(outer[1], inner[1])])
    };
    [zeroth, odd(0), even(0), odd(1), fourth, odd(2), even(1), odd(3)]
}

/// Adds the products of two vectors with a number each: low halves and high halves.
#[inline]
#[target_feature(enable = "neon")]
fn weigh([first, second]: [int16x8_t; 2], weights: [i32; 2]) -> [int32x4_t; 2] {
    let [by_first, by_second] = weights.map(short);
    [
        vmlal_n_s16(vmull_n_s16(vget_low_s16(first), by_first), vget_low_s16(second), by_second),
        vmlal_n_s16(vmull_n_s16(vget_high_s16(first), by_first), vget_high_s16(second), by_second),
    ]
}

/// Cuts a weight to 16 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "weights have 15 bits at most")]
const fn short(weight: i32) -> i16 {
    weight as i16
}

/// Drops the bits of the constants, rounding halves up, and joins both halves to 16 bits.
#[inline]
#[target_feature(enable = "neon")]
fn round<const FIRST: bool>([low, high]: [int32x4_t; 2]) -> int16x8_t {
    if FIRST {
        vcombine_s16(vrshrn_n_s32::<FIRST_SHIFT>(low), vrshrn_n_s32::<FIRST_SHIFT>(high))
    } else {
        vcombine_s16(vrshrn_n_s32::<SECOND_SHIFT>(low), vrshrn_n_s32::<SECOND_SHIFT>(high))
    }
}

/// For each eight of zigzag order the bytes of its levels among those of a block in natural order.
const PLACES: [[u8; 16]; SIDE] = {
    let mut places = [[0; 16]; SIDE];
    let mut k = 0;
    while k < 64 {
        places[k / 8][2 * (k % 8)] = 2 * NATURAL_ORDER[k];
        places[k / 8][2 * (k % 8) + 1] = 2 * NATURAL_ORDER[k] + 1;
        k += 1;
    }
    places
};

/// Puts the levels of a block in zigzag order.
#[inline]
#[target_feature(enable = "neon")]
fn zigzag(rows: [int16x8_t; SIDE]) -> [int16x8_t; SIDE] {
    let [a, b, c, d, e, f, g, h] = rows.map(|row| vreinterpretq_u8_s16(row));
    let (first, second) = (uint8x16x4_t(a, b, c, d), uint8x16x4_t(e, f, g, h));
    let mut zigzag = [vdupq_n_s16(0); SIDE];
    for (eight, places) in zigzag.iter_mut().zip(&PLACES) {
        let places = load(places);
        // A place beyond the 64 bytes of a table leaves what was there; those of the first half wrap to beyond the second.
        let in_second = vsubq_u8(places, vdupq_n_u8(64));
        *eight = vreinterpretq_s16_u8(vqtbx4q_u8(vqtbl4q_u8(first, places), second, in_second));
    }
    zigzag
}
