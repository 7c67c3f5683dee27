//! Undoing the zigzag: byte shuffles that collect eight coefficients out of a block.

use std::arch::x86_64::{__m256i, _mm256_or_si256, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8};

use crate::zigzag::NATURAL_ORDER;

/// A place that no coefficient goes to: it becomes 0.
pub(in crate::idct) const NONE: u8 = 64;

/// How to collect eight coefficients from the eight vectors of a block in zigzag order.
#[derive(Debug)]
pub(super) struct Gather {
    /// For each source vector the shuffle of one half, as two numbers of 8 bytes.
    masks: [[i64; 2]; 8],
}

impl Gather {
    /// Names the coefficients by their places in zigzag order, in the order in which they are wanted.
    pub(super) const fn new(wanted: [u8; 8]) -> Self {
        let mut masks = [[0x8080_8080_8080_8080_u64.cast_signed(); 2]; 8];
        let mut i = 0;
        while i < 8 {
            if wanted[i] < NONE {
                let (source, element) = (wanted[i] as usize / 8, wanted[i] as i64 % 8);
                let shift = i % 4 * 16;
                let bytes = (element * 2) | (element * 2 + 1) << 8;
                let mask = &mut masks[source][i / 4];
                *mask = (*mask & !(0xffff << shift)) | bytes << shift;
            }
            i += 1;
        }
        Self { masks }
    }

    /// Names coefficients of two rows by [`interleaved`].
    pub(super) const fn rows(rows: [u8; 2], columns: [u8; 4]) -> Self {
        Self::new(interleaved(rows, columns))
    }

    /// Collects the coefficients, the same places of both halves. Inlined with a constant, only what is needed remains.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn collect<const N: usize>(&self, zigzag: &[__m256i; N]) -> __m256i {
        let mut gathered = _mm256_setzero_si256();
        for (&source, &[low, high]) in zigzag.iter().zip(&self.masks) {
            if low & high != 0x8080_8080_8080_8080_u64.cast_signed() {
                let shuffled = _mm256_shuffle_epi8(source, _mm256_setr_epi64x(low, high, low, high));
                gathered = _mm256_or_si256(gathered, shuffled);
            }
        }
        gathered
    }
}

/// Returns the places of coefficients of two rows, interleaved: the first of each pair is of the first row. A row of [`NONE`]
/// has none.
pub(in crate::idct) const fn interleaved([first, second]: [u8; 2], columns: [u8; 4]) -> [u8; 8] {
    let mut wanted = [NONE; 8];
    let mut i = 0;
    while i < 4 {
        wanted[2 * i] = place(first, columns[i]);
        wanted[2 * i + 1] = place(second, columns[i]);
        i += 1;
    }
    wanted
}

/// Returns the place in zigzag order of a coefficient, or [`NONE`] if the row or the column is.
pub(in crate::idct) const fn place(row: u8, column: u8) -> u8 {
    let mut k = 0;
    while k < NONE {
        if row < 8 && column < 8 && NATURAL_ORDER[k as usize] == row * 8 + column {
            return k;
        }
        k += 1;
    }
    NONE
}
