//! Coefficients written again: the files are those that libjpeg-turbo makes of the same picture by each coding.

use palmette_jpeg::Decoder;
use palmette_jpeg::encode::{Coding, Encoder, Error, Options, Sampling};

use crate::decode::picture;
use crate::turbo::{self, Encode};

const CODINGS: [Coding; 3] = [Coding::Baseline, Coding::Optimized, Coding::Progressive];

/// Writes a file again by another coding.
fn transcode(file: &[u8], coding: Coding) -> Vec<u8> {
    let decoder = Decoder::new(file).expect("a header");
    let (width, height) = decoder.size();
    let sampling = Sampling::of(&decoder).expect("a usual sampling");
    let mut bands = decoder.coefficients().expect("scans");
    let steps: Vec<[u16; 64]> = bands.components().iter().map(|it| *it.steps()).take(2).collect();
    let options = Options { sampling, coding, ..Options::default() };
    let mut encoder = Encoder::of_levels(Vec::new(), width, height, &steps, &options).expect("options");
    while let Some(band) = bands.next_band() {
        let blocks: Vec<_> = band.iter().map(|component| component.blocks()).collect();
        encoder.write_levels(&blocks).expect("a band");
    }
    assert_eq!(bands.damage(), None);
    encoder.finish().expect("a file")
}

#[test]
fn transcode_from_each_coding_to_each() {
    let samplings = [
        turbo::Sampling::Gray,
        turbo::Sampling::S444,
        turbo::Sampling::S422,
        turbo::Sampling::S420,
        turbo::Sampling::S440,
    ];
    for sampling in samplings {
        for (width, height) in [(1, 1), (17, 9), (131, 75), (300, 40)] {
            for (noise, quality) in [(30, 80), (255, 98)] {
                let pixels = picture(width, height, noise);
                let files = CODINGS.map(|coding| {
                    let optimize = coding == Coding::Optimized;
                    let progressive = coding == Coding::Progressive;
                    let encode = Encode { optimize, progressive, ..Encode::new(quality, sampling) };
                    encode.rgba(&pixels, width, height)
                });
                for (from, file) in CODINGS.iter().zip(&files) {
                    for (to, expected) in CODINGS.iter().zip(&files) {
                        let what = format!("{sampling:?}, {width}×{height}, noise {noise}, from {from:?} to {to:?}");
                        assert!(transcode(file, *to) == *expected, "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn transcode_refuses_what_cannot_be_written() {
    let options = Options { sampling: Sampling::Gray, ..Options::default() };
    let start = |steps: &[[u16; 64]]| Encoder::of_levels(Vec::new(), 16, 8, steps, &options);
    assert!(matches!(start(&[]), Err(Error::Tables { tables: 0, expected: 1 })));
    assert!(matches!(start(&[[1; 64]; 2]), Err(Error::Tables { tables: 2, expected: 1 })));
    for step in [0, 256] {
        assert!(matches!(start(&[[step; 64]]), Err(Error::Step { step: it }) if it == step));
    }
    let mut encoder = start(&[[1; 64]]).expect("steps");
    assert!(matches!(encoder.write_levels(&[]), Err(Error::Planes { planes: 0, expected: 1 })));
    let one = [[0; 64]];
    assert!(matches!(encoder.write_levels(&[&one]), Err(Error::Blocks { plane: 0, blocks: 1, expected: 2 })));
    for (k, level) in [(0, 1024), (0, -1025), (1, 1024), (63, -1024)] {
        let mut two = [[0; 64]; 2];
        two[1][k] = level;
        assert!(matches!(encoder.write_levels(&[&two]), Err(Error::Level { level: it }) if it == level));
    }
    let mut two = [[1023; 64], [-1023; 64]];
    two[1][0] = -1024;
    encoder.write_levels(&[&two]).expect("a band");
    assert!(matches!(encoder.write_levels(&[&two]), Err(Error::TooManyBands { .. })));
    let file = encoder.finish().expect("a file");
    let mut bands = Decoder::new(&file).expect("a header").coefficients().expect("scans");
    assert_eq!(bands.next_band().map(|band| band[0].blocks().to_vec()), Some(two.to_vec()));
}
