//! The numbers of a blur: two running means an axis, and an exact division by the product of their widths.

/// Blurs by two running means along each axis, first along rows.
///
/// The two means are one kernel of reach [`BlurStep::radius`]. Its sums are integers: a mean of 16-bit samples, 16,320 at
/// most, over widths of 251 twice is below 2³⁰, so an axis is exact in 32 bits and rounded once to 16-bit samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlurStep {
    /// Samples on each side that a result depends on, 1 to 250.
    pub radius: u32,
    /// Width of the narrower mean, odd.
    pub narrow_width: u32,
    /// Width of the wider mean, odd, equal or larger by 2.
    pub wide_width: u32,
    /// What a sum is multiplied by, as an unsigned 32-bit number …
    pub multiplier: u32,
    /// … before it is shifted to the right by this, which divides it by both widths.
    pub shift: u32,
}

impl BlurStep {
    /// Makes the step of a radius of 1 to 250.
    ///
    /// # Panics
    ///
    /// If the radius is 0.
    #[must_use]
    pub fn new(radius: u8) -> Self {
        assert!(radius > 0, "a radius of 0 is no step");
        let radius = u32::from(radius);
        let narrow_width = 2 * (radius / 2) + 1;
        let wide_width = 2 * radius.div_ceil(2) + 1;
        let divisor = narrow_width * wide_width;
        // Division by an invariant integer (Granlund and Montgomery, 1994): exact for every numerator below 2³¹.
        let shift = 31 + divisor.next_power_of_two().trailing_zeros();
        let multiplier = (1_u64 << shift).div_ceil(u64::from(divisor));
        let multiplier = u32::try_from(multiplier).expect("at most 2^shift / 2^(shift - 32)");
        Self { radius, narrow_width, wide_width, multiplier, shift }
    }

    /// Returns the sum of the weights of the kernel.
    #[must_use]
    pub const fn divisor(&self) -> u32 {
        self.narrow_width * self.wide_width
    }

    /// Divides a sum by both widths, rounded to nearest; a half does not occur, since the divisor is odd.
    #[expect(clippy::cast_possible_truncation, reason = "a mean is not larger than the largest sample")]
    #[must_use]
    pub const fn divide(&self, sum: u32) -> i16 {
        let numerator = (sum + self.divisor() / 2) as u64;
        ((numerator * self.multiplier as u64) >> self.shift) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_of_radius_3_is_the_means_of_3_and_5() {
        let step = BlurStep::new(3);
        assert_eq!((step.narrow_width, step.wide_width), (3, 5));
    }

    #[test]
    fn blur_divides_exactly() {
        for radius in 1..=250 {
            let step = BlurStep::new(radius);
            assert_eq!(step.radius, step.narrow_width / 2 + step.wide_width / 2);
            let divisor = step.divisor();
            let quotients = [0, 1, 2, 63, 64, 8_159, 8_160, 16_319, 16_320];
            for sum in quotients.into_iter().flat_map(|q: u32| {
                let middle = q * divisor;
                [
                    middle.saturating_sub(divisor / 2 + 1),
                    middle.saturating_sub(divisor / 2),
                    middle,
                    middle + divisor / 2,
                ]
            }) {
                let expected = (f64::from(sum) / f64::from(divisor)).round();
                assert_eq!(f64::from(step.divide(sum)), expected, "{sum} / {divisor}");
            }
        }
    }
}
