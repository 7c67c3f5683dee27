//! The kernels against the exact transform, and against each other.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small pictures, and samples in their range"
)]

use std::num::NonZeroU16;

use super::bit_planes::BitPlanes;
use super::color::PIXEL;
use super::fdct::{Block, Divisors};
use super::kernels::Kernels;
use super::{Coding, Encoder, Options, Restart, Sampling, quality};
use crate::NATURAL_ORDER;

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

/// Blocks of samples of all kinds: noise of all amplitudes, black and white, and the patterns of single coefficients, at
/// their largest.
fn samples() -> Vec<[u8; 64]> {
    let mut blocks = Vec::new();
    let mut random = noise(3);
    for i in 0..2000_u32 {
        let amplitude = 1 + i % 256;
        blocks.push(std::array::from_fn(|_| u8::try_from(random.next().unwrap() % amplitude).unwrap()));
        blocks.push(std::array::from_fn(|_| if random.next().unwrap().is_multiple_of(2) { 0 } else { 255 }));
    }
    for u in 0..8 {
        for v in 0..8 {
            for (low, high) in [(0, 255), (255, 0)] {
                let is_high = |x: usize, y: usize| wave(u, x) * wave(v, y) > 0.0;
                blocks.push(std::array::from_fn(|i| if is_high(i % 8, i / 8) { high } else { low }));
            }
        }
    }
    blocks
}

/// Sample `x` of the cosine wave of frequency `u`.
fn wave(u: u32, x: usize) -> f64 {
    let scale = if u == 0 { 0.5_f64.sqrt() } else { 1.0 };
    scale / 2.0 * (f64::from(u) * (2.0 * x as f64 + 1.0) * std::f64::consts::PI / 16.0).cos()
}

/// Runs a transform over blocks that stand side by side.
fn transform(kernels: &Kernels, samples: &[[u8; 64]], divisors: &Divisors) -> Vec<Block> {
    let row = |y: usize| -> Vec<u8> { samples.iter().flat_map(|block| block[8 * y..8 * y + 8].to_vec()).collect() };
    let rows: [Vec<u8>; 8] = std::array::from_fn(row);
    let mut blocks = vec![Block::ZERO; samples.len()];
    (kernels.fdct)(rows.each_ref().map(Vec::as_slice), divisors, &mut blocks);
    blocks
}

#[test]
fn fdct_is_near_the_exact_one() {
    // Steps of 1, so that a level is a coefficient.
    let samples = samples();
    for (samples, block) in samples.iter().zip(transform(&Kernels::SCALAR, &samples, &Divisors::new(&[1; 64]))) {
        for (place, level) in NATURAL_ORDER.into_iter().zip(block.levels) {
            let (u, v) = (u32::from(place % 8), u32::from(place / 8));
            let terms = samples
                .iter()
                .enumerate()
                .map(|(i, &sample)| (f64::from(sample) - 128.0) * wave(u, i % 8) * wave(v, i / 8));
            let exact: f64 = terms.sum();
            assert!((f64::from(level) - exact).abs() < 0.7, "coefficient {place}: {level} for {exact}");
        }
    }
}

#[test]
fn fdct_divides_exactly() {
    // Through blocks of one grey: DC is eight times the grey, less 1,024.
    let greys: Vec<[u8; 64]> = (0..=255).map(|grey| [grey; 64]).collect();
    for step in 1..=255_u8 {
        for (grey, block) in (0..).zip(transform(&Kernels::SCALAR, &greys, &Divisors::new(&[step; 64]))) {
            let (dc, step) = (8 * grey - 1024_i32, i32::from(step));
            let expected = dc.signum() * ((2 * dc.abs() + step) / (2 * step));
            assert_eq!(i32::from(block.levels[0]), expected, "{dc} / {step}");
            assert_eq!(block.nonzero, u64::from(expected != 0));
        }
    }
}

#[test]
fn divisors_divide_every_coefficient() {
    for step in 1..=255_u8 {
        let (divisors, divisor) = (Divisors::new(&[step; 64]), 8 * i32::from(step));
        for coefficient in 0..1 << 14 {
            let expected = (2 * coefficient + divisor) / (2 * divisor);
            let quotients = [coefficient, -coefficient].map(|it| i32::from(divisors.divide(0, it)));
            assert_eq!(quotients, [expected, -expected], "{coefficient} / {divisor}");
        }
    }
}

/// The twins of this machine, without the reference.
fn twins() -> impl Iterator<Item = (&'static str, Kernels)> {
    Kernels::all().skip(1)
}

#[test]
fn twins_transform_alike() {
    let samples = samples();
    for (name, kernels) in twins() {
        for quality in [1, 10, 35, 50, 75, 85, 92, 97, 100] {
            for steps in quality::tables(quality, Sampling::S420) {
                let divisors = Divisors::new(&steps);
                for count in [1, 2, 3, 16, samples.len()] {
                    let expected = transform(&Kernels::SCALAR, &samples[..count], &divisors);
                    let actual = transform(&kernels, &samples[..count], &divisors);
                    let difference = (0..count).find(|&i| actual[i] != expected[i]);
                    assert_eq!(difference, None, "{name}, quality {quality}: first block that differs");
                }
            }
        }
    }
}

#[test]
fn twins_find_the_same_planes() {
    let blocks = transform(&Kernels::SCALAR, &samples(), &Divisors::new(&[1; 64]));
    let small = transform(&Kernels::SCALAR, &samples(), &Divisors::new(&[100; 64]));
    for (name, kernels) in twins() {
        for blocks in [&blocks, &small] {
            let find = |kernels: &Kernels| {
                let mut planes = vec![BitPlanes::default(); blocks.len()];
                (kernels.find_planes)(blocks, &mut planes);
                planes
            };
            assert!(find(&kernels) == find(&Kernels::SCALAR), "{name}");
        }
    }
}

#[test]
fn twins_convert_colors_alike() {
    // Every colour, and every sum of two of its neighbours.
    for (name, kernels) in twins() {
        for red in 0..=255_u8 {
            let colors = (0..=255).flat_map(|green| (0..=255).map(move |blue| [red, green, blue, green ^ 77]));
            let row: Vec<u8> = colors.flatten().collect();
            convert_alike(name, &kernels, [&row, &row]);
        }
        let bytes: Vec<u8> = noise(9).map(|n| n.to_le_bytes()[1]).take(2 * PIXEL * 700).collect();
        for width in (1..70).chain([255, 256, 700]) {
            convert_alike(name, &kernels, [&bytes[..PIXEL * width], &bytes[bytes.len() - PIXEL * width..]]);
        }
        // Pure colours side by side, which reach the ends of the range.
        let corners = |i: u32| (0..3).map(move |c| if i >> c & 1 == 0 { 0 } else { 255 }).chain([0]);
        let row: Vec<u8> = noise(4).take(4096).flat_map(|n| corners(n % 8)).collect();
        convert_alike(name, &kernels, [&row[..8192], &row[8192..]]);
        for color in 0..8 {
            let row: Vec<u8> = (0..64).flat_map(|_| corners(color)).collect();
            convert_alike(name, &kernels, [&row, &row]);
        }
    }
}

/// Compares all three conversions of two rows.
#[track_caller]
fn convert_alike(name: &str, kernels: &Kernels, rows: [&[u8]; 2]) {
    let width = rows[0].len() / PIXEL;
    let convert = |kernels: &Kernels| {
        let (mut luma, mut chroma) = (vec![0; width], [(); 4].map(|()| vec![0; width]));
        (kernels.to_luma)(rows[0], &mut luma);
        let [blue, red, half_blue, half_red] = &mut chroma;
        (kernels.to_chroma)(rows, blue, red);
        half_blue.truncate(width.div_ceil(2));
        half_red.truncate(width.div_ceil(2));
        (kernels.to_half_chroma)(rows, half_blue, half_red);
        (luma, chroma)
    };
    assert!(convert(kernels) == convert(&Kernels::SCALAR), "{name}: {width} pixels");
}

#[test]
fn twins_write_the_same_files() {
    let (width, height) = (333, 77);
    let soft = |x: u32, y: u32| 127.0 + 100.0 * (f64::from(x) / 21.0).sin() * (f64::from(y) / 13.0).cos();
    let mut grain = noise(8);
    let mut rgba: Vec<u8> = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let mut value = |shift: u32| (soft(x + shift, y) + f64::from(grain.next().unwrap() % 16)) as u8;
            rgba.extend([value(0), value(9), value(30), 255]);
        }
    }
    for (name, kernels) in twins() {
        for sampling in [Sampling::Gray, Sampling::S444, Sampling::S422, Sampling::S420, Sampling::S440] {
            for coding in [Coding::Baseline, Coding::Optimized, Coding::Progressive] {
                for quality in [1, 30, 75, 100] {
                    let restart = NonZeroU16::new(u16::from(quality / 10)).map(Restart::Mcus);
                    let options = Options { quality, sampling, coding, restart, exif: None, icc_profile: None };
                    let encode = |kernels: Kernels| {
                        let mut encoder = Encoder::with_kernels(Vec::new(), width, height, &options, kernels).unwrap();
                        let band = PIXEL * width as usize * encoder.band_rows();
                        rgba.chunks(band).for_each(|band| encoder.write_rgba_band(band).unwrap());
                        encoder.finish().unwrap()
                    };
                    assert!(encode(kernels) == encode(Kernels::SCALAR), "{name}: {options:?}");
                }
            }
        }
    }
}
