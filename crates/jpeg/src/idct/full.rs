//! The inverse DCT at full size: 8×8 samples from 64 coefficients.

use super::{Block, Dequant, check};
use crate::zigzag::NATURAL_ORDER;

/// Bits of the constants' fractions.
pub(super) const CONST_BITS: u32 = 13;
/// Bits that are kept between the passes.
pub(super) const PASS1_BITS: u32 = 2;

/// Fractions of 13 bits: the rotations of the flow graph, with √2 multiplied in.
///
/// Each is `round(x * 8192)` of the number in its name.
pub(super) mod fix {
    pub(crate) const F0_298: i16 = 2446;
    pub(crate) const F0_390: i16 = 3196;
    pub(crate) const F0_541: i16 = 4433;
    pub(crate) const F0_765: i16 = 6270;
    pub(crate) const F0_899: i16 = 7373;
    pub(crate) const F1_175: i16 = 9633;
    pub(crate) const F1_501: i16 = 12299;
    pub(crate) const F1_847: i16 = 15137;
    pub(crate) const F1_961: i16 = 16069;
    pub(crate) const F2_053: i16 = 16819;
    pub(crate) const F2_562: i16 = 20995;
    pub(crate) const F3_072: i16 = 25172;
}

/// The reference at full size.
pub(super) fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(8, blocks, last, out, stride);
    for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
        idct8_block(dequant, block, last, &mut out[8 * b..], stride);
    }
}

/// Transforms one block.
pub(super) fn idct8_block(dequant: &Dequant, block: &Block, last: u8, out: &mut [u8], stride: usize) {
    if last == 0 {
        return fill::<8>(dequant, block.0[0], out, stride);
    }
    let columns = if has_rows_below(block, [1, 2, 3, 4, 5, 6, 7]) {
        let rows = natural(dequant, block);
        columns_of(&rows, |column| pass(column).map(|sum| saturate(descale(sum, CONST_BITS - PASS1_BITS))))
    } else {
        flat_columns(dequant, block)
    };
    for (row, out) in transpose(&columns).into_iter().zip(out.chunks_mut(stride)) {
        let samples = pass(row).map(|sum| level(descale(sum, CONST_BITS + PASS1_BITS + 3)));
        out[..8].copy_from_slice(&samples);
    }
}

/// One-dimensional transform of eight samples, to be scaled down by 13 bits; √8 times what it is by the book.
pub(super) fn pass([x0, x1, x2, x3, x4, x5, x6, x7]: [i16; 8]) -> [i32; 8] {
    use fix::*;

    // The even half: a butterfly of 0 and 4, a rotation of 2 and 6.
    let even_0 = i32::from(x0.wrapping_add(x4)) << CONST_BITS;
    let even_1 = i32::from(x0.wrapping_sub(x4)) << CONST_BITS;
    let even_2 = dot([x2, x6], [F0_541, F0_541 - F1_847]);
    let even_3 = dot([x2, x6], [F0_541 + F0_765, F0_541]);

    // The odd half: three rotations that share their sums.
    let sums = [x7.wrapping_add(x3), x5.wrapping_add(x1)];
    let shared_3 = dot(sums, [F1_175 - F1_961, F1_175]);
    let shared_4 = dot(sums, [F1_175, F1_175 - F0_390]);
    let odd_0 = dot([x7, x1], [F0_298 - F0_899, -F0_899]).wrapping_add(shared_3);
    let odd_1 = dot([x5, x3], [F2_053 - F2_562, -F2_562]).wrapping_add(shared_4);
    let odd_2 = dot([x5, x3], [-F2_562, F3_072 - F2_562]).wrapping_add(shared_3);
    let odd_3 = dot([x7, x1], [-F0_899, F1_501 - F0_899]).wrapping_add(shared_4);

    let pairs = [
        (even_0.wrapping_add(even_3), odd_3),
        (even_1.wrapping_add(even_2), odd_2),
        (even_1.wrapping_sub(even_2), odd_1),
        (even_0.wrapping_sub(even_3), odd_0),
    ];
    let [first, second, third, fourth] = pairs.map(|(even, odd)| even.wrapping_add(odd));
    let [eighth, seventh, sixth, fifth] = pairs.map(|(even, odd)| even.wrapping_sub(odd));
    [first, second, third, fourth, fifth, sixth, seventh, eighth]
}

/// Multiplies pairwise and adds: what fits 32 bits for every constant of the transforms.
pub(super) fn dot([a, b]: [i16; 2], [by_a, by_b]: [i16; 2]) -> i32 {
    i32::from(a) * i32::from(by_a) + i32::from(b) * i32::from(by_b)
}

/// Shifts to the right, rounded to nearest, halves up; the sum wraps.
pub(super) fn descale(value: i32, shift: u32) -> i32 {
    value.wrapping_add(1 << (shift - 1)) >> shift
}

/// Clamps to the range that is kept between the passes.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
pub(super) fn saturate(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Moves zero to the middle and clamps to a sample.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
pub(super) fn level(value: i32) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

/// Multiplies by the steps and undoes the zigzag: rows of a block.
pub(super) fn natural(dequant: &Dequant, block: &Block) -> [[i16; 8]; 8] {
    let mut rows = [[0; 8]; 8];
    for (k, (&coefficient, &place)) in block.0.iter().zip(&NATURAL_ORDER).enumerate() {
        let (row, column) = (usize::from(place / 8), usize::from(place % 8));
        rows[row][column] = coefficient.wrapping_mul(dequant.step(k));
    }
    rows
}

/// Tells whether any of some rows holds a coefficient.
pub(super) fn has_rows_below<const N: usize>(block: &Block, rows: [u8; N]) -> bool {
    block.0.iter().zip(&NATURAL_ORDER).any(|(&coefficient, place)| coefficient != 0 && rows.contains(&(place / 8)))
}

/// The first pass over a block of which only the first row counts: columns of equal samples.
pub(super) fn flat_columns<const N: usize>(dequant: &Dequant, block: &Block) -> [[i16; N]; 8] {
    natural(dequant, block)[0].map(|value| [value << PASS1_BITS; N])
}

/// Applies a pass to each column of a block.
pub(super) fn columns_of<const N: usize>(rows: &[[i16; 8]; 8], pass: impl Fn([i16; 8]) -> [i16; N]) -> [[i16; N]; 8] {
    std::array::from_fn(|column| pass(rows.map(|row| row[column])))
}

/// Turns columns into rows.
pub(super) fn transpose<const N: usize>(columns: &[[i16; N]; 8]) -> [[i16; 8]; N] {
    std::array::from_fn(|row| columns.map(|column| column[row]))
}

/// Returns the level of a block of `N`×`N` samples, 8 or 4, that has nothing but a DC coefficient.
pub(super) fn flat_level(dequant: &Dequant, dc: i16) -> u8 {
    let scaled = dc.wrapping_mul(dequant.step(0)) << PASS1_BITS;
    level(descale(scaled.into(), PASS1_BITS + 3))
}

/// Fills the samples of a block that has nothing but a DC coefficient.
pub(super) fn fill<const N: usize>(dequant: &Dequant, dc: i16, out: &mut [u8], stride: usize) {
    let level = flat_level(dequant, dc);
    for row in out.chunks_mut(stride).take(N) {
        row[..N].fill(level);
    }
}
