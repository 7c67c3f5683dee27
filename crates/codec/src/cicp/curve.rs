//! Transfer curves: from samples to light and back, and the tables that hold them.

/// The curve of BT.2100 for absolute light.
pub(super) const PQ: u8 = 16;

/// The curve of BT.2100 for light relative to the screen.
pub(super) const HLG: u8 = 18;

/// Light of white where a curve means absolute light, in cd/m² (BT.2408).
const WHITE_NITS: f64 = 203.0;

/// Light at the end of PQ, in cd/m².
const PQ_PEAK_NITS: f64 = 10_000.0;

/// Light of the screen that HLG is shown on, in cd/m², for which its system gamma is 1.2.
const HLG_PEAK_NITS: f64 = 1_000.0;

/// Steps of a table from 0 to 1.
///
/// Between them values are interpolated: the largest error, of the curve of sRGB where it bends most, is 0.005 levels.
const STEPS: u32 = 4096;

/// Values of a function at `STEPS` + 1 places from 0 to 1.
pub(super) type Table = [i32; STEPS as usize + 1];

/// Fills a table with the rounded values of a function.
pub(super) fn table(value: impl Fn(f64) -> f64) -> Box<Table> {
    let mut table = Box::new([0; STEPS as usize + 1]);
    for (entry, step) in table.iter_mut().zip(0..=STEPS) {
        *entry = round(value(f64::from(step) / f64::from(STEPS)));
    }
    table
}

/// Looks up a place between 0 and `1 << BITS`, interpolated between the steps.
pub(super) fn at<const BITS: u32>(table: &Table, place: u32) -> i32 {
    let shift = BITS - STEPS.trailing_zeros();
    let step = (place >> shift).min(STEPS - 1);
    let (low, high) = (table[step as usize], table[step as usize + 1]);
    let part = place - (step << shift);
    let rise = i64::from(high - low) * i64::from(part);
    let half = (1_i64 << shift) >> 1;
    low + i32::try_from((rise + half) >> shift).unwrap_or(0)
}

/// Rounds to nearest; the values of tables are far from the ends of the type.
#[expect(clippy::cast_possible_truncation, reason = "values of tables are below 2^27")]
fn round(value: f64) -> i32 {
    libm::floor(value + 0.5) as i32
}

/// Tells whether a curve is that of sRGB, or taken for it.
pub(super) const fn is_srgb(transfer: u8) -> bool {
    !matches!(transfer, 4 | 5 | 7..=10 | 16..=18)
}

/// Returns the function from samples to light, 1 being white; `None` for a number that means nothing.
pub(super) fn to_light(transfer: u8) -> Option<fn(f64) -> f64> {
    match transfer {
        // Cameras, in the order BT.709, BT.601, xvYCC, BT.1361, BT.2020 of 10 and 12 bits; and sRGB itself.
        1 | 6 | 11 | 12 | 14 | 15 | 13 => Some(srgb_to_light),
        4 => Some(|signal| libm::pow(signal, 2.2)),
        5 => Some(|signal| libm::pow(signal, 2.8)),
        7 => Some(smpte_240_to_light),
        8 => Some(|signal| signal),
        9 => Some(|signal| if signal > 0.0 { libm::exp10(2.0 * (signal - 1.0)) } else { 0.0 }),
        10 => Some(|signal| if signal > 0.0 { libm::exp10(2.5 * (signal - 1.0)) } else { 0.0 }),
        PQ => Some(pq_to_light),
        // The reference white of digital cinema is 48 of 52.37 cd/m².
        17 => Some(|signal| libm::pow(signal, 2.6) * 52.37 / 48.0),
        HLG => Some(hlg_to_scene),
        _ => None,
    }
}

/// The curve of sRGB.
pub(super) fn srgb_to_light(signal: f64) -> f64 {
    if signal <= 0.040_45 { signal / 12.92 } else { libm::pow((signal + 0.055) / 1.055, 2.4) }
}

/// The curve of sRGB, the other way.
pub(super) fn light_to_srgb(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055 }
}

/// The curve of SMPTE 240M.
fn smpte_240_to_light(signal: f64) -> f64 {
    const ALPHA: f64 = 1.111_572_195_921_731;
    const BETA: f64 = 0.022_821_585_529_445;
    if signal < 4.0 * BETA { signal / 4.0 } else { libm::pow((signal + ALPHA - 1.0) / ALPHA, 1.0 / 0.45) }
}

/// The curve PQ, with light relative to white.
fn pq_to_light(signal: f64) -> f64 {
    const M1: f64 = 2610.0 / 16_384.0;
    const M2: f64 = 2523.0 / 4096.0 * 128.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 4096.0 * 32.0;
    const C3: f64 = 2392.0 / 4096.0 * 32.0;
    let root = libm::pow(signal, 1.0 / M2);
    let base = libm::fmax(root - C1, 0.0) / (C2 - C3 * root);
    libm::pow(base, 1.0 / M1) * PQ_PEAK_NITS / WHITE_NITS
}

/// The curve HLG: the light of the scene, from 0 to 1.
fn hlg_to_scene(signal: f64) -> f64 {
    const A: f64 = 0.178_832_77;
    const B: f64 = 1.0 - 4.0 * A;
    const C: f64 = 0.559_910_73;
    if signal <= 0.5 { signal * signal / 3.0 } else { (libm::exp((signal - C) / A) + B) / 12.0 }
}

/// Makes the table of what the light of a scene is multiplied by, by its luminance, to be the light of the screen.
pub(super) fn hlg_system_gamma() -> Box<Table> {
    table(|luminance| HLG_PEAK_NITS / WHITE_NITS * libm::pow(luminance, 0.2) * f64::from(super::MATRIX_ONE))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn curve_tables_are_exact_at_their_steps_and_close_between() {
        let squares = table(|place| place * place * 1e6);
        assert_eq!((at::<16>(&squares, 0), at::<16>(&squares, 1 << 16)), (0, 1_000_000));
        for place in 0..=1_u32 << 16 {
            let exact = (f64::from(place) / 65_536.0).powi(2) * 1e6;
            assert_abs_diff_eq!(f64::from(at::<16>(&squares, place)), exact, epsilon = 1.1);
        }
    }

    #[test]
    fn curve_of_srgb_goes_both_ways() {
        for level in 0..=255_u8 {
            let signal = f64::from(level) / 255.0;
            assert_abs_diff_eq!(light_to_srgb(srgb_to_light(signal)), signal, epsilon = 1e-6);
        }
    }
}
