//! Embedded profiles: from the colours of a file to sRGB.
//!
//! The work is done by `moxcms`. Three things are decided here:
//!
//! - **A profile that changes nothing is skipped.** If a profile moves no colour of a coarse cube by more than one
//!   level it is sRGB under whatever name, and the pixels stay exactly as they were stored.
//! - **A profile that makes no sense is ignored**, as browsers do: one that cannot be parsed, or that is for another
//!   colour model than the file's.
//! - **The same bytes on every machine.** Matrix profiles run in moxcms' floating point, tables (LUTs) in its fixed
//!   point. Measured with its vector code on and off, 4 megapixels of noise: each of these two gives identical bytes,
//!   while the floating point tables differ. On Display P3 the floating point was at most 0.84 levels from the exact
//!   result and took 5 ms a megapixel; the fixed point was up to 1.86 levels off and took 2.7 ms.
//!
//! The connection space may be XYZ or Lab; grey profiles to the latter take a way of their own (`lightness`). The rendering
//! intent is the one that the profile names.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, Transform16BitExecutor, TransformExecutor,
    TransformOptions,
};
use palmette_core::Pixmap;

use crate::cicp::{Cicp, CicpToSrgb};
use crate::profiles::PROFILES;
use crate::{Note, lightness};

/// Pixels that are converted at a time: their copy stays in the cache.
const CHUNK_PIXELS: usize = 1024;

/// Levels a channel of the cube that decides whether a profile is sRGB.
const CUBE_LEVELS: [u8; 17] = [0, 16, 32, 48, 64, 80, 96, 112, 128, 143, 159, 175, 191, 207, 223, 239, 255];

/// A conversion of pixels with four samples of 8 bits to straight RGBA in sRGB.
pub(crate) struct ToSrgb(Kind);

/// The ways to convert.
enum Kind {
    /// The pixels are sRGB already.
    Identity,
    /// Red, green and blue are equal, and this is what they become.
    Gray(Box<[u8; 256]>),
    /// Red, green and blue by a profile; alpha stays.
    Rgb(Arc<Transform8BitExecutor>),
    /// Red, green and blue by the numbers of CICP; alpha stays.
    Numbers(CicpToSrgb),
    /// Four inks, 255 the most, by a profile.
    Cmyk(Arc<Transform8BitExecutor>),
    /// Four inks without a profile: each of three takes its part of the light, and black a part of what is left.
    PlainCmyk,
}

impl ToSrgb {
    /// Makes the conversion of a colour picture in RGBA.
    pub(crate) fn from_rgb(icc: Option<&[u8]>) -> Self {
        let make = |icc| {
            let transform = transform_8(&parse(icc, DataColorSpace::Rgb)?, Layout::Rgba, Layout::Rgba)?;
            (!is_identity(&*transform)).then_some(transform)
        };
        let transform = icc.and_then(|icc| PROFILES.to_srgb(icc, || make(icc)));
        Self(transform.map_or(Kind::Identity, Kind::Rgb))
    }

    /// Makes the conversion of a grey picture that was expanded to RGBA.
    pub(crate) fn from_gray(icc: Option<&[u8]>) -> Self {
        Self(match icc.and_then(gray_table) {
            Some(table) if table.iter().zip(0..=255_u8).any(|(&to, from)| to.abs_diff(from) > 1) => Kind::Gray(table),
            _ => Kind::Identity,
        })
    }

    /// Makes the conversion of four inks, where 255 is the most ink, to opaque RGBA.
    pub(crate) fn from_cmyk(icc: Option<&[u8]>) -> Self {
        let transform = icc.and_then(|icc| transform_8(&parse(icc, DataColorSpace::Cmyk)?, Layout::Rgba, Layout::Rgba));
        Self(transform.map_or(Kind::PlainCmyk, Kind::Cmyk))
    }

    /// Makes the conversion of a picture in RGBA, grey or not, that names its colours by numbers.
    pub(crate) fn from_cicp(cicp: Cicp) -> Self {
        Self(CicpToSrgb::new(cicp).map_or(Kind::Identity, Kind::Numbers))
    }

    /// Tells whether pixels stay as they are.
    pub(crate) const fn is_identity(&self) -> bool {
        matches!(self.0, Kind::Identity)
    }

    /// Converts a whole picture in place.
    pub(crate) fn convert(&self, pixmap: &mut Pixmap) {
        if !self.is_identity() {
            self.convert_pixels(pixmap.data_mut());
        }
    }

    /// Converts pixels of four bytes in place.
    pub(crate) fn convert_pixels(&self, pixels: &mut [u8]) {
        match &self.0 {
            Kind::Identity => {}
            Kind::Gray(table) => {
                for [red, green, blue, _] in pixels.as_chunks_mut::<4>().0 {
                    let level = table[usize::from(*red)];
                    (*red, *green, *blue) = (level, level, level);
                }
            }
            Kind::Rgb(transform) | Kind::Cmyk(transform) => {
                let mut source = [0; CHUNK_PIXELS * 4];
                for chunk in pixels.chunks_mut(source.len()) {
                    let source = &mut source[..chunk.len()];
                    source.copy_from_slice(chunk);
                    run(&**transform, source, chunk);
                }
            }
            Kind::Numbers(to_srgb) => to_srgb.convert_8(pixels),
            Kind::PlainCmyk => pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| *pixel = plain_cmyk(*pixel)),
        }
    }
}

/// A conversion of pixels with four samples of 16 bits to straight RGBA in sRGB, still of 16 bits.
pub(crate) struct ToSrgb16(Kind16);

/// The ways to convert 16 bits.
enum Kind16 {
    /// The pixels are sRGB already.
    Identity,
    /// Red, green and blue are equal; their value passes through here.
    Gray(Arc<Transform16BitExecutor>),
    /// Red, green and blue are equal, and this is what they become.
    GrayLevels(Box<[u16]>),
    /// Red, green and blue by a profile; alpha stays.
    Rgb(Arc<Transform16BitExecutor>),
    /// Red, green and blue by the numbers of CICP; alpha stays.
    Numbers(CicpToSrgb),
}

impl ToSrgb16 {
    /// Makes the conversion of a colour picture in RGBA; skipped where [`ToSrgb::from_rgb`] skips it.
    pub(crate) fn from_rgb(icc: Option<&[u8]>) -> Self {
        let transform = icc.filter(|_| !matches!(ToSrgb::from_rgb(icc).0, Kind::Identity)).and_then(|icc| {
            let profile = parse(icc, DataColorSpace::Rgb)?;
            profile
                .create_transform_16bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgba, options(&profile))
                .ok()
        });
        Self(transform.map_or(Kind16::Identity, Kind16::Rgb))
    }

    /// Makes the conversion of a grey picture that was expanded to RGBA; skipped where [`ToSrgb::from_gray`] skips it.
    pub(crate) fn from_gray(icc: Option<&[u8]>) -> Self {
        let kind = icc.filter(|_| !matches!(ToSrgb::from_gray(icc).0, Kind::Identity)).and_then(|icc| {
            let profile = parse(icc, DataColorSpace::Gray)?;
            if profile.pcs == DataColorSpace::Lab {
                return lightness::to_srgb(&profile).map(Kind16::GrayLevels);
            }
            let options = options(&profile);
            let to_srgb =
                profile.create_transform_16bit(Layout::Gray, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()?;
            Some(Kind16::Gray(to_srgb))
        });
        Self(kind.unwrap_or(Kind16::Identity))
    }

    /// Makes the conversion of a picture in RGBA, grey or not, that names its colours by numbers.
    pub(crate) fn from_cicp(cicp: Cicp) -> Self {
        Self(CicpToSrgb::new(cicp).map_or(Kind16::Identity, Kind16::Numbers))
    }

    /// Tells whether pixels stay as they are.
    pub(crate) const fn is_identity(&self) -> bool {
        matches!(self.0, Kind16::Identity)
    }

    /// Converts pixels of four samples in place.
    pub(crate) fn convert_pixels(&self, pixels: &mut [u16]) {
        let mut source = [0; CHUNK_PIXELS * 4];
        match &self.0 {
            Kind16::Identity => {}
            Kind16::Numbers(to_srgb) => to_srgb.convert_16(pixels),
            Kind16::GrayLevels(levels) => {
                for [red, green, blue, _] in pixels.as_chunks_mut::<4>().0 {
                    let level = levels.get(usize::from(*red)).copied().unwrap_or(*red);
                    (*red, *green, *blue) = (level, level, level);
                }
            }
            Kind16::Gray(transform) => {
                let mut converted = [0; CHUNK_PIXELS * 3];
                for chunk in pixels.chunks_mut(source.len()) {
                    let (chunk, _) = chunk.as_chunks_mut::<4>();
                    let (source, converted) = (&mut source[..chunk.len()], &mut converted[..chunk.len() * 3]);
                    source.iter_mut().zip(&*chunk).for_each(|(level, pixel)| *level = pixel[0]);
                    run(&**transform, source, converted);
                    for ([red, green, blue, _], rgb) in chunk.iter_mut().zip(converted.as_chunks::<3>().0) {
                        [*red, *green, *blue] = *rgb;
                    }
                }
            }
            Kind16::Rgb(transform) => {
                for chunk in pixels.chunks_mut(source.len()) {
                    let source = &mut source[..chunk.len()];
                    source.copy_from_slice(chunk);
                    run(&**transform, source, chunk);
                }
            }
        }
    }
}

/// Runs a transform on buffers that hold the same number of pixels.
///
/// A transform fails only on buffers that do not match, which these do; the pixels would stay as they were.
fn run<T: Copy + Default>(transform: &dyn TransformExecutor<T>, source: &[T], target: &mut [T]) {
    let result = transform.transform(source, target);
    debug_assert!(result.is_ok(), "buffers match");
}

/// Parses a profile of the given model.
fn parse(icc: &[u8], model: DataColorSpace) -> Option<ColorProfile> {
    ColorProfile::new_from_slice(icc).ok().filter(|profile| profile.color_space == model)
}

/// Returns the options that give the same bytes on every machine (see the top of this file).
fn options(profile: &ColorProfile) -> TransformOptions {
    let has_table = profile.lut_a_to_b_perceptual.is_some()
        || profile.lut_a_to_b_colorimetric.is_some()
        || profile.lut_a_to_b_saturation.is_some();
    TransformOptions {
        rendering_intent: profile.rendering_intent,
        prefer_fixed_point: has_table || !profile.is_matrix_shaper(),
        ..TransformOptions::default()
    }
}

/// Makes a transform to sRGB of 8 bits.
fn transform_8(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Arc<Transform8BitExecutor>> {
    profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, options(profile)).ok()
}

/// Computes what every level of a grey profile becomes.
fn gray_table(icc: &[u8]) -> Option<Box<[u8; 256]>> {
    let profile = parse(icc, DataColorSpace::Gray)?;
    if profile.pcs == DataColorSpace::Lab {
        let mut table = Box::new([0; 256]);
        let levels = lightness::to_srgb(&profile)?;
        table.iter_mut().zip(levels.iter().step_by(257)).for_each(|(to, &level)| *to = to_8_bits(level));
        return Some(table);
    }
    let transform = transform_8(&profile, Layout::Gray, Layout::Rgb)?;
    let levels: [u8; 256] = std::array::from_fn(|level| u8::try_from(level).unwrap_or(u8::MAX));
    let mut rgb = [0; 256 * 3];
    transform.transform(&levels, &mut rgb).ok()?;
    let mut table = Box::new([0; 256]);
    table.iter_mut().zip(rgb.as_chunks::<3>().0).for_each(|(to, [red, ..])| *to = *red);
    Some(table)
}

/// Reduces 16 bits to 8: divided by 257, rounded to nearest.
#[expect(clippy::cast_possible_truncation, reason = "65,535 becomes 255")]
pub(crate) const fn to_8_bits(value: u16) -> u8 {
    ((value as u32 + 128) / 257) as u8
}

/// Says whether a profile is not followed; an absent one is no loss.
///
/// Judged by its parts: making a conversion takes longer than a probe should.
pub(crate) fn notes(icc: Option<&[u8]>, is_gray: bool) -> Vec<Note> {
    let is_followed = |icc| {
        let profile = parse(icc, if is_gray { DataColorSpace::Gray } else { DataColorSpace::Rgb })?;
        let has_table = profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some();
        let has_curve = if is_gray { profile.gray_trc.is_some() } else { profile.is_matrix_shaper() };
        (has_table || has_curve).then_some(())
    };
    match icc {
        Some(icc) if is_followed(icc).is_none() => vec![Note::Profile],
        _ => Vec::new(),
    }
}

/// Tells whether a transform moves no colour of the cube by more than one level.
fn is_identity(transform: &Transform8BitExecutor) -> bool {
    CUBE_LEVELS.iter().all(|&red| {
        let mut source = [[0, 0, 0, 255]; CUBE_LEVELS.len() * CUBE_LEVELS.len()];
        for (index, pixel) in source.iter_mut().enumerate() {
            let (green, blue) = (CUBE_LEVELS[index / CUBE_LEVELS.len()], CUBE_LEVELS[index % CUBE_LEVELS.len()]);
            *pixel = [red, green, blue, 255];
        }
        let source = source.as_flattened();
        let mut target = [0; CUBE_LEVELS.len() * CUBE_LEVELS.len() * 4];
        transform.transform(source, &mut target).is_ok()
            && source.iter().zip(&target).all(|(&from, &to)| from.abs_diff(to) <= 1)
    })
}

/// Converts one pixel of inks without a profile, rounded to nearest.
const fn plain_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 4] {
    #[expect(clippy::cast_possible_truncation, reason = "a product of two levels over 255 is a level")]
    const fn through(ink: u8, black: u8) -> u8 {
        (((255 - ink) as u32 * (255 - black) as u32 + 127) / 255) as u8
    }
    [through(cyan, black), through(magenta, black), through(yellow, black), 255]
}
