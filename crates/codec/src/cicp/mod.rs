//! Colours that a file names by numbers (ITU-T H.273, "CICP"), and their way to sRGB.
//!
//! A picture's numbers say which red, green and blue it means and by which curve its samples become light. Every sample
//! becomes light by a table, the three of a pixel pass through a matrix, and the light becomes sRGB by another table. All of
//! it is integer arithmetic; floating point appears only while tables are made, by functions that give the same bits on
//! every machine.
//!
//! Decided here:
//!
//! - **The curves of video cameras** (BT.709, BT.601, BT.2020 and their kin) are taken for that of sRGB, as browsers do:
//!   screens show them alike, and most files that name them mean sRGB.
//! - **White is 203 cd/m²** where a curve means absolute light (PQ) or a relative one of HDR (HLG, shown as on a screen of
//!   1,000 cd/m²), as BT.2408 says. What is brighter is cut off: nothing is tone mapped, and [`Cicp::notes`] says so.
//! - **Numbers that mean nothing** leave the pixels as they are, with a note.

mod curve;
mod primaries;

use self::primaries::Primaries;
use crate::Note;

/// Light of white, in the tables between the two curves.
const ONE: i32 = 1 << 20;

/// Factor 1 of the matrix.
const MATRIX_ONE: i32 = 1 << 16;

/// Primaries and transfer curve of a picture, by their numbers; 2 means that the file does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cicp {
    /// What red, green and blue mean.
    pub(crate) primaries: u8,
    /// How samples become light.
    pub(crate) transfer: u8,
}

impl Cicp {
    /// Returns how much of the luminance red, green and blue are.
    pub(crate) fn luminance(self) -> [f64; 3] {
        Primaries::by_number(self.primaries).unwrap_or(Primaries::SRGB).luminance()
    }

    /// Says what is not followed of these numbers.
    pub(crate) fn notes(self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.primaries != 2 && Primaries::by_number(self.primaries).is_none() {
            notes.push(Note::Primaries { code: self.primaries });
        }
        match self.transfer {
            curve::PQ | curve::HLG => notes.push(Note::HighDynamicRange),
            2 => {}
            transfer if curve::to_light(transfer).is_none() => notes.push(Note::Transfer { code: transfer }),
            _ => {}
        }
        notes
    }
}

/// A conversion from colours named by numbers to sRGB.
pub(crate) struct CicpToSrgb {
    /// Light of every sample.
    light: Box<curve::Table>,
    /// What the light of a pixel is multiplied by, by its luminance, and how much of it each colour is; only for HLG.
    system_gamma: Option<(Box<curve::Table>, [i32; 3])>,
    /// From light of the picture's primaries to light of sRGB's.
    matrix: [[i32; 3]; 3],
    /// The sRGB sample, of 16 bits, of every light.
    samples: Box<curve::Table>,
}

impl CicpToSrgb {
    /// Makes the conversion; `None` where pixels stay as they are.
    pub(crate) fn new(cicp: Cicp) -> Option<Self> {
        let primaries = Primaries::by_number(cicp.primaries).unwrap_or(Primaries::SRGB);
        let light = curve::to_light(cicp.transfer).unwrap_or(curve::srgb_to_light);
        if primaries == Primaries::SRGB && curve::is_srgb(cicp.transfer) {
            return None;
        }
        let system_gamma =
            (cicp.transfer == curve::HLG).then(|| (curve::hlg_system_gamma(), primaries.fixed_luminance(MATRIX_ONE)));
        Some(Self {
            light: curve::table(|signal| light(signal) * f64::from(ONE)),
            system_gamma,
            matrix: primaries.to_srgb(MATRIX_ONE),
            samples: curve::table(|light| curve::light_to_srgb(light) * f64::from(u16::MAX)),
        })
    }

    /// Converts pixels of straight RGBA in place; alpha stays.
    pub(crate) fn convert_8(&self, pixels: &mut [u8]) {
        for [red, green, blue, _] in pixels.as_chunks_mut::<4>().0 {
            let converted = self.convert([*red, *green, *blue].map(|level| u16::from(level) * 257));
            [*red, *green, *blue] = converted.map(to_8_bits);
        }
    }

    /// Converts pixels of straight RGBA of 16 bits in place; alpha stays.
    pub(crate) fn convert_16(&self, pixels: &mut [u16]) {
        for [red, green, blue, _] in pixels.as_chunks_mut::<4>().0 {
            [*red, *green, *blue] = self.convert([*red, *green, *blue]);
        }
    }

    /// Converts a colour.
    fn convert(&self, color: [u16; 3]) -> [u16; 3] {
        // 65,535 is the end of the table, 1 << 16.
        let mut light = color.map(|sample| curve::at::<16>(&self.light, u32::from(sample) + u32::from(sample >> 15)));
        if let Some((gain, luminance)) = &self.system_gamma {
            let gain = curve::at::<20>(gain, fit(product(luminance, light), ONE));
            light = light.map(|value| scaled(i64::from(value) * i64::from(gain)));
        }
        self.matrix.map(|row| {
            let sample = curve::at::<20>(&self.samples, fit(product(&row, light), ONE));
            u16::try_from(sample).unwrap_or(u16::MAX)
        })
    }
}

/// Multiplies a row of factors by the light of a pixel.
fn product(factors: &[i32; 3], light: [i32; 3]) -> i32 {
    scaled(factors.iter().zip(light).map(|(&factor, value)| i64::from(factor) * i64::from(value)).sum())
}

/// Takes the scale of the factors out of a product, rounded to nearest.
fn scaled(product: i64) -> i32 {
    let value = (product + i64::from(MATRIX_ONE / 2)) >> MATRIX_ONE.trailing_zeros();
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

/// Cuts off what is below 0 or above `most`.
fn fit(value: i32, most: i32) -> u32 {
    value.clamp(0, most).unsigned_abs()
}

/// Reduces 16 bits to 8: divided by 257, rounded to nearest.
#[expect(clippy::cast_possible_truncation, reason = "65,535 becomes 255")]
const fn to_8_bits(value: u16) -> u8 {
    ((value as u32 + 128) / 257) as u8
}

#[cfg(test)]
mod tests {
    use approx::abs_diff_eq;

    use super::*;

    fn converted(primaries: u8, transfer: u8, color: [u8; 3]) -> [u8; 3] {
        let mut pixel = [color[0], color[1], color[2], 77];
        if let Some(to_srgb) = CicpToSrgb::new(Cicp { primaries, transfer }) {
            to_srgb.convert_8(&mut pixel);
        }
        let [red, green, blue, alpha] = pixel;
        assert_eq!(alpha, 77);
        [red, green, blue]
    }

    #[test]
    fn cicp_of_srgb_and_of_nothing_changes_nothing() {
        for (primaries, transfer) in [(1, 13), (2, 2), (1, 1), (1, 6), (2, 14), (1, 15), (99, 77)] {
            assert!(CicpToSrgb::new(Cicp { primaries, transfer }).is_none(), "{primaries}/{transfer}");
        }
    }

    #[test]
    fn cicp_wide_primaries_are_followed() {
        // By the primaries of both, computed by hand.
        assert_eq!(converted(12, 13, [200, 100, 50]), [215, 93, 31]);
        assert_eq!(converted(12, 13, [128, 128, 128]), [128, 128, 128]);
        assert_eq!(converted(9, 13, [255, 0, 0]), [255, 0, 0]);
    }

    #[test]
    fn cicp_white_and_black_stay_whatever_the_primaries() {
        for primaries in [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22] {
            for transfer in [1, 4, 5, 7, 8, 11, 12, 13, 14] {
                assert_eq!(converted(primaries, transfer, [255; 3]), [255; 3], "{primaries}/{transfer}");
                assert_eq!(converted(primaries, transfer, [0; 3]), [0; 3], "{primaries}/{transfer}");
            }
            let [red, green, blue] = converted(primaries, 13, [99; 3]);
            assert_eq!([red, green, blue], [99; 3], "grey by primaries {primaries}");
        }
    }

    #[test]
    fn cicp_curves_are_followed_exactly() {
        let srgb =
            |light: f64| if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        for level in 0..=255_u8 {
            let signal = f64::from(level) / 255.0;
            for (transfer, light) in [(8, signal), (4, signal.powf(2.2)), (5, signal.powf(2.8))] {
                let expected = srgb(light) * 255.0;
                let [red, ..] = converted(1, transfer, [level; 3]);
                let is_close = abs_diff_eq!(f64::from(red), expected, epsilon = 0.52);
                assert!(is_close, "{level} by {transfer}: {red}, not {expected}");
            }
        }
    }

    #[test]
    fn cicp_light_of_hdr_is_relative_to_white() {
        // 203 cd/m² is the signal 0.58 of PQ and 0.75 of HLG.
        for (transfer, sample) in [(16, 38_055), (18, 49_151)] {
            let mut pixel = [sample; 4];
            CicpToSrgb::new(Cicp { primaries: 9, transfer }).unwrap().convert_16(&mut pixel);
            assert!(pixel[..3].iter().all(|&sample| sample.abs_diff(65_535) < 200), "{transfer}: {pixel:?}");
        }
        assert_eq!(converted(9, 16, [255; 3]), [255; 3]);
        // 10 cd/m² of PQ, signal 0.3: a twentieth of white, sRGB 64.
        let [red, ..] = converted(9, 16, [77; 3]);
        assert!((60..=68).contains(&red), "{red}");
    }

    #[test]
    fn cicp_says_what_is_not_followed() {
        let notes = |primaries, transfer| Cicp { primaries, transfer }.notes();
        assert_eq!(notes(1, 13), []);
        assert_eq!(notes(2, 2), []);
        assert_eq!(notes(9, 16), [Note::HighDynamicRange]);
        assert_eq!(notes(77, 3), [Note::Primaries { code: 77 }, Note::Transfer { code: 3 }]);
    }
}
