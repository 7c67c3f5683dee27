//! The pictures that probes start from: few, small, drawn by code, and each with something to find.

use std::io::Write;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use palmette_codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette_core::{Pixmap, Size};

use crate::pictures::{Alpha, checker, disc, from_fn, gradient, gradient_with, letter, solid};

/// A picture that probes start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A letter F over a slope: every flip, turn and cut shows.
    Letter,
    /// The slope with all alphas, from clear to opaque.
    Soft,
    /// A soft disc, to be drawn.
    Mark,
    /// One white pixel in the middle of black: what a filter is made of.
    Impulse,
    /// One lighter pixel in the middle of grey, few around it: what blur and sharpen are made of.
    Dot,
    /// Every grey, each a column.
    Greys,
    /// Colours whose channels differ, side by side, from black to full.
    Colors,
    /// Black and white, a pixel each.
    Checker,
    /// Opaque red beside green that is clear.
    Clear,
    /// A slope in a frame that is not quite of one colour.
    Framed,
    /// Something in the right part of an even wall.
    Lonely,
    /// A thin slope, 100 by 33, whose sides show how sizes are rounded.
    Thin,
    /// A JPEG of the slope that says in its EXIF that it is to be turned.
    Turned,
    /// A PNG of 16 bits a sample.
    Deep,
    /// A GIF of three frames.
    Moving,
    /// The beginning of a PNG.
    Cut,
    /// Bytes that are no picture.
    NoPicture,
}

impl Source {
    pub(super) const ALL: [Self; 17] = [
        Self::Letter,
        Self::Soft,
        Self::Mark,
        Self::Impulse,
        Self::Dot,
        Self::Greys,
        Self::Colors,
        Self::Checker,
        Self::Clear,
        Self::Framed,
        Self::Lonely,
        Self::Thin,
        Self::Turned,
        Self::Deep,
        Self::Moving,
        Self::Cut,
        Self::NoPicture,
    ];

    /// Returns the name that probes call it by.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Soft => "soft",
            Self::Mark => "mark",
            Self::Impulse => "impulse",
            Self::Dot => "dot",
            Self::Greys => "greys",
            Self::Colors => "colors",
            Self::Checker => "checker",
            Self::Clear => "clear",
            Self::Framed => "framed",
            Self::Lonely => "lonely",
            Self::Thin => "thin",
            Self::Turned => "turned",
            Self::Deep => "deep",
            Self::Moving => "moving",
            Self::Cut => "cut",
            Self::NoPicture => "no-picture",
        }
    }

    /// Returns the bytes of its file, as base64.
    pub(super) fn base64(self) -> String {
        BASE64_STANDARD.encode(self.file())
    }

    fn file(self) -> Vec<u8> {
        match self {
            Self::Letter => png(letter(Size::new(90, 60))),
            Self::Soft => png(gradient_with(Size::new(90, 60), Alpha::Soft)),
            Self::Mark => png(disc(Size::new(24, 20), [220, 40, 90])),
            Self::Impulse => png(from_fn(Size::new(31, 31), |x, y| if (x, y) == (15, 15) { [255; 4] } else { BLACK })),
            // Neither black nor white, so that what is sharpened is not cut off.
            Self::Dot => png(from_fn(Size::new(9, 9), |x, y| {
                let grey = if (x, y) == (4, 4) { 192 } else { 64 };
                [grey, grey, grey, 255]
            })),
            Self::Greys => png(from_fn(Size::new(256, 4), |x, _| {
                let grey = u8::try_from(x).expect("256 columns");
                [grey, grey, grey, 255]
            })),
            Self::Colors => png(from_fn(Size::new(64, 8), |x, y| {
                let level = u8::try_from(x * 4).expect("64 columns");
                let [red, green, blue] = COLORS[y as usize].map(|share| share * level);
                [red, green, blue, 255]
            })),
            Self::Checker => png(checker(Size::new(40, 24), 1, [BLACK, [255; 4]])),
            Self::Clear => {
                png(from_fn(Size::new(40, 24), |x, _| if x < 20 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }))
            }
            Self::Framed => png(framed()),
            Self::Lonely => png(from_fn(Size::new(120, 24), |x, y| {
                if (90..104).contains(&x) && (5..19).contains(&y) {
                    gradient(Size::new(14, 14)).pixel(x - 90, y - 5)
                } else {
                    [128, 128, 128, 255]
                }
            })),
            Self::Thin => png(gradient(Size::new(100, 33))),
            Self::Turned => turned(),
            Self::Deep => deep(),
            Self::Moving => moving(),
            Self::Cut => {
                let file = Self::Letter.file();
                file[..file.len() / 2].to_vec()
            }
            Self::NoPicture => b"These bytes are no picture.".to_vec(),
        }
    }
}

const BLACK: [u8; 4] = [0, 0, 0, 255];

/// Which channels a row of colours has.
const COLORS: [[u8; 3]; 8] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]];

fn framed() -> Pixmap {
    let inner = gradient(Size::new(28, 18));
    from_fn(Size::new(40, 30), |x, y| {
        if (5..33).contains(&x) && (4..22).contains(&y) {
            return inner.pixel(x - 5, y - 4);
        }
        // The frame differs by 6 levels from pixel to pixel, so that a tolerance shows.
        let noise = if (x + y) % 2 == 0 { 0 } else { 6 };
        [240 - noise, 240, 240, 255]
    })
}

fn png(picture: Pixmap) -> Vec<u8> {
    file(picture, EncodeFormat::Png)
}

fn file(picture: Pixmap, format: EncodeFormat) -> Vec<u8> {
    encode(picture, &EncodeOptions::new(format)).expect("a small picture").bytes
}

/// Puts an EXIF of one entry, the orientation 6, behind the first marker of a JPEG.
fn turned() -> Vec<u8> {
    let jpeg = file(gradient(Size::new(64, 48)), EncodeFormat::Jpeg);
    let tiff = *b"II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00";
    let exif = [b"Exif\x00\x00".as_slice(), &tiff].concat();
    let length = u16::try_from(exif.len() + 2).expect("a few bytes").to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

/// Writes a ramp whose 16-bit samples lie between levels of 8 bits.
fn deep() -> Vec<u8> {
    const WIDTH: u32 = 64;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, 4);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().expect("a vector takes everything");
    let samples: Vec<u8> =
        (0..4 * WIDTH).flat_map(|index| u16::try_from(index * 251).expect("below 65536").to_be_bytes()).collect();
    writer.write_image_data(&samples).expect("a vector takes everything");
    writer.finish().expect("a vector takes everything");
    bytes.flush().expect("a vector takes everything");
    bytes
}

fn moving() -> Vec<u8> {
    let size = Size::new(16, 16);
    let mut encoder =
        AnimationEncoder::new(&EncodeOptions::new(EncodeFormat::Gif), size, None).expect("a small picture");
    for color in [[200, 30, 40, 255], [20, 160, 60, 255], [30, 60, 190, 255]] {
        encoder.push(solid(size, color), 200).expect("a small picture");
    }
    encoder.finish().expect("a small picture").bytes
}
