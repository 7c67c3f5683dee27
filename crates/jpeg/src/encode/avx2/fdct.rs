//! Twin of [`crate::encode::fdct`]: two blocks that stand side by side, one in each half of the vectors.

use std::arch::x86_64::{
    __m256i, _mm256_abs_epi16, _mm256_add_epi16, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cmpeq_epi8,
    _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_movemask_epi8, _mm256_mulhi_epu16, _mm256_or_si256,
    _mm256_packs_epi16, _mm256_packs_epi32, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_sign_epi16, _mm256_slli_epi16, _mm256_srai_epi16, _mm256_srai_epi32, _mm256_sub_epi16,
    _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi16, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64,
};

use super::{load_eight, load_shuffle, load_sixteen_bytes, store_eight};
use crate::NATURAL_ORDER;
use crate::encode::fdct::{Block, Divisors, EVEN, ODD};
use crate::encode::grid::SIDE;

/// Samples of a row of two blocks.
const PAIR: usize = 2 * SIDE;

#[target_feature(enable = "avx2")]
pub(super) fn fdct(rows: [&[u8]; SIDE], divisors: &Divisors, blocks: &mut [Block]) {
    let done = SIDE * (blocks.len() & !1);
    let (pairs, single) = blocks.as_chunks_mut::<2>();
    // All of one length, so that one check is enough for all.
    let wide = rows.map(|row| &row.as_chunks::<PAIR>().0[..pairs.len()]);
    for (i, pair) in pairs.iter_mut().enumerate() {
        transform(wide.map(|row| &row[i]), divisors, pair);
    }
    if let [single] = single {
        let mut samples = [[0; PAIR]; SIDE];
        for (samples, row) in samples.iter_mut().zip(rows) {
            samples[..SIDE].copy_from_slice(&row[done..][..SIDE]);
        }
        let mut pair = [Block::ZERO; 2];
        transform(samples.each_ref(), divisors, &mut pair);
        *single = pair[0];
    }
}

/// Transforms and quantises two blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn transform(samples: [&[u8; PAIR]; SIDE], divisors: &Divisors, pair: &mut [Block; 2]) {
    let mut rows = [_mm256_setzero_si256(); SIDE];
    for (row, samples) in rows.iter_mut().zip(samples) {
        *row = load_sixteen_bytes(samples);
    }
    let mut columns = pass::<true>(transpose(rows));
    // Samples are 128 less than they were loaded, which concerns their sums alone: 8 of them, with 2 bits more.
    columns[0] = _mm256_sub_epi16(columns[0], _mm256_set1_epi16((8 * 128) << 2));
    let mut levels = pass::<false>(transpose(columns));
    for (i, levels) in levels.iter_mut().enumerate() {
        let half = load_eight(&divisors.half.as_chunks().0[i]);
        let reciprocal = load_eight(&divisors.reciprocal.as_chunks().0[i]);
        let scale = load_eight(&divisors.scale.as_chunks().0[i]);
        let numerator = _mm256_add_epi16(_mm256_abs_epi16(*levels), half);
        let quotient = _mm256_mulhi_epu16(_mm256_mulhi_epu16(numerator, reciprocal), scale);
        *levels = _mm256_sign_epi16(quotient, *levels);
    }
    let levels = [
        zigzag::<0>(&levels),
        zigzag::<1>(&levels),
        zigzag::<2>(&levels),
        zigzag::<3>(&levels),
        zigzag::<4>(&levels),
        zigzag::<5>(&levels),
        zigzag::<6>(&levels),
        zigzag::<7>(&levels),
    ];
    let [first, second] = pair;
    (first.nonzero, second.nonzero) = nonzero(&levels);
    let (first, second) = (first.levels.as_chunks_mut().0, second.levels.as_chunks_mut().0);
    for ((first, second), levels) in first.iter_mut().zip(second).zip(levels) {
        store_eight(first, _mm256_castsi256_si128(levels));
        store_eight(second, _mm256_extracti128_si256::<1>(levels));
    }
}

/// Transposes the 8×8 numbers of each half.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(r: [__m256i; SIDE]) -> [__m256i; SIDE] {
    let a = [
        _mm256_unpacklo_epi16(r[0], r[1]),
        _mm256_unpackhi_epi16(r[0], r[1]),
        _mm256_unpacklo_epi16(r[2], r[3]),
        _mm256_unpackhi_epi16(r[2], r[3]),
        _mm256_unpacklo_epi16(r[4], r[5]),
        _mm256_unpackhi_epi16(r[4], r[5]),
        _mm256_unpacklo_epi16(r[6], r[7]),
        _mm256_unpackhi_epi16(r[6], r[7]),
    ];
    let b = [
        _mm256_unpacklo_epi32(a[0], a[2]),
        _mm256_unpackhi_epi32(a[0], a[2]),
        _mm256_unpacklo_epi32(a[1], a[3]),
        _mm256_unpackhi_epi32(a[1], a[3]),
        _mm256_unpacklo_epi32(a[4], a[6]),
        _mm256_unpackhi_epi32(a[4], a[6]),
        _mm256_unpacklo_epi32(a[5], a[7]),
        _mm256_unpackhi_epi32(a[5], a[7]),
    ];
    [
        _mm256_unpacklo_epi64(b[0], b[4]),
        _mm256_unpackhi_epi64(b[0], b[4]),
        _mm256_unpacklo_epi64(b[1], b[5]),
        _mm256_unpackhi_epi64(b[1], b[5]),
        _mm256_unpacklo_epi64(b[2], b[6]),
        _mm256_unpackhi_epi64(b[2], b[6]),
        _mm256_unpacklo_epi64(b[3], b[7]),
        _mm256_unpackhi_epi64(b[3], b[7]),
    ]
}

/// Transforms along the vectors. The first pass leaves two bits more than there were, the second one drops them.
///
/// No sum leaves 16 bits: eight samples of the second pass are at most 8 · 8 · 128 · 4 = 2^15, which only the sum of all
/// reaches, and below zero.
#[inline]
#[target_feature(enable = "avx2")]
fn pass<const FIRST: bool>(x: [__m256i; SIDE]) -> [__m256i; SIDE] {
    let sums = [
        _mm256_add_epi16(x[0], x[7]),
        _mm256_add_epi16(x[1], x[6]),
        _mm256_add_epi16(x[2], x[5]),
        _mm256_add_epi16(x[3], x[4]),
    ];
    let differences = [
        _mm256_sub_epi16(x[0], x[7]),
        _mm256_sub_epi16(x[1], x[6]),
        _mm256_sub_epi16(x[2], x[5]),
        _mm256_sub_epi16(x[3], x[4]),
    ];
    let (outer, inner) = (_mm256_add_epi16(sums[0], sums[3]), _mm256_add_epi16(sums[1], sums[2]));
    let (zeroth, fourth) = (_mm256_add_epi16(outer, inner), _mm256_sub_epi16(outer, inner));
    let scale = |sum| {
        if FIRST {
            _mm256_slli_epi16::<2>(sum)
        } else {
            _mm256_srai_epi16::<2>(_mm256_add_epi16(sum, _mm256_set1_epi16(2)))
        }
    };
    let even = Pairs::new(_mm256_sub_epi16(sums[0], sums[3]), _mm256_sub_epi16(sums[1], sums[2]));
    let odd = [Pairs::new(differences[0], differences[1]), Pairs::new(differences[2], differences[3])];
    let even = |i: usize| round::<FIRST>(even.weigh(EVEN[i]));
    let odd = |i: usize| {
        let [a, b, c, d] = ODD[i];
        let (outer, inner) = (odd[0].weigh([a, b]), odd[1].weigh([c, d]));
        round::<FIRST>([_mm256_add_epi32(outer[0], inner[0]), _mm256_add_epi32(outer[1], inner[1])])
    };
    [scale(zeroth), odd(0), even(0), odd(1), scale(fourth), odd(2), even(1), odd(3)]
}

/// Two vectors, interleaved, so that pairs can be multiplied and added.
#[derive(Clone, Copy)]
struct Pairs {
    low: __m256i,
    high: __m256i,
}

impl Pairs {
    /// Interleaves two vectors.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(first: __m256i, second: __m256i) -> Self {
        Self { low: _mm256_unpacklo_epi16(first, second), high: _mm256_unpackhi_epi16(first, second) }
    }

    /// Adds the products of both vectors with a number each.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn weigh(self, [first, second]: [i32; 2]) -> [__m256i; 2] {
        let weights = _mm256_set1_epi32(second << 16 | first & 0xffff);
        [_mm256_madd_epi16(self.low, weights), _mm256_madd_epi16(self.high, weights)]
    }
}

/// Drops the bits of the constants, rounding halves up, and joins both halves to 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn round<const FIRST: bool>(exact: [__m256i; 2]) -> __m256i {
    let [low, high] = if FIRST {
        let half = _mm256_set1_epi32(1 << 10);
        [
            _mm256_srai_epi32::<11>(_mm256_add_epi32(exact[0], half)),
            _mm256_srai_epi32::<11>(_mm256_add_epi32(exact[1], half)),
        ]
    } else {
        let half = _mm256_set1_epi32(1 << 14);
        [
            _mm256_srai_epi32::<15>(_mm256_add_epi32(exact[0], half)),
            _mm256_srai_epi32::<15>(_mm256_add_epi32(exact[1], half)),
        ]
    };
    _mm256_packs_epi32(low, high)
}

/// The rows of natural order that each eight of zigzag order come from: the first and the one behind the last.
const SOURCES: [(usize, usize); SIDE] = [(0, 3), (0, 5), (1, 7), (0, 4), (4, 8), (1, 7), (3, 8), (5, 8)];

/// For each eight of zigzag order and each row of natural order, the bytes to take.
static SHUFFLES: [[[i8; 16]; SIDE]; SIDE] = shuffles();

/// Computes [`SHUFFLES`].
const fn shuffles() -> [[[i8; 16]; SIDE]; SIDE] {
    let mut shuffles = [[[-1; 16]; SIDE]; SIDE];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (NATURAL_ORDER[k] as usize / 8, NATURAL_ORDER[k].cast_signed() % 8);
        assert!(row >= SOURCES[k / 8].0 && row < SOURCES[k / 8].1, "a source that is left out");
        shuffles[k / 8][row][k % 8 * 2] = 2 * column;
        shuffles[k / 8][row][k % 8 * 2 + 1] = 2 * column + 1;
        k += 1;
    }
    shuffles
}

/// Gathers eight levels of zigzag order.
#[inline]
#[target_feature(enable = "avx2")]
fn zigzag<const EIGHT: usize>(rows: &[__m256i; SIDE]) -> __m256i {
    let (first, end) = SOURCES[EIGHT];
    let mut gathered = _mm256_setzero_si256();
    for row in first..end {
        let part = _mm256_shuffle_epi8(rows[row], load_shuffle(&SHUFFLES[EIGHT][row]));
        gathered = _mm256_or_si256(gathered, part);
    }
    gathered
}

/// Finds the levels of both blocks that are not zero.
#[inline]
#[target_feature(enable = "avx2")]
fn nonzero(levels: &[__m256i; SIDE]) -> (u64, u64) {
    let (mut first, mut second) = (0, 0);
    for (i, [low, high]) in levels.as_chunks::<2>().0.iter().enumerate() {
        // Cut to bytes they stay what they are, zero or not.
        let zero = _mm256_cmpeq_epi8(_mm256_packs_epi16(*low, *high), _mm256_setzero_si256());
        let mask = u64::from(!_mm256_movemask_epi8(zero).cast_unsigned());
        first |= (mask & 0xffff) << (16 * i);
        second |= (mask >> 16) << (16 * i);
    }
    (first, second)
}
