//! The kinds of GIF that other programs write, and that ours never would.

use palmette_codec::{DecodeOptions, Error, Frame, OnDamage, animation, probe};
use palmette_core::{Deadline, Pixmap, Size};
use palmette_ops::Class;

use crate::draw::picture;
use crate::files::{decode, decode_damaged, fixture};

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const YELLOW: [u8; 4] = [255, 255, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

/// Red, green, blue, yellow.
const TABLE: [u8; 12] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0];
/// Codes of the indices 0, 1, 2, 3, as a frame of 2×2 has them: start, 0, 1, 2, 3 (of four bits, as there are eight codes by
/// then), end.
const CODES: [u8; 7] = [2, 4, 0x04, 0x43, 0x71, 0x05, 0];

/// Builds the start of a file: a screen, with [`TABLE`] or without colours.
fn start(width: u8, height: u8, has_table: bool) -> Vec<u8> {
    let flags = if has_table { 0x81 } else { 0 };
    let table: &[u8] = if has_table { &TABLE } else { &[] };
    [&b"GIF89a"[..], &[width, 0, height, 0, flags, 0, 0], table].concat()
}

/// Builds a frame of 2×2 pixels, the indices 0 to 3.
fn frame(left: u8, top: u8) -> Vec<u8> {
    [&[0x2c, left, 0, top, 0, 2, 0, 2, 0, 0][..], &CODES].concat()
}

/// What says how a frame is shown: for so many hundredths of a second.
fn control(delay: u8) -> Vec<u8> {
    vec![0x21, 0xf9, 4, 0, delay, 0, 0, 0]
}

/// The four colours as [`frame`] has them.
fn four_colors() -> Pixmap {
    picture(2, 2, |x, y| [RED, GREEN, BLUE, YELLOW][(y * 2 + x) as usize])
}

/// Decodes all frames.
fn frames(bytes: &[u8]) -> Result<Vec<Frame>, Error> {
    animation(bytes, &DecodeOptions::default())?.collect()
}

#[test]
fn gif_without_trailer_is_whole() {
    let ours = [start(2, 2, true), control(10), frame(0, 0), control(7), frame(0, 0)].concat();
    for (file, delays) in [(fixture("gif-no-trailer.gif"), [100, 100]), (ours, [100, 70])] {
        for tail in [&[][..], &[0], &[0; 9], &[0, 0, b';'], &[b';', 1, 2, 3], b"\x21\xfe\x03abc", b"\x21"] {
            let file = [&file, tail].concat();
            assert_eq!(probe(&file).unwrap().frame_count, 2);
            let shown = frames(&file).unwrap();
            assert_eq!(shown.iter().map(|frame| frame.delay_ms).collect::<Vec<_>>(), delays, "{tail:?}");
            assert!(shown[0].pixmap == four_colors());
        }
    }
    let plays = |bytes: &[u8]| animation(bytes, &DecodeOptions::default()).unwrap().plays();
    assert_eq!(plays(&fixture("gif-no-trailer.gif")), None);
}

#[test]
fn gif_cut_within_a_later_frame_is_damaged() {
    let second = [control(7), frame(0, 0)].concat();
    let whole = [start(2, 2, true), control(10), frame(0, 0)].concat();
    let mut files = vec![fixture("gif-second-frame-cut.gif")];
    // Cut anywhere after its control, except before the zero that ends its blocks.
    files.extend((3..second.len() - 1).map(|len| [&whole[..], &second[..len]].concat()));
    for file in files {
        let probed = probe(&file).unwrap();
        assert_eq!((probed.frame_count, probed.is_animated), (2, true), "{}", file.len());
        let error = frames(&file).unwrap_err();
        assert!(error.to_string().starts_with("the image/gif is damaged: a frame "), "{error}");
        // All pixels of the first frame are there.
        assert!(decode(&file).unwrap() == four_colors());
        let show = DecodeOptions { on_damage: OnDamage::Show, ..DecodeOptions::default() };
        let mut animation = animation(&file, &show).unwrap();
        assert_eq!(animation.by_ref().map(|frame| frame.unwrap().delay_ms).collect::<Vec<_>>(), [100]);
        assert!(animation.into_damage().is_some());
    }
}

#[test]
fn gif_of_what_is_no_block_is_damaged_from_there_on() {
    let file = [start(2, 2, true), frame(0, 0), frame(0, 0), vec![0, 7], frame(0, 0)].concat();
    assert!(matches!(frames(&file), Err(Error::Damaged { .. })));
    assert!(decode(&file).unwrap() == four_colors());
}

#[test]
fn gif_canvas_grows_to_a_first_frame_that_is_larger() {
    let file = fixture("gif-first-frame-larger.gif");
    assert_eq!(probe(&file).unwrap().size, Size::new(2, 2));
    assert!(decode(&file).unwrap() == four_colors());
    for (width, height) in [(0, 0), (0, 2), (1, 1), (2, 2)] {
        let file = [start(width, height, true), frame(0, 0), frame(1, 1), vec![b';']].concat();
        assert_eq!(probe(&file).unwrap().size, Size::new(2, 2));
        let shown = frames(&file).unwrap();
        assert!(shown[0].pixmap == four_colors());
        // The second is cut.
        assert_eq!(shown[1].pixmap.pixel(1, 1), RED);
    }
    let file = [start(0, 0, true), frame(1, 3), vec![b';']].concat();
    let shown = decode(&file).unwrap();
    assert_eq!((shown.size(), shown.pixel(0, 0), shown.pixel(2, 4)), (Size::new(3, 5), CLEAR, YELLOW));
}

#[test]
fn gif_unknown_extensions_are_stepped_over() {
    assert!(decode(&fixture("gif-unknown-extension.gif")).unwrap() == four_colors());
    for label in [0, 1, 0x2a, 0xfa, 0xff] {
        let extension = [&[0x21, label][..], b"\x03abc\x02de\0"].concat();
        let file = [start(2, 2, true), extension.clone(), frame(0, 0), extension, frame(0, 0), vec![b';']].concat();
        assert_eq!(frames(&file).unwrap().len(), 2, "{label}");
        assert!(decode(&file).unwrap() == four_colors(), "{label}");
    }
}

#[test]
fn gif_pixels_that_no_table_names_are_clear() {
    let file = [start(2, 2, false), frame(0, 0), vec![b';']].concat();
    assert!(decode(&file).unwrap() == picture(2, 2, |_, _| CLEAR));
    // A table of two colours names two.
    let own = [&[0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0x80][..], &TABLE[..6], &CODES].concat();
    let file = [start(2, 2, false), own, vec![b';']].concat();
    assert!(decode(&file).unwrap() == picture(2, 2, |x, y| if y > 0 { CLEAR } else { [RED, GREEN][x as usize] }));
}

#[test]
fn gif_codes_behind_the_last_pixel_say_nothing() {
    // More codes, codes that mean nothing, another block.
    for more in [&[2, 5, 0x04, 0x43, 0x71, 0xff, 0xff, 0][..], &[2, 4, 0x04, 0x43, 0x71, 0xff, 3, 9, 9, 9, 0]] {
        let file = [start(2, 2, true), vec![0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0], more.to_vec(), vec![b';']].concat();
        assert!(decode(&file).unwrap() == four_colors());
    }
}

#[test]
fn gif_first_frame_that_lacks_pixels_is_damaged_or_shown_in_part() {
    let cut = [start(2, 2, true), vec![0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 4, 0x04, 0x43]].concat();
    let ended = [start(2, 2, true), vec![0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x44, 0x0b, 0, b';']].concat();
    for (file, reason) in [(cut, "a frame is cut off"), (ended, "a frame lacks pixels")] {
        assert_eq!(decode(&file).unwrap_err().to_string(), format!("the image/gif is damaged: {reason}"));
        let (shown, damage) = decode_damaged(&file).unwrap();
        assert_eq!((shown.pixel(0, 0), shown.pixel(1, 1)), (RED, CLEAR));
        assert_eq!(damage.unwrap(), reason);
    }
    // Nothing at all is no picture.
    for file in [start(2, 2, true), [start(2, 2, true), frame(0, 0)[..10].to_vec()].concat()] {
        assert!(matches!(decode_damaged(&file), Err(Error::Damaged { .. })));
    }
}

#[test]
fn gif_stops_when_its_time_is_over() {
    let file = [start(2, 2, true), frame(0, 0), vec![b';']].concat();
    let options = DecodeOptions { deadline: Deadline::at(std::time::Instant::now()), ..DecodeOptions::default() };
    assert_eq!(palmette_codec::decode(&file, &options).unwrap_err().class(), Class::Deadline);
}
