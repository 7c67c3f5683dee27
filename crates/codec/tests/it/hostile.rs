//! Bytes that mean harm, or were harmed: every one ends in a picture or an error, and no size that a header claims is
//! believed before it is checked.

use gif::DisposalMethod;
use palmette_codec::{DecodeOptions, Decoded, EncodeFormat, Error, animation, decode, probe};
use palmette_core::{Limits, Size};
use palmette_ops::Class;

use crate::draw::{noise, soft};
use crate::files::{
    encoded, exif, fixture, webp, webp_canvas, webp_chunk, webp_frame, webp_frame_with, with_jpeg_segment,
    with_png_chunk,
};

/// Small limits keep a header that was flipped to something large cheap.
const LIMITS: Limits = Limits { max_side_px: 200, max_area_px: 20_000, max_animation_area_px: 20_000 };
const OPTIONS: DecodeOptions = DecodeOptions::new(LIMITS);

/// One file of every kind.
pub(crate) fn victims() -> Vec<(&'static str, Vec<u8>)> {
    let small = soft(23, 17);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let still = encoded(&small, EncodeFormat::Webp, 100);
    let jpeg = encoded(&small, EncodeFormat::Jpeg, 70);
    vec![
        ("jpeg", jpeg.clone()),
        ("progressive jpeg", encoded(&noise(64, 48), EncodeFormat::Jpeg, 20)),
        (
            "jpeg with metadata",
            crate::files::with_jpeg_icc(
                &with_jpeg_segment(&jpeg, 0xe1, &[b"Exif\0\0", &exif(6)[..]].concat()),
                &profile,
                300,
            ),
        ),
        ("cmyk jpeg", fixture("cmyk-adobe.jpg")),
        ("png", with_png_chunk(&encoded(&small, EncodeFormat::Png, 85), *b"eXIf", &exif(5), true)),
        ("interlaced png", fixture("interlaced-rgba16.png")),
        ("lossy webp", encoded(&small, EncodeFormat::Webp, 60)),
        ("lossless webp", still.clone()),
        (
            "animated webp",
            webp(&[
                webp_canvas(0x2a, 30, 30),
                webp_chunk(b"ICCP", &profile),
                webp_chunk(b"ANIM", &[0; 6]),
                webp_frame(&still, 4, 6, 23, 17),
                webp_frame_with(&still, [0, 2, 23, 17], 70, 3),
                webp_frame_with(&encoded(&small, EncodeFormat::Webp, 60)[18..], [6, 0, 23, 17], 70, 1),
                webp_chunk(b"EXIF", &exif(3)),
            ]),
        ),
        ("avif", encoded(&small, EncodeFormat::Avif, 60)),
        ("cropped avif", fixture("clap.avif")),
        ("avif sequence", fixture("sequence.avif")),
        ("gif", gif()),
    ]
    .into_iter()
    .chain(crate::extra::files(9, 7).into_iter().map(|(format, _, file)| (format.mime(), file)))
    .collect()
}

/// Writes a GIF of three frames, of all ways of disposal.
fn gif() -> Vec<u8> {
    let mut file = Vec::new();
    let palette: Vec<u8> = (0..=255).flat_map(|level| [level, 255 - level, 7]).collect();
    let mut encoder = gif::Encoder::new(&mut file, 30, 20, &palette).unwrap();
    for (left, dispose) in
        (0..).step_by(5).zip([DisposalMethod::Keep, DisposalMethod::Previous, DisposalMethod::Background])
    {
        let buffer = noise(20, 15).data().iter().step_by(4).copied().collect::<Vec<_>>().into();
        let (transparent, interlaced) = (Some(3), left == 5);
        let place = gif::Frame { left, width: 20, height: 15, ..gif::Frame::default() };
        encoder.write_frame(&gif::Frame { buffer, dispose, transparent, interlaced, ..place }).unwrap();
    }
    drop(encoder);
    file
}

/// Decodes and probes; whatever comes out, it is within the limits, and an error is the caller's.
fn survive(name: &str, bytes: &[u8]) -> Result<(), Error> {
    let probed = probe(bytes);
    for frame in animation(bytes, &OPTIONS).into_iter().flatten() {
        match frame {
            Ok(frame) => LIMITS.check(frame.pixmap.size()).unwrap(),
            Err(error) => assert_ne!(error.class(), Class::Ours, "{name}: {error}"),
        }
    }
    match decode(bytes, &OPTIONS) {
        Ok(Decoded { pixmap, .. }) => {
            LIMITS.check(pixmap.size()).unwrap();
            // What is weighed before is what comes.
            assert_eq!(probed.unwrap().size, pixmap.size(), "{name}");
            Ok(())
        }
        Err(error) => {
            assert_ne!(error.class(), Class::Ours, "{name}: {error}");
            Err(error)
        }
    }
}

#[test]
fn hostile_files_cut_at_every_length_end_well() {
    for (name, whole) in victims() {
        survive(name, &whole).unwrap_or_else(|error| panic!("{name} is whole: {error}"));
        for len in 0..whole.len() {
            let _ = survive(name, &whole[..len]);
        }
        assert!(survive(name, &whole[..whole.len() / 2]).is_err(), "half of {name}");
    }
}

#[test]
fn hostile_files_with_each_byte_changed_end_well() {
    for (name, whole) in victims() {
        for at in 0..whole.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= flip;
                let _ = survive(name, &bytes);
            }
        }
    }
}

/// Numbers that look random and are the same at every run.
struct Numbers(u64);

impl Numbers {
    /// Returns a number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }
}

/// Changes files in many ways, 2,000 times each: bytes, what is cut off, and noise after the first bytes.
fn survive_changes(names: &[&str]) {
    let victims = victims();
    assert!(names.iter().all(|name| victims.iter().any(|(victim, _)| victim.contains(name))), "{names:?} are there");
    for (name, whole) in victims.iter().filter(|(victim, _)| names.iter().any(|name| victim.contains(name))) {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for number in 0..2_000 {
            let mut bytes = whole.clone();
            for _ in 0..1 + numbers.below(12) {
                let at = numbers.below(bytes.len());
                bytes[at] = numbers.below(256) as u8;
            }
            match number % 4 {
                0 => bytes.truncate(numbers.below(whole.len())),
                1 => {
                    bytes.truncate(4 + numbers.below(60));
                    bytes.extend((0..numbers.below(400)).map(|_| numbers.below(256) as u8));
                }
                _ => {}
            }
            let _ = survive(name, &bytes);
        }
    }
}

#[test]
fn hostile_changes_of_jpeg_and_avif_end_well() {
    survive_changes(&["jpeg", "avif"]);
}

#[test]
fn hostile_changes_of_png_gif_and_webp_end_well() {
    survive_changes(&["png", "gif", "webp"]);
}

#[test]
fn hostile_changes_of_the_long_tail_end_well() {
    survive_changes(&["bmp", "tiff", "icon", "qoi", "anymap"]);
}

/// Asserts that a file is refused for its size, without work.
#[track_caller]
fn assert_too_large(bytes: &[u8], claimed: Size) {
    assert_eq!(probe(bytes).unwrap().size, claimed);
    let error = decode(bytes, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Limit, "{error}");
}

#[test]
fn hostile_sizes_are_refused_before_they_are_believed() {
    let mut png = encoded(&soft(4, 4), EncodeFormat::Png, 85);
    png[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert_too_large(&png, Size::new(i32::MAX as u32, i32::MAX as u32));

    let mut jpeg = encoded(&soft(4, 4), EncodeFormat::Jpeg, 85);
    let frame = jpeg.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_too_large(&jpeg, Size::new(65_535, 65_535));
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0, 0, 0, 4]);
    assert_too_large(&jpeg, Size::new(4, 0));

    let mut gif = gif();
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert_too_large(&gif, Size::new(65_535, 65_535));

    let still = encoded(&soft(4, 4), EncodeFormat::Webp, 100);
    let webp = webp(&[webp_canvas(0x02, 1 << 24, 1 << 24), webp_frame(&still, 0, 0, 4, 4)]);
    assert_too_large(&webp, Size::new(1 << 24, 1 << 24));

    let mut avif = encoded(&soft(16, 16), EncodeFormat::Avif, 60);
    let ispe = avif.windows(4).position(|window| window == b"ispe").unwrap();
    avif[ispe + 8..ispe + 16].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
    assert_too_large(&avif, Size::new(16_383, 16_383));
    // What decoding it would hold is more than a number can say.
    avif[ispe + 8..ispe + 16].copy_from_slice(&[0xff; 8]);
    assert_too_large(&avif, Size::new(u32::MAX, u32::MAX));
}

#[test]
fn hostile_gif_frame_larger_than_its_screen_is_refused_by_its_own_size() {
    let mut gif = gif();
    let frame = 13 + 256 * 3 + gif[13 + 256 * 3..].iter().position(|&byte| byte == 0x2c).unwrap();
    gif[6..10].copy_from_slice(&[1, 0, 1, 0]);
    gif[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let error = decode(&gif, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Limit);
    // The probe tells both sizes, even of a file that ends within the frame.
    for file in [&gif[..], &gif[..frame + 20]] {
        let probed = probe(file).unwrap();
        assert_eq!((probed.size, probed.stored_size), (Size::new(65_535, 65_535), Size::new(65_535, 65_535)));
    }
}

#[test]
fn hostile_avif_bitstream_larger_than_its_boxes_is_damaged() {
    // The boxes say 16×16, the bitstream 300×300.
    let mut avif = encoded(&soft(300, 300), EncodeFormat::Avif, 30);
    let boxes: Vec<usize> = (0..avif.len() - 4).filter(|&at| &avif[at..at + 4] == b"ispe").collect();
    for at in boxes {
        avif[at + 8..at + 16].copy_from_slice(&[0, 0, 0, 16, 0, 0, 0, 16]);
    }
    assert!(matches!(decode(&avif, &DecodeOptions::default()), Err(Error::Damaged { .. })));
}
