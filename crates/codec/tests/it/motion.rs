//! Animations: every frame as a plain compositor would show it, and what goes out comes back.

use std::num::NonZeroU32;

use palmette_codec::{
    AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, Error, Frame, OnDamage, animation, probe,
};
use palmette_core::{Limits, Pixmap, Size};
use palmette_ops::Class;
use proptest::prelude::*;

use crate::compositor::{Part, assert_shown, composed, gif_of, gif_parts, webp_of, webp_parts};
use crate::draw::{gradient, mean_difference, picture};
use crate::files::{decode, encoded};

/// Decodes all frames.
fn frames(bytes: &[u8]) -> Result<Vec<Frame>, Error> {
    animation(bytes, &DecodeOptions::default())?.collect()
}

/// Decodes the frames that there are of a damaged file; returns what is wrong, too.
fn frames_of_damaged(bytes: &[u8]) -> Result<(Vec<Frame>, Option<String>), Error> {
    let options = DecodeOptions { on_damage: OnDamage::Show, ..DecodeOptions::default() };
    let mut animation = animation(bytes, &options)?;
    let frames = animation.by_ref().collect::<Result<_, _>>()?;
    Ok((frames, animation.into_damage().map(|cause| cause.to_string())))
}

/// Writes frames.
fn written(format: EncodeFormat, quality: u8, plays: u32, frames: &[(Pixmap, u32)]) -> Vec<u8> {
    let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) };
    let mut encoder = AnimationEncoder::new(&options, frames[0].0.size(), NonZeroU32::new(plays)).unwrap();
    for (pixmap, delay_ms) in frames {
        encoder.push(pixmap.clone(), *delay_ms).unwrap();
    }
    let encoded = encoder.finish().unwrap();
    assert_eq!(encoded.content_type, format.content_type());
    encoded.bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn motion_gif_is_composed(parts in gif_parts()) {
        let bytes = gif_of(12, 10, &parts);
        let shown = frames(&bytes).unwrap();
        // The canvas grows to the first frame, if that has pixels.
        let [left, top, width, height] = parts[0].area;
        let (right, bottom) = if width * height > 0 { (left + width, top + height) } else { (0, 0) };
        assert_shown(&shown, &composed(right.max(12), bottom.max(10), &parts));
        prop_assert!(shown.iter().zip(0..).all(|(frame, number)| frame.delay_ms == number * 10));
        prop_assert!(decode(&bytes).unwrap() == shown[0].pixmap);
        prop_assert_eq!(probe(&bytes).unwrap().frame_count as usize, parts.len());
    }

    #[test]
    fn motion_webp_is_composed(parts in webp_parts()) {
        let bytes = webp_of(12, 10, &parts);
        let shown = frames(&bytes).unwrap();
        assert_shown(&shown, &composed(12, 10, &parts));
        prop_assert!(shown.iter().zip(1..).all(|(frame, number)| frame.delay_ms == number));
        prop_assert!(decode(&bytes).unwrap() == shown[0].pixmap);
        prop_assert_eq!(animation(&bytes, &DecodeOptions::default()).unwrap().plays(), NonZeroU32::new(5));
    }

    #[test]
    fn motion_frames_of_few_colours_come_back_exactly(parts in gif_parts()) {
        let shown: Vec<(Pixmap, u32)> = composed(12, 10, &parts).into_iter().zip((1..).map(|n| n * 20)).collect();
        for (format, quality) in [(EncodeFormat::Gif, 50), (EncodeFormat::Webp, 100)] {
            let back = frames(&written(format, quality, 3, &shown)).unwrap();
            let back: Vec<(Pixmap, u32)> = back.into_iter().map(|frame| (frame.pixmap, frame.delay_ms)).collect();
            prop_assert!(back == shown, "{:?}", format);
        }
    }

    #[test]
    fn motion_webp_without_loss_keeps_alpha(parts in webp_parts()) {
        let shown: Vec<(Pixmap, u32)> = composed(12, 10, &parts).into_iter().map(|pixmap| (pixmap, 7)).collect();
        let back = frames(&written(EncodeFormat::Webp, 100, 0, &shown)).unwrap();
        assert_shown(&back, &shown.into_iter().map(|(pixmap, _)| pixmap).collect::<Vec<_>>());
    }
}

/// Draws a ball that moves over a gradient, of few colours.
fn ball(number: u32) -> Pixmap {
    let (at_x, at_y) = (20 + number * 3, 30 + (number * 7) % 40);
    picture(140, 100, |x, y| {
        let inside = x.abs_diff(at_x).pow(2) + y.abs_diff(at_y).pow(2) < 150;
        if inside { [220, 40, (number * 8) as u8, 255] } else { [(x / 10 * 10) as u8, (y / 20 * 20) as u8, 90, 255] }
    })
}

#[test]
fn motion_thirty_frames_go_to_webp_and_back() {
    let source: Vec<(Pixmap, u32)> = (0..30).map(|number| (ball(number), 30 + 10 * (number % 4))).collect();
    let mut file = written(EncodeFormat::Gif, 85, 4, &source);
    for format in [EncodeFormat::Webp, EncodeFormat::Gif, EncodeFormat::Webp] {
        let frames = animation(&file, &DecodeOptions::default()).unwrap();
        assert_eq!((frames.frame_count(), frames.plays()), (30, NonZeroU32::new(4)));
        let options = EncodeOptions { quality: Some(100), ..EncodeOptions::new(format) };
        let mut encoder = AnimationEncoder::new(&options, frames.size(), frames.plays()).unwrap();
        for frame in frames {
            let frame = frame.unwrap();
            encoder.push(frame.pixmap, frame.delay_ms).unwrap();
        }
        file = encoder.finish().unwrap().bytes;
    }
    let back = frames(&file).unwrap();
    assert!(back.into_iter().map(|frame| (frame.pixmap, frame.delay_ms)).eq(source));
}

#[test]
fn motion_webp_with_loss_is_near() {
    let source: Vec<(Pixmap, u32)> = (0..8).map(|number| (ball(number), 40)).collect();
    let file = written(EncodeFormat::Webp, 80, 0, &source);
    for (frame, (expected, _)) in frames(&file).unwrap().iter().zip(&source) {
        assert!(mean_difference(&frame.pixmap, expected) < 3.0);
    }
}

#[test]
fn motion_plays_are_kept_in_both_formats() {
    let source = [(ball(0), 50), (ball(1), 50)];
    for plays in [0, 1, 2, 3, 65_535] {
        for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
            let file = written(format, 85, plays, &source);
            assert_eq!(
                animation(&file, &DecodeOptions::default()).unwrap().plays(),
                NonZeroU32::new(plays),
                "{format:?}"
            );
        }
    }
    // GIF says how often it is repeated: 3 plays are 2 repetitions, 1 is said by silence.
    let extension = |repeats: &[u8; 2]| [&b"\x21\xff\x0bNETSCAPE2.0\x03\x01"[..], repeats, &[0]].concat();
    let has = |file: &[u8], part: &[u8]| file.windows(part.len()).any(|window| window == part);
    assert!(has(&written(EncodeFormat::Gif, 85, 3, &source), &extension(&[2, 0])));
    assert!(has(&written(EncodeFormat::Gif, 85, 0, &source), &extension(&[0, 0])));
    assert!(!has(&written(EncodeFormat::Gif, 85, 1, &source), b"NETSCAPE"));
}

#[test]
fn motion_gif_plays_are_found_wherever_they_stand() {
    let once = written(EncodeFormat::Gif, 85, 1, &[(ball(0), 50), (ball(1), 50)]);
    for name in [b"NETSCAPE2.0", b"ANIMEXTS1.0"] {
        let extension = [&b"\x21\xff\x0b"[..], name, b"\x03\x01\x05\0\0"].concat();
        // Before the trailer.
        let late = [&once[..once.len() - 1], &extension, b";"].concat();
        assert_eq!(animation(&late, &DecodeOptions::default()).unwrap().plays(), NonZeroU32::new(6));
        assert_eq!(frames(&late).unwrap().len(), 2);
    }
}

#[test]
fn motion_frame_that_changes_nothing_is_kept() {
    for (format, quality) in [(EncodeFormat::Gif, 85), (EncodeFormat::Webp, 80), (EncodeFormat::Webp, 100)] {
        let source = [(ball(0), 50), (ball(0), 70), (ball(0), 90)];
        let back = frames(&written(format, quality, 0, &source)).unwrap();
        assert_eq!(back.iter().map(|frame| frame.delay_ms).collect::<Vec<_>>(), [50, 70, 90]);
        assert!(back[0].pixmap == back[1].pixmap && back[0].pixmap == back[2].pixmap, "{format:?} {quality}");
    }
}

#[test]
fn motion_gif_of_many_colours_is_dithered() {
    let source: Vec<(Pixmap, u32)> = (0..3_u32)
        .map(|number| {
            let mut pixmap = gradient(120, 90);
            // A clear corner that moves, soft at its edge.
            for y in 0..30 {
                for x in 0..30 {
                    let start = (x + number as usize * 20) * 4;
                    pixmap.row_mut(y)[start + 3] = (x * 8) as u8;
                }
            }
            (pixmap, 100)
        })
        .collect();
    let back = frames(&written(EncodeFormat::Gif, 85, 0, &source)).unwrap();
    for (frame, (expected, _)) in back.iter().zip(&source) {
        let pairs = frame.pixmap.data().as_chunks::<4>().0.iter().zip(expected.data().as_chunks::<4>().0);
        let mut sum = 0;
        for (actual, expected) in pairs {
            assert_eq!(actual[3], if expected[3] >= 128 { 255 } else { 0 });
            if actual[3] == 255 {
                sum += (0..3).map(|channel| u32::from(actual[channel].abs_diff(expected[channel]))).max().unwrap();
            }
        }
        assert!(f64::from(sum) / (120.0 * 90.0) < 8.0, "{sum}");
    }
}

#[test]
fn motion_still_picture_is_one_frame() {
    for format in [EncodeFormat::Png, EncodeFormat::Jpeg, EncodeFormat::Webp, EncodeFormat::Gif, EncodeFormat::Avif] {
        let file = encoded(&ball(0), format, 90);
        let mut shown = animation(&file, &DecodeOptions::default()).unwrap();
        assert_eq!((shown.size(), shown.frame_count(), shown.plays()), (Size::new(140, 100), 1, NonZeroU32::new(1)));
        let frame = shown.next().unwrap().unwrap();
        assert!(frame.pixmap == decode(&file).unwrap() && frame.delay_ms == 0, "{format:?}");
        assert!(shown.next().is_none());
        assert_eq!(probe(&file).unwrap().frame_count, 1);
    }
}

#[test]
fn motion_all_frames_together_are_limited() {
    let source: Vec<(Pixmap, u32)> = (0..10).map(|number| (ball(number), 50)).collect();
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        let file = written(format, 85, 0, &source);
        let limits = |px| Limits { max_animation_area_px: px, ..Limits::default() };
        assert!(animation(&file, &DecodeOptions::new(limits(140_000))).is_ok());
        let error = animation(&file, &DecodeOptions::new(limits(139_999))).unwrap_err();
        assert_eq!(error.class(), Class::Limit);
        assert!(error.to_string().contains("10 frames of 140×100"), "{error}");
        // The first frame alone is a picture.
        assert!(palmette_codec::decode(&file, &DecodeOptions::new(limits(1))).is_ok());
    }
}

#[test]
fn motion_gif_frame_larger_than_its_screen_costs_its_own_size() {
    let part = Part {
        area: [0, 0, 300, 200],
        pixels: vec![[255, 0, 0, 255]; 60_000],
        blends: true,
        disposal: 0,
        is_interlaced: false,
    };
    let file = gif_of(2, 2, &vec![part; 3]);
    assert_eq!(frames(&file).unwrap().len(), 3);
    let limits = Limits { max_animation_area_px: 179_999, ..Limits::default() };
    assert_eq!(animation(&file, &DecodeOptions::new(limits)).unwrap_err().class(), Class::Limit);
}

#[test]
fn motion_cut_within_a_frame_is_damaged() {
    let source: Vec<(Pixmap, u32)> = (0..3).map(|number| (ball(number), 50)).collect();
    for (format, places) in [(EncodeFormat::Gif, 3), (EncodeFormat::Webp, 0)] {
        let file = written(format, 85, 2, &source);
        let whole = frames(&file).unwrap();
        let mut lengths = Vec::new();
        for len in 20..file.len() {
            let probed = probe(&file[..len]);
            match frames(&file[..len]) {
                Err(error) => assert!(matches!(error, Error::Damaged { .. }), "{format:?} cut at {len}: {error}"),
                // Between two frames a GIF may end, without its trailer; its blocks need not say that they end.
                Ok(shown) => {
                    assert!(whole.starts_with(&shown), "{format:?} cut at {len}");
                    assert_eq!(probed.unwrap().frame_count as usize, shown.len());
                    lengths.push(len);
                }
            }
        }
        assert_eq!(lengths.chunk_by(|a, b| a + 1 == *b).count(), places, "{format:?} may be cut at {lengths:?}");
        assert!(lengths.len() <= places * 4, "{lengths:?}");
    }
}

#[test]
fn motion_damaged_shows_its_whole_frames() {
    let source: Vec<(Pixmap, u32)> = (0..3).map(|number| (ball(number), 50)).collect();
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        let file = written(format, 100, 2, &source);
        let whole = frames(&file).unwrap();
        assert_eq!(frames_of_damaged(&file).unwrap(), (whole.clone(), None));
        let mut counts = Vec::new();
        for len in (40..file.len() - 1).rev() {
            let Ok((shown, damage)) = frames_of_damaged(&file[..len]) else { continue };
            counts.push(shown.len());
            // Of the first frame a part is shown, where nothing else is.
            let is_partial = shown.len() == 1 && shown != whole[..1];
            assert!(is_partial || whole.starts_with(&shown), "{format:?} cut at {len}");
            assert!(damage.is_some() || frames(&file[..len]).is_ok(), "{format:?} cut at {len}: {damage:?}");
        }
        assert!(counts.is_sorted_by(|a, b| a >= b), "{format:?}: {counts:?}");
        assert!([1, 2].iter().all(|count| counts.contains(count)), "{format:?}: {counts:?}");
    }
}

#[test]
fn motion_encoder_refuses_what_it_cannot_write() {
    let new = |format, size| AnimationEncoder::new(&EncodeOptions::new(format), size, None);
    let error = new(EncodeFormat::Png, Size::new(4, 4)).unwrap_err();
    assert_eq!(error.class(), Class::Unsupported);
    assert!(EncodeFormat::Gif.can_move() && EncodeFormat::Webp.can_move() && !EncodeFormat::Avif.can_move());
    assert!(matches!(new(EncodeFormat::Webp, Size::new(16_384, 1)), Err(Error::Encode { .. })));
    assert!(matches!(new(EncodeFormat::Gif, Size::new(1, 65_536)), Err(Error::Encode { .. })));
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        assert!(matches!(new(format, Size::new(4, 4)).unwrap().finish(), Err(Error::Encode { .. })));
        let error = new(format, Size::new(4, 4)).unwrap().push(gradient(4, 5), 10).unwrap_err();
        assert_eq!(error.to_string(), "a frame is 4×5 pixels, but its animation is 4×4");
    }
}

#[test]
fn motion_background_lies_under_every_frame() {
    let background = Some(palmette_ops::Color::opaque(10, 20, 30));
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        let options = EncodeOptions { background, quality: Some(100), ..EncodeOptions::new(format) };
        let mut encoder = AnimationEncoder::new(&options, Size::new(6, 6), None).unwrap();
        for _ in 0..2 {
            encoder.push(picture(6, 6, |_, _| [0; 4]), 40).unwrap();
        }
        for frame in frames(&encoder.finish().unwrap().bytes).unwrap() {
            assert!(frame.pixmap == picture(6, 6, |_, _| [10, 20, 30, 255]), "{format:?}");
        }
    }
}

#[test]
fn motion_gif_of_more_data_than_pixels_ends() {
    let file = written(EncodeFormat::Gif, 85, 0, &[(ball(0), 50), (ball(5), 50)]);
    let mut places = Vec::new();
    for (number, window) in file.windows(2).enumerate() {
        // The end of a control extension, and the start of a frame.
        if window == [0, 0x2c] {
            places.push(number + 2);
        }
    }
    for size in [[0, 0, 0, 0], [0, 0, 9, 0], [9, 0, 0, 0], [1, 0, 1, 0], [2, 0, 200, 0]] {
        for &place in &places {
            let mut broken = file.clone();
            broken[place + 4..place + 8].copy_from_slice(&size);
            let _ = frames(&broken);
            let _ = decode(&broken);
        }
    }
}
