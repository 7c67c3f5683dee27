//! WebP files that end too early, or work that takes too long.

use std::time::Instant;

use palmette_codec::{
    AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, Error, OnDamage, animation, encode, probe,
};
use palmette_core::{Deadline, Pixmap};
use palmette_ops::Class;

use crate::draw::{noise, soft};
use crate::files::{decode, decode_damaged, encoded, exif, webp, webp_canvas, webp_chunk, webp_frame, webp_frame_with};

const FLAG_ANIMATION: u8 = 0x02;

/// Writes a still picture in an extended file, with metadata behind it.
fn extended(still: &[u8], size: (u32, u32)) -> Vec<u8> {
    webp(&[webp_canvas(0x0c, size.0, size.1), still[12..].to_vec(), webp_chunk(b"XMP ", &[b'x'; 99])])
}

#[test]
fn webp_is_shown_as_soon_as_every_pixel_is_there() {
    let drawing = noise(50, 40);
    let still = encoded(&drawing, EncodeFormat::Webp, 100);
    let whole = extended(&still, (50, 40));
    let end = whole.len() - 99 - 8;
    for len in end..whole.len() {
        assert!(decode(&whole[..len]).unwrap() == drawing, "{len} of {}", whole.len());
    }
    assert!(decode(&whole[..end - 60]).is_err());
    // A length that says too much.
    let mut boasting = still.clone();
    boasting[4..8].copy_from_slice(&90_000_u32.to_le_bytes());
    assert!(decode(&boasting).unwrap() == drawing);
}

#[test]
fn webp_damaged_is_shown_as_far_as_it_goes() {
    for (drawing, quality) in [(noise(60, 100), 100), (noise(60, 100), 80), (soft(60, 100), 80)] {
        let whole = encoded(&drawing, EncodeFormat::Webp, quality);
        let all = decode(&whole).unwrap();
        assert_eq!(decode_damaged(&whole).unwrap(), (all.clone(), None));
        let cut = &whole[..whole.len() * 3 / 4];
        assert!(matches!(decode(cut), Err(Error::Damaged { .. })));
        let Ok((shown, damage)) = decode_damaged(cut) else {
            // Alpha comes first, and may be most of the file.
            assert!(drawing == soft(60, 100));
            continue;
        };
        assert_eq!(damage.unwrap(), "it is cut off");
        let rows = shown.rows().zip(all.rows()).take_while(|(shown, row)| shown == row).count();
        assert!((4..90).contains(&rows), "{rows} at quality {quality}");
        assert!(shown.rows().skip(rows).all(|row| row.iter().all(|&byte| byte == 0)));
    }
    let whole = encoded(&noise(60, 100), EncodeFormat::Webp, 100);
    assert!(matches!(decode_damaged(&whole[..40]), Err(Error::Damaged { .. })));
}

#[test]
fn webp_cut_within_a_later_frame_is_damaged() {
    let drawing = noise(20, 16);
    let still = encoded(&drawing, EncodeFormat::Webp, 100);
    let frame = webp_frame_with(&still, [0, 0, 20, 16], 100, 2);
    let whole = webp(&[
        webp_canvas(FLAG_ANIMATION, 20, 16),
        webp_chunk(b"ANIM", &[0; 6]),
        frame.clone(),
        frame.clone(),
        webp_chunk(b"EXIF", &exif(1)),
    ]);
    let metadata = 8 + exif(1).len();
    let second = whole.len() - metadata - frame.len();
    for len in second..whole.len() {
        let file = &whole[..len];
        let probed = probe(file).unwrap();
        // As soon as the metadata is named, both frames are known to be there.
        let is_there = len >= second + frame.len() + 8;
        let expected = if (second + frame.len()..second + frame.len() + 8).contains(&len) { 3 } else { 2 };
        assert_eq!((probed.is_animated, probed.frame_count), (true, expected), "{len}");
        assert!(decode(file).unwrap() == drawing);
        let shown = animation(file, &DecodeOptions::default());
        assert_eq!(shown.is_ok(), is_there, "{len} of {}", whole.len());
        let show = DecodeOptions { on_damage: OnDamage::Show, ..DecodeOptions::default() };
        let mut frames = animation(file, &show).unwrap();
        let count = frames.by_ref().map(|frame| assert!(frame.unwrap().pixmap == drawing)).count();
        assert_eq!(count, if len < second + frame.len() { 1 } else { 2 }, "{len}");
        assert_eq!(frames.into_damage().is_none(), is_there);
    }
}

#[test]
fn webp_first_frame_that_is_cut_off_is_shown_in_part() {
    let drawing = noise(60, 100);
    let frame = webp_frame(&encoded(&drawing, EncodeFormat::Webp, 100), 0, 0, 60, 100);
    let whole = webp(&[webp_canvas(FLAG_ANIMATION, 60, 100), webp_chunk(b"ANIM", &[0; 6]), frame]);
    let cut = &whole[..whole.len() * 3 / 4];
    assert_eq!(probe(cut).unwrap().frame_count, 1);
    assert!(matches!(decode(cut), Err(Error::Damaged { .. })));
    let (shown, damage) = decode_damaged(cut).unwrap();
    assert!(damage.is_some());
    assert!(shown.rows().zip(drawing.rows()).take(32).all(|(shown, row)| shown == row));
}

#[test]
fn webp_stops_when_its_time_is_over() {
    let drawing: Pixmap = noise(200, 200);
    let over = || Deadline::at(Instant::now());
    for quality in [80, 100] {
        let options =
            EncodeOptions { quality: Some(quality), deadline: over(), ..EncodeOptions::new(EncodeFormat::Webp) };
        assert_eq!(encode(drawing.clone(), &options).unwrap_err().class(), Class::Deadline, "quality {quality}");
        let mut encoder = AnimationEncoder::new(&options, drawing.size(), None).unwrap();
        assert_eq!(encoder.push(drawing.clone(), 10).unwrap_err().class(), Class::Deadline);
        let file = encoded(&drawing, EncodeFormat::Webp, quality);
        let options = DecodeOptions { deadline: over(), ..DecodeOptions::default() };
        assert_eq!(palmette_codec::decode(&file, &options).unwrap_err().class(), Class::Deadline);
    }
}
