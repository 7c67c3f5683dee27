//! Real numbers become integers: weights that fit their sums, multipliers of sums and of additions.

use palmette_core::net::{AddTerms, Requantize};

use super::Error;
use crate::winograd;

/// A channel of a value in fixed point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// What one unit is worth.
    pub(super) step: f64,
    /// The least and the largest sample.
    pub(super) limits: [i16; 2],
    /// The mean, as far as it was measured.
    pub(super) mean: f64,
}

/// The largest sum: one less than 32 bits could hold, since sums are negated.
const MOST_SUM: f64 = 2_147_483_647.0;

/// How far apart the largest and the least sum may be for a convolution by tiles.
const MOST_RANGE_BY_TILES: f64 = (winograd::MAX_RANGE - 1) as f64;

/// What weights are made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demands {
    /// Whether the mean error of rounded weights is taken off.
    pub(super) corrects_bias: bool,
    /// Whether the convolution shall be one by tiles: 3×3, and coarse enough to be exact ([`winograd`]).
    pub(super) by_tiles: bool,
}

/// Returns the largest transformed weight of an output channel, whose weights go by row, column and channel.
fn largest_by_tiles(weights: &[i16]) -> f64 {
    let channels = weights.len() / 9;
    let squares = (0..channels).map(|channel| {
        std::array::from_fn(|y| std::array::from_fn(|x| i32::from(weights[(3 * y + x) * channels + channel])))
    });
    let largest = squares.flat_map(|square| winograd::transformed(square).into_iter().flatten()).map(i32::unsigned_abs);
    f64::from(largest.max().unwrap_or(0))
}

/// Rounds the weights and the bias of an output channel; returns them, and what one unit of the sum is worth.
pub(super) fn weights_of(
    folded: &[f64],
    inputs: &[Channel],
    bias: f64,
    out_step: f64,
    Demands { corrects_bias, by_tiles }: Demands,
) -> Result<(Vec<i16>, i32, f64), &'static str> {
    let largest = folded.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    // As fine as the weights allow, and not so fine that the bias or the multiplier cannot follow.
    let mut step = (largest / f64::from(i16::MAX)).max(out_step / 131_072.0);
    for _ in 0..64 {
        let rounded = folded.iter().map(|weight| sample(weight / step)).collect::<Result<Vec<_>, _>>();
        let rounded = rounded.map_err(|_| "has weights beyond 16 bits")?;
        let mut error = 0.0;
        let (mut least, mut most) = (0.0, 0.0);
        for (at, (&weight, exact)) in rounded.iter().zip(folded).enumerate() {
            let channel = inputs[at % inputs.len()];
            error += (f64::from(weight) * step - exact) * channel.mean / channel.step;
            let products = channel.limits.map(|limit| f64::from(limit) * f64::from(weight));
            least += products[0].min(products[1]).min(0.0);
            most += products[0].max(products[1]).max(0.0);
        }
        let corrected = if corrects_bias { bias - error } else { bias };
        let bias = (corrected / step).round();
        let bound = (most + bias.max(0.0)).max(-least - bias.min(0.0));
        let mut excess = bound / MOST_SUM;
        if by_tiles {
            excess =
                excess.max((most - least) / MOST_RANGE_BY_TILES).max(largest_by_tiles(&rounded) / f64::from(i16::MAX));
        }
        if excess <= 1.0 {
            #[expect(clippy::cast_possible_truncation, reason = "within the bound of the sum")]
            return Ok((rounded, bias as i32, step));
        }
        // A little more than needed, so that the next turn fits.
        step *= excess * 1.001;
    }
    Err("has sums that do not fit")
}

/// Rounds to a sample.
pub(super) fn sample(value: f64) -> Result<i16, Error> {
    let rounded = value.round();
    if rounded.abs() <= f64::from(i16::MAX) {
        #[expect(clippy::cast_possible_truncation, reason = "within 16 bits")]
        return Ok(rounded as i16);
    }
    Err(Error::Foreign { what: "numbers beyond 16 bits" })
}

/// Finds the multipliers and the shift of a ratio, and of that times a slope.
pub(super) fn multipliers(ratio: f64, slope: f64, [low, high]: [i16; 2]) -> Option<Requantize> {
    let largest = ratio * slope.abs().max(1.0);
    let fits = |shift: &u8| largest * scale(*shift) <= f64::from(i16::MAX);
    let shift = Requantize::SHIFTS.rev().find(fits)?;
    let [multiplier, negative_multiplier] = [ratio, ratio * slope].map(|ratio| sample(ratio * scale(shift)).ok());
    let multiplier = multiplier.filter(|&multiplier| multiplier > 0)?;
    Some(Requantize { multiplier, negative_multiplier: negative_multiplier?, shift, low, high })
}

/// Finds the multipliers of a sum.
pub(super) fn terms(inputs: [&Channel; 2], times: [f32; 2], out: &Channel) -> Option<AddTerms> {
    // What is always 0 has no step to speak of.
    let ratio = |from: &Channel, times: f32| {
        if from.limits == [0, 0] { 0.0 } else { from.step * f64::from(times) / out.step }
    };
    let ratios = [ratio(inputs[0], times[0]), ratio(inputs[1], times[1])];
    let reach = |from: &Channel| f64::from(from.limits[1].max(from.limits[0].saturating_neg()));
    let fits = |shift: &u8| {
        let sum = ratios[0].abs() * reach(inputs[0]) + ratios[1].abs() * reach(inputs[1]) + 1.0;
        ratios.iter().all(|ratio| ratio.abs() * scale(*shift) <= f64::from(AddTerms::MAX_MULTIPLIER))
            && sum * scale(*shift) < MOST_SUM / 2.0
    };
    let shift = AddTerms::SHIFTS.rev().find(fits)?;
    let multipliers = ratios.map(|ratio| sample(ratio * scale(shift)).ok());
    let multipliers = [multipliers[0]?, multipliers[1]?];
    Some(AddTerms { multipliers, shift, low: out.limits[0], high: out.limits[1] })
}

/// Returns a power of two.
fn scale(shift: u8) -> f64 {
    (1_u64 << shift) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Demands = Demands { corrects_bias: false, by_tiles: false };

    fn channel(step: f64, limits: [i16; 2], mean: f64) -> Channel {
        Channel { step, limits, mean }
    }

    #[test]
    fn weights_are_as_fine_as_their_sum_allows() {
        // Two channels of at most 1,000: nothing but 16 bits bounds the weights.
        let inputs = [channel(0.5, [0, 1000], 0.0); 2];
        let (weights, bias, step) = weights_of(&[0.25, -0.5], &inputs, 1.0, 1e-6, PLAIN).unwrap();
        assert!((16383..=16384).contains(&weights[0]) && weights[1] == -32767, "{weights:?}");
        assert!((f64::from(bias) * step - 1.0).abs() < step);
        // A thousand of them: the sum would take 35 bits, so weights lose a few.
        let (weights, _, step) = weights_of(&[0.5; 1000], &inputs, 0.0, 1e-6, PLAIN).unwrap();
        let sum = weights.iter().map(|&weight| i64::from(weight) * 1000).sum::<i64>();
        assert!((1 << 30..1 << 31).contains(&sum), "{sum}");
        assert!((f64::from(weights[0]) * step - 0.5).abs() <= 0.5 * step);
        // A bias alone fits, too.
        let (weights, bias, step) = weights_of(&[0.0, 0.0], &inputs, 3.0, 1e-3, PLAIN).unwrap();
        assert!(weights == [0, 0] && (f64::from(bias) * step - 3.0).abs() < step);
        assert!(weights_of(&[f64::NAN], &inputs, 0.0, 1.0, PLAIN).is_err());
    }

    #[test]
    fn weights_for_tiles_are_as_fine_as_tiles_allow() {
        let demands = Demands { by_tiles: true, ..PLAIN };
        let folded: Vec<f64> = (0..9 * 16).map(|at| f64::from(at * 37 % 101) / 101.0 - 0.5).collect();
        for (most, few) in [(4095, false), (20, true)] {
            let inputs = [channel(0.5, [-most, most], 0.0); 16];
            let (weights, _, step) = weights_of(&folded, &inputs, 1.0, 1e-6, demands).unwrap();
            let range =
                weights.iter().map(|weight| i64::from(weight.unsigned_abs()) * 2 * i64::from(most)).sum::<i64>();
            let largest = largest_by_tiles(&weights);
            assert!(range < winograd::MAX_RANGE && largest <= 32_767.0, "{range} {largest}");
            // One of both is used up.
            assert!(if few { largest > 32_000.0 } else { range > winograd::MAX_RANGE / 100 * 99 }, "{range} {largest}");
            let error = weights.iter().zip(&folded).map(|(&weight, exact)| (f64::from(weight) * step - exact).abs());
            assert!(error.fold(0.0, f64::max) <= 0.5 * step);
        }
    }

    #[test]
    fn bias_takes_the_mean_error_of_weights_off() {
        // A step of 1 at least: the weight of 0.4 is lost, and its input is 10 in the mean.
        let inputs = [channel(1.0, [0, 100], 10.0)];
        let bias = |corrects_bias| {
            weights_of(&[0.4], &inputs, 0.0, 131_072.0, Demands { corrects_bias, by_tiles: false }).unwrap().1
        };
        assert_eq!((bias(false), bias(true)), (0, 4));
    }

    #[test]
    fn multipliers_are_near_their_ratio() {
        for ratio in [0.1, 1e-3, 7.7e-7, 1e-9] {
            for slope in [1.0, 0.0, -1.4, 1.7, 0.01] {
                let found = multipliers(ratio, slope, [-5, 5]).unwrap();
                let real = |multiplier: i16| f64::from(multiplier) / scale(found.shift);
                assert!((real(found.multiplier) / ratio - 1.0).abs() < 1e-4, "{ratio} {slope} {found:?}");
                assert!(
                    (real(found.negative_multiplier) - ratio * slope).abs() < ratio * 1e-4,
                    "{ratio} {slope} {found:?}"
                );
            }
        }
        assert_eq!(multipliers(0.5, 1.0, [0, 1]), None, "the shift would be below 17");
    }

    #[test]
    fn terms_are_near_their_ratios() {
        let out = channel(0.3, [-100, 100], 0.0);
        let found =
            terms([&channel(0.5, [-4095, 4095], 0.0), &channel(0.7, [0, 4095], 0.0)], [0.2, 1.0], &out).unwrap();
        let real = found.multipliers.map(|multiplier| f64::from(multiplier) / scale(found.shift));
        assert!((real[0] - 1.0 / 3.0).abs() < 1e-3 && (real[1] - 7.0 / 3.0).abs() < 1e-3, "{found:?}");
        // A channel that is always 0 adds nothing, whatever its step is.
        let found = terms([&channel(1e9, [0, 0], 0.0), &channel(0.3, [0, 9], 0.0)], [1.0; 2], &out).unwrap();
        assert_eq!((found.multipliers[0], i32::from(found.multipliers[1])), (0, 1 << found.shift));
    }
}
