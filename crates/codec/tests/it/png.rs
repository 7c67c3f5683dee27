//! The kinds of PNG: palettes, transparent colours, 16 bits, grey with alpha, interlacing.

use std::borrow::Cow;
use std::time::Instant;

use palmette_codec::{DecodeOptions, EncodeFormat, Error, probe};
use palmette_core::Deadline;
use palmette_ops::Class;
use png::{BitDepth, ColorType, Info};

use crate::draw::{noise, soft};
use crate::files::{decode, decode_damaged, encoded, fixture, png, png_info_with_icc, png_with, with_png_chunk};

#[test]
fn png_palette_with_alpha() {
    let mut info = Info::with_size(3, 1);
    info.palette = Some(Cow::Borrowed(&[255, 0, 0, 0, 255, 0, 0, 0, 255]));
    info.trns = Some(Cow::Borrowed(&[255, 128]));
    // Two bits each: entries 0, 1, 2.
    let decoded = decode(&png_with(info, ColorType::Indexed, BitDepth::Two, &[0x18])).unwrap();
    assert_eq!(decoded.data(), [255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 255]);
}

#[test]
fn png_gray_of_every_depth() {
    for (depth, row, expected) in [
        (BitDepth::One, &[0x40][..], [0, 255]),
        (BitDepth::Two, &[0x60], [85, 170]),
        (BitDepth::Four, &[0x3c], [51, 204]),
        (BitDepth::Eight, &[7, 200], [7, 200]),
        // 0x0180 / 257 = 1.494, 0x0181 / 257 = 1.498; 0x7f80 / 257 = 127.0.
        (BitDepth::Sixteen, &[0x01, 0x80, 0x7f, 0x80], [1, 127]),
    ] {
        let decoded = decode(&png(2, 1, ColorType::Grayscale, depth, row)).unwrap();
        let [first, second] = expected;
        assert_eq!(decoded.data(), [first, first, first, 255, second, second, second, 255], "{depth:?}");
    }
}

#[test]
fn png_gray_with_alpha() {
    let decoded = decode(&png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[10, 20, 30, 0])).unwrap();
    assert_eq!(decoded.data(), [10, 10, 10, 20, 30, 30, 30, 0]);
    let row = [0xff, 0xff, 0x80, 0x80, 0, 0, 0, 0x81];
    let decoded = decode(&png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &row)).unwrap();
    // 0x81 / 257 = 0.502 rounds up.
    assert_eq!(decoded.data(), [255, 255, 255, 128, 0, 0, 0, 1]);
}

#[test]
fn png_transparent_color() {
    let mut info = Info::with_size(2, 1);
    info.trns = Some(Cow::Borrowed(&[0, 1, 0, 2, 0, 3]));
    let decoded = decode(&png_with(info, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3, 1, 2, 4])).unwrap();
    assert_eq!(decoded.data(), [1, 2, 3, 0, 1, 2, 4, 255]);
}

/// The sample that the fixtures have at a place.
fn sample(x: u32, y: u32, plane: u32, values: u32) -> u32 {
    (x * 1021 + y * 3049 + plane * 509) % values
}

#[test]
fn png_interlaced() {
    let rgb = decode(&fixture("interlaced-rgb8.png")).unwrap();
    let rgba = decode(&fixture("interlaced-rgba16.png")).unwrap();
    let gray = decode(&fixture("interlaced-gray2.png")).unwrap();
    for y in 0..11 {
        for x in 0..13 {
            let [red, green, blue] = [0, 1, 2].map(|plane| sample(x, y, plane, 256) as u8);
            assert_eq!(rgb.pixel(x, y), [red, green, blue, 255], "({x}, {y})");
            let deep = [0, 1, 2, 3].map(|plane| ((f64::from(sample(x, y, plane, 65_536)) / 257.0) + 0.5).floor() as u8);
            assert_eq!(rgba.pixel(x, y), deep, "({x}, {y})");
            let level = (sample(x, y, 0, 4) * 85) as u8;
            assert_eq!(gray.pixel(x, y), [level, level, level, 255], "({x}, {y})");
        }
    }
}

#[test]
fn png_animation_shows_its_default_picture() {
    let still = png(1, 1, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3]);
    let animated = with_png_chunk(&still, *b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0], false);
    assert!(probe(&animated).unwrap().is_animated);
    assert!(!probe(&still).unwrap().is_animated);
    assert_eq!(decode(&animated).unwrap().data(), [1, 2, 3, 255]);
}

#[test]
fn png_gamma_without_a_profile_is_not_followed() {
    let still = png(1, 1, ColorType::Rgb, BitDepth::Eight, &[100, 150, 200]);
    let linear = with_png_chunk(&still, *b"gAMA", &100_000_u32.to_be_bytes(), false);
    assert_eq!(decode(&linear).unwrap().data(), [100, 150, 200, 255]);
}

/// Builds a PNG of chunks, their checksums right.
fn chunks(parts: &[([u8; 4], &[u8])]) -> Vec<u8> {
    let empty = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 12]].concat();
    // Each goes to the end, before the twelve bytes that stand for an end mark.
    let file = parts.iter().fold(empty, |file, (kind, content)| with_png_chunk(&file, *kind, content, true));
    file[..file.len() - 12].to_vec()
}

/// Packs rows without compression: one block of stored bytes.
fn stored(rows: &[u8]) -> Vec<u8> {
    let len = u16::try_from(rows.len()).unwrap();
    [&[0x78, 0x01, 1][..], &len.to_le_bytes(), &(!len).to_le_bytes(), rows, &[0; 4]].concat()
}

/// The content of a header chunk: width and height below 256, depth, colour type.
fn header(width: u8, height: u8, depth: u8, color: u8) -> [u8; 13] {
    [0, 0, 0, width, 0, 0, 0, height, depth, color, 0, 0, 0]
}

#[test]
fn png_palette_of_a_broken_length_is_damaged() {
    let error = decode(&fixture("png-plte-length.png")).unwrap_err();
    assert_eq!(error.to_string(), "the image/png is damaged: it has no whole palette");
    for palette in [&[1_u8, 2][..], &[1, 2, 3, 4], &[9; 767], &[]] {
        let row = stored(&[0, 0]);
        let file = chunks(&[(*b"IHDR", &header(1, 1, 8, 3)), (*b"PLTE", palette), (*b"IDAT", &row), (*b"IEND", &[])]);
        assert!(matches!(decode(&file), Err(Error::Damaged { .. })), "{} bytes", palette.len());
        // To a picture that names its colours itself a palette is but a suggestion.
        let row = stored(&[0, 1, 2, 3]);
        let file = chunks(&[(*b"IHDR", &header(1, 1, 8, 2)), (*b"PLTE", palette), (*b"IDAT", &row), (*b"IEND", &[])]);
        assert_eq!(decode(&file).unwrap().data(), [1, 2, 3, 255]);
    }
    let file = chunks(&[(*b"IHDR", &header(1, 1, 8, 3)), (*b"IDAT", &stored(&[0, 0])), (*b"IEND", &[])]);
    assert!(matches!(decode(&file), Err(Error::Damaged { .. })));
}

#[test]
fn png_transparent_gray_counts_by_its_low_bits() {
    let decoded = decode(&fixture("png-trns-high-bits.png")).unwrap();
    for pixel in decoded.data().as_chunks::<4>().0 {
        let [level, _, _, alpha] = *pixel;
        assert_eq!(alpha, if level == 255 { 0 } else { 255 }, "{level}");
    }
    assert!(decoded.data().contains(&255) && !decoded.is_opaque());
    // Level 2 of 2 bits and level 9 of 4 bits are clear; the bits above them say nothing.
    for (depth, row, clear, levels) in [(2, 0b1001_0000, [0xff, 0xfe], [170, 85]), (4, 0x9a, [0x12, 0x39], [153, 170])]
    {
        let file = chunks(&[
            (*b"IHDR", &header(2, 1, depth, 0)),
            (*b"tRNS", &clear),
            (*b"IDAT", &stored(&[0, row])),
            (*b"IEND", &[]),
        ]);
        let [first, second] = levels;
        assert_eq!(
            decode(&file).unwrap().data(),
            [first, first, first, 0, second, second, second, 255],
            "{depth} bits"
        );
    }
}

#[test]
fn png_is_shown_as_soon_as_every_pixel_is_there() {
    let drawing = soft(40, 30);
    let whole = encoded(&drawing, EncodeFormat::Png, 100);
    let interlaced = fixture("interlaced-rgba16.png");
    for (file, drawing) in [(&whole, &drawing), (&interlaced, &decode(&interlaced).unwrap())] {
        let shown = (0..file.len()).find(|&len| decode(&file[..len]).is_ok()).unwrap();
        // The end mark, the checksums of the chunk and of the stream, and what may be left of it.
        assert!(file.len() - 24 <= shown + 8 && shown <= file.len() - 20, "{shown} of {}", file.len());
        let end = file.len() - 12;
        for tail in [&b""[..], &[0; 40], b"\0\0\0\x07LOGS", b"\xff\xff\xff\xffIEND", &file[end - 30..end]] {
            assert!(decode(&[&file[..end], tail].concat()).unwrap() == *drawing);
        }
    }
}

#[test]
fn png_chunks_that_no_pixel_depends_on_may_be_wrong() {
    let drawing = soft(40, 30);
    let whole = encoded(&drawing, EncodeFormat::Png, 100);
    for (kind, content) in [
        (*b"LOGS", &[1, 2, 3][..]),
        (*b"pHYs", &[0]),
        (*b"iCCP", b"name"),
        (*b"tRNS", &[0; 3]),
        (*b"IHDR", &[0; 13]),
        (*b"fcTL", &[0; 26]),
    ] {
        assert!(decode(&with_png_chunk(&whole, kind, content, false)).unwrap() == drawing, "{kind:?}");
        assert!(decode(&with_png_chunk(&whole, kind, content, true)).unwrap() == drawing, "{kind:?} at the end");
    }
    // A profile whose checksum is wrong is none.
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let mut file =
        png_with(png_info_with_icc(2, 1, &profile), ColorType::Rgb, BitDepth::Eight, &[200, 100, 50, 1, 2, 3]);
    let place = file.windows(4).position(|kind| kind == b"iCCP").unwrap();
    file[place + 30] ^= 1;
    assert_eq!(decode(&file).unwrap().data(), [200, 100, 50, 255, 1, 2, 3, 255]);
}

#[test]
fn png_checksums_of_pixels_count() {
    let mut file = chunks(&[(*b"IHDR", &header(1, 1, 8, 2)), (*b"IDAT", &stored(&[0, 1, 2, 3])), (*b"IEND", &[])]);
    let place = file.windows(4).position(|kind| kind == b"IDAT").unwrap();
    file[place + 4 + 8] = 9;
    assert_eq!(decode(&file).unwrap_err().to_string(), "the image/png is damaged: a checksum of its pixels is wrong");
    let (shown, damage) = decode_damaged(&file).unwrap();
    assert_eq!(shown.data(), [9, 2, 3, 255]);
    assert_eq!(damage.unwrap(), "a checksum of its pixels is wrong");
}

#[test]
fn png_pixels_may_lie_in_chunks_apart() {
    let rows = stored(&[0, 1, 2, 3]);
    let (first, second) = rows.split_at(8);
    let file = chunks(&[
        (*b"IHDR", &header(1, 1, 8, 2)),
        (*b"IDAT", first),
        (*b"tEXt", b"a\0b"),
        (*b"IDAT", &[]),
        (*b"IDAT", second),
        (*b"IEND", &[]),
    ]);
    assert_eq!(decode(&file).unwrap().data(), [1, 2, 3, 255]);
}

#[test]
fn png_damaged_is_shown_as_far_as_it_goes() {
    let drawing = noise(60, 50);
    let whole = encoded(&drawing, EncodeFormat::Png, 100);
    assert_eq!(decode_damaged(&whole).unwrap(), (drawing.clone(), None));
    let (shown, damage) = decode_damaged(&whole[..whole.len() / 2]).unwrap();
    assert_eq!(damage.unwrap(), "unexpected end of file");
    let rows = shown.rows().zip(drawing.rows()).take_while(|(shown, drawn)| shown == drawn).count();
    assert!((20..=25).contains(&rows), "{rows}");
    assert!(shown.rows().skip(rows).all(|row| row.iter().all(|&byte| byte == 0)));
    // Nothing is no picture.
    assert!(matches!(decode_damaged(&whole[..60]), Err(Error::Damaged { .. })));

    let interlaced = fixture("interlaced-rgba16.png");
    let all = decode(&interlaced).unwrap();
    let (shown, damage) = decode_damaged(&interlaced[..interlaced.len() * 2 / 3]).unwrap();
    assert!(damage.is_some());
    // Early passes fill the place of later ones.
    let pixels = || shown.data().as_chunks::<4>().0.iter().zip(all.data().as_chunks::<4>().0);
    let right = pixels().filter(|(shown, pixel)| shown == pixel).count();
    assert!(right * 2 > pixels().count() && pixels().all(|(shown, _)| *shown != [0; 4]), "{right}");
}

#[test]
fn png_stops_when_its_time_is_over() {
    let whole = encoded(&noise(60, 50), EncodeFormat::Png, 100);
    let options = DecodeOptions { deadline: Deadline::at(Instant::now()), ..DecodeOptions::default() };
    let error = palmette_codec::decode(&whole, &options).unwrap_err();
    assert_eq!(error.class(), Class::Deadline);
}

#[test]
fn png_of_xcode_is_named() {
    let file = chunks(&[(*b"CgBI", &[0; 4]), (*b"IHDR", &header(1, 1, 8, 6)), (*b"IDAT", &[0; 4]), (*b"IEND", &[])]);
    let error = decode(&file).unwrap_err();
    assert_eq!(error.class(), Class::Unsupported);
    assert!(error.to_string().contains("CgBI"), "{error}");
}
