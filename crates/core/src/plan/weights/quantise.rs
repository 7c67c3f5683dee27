//! Rounding of weights.

use crate::{Error, alloc};

/// Rounds weights so that they add up to exactly the scale.
pub(super) struct Quantiser {
    scale: f64,
    /// Index and rounding error (real minus rounded) of each weight.
    errors: Vec<(usize, f64)>,
}

impl Quantiser {
    /// Rounds to a scale, for at most so many weights at once.
    pub(super) fn new(scale: f64, taps: usize) -> Result<Self, Error> {
        Ok(Self { scale, errors: alloc::try_with_capacity(taps)? })
    }

    /// Rounds to nearest, then gives the missing (or surplus) units one by one to the weights that were rounded most in the
    /// wrong direction. Says whether every weight fits 16 bits.
    pub(super) fn quantise(&mut self, real: &[f64], rounded: &mut [i16]) -> bool {
        self.errors.clear();
        let mut missing = self.scale;
        for (k, (&weight, rounded)) in real.iter().zip(&mut *rounded).enumerate() {
            let scaled = weight * self.scale;
            let nearest = (scaled + 0.5).floor();
            if nearest.abs() >= f64::from(i16::MAX) {
                return false;
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let nearest_int = nearest as i16;
            *rounded = nearest_int;
            missing -= nearest;
            self.errors.push((k, scaled - nearest));
        }
        let step: i16 = if missing < 0.0 { -1 } else { 1 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number, at most the taps")]
        let units = missing.abs() as usize;
        let later = |a: &(usize, f64), b: &(usize, f64)| {
            // Ties by position, so that the order is total and the table the same everywhere.
            (b.1 * f64::from(step)).total_cmp(&(a.1 * f64::from(step))).then(a.0.cmp(&b.0))
        };
        let most_wrong = &mut self.errors[..];
        if (1..most_wrong.len()).contains(&units) {
            most_wrong.select_nth_unstable_by(units - 1, later);
        }
        for &(k, _) in most_wrong.iter().take(units) {
            rounded[k] += step;
        }
        true
    }
}
