//! Tables add up, never overflow, and are as near to the real weights as promised.

use approx::{abs_diff_eq, assert_abs_diff_eq};

use super::*;

fn table(source_len: u32, scaled_len: u32) -> WeightTable {
    WeightTable::new(source_len, scaled_len, 0, scaled_len).unwrap()
}

/// Sizes that meet every branch: tiny, prime, equal ratios, strong reductions, enlargements.
const GRID: [(u32, u32); 24] = [
    (1, 2),
    (1, 100),
    (2, 1),
    (2, 3),
    (3, 2),
    (5, 4),
    (7, 1),
    (97, 89),
    (89, 97),
    (100, 99),
    (640, 480),
    (480, 640),
    (1000, 125),
    (1000, 124),
    (1000, 62),
    (1500, 1),
    (4000, 800),
    (4000, 801),
    (4000, 333),
    (12_000, 1),
    (12_000, 7),
    (12_000, 500),
    (12_000, 11_999),
    (3, 12_000),
];

/// Every axis of the grid: of pixels; of planes of half, quarter and eighth size; to planes of half size, with windows that
/// begin at a sample and between two.
fn samplings() -> impl Iterator<Item = Sampling> {
    let spacings = [(1, 1, 0), (2, 1, 0), (8, 1, 0), (1, 2, 0), (2, 2, 0), (2, 2, 1), (4, 2, 1)];
    let full_size = [(1, 1), (2, 2), (3, 3), (97, 97), (12_000, 12_000)];
    let lens = GRID.into_iter().chain(full_size);
    let all = lens.flat_map(move |lens| spacings.map(|spacings| (lens, spacings)));
    all.map(|((picture_len, scaled_len), (spacing, scaled_spacing, offset))| {
        let offset = offset.min(scaled_len - 1);
        Sampling::whole((picture_len, spacing), (scaled_len, scaled_spacing), (offset, scaled_len - offset))
    })
}

fn tables() -> impl Iterator<Item = (Sampling, WeightTable)> {
    samplings().filter_map(|sampling| Some((sampling, WeightTable::of(sampling).unwrap()?)))
}

#[test]
fn weights_add_up_to_the_scale_and_never_overflow() {
    for (sampling, table) in tables() {
        let scale = 1_i64 << (table.shift() + table.chunk_shift());
        for (start, weights) in table.iter() {
            assert!(start + weights.len() <= sampling.source_len as usize);
            assert_eq!(weights.iter().map(|&w| i64::from(w)).sum::<i64>(), scale, "{sampling:?}");
            let group = if table.chunk_shift() == 0 { weights.len() } else { WeightTable::CHUNK_TAPS };
            for chunk in weights.chunks(group) {
                let sum: i64 = chunk.iter().map(|&w| i64::from(w).abs()).sum();
                assert!(sum * 32_767 + (1 << 15) < 1 << 31, "{sampling:?}: {sum}");
            }
        }
    }
}

#[test]
fn weights_are_within_a_fifth_of_a_level_of_the_real_ones() {
    for (sampling, table) in tables() {
        let real = RealWeights::new(table.kernel(), sampling, sampling.first(), sampling.len()).unwrap();
        let scale = power_of_two(table.shift() + table.chunk_shift());
        for (i, (start, weights)) in table.iter().enumerate() {
            let skipped = real.firsts[i] as usize - start;
            let error: f64 = weights
                .iter()
                .enumerate()
                .map(|(k, &w)| {
                    let exact = k.checked_sub(skipped).and_then(|k| real.row(i).get(k)).copied().unwrap_or(0.0);
                    (f64::from(w) / scale - exact).abs()
                })
                .sum();
            assert!(error * 255.0 < 0.2, "{sampling:?}, sample {i}: {}", error * 255.0);
        }
    }
}

#[test]
fn weights_of_half_size_are_symmetric() {
    let table = table(64, 32);
    let (_, middle) = table.iter().nth(16).unwrap();
    let reversed: Vec<i16> = middle.iter().rev().copied().collect();
    assert!(middle.iter().zip(&reversed).all(|(a, b)| (a - b).abs() <= 1), "{middle:?}");
}

#[test]
fn weights_of_a_window_are_those_of_the_whole() {
    for (source_len, scaled_len) in [(997, 311), (997, 1500), (12_000, 400)] {
        let whole = table(source_len, scaled_len);
        let window = WeightTable::new(source_len, scaled_len, 100, 50).unwrap();
        assert_eq!((window.shift(), window.chunk_shift()), (whole.shift(), whole.chunk_shift()));
        assert!(window.iter().eq(whole.iter().skip(100).take(50)), "{source_len} to {scaled_len}");
        assert_eq!((window.scaled_len(), window.offset(), window.kernel()), (scaled_len, 100, whole.kernel()));
    }
}

#[test]
fn weights_of_a_part_are_those_of_the_whole() {
    let whole = WeightTable::new(997, 311, 100, 50).unwrap();
    let needed = whole.source_range();
    let part = whole.on_part(needed.start - 3..needed.end + 5).unwrap();
    assert_eq!(part.source_len(), needed.end - needed.start + 8);
    assert!(part.iter().eq(whole.iter().map(|(start, weights)| (start - needed.start as usize + 3, weights))));
    assert_eq!(part.source_range(), 3..needed.end - needed.start + 3);
}

/// Finds the weighted mean of sample centres, which is where an output sample lies, for a kernel that keeps ramps.
fn centres(sampling: Sampling) -> Vec<f64> {
    let table = WeightTable::of(sampling).unwrap().unwrap();
    let scale = power_of_two(table.shift() + table.chunk_shift());
    let sum = |start: usize, weights: &[i16]| -> f64 {
        (start..).zip(weights).map(|(j, &w)| (2 * j + 1) as f64 / 2.0 * f64::from(w) / scale).sum()
    };
    table.iter().map(|(start, weights)| sum(start, weights)).collect()
}

#[test]
fn weights_are_around_where_samples_lie() {
    for (spacing, scaled_len, scaled_spacing, offset) in
        [(1, 1200, 1, 0), (2, 1200, 1, 0), (2, 400, 1, 3), (2, 1000, 2, 1), (2, 1700, 2, 7), (8, 100, 2, 0)]
    {
        let window = (offset, scaled_len - offset);
        let sampling = Sampling::whole((1000, spacing), (scaled_len, scaled_spacing), window);
        let centres = centres(sampling);
        for (i, centre) in centres.iter().enumerate().take(centres.len() - 20).skip(20) {
            let pixel = f64::from(offset) + (i as f64 + 0.5) * f64::from(scaled_spacing);
            let expected = pixel * 1000.0 / f64::from(scaled_len) / f64::from(spacing);
            assert!(abs_diff_eq!(*centre, expected, epsilon = 0.02), "{sampling:?}: {i} at {centre}, not {expected}");
        }
    }
}

#[test]
fn weights_of_chroma_at_full_size_are_the_triangle() {
    let sampling = Sampling::whole((5, 2), (5, 1), (0, 5));
    let table = WeightTable::of(sampling).unwrap().unwrap();
    assert_eq!((table.kernel(), table.source_len(), table.shift(), table.taps()), (Kernel::Triangle, 3, 14, 2));
    let quarters: Vec<_> = table.iter().map(|(start, weights)| (start, weights[0] >> 12, weights[1] >> 12)).collect();
    assert_eq!(quarters, [(0, 4, 0), (0, 3, 1), (0, 1, 3), (1, 3, 1), (1, 1, 3)]);
}

#[test]
fn kernels_have_their_textbook_values() {
    assert_eq!(Kernel::CatmullRom.at(0.0), 1.0);
    assert_eq!(Kernel::CatmullRom.at(0.5), 0.5625);
    assert_eq!(Kernel::CatmullRom.at(1.5), -0.0625);
    assert_eq!(Kernel::Lanczos3.at(0.0), 1.0);
    assert_abs_diff_eq!(Kernel::Lanczos3.at(1.0), 0.0, epsilon = 1e-15);
    assert_abs_diff_eq!(Kernel::Lanczos3.at(1.5), -0.135_094_9, epsilon = 1e-6);
    assert_eq!(Kernel::Lanczos3.at(3.0), 0.0);
}
