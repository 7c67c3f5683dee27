//! The steps of the quantiser: tables of the standard, scaled by a quality as libjpeg does it.

use super::options::Sampling;

/// Steps in natural order.
pub(super) type Steps = [u8; 64];

/// Steps for luma at quality 50, from ITU-T T.81, table K.1.
const LUMA: Steps = [
    16, 11, 10, 16, 24, 40, 51, 61, //
    12, 12, 14, 19, 26, 58, 60, 55, //
    14, 13, 16, 24, 40, 57, 69, 56, //
    14, 17, 22, 29, 51, 87, 80, 62, //
    18, 22, 37, 56, 68, 109, 103, 77, //
    24, 35, 55, 64, 81, 104, 113, 92, //
    49, 64, 78, 87, 103, 121, 120, 101, //
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Steps for chroma at quality 50, from ITU-T T.81, table K.2.
const CHROMA: Steps = [
    17, 18, 24, 47, 99, 99, 99, 99, //
    18, 21, 26, 66, 99, 99, 99, 99, //
    24, 26, 56, 99, 99, 99, 99, 99, //
    47, 66, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// Returns the tables of a quality, for luma and, where there is any, for chroma.
pub(super) fn tables(quality: u8, sampling: Sampling) -> Vec<Steps> {
    [LUMA, CHROMA].into_iter().take(sampling.planes()).map(|table| table.map(|step| scale(step, quality))).collect()
}

/// Scales a step: as it is at quality 50, 1 at 100; from 50 downwards the scale grows as 1 over the quality.
fn scale(step: u8, quality: u8) -> u8 {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    let scaled = (u32::from(step) * percent + 50) / 100;
    // Steps of more than 8 bits would make the file one that not every decoder reads.
    u8::try_from(scaled.max(1)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_scales_as_is_known() {
        assert_eq!(tables(50, Sampling::S420), [LUMA, CHROMA]);
        assert_eq!(tables(100, Sampling::S444), [[1; 64]; 2]);
        assert_eq!(tables(1, Sampling::Gray), [[255; 64]]);
        assert_eq!(tables(75, Sampling::Gray)[0][..8], [8, 6, 5, 8, 12, 20, 26, 31]);
        assert_eq!(tables(25, Sampling::Gray)[0][..8], [32, 22, 20, 32, 48, 80, 102, 122]);
    }
}
