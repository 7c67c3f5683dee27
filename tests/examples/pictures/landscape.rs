//! A lake between mountains at dusk, in the place of a photograph: soft slopes, sharp edges and fine grain.

use palmette_core::{Pixmap, Size};
use palmette_tests::pictures::from_fn;
use palmette_tests::random::Random;

/// Red, green and blue from 0 to 1.
type Rgb = [f64; 3];

const ZENITH: Rgb = [0.16, 0.24, 0.46];
const MIDDLE: Rgb = [0.62, 0.50, 0.60];
const GLOW: Rgb = [1.0, 0.74, 0.48];
const SUN: Rgb = [1.0, 0.95, 0.80];
const FOREST: Rgb = [0.04, 0.07, 0.12];

/// Where the lake begins, as a fraction of the height.
const SHORE: f64 = 0.66;

/// Where the sun stands, as fractions of the width and the height.
const SUN_AT: [f64; 2] = [0.335, 0.368];

/// A range of mountains: how high its foot is, how high it rises, how rough it is, and how far away.
struct Range {
    foot: f64,
    rise: f64,
    waves: f64,
    distance: f64,
}

const RANGES: [Range; 4] = [
    Range { foot: 0.47, rise: 0.26, waves: 3.1, distance: 0.82 },
    Range { foot: 0.55, rise: 0.22, waves: 4.3, distance: 0.58 },
    Range { foot: 0.60, rise: 0.17, waves: 6.2, distance: 0.32 },
    Range { foot: 0.655, rise: 0.09, waves: 11.0, distance: 0.06 },
];

/// Draws the landscape.
pub(crate) fn draw(width: u32, height: u32) -> Pixmap {
    let mut grain = Random::new(2026);
    let aspect = f64::from(width) / f64::from(height);
    from_fn(Size::new(width, height), |x, y| {
        let (across, down) = ((f64::from(x) + 0.5) / f64::from(width), (f64::from(y) + 0.5) / f64::from(height));
        let color = if down < SHORE { land(across, down, aspect) } else { water(across, down, aspect) };
        let grain = (grain.fraction() - 0.5) * 0.012;
        let [red, green, blue] = color.map(|channel| level(channel + grain));
        [red, green, blue, 255]
    })
}

/// What stands above the shore: the nearest range that reaches this high, else the sky.
fn land(across: f64, down: f64, aspect: f64) -> Rgb {
    let behind = sky(across, down, aspect);
    let mut color = behind;
    for (seed, range) in (0..).zip(&RANGES) {
        let ridge = range.foot - range.rise * ridge_height(across * range.waves, seed);
        if down < ridge {
            continue;
        }
        // Haze gathers in the valleys and over the distance.
        let haze =
            (range.distance + 0.35 * ((down - ridge) / (SHORE - ridge)).clamp(0.0, 1.0) * range.distance).min(1.0);
        let rock = 0.10 * (noise(across * 90.0, down * 140.0, seed + 40) - 0.5) * (1.0 - range.distance);
        color = mix(FOREST.map(|channel| channel + rock), horizon(across, aspect), haze * 0.92);
    }
    color
}

/// What the lake mirrors, pulled apart by ripples and darker towards the viewer.
fn water(across: f64, down: f64, aspect: f64) -> Rgb {
    let depth = (down - SHORE) / (1.0 - SHORE);
    let ripple = noise(across * 26.0 / (0.12 + depth), down * 240.0 / (0.35 + depth), 7) - 0.5;
    let mirrored = SHORE - (down - SHORE) * 1.25 + ripple * 0.05 * (0.15 + depth);
    let mirrored = mirrored.clamp(0.02, SHORE - 0.001);
    let color = land((across + ripple * 0.006).clamp(0.0, 1.0), mirrored, aspect);
    let glint =
        (noise(across * 60.0, down * 420.0, 9) - 0.62).max(0.0) * 1.6 * near_sun(across, SUN_AT[1], aspect, 0.10);
    let dark = mix(color.map(|channel| channel * 0.86), ZENITH.map(|channel| channel * 0.35), 0.55 * depth);
    std::array::from_fn(|channel| dark[channel] + glint * SUN[channel])
}

/// The sky: three colours from the top down, thin clouds, the sun and its glow.
fn sky(across: f64, down: f64, aspect: f64) -> Rgb {
    let height = down / SHORE;
    let base =
        if height < 0.55 { mix(ZENITH, MIDDLE, height / 0.55) } else { mix(MIDDLE, GLOW, (height - 0.55) / 0.45) };
    let cloud = layers(across * 5.0 + down * 2.0, down * 22.0, 21);
    let cloud = ((cloud - 0.52) * 3.2).clamp(0.0, 1.0) * (1.0 - (height - 0.45).abs() * 1.4).clamp(0.0, 1.0);
    let lit = mix(base, mix(GLOW, SUN, 0.3), 0.55 * cloud);
    let warm = mix(lit, GLOW, 0.75 * near_sun(across, down, aspect, 0.30));
    let bright = mix(warm, SUN, 0.8 * near_sun(across, down, aspect, 0.085));
    mix(bright, SUN, disc(across, down, aspect))
}

/// The colour of the far air, warmer below the sun.
fn horizon(across: f64, aspect: f64) -> Rgb {
    mix([0.60, 0.52, 0.62], [0.98, 0.74, 0.55], near_sun(across, SUN_AT[1], aspect, 0.42))
}

/// Falls from 1 at the sun to 0 far away, half way within `reach` picture heights.
fn near_sun(across: f64, down: f64, aspect: f64, reach: f64) -> f64 {
    let squared = ((across - SUN_AT[0]) * aspect).powi(2) + (down - SUN_AT[1]).powi(2);
    1.0 / (1.0 + squared / (reach * reach))
}

fn disc(across: f64, down: f64, aspect: f64) -> f64 {
    let distance = (((across - SUN_AT[0]) * aspect).powi(2) + (down - SUN_AT[1]).powi(2)).sqrt();
    ((0.036 - distance) / 0.003).clamp(0.0, 1.0)
}

/// The height of a ridge, 0 to 1: noise folded into peaks, finer and finer.
fn ridge_height(across: f64, seed: u32) -> f64 {
    (0..7)
        .map(|octave| {
            let scale = f64::from(1 << octave);
            let fold = 1.0 - (2.0 * noise(across * scale, f64::from(octave) * 7.3, seed * 31 + octave) - 1.0).abs();
            fold * 0.5_f64.powi(octave.cast_signed() + 1)
        })
        .sum()
}

/// Noise of several scales, 0 to 1.
fn layers(x: f64, y: f64, seed: u32) -> f64 {
    (0..5)
        .map(|octave| {
            let scale = f64::from(1 << octave);
            noise(x * scale, y * scale, seed + octave) * 0.5_f64.powi(octave.cast_signed() + 1)
        })
        .sum()
}

/// Smooth noise, 0 to 1: random values on a grid of whole numbers, blended between.
fn noise(x: f64, y: f64, seed: u32) -> f64 {
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (across, down) = (ease(x - x.floor()), ease(y - y.floor()));
    #[expect(clippy::cast_possible_truncation, reason = "a place on a small picture")]
    let (column, row) = (x.floor() as i32, y.floor() as i32);
    let at = |column: i32, row: i32| {
        let place = u64::from(column.cast_unsigned()) << 32 | u64::from(row.cast_unsigned());
        Random::new(place.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ u64::from(seed) << 17).fraction()
    };
    let top = at(column, row) * (1.0 - across) + at(column + 1, row) * across;
    let bottom = at(column, row + 1) * (1.0 - across) + at(column + 1, row + 1) * across;
    top * (1.0 - down) + bottom * down
}

fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

fn level(channel: f64) -> u8 {
    palmette_tests::reference::real::level(channel * 255.0)
}
