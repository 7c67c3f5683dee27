//! Twin of [`crate::encode::fdct`]: two blocks that stand side by side, one in each half of the vectors.
//!
//! A row is transformed within its vector: samples and their partners are put side by side as bytes, added and subtracted by
//! one multiplication, and weighed by four. So rows come out as rows, and nothing is transposed.

use std::arch::x86_64::{
    __m256i, _mm256_abs_epi16, _mm256_add_epi16, _mm256_add_epi32, _mm256_broadcastsi128_si256, _mm256_castsi256_si128,
    _mm256_cmpeq_epi8, _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_movemask_epi8,
    _mm256_mulhi_epu16, _mm256_mulhrs_epi16, _mm256_or_si256, _mm256_packs_epi16, _mm256_packs_epi32,
    _mm256_permute2x128_si256, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setr_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_sign_epi16, _mm256_srai_epi32, _mm256_sub_epi16, _mm256_unpackhi_epi16,
    _mm256_unpacklo_epi16,
};
use std::hint::black_box;

use crate::NATURAL_ORDER;
use crate::encode::fdct::{Block, CONSTANT_BITS, Divisors, EVEN, KEPT_BITS, ODD};
use crate::encode::grid::SIDE;
use crate::vector::{load, store};

/// How far the first pass scales down.
const FIRST_SHIFT: i32 = (CONSTANT_BITS - KEPT_BITS).cast_signed();
/// How far the second pass scales down.
const SECOND_SHIFT: i32 = (CONSTANT_BITS + KEPT_BITS).cast_signed();

/// Blocks that are transformed at once.
const PAIR: usize = 2;

#[target_feature(enable = "avx2")]
pub(super) fn fdct(rows: [&[u8]; SIDE], divisors: &Divisors, blocks: &mut [Block]) {
    // A loop, not a closure, which would be a call: so the compiler sees that all are of one length, and one check is enough.
    let mut cut: [&[[u8; SIDE]]; SIDE] = [&[]; SIDE];
    for (cut, row) in cut.iter_mut().zip(rows) {
        *cut = &row.as_chunks().0[..blocks.len()];
    }
    let rows = cut;
    if let [single] = blocks {
        let samples = rows.map(|row| [row[0]; PAIR]);
        let mut pair = [Block::ZERO; PAIR];
        fdct(samples.each_ref().map(|row| row.as_flattened()), divisors, &mut pair);
        *single = pair[0];
        return;
    }
    for first in (0..blocks.len()).step_by(PAIR) {
        // Of an odd number, the last but one is transformed twice.
        let first = first.min(blocks.len() - PAIR);
        let pair = blocks[first..].first_chunk_mut().expect("two blocks are left");
        // Numbers that the compiler knows, or has loaded before, it rearranges so that it needs twice as many multiplications and
        // a shuffle more in each row.
        transform(&rows, first, black_box(&PARTNERS), black_box(divisors), pair);
    }
}

/// Transforms and quantises two blocks, the first of which is block `first` of the rows.
#[inline]
#[target_feature(enable = "avx2")]
fn transform(
    samples: &[&[[u8; SIDE]]; SIDE],
    first: usize,
    partners: &[[i8; 32]; 2],
    divisors: &Divisors,
    pair: &mut [Block; PAIR],
) {
    let mut rows = [_mm256_setzero_si256(); SIDE];
    for (row, samples) in rows.iter_mut().zip(samples) {
        let samples = samples[first..].first_chunk::<PAIR>().expect("two blocks are left");
        let samples = _mm256_broadcastsi128_si256(load(samples));
        let outer = _mm256_shuffle_epi8(samples, load(&partners[0]));
        let inner = _mm256_shuffle_epi8(samples, load(&partners[1]));
        *row = transform_row(outer, inner);
    }
    let mut levels = transform_columns(rows);
    for (i, levels) in levels.iter_mut().enumerate() {
        let high = _mm256_mulhi_epu16(_mm256_abs_epi16(*levels), load(&divisors.reciprocal[i]));
        let quotient = _mm256_mulhrs_epi16(high, load(&divisors.scale[i]));
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
    [first.nonzero, second.nonzero] = nonzero(&levels);
    let (first, second) = (first.levels.as_chunks_mut::<8>().0, second.levels.as_chunks_mut::<8>().0);
    for ((first, second), levels) in first.iter_mut().zip(second).zip(levels) {
        store(first, _mm256_castsi256_si128(levels));
        store(second, _mm256_extracti128_si256::<1>(levels));
    }
}

/// Which samples of a row stand side by side: those that are added and subtracted, the outer two pairs, and the inner two.
/// The second block's are eight further.
static PARTNERS: [[i8; 32]; 2] = [partners([0, 7, 1, 6]), partners([2, 5, 3, 4])];

/// Repeats the places of four samples, for both blocks.
const fn partners(four: [i8; 4]) -> [i8; 32] {
    let mut places = [0; 32];
    let mut i = 0;
    while i < 32 {
        places[i] = four[i % 4] + if i < 16 { 0 } else { 8 };
        i += 1;
    }
    places
}

/// What partners are multiplied by: a sum is for even coefficients, a difference for odd ones.
static SIGNS: [i8; 32] = {
    let mut signs = [1; 32];
    let mut i = 5;
    while i < 32 {
        signs[i] = -1;
        i += if i % 8 == 5 { 2 } else { 6 };
    }
    signs
};

/// What the sums and differences of the outer partners, and of the inner ones, are multiplied by: coefficients 0 to 3, and
/// 4 to 7.
static WEIGHTS: [[[i16; 16]; 2]; 2] = {
    let one = 1 << CONSTANT_BITS;
    let [[a, b], [c, d]] = EVEN;
    // From the differences of sums to the sums themselves.
    let even = [[one, one, one, one], [a, b, -b, -a], [one, -one, -one, one], [c, d, -d, -c]];
    let mut weights = [[[0; 16]; 2]; 2];
    let mut i = 0;
    while i < 64 {
        let (u, sample) = (i / 4 % 8, i % 4);
        let weight = if u % 2 == 0 { even[u / 2][sample] } else { ODD[u / 2][sample] };
        weights[u / 4][sample / 2][i / 32 * 8 + u % 4 * 2 + sample % 2] = short(weight);
        i += 1;
    }
    weights
};

/// Cuts a weight to 16 bits.
#[expect(clippy::cast_possible_truncation, reason = "weights have 15 bits at most")]
const fn short(weight: i32) -> i16 {
    weight as i16
}

/// Transforms a row of two blocks, of which partners stand side by side; two bits more are left than there were.
#[inline]
#[target_feature(enable = "avx2")]
fn transform_row(outer: __m256i, inner: __m256i) -> __m256i {
    let outer = _mm256_maddubs_epi16(outer, load(&SIGNS));
    let inner = _mm256_maddubs_epi16(inner, load(&SIGNS));
    // Samples are 128 less than they are here, which concerns their sum alone: eight of them.
    const HALF: i32 = 1 << (FIRST_SHIFT - 1);
    const SUM: i32 = HALF - ((8 * 128) << CONSTANT_BITS);
    let biases = [_mm256_setr_epi32(SUM, HALF, HALF, HALF, SUM, HALF, HALF, HALF), _mm256_set1_epi32(HALF)];
    let [low, high] = [0, 1].map(|half| {
        let outer = _mm256_madd_epi16(outer, load(&WEIGHTS[half][0]));
        let inner = _mm256_madd_epi16(inner, load(&WEIGHTS[half][1]));
        _mm256_srai_epi32::<FIRST_SHIFT>(_mm256_add_epi32(_mm256_add_epi32(outer, inner), biases[half]))
    });
    _mm256_packs_epi32(low, high)
}

/// Transforms along the vectors, and drops the two bits.
///
/// No sum leaves 16 bits: eight numbers are at most 8 · 8 · 128 · 4 = 2^15, which only the sum of all reaches, and below zero.
#[inline]
#[target_feature(enable = "avx2")]
fn transform_columns(x: [__m256i; SIDE]) -> [__m256i; SIDE] {
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
    // A quarter, rounded: the upper half of twice the product with 2^13.
    let quarter = |sum| _mm256_mulhrs_epi16(sum, _mm256_set1_epi16(1 << (15 - KEPT_BITS)));
    let (zeroth, fourth) = (quarter(_mm256_add_epi16(outer, inner)), quarter(_mm256_sub_epi16(outer, inner)));
    let even = Pairs::new(_mm256_sub_epi16(sums[0], sums[3]), _mm256_sub_epi16(sums[1], sums[2]));
    let odd = [Pairs::new(differences[0], differences[1]), Pairs::new(differences[2], differences[3])];
    let even = |i: usize| round(even.weigh(EVEN[i]));
    let odd = |i: usize| {
        let [a, b, c, d] = ODD[i];
        let (outer, inner) = (odd[0].weigh([a, b]), odd[1].weigh([c, d]));
        round([_mm256_add_epi32(outer[0], inner[0]), _mm256_add_epi32(outer[1], inner[1])])
    };
    [zeroth, odd(0), even(0), odd(1), fourth, odd(2), even(1), odd(3)]
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

/// Drops the bits of the constants and those that were kept, rounding halves up, and joins both halves to 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn round([low, high]: [__m256i; 2]) -> __m256i {
    let half = _mm256_set1_epi32(1 << (SECOND_SHIFT - 1));
    _mm256_packs_epi32(
        _mm256_srai_epi32::<SECOND_SHIFT>(_mm256_add_epi32(low, half)),
        _mm256_srai_epi32::<SECOND_SHIFT>(_mm256_add_epi32(high, half)),
    )
}

/// The rows of natural order that each eight of zigzag order come from: the first and the one behind the last.
const SOURCES: [(usize, usize); SIDE] = [(0, 3), (0, 5), (1, 7), (0, 4), (4, 8), (1, 7), (3, 8), (5, 8)];

/// For each eight of zigzag order and each row of natural order, the bytes to take, for both blocks.
static SHUFFLES: [[[i8; 32]; SIDE]; SIDE] = shuffles();

/// Computes [`SHUFFLES`].
const fn shuffles() -> [[[i8; 32]; SIDE]; SIDE] {
    let mut shuffles = [[[-1; 32]; SIDE]; SIDE];
    let mut i = 0;
    while i < 128 {
        let (k, block) = (i % 64, i / 64);
        let (row, column) = (NATURAL_ORDER[k] as usize / 8, NATURAL_ORDER[k].cast_signed() % 8);
        assert!(row >= SOURCES[k / 8].0 && row < SOURCES[k / 8].1, "a source that is left out");
        shuffles[k / 8][row][16 * block + k % 8 * 2] = 2 * column;
        shuffles[k / 8][row][16 * block + k % 8 * 2 + 1] = 2 * column + 1;
        i += 1;
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
        let part = _mm256_shuffle_epi8(rows[row], load(&SHUFFLES[EIGHT][row]));
        gathered = _mm256_or_si256(gathered, part);
    }
    gathered
}

/// Finds the levels of both blocks that are not zero.
#[inline]
#[target_feature(enable = "avx2")]
fn nonzero(levels: &[__m256i; SIDE]) -> [u64; 2] {
    let [first, second] = levels.as_chunks::<4>().0 else { return [u64::MAX; 2] };
    let [low, high] = [zero(first), zero(second)];
    [!(low[0] | high[0] << 32), !(low[1] | high[1] << 32)]
}

/// Finds the levels of both blocks that are zero, of 32.
#[inline]
#[target_feature(enable = "avx2")]
fn zero(levels: &[__m256i; 4]) -> [u64; 2] {
    // Cut to bytes they stay zero or not zero.
    let packed = [_mm256_packs_epi16(levels[0], levels[1]), _mm256_packs_epi16(levels[2], levels[3])];
    let [low, high] = packed.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
    let blocks = [_mm256_permute2x128_si256::<0x20>(low, high), _mm256_permute2x128_si256::<0x31>(low, high)];
    blocks.map(|zeros| u64::from(_mm256_movemask_epi8(zeros).cast_unsigned()))
}
