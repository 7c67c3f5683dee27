//! A PNG is never written much larger than it could be.

use std::time::Instant;

use palmette_codec::{EncodeFormat, EncodeOptions, encode};
use palmette_core::{Deadline, Pixmap};
use palmette_ops::Class;
use png::{BitDepth, ColorType, DeflateCompression, Filter};

use crate::draw::{gradient, noise, picture, quadrants, soft};
use crate::files::{decode, fixture};

/// Writes a PNG as ours are written, and checks that nothing is lost.
fn ours(drawing: &Pixmap) -> usize {
    let png = encode(drawing.clone(), &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes;
    assert!(decode(&png).unwrap() == *drawing);
    png.len()
}

/// Writes a PNG in colour, with alpha where there is some, by level 6 of zlib and the best of the five filters.
fn zlib_6(drawing: &Pixmap) -> usize {
    let filters = [Filter::NoFilter, Filter::Sub, Filter::Up, Filter::Avg, Filter::Paeth];
    let pixels: Vec<u8> = match drawing.is_opaque() {
        true => drawing.data().as_chunks::<4>().0.iter().flat_map(|pixel| pixel[..3].to_vec()).collect(),
        false => drawing.data().to_vec(),
    };
    let sizes = filters.map(|filter| {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, drawing.width(), drawing.height());
        encoder.set_color(if drawing.is_opaque() { ColorType::Rgb } else { ColorType::Rgba });
        encoder.set_depth(BitDepth::Eight);
        encoder.set_deflate_compression(DeflateCompression::Level(6));
        encoder.set_filter(filter);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        file.len()
    });
    sizes.into_iter().min().unwrap()
}

/// Draws lines of something like text on boxes of plain colours.
fn screenshot(width: u32, height: u32, colors: u32) -> Pixmap {
    let ink = noise(width, height);
    picture(width, height, |x, y| {
        let is_ink = y % 14 < 9 && x % 200 > 20 && ink.pixel(x / 2 % 60, y / 14 * 14 + y % 14 / 2)[0] > 150;
        let tone = ((x / 300 + y / 90) % colors * 37) as u8;
        if is_ink { [20, 20, tone, 255] } else { [245, 255 - tone, 250, 255] }
    })
}

/// Draws what a camera sees: smooth, with noise.
fn photo(width: u32, height: u32) -> Pixmap {
    let grain = noise(width, height);
    let smooth = gradient(width, height);
    picture(width, height, |x, y| {
        let [red, green, blue, _] = smooth.pixel(x, y);
        let grain = grain.pixel(x, y);
        let grainy = |level: u8, at: usize| level.saturating_add(grain[at] % 12);
        [grainy(red, 0), grainy(green, 1), grainy(blue, 2), 255]
    })
}

#[test]
fn png_size_is_near_what_zlib_makes_of_it() {
    let drawings = [
        ("one pixel", picture(1, 1, |_, _| [1, 2, 3, 255])),
        ("one colour", picture(900, 700, |_, _| [250, 250, 250, 255])),
        ("nothing", picture(300, 300, |_, _| [0; 4])),
        ("quadrants", quadrants(400, 300)),
        ("gradient", gradient(500, 400)),
        ("gradient with alpha", soft(500, 400)),
        ("grey gradient", picture(900, 300, |x, _| [(x * 255 / 900) as u8; 4].map(|level| level | 1))),
        ("noise", noise(200, 150)),
        ("tiles", {
            let tile = noise(64, 64);
            picture(640, 480, |x, y| tile.pixel(x % 64, y % 64))
        }),
        ("screenshot of few colours", screenshot(1000, 700, 3)),
        ("screenshot of many", screenshot(1000, 700, 400)),
        ("photo", photo(800, 600)),
        ("photo in a screenshot", {
            let (page, photo) = (screenshot(1000, 800, 5), photo(500, 300));
            picture(1000, 800, |x, y| {
                if x < 500 && (200..500).contains(&y) { photo.pixel(x, y - 200) } else { page.pixel(x, y) }
            })
        }),
        (
            "waves",
            picture(600, 500, |x, y| {
                let wave = |at: u32, length: f64| (128.0 + 100.0 * (f64::from(at) / length).sin()) as u8;
                [wave(x, 90.0), wave(y, 70.0), wave(x + y, 120.0), 255]
            }),
        ),
    ];
    for (name, drawing) in drawings {
        let (ours, zlib) = (ours(&drawing), zlib_6(&drawing));
        assert!(ours * 2 <= zlib * 3, "{name}: {ours} bytes instead of {zlib}");
    }
}

#[test]
fn png_size_of_a_screenshot_hardly_grows() {
    let file = fixture("png-screenshot-grows.png");
    let size = ours(&decode(&file).unwrap());
    assert!(size * 4 <= file.len() * 5, "{size} bytes instead of {}", file.len());
}

#[test]
fn png_encoder_stops_when_its_time_is_over() {
    let options = EncodeOptions { deadline: Deadline::at(Instant::now()), ..EncodeOptions::new(EncodeFormat::Png) };
    for drawing in [noise(300, 300), quadrants(300, 300)] {
        assert_eq!(encode(drawing, &options).unwrap_err().class(), Class::Deadline);
    }
}
