//! The judge itself: its faces agree with each other.

use crate::turbo::{self, Encode, SAMPLINGS, Sampling, Space};

/// A picture of slopes, RGBA.
fn slopes(width: usize, height: usize) -> Vec<u8> {
    let wave = |x: usize, period: usize| u8::try_from((x % period).abs_diff(period / 2) * 510 / period).unwrap_or(255);
    (0..height).flat_map(|y| (0..width).flat_map(move |x| [wave(x, 10), wave(y, 14), wave(x + y, 22), 255])).collect()
}

#[test]
fn turbo_planes_become_the_same_file_again() {
    let (width, height) = (37, 23);
    for (sampling, _) in SAMPLINGS {
        let encode = Encode::new(90, sampling);
        let file = encode.rgba(&slopes(width, height), width, height);
        let decoded = turbo::decode_planes(&file, 1).unwrap();
        assert_eq!(decoded.warning, None);
        let header = turbo::header(&file).unwrap();
        assert_eq!((header.width, header.height, header.sampling), (width, height, Some(sampling)));
        let again = encode.planes(&decoded.result, width, height);
        assert_eq!(turbo::header(&again).unwrap(), header);
        for denominator in [2, 4, 8] {
            let scaled = turbo::decode_planes(&file, denominator).unwrap().result;
            assert_eq!(scaled.0[0].width.div_ceil(8), width.div_ceil(usize::from(denominator)).div_ceil(8));
        }
    }
}

#[test]
fn turbo_cut_file_is_a_warning() {
    let file = Encode::new(90, Sampling::S420).rgba(&slopes(64, 64), 64, 64);
    let decoded = turbo::decode_pixels(&file[..file.len() / 2]).unwrap();
    assert!(decoded.warning.unwrap().to_lowercase().contains("premature end"));
    assert_eq!(decoded.result.len(), 64 * 64 * 4);
}

#[test]
fn turbo_inks_by_both_spaces() {
    let inks = slopes(16, 16);
    for space in [Space::Cmyk, Space::Ycck] {
        let file = Encode { space: Some(space), ..Encode::new(95, Sampling::S444) }.cmyk(&inks, 16, 16);
        assert_eq!(turbo::header(&file).unwrap().space, space);
        let decoded = turbo::decode_pixels(&file).unwrap().result;
        let worst = decoded.iter().zip(&inks).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst < Some(40), "{space:?}: {worst:?}");
    }
}
