//! Written pictures, decoded here and by libjpeg-turbo.
//!
//! Planes: each component is written a second time as a grey picture of its own, which libjpeg-turbo decodes at every scale,
//! whatever the sampling of the whole is. Pixels: the whole picture, as far as libjpeg-turbo knows its colours.

use palmette_jpeg::{Decoder, Model, Request, Scale};

use crate::decode::planes;
use crate::turbo::{self, Plane};
use crate::writer::{Layout, Picture};

/// Decodes each component by libjpeg-turbo, as a grey picture.
pub(crate) fn their_planes(picture: &Picture, scale: Scale) -> Vec<Plane> {
    let denominator = u8::try_from(scale.denominator()).expect("at most 8");
    let decode = |i: usize| {
        let file = Layout::plain(1).write(&picture.single(i));
        let mut decoded = turbo::decode_planes(&file, denominator).expect("a grey picture");
        assert_eq!(decoded.warning, None, "component {i}");
        decoded.result.0.remove(0)
    };
    (0..picture.components.len()).map(decode).collect()
}

/// Fails where planes differ.
#[track_caller]
pub(crate) fn assert_planes(ours: &[Plane], theirs: &[Plane], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!((ours.width, ours.height), (theirs.width, theirs.height), "{what}: plane {i}");
        if let Some(at) = ours.samples.iter().zip(&theirs.samples).position(|(a, b)| a != b) {
            let (x, y) = (at % ours.width, at / ours.width);
            panic!("{what}: plane {i}, ({x}, {y}): {} instead of {}", ours.samples[at], theirs.samples[at]);
        }
    }
}

/// Decodes rows of pixels; absent if it is refused.
pub(crate) fn pixels(file: &[u8]) -> Option<Vec<u8>> {
    let mut rows = Decoder::new(file).expect("a header").rows().ok()?;
    let mut pixels = Vec::new();
    while let Some(row) = rows.next_row() {
        pixels.extend_from_slice(row);
    }
    assert_eq!(rows.damage(), None);
    Some(pixels)
}

/// Writes a picture, and compares all planes at all scales, and the pixels.
#[track_caller]
pub(crate) fn check(picture: &Picture, layout: &Layout, what: &str) {
    check_file(&layout.write(picture), picture, what);
}

/// Compares all planes at all scales, and the pixels.
#[track_caller]
pub(crate) fn check_file(file: &[u8], picture: &Picture, what: &str) {
    let decoder = Decoder::new(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(decoder.size(), (side(picture.width), side(picture.height)), "{what}");
    for scale in Scale::ALL {
        let (ours, damage) = planes(file, &Request::at(scale));
        assert_eq!(damage, None, "{what}");
        assert_planes(&ours, &their_planes(picture, scale), &format!("{what}, {scale:?}"));
    }
    let (ours, theirs) = (pixels(file), turbo::decode_pixels(file));
    if decoder.model() == Model::Unknown {
        assert!(ours.is_none() && theirs.is_err(), "{what}: nobody knows the colours");
        return;
    }
    match (ours, theirs) {
        (None, Err(_)) => {}
        (Some(ours), Ok(theirs)) => {
            assert_eq!(theirs.warning, None, "{what}");
            let at = ours.iter().zip(&theirs.result).position(|(a, b)| a != b);
            let place = at.map(|at| (at / 4 % picture.width, at / 4 / picture.width, at % 4));
            assert!(ours == theirs.result, "{what}: the first pixel that differs, and its channel: {place:?}");
        }
        (ours, theirs) => panic!("{what}: only one shows pixels; ours {}, {:?}", ours.is_some(), theirs.err()),
    }
}

/// A size as the decoder says it.
fn side(side: usize) -> u32 {
    side.try_into().expect("a small picture")
}
