//! The inverse DCT at 1/2, 1/4 and 1/8: each sample is the mean of 2×2, 4×4 or 8×8 samples of the full size.
//!
//! The means are taken inside the flow graph, by constants of their own, so half or three quarters of the outputs are never
//! made. Coefficients that cancel out are not read: row and column 4 at 1/2; 2, 4 and 6 at 1/4; everything but DC at 1/8.

use super::full::{
    CONST_BITS, PASS1_BITS, columns_of, descale, dot, fill, flat_columns, has_rows_below, level, natural, saturate,
    transpose,
};
use super::{Block, Dequant, check};

/// Fractions of 13 bits, signed as they are used: how much an input adds to the mean of neighbouring outputs.
pub(super) mod fix {
    /// Of inputs 2 and 6: the even half at 1/2.
    pub(crate) const HALF_EVEN: [i16; 2] = [15137, -6270];
    /// Of inputs 1, 3, 5 and 7: the inner two outputs at 1/2.
    pub(crate) const HALF_INNER: [i16; 4] = [8697, -17799, 11893, -1730];
    /// Of inputs 1, 3, 5 and 7: the outer two outputs at 1/2.
    pub(crate) const HALF_OUTER: [i16; 4] = [20995, 7373, -4926, -4176];
    /// Of inputs 1, 3, 5 and 7 at 1/4.
    pub(crate) const QUARTER: [i16; 4] = [29692, -10426, 6967, -5906];
}

/// The reference at 1/2.
pub(super) fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(4, blocks, last, out, stride);
    for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
        idct4_block(dequant, block, last, &mut out[4 * b..], stride);
    }
}

/// Transforms one block to 4×4 samples.
pub(super) fn idct4_block(dequant: &Dequant, block: &Block, last: u8, out: &mut [u8], stride: usize) {
    if last == 0 {
        return fill::<4>(dequant, block.0[0], out, stride);
    }
    let columns = if has_rows_below(block, [1, 2, 3, 5, 6, 7]) {
        let rows = natural(dequant, block);
        columns_of(&rows, |column| half(column).map(|sum| saturate(descale(sum, CONST_BITS - PASS1_BITS + 1))))
    } else {
        flat_columns(dequant, block)
    };
    for (row, out) in transpose(&columns).into_iter().zip(out.chunks_mut(stride)) {
        let samples = half(row).map(|sum| level(descale(sum, CONST_BITS + PASS1_BITS + 3 + 1)));
        out[..4].copy_from_slice(&samples);
    }
}

/// One-dimensional transform of eight samples to four, to be scaled down by 14 bits.
fn half([x0, x1, x2, x3, _, x5, x6, x7]: [i16; 8]) -> [i32; 4] {
    let even = i32::from(x0) << (CONST_BITS + 1);
    let rotated = dot([x2, x6], fix::HALF_EVEN);
    let (outer_even, inner_even) = (even.wrapping_add(rotated), even.wrapping_sub(rotated));
    let inner_odd = dot4([x1, x3, x5, x7], fix::HALF_INNER);
    let outer_odd = dot4([x1, x3, x5, x7], fix::HALF_OUTER);
    [
        outer_even.wrapping_add(outer_odd),
        inner_even.wrapping_add(inner_odd),
        inner_even.wrapping_sub(inner_odd),
        outer_even.wrapping_sub(outer_odd),
    ]
}

/// The reference at 1/4.
pub(super) fn idct2(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(2, blocks, last, out, stride);
    for (b, block) in blocks.iter().enumerate() {
        let rows = natural(dequant, block);
        let columns: [[i32; 2]; 8] = std::array::from_fn(|x| {
            let column = rows.map(|row| row[x]);
            quarter(column[0].into(), odd_quarter(column)).map(|sum| descale(sum, CONST_BITS - PASS1_BITS + 2))
        });
        for (y, out) in out[2 * b..].chunks_mut(stride).take(2).enumerate() {
            // DC is not clamped between the passes, the others are.
            let row = columns.map(|column| column[y]);
            let sums = quarter(row[0], odd_quarter(row.map(saturate)));
            out[..2].copy_from_slice(&sums.map(|sum| level(descale(sum, CONST_BITS + PASS1_BITS + 3 + 2))));
        }
    }
}

/// One-dimensional transform of DC and the odd half to two samples, to be scaled down by 15 bits.
fn quarter(dc: i32, odd: i32) -> [i32; 2] {
    let even = dc.wrapping_shl(CONST_BITS + 2);
    [even.wrapping_add(odd), even.wrapping_sub(odd)]
}

/// The odd half at 1/4.
fn odd_quarter([_, x1, _, x3, _, x5, _, x7]: [i16; 8]) -> i32 {
    dot4([x1, x3, x5, x7], fix::QUARTER)
}

/// Multiplies four by four and adds; the last sum wraps.
fn dot4([a, b, c, d]: [i16; 4], [by_a, by_b, by_c, by_d]: [i16; 4]) -> i32 {
    dot([a, b], [by_a, by_b]).wrapping_add(dot([c, d], [by_c, by_d]))
}

/// The reference at 1/8.
pub(super) fn idct1(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(1, blocks, last, out, stride);
    for (block, out) in blocks.iter().zip(out) {
        *out = dequant.level_of_dc(block.0[0]);
    }
}
