//! The decoder, compared with libjpeg-turbo: every sample of every plane.

use palmette_jpeg::{Decoder, Model, Request, Scale};

use crate::turbo::{self, Encode, Plane, SAMPLINGS, Sampling, Space};

/// A picture of slopes and noise, RGBA: noise alone where `noise` is 255.
pub(crate) fn picture(width: usize, height: usize, noise: u8) -> Vec<u8> {
    let wave = |x: usize, period: usize| u8::try_from((x % period).abs_diff(period / 2) * 510 / period).unwrap_or(255);
    let mut state = 0x1234_5678_u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for value in [wave(x, 37), wave(y, 53), wave(x + y, 91)] {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let random = (state >> 24) * u32::from(noise) + u32::from(value) * u32::from(255 - noise);
                pixels.push(u8::try_from(random / 255).expect("a mean of bytes"));
            }
            pixels.push(255);
        }
    }
    pixels
}

/// Decodes to whole planes.
pub(crate) fn planes(file: &[u8], request: &Request) -> (Vec<Plane>, Option<palmette_jpeg::Damage>) {
    let decoder = Decoder::new(file).expect("a header");
    let mut planes: Vec<Plane> =
        decoder.components().iter().map(|_| Plane { width: 0, height: 0, samples: Vec::new() }).collect();
    let mut bands = decoder.bands(request).expect("scans");
    while let Some(band) = bands.next_band() {
        for (plane, band) in planes.iter_mut().zip(band) {
            assert_eq!(band.y() as usize, plane.height, "bands follow each other");
            plane.width = band.width();
            plane.height += band.rows().len();
            band.rows().for_each(|row| plane.samples.extend_from_slice(row));
        }
    }
    (planes, bands.damage().copied())
}

/// Checks all planes at a scale; those of libjpeg-turbo may be larger.
pub(crate) fn check_planes(file: &[u8], scale: Scale, what: &str) {
    let (ours, damage) = planes(file, &Request::at(scale));
    assert_eq!(damage, None, "{what}");
    let denominator = u8::try_from(scale.denominator()).expect("at most 8");
    let theirs = turbo::decode_planes(file, denominator).expect("planes");
    assert_eq!(theirs.warning, None, "{what}");
    assert_eq!(ours.len(), theirs.result.0.len(), "{what}");
    for (i, (ours, theirs)) in ours.iter().zip(&theirs.result.0).enumerate() {
        assert!(ours.width <= theirs.width && ours.height <= theirs.height, "{what}: {ours:?} {theirs:?}");
        for y in 0..ours.height {
            let (ours, theirs) = (&ours.samples[y * ours.width..][..ours.width], &theirs.samples[y * theirs.width..]);
            if let Some(x) = (0..ours.len()).find(|&x| ours[x] != theirs[x]) {
                panic!("{what}, {scale:?}: plane {i}, row {y}, column {x}: {} instead of {}", ours[x], theirs[x]);
            }
        }
    }
}

/// Checks all planes at all scales.
fn check_scales(file: &[u8], what: &str) {
    for scale in Scale::ALL {
        check_planes(file, scale, what);
    }
}

#[test]
fn decode_every_sampling_and_process() {
    for (sampling, _) in SAMPLINGS {
        for (width, height) in [(1, 1), (8, 8), (17, 9), (37, 41), (130, 67)] {
            for (noise, quality) in [(0, 75), (20, 50), (255, 100)] {
                let pixels = picture(width, height, noise);
                for progressive in [false, true] {
                    for optimize in [false, true] {
                        for restart in 0..3 {
                            let encode = Encode {
                                optimize,
                                progressive,
                                restart_blocks: if restart == 1 { 3 } else { 0 },
                                restart_rows: if restart == 2 { 1 } else { 0 },
                                ..Encode::new(quality, sampling)
                            };
                            let file = encode.rgba(&pixels, width, height);
                            check_scales(&file, &format!("{encode:?} {width}×{height} noise {noise}"));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn decode_model_by_segments() {
    let pixels = picture(16, 16, 0);
    for (space, model) in [(Space::Rgb, Model::Rgb), (Space::YCbCr, Model::YCbCr)] {
        let file = Encode { space: Some(space), ..Encode::new(90, Sampling::S444) }.rgba(&pixels, 16, 16);
        assert_eq!(Decoder::new(&file).unwrap().model(), model);
        check_scales(&file, "model");
    }
    let file = Encode::new(90, Sampling::Gray).rgba(&pixels, 16, 16);
    assert_eq!(Decoder::new(&file).unwrap().model(), Model::Gray);
    for (space, model) in [(Space::Cmyk, Model::Cmyk), (Space::Ycck, Model::Ycck)] {
        let file = Encode { space: Some(space), ..Encode::new(90, Sampling::S444) }.cmyk(&pixels, 16, 16);
        assert_eq!(Decoder::new(&file).unwrap().model(), model);
    }
}
