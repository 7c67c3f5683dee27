//! Files of every kind, written and read by this crate alone: no library in C has a part in it, so that Miri can run it.
//!
//! `cargo +nightly miri test -p palmette-jpeg --test alone` does, in some minutes. There only the code for every machine is run,
//! on fewer files.

use palmette_jpeg::encode::{Coding, Encoder, Options, Restart, Sampling};
use palmette_jpeg::{Decoder, Request, Scale, Window};

/// No multiple of an MCU, either way, and two MCUs wide.
const SIZE: (u32, u32) = (21, 18);

const SAMPLINGS: &[Sampling] = if cfg!(miri) {
    &[Sampling::S420]
} else {
    &[Sampling::Gray, Sampling::S444, Sampling::S422, Sampling::S420, Sampling::S440]
};
const CODINGS: &[Coding] = if cfg!(miri) {
    &[Coding::Baseline, Coding::Progressive]
} else {
    &[Coding::Baseline, Coding::Optimized, Coding::Progressive]
};

/// A level of a smooth picture.
fn level(x: u32, y: u32, channel: u32) -> u8 {
    u8::try_from(40 + 7 * x + (5 + channel) * y / 2).unwrap_or(255)
}

/// Writes the picture.
fn encode(options: &Options<'_>) -> Vec<u8> {
    let (width, height) = SIZE;
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgba: Vec<u8> = places.flat_map(|(x, y)| [level(x, y, 0), level(x, y, 1), level(x, y, 2), 255]).collect();
    let mut encoder = Encoder::new(Vec::new(), width, height, options).expect("options that hold");
    for band in rgba.chunks(4 * width as usize * encoder.band_rows()) {
        encoder.write_rgba_band(band).expect("a band");
    }
    encoder.finish().expect("all bands")
}

/// Reads all pixels.
fn pixels(file: &[u8]) -> Vec<u8> {
    let mut rows = Decoder::new(file).expect("a header").rows().expect("a picture");
    let mut pixels = Vec::new();
    while let Some(row) = rows.next_row() {
        pixels.extend_from_slice(row);
    }
    assert_eq!(rows.damage(), None);
    pixels
}

#[test]
fn alone_every_coding_has_the_same_pixels() {
    for &sampling in SAMPLINGS {
        let restart = Some(Restart::Mcus(std::num::NonZeroU16::MIN));
        let options = |coding, restart| Options { quality: 92, sampling, coding, restart, ..Options::default() };
        let expected = pixels(&encode(&options(Coding::Baseline, None)));
        for (i, pixel) in (0..).zip(expected.as_chunks::<4>().0) {
            let (x, y) = (i % SIZE.0, i / SIZE.0);
            // Grey is lightness, which lies among the channels.
            let off = (0..3).map(|channel| pixel[channel as usize].abs_diff(level(x, y, channel))).max();
            assert!(off < Some(24), "{sampling:?}, ({x}, {y}): {pixel:?}");
        }
        for &coding in CODINGS {
            for restart in [restart, None].into_iter().take(if cfg!(miri) { 1 } else { 2 }) {
                assert!(
                    pixels(&encode(&options(coding, restart))) == expected,
                    "{sampling:?}, {coding:?}, {restart:?}"
                );
            }
        }
    }
}

#[test]
fn alone_every_scale_is_near_the_means() {
    for &coding in CODINGS {
        let file = encode(&Options { quality: 95, sampling: Sampling::Gray, coding, ..Options::default() });
        let full = pixels(&file);
        for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
            let mut bands = Decoder::new(&file).unwrap().bands(&Request::at(scale)).unwrap();
            let side = scale.denominator();
            while let Some([band]) = bands.next_band() {
                let rows: Vec<Vec<u8>> = band.rows().map(<[u8]>::to_vec).collect();
                for (y, row) in (band.y()..).zip(rows) {
                    for (x, sample) in (0..).zip(row).take_while(|(x, _)| (x + 1) * side <= SIZE.0) {
                        if (y + 1) * side > SIZE.1 {
                            continue;
                        }
                        let at = |i: u32| (y * side + i / side) * SIZE.0 + x * side + i % side;
                        let sum: u32 = (0..side * side).map(|i| u32::from(full[4 * at(i) as usize])).sum();
                        let mean = sum / (side * side);
                        assert!(
                            u32::from(sample).abs_diff(mean) <= 3,
                            "{coding:?}, {scale:?}, ({x}, {y}): {sample}, {mean}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn alone_a_window_has_the_pixels_of_the_whole() {
    for &coding in CODINGS {
        let file = encode(&Options { sampling: Sampling::S444, coding, ..Options::default() });
        let decoder = Decoder::new(&file).unwrap();
        let mut whole: Vec<Vec<u8>> = Vec::new();
        let mut bands = decoder.bands(&Request::default()).unwrap();
        while let Some([luma, ..]) = bands.next_band() {
            whole.extend(luma.rows().map(<[u8]>::to_vec));
        }
        let window = Some(Window { columns: 1..2, rows: 1..2 });
        let mut bands = decoder.bands(&Request { window, ..Request::default() }).unwrap();
        let [luma, ..] = bands.next_band().unwrap() else { panic!("three planes") };
        assert_eq!((luma.x(), luma.y(), luma.width()), (8, 8, 8));
        for (row, expected) in luma.rows().zip(&whole[8..]) {
            assert_eq!(row, &expected[8..16]);
        }
        assert!(bands.next_band().is_none());
    }
}

#[test]
fn alone_every_cut_ends() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let file = encode(&Options { quality: 20, coding, ..Options::default() });
        // Under Miri each takes a while.
        for len in (0..file.len()).step_by(if cfg!(miri) { 307 } else { 1 }) {
            let Ok(decoder) = Decoder::new(&file[..len]) else { continue };
            let Ok(mut rows) = decoder.rows() else { continue };
            let mut count = 0;
            while rows.next_row().is_some() {
                count += 1;
            }
            assert_eq!(count, SIZE.1, "{coding:?}, {len}");
        }
    }
}
