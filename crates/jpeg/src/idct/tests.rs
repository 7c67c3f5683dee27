//! The transforms against libjpeg-turbo, against each other, and against the formula in real numbers.

use std::f64::consts::{PI, SQRT_2};

use super::{Block, Dequant, Idct, Kernels};
use crate::zigzag::NATURAL_ORDER;

mod stream;
#[path = "../../tests/it/turbo.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod turbo;

/// A name, the transforms of a machine's kernels, and the samples of a side of a block.
fn sizes(kernels: Kernels) -> [(usize, Idct); 4] {
    [(8, kernels.idct8), (4, kernels.idct4), (2, kernels.idct2), (1, kernels.idct1)]
}

/// The reference, and all that this machine can run.
fn all() -> Vec<(&'static str, Kernels)> {
    let mut all = vec![("scalar", Kernels::SCALAR), ("fastest", Kernels::fastest())];
    #[cfg(target_arch = "x86_64")]
    all.extend(super::avx2::kernels().map(|kernels| ("avx2", kernels)));
    all
}

/// Pairs of the reference and another of [`all`]: for each size the name, the side of a block, and both transforms.
fn twins() -> impl Iterator<Item = (&'static str, usize, Idct, Idct)> {
    all().into_iter().flat_map(|(name, kernels)| {
        let pairs = sizes(Kernels::SCALAR).into_iter().zip(sizes(kernels));
        pairs.map(move |((size, scalar), (_, twin))| (name, size, scalar, twin))
    })
}

/// A sequence that looks random and is the same every time.
struct Noise(u64);

impl Noise {
    /// Returns a number below another.
    fn below(&mut self, end: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) % end).cast_signed()
    }

    /// Returns a number of a symmetric range.
    fn within(&mut self, amplitude: i16) -> i16 {
        let amplitude = u64::from(amplitude.unsigned_abs());
        i16::try_from(self.below(2 * amplitude + 1))
            .unwrap_or(0)
            .wrapping_sub_unsigned(u16::try_from(amplitude).unwrap())
    }
}

/// Transforms blocks with the margin untouched, rows tightly packed.
fn run(idct: Idct, size: usize, dequant: &Dequant, blocks: &[Block]) -> Vec<u8> {
    let last: Vec<u8> = blocks.iter().map(last_of).collect();
    run_with_last(idct, size, dequant, blocks, &last)
}

fn run_with_last(idct: Idct, size: usize, dequant: &Dequant, blocks: &[Block], last: &[u8]) -> Vec<u8> {
    let (row, stride) = (size * blocks.len(), size * blocks.len() + 5);
    let mut out = vec![77; size * stride];
    idct(dequant, blocks, last, &mut out, stride);
    assert!(out.chunks(stride).all(|line| line[row..] == [77; 5]), "nothing beyond the row");
    out.chunks(stride).flat_map(|line| &line[..row]).copied().collect()
}

/// Returns the place of the last coefficient that is not zero.
fn last_of(block: &Block) -> u8 {
    block.0.iter().rposition(|&coefficient| coefficient != 0).unwrap_or(0).try_into().unwrap()
}

/// The forward DCT in real numbers, natural order.
fn forward(samples: &[f64; 64]) -> [f64; 64] {
    std::array::from_fn(|i| {
        let sum: f64 = (0..64).map(|s| samples[s] * basis(i / 8, s / 8) * basis(i % 8, s % 8)).sum();
        sum / 4.0
    })
}

/// The inverse DCT in real numbers, natural order in and out.
fn inverse(coefficients: &[f64; 64]) -> [f64; 64] {
    std::array::from_fn(|s| {
        let sum: f64 = (0..64).map(|i| coefficients[i] * basis(i / 8, s / 8) * basis(i % 8, s % 8)).sum();
        sum / 4.0
    })
}

/// The cosine of a frequency at a sample.
fn basis(frequency: usize, sample: usize) -> f64 {
    let norm = if frequency == 0 { 1.0 / SQRT_2 } else { 1.0 };
    norm * ((2 * sample + 1) as f64 * frequency as f64 * PI / 16.0).cos()
}

/// Steps as of the standard's luma table, scaled.
fn steps(percent: u16) -> [u16; 64] {
    std::array::from_fn(|k| {
        let place = u16::from(NATURAL_ORDER[k]);
        ((10 + 5 * (place / 8 + place % 8)) * (percent / 10) / 10).max(1)
    })
}

/// Blocks as an encoder makes them: noise, slopes and edges of all strengths.
fn sane_blocks(noise: &mut Noise, steps: &[u16; 64], count: usize) -> Vec<Block> {
    let block = |i: usize| {
        let (amplitude, slope) = ([0, 3, 20, 127][i % 4], [0, 2, 15][i % 3]);
        let edge = usize::try_from(noise.below(20)).unwrap();
        let samples: [f64; 64] = std::array::from_fn(|s| {
            let base = if s % 8 + s / 16 > edge { 127 } else { -127 } * i64::from(i.is_multiple_of(5));
            let wave = i64::try_from(s % 8).unwrap() * slope + i64::try_from(s / 8).unwrap() * slope / 2;
            (base + wave + i64::from(noise.within(amplitude))).clamp(-128, 127) as f64
        });
        let coefficients = forward(&samples);
        Block(std::array::from_fn(|k| {
            let quantised = (coefficients[usize::from(NATURAL_ORDER[k])] / f64::from(steps[k])).round();
            // From i64, which a saturating cast does not need.
            i16::try_from(format!("{quantised:.0}").parse::<i64>().unwrap()).unwrap()
        }))
    };
    (0..count).map(block).collect()
}

/// Blocks that no encoder makes: any number of coefficients of any size, at any places.
fn wild_blocks(noise: &mut Noise, count: usize) -> Vec<Block> {
    let block = |i: usize| {
        let amplitude = [100, 1000, 9000, i16::MAX][i % 4];
        let mut block = Block::ZERO;
        for _ in 0..noise.below([1, 4, 20, 64, 300][i % 5]) {
            let place = usize::try_from(noise.below([1, 6, 10, 15, 64][i / 4 % 5])).unwrap();
            block.0[place] = noise.within(amplitude);
        }
        // Half of the range, so that no difference of two is beyond 16 bits.
        block.0[0] = noise.within([1000, 9000, 16000][i % 3]);
        block
    };
    (0..count).map(block).collect()
}

/// Compares all kernels with libjpeg-turbo, at all sizes.
#[track_caller]
fn assert_as_turbo(steps: &[u16; 64], blocks: &[Block], what: &str) {
    let file = stream::gray_row(steps, &blocks.iter().map(|block| block.0).collect::<Vec<_>>());
    let dequant = Dequant::new(steps);
    for (name, kernels) in all() {
        for (size, idct) in sizes(kernels) {
            let actual = run(idct, size, &dequant, blocks);
            let decoded = turbo::decode_planes(&file, u8::try_from(8 / size).unwrap()).unwrap();
            assert_eq!(decoded.warning, None, "{what}");
            let expected = &decoded.result.0[0];
            assert_eq!((expected.width, expected.height), (size * blocks.len(), size));
            let difference = actual.iter().zip(&expected.samples).position(|(a, b)| a != b);
            if let Some(at) = difference {
                let block = at % expected.width / size;
                let (a, b) = (actual[at], expected.samples[at]);
                panic!("{what}, {name}, {size}×{size}: {a}, not {b}, at {at}, block {block}: {:?}", blocks[block]);
            }
        }
    }
}

#[test]
fn idct_of_sane_blocks_is_that_of_libjpeg_turbo() {
    let mut noise = Noise(1);
    for percent in [10, 20, 50, 100, 300, 1000] {
        let steps = steps(percent);
        let blocks = sane_blocks(&mut noise, &steps, 601);
        assert_as_turbo(&steps, &blocks, &format!("steps of {percent} %"));
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn idct_of_wild_blocks_is_that_of_libjpeg_turbo() {
    if super::avx2::kernels().is_none() {
        eprintln!("skipped: without AVX2 libjpeg-turbo takes a path that clamps elsewhere");
        return;
    }
    let mut noise = Noise(2);
    for (i, steps) in [[1; 64], steps(100), steps(1000), [255; 64], [40_000; 64], [65_535; 64]].iter().enumerate() {
        let blocks = wild_blocks(&mut noise, 4001);
        assert_as_turbo(steps, &blocks, &format!("table {i}"));
    }
}

#[test]
fn idct_twins_agree_on_every_last_place() {
    let mut noise = Noise(3);
    let steps = std::array::from_fn(|_| u16::try_from(noise.below(65536)).unwrap());
    for dequant in [Dequant::new(&[1; 64]), Dequant::new(&[16; 64]), Dequant::new(&steps)] {
        for last in 0..64_u8 {
            for (count, amplitude) in [(1, 9), (2, 500), (3, 9000), (5, i16::MAX), (16, 200)] {
                let blocks: Vec<Block> = (0..count)
                    .map(|_| {
                        Block(std::array::from_fn(|k| noise.within(amplitude) * i16::from(k <= usize::from(last))))
                    })
                    .collect();
                // One block may well have less than its neighbour, or less than it says.
                let last: Vec<u8> = (0..count).map(|_| last).collect();
                for (name, size, scalar, twin) in twins() {
                    let expected = run_with_last(scalar, size, &dequant, &blocks, &last);
                    let actual = run_with_last(twin, size, &dequant, &blocks, &last);
                    assert!(actual == expected, "{name} {size}×{size}, last {last:?}, amplitude {amplitude}");
                }
            }
        }
    }
}

#[test]
fn idct_twins_agree_on_mixed_runs() {
    let mut noise = Noise(4);
    let dequant = Dequant::new(&steps(100));
    for count in 0..40 {
        let blocks = wild_blocks(&mut noise, count);
        for (name, size, scalar, twin) in twins() {
            let (expected, actual) = (run(scalar, size, &dequant, &blocks), run(twin, size, &dequant, &blocks));
            assert!(actual == expected, "{name} {size}×{size}, {count} blocks");
        }
    }
}

#[test]
fn idct_is_within_a_level_of_real_numbers() {
    let mut noise = Noise(5);
    let blocks = sane_blocks(&mut noise, &[1; 64], 500);
    for (size, idct) in sizes(Kernels::fastest()) {
        let actual = run(idct, size, &Dequant::new(&[1; 64]), &blocks);
        let mut error_sum = 0.0;
        for (b, block) in blocks.iter().enumerate() {
            let mut coefficients = [0.0; 64];
            for (k, &coefficient) in block.0.iter().enumerate() {
                coefficients[usize::from(NATURAL_ORDER[k])] = coefficient.into();
            }
            let samples = inverse(&coefficients);
            let of = 8 / size;
            for (y, x) in (0..size).flat_map(|y| (0..size).map(move |x| (y, x))) {
                let sum: f64 = (0..of * of).map(|i| samples[(y * of + i / of) * 8 + x * of + i % of]).sum();
                let expected = (sum / (of * of) as f64 + 128.0).clamp(0.0, 255.0);
                let error = f64::from(actual[y * size * blocks.len() + b * size + x]) - expected;
                assert!(error.abs() < 1.0, "{size}×{size}, block {b}, ({x}, {y}): off by {error}");
                error_sum += error;
            }
        }
        let mean = error_sum / (size * size * blocks.len()) as f64;
        // Halves are rounded up, and at 1/8 a sum of eight levels has them often.
        assert!(mean.abs() < 0.1, "{size}×{size}: mean error {mean}");
    }
}
