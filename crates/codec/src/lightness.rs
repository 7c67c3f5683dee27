//! Grey profiles whose connection space is Lab: their curve gives lightness, where that of others gives light.
//!
//! `moxcms` follows the latter only. So its part here is the curve, and what a lightness is in sRGB is computed here.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Computes what every level of 16 bits of such a profile becomes in sRGB; nothing if it has no curve.
pub(crate) fn to_srgb(profile: &ColorProfile) -> Option<Box<[u16]>> {
    // As a profile to light, into one without a curve: what comes out is the curve itself.
    let mut curve = profile.clone();
    curve.pcs = DataColorSpace::Xyz;
    let line = ColorProfile::new_gray_with_gamma(1.0);
    let transform =
        curve.create_transform_16bit(Layout::Gray, &line, Layout::Gray, TransformOptions::default()).ok()?;
    let levels: Vec<u16> = (0..=u16::MAX).collect();
    let mut lightness = vec![0; levels.len()];
    transform.transform(&levels, &mut lightness).ok()?;
    lightness.iter_mut().for_each(|level| *level = srgb_of(*level));
    Some(lightness.into())
}

/// Computes the sRGB level of a lightness, both of 16 bits; rounded to nearest.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "white is 65,535")]
fn srgb_of(lightness: u16) -> u16 {
    let lightness = f64::from(lightness) / f64::from(u16::MAX) * 100.0;
    // CIE 1976, with the bend where it is exact.
    let root = (lightness + 16.0) / 116.0;
    let light = if lightness > 8.0 { root * root * root } else { lightness * 27.0 / 24_389.0 };
    let signal = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055 };
    (signal.clamp(0.0, 1.0) * f64::from(u16::MAX) + 0.5) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lightness_becomes_srgb() {
        // L* 50 is a light of 0.184, which is level 119 of 255; 0 and 100 are black and white.
        assert_eq!(srgb_of(0), 0);
        assert_eq!(srgb_of(u16::MAX), u16::MAX);
        assert_eq!((f64::from(srgb_of(32_768)) / 257.0).round(), 119.0);
    }
}
