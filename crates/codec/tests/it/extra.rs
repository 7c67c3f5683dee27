//! The long tail: BMP, TIFF, ICO, QOI and PNM come in.

use std::io::Cursor;

use image::{ColorType, ExtendedColorType, ImageEncoder, ImageFormat};
use palmette_codec::{DecodeOptions, Error, Format, Note, probe};
use palmette_core::{Deadline, Limits, Pixmap, Size};
use palmette_ops::Class;

use crate::color::p3_to_srgb;
use crate::draw::{max_difference, noise, picture};
use crate::files::decode;

/// Writes samples by the image crate.
fn written(format: ImageFormat, width: u32, height: u32, color: ColorType, samples: &[u8]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut file, samples, width, height, color, format).unwrap();
    file.into_inner()
}

/// Drops the alpha of every pixel.
fn opaque(drawing: &Pixmap) -> Pixmap {
    picture(drawing.width(), drawing.height(), |x, y| {
        let [red, green, blue, _] = drawing.pixel(x, y);
        [red, green, blue, 255]
    })
}

/// One file of each format, of [`noise`] with its alpha or without.
pub(crate) fn files(width: u32, height: u32) -> Vec<(Format, bool, Vec<u8>)> {
    let drawing = noise(width, height);
    let rgb: Vec<u8> = drawing.data().as_chunks::<4>().0.iter().flat_map(|pixel| pixel[..3].to_vec()).collect();
    let rgba = drawing.data();
    let file = |format, color, samples: &[u8]| written(format, width, height, color, samples);
    vec![
        (Format::Bmp, false, file(ImageFormat::Bmp, ColorType::Rgb8, &rgb)),
        (Format::Bmp, true, file(ImageFormat::Bmp, ColorType::Rgba8, rgba)),
        (Format::Tiff, false, file(ImageFormat::Tiff, ColorType::Rgb8, &rgb)),
        (Format::Tiff, true, file(ImageFormat::Tiff, ColorType::Rgba8, rgba)),
        (Format::Ico, true, file(ImageFormat::Ico, ColorType::Rgba8, rgba)),
        (Format::Qoi, false, file(ImageFormat::Qoi, ColorType::Rgb8, &rgb)),
        (Format::Qoi, true, file(ImageFormat::Qoi, ColorType::Rgba8, rgba)),
        (Format::Pnm, false, file(ImageFormat::Pnm, ColorType::Rgb8, &rgb)),
    ]
}

#[test]
fn extra_formats_are_decoded_exactly() {
    for (width, height) in [(1, 1), (7, 5), (64, 33)] {
        for (format, has_alpha, file) in files(width, height) {
            let probed = probe(&file).unwrap();
            assert_eq!((probed.format, probed.size, probed.has_alpha), (format, Size::new(width, height), has_alpha));
            let expected = if has_alpha { noise(width, height) } else { opaque(&noise(width, height)) };
            assert!(decode(&file).unwrap() == expected, "{format} at {width}×{height}");
        }
    }
}

#[test]
fn extra_16_bits_are_rounded_as_the_rule_says() {
    // 0x0180 / 257 = 1.494, 0x0181 / 257 = 1.498, 0x7f80 / 257 = 127.0, 0x0182 / 257 = 1.502.
    let samples: Vec<u8> = [0x0180_u16, 0x0182, 0x7f80, 0xffff].iter().flat_map(|value| value.to_ne_bytes()).collect();
    let tiff = written(ImageFormat::Tiff, 1, 1, ColorType::Rgba16, &samples);
    assert_eq!(decode(&tiff).unwrap().data(), [1, 2, 127, 255]);
    let gray = written(ImageFormat::Tiff, 2, 1, ColorType::L16, &samples[2..6]);
    assert_eq!(decode(&gray).unwrap().data(), [2, 2, 2, 255, 127, 127, 127, 255]);
    let pgm = b"P5\n2 1\n65535\n\x01\x82\x7f\x80";
    assert_eq!(decode(pgm).unwrap().data(), [2, 2, 2, 255, 127, 127, 127, 255]);
}

#[test]
fn extra_pnm_of_every_kind() {
    let files: [(&[u8], [u8; 8]); 7] = [
        (b"P1\n# a\n2 1\n1 0\n", [0, 0, 0, 255, 255, 255, 255, 255]),
        (b"P2\n2 1\n255\n7 200\n", [7, 7, 7, 255, 200, 200, 200, 255]),
        (b"P3\n2 1\n255\n1 2 3 4 5 6\n", [1, 2, 3, 255, 4, 5, 6, 255]),
        (b"P4\n2 1\n\x40", [255, 255, 255, 255, 0, 0, 0, 255]),
        (b"P5\n2 1\n255\n\x07\xc8", [7, 7, 7, 255, 200, 200, 200, 255]),
        (b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06", [1, 2, 3, 255, 4, 5, 6, 255]),
        (
            b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\x01\x02\x03\x09\x04\x05\x06\x0a",
            [1, 2, 3, 9, 4, 5, 6, 10],
        ),
    ];
    for (file, expected) in files {
        assert_eq!(decode(file).unwrap().data(), expected, "{:?}", &file[..2]);
    }
}

/// Builds a TIFF of one strip of two pixels of colour over another two, with further entries of the directory.
fn tiff(entries: &[[u16; 2]], rows: &[u8; 12]) -> Vec<u8> {
    let mut all = vec![[256, 2], [257, 2], [259, 1], [262, 2], [277, 3], [278, 2]];
    all.extend_from_slice(entries);
    all.sort_unstable();
    let count = all.len() + 3;
    let after = u32::try_from(8 + 2 + count * 12 + 4).unwrap();
    let long = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let mut directory: Vec<Vec<u8>> = all.iter().map(|&[tag, value]| long(tag, 3, 1, value.into())).collect();
    directory.push(long(258, 3, 3, after));
    directory.push(long(273, 4, 1, after + 6));
    directory.push(long(279, 4, 1, 12));
    directory.sort_by_key(|entry| u16::from_le_bytes([entry[0], entry[1]]));
    let count = u16::try_from(count).unwrap().to_le_bytes();
    [&b"II*\0\x08\0\0\0"[..], &count, &directory.concat(), &[0; 4], &[8, 0, 8, 0, 8, 0], rows].concat()
}

#[test]
fn extra_tiff_is_upright() {
    let rows = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
    let levels = |file: &[u8]| decode(file).unwrap().data().iter().step_by(4).copied().collect::<Vec<_>>();
    assert_eq!(levels(&tiff(&[], &rows)), [1, 2, 3, 4]);
    for (orientation, expected) in [(1, [1, 2, 3, 4]), (2, [2, 1, 4, 3]), (3, [4, 3, 2, 1]), (6, [3, 1, 4, 2])] {
        assert_eq!(levels(&tiff(&[[274, orientation]], &rows)), expected, "orientation {orientation}");
    }
}

#[test]
fn extra_profile_of_a_tiff_is_followed() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    for (profile, expected, notes) in [
        (profile, p3_to_srgb([200, 100, 50]), vec![]),
        (b"nonsense".to_vec(), [200, 100, 50, 255], vec![Note::Profile]),
    ] {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = image::codecs::tiff::TiffEncoder::new(&mut file);
        encoder.set_icc_profile(profile).unwrap();
        encoder.write_image(&[200, 100, 50], 1, 1, ExtendedColorType::Rgb8).unwrap();
        let file = file.into_inner();
        let shown = decode(&file).unwrap().pixel(0, 0);
        assert!(max_difference(&shown, &expected) <= 1, "{shown:?}");
        assert_eq!(probe(&file).unwrap().notes, notes);
    }
}

#[test]
fn extra_files_keep_to_the_limits() {
    for (format, _, file) in files(40, 30) {
        let limits = Limits { max_side_px: 39, ..Limits::default() };
        let error = palmette_codec::decode(&file, &DecodeOptions::new(limits)).unwrap_err();
        assert_eq!(error.class(), Class::Limit, "{format}");
        let options = DecodeOptions { deadline: Deadline::at(std::time::Instant::now()), ..DecodeOptions::default() };
        assert_eq!(palmette_codec::decode(&file, &options).unwrap_err().class(), Class::Deadline, "{format}");
        let error = decode(&file[..file.len() / 2]).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{format}: {error}");
    }
}

#[test]
fn extra_kinds_that_are_not_decoded_are_named() {
    let file = written(ImageFormat::Tiff, 1, 1, ColorType::Rgb32F, &[0; 12]);
    let error = decode(&file).unwrap_err();
    assert_eq!(error.class(), Class::Unsupported);
    assert!(error.to_string().starts_with("this kind of TIFF is not a supported input format"), "{error}");
}
