//! The traits of the crate `image`: decoding gives the rows of this crate, encoding its files, metadata goes along.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageReader};
use palmette_jpeg::Decoder;
use palmette_jpeg::encode::{Encoder, Options, PlaneRows, Sampling};
use palmette_jpeg::image_traits::{JpegDecoder, JpegEncoder, register_hooks};

const SIZE: (u32, u32) = (53, 37);

/// Draws slopes, so many bytes a pixel.
fn slopes(bytes: u32) -> Vec<u8> {
    let sample = |x: u32, y: u32, channel: u32| (x * 3 + y * 2 * channel + 20 * channel).to_le_bytes()[0];
    let row = |y| (0..SIZE.0).flat_map(move |x| (0..bytes).map(move |channel| sample(x, y, channel)));
    (0..SIZE.1).flat_map(row).collect()
}

/// Encodes through the trait.
fn encode(color: ExtendedColorType, options: Options<'_>) -> Vec<u8> {
    let mut file = Vec::new();
    let bytes = u32::from(color.bits_per_pixel() / 8);
    JpegEncoder::new(&mut file, options).write_image(&slopes(bytes), SIZE.0, SIZE.1, color).expect("a picture");
    file
}

/// Decodes all rows, and takes some bytes of each pixel.
fn rows(file: &[u8], bytes: usize) -> Vec<u8> {
    let mut rows = Decoder::new(file).expect("a header").rows().expect("a model");
    let mut pixels = Vec::new();
    while let Some(row) = rows.next_row() {
        pixels.extend(row.chunks(4).flat_map(|pixel| &pixel[..bytes]));
    }
    pixels
}

#[test]
fn image_decodes_to_our_rows() {
    let hooks_are_new = register_hooks();
    for (color, read_as, bytes) in
        [(ExtendedColorType::L8, ColorType::L8, 1), (ExtendedColorType::Rgb8, ColorType::Rgb8, 3)]
    {
        let file = encode(color, Options::default());
        let decoder = JpegDecoder::new(&file).expect("a header");
        assert_eq!((decoder.dimensions(), decoder.color_type()), (SIZE, read_as));
        let image = DynamicImage::from_decoder(decoder).expect("a picture");
        assert!(image.as_bytes() == rows(&file, bytes), "{color:?}");
        let hooked = ImageReader::new(Cursor::new(&file)).with_guessed_format().expect("a file").decode();
        assert_eq!(hooked.expect("a picture"), image, "through the hook");
    }
    assert!(hooks_are_new && !register_hooks(), "they stay");
}

#[test]
fn image_encodes_our_files() {
    for sampling in [Sampling::S420, Sampling::S444] {
        let options = Options { sampling, ..Options::default() };
        let rgba: Vec<u8> = slopes(3).chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
        let mut encoder = Encoder::new(Vec::new(), SIZE.0, SIZE.1, &options).expect("options");
        for band in rgba.chunks(4 * SIZE.0 as usize * encoder.band_rows()) {
            encoder.write_rgba_band(band).expect("a band");
        }
        assert!(encode(ExtendedColorType::Rgb8, options) == encoder.finish().expect("a file"), "{sampling:?}");
    }
    let options = Options { sampling: Sampling::Gray, ..Options::default() };
    let mut encoder = Encoder::new(Vec::new(), SIZE.0, SIZE.1, &options).expect("options");
    for samples in slopes(1).chunks(SIZE.0 as usize * encoder.band_rows()) {
        encoder.write_band(&[PlaneRows { samples, stride: SIZE.0 as usize }]).expect("a band");
    }
    assert!(encode(ExtendedColorType::L8, Options::default()) == encoder.finish().expect("a file"));
    let refused =
        JpegEncoder::new(Vec::new(), options).write_image(&slopes(4), SIZE.0, SIZE.1, ExtendedColorType::Rgba8);
    assert!(matches!(refused, Err(ImageError::Unsupported(_))), "alpha is not dropped in silence");
}

#[test]
fn image_multiplies_inks() {
    // Black at half everywhere, the other inks by columns: made of a fixture with four components.
    let file = include_bytes!("fixtures/cmyk-no-adobe.jpg");
    let decoder = JpegDecoder::new(&file[..]).expect("a header");
    assert_eq!((decoder.color_type(), decoder.original_color_type()), (ColorType::Rgb8, ExtendedColorType::Cmyk8));
    let image = DynamicImage::from_decoder(decoder).expect("a picture");
    let inks = rows(file, 4);
    for (pixel, inks) in image.as_bytes().chunks(3).zip(inks.chunks(4)) {
        for (&light, &ink) in pixel.iter().zip(inks) {
            let exact = f64::from(ink) * f64::from(inks[3]) / 255.0;
            assert!((f64::from(light) - exact).abs() <= 0.5, "{light} of {inks:?}");
        }
    }
}

/// EXIF that says nothing but an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif
}

#[test]
fn image_hands_metadata_on() {
    let exif = exif(6);
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file, Options::default());
    encoder.set_exif_metadata(exif.clone()).expect("EXIF is supported");
    let profile: Vec<u8> = (0..=255).cycle().take(1000).collect();
    encoder.set_icc_profile(profile.clone()).expect("profiles are supported");
    encoder.write_image(&slopes(3), SIZE.0, SIZE.1, ExtendedColorType::Rgb8).expect("a picture");
    assert_eq!(JpegDecoder::new(&file).and_then(|mut it| it.icc_profile()).expect("a profile"), Some(profile));
    // Another profile instead, in two segments, in the wrong order, and XMP.
    let at = file.windows(2).position(|pair| pair == [0xff, 0xe2]).expect("the profile");
    file.drain(at..at + 2 + 2 + 14 + 1000);
    let profile: Vec<u8> = (0..=250).cycle().take(1000).collect();
    let mut segments = Vec::new();
    let mut add = |marker: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        segments.extend([0xff, marker]);
        segments.extend(u16::try_from(content.len() + 2).expect("short").to_be_bytes());
        segments.extend(content);
    };
    add(0xe2, &[b"ICC_PROFILE\0\x02\x02", &profile[700..]]);
    add(0xe2, &[b"ICC_PROFILE\0\x01\x02", &profile[..700]]);
    add(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", b"<x/>"]);
    file.splice(2..2, segments);
    let mut decoder = JpegDecoder::from_reader(&file[..]).expect("a header");
    assert_eq!(decoder.exif_metadata().expect("EXIF"), Some(exif));
    assert_eq!(decoder.orientation().expect("EXIF"), Orientation::Rotate90);
    assert_eq!(decoder.icc_profile().expect("a profile"), Some(profile));
    assert_eq!(decoder.xmp_metadata().expect("XMP"), Some(b"<x/>".to_vec()));
}

#[test]
fn image_reports_damage() {
    let file = encode(ExtendedColorType::Rgb8, Options::default());
    let cut = &file[..file.len() - 60];
    let decoder = JpegDecoder::new(cut).expect("a header");
    assert!(matches!(DynamicImage::from_decoder(decoder.clone()), Err(ImageError::Decoding(_))));
    let shown = DynamicImage::from_decoder(decoder.with_damage_shown()).expect("as much as there is");
    assert!(shown.as_bytes() == rows(cut, 3));
    assert!(matches!(JpegDecoder::new(&b"GIF89a"[..]), Err(ImageError::Decoding(_))));
}
