//! From rows of planes to rows of pixels of four bytes: RGBA of alpha 255, or the inks of a CMYK file.
//!
//! YCbCr becomes RGB as in libjpeg-turbo, to the bit: with factors of 16 bits' fraction, red and blue rounded before luma
//! is added, green with it. That is within a level of the exact formula.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;

/// Bits of the factors' fractions.
const SCALE_BITS: u32 = 16;
/// How much of Cr goes to red: 1.402.
const CR_TO_RED: i32 = 91_881;
/// How much of Cb goes to blue: 1.772.
const CB_TO_BLUE: i32 = 116_130;
/// How much of Cr is taken from green: 0.71414.
const CR_FROM_GREEN: i32 = 46_802;
/// How much of Cb is taken from green: 0.34414.
const CB_FROM_GREEN: i32 = 22_554;

/// Checks that a constant fits 16 bits, for the twins.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[expect(clippy::cast_possible_truncation, reason = "checked")]
const fn short(value: i32) -> i16 {
    assert!(value as i16 as i32 == value, "16 bits");
    value as i16
}

/// Converts a row of three planes, each as long as the row has pixels.
pub(crate) type Convert = fn(planes: [&[u8]; 3], out: &mut [u8]);

/// The kernels that have vectorised twins, as one choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernels {
    /// YCbCr to RGBA.
    pub(crate) ycc_to_rgba: Convert,
}

impl Kernels {
    /// The reference.
    pub(crate) const SCALAR: Self = Self { ycc_to_rgba };

    /// Returns the fastest kernels that this machine can run.
    pub(crate) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(kernels) = avx2::kernels() {
            return kernels;
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(kernels) = neon::kernels() {
            return kernels;
        }
        Self::SCALAR
    }
}

/// Converts YCbCr to RGBA: the reference.
fn ycc_to_rgba([y, cb, cr]: [&[u8]; 3], out: &mut [u8]) {
    for (((pixel, &y), &cb), &cr) in out.as_chunks_mut::<4>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        let [red, green, blue] = rgb(y, cb, cr);
        *pixel = [red, green, blue, 255];
    }
}

/// Converts one pixel.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let half = 1 << (SCALE_BITS - 1);
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    [
        (CR_TO_RED * cr + half) >> SCALE_BITS,
        (half - CB_FROM_GREEN * cb - CR_FROM_GREEN * cr) >> SCALE_BITS,
        (CB_TO_BLUE * cb + half) >> SCALE_BITS,
    ]
    .map(|added| level(i32::from(y) + added))
}

/// Clamps to a level.
#[expect(clippy::cast_sign_loss, reason = "clamped")]
fn level(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

/// Makes RGBA of lightness.
pub(crate) fn gray_to_rgba(gray: &[u8], out: &mut [u8]) {
    for (pixel, &level) in out.as_chunks_mut::<4>().0.iter_mut().zip(gray) {
        *pixel = [level, level, level, 255];
    }
}

/// Makes RGBA of three planes of colour.
pub(crate) fn rgb_to_rgba([red, green, blue]: [&[u8]; 3], out: &mut [u8]) {
    for (((pixel, &red), &green), &blue) in out.as_chunks_mut::<4>().0.iter_mut().zip(red).zip(green).zip(blue) {
        *pixel = [red, green, blue, 255];
    }
}

/// Makes pixels of four planes of ink.
pub(crate) fn inks([cyan, magenta, yellow, black]: [&[u8]; 4], out: &mut [u8]) {
    let planes = cyan.iter().zip(magenta).zip(yellow).zip(black);
    for (pixel, (((&cyan, &magenta), &yellow), &black)) in out.as_chunks_mut::<4>().0.iter_mut().zip(planes) {
        *pixel = [cyan, magenta, yellow, black];
    }
}

/// Makes inks of YCCK: three are white less the colour of YCbCr, the fourth stays.
pub(crate) fn ycck_to_inks([y, cb, cr, black]: [&[u8]; 4], out: &mut [u8]) {
    let planes = y.iter().zip(cb).zip(cr).zip(black);
    for (pixel, (((&y, &cb), &cr), &black)) in out.as_chunks_mut::<4>().0.iter_mut().zip(planes) {
        let [red, green, blue] = rgb(y, cb, cr);
        *pixel = [255 - red, 255 - green, 255 - blue, black];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_twins_agree_on_every_chroma() {
        let all: Vec<u8> = (0..=255).collect();
        for cr in 0..=255 {
            for y in [0, 1, 60, 128, 200, 254, 255] {
                let planes = [&[y; 256][..], &all, &[cr; 256]];
                // Lengths with a rest and without.
                for len in [256, 255, 33, 5] {
                    let planes = planes.map(|plane| &plane[256 - len..]);
                    let (mut expected, mut actual) = (vec![0; 4 * len], vec![0; 4 * len]);
                    (Kernels::SCALAR.ycc_to_rgba)(planes, &mut expected);
                    (Kernels::fastest().ycc_to_rgba)(planes, &mut actual);
                    assert!(actual == expected, "Y {y}, Cr {cr}, {len} pixels");
                }
            }
        }
    }

    #[test]
    fn color_is_within_a_level_of_the_formula() {
        for (cb, cr) in (0..=255).flat_map(|cb| (0..=255).map(move |cr| (cb, cr))) {
            let [red, green, blue] = rgb(128, cb, cr);
            let (cb, cr) = (f64::from(cb) - 128.0, f64::from(cr) - 128.0);
            let exact = [1.402 * cr, -0.344_136_286 * cb - 0.714_136_286 * cr, 1.772 * cb];
            for (level, exact) in [red, green, blue].into_iter().zip(exact) {
                let off = f64::from(level) - (128.0 + exact).clamp(0.0, 255.0);
                assert!(off.abs() < 0.51, "off by {off}");
            }
        }
    }
}
