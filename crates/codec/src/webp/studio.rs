//! The range of samples: full, as in JPEG and between the steps of a plan, and that of a studio, which lossy WebP has.
//!
//! Luma of 0 to 255 is 16 to 235 there, and chroma of -127.5 to 127.5 beside its middle is -112 to 112. The matrix is the same,
//! so no sample depends on another, and each is rounded once.

use palmette_core::Picture;

/// Chroma of no colour, in either range.
pub(super) const NO_COLOR: u8 = 128;

/// Luma in the range of a studio, by that in full range.
const LUMA: [u8; 256] = table(0, 16, 219);

/// Chroma in the range of a studio, by that in full range.
const CHROMA: [u8; 256] = table(NO_COLOR, NO_COLOR, 224);

/// Brings the planes of a picture from full range to that of a studio.
pub(super) fn from_full(picture: &mut Picture) {
    for plane in 0..picture.layout().planes() {
        let table = if plane == 0 { &LUMA } else { &CHROMA };
        picture.plane_mut(plane).iter_mut().for_each(|sample| *sample = table[usize::from(*sample)]);
    }
}

/// Scales the distance from a level by `range / 255`, and moves that level; rounded to nearest. There are no halves.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "16 to 240")]
const fn table(from: u8, to: u8, range: i32) -> [u8; 256] {
    let mut table = [0; 256];
    let mut sample = 0;
    while sample < 256 {
        let distance = sample as i32 - from as i32;
        table[sample] = (to as i32 + (2 * distance * range + 255).div_euclid(510)) as u8;
        sample += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studio_is_the_exact_range_rounded_once() {
        for sample in 0..=255_u8 {
            let luma = 16.0 + f64::from(sample) * 219.0 / 255.0;
            let chroma = 128.0 + (f64::from(sample) - 128.0) * 224.0 / 255.0;
            let [y, c] = [LUMA, CHROMA].map(|table| f64::from(table[usize::from(sample)]));
            assert!((y - luma).abs() < 0.5 && (c - chroma).abs() < 0.5, "{sample}: {y} {c}");
        }
        assert_eq!([LUMA[0], LUMA[255], CHROMA[0], CHROMA[128], CHROMA[255]], [16, 235, 16, 128, 240]);
    }
}
