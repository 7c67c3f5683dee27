//! Tests of all twins: every set of kernels that this machine runs gives the bytes of the scalar one, whatever it is given.
//!
//! A test meets each kernel with random and with extreme inputs, and with every length around that of a vector. Wherever only
//! the scalar set runs there is nothing to compare, and the tests say so.

use super::kernels::Kernels;
use super::kernels::double_h::Doubling;
use super::kernels::resize_h::ResizeH;
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use crate::plan::weights::{Sampling, WeightTable};

/// Sizes that meet every branch of a horizontal pass: few taps and thousands, odd and even ones, tables that are summed in
/// chunks, rows shorter than a vector, and rows that take several tiles.
const SIZES: [(u32, u32); 20] = [
    (1, 3),
    (2, 5),
    (3, 2),
    (5, 3),
    (7, 100),
    (31, 7),
    (40, 37),
    (64, 63),
    (100, 9),
    (100, 40),
    (333, 100),
    (500, 11),
    (513, 500),
    (1031, 97),
    (1300, 700),
    (1999, 400),
    (2000, 33),
    (3000, 7),
    (3001, 1),
    (5000, 9),
];

/// A sequence that looks random and is the same every time.
fn noise(seed: u32) -> impl Iterator<Item = u32> {
    let mut state = seed | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    })
}

fn bytes(seed: u32, len: usize) -> Vec<u8> {
    noise(seed).map(|n| n.to_le_bytes()[1]).take(len).collect()
}

/// Samples with all the overshoot that 16 bits can hold.
fn samples(seed: u32, len: usize) -> Vec<i16> {
    bytes(seed, 2 * len).as_chunks::<2>().0.iter().map(|&pair| i16::from_le_bytes(pair)).collect()
}

/// Random bytes, the least, the largest, and both by turns.
fn kinds_of_bytes(seed: u32, len: usize) -> [Vec<u8>; 4] {
    let by_turns = |lens: usize| (0..len).map(|i| if (i / lens).is_multiple_of(2) { 0 } else { 255 }).collect();
    [bytes(seed, len), vec![0; len], vec![255; len], by_turns(3)]
}

/// Random samples, the least, the largest, and both by turns.
fn kinds_of_samples(seed: u32, len: usize) -> [Vec<i16>; 4] {
    let by_turns =
        |lens: usize| (0..len).map(|i| if (i / lens).is_multiple_of(2) { i16::MIN } else { i16::MAX }).collect();
    [samples(seed, len), vec![i16::MIN; len], vec![i16::MAX; len], by_turns(5)]
}

/// Compares without printing thousands of numbers.
#[track_caller]
fn assert_same<T: PartialEq + std::fmt::Debug>(actual: &[T], expected: &[T], what: &str) {
    assert_eq!(actual.len(), expected.len());
    let difference = actual.iter().zip(expected).enumerate().find(|(_, (a, b))| a != b);
    assert!(difference.is_none(), "{what}: first difference (index, (actual, expected)): {difference:?}");
}

/// The sets to compare with the scalar one.
fn twins() -> Vec<(&'static str, Kernels)> {
    let mut all = Kernels::all();
    assert_eq!(all.remove(0).0, "scalar", "the reference comes first");
    if all.is_empty() {
        eprintln!("skipped: this machine runs scalar kernels only");
    }
    all
}

/// Lends four rows to a kernel, and returns the rows that it makes one after the other, if it can.
fn run_rows(
    kernel: impl Fn(&WeightTable, [&[u8]; ROWS], [&mut [i16]; ROWS]) -> bool,
    table: &WeightTable,
    sources: &[Vec<u8>; ROWS],
    channels: usize,
) -> Option<Vec<i16>> {
    let mut outputs = [(); ROWS].map(|()| vec![0; table.len() * channels]);
    let is_done = kernel(table, sources.each_ref().map(Vec::as_slice), outputs.each_mut().map(Vec::as_mut_slice));
    is_done.then(|| outputs.concat())
}

/// Tables of all sizes, and some that keep a window of the scaled axis.
fn tables() -> impl Iterator<Item = (WeightTable, String)> {
    let whole = SIZES.map(|(source, scaled)| (source, scaled, 0, scaled));
    let windows = [(999, 500, 333, 101), (1200, 71, 3, 40), (64, 300, 17, 90)];
    whole.into_iter().chain(windows).map(|(source, scaled, offset, len)| {
        let table = WeightTable::new(source, scaled, offset, len).unwrap();
        (table, format!("{source} to {scaled}, {len} from {offset}"))
    })
}

#[test]
fn twins_premultiply_every_pair() {
    let straight: Vec<u8> = (0..=255).flat_map(|c| (0..=255).flat_map(move |a| [c, 255 - c, c / 2, a])).collect();
    for (name, twin) in twins() {
        for straight in [&straight[..], &straight[4..36], &straight[..28], &[9, 8, 7, 255].repeat(40)] {
            let (mut expected, mut actual) = (vec![0; straight.len()], vec![0; straight.len()]);
            (Kernels::SCALAR.premultiply)(straight, &mut expected);
            (twin.premultiply)(straight, &mut actual);
            assert_same(&actual, &expected, name);
        }
    }
}

#[test]
fn twins_unpremultiply_all_kinds_of_samples() {
    let mut premultiplied = samples(7, 4 * 100_003);
    // Alphas at and around every level, with colours at and around every quotient.
    for alpha in (1..=16_400_i16).chain([32_767]) {
        let half = |k: i32| i16::try_from(((2 * k + 1) * i32::from(alpha) / 510).min(32_767)).unwrap();
        premultiplied.extend([half(i32::from(alpha) % 256), half(254), half(127) - 1, alpha]);
        premultiplied.extend([half(i32::from(alpha) % 256).saturating_add(1), half(0), half(255), alpha]);
    }
    premultiplied.extend([100, 16_320, 31, 16_320].repeat(16));
    premultiplied.extend([i16::MIN, i16::MAX, i16::MAX, i16::MIN].repeat(16));
    for (name, twin) in twins() {
        for premultiplied in [&premultiplied[..], &premultiplied[..20], &premultiplied[..100]] {
            let (mut expected, mut actual) = (vec![0; premultiplied.len()], vec![0; premultiplied.len()]);
            (Kernels::SCALAR.unpremultiply)(premultiplied, &mut expected);
            (twin.unpremultiply)(premultiplied, &mut actual);
            assert_same(&actual, &expected, name);
            (Kernels::SCALAR.narrow)(premultiplied, &mut expected);
            (twin.narrow)(premultiplied, &mut actual);
            assert_same(&actual, &expected, name);
        }
    }
}

#[test]
fn twins_resize_h_with_all_tap_counts() {
    for (table, what) in tables() {
        let source_len = table.source_len();
        let run = |kernel: ResizeH, source: &[i16], channels: usize| {
            let mut output = vec![0; table.len() * channels];
            kernel(&table, source, &mut output);
            output
        };
        for source in kinds_of_samples(source_len, source_len as usize * 4) {
            let gray = &source[..source_len as usize];
            let expected = run(Kernels::SCALAR.resize_h_rgba, &source, 4);
            let expected_gray = run(Kernels::SCALAR.resize_h_gray, gray, 1);
            for (name, twin) in twins() {
                assert_same(&run(twin.resize_h_rgba, &source, 4), &expected, &format!("{name} RGBA {what}"));
                assert_same(&run(twin.resize_h_gray, gray, 1), &expected_gray, &format!("{name} grey {what}"));
            }
        }
    }
}

#[test]
fn twins_resize_h_of_four_rows_of_a_plane_with_all_tap_counts() {
    for (table, what) in tables() {
        let len = table.source_len() as usize;
        for sources in [kinds_of_bytes(5, len), [1, 2, 3, 4].map(|seed| bytes(seed, len))] {
            let run = |kernels: Kernels| {
                let kernel = |table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]| {
                    (kernels.resize_h_plane)(table, sources, outputs);
                    true
                };
                run_rows(kernel, &table, &sources, 1).unwrap()
            };
            let expected = run(Kernels::SCALAR);
            for (name, twin) in twins() {
                assert_same(&run(twin), &expected, &format!("{name} {what}"));
            }
        }
    }
}

#[test]
fn twins_resize_h_of_four_opaque_rows_with_all_tap_counts() {
    for (table, what) in tables() {
        let len = table.source_len() as usize * 4;
        for mut sources in [kinds_of_bytes(5, len), [1, 2, 3, 4].map(|seed| bytes(seed, len))] {
            sources.iter_mut().flatten().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
            let expected = run_rows(Kernels::SCALAR.resize_h_opaque, &table, &sources, 4).unwrap();
            for (name, twin) in twins() {
                let actual = run_rows(twin.resize_h_opaque, &table, &sources, 4).expect("opaque rows");
                assert_same(&actual, &expected, &format!("{name} {what}"));
            }
        }
    }
}

#[test]
fn twins_see_that_rows_are_not_opaque() {
    for (table, what) in tables() {
        let needed = table.source_range();
        let pixels = [needed.start, needed.start.midpoint(needed.end), needed.end - 1].map(|pixel| pixel as usize);
        for (row, pixel) in (0..ROWS).flat_map(|row| pixels.map(|pixel| (row, pixel))) {
            let mut sources = [(); ROWS].map(|()| vec![255; table.source_len() as usize * 4]);
            sources[row][4 * pixel + 3] = 254;
            for (name, kernels) in Kernels::all() {
                let made = run_rows(kernels.resize_h_opaque, &table, &sources, 4);
                assert!(made.is_none(), "{name} {what}, pixel {pixel} of row {row}");
            }
        }
    }
}

#[test]
fn twins_double_h_of_all_widths() {
    for width in [3, 4, 5, 17, 31, 32, 33, 34, 35, 64, 66, 127, 128, 129, 1001] {
        let table = WeightTable::of(Sampling::whole((width, 2), (width, 1), (0, width))).unwrap().unwrap();
        let Some(doubling) = Doubling::of(&table) else { continue };
        for source in kinds_of_bytes(width, table.source_len() as usize) {
            let mut expected = vec![0; table.len()];
            (Kernels::SCALAR.double_h)(&doubling, &table, &source, &mut expected);
            for (name, twin) in twins() {
                let mut actual = vec![0; table.len()];
                (twin.double_h)(&doubling, &table, &source, &mut actual);
                assert_same(&actual, &expected, &format!("{name}, {width} pixels"));
            }
        }
    }
}

#[test]
fn twins_convert_all_kinds_of_samples() {
    let compare = |rows: [&[i16]; 3]| {
        let mut expected = vec![0; 4 * rows[0].len()];
        (Kernels::SCALAR.ycc_to_rgba)(rows, &mut expected);
        for (name, twin) in twins() {
            let mut actual = vec![0; 4 * rows[0].len()];
            (twin.ycc_to_rgba)(rows, &mut actual);
            assert_same(&actual, &expected, name);
        }
    };
    let any = [1, 2, 3].map(|seed| samples(seed, 300_001));
    compare(any.each_ref().map(Vec::as_slice));
    for len in [0, 1, 7, 8, 9, 15, 16, 17, 33, 63, 100] {
        compare(any.each_ref().map(|row| &row[..len]));
    }
    let extreme = [i16::MIN, i16::MAX, 0];
    let product = |of: fn(usize) -> usize| (0..270).map(|i| extreme[of(i) % 3]).collect::<Vec<_>>();
    let rows = [product(|i| i), product(|i| i / 3), product(|i| i / 9)];
    compare(rows.each_ref().map(Vec::as_slice));
    // Colours as they are, and every level of chroma with every other.
    let usual = any.map(|row| row.iter().map(|sample| sample.rem_euclid(16_321)).collect::<Vec<_>>());
    compare(usual.each_ref().map(Vec::as_slice));
    let chroma = |of: fn(i16) -> i16| (0..=i16::MAX).map(of).collect::<Vec<_>>();
    let (blue, red) = (chroma(|i| (i & 255) * 64), chroma(|i| (i >> 8) * 128));
    for level in [0, 77, 128, 255] {
        compare([&vec![level * 64; blue.len()], &blue, &red]);
    }
}

#[test]
fn twins_see_every_pixel_that_is_not_opaque() {
    for (name, twin) in twins() {
        for len in [0, 1, 7, 8, 9, 15, 16, 17, 100] {
            let mut row = vec![255; 4 * len];
            assert!((twin.is_opaque)(&row), "{name}, {len} pixels");
            for i in 0..len {
                row[4 * i + 3] = 254;
                assert!(!(twin.is_opaque)(&row), "{name}, pixel {i} of {len}");
                row[4 * i..4 * i + 4].copy_from_slice(&[0, 0, 0, 255]);
                assert!((twin.is_opaque)(&row), "{name}, black pixel {i} of {len}");
            }
        }
    }
}

#[test]
fn twins_resize_v_with_all_tap_counts_and_widths() {
    for (source_len, scaled_len) in [(1, 3), (2, 5), (7, 3), (31, 7), (100, 9), (500, 11), (3001, 1)] {
        let table = WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap();
        let weights = table.iter().last().unwrap().1;
        let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
        let (first_weights, count) = (&weights[..weights.len().min(8)], weights.len().min(8));
        let first_taps = VerticalTaps { weights: first_weights, ..taps };
        for width in [1, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 131] {
            let what = format!("{source_len} to {scaled_len}, {width} columns");
            let random = (1..).step_by(31).map(|seed| samples(seed, width)).take(weights.len()).collect();
            let extreme = kinds_of_samples(9, width).into_iter().cycle().take(weights.len()).collect();
            for rows in [random, extreme] {
                let rows: Vec<Vec<i16>> = rows;
                let rows: Vec<&[i16]> = rows.iter().map(Vec::as_slice).collect();
                let (mut expected, mut expected_sums) = (vec![0; width], vec![7; width]);
                (Kernels::SCALAR.resize_v)(taps, &rows, &mut expected);
                (Kernels::SCALAR.resize_v_chunk)(first_taps, &rows[..count], &mut expected_sums);
                for (name, twin) in twins() {
                    let (mut actual, mut actual_sums) = (vec![0; width], vec![7; width]);
                    (twin.resize_v)(taps, &rows, &mut actual);
                    assert_same(&actual, &expected, &format!("{name} {what}"));
                    (twin.resize_v_chunk)(first_taps, &rows[..count], &mut actual_sums);
                    assert_same(&actual_sums, &expected_sums, &format!("{name} {what}, a chunk"));
                }
            }
        }
    }
}
