//! Compositing of straight pixels, exactly: one rounding at the end, none before.
//!
//! With `A` the foreground's alpha times the opacity, in units of 1 / [`ALPHA_FULL`], and `aD` the backdrop's alpha in
//! levels, each operator gives the foreground and the backdrop a *weight*, an integer. The result is then the quotient of
//! two integers: alpha is the sum of the weights, colour is the mean of both colours by weight. A quotient of integers has
//! one correct rounding, however it is computed, so every engine gives the same byte.

use palmette_ops::Composite;

use crate::plan::DrawStep;

/// The alpha of an opaque foreground at full opacity.
pub const ALPHA_FULL: u32 = 255 * DrawStep::OPACITY_ONE;

/// The sum of weights that stands for an opaque result.
const WEIGHT_FULL: u32 = 255 * ALPHA_FULL;

/// Composites one straight foreground pixel on one straight backdrop pixel, `opacity` in units of 1 / 16,000.
///
/// Where the foreground is clear, operators that keep the backdrop leave it untouched, colour under zero alpha included;
/// any other result of alpha 0 is 0 in every channel.
#[must_use]
pub fn blend(composite: Composite, opacity: u32, foreground: [u8; 4], backdrop: [u8; 4]) -> [u8; 4] {
    let alpha = u32::from(foreground[3]) * opacity;
    let backdrop_alpha = u32::from(backdrop[3]);
    let (clear, covered) = (255 - backdrop_alpha, ALPHA_FULL - alpha);
    let (weight, backdrop_weight) = match composite {
        Composite::Over | Composite::Atop | Composite::Xor | Composite::Lighter if alpha == 0 => return backdrop,
        Composite::Over => (255 * alpha, backdrop_alpha * covered),
        Composite::In => (backdrop_alpha * alpha, 0),
        Composite::Atop => (backdrop_alpha * alpha, backdrop_alpha * covered),
        Composite::Out => (clear * alpha, 0),
        Composite::Xor => (clear * alpha, backdrop_alpha * covered),
        Composite::Lighter => (255 * alpha, backdrop_alpha * ALPHA_FULL),
    };
    // Only `lighter` can add up to more than opaque.
    let sum = (weight + backdrop_weight).min(WEIGHT_FULL);
    let result_alpha = divide(sum.into(), ALPHA_FULL.into());
    if result_alpha == 0 {
        return [0; 4];
    }
    let mix = |c: usize| {
        let weighted = |level: u8, weight: u32| u64::from(level) * u64::from(weight);
        let numerator = weighted(foreground[c], weight) + weighted(backdrop[c], backdrop_weight);
        divide(numerator.min(255 * u64::from(WEIGHT_FULL)), sum.into())
    };
    [mix(0), mix(1), mix(2), result_alpha]
}

/// Divides to a level, rounded to nearest, halves up.
#[expect(clippy::cast_possible_truncation, reason = "the numerator is at most 255 times the denominator")]
fn divide(numerator: u64, denominator: u64) -> u8 {
    ((2 * numerator + denominator) / (2 * denominator)) as u8
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const WHITE: [u8; 4] = [255; 4];
    const CLEAR: [u8; 4] = [0; 4];
    const HALF: u32 = DrawStep::OPACITY_ONE / 2;
    const COMPOSITES: [Composite; 6] =
        [Composite::Over, Composite::In, Composite::Atop, Composite::Out, Composite::Xor, Composite::Lighter];

    #[test]
    fn blend_half_red_over_white() {
        assert_eq!(blend(Composite::Over, HALF, RED, WHITE), [255, 128, 128, 255]);
    }

    #[test]
    fn blend_by_hand() {
        let full = DrawStep::OPACITY_ONE;
        let soft_blue = [0, 0, 255, 128];
        assert_eq!(blend(Composite::Over, full, RED, soft_blue), RED);
        assert_eq!(blend(Composite::Over, full, soft_blue, RED), [127, 0, 128, 255]);
        assert_eq!(blend(Composite::In, full, RED, soft_blue), [255, 0, 0, 128]);
        assert_eq!(blend(Composite::In, full, RED, CLEAR), CLEAR);
        assert_eq!(blend(Composite::Atop, HALF, RED, soft_blue), [128, 0, 128, 128]);
        assert_eq!(blend(Composite::Out, full, RED, soft_blue), [255, 0, 0, 127]);
        assert_eq!(blend(Composite::Xor, full, RED, soft_blue), [255, 0, 0, 127]);
        assert_eq!(blend(Composite::Xor, full, RED, WHITE), CLEAR);
        assert_eq!(blend(Composite::Lighter, full, RED, soft_blue), [255, 0, 128, 255]);
        assert_eq!(blend(Composite::Lighter, HALF, [255, 255, 255, 255], [255, 255, 255, 64]), [255, 255, 255, 192]);
    }

    #[test]
    fn blend_keeps_what_is_not_covered() {
        let hidden = [1, 2, 3, 0];
        for composite in [Composite::Over, Composite::Atop, Composite::Xor, Composite::Lighter] {
            assert_eq!(blend(composite, 0, RED, hidden), hidden, "{composite:?}");
            assert_eq!(blend(composite, DrawStep::OPACITY_ONE, hidden, [7, 8, 9, 10]), [7, 8, 9, 10], "{composite:?}");
        }
    }

    /// The formulas of [`Composite`] in real numbers: associated colour and alpha, from and to 0 to 1.
    fn exact(composite: Composite, opacity: u32, foreground: [u8; 2], backdrop: [u8; 2]) -> (f64, f64) {
        let unit = |level: u8| f64::from(level) / 255.0;
        let source_alpha = unit(foreground[1]) * f64::from(opacity) / f64::from(DrawStep::OPACITY_ONE);
        let target_alpha = unit(backdrop[1]);
        let apply = |source: f64, target: f64| match composite {
            Composite::Over => source + target * (1.0 - source_alpha),
            Composite::In => source * target_alpha,
            Composite::Atop => source * target_alpha + target * (1.0 - source_alpha),
            Composite::Out => source * (1.0 - target_alpha),
            Composite::Xor => source * (1.0 - target_alpha) + target * (1.0 - source_alpha),
            Composite::Lighter => (source + target).min(1.0),
        };
        (apply(unit(foreground[0]) * source_alpha, unit(backdrop[0]) * target_alpha), apply(source_alpha, target_alpha))
    }

    #[test]
    fn blend_is_within_half_a_level_of_the_formulas() {
        let levels = [0, 1, 2, 127, 128, 254, 255];
        let pairs: Vec<[u8; 2]> = levels.iter().flat_map(|&a| levels.map(|b| [a, b])).collect();
        for composite in COMPOSITES {
            for opacity in [1, 5_333, HALF, 12_000, DrawStep::OPACITY_ONE] {
                for (&foreground, &backdrop) in pairs.iter().flat_map(|a| pairs.iter().map(move |b| (a, b))) {
                    let grey = |[level, alpha]: [u8; 2]| [level, level, level, alpha];
                    let result = blend(composite, opacity, grey(foreground), grey(backdrop));
                    let (color, alpha) = exact(composite, opacity, foreground, backdrop);
                    assert_abs_diff_eq!(f64::from(result[3]), alpha * 255.0, epsilon = 0.5 + 1e-9);
                    if result[3] != 0 && foreground[1] != 0 {
                        assert_abs_diff_eq!(f64::from(result[0]), color / alpha * 255.0, epsilon = 0.5 + 1e-9);
                    }
                }
            }
        }
    }
}
