//! The forward DCT and the quantiser.
//!
//! The transform is the accurate integer one of every JPEG encoder ("islow"): Loeffler, Ligtenberg and Moschytz's, with
//! constants of 13 bits, rows first, 2 more bits kept between the passes. Its factored form adds constants that were
//! rounded one by one; here their sums are written out, as a matrix, which gives the same numbers. Coefficients come out
//! eight times too large, and the quantiser divides by eight steps, rounding halves away from zero.

use super::grid::SIDE;
use super::quality::Steps;
use crate::NATURAL_ORDER;

/// A block behind the quantiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(32))]
pub(super) struct Block {
    /// Multiples of the steps, in zigzag order.
    pub(super) levels: [i16; 64],
    /// Bit k is set if level k is not zero.
    pub(super) nonzero: u64,
}

impl Block {
    /// A block without levels.
    pub(super) const ZERO: Self = Self { levels: [0; 64], nonzero: 0 };

    /// Makes a block of levels.
    pub(super) fn new(levels: &[i16; 64]) -> Self {
        let nonzero = (0..64).map(|k| u64::from(levels[k] != 0) << k).sum();
        Self { levels: *levels, nonzero }
    }

    /// Makes a block with nothing but a DC coefficient.
    pub(super) const fn dummy(dc: i16) -> Self {
        let mut block = Self::ZERO;
        block.levels[0] = dc;
        block
    }
}

/// A table of steps, prepared for division by multiplication. Everything is in natural order, each row of eight twice, so that
/// two blocks side by side are divided at once.
#[derive(Clone, Debug)]
#[repr(C, align(32))]
pub(super) struct Divisors {
    /// 2^(15 + b) over the divisor, rounded up, where b is the number of the divisor's highest bit.
    ///
    /// The product with a magnitude, divided by 2^(15 + b), is the exact quotient once that is rounded, halves up: the
    /// reciprocal is too large by less than 1, so the quotient is too large by less than 2^14 / 2^(15 + b), as no magnitude
    /// reaches 2^14. That is less than one over the divisor, which is the least distance to the next half.
    pub(super) reciprocal: [[u16; 2 * SIDE]; SIDE],
    /// 2^(16 - b): the high half of the product, multiplied by it, loses the b - 1 bits that are left as the lower 15 bits.
    pub(super) scale: [[i16; 2 * SIDE]; SIDE],
}

impl Divisors {
    /// Prepares a table.
    pub(super) fn new(steps: &Steps) -> Self {
        let divisor = |i: usize| 8 * u32::from(steps[i]);
        let bit = |i: usize| divisor(i).ilog2();
        let reciprocal = |i| u16::try_from((1_u32 << (15 + bit(i))).div_ceil(divisor(i)));
        let row = |y| std::array::from_fn(|x| reciprocal(SIDE * y + x % SIDE).expect("at most 2^15"));
        let scales = |y| std::array::from_fn(|x| 1 << (16 - bit(SIDE * y + x % SIDE)));
        Self { reciprocal: std::array::from_fn(row), scale: std::array::from_fn(scales) }
    }

    /// Divides the coefficient at a natural place.
    #[expect(clippy::cast_possible_truncation, reason = "a quotient is below 2^11")]
    pub(super) fn divide(&self, place: usize, coefficient: i32) -> i16 {
        let (y, x) = (place / SIDE, place % SIDE);
        let high = (coefficient.unsigned_abs() * u32::from(self.reciprocal[y][x])) >> 16;
        let quotient = ((high * u32::from(self.scale[y][x].unsigned_abs()) + (1 << 14)) >> 15) as i16;
        if coefficient < 0 { -quotient } else { quotient }
    }
}

/// Transforms and quantises a run of blocks that stand side by side.
///
/// Each row has at least 8 samples for each block.
pub(super) type Fdct = fn(rows: [&[u8]; SIDE], &Divisors, &mut [Block]);

/// Bits of precision that samples gain between the passes.
pub(super) const KEPT_BITS: u32 = 2;
/// Bits behind the point of [`ODD`] and [`EVEN`].
pub(super) const CONSTANT_BITS: u32 = 13;

/// Coefficients 2 and 6 from the outer and inner differences of sums.
pub(super) const EVEN: [[i32; 2]; 2] = [[10_703, 4_433], [4_433, -10_704]];

/// Coefficients 1, 3, 5, 7 from the differences of samples 0 and 7, 1 and 6, 2 and 5, 3 and 4.
pub(super) const ODD: [[i32; 4]; 4] = [
    [11_363, 9_633, 6_437, 2_260],
    [9_633, -2_259, -11_362, -6_436],
    [6_437, -11_362, 2_261, 9_633],
    [2_260, -6_436, 9_633, -11_363],
];

/// The reference: see [`Fdct`].
pub(super) fn fdct(rows: [&[u8]; SIDE], divisors: &Divisors, blocks: &mut [Block]) {
    for (i, block) in blocks.iter_mut().enumerate() {
        let mut values = [[0; SIDE]; SIDE];
        for (values, row) in values.iter_mut().zip(rows) {
            let samples = row[SIDE * i..].first_chunk::<SIDE>().expect("8 samples for each block");
            *values = pass(samples.map(|sample| i32::from(sample) - 128), CONSTANT_BITS - KEPT_BITS);
        }
        for x in 0..SIDE {
            let column = pass(values.map(|row| row[x]), CONSTANT_BITS + KEPT_BITS);
            (0..SIDE).for_each(|y| values[y][x] = column[y]);
        }
        let coefficients = values.as_flattened();
        block.levels = NATURAL_ORDER.map(|place| divisors.divide(place.into(), coefficients[usize::from(place)]));
        block.nonzero = (0..64).map(|k| u64::from(block.levels[k] != 0) << k).sum();
    }
}

/// Transforms eight values, and drops `shift` bits of the result, rounding halves up.
fn pass(x: [i32; SIDE], shift: u32) -> [i32; SIDE] {
    let sums: [i32; 4] = std::array::from_fn(|i| x[i] + x[7 - i]);
    let differences: [i32; 4] = std::array::from_fn(|i| x[i] - x[7 - i]);
    let (outer, inner) = (sums[0] - sums[3], sums[1] - sums[2]);
    std::array::from_fn(|u| {
        let exact = match u {
            0 => (sums[0] + sums[3] + sums[1] + sums[2]) << CONSTANT_BITS,
            4 => (sums[0] + sums[3] - sums[1] - sums[2]) << CONSTANT_BITS,
            2 | 6 => EVEN[u / 4][0] * outer + EVEN[u / 4][1] * inner,
            _ => (0..4).map(|i| ODD[u / 2][i] * differences[i]).sum(),
        };
        (exact + (1 << (shift - 1))) >> shift
    })
}
