//! Vectorised twins of kernels for x86-64 with AVX2, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. The arithmetic is integer throughout, so the
//! order of additions does not matter; where a division is done in floating point, its result is proven exact.
//!
//! `unsafe` is used for two things: unaligned loads and stores through the helpers below, which take arrays and so cannot
//! be out of bounds, and the calls from the entry points, which [`kernels`] hands out only on a machine that has AVX2.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX2")]

mod premultiply;
mod resize_h;
mod resize_h_opaque;
mod resize_h_plane;
mod resize_v;
mod unpremultiply;
mod ycc_to_rgba;

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi32_si128, _mm_loadl_epi64, _mm_loadu_si128, _mm_set1_epi32,
    _mm_sra_epi32, _mm_storel_epi64, _mm256_add_epi32, _mm256_broadcastq_epi64, _mm256_loadu_si256, _mm256_set1_epi32,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_sra_epi32, _mm256_storeu_si256,
};

use super::kernels::double_h::{self, Doubling};
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use super::kernels::{Kernels, UNITS_PER_LEVEL};
use crate::plan::weights::WeightTable;

/// Bits of [`UNITS_PER_LEVEL`].
const UNIT_SHIFT: i32 = UNITS_PER_LEVEL.trailing_zeros().cast_signed();

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need AVX2 and nothing else, and this set exists only where it was detected.
    // The loop is the scalar one, compiled for AVX2.
    #[target_feature(enable = "avx2")]
    fn double_h_avx2(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
        double_h::double_h(doubling, table, source, output);
    }
    fn double_h(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
        unsafe { double_h_avx2(doubling, table, source, output) }
    }
    fn premultiply(straight: &[u8], premultiplied: &mut [i16]) {
        unsafe { premultiply::premultiply(straight, premultiplied) }
    }
    fn resize_h_rgba(table: &WeightTable, source: &[i16], output: &mut [i16]) {
        unsafe { resize_h::resize_h_rgba(table, source, output) }
    }
    fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
        unsafe { resize_h_opaque::resize_h_opaque(table, sources, outputs) }
    }
    fn resize_h_gray(table: &WeightTable, source: &[i16], output: &mut [i16]) {
        unsafe { resize_h_plane::resize_h_gray(table, source, output) }
    }
    fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
        unsafe { resize_h_plane::resize_h_plane(table, sources, outputs) }
    }
    fn is_opaque(row: &[u8]) -> bool {
        unsafe { premultiply::is_opaque(row) }
    }
    fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
        unsafe { resize_v::resize_v(taps, rows, output) }
    }
    fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
        unsafe { resize_v::resize_v_chunk(taps, rows, sums) }
    }
    fn ycc_to_rgba(rows: [&[i16]; 3], output: &mut [u8]) {
        unsafe { ycc_to_rgba::ycc_to_rgba(rows, output) }
    }
    fn unpremultiply(premultiplied: &[i16], straight: &mut [u8]) {
        unsafe { unpremultiply::unpremultiply(premultiplied, straight) }
    }
    is_x86_feature_detected!("avx2").then_some(Kernels {
        double_h,
        premultiply,
        resize_h_rgba,
        resize_h_gray,
        resize_h_opaque,
        resize_h_plane,
        is_opaque,
        resize_v,
        resize_v_chunk,
        unpremultiply,
        ycc_to_rgba,
    })
}

/// Loads 16 samples.
#[inline(always)]
fn load_16(samples: &[i16; 16]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(samples.as_ptr().cast()) }
}

/// Stores 16 samples.
#[inline(always)]
fn store_16(samples: &mut [i16; 16], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(samples.as_mut_ptr().cast(), vector) }
}

/// Loads 8 sums.
#[inline(always)]
fn load_8_sums(sums: &[i32; 8]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(sums.as_ptr().cast()) }
}

/// Stores 8 sums.
#[inline(always)]
fn store_8_sums(sums: &mut [i32; 8], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), vector) }
}

/// Stores 4 samples, the low half of a vector.
#[inline(always)]
fn store_4(samples: &mut [i16; 4], vector: __m128i) {
    // SAFETY: writes the 8 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_storel_epi64(samples.as_mut_ptr().cast(), vector) }
}

/// Loads 8 pixels of 8-bit RGBA.
#[inline(always)]
fn load_pixels(pixels: &[u8; 32]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(pixels.as_ptr().cast()) }
}

/// Stores 8 pixels of 8-bit RGBA.
#[inline(always)]
fn store_pixels(pixels: &mut [u8; 32], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(pixels.as_mut_ptr().cast(), vector) }
}

/// Loads 8 samples.
#[inline(always)]
fn load_8(samples: &[i16; 8]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(samples.as_ptr().cast()) }
}

/// Loads 4 samples into the low half.
#[inline(always)]
fn load_4(samples: &[i16; 4]) -> __m128i {
    // SAFETY: reads the 8 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadl_epi64(samples.as_ptr().cast()) }
}

/// Loads 16 bytes.
#[inline(always)]
fn load_16_bytes(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Loads 8 bytes into the low half.
#[inline(always)]
fn load_8_bytes(bytes: &[u8; 8]) -> __m128i {
    // SAFETY: reads the 8 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadl_epi64(bytes.as_ptr().cast()) }
}

/// Loads 4 bytes into the low quarter.
#[inline]
#[target_feature(enable = "avx2")]
fn load_4_bytes(bytes: &[u8; 4]) -> __m128i {
    _mm_cvtsi32_si128(i32::from_le_bytes(*bytes))
}

/// Spreads 4 weights so that each half has its pair four times.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(weights: &[i16; 4]) -> __m256i {
    let all = _mm256_broadcastq_epi64(load_4(weights));
    _mm256_shuffle_epi8(
        all,
        _mm256_setr_epi8(
            0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7,
        ),
    )
}

/// Adds half a unit and shifts to the right: [`crate::arith::round_shift`] of eight numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn round_shift(values: __m256i, shift: u32) -> __m256i {
    let half = if shift == 0 { 0 } else { 1 << (shift - 1) };
    _mm256_sra_epi32(_mm256_add_epi32(values, _mm256_set1_epi32(half)), _mm_cvtsi32_si128(shift.cast_signed()))
}

/// Rounds and shifts 4 sums: [`round_shift`] of half as many.
#[inline]
#[target_feature(enable = "avx2")]
fn round_shift_4(values: __m128i, shift: u32) -> __m128i {
    let half = if shift == 0 { 0 } else { 1 << (shift - 1) };
    _mm_sra_epi32(_mm_add_epi32(values, _mm_set1_epi32(half)), _mm_cvtsi32_si128(shift.cast_signed()))
}

/// Two weights as one 32-bit number, the first in the low half: what a pairwise multiply-add takes.
#[inline(always)]
fn weight_pair(first: i16, second: i16) -> i32 {
    (i32::from(second) << 16) | i32::from(first.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::super::kernels::resize_h_opaque::ResizeHOpaque;
    use super::super::kernels::resize_h_plane::ResizeHPlane;
    use super::*;

    /// A sequence that looks random and is the same every time.
    fn noise(seed: u32) -> impl Iterator<Item = u32> {
        let mut state = seed | 1;
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
    }

    fn bytes(seed: u32, len: usize) -> Vec<u8> {
        noise(seed).map(|n| n.to_le_bytes()[1]).take(len).collect()
    }

    /// Samples with all the overshoot that 16 bits can hold.
    fn samples(seed: u32, len: usize) -> Vec<i16> {
        bytes(seed, 2 * len).as_chunks::<2>().0.iter().map(|&pair| i16::from_le_bytes(pair)).collect()
    }

    /// Compares without printing thousands of numbers.
    #[track_caller]
    fn assert_same<T: PartialEq + std::fmt::Debug>(actual: &[T], expected: &[T], what: &str) {
        assert_eq!(actual.len(), expected.len());
        let difference = actual.iter().zip(expected).enumerate().find(|(_, (a, b))| a != b);
        assert!(difference.is_none(), "{what}: first difference (index, (actual, expected)): {difference:?}");
    }

    /// The twins to compare, or nothing on a machine without AVX2, where they cannot run.
    fn twins() -> Option<(Kernels, Kernels)> {
        let twins = kernels().map(|vectorised| (Kernels::SCALAR, vectorised));
        if twins.is_none() {
            eprintln!("skipped: this machine has no AVX2");
        }
        twins
    }

    #[test]
    fn avx2_premultiply_of_every_pair() {
        let Some((scalar, vectorised)) = twins() else { return };
        let straight: Vec<u8> = (0..=255).flat_map(|c| (0..=255).flat_map(move |a| [c, 255 - c, c / 2, a])).collect();
        for straight in [&straight[..], &straight[4..36], &straight[..28], &[9, 8, 7, 255].repeat(40)] {
            let (mut expected, mut actual) = (vec![0; straight.len()], vec![0; straight.len()]);
            (scalar.premultiply)(straight, &mut expected);
            (vectorised.premultiply)(straight, &mut actual);
            assert_same(&actual, &expected, "every pair");
        }
    }

    #[test]
    fn avx2_unpremultiply_of_all_kinds_of_samples() {
        let Some((scalar, vectorised)) = twins() else { return };
        let mut premultiplied = samples(7, 4 * 100_003);
        // Alphas at and around every level, with colours at and around every quotient.
        for alpha in (1..=16_400_i16).chain([32_767]) {
            let half = |k: i32| i16::try_from(((2 * k + 1) * i32::from(alpha) / 510).min(32_767)).unwrap();
            premultiplied.extend([half(i32::from(alpha) % 256), half(254), half(127) - 1, alpha]);
            premultiplied.extend([half(i32::from(alpha) % 256).saturating_add(1), half(0), half(255), alpha]);
        }
        premultiplied.extend([100, 16_320, 31, 16_320].repeat(16));
        let (mut expected, mut actual) = (vec![0; premultiplied.len()], vec![0; premultiplied.len()]);
        (scalar.unpremultiply)(&premultiplied, &mut expected);
        (vectorised.unpremultiply)(&premultiplied, &mut actual);
        assert_same(&actual, &expected, "samples");
    }

    #[test]
    fn avx2_resize_h_of_all_tap_counts() {
        let Some((scalar, vectorised)) = twins() else { return };
        for (source_len, scaled_len) in
            [(1, 3), (2, 5), (3, 2), (5, 3), (7, 100), (31, 7), (64, 63), (100, 9), (500, 11), (3000, 7), (3001, 1)]
        {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let source = samples(source_len, source_len as usize * 4);
            let (mut expected, mut actual) = (vec![0; scaled_len as usize * 4], vec![0; scaled_len as usize * 4]);
            (scalar.resize_h_rgba)(&table, &source, &mut expected);
            (vectorised.resize_h_rgba)(&table, &source, &mut actual);
            assert_same(&actual, &expected, &format!("{source_len} to {scaled_len}"));
        }
    }

    #[test]
    fn avx2_resize_h_opaque_of_all_tap_counts() {
        let Some((scalar, vectorised)) = twins() else { return };
        for (source_len, scaled_len) in
            [(1, 3), (2, 5), (3, 2), (5, 3), (7, 100), (31, 7), (64, 63), (100, 9), (500, 11), (3000, 7), (3001, 1)]
        {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            // The kernel does not look at alpha, so any bytes will do.
            let sources = [1, 2, 3, 4].map(|seed| bytes(seed, source_len as usize * 4));
            let sources = sources.each_ref().map(Vec::as_slice);
            let run = |kernel: ResizeHOpaque| {
                let mut outputs = [(); ROWS].map(|()| vec![0; scaled_len as usize * 4]);
                kernel(&table, sources, outputs.each_mut().map(Vec::as_mut_slice));
                outputs.concat()
            };
            let (actual, expected) = (run(vectorised.resize_h_opaque), run(scalar.resize_h_opaque));
            assert_same(&actual, &expected, &format!("{source_len} to {scaled_len}"));
        }
    }

    #[test]
    fn avx2_resize_h_of_one_channel_of_all_tap_counts() {
        let Some((scalar, vectorised)) = twins() else { return };
        for (source_len, scaled_len) in [
            (1, 3),
            (2, 5),
            (3, 2),
            (5, 3),
            (7, 100),
            (31, 7),
            (40, 37),
            (64, 63),
            (100, 9),
            (100, 40),
            (333, 100),
            (500, 11),
            (3000, 7),
            (3001, 1),
        ] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let what = format!("{source_len} to {scaled_len}");
            let source = samples(source_len, source_len as usize);
            let (mut expected, mut actual) = (vec![0; scaled_len as usize], vec![0; scaled_len as usize]);
            (scalar.resize_h_gray)(&table, &source, &mut expected);
            (vectorised.resize_h_gray)(&table, &source, &mut actual);
            assert_same(&actual, &expected, &what);
            let sources = [1, 2, 3, 4].map(|seed| bytes(seed, source_len as usize));
            let sources = sources.each_ref().map(Vec::as_slice);
            let run = |kernel: ResizeHPlane| {
                let mut outputs = [(); ROWS].map(|()| vec![0; scaled_len as usize]);
                kernel(&table, sources, outputs.each_mut().map(Vec::as_mut_slice));
                outputs.concat()
            };
            assert_same(&run(vectorised.resize_h_plane), &run(scalar.resize_h_plane), &what);
        }
    }

    #[test]
    fn avx2_ycc_to_rgba_of_all_kinds_of_samples() {
        let Some((scalar, vectorised)) = twins() else { return };
        let compare = |rows: [&[i16]; 3]| {
            let (mut expected, mut actual) = (vec![0; 4 * rows[0].len()], vec![0; 4 * rows[0].len()]);
            (scalar.ycc_to_rgba)(rows, &mut expected);
            (vectorised.ycc_to_rgba)(rows, &mut actual);
            assert_same(&actual, &expected, "pixels");
        };
        let any = [1, 2, 3].map(|seed| samples(seed, 300_001));
        compare(any.each_ref().map(Vec::as_slice));
        // Colours as they are, and every level of chroma with every other.
        let usual = any.map(|row| row.iter().map(|sample| sample.rem_euclid(16_321)).collect::<Vec<_>>());
        compare(usual.each_ref().map(Vec::as_slice));
        let chroma = |of: fn(i16) -> i16| (0..=i16::MAX).map(of).collect::<Vec<_>>();
        let (blue, red) = (chroma(|i| (i & 255) * 64), chroma(|i| (i >> 8) * 128));
        for level in [0, 77, 128, 255] {
            compare([&vec![level * 64; blue.len()], &blue, &red]);
        }
    }

    #[test]
    fn avx2_is_opaque_wherever_a_pixel_is_not() {
        let Some((_, vectorised)) = twins() else { return };
        for len in [0, 1, 7, 8, 9, 100] {
            let mut row = vec![255; 4 * len];
            assert!((vectorised.is_opaque)(&row), "{len} pixels");
            for i in 0..len {
                row[4 * i + 3] = 254;
                assert!(!(vectorised.is_opaque)(&row), "pixel {i} of {len}");
                row[4 * i..4 * i + 4].copy_from_slice(&[0, 0, 0, 255]);
                assert!((vectorised.is_opaque)(&row), "black pixel {i} of {len}");
            }
        }
    }

    #[test]
    fn avx2_resize_v_of_all_tap_counts_and_widths() {
        let Some((scalar, vectorised)) = twins() else { return };
        for (source_len, scaled_len) in [(1, 3), (2, 5), (7, 3), (31, 7), (100, 9), (500, 11), (3001, 1)] {
            let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
            let weights = table.iter().last().unwrap().1;
            let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
            for width in [1, 4, 15, 16, 17, 33, 64, 100] {
                let rows: Vec<Vec<i16>> =
                    (1..).step_by(31).map(|seed| samples(seed, width)).take(weights.len()).collect();
                let rows: Vec<&[i16]> = rows.iter().map(Vec::as_slice).collect();
                let (mut expected, mut actual) = (vec![0; width], vec![0; width]);
                (scalar.resize_v)(taps, &rows, &mut expected);
                (vectorised.resize_v)(taps, &rows, &mut actual);
                let what = format!("{source_len} to {scaled_len}, {width} columns");
                assert_same(&actual, &expected, &what);
                let (taps, rows) =
                    (VerticalTaps { weights: &weights[..weights.len().min(8)], ..taps }, &rows[..rows.len().min(8)]);
                let (mut expected, mut actual) = (vec![7; width], vec![7; width]);
                (scalar.resize_v_chunk)(taps, rows, &mut expected);
                (vectorised.resize_v_chunk)(taps, rows, &mut actual);
                assert_same(&actual, &expected, &what);
            }
        }
    }
}
