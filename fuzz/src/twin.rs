//! Our JPEG codec beside libjpeg-turbo: the same bytes, the same picture; the same picture, the same bytes.
//!
//! Where both may differ is written down in `crates/jpeg/tests/it/differences.rs`, and nowhere else.

use std::num::NonZeroU16;

use palmette_jpeg::encode::{Options, Restart, Sampling};

use crate::encode_twin::{self, CODINGS, SAMPLINGS};
use crate::judge::{self, Verdict, Way};
use crate::mutate::Random;
use crate::turbo::{self, Encode, Plane, Planes, Space};
use crate::writer::{Codes, Layout, Picture, Process, scripts, sequential_scripts};

/// Pictures that a changed size makes larger are left out.
const MAX_PIXELS: u32 = 60_000;

/// Writes small files of every layout and process.
pub(crate) fn files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (number, (sampling, _)) in turbo::SAMPLINGS.into_iter().enumerate() {
        let (width, height) = (20 + 9 * number, 33 - 3 * number);
        let pixels = noise(7, 4 * width * height);
        for progressive in [false, true] {
            let restart_blocks = u16::try_from(number % 3).unwrap_or(0);
            let encode = Encode { progressive, restart_blocks, ..Encode::new(40, sampling) };
            files.push(encode.rgba(&pixels, width, height));
            if sampling == turbo::Sampling::S420 {
                let encode = Encode { space: Some(Space::Ycck), ..encode };
                files.push(encode.cmyk(&pixels, width, height));
            }
        }
    }
    for (seed, factors) in
        [&[(2, 2), (1, 1), (1, 1)][..], &[(1, 1)], &[(3, 1), (1, 2)], &[(2, 1), (1, 1), (1, 1), (2, 1)]]
            .into_iter()
            .enumerate()
    {
        let picture = Picture::random(35, 30, factors, seed as u64);
        let components = u8::try_from(factors.len()).unwrap_or(4);
        let sequential = sequential_scripts(components).into_iter().map(|it| (Process::Extended, it.1));
        let progressive = scripts(components).into_iter().map(|it| (Process::Progressive, it.1));
        for (number, (process, scans)) in sequential.chain(progressive).enumerate() {
            let mut layout = Layout::new(process, scans);
            layout.restarts = [[0, 0], [2, 3]][number % 2];
            layout.codes = [Codes::Skewed, Codes::Flat][number / 2 % 2];
            layout.has_dnl = number == 1;
            files.push(layout.write(&picture));
        }
    }
    files
}

/// Bytes that look random.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..len).map(|_| u8::try_from(random.below(256)).unwrap_or(0)).collect()
}

/// Decodes in every way.
pub(crate) fn decode(bytes: &[u8]) {
    for way in Way::ALL {
        let Some(outcome) = judge::compare(bytes, way, MAX_PIXELS) else { return };
        assert_ne!(outcome.verdict(bytes, way), Verdict::Wrong, "{way:?}: {outcome}");
    }
}

/// Pictures to encode, as bytes: a size, options, and samples.
pub(crate) fn pictures() -> Vec<Vec<u8>> {
    (0..20).map(|seed| noise(seed, 6 + 40 * usize::try_from(seed).unwrap_or(0))).collect()
}

/// Encodes what the bytes say: width, height, quality, sampling and coding, a pattern, restarts, and samples for the pattern.
pub(crate) fn encode(bytes: &[u8]) {
    let &[width, height, quality, choice, pattern, restart, ref samples @ ..] = bytes else { return };
    if samples.is_empty() {
        return;
    }
    let (width, height) = (usize::from(width % 90) + 1, usize::from(height % 90) + 1);
    let choice = usize::from(choice);
    let (sampling, _) = SAMPLINGS[choice % SAMPLINGS.len()];
    let coding = CODINGS[choice / SAMPLINGS.len() % CODINGS.len()];
    let number = NonZeroU16::new(u16::from(restart >> 2));
    let restart = number.map(if restart % 2 == 0 { Restart::Rows } else { Restart::Mcus });
    let options = Options { quality: quality % 100 + 1, sampling, coding, restart, ..Options::default() };
    let sample = |x: usize, y: usize, plane: usize| match pattern % 4 {
        // The bytes themselves, each as a column, as a patch of 8×8, or black and white.
        0 => samples[(x + y * width + plane) % samples.len()],
        1 => samples[(x + 3 * plane) % samples.len()],
        2 => samples[(x / 8 + y / 8 * width.div_ceil(8) + plane) % samples.len()],
        _ => 255 * (samples[(x + y * width + plane) % samples.len()] & 1),
    };
    let (step_x, step_y) = sampling.chroma_step();
    let plane = |number: usize| {
        let (across, down) = if number == 0 { (1, 1) } else { (step_x, step_y) };
        let (width, height) = (width.div_ceil(across), height.div_ceil(down));
        let samples = (0..height).flat_map(|y| (0..width).map(move |x| sample(x, y, number))).collect();
        Plane { width, height, samples }
    };
    let planes = Planes((0..sampling.planes()).map(plane).collect());
    debug_assert_eq!(planes.0.len() == 1, sampling == Sampling::Gray);
    encode_twin::compare(&planes, width, height, &options);
}
