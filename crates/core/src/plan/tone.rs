//! Tables of the colour options: brightness, contrast and gamma as look-ups, saturation as a matrix.
//!
//! Floating point appears only here; engines look up and add integers.

use std::fmt;

use super::power_of_two;

/// What every level of red, green and blue becomes; alpha stays.
#[derive(Clone, PartialEq, Eq)]
pub struct LookupTable(Box<[u8; 256]>);

impl LookupTable {
    /// Multiplies a level by `factor`.
    #[must_use]
    pub fn brightness(factor: f64) -> Self {
        Self::tabulate(|level| level * factor)
    }

    /// Multiplies the distance from mid grey, 127.5, by `factor`.
    #[must_use]
    pub fn contrast(factor: f64) -> Self {
        Self::tabulate(|level| (level - 127.5) * factor + 127.5)
    }

    /// Raises a level, as a fraction of 255, to the power of 1 / `gamma`; `gamma` is not 0.
    ///
    /// The power comes from `libm`, not from the platform, so that the table is the same on every machine.
    #[must_use]
    pub fn gamma(gamma: f64) -> Self {
        Self::tabulate(|level| 255.0 * libm::pow(level / 255.0, 1.0 / gamma))
    }

    /// Returns the levels.
    #[must_use]
    pub const fn levels(&self) -> &[u8; 256] {
        &self.0
    }

    /// Rounds the values of a function to levels, halves up, clamped.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn tabulate(function: impl Fn(f64) -> f64) -> Self {
        let level = |index: usize| (function(index as f64) + 0.5).floor().clamp(0.0, 255.0) as u8;
        Self(Box::new(std::array::from_fn(level)))
    }
}

impl fmt::Debug for LookupTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LookupTable(0 → {}, 128 → {}, 255 → {})", self.0[0], self.0[128], self.0[255])
    }
}

/// The matrix that moves colours away from grey, or towards it.
///
/// Output channel `i` is `round(Σ coefficients[i][k] · channel[k] / 2^shift)`, clamped, with 32-bit sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaturationMatrix {
    /// A row for each output channel, in the order red, green, blue. Each row adds up to 2^`shift`, so grey stays grey.
    pub coefficients: [[i32; 3]; 3],
    /// The scale of the coefficients, as a power of two.
    pub shift: u32,
}

impl SaturationMatrix {
    /// The share of each channel in the luma of a pixel (Rec. 709).
    const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];

    /// Makes the matrix of `y + (v - y) · factor`, where `y` is luma.
    ///
    /// The scale is the finest one whose sums fit 32 bits. At a factor of 255 it is 2¹⁴, where a result is off by less than
    /// 1/20 level; at 2 it is finer by far.
    #[expect(clippy::cast_possible_truncation, reason = "a coefficient at the chosen scale fits 32 bits")]
    #[must_use]
    pub fn new(factor: f64) -> Self {
        let real = |output: usize, input: usize| {
            let own = if output == input { factor } else { 0.0 };
            Self::LUMA[input] * (1.0 - factor) + own
        };
        let absolute_sum = |output: usize| (0..3).map(|input| real(output, input).abs()).sum::<f64>();
        let largest = (0..3).map(absolute_sum).fold(0.0, f64::max);
        // A unit for rounding each coefficient, and half of the scale for rounding the result.
        let fits = |shift: u32| 255.0 * (largest * power_of_two(shift) + 3.0) + power_of_two(shift) < 2_147_483_647.0;
        let shift = (1..=22).rev().find(|&shift| fits(shift)).unwrap_or(1);
        let scale = power_of_two(shift);
        let row = |output: usize| {
            let mut row: [i32; 3] = std::array::from_fn(|input| (real(output, input) * scale).round() as i32);
            row[output] += (1 << shift) - row.iter().sum::<i32>();
            row
        };
        Self { coefficients: std::array::from_fn(row), shift }
    }

    /// Returns the factor that the matrix was made for, to four decimals: what a channel counts for itself more than for others.
    #[must_use]
    pub fn factor(&self) -> f64 {
        let [[own, ..], [others, ..], _] = self.coefficients;
        (f64::from(own - others) / power_of_two(self.shift) * 1e4).round() / 1e4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_tables_have_their_hand_computed_values() {
        let brightness = LookupTable::brightness(1.5);
        assert_eq!([0, 1, 3, 100, 200].map(|level| brightness.levels()[level]), [0, 2, 5, 150, 255]);
        let contrast = LookupTable::contrast(2.0);
        assert_eq!([0, 100, 127, 128, 200].map(|level| contrast.levels()[level]), [0, 73, 127, 129, 255]);
        let gamma = LookupTable::gamma(2.0);
        assert_eq!([0, 64, 255].map(|level| gamma.levels()[level]), [0, 128, 255]);
        for table in [LookupTable::brightness(1.0), LookupTable::contrast(1.0), LookupTable::gamma(1.0)] {
            assert!(table.levels().iter().enumerate().all(|(i, &level)| i == usize::from(level)));
        }
    }

    #[test]
    fn saturation_matrix_fits_32_bits_and_keeps_grey() {
        for factor in [0.0, 0.001, 0.5, 1.0, 1.7, 2.0, 10.0, 100.0, 255.0] {
            let matrix = SaturationMatrix::new(factor);
            for row in matrix.coefficients {
                assert_eq!(row.iter().sum::<i32>(), 1 << matrix.shift);
                let largest: i64 = row.iter().map(|&c| i64::from(c).abs() * 255).sum();
                assert!(largest + (1 << (matrix.shift - 1)) < 1 << 31, "{factor}");
            }
        }
        assert_eq!(SaturationMatrix::new(255.0).shift, 14);
    }
}
