//! Every size from 1×1 to 40×40, in every sampling that has a name.

use palmette_jpeg::Scale;

use crate::decode::{check_planes, picture};
use crate::rows::check as check_rows;
use crate::turbo::{Encode, SAMPLINGS, Sampling};

/// The largest side: two MCUs and a half of the widest sampling, so that there is a first, a middle and a last one.
const SIDE: usize = 40;

/// Checks every size in a sampling.
///
/// Of restarts, optimised tables, noise and quality each size has one choice; every choice meets every size modulo the
/// size of an MCU.
fn check(sampling: Sampling) {
    for width in 1..=SIDE {
        for height in 1..=SIDE {
            let turn = width * 3 + height * 5 + width / 8 + height / 16;
            let noise = [0, 40, 255][turn % 3];
            let pixels = picture(width, height, noise);
            for progressive in [false, true] {
                let encode = Encode {
                    progressive,
                    optimize: turn % 4 < 2,
                    restart_blocks: [0, 0, 1, 2][turn % 4],
                    restart_rows: [0, 1, 0, 0][turn % 4],
                    ..Encode::new([30, 75, 90, 98, 100][turn % 5], sampling)
                };
                let file = encode.rgba(&pixels, width, height);
                let what = format!("{encode:?} {width}×{height} noise {noise}");
                for scale in Scale::ALL {
                    check_planes(&file, scale, &what);
                }
                check_rows(&file, &what);
            }
        }
    }
}

#[test]
fn sizes_of_chroma_in_full() {
    check(Sampling::Gray);
    check(Sampling::S444);
}

#[test]
fn sizes_of_chroma_at_half() {
    check(Sampling::S422);
    check(Sampling::S440);
}

#[test]
fn sizes_of_chroma_at_a_quarter() {
    assert_eq!(SAMPLINGS.len(), 7, "these tests have them all");
    check(Sampling::S420);
    check(Sampling::S411);
    check(Sampling::S441);
}
