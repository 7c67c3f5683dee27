//! The rules of output: which kind of file a size, a quality and a background give.

use palmette_codec::{EncodeFormat, EncodeOptions, Error, encode};
use palmette_ops::{Class, Color};

use crate::draw::{gradient, picture, soft};
use crate::files::{decode, encoded};

/// Finds the frame header of a JPEG: its marker and the sampling of luma, as in `0x22`.
fn frame_of(jpeg: &[u8]) -> (u8, u8) {
    let mut rest = &jpeg[2..];
    while !matches!(rest[1], 0xc0 | 0xc2) {
        rest = &rest[2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]))..];
    }
    (rest[1], rest[11])
}

#[test]
fn encode_jpeg_is_progressive_at_ordinary_sizes() {
    const BASELINE: u8 = 0xc0;
    const PROGRESSIVE: u8 = 0xc2;
    for (width, height, marker) in [
        (49, 49, BASELINE),
        (50, 50, PROGRESSIVE),
        (10, 300, PROGRESSIVE),
        (300, 8, BASELINE),
        (3000, 3000, PROGRESSIVE),
        (4000, 2250, PROGRESSIVE),
        (4000, 2251, BASELINE),
    ] {
        let jpeg = encoded(&picture(width, height, |_, _| [9, 9, 9, 255]), EncodeFormat::Jpeg, 10);
        assert_eq!(frame_of(&jpeg).0, marker, "{width}×{height}");
    }
}

#[test]
fn encode_jpeg_keeps_chroma_from_quality_90() {
    assert_eq!(frame_of(&encoded(&gradient(64, 64), EncodeFormat::Jpeg, 89)).1, 0x22);
    assert_eq!(frame_of(&encoded(&gradient(64, 64), EncodeFormat::Jpeg, 90)).1, 0x11);
}

#[test]
fn encode_flattens_on_white_or_on_the_background() {
    let half = picture(16, 16, |_, _| [255, 0, 0, 128]);
    let cases = [(None, [255, 127, 127, 255]), (Some(Color::BLACK), [128, 0, 0, 255])];
    for (background, expected) in cases {
        let rgb = encode(half.clone(), &EncodeOptions { background, ..EncodeOptions::new(EncodeFormat::Rgb) }).unwrap();
        assert_eq!(rgb.content_type, "application/octet-stream");
        assert_eq!(rgb.bytes, expected[..3].repeat(16 * 16));
        let jpeg = encode(
            half.clone(),
            &EncodeOptions { background, quality: Some(100), ..EncodeOptions::new(EncodeFormat::Jpeg) },
        );
        let shown = decode(&jpeg.unwrap().bytes).unwrap().pixel(8, 8);
        assert!(shown.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2), "{shown:?} instead of {expected:?}");
    }
    let options = EncodeOptions { background: Some(Color::BLACK), ..EncodeOptions::new(EncodeFormat::Png) };
    assert_eq!(decode(&encode(half, &options).unwrap().bytes).unwrap().pixel(0, 0), [128, 0, 0, 255]);
}

#[test]
fn encode_rgba_hands_out_the_pixels() {
    let drawing = soft(5, 4);
    let out = encode(drawing.clone(), &EncodeOptions::new(EncodeFormat::Rgba)).unwrap();
    assert_eq!(out.bytes, drawing.data());
    assert_eq!(out.content_type, "application/octet-stream");
}

/// A pixel by a level and a place.
type Pixel = fn(u8, u32, u32) -> [u8; 4];

#[test]
fn encode_png_uses_the_smallest_color_type() {
    // The colour type is byte 25 of a PNG: 0 grey, 2 colour, 3 a palette, 4 grey and alpha, 6 colour and alpha. Byte 24 are
    // the bits.
    let level = |x: u32, y: u32| (x * 8 + y * 91) as u8;
    let kinds: [(Pixel, [u8; 2]); 8] = [
        (|level, _, _| [level, level, level, 255], [8, 0]),
        (
            |level, _, _| {
                let level = level / 16 * 17;
                [level, level, level, 255]
            },
            [4, 0],
        ),
        (|level, _, _| if level > 99 { [255; 4] } else { [0, 0, 0, 255] }, [1, 0]),
        (|level, _, _| if level > 99 { [9, 9, 9, 255] } else { [8, 8, 9, 255] }, [1, 3]),
        (|level, x, _| [level, level, level, (x * 8) as u8], [8, 4]),
        (|level, x, y| [level, (x * y) as u8, (y * 8) as u8, 255], [8, 2]),
        (|level, x, y| [level, (x * y) as u8, (y * 8) as u8, (x * 8) as u8], [8, 6]),
        (|level, _, _| [level / 20 * 7, level / 20 * 3, 1, 255], [4, 3]),
    ];
    for (number, (pixel, expected)) in kinds.into_iter().enumerate() {
        let drawing = picture(32, 32, |x, y| pixel(level(x, y), x, y));
        let png = encode(drawing.clone(), &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes;
        assert_eq!(png[24..26], expected, "kind {number}");
        assert!(decode(&png).unwrap() == drawing, "kind {number}");
    }
}

#[test]
fn encode_avif_signals_srgb() {
    let avif = encoded(&gradient(32, 32), EncodeFormat::Avif, 50);
    // Primaries 1, transfer 13, matrix 6, full range.
    let srgb = b"nclx\0\x01\0\x0d\0\x06\x80";
    assert!(avif.windows(srgb.len()).any(|window| window == srgb));
}

#[test]
fn encode_failure_is_our_fault() {
    let long = picture(16_384, 1, |_, _| [0, 0, 0, 255]);
    let error = encode(long, &EncodeOptions::new(EncodeFormat::Webp)).unwrap_err();
    assert!(matches!(error, Error::Encode { format: EncodeFormat::Webp, .. }));
    assert_eq!(error.class(), Class::Ours);
    assert_eq!(error.to_string(), "encoding as image/webp failed: a side is longer than the 16,383 pixels of WebP");
}
