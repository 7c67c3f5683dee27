//! The encoder against libjpeg-turbo, byte for byte.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small pictures, and samples that are clamped"
)]

use std::num::NonZeroU16;

use palmette_jpeg::encode::{Encoder, Error, Options, PlaneRows, Restart, Sampling};

use crate::encode_twin::{CODINGS, SAMPLINGS, compare as compare_files, encode, judge, widened};
use crate::turbo::{self, Plane, Planes};

/// Kinds of pictures.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Noise,
    Slopes,
    Flat,
    /// Black and white at random, which gives the largest coefficients.
    Extreme,
    /// Soft shapes with edges, grain, and a few sparks.
    Photo,
    /// Nothing but now and then a spark: long runs of empty blocks.
    Sparks,
    /// Two large coefficients behind a run of more than sixteen zeros: the longest codes.
    Waves,
}

const KINDS: [Kind; 7] = [Kind::Noise, Kind::Slopes, Kind::Flat, Kind::Extreme, Kind::Photo, Kind::Sparks, Kind::Waves];

impl Kind {
    /// Draws a plane.
    fn plane(self, seed: u32, width: usize, height: usize) -> Plane {
        let mut noise = noise(seed);
        let mut random = move || noise.next().unwrap_or(0);
        let sample = |x: usize, y: usize| -> u8 {
            let (fx, fy) = (x as f64, y as f64 + f64::from(seed));
            let grain = random();
            let value = match self {
                Self::Noise => f64::from(grain % 256),
                Self::Slopes => (fx * 2.0 + fy) % 256.0,
                Self::Flat => 100.0,
                Self::Extreme => f64::from(grain % 2 * 255),
                Self::Photo => {
                    let soft =
                        120.0 + 60.0 * (fx / 37.0).sin() * (fy / 23.0).cos() + 30.0 * ((fx + 2.0 * fy) / 91.0).sin();
                    let edge = if (fx - 60.0).hypot(fy - 50.0) % 97.0 < 30.0 { 40.0 } else { 0.0 };
                    soft + edge + f64::from(grain % 9)
                }
                Self::Waves => {
                    let wave = |u: usize, x: usize| ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos();
                    let coefficient = |size: f64, u: usize, v: usize| size / 4.0 * wave(u, x % 8) * wave(v, y % 8);
                    // Rounded otherwise in each block, so that some of them have nothing else.
                    let gray = 126.0 + ((x / 8 * 7 + y / 8 * 13) % 64) as f64 / 16.0;
                    gray + coefficient(6.0, 1, 0) + coefficient(250.0, 1, 5) + coefficient(-240.0, 4, 2)
                }
                Self::Sparks => 60.0 + if grain % 4000 == 0 { 150.0 } else { 0.0 },
            };
            value.clamp(0.0, 255.0) as u8
        };
        let mut sample = sample;
        let samples = (0..width * height).map(|i| sample(i % width, i / width)).collect();
        Plane { width, height, samples }
    }
}

/// A sequence that looks random and is the same every time.
fn noise(seed: u32) -> impl Iterator<Item = u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state >> 8
    })
}

/// Draws the planes of a picture, each of the size that our encoder takes.
fn planes(kind: Kind, sampling: Sampling, width: usize, height: usize) -> Planes {
    let (step_x, step_y) = sampling.chroma_step();
    let size = |i: usize| if i == 0 { (width, height) } else { (width.div_ceil(step_x), height.div_ceil(step_y)) };
    Planes((0..sampling.planes()).map(|i| kind.plane(i as u32 + 1, size(i).0, size(i).1)).collect())
}

/// Compares a picture in all layouts and codings.
#[track_caller]
fn compare(kind: Kind, width: usize, height: usize, quality: u8) {
    compare_restarts(kind, width, height, quality, &[None]);
}

/// Compares a picture in all layouts and codings, with markers so far apart.
#[track_caller]
fn compare_restarts(kind: Kind, width: usize, height: usize, quality: u8, restarts: &[Option<Restart>]) {
    for (sampling, theirs) in SAMPLINGS {
        let planes = planes(kind, sampling, width, height);
        let widened = widened(&planes, theirs, width, height);
        for (coding, &restart) in CODINGS.into_iter().flat_map(|coding| restarts.iter().map(move |it| (coding, it))) {
            let options = Options { quality, sampling, coding, restart, exif: None, icc_profile: None };
            let file = encode(&planes, width, height, &options).expect("it encodes");
            let expected = judge(theirs, &options).planes(&widened, width, height);
            let difference = file.iter().zip(&expected).position(|(a, b)| a != b);
            assert!(
                file == expected,
                "{kind:?} {width}×{height} {options:?}: {} bytes for {}, first difference {difference:?}",
                file.len(),
                expected.len(),
            );
        }
    }
}

#[test]
fn encode_every_small_size() {
    for width in 1..=40 {
        for height in 1..=40 {
            // Every kind and many qualities meet every size modulo 16.
            let kind = KINDS[(width * 5 + height) % KINDS.len()];
            compare(kind, width, height, 1 + ((width * 41 + height * 17) % 100) as u8);
        }
    }
}

#[test]
fn encode_every_quality() {
    for quality in 1..=100 {
        for kind in KINDS {
            compare(kind, 83, 61, quality);
        }
    }
}

#[test]
fn encode_odd_large_sizes() {
    for (width, height) in [(1021, 515), (259, 1033), (2049, 17)] {
        for (kind, quality) in KINDS.into_iter().zip([20, 50, 75, 80, 90, 97, 100]) {
            compare(kind, width, height, quality);
        }
    }
}

#[test]
fn encode_runs_of_more_than_32767_empty_blocks() {
    // 2,049 × 129 blocks: the longest run of empty blocks ends by its length, with and without a last bit that is set.
    for kind in [Kind::Flat, Kind::Sparks] {
        let planes = Planes(vec![kind.plane(1, 16_385, 1025)]);
        for coding in CODINGS {
            let options = Options { quality: 30, sampling: Sampling::Gray, coding, ..Options::default() };
            compare_files(&planes, 16_385, 1025, &options);
        }
    }
}

#[test]
fn encode_restart_markers() {
    let restarts = |numbers: &[u16], kind: fn(NonZeroU16) -> Restart| -> Vec<Option<Restart>> {
        numbers.iter().map(|&number| NonZeroU16::new(number).map(kind)).collect()
    };
    // Strips have 16 MCUs or 32 blocks; markers come before, at and behind their ends.
    let mcus = restarts(&[1, 2, 7, 8, 15, 16, 17, 32, 33, 100, 65_535], Restart::Mcus);
    let rows = restarts(&[1, 2, 3, 65_535], Restart::Rows);
    for (kind, quality) in KINDS.into_iter().zip([90, 75, 50, 100, 80, 30, 98]) {
        for (width, height) in [(149, 83), (17, 150), (257, 40)] {
            compare_restarts(kind, width, height, quality, &mcus);
            compare_restarts(kind, width, height, quality, &rows);
        }
    }
}

#[test]
fn encode_restart_intervals_are_cut() {
    // 2,049 blocks in a row: 31 rows fit an interval of 65,535 blocks, 32 do not.
    let plane = Kind::Sparks.plane(1, 16_385, 600);
    for (coding, rows) in CODINGS.into_iter().flat_map(|coding| [31, 32].map(|rows| (coding, rows))) {
        let restart = NonZeroU16::new(rows).map(Restart::Rows);
        let options = Options { quality: 30, sampling: Sampling::Gray, coding, restart, exif: None, icc_profile: None };
        let file = encode(&Planes(vec![plane.clone()]), 16_385, 600, &options).unwrap();
        let judge = judge(turbo::Sampling::Gray, &options);
        assert!(file == judge.planes(&Planes(vec![plane.clone()]), 16_385, 600), "{options:?}");
    }
}

#[test]
fn encode_stays_near_the_planes() {
    let planes = planes(Kind::Photo, Sampling::S420, 200, 150);
    for coding in CODINGS {
        let options = Options { quality: 95, sampling: Sampling::S420, coding, ..Options::default() };
        let file = encode(&planes, 200, 150, &options).unwrap();
        let decoded = turbo::decode_planes(&file, 1).unwrap();
        assert_eq!(decoded.warning, None);
        for (plane, decoded) in planes.0.iter().zip(&decoded.result.0) {
            let worst = plane.samples.iter().zip(&decoded.samples).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst < Some(16), "{coding:?}: {worst:?}");
        }
    }
}

#[test]
fn encode_rgba_is_as_its_planes() {
    /// Rounds a fraction, halves up, to a sample.
    fn round(numerator: i64, denominator: i64) -> u8 {
        (2 * numerator + denominator).div_euclid(2 * denominator).clamp(0, 255) as u8
    }
    for (width, height) in [(1, 1), (2, 3), (17, 33), (64, 48), (101, 35)] {
        let bytes: Vec<u8> = noise(5).map(|n| n as u8).take(4 * width * height).collect();
        let pixel = |x: usize, y: usize| {
            let at = 4 * (y.min(height - 1) * width + x.min(width - 1));
            [bytes[at], bytes[at + 1], bytes[at + 2]].map(i64::from)
        };
        for (sampling, _) in SAMPLINGS {
            let mut planes = planes(Kind::Flat, sampling, width, height);
            let (step_x, step_y) = sampling.chroma_step();
            for (i, plane) in planes.0.iter_mut().enumerate() {
                let (step_x, step_y) = if i == 0 { (1, 1) } else { (step_x, step_y) };
                let count = (step_x * step_y) as i64;
                for (at, sample) in plane.samples.iter_mut().enumerate() {
                    let (x, y) = (at % plane.width * step_x, at / plane.width * step_y);
                    let [mut r, mut g, mut b] = [0; 3];
                    for dy in 0..step_y {
                        for dx in 0..step_x {
                            let [red, green, blue] = pixel(x + dx, y + dy);
                            (r, g, b) = (r + red, g + green, b + blue);
                        }
                    }
                    *sample = match i {
                        0 => round(299 * r + 587 * g + 114 * b, 1000),
                        1 => round(-299 * r - 587 * g + 886 * b + 128 * count * 1772, count * 1772),
                        _ => round(701 * r - 587 * g - 114 * b + 128 * count * 1402, count * 1402),
                    };
                }
            }
            let options = Options { quality: 100, sampling, ..Options::default() };
            let mut encoder = Encoder::new(Vec::new(), width as u32, height as u32, &options).unwrap();
            let band = 4 * width * encoder.band_rows();
            bytes.chunks(band).for_each(|band| encoder.write_rgba_band(band).unwrap());
            let file = encoder.finish().unwrap();
            assert!(file == encode(&planes, width, height, &options).unwrap(), "{sampling:?} {width}×{height}");
        }
    }
}

#[test]
fn encode_exif_stands_behind_jfif() {
    let planes = planes(Kind::Flat, Sampling::Gray, 8, 8);
    let exif = b"MM\0*\0\0\0\x08\0\0";
    let options = Options { sampling: Sampling::Gray, exif: Some(exif), ..Options::default() };
    let file = encode(&planes, 8, 8, &options).unwrap();
    assert_eq!(file[..4], [0xff, 0xd8, 0xff, 0xe0]);
    assert_eq!(file[20..30], *b"\xff\xe1\x00\x12Exif\0\0");
    assert_eq!(file[30..40], *exif);
    let without = encode(&planes, 8, 8, &Options { exif: None, ..options }).unwrap();
    assert_eq!([&file[..20], &file[40..]].concat(), without);
    let long = Options { exif: Some(&[0; 65_528]), ..options };
    assert!(matches!(encode(&planes, 8, 8, &long), Err(Error::Exif { bytes: 65_528, max: 65_527 })));
    encode(&planes, 8, 8, &Options { exif: Some(&[0; 65_527]), ..options }).unwrap();
}

#[test]
fn encode_refuses_what_is_no_band() {
    let options = Options { sampling: Sampling::S420, ..Options::default() };
    let start = || Encoder::new(Vec::new(), 20, 20, &options).unwrap();
    let (luma, chroma) = ([0; 400], [0; 100]);
    let (luma, chroma) = (PlaneRows { samples: &luma, stride: 20 }, PlaneRows { samples: &chroma, stride: 10 });
    let planes = [luma, chroma, chroma];
    assert!(matches!(start().write_band(&planes[..2]), Err(Error::Planes { planes: 2, expected: 3 })));
    let short = PlaneRows { samples: &luma.samples[..319], stride: 20 };
    assert!(matches!(start().write_band(&[short, chroma, chroma]), Err(Error::Rows { plane: 0, rows: 16, .. })));
    let narrow = PlaneRows { stride: 9, ..chroma };
    assert!(matches!(start().write_band(&[luma, chroma, narrow]), Err(Error::Rows { plane: 2, rows: 8, .. })));
    assert!(matches!(start().write_rgba_band(&[0; 1279]), Err(Error::Rows { .. })));
    assert!(matches!(start().finish(), Err(Error::MissingBands { row: 0, height: 20 })));
    let mut encoder = start();
    encoder.write_band(&planes).unwrap();
    encoder.write_band(&planes).unwrap();
    assert!(matches!(encoder.write_band(&planes), Err(Error::TooManyBands { height: 20 })));
    for (width, height) in [(0, 1), (1, 0), (65_536, 1)] {
        assert!(matches!(Encoder::new(Vec::new(), width, height, &options), Err(Error::Size { .. })));
    }
    let options = Options { quality: 0, ..options };
    assert!(matches!(Encoder::new(Vec::new(), 1, 1, &options), Err(Error::Quality { quality: 0 })));
}
