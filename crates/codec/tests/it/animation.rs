//! First frames: placed on the screen they belong to, clear around them.

use palmette_codec::{EncodeFormat, probe};
use palmette_core::Size;

use crate::draw::picture;
use crate::files::{decode, encoded, webp, webp_canvas, webp_chunk, webp_frame};

const RED: [u8; 4] = [255, 0, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

/// Writes a GIF of one-colour frames, each a box (left, top, width, height), on a screen of 8×6 whose background is
/// green.
fn gif(frames: &[(u16, u16, u16, u16)]) -> Vec<u8> {
    let mut file = Vec::new();
    let palette = [255, 0, 0, 0, 255, 0];
    let mut encoder = gif::Encoder::new(&mut file, 8, 6, &palette).unwrap();
    for &(left, top, width, height) in frames {
        let buffer = vec![0; usize::from(width) * usize::from(height)].into();
        encoder.write_frame(&gif::Frame { left, top, width, height, buffer, ..gif::Frame::default() }).unwrap();
    }
    drop(encoder);
    // The index of the background colour.
    file[11] = 1;
    file
}

#[test]
fn animation_gif_first_frame_lies_at_its_place() {
    let bytes = gif(&[(2, 1, 3, 4), (0, 0, 8, 6)]);
    let probed = probe(&bytes).unwrap();
    assert_eq!((probed.size, probed.is_animated), (Size::new(8, 6), true));
    let inside = |x, y| (2..5).contains(&x) && (1..5).contains(&y);
    assert!(decode(&bytes).unwrap() == picture(8, 6, |x, y| if inside(x, y) { RED } else { CLEAR }));
}

#[test]
fn animation_gif_canvas_grows_to_its_first_frame() {
    for (frame, (width, height)) in
        [((6, 4, 9, 9), (15, 13)), ((8, 0, 2, 2), (10, 6)), ((0, 9, 2, 2), (8, 11)), ((0, 0, 20, 20), (20, 20))]
    {
        let bytes = gif(&[frame]);
        let probed = probe(&bytes).unwrap();
        assert_eq!((probed.size, probed.is_animated), (Size::new(width, height), false));
        let (left, top) = (u32::from(frame.0), u32::from(frame.1));
        let (right, bottom) = (left + u32::from(frame.2), top + u32::from(frame.3));
        let inside = |x, y| (left..right).contains(&x) && (top..bottom).contains(&y);
        let shown = picture(width, height, |x, y| if inside(x, y) { RED } else { CLEAR });
        assert!(decode(&bytes).unwrap() == shown, "{frame:?}");
    }
}

#[test]
fn animation_webp_first_frame_lies_at_its_place() {
    const FLAG_ANIMATION: u8 = 0x02;
    let frame = |color| encoded(&picture(3, 4, |_, _| color), EncodeFormat::Webp, 100);
    let bytes = webp(&[
        webp_canvas(FLAG_ANIMATION, 8, 6),
        // A green background, which browsers ignore, and endless loops.
        webp_chunk(b"ANIM", &[0, 255, 0, 255, 0, 0]),
        webp_frame(&frame(RED), 2, 2, 3, 4),
        webp_frame(&frame([0, 0, 255, 255]), 0, 0, 3, 4),
    ]);
    let probed = probe(&bytes).unwrap();
    assert_eq!((probed.size, probed.is_animated), (Size::new(8, 6), true));
    let inside = |x, y| (2..5).contains(&x) && (2..6).contains(&y);
    assert!(decode(&bytes).unwrap() == picture(8, 6, |x, y| if inside(x, y) { RED } else { CLEAR }));
}

#[test]
fn animation_webp_lossy_frame_with_alpha() {
    const FLAG_ANIMATION: u8 = 0x02;
    let soft = encoded(&picture(16, 16, |x, _| [200, 40, 40, (x * 16) as u8]), EncodeFormat::Webp, 80);
    // Of the extended file only the alpha and the picture belong into a frame.
    let at = soft.windows(4).position(|name| name == b"ALPH").unwrap();
    let still = [&[0; 12], &soft[at..]].concat();
    let bytes =
        webp(&[webp_canvas(FLAG_ANIMATION, 16, 16), webp_chunk(b"ANIM", &[0; 6]), webp_frame(&still, 0, 0, 16, 16)]);
    assert!(decode(&bytes).unwrap() == decode(&soft).unwrap());
}
