//! Pictures by rows: what the probe says of them.

use palmette_codec::{EncodeFormat, probe};
use palmette_core::{Layout, Spacing};

use crate::draw::gradient;
use crate::files::{encoded, fixture, with_jpeg_icc, with_jpeg_segment};

/// Replaces the sampling factors of the components of a JPEG.
fn with_sampling(jpeg: &[u8], factors: [u8; 3]) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    let frame = jpeg.windows(2).position(|pair| pair[0] == 0xff && matches!(pair[1], 0xc0 | 0xc2)).unwrap();
    for (component, factors) in factors.into_iter().enumerate() {
        jpeg[frame + 11 + 3 * component] = factors;
    }
    jpeg
}

#[test]
fn reader_of_jpeg_is_told_its_planes() {
    let halved = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    let ycc = |x, y| Layout::ycc(Spacing::new(x, y));
    for (factors, layout) in [
        ([0x22, 0x11, 0x11], ycc(2, 2)),
        ([0x21, 0x11, 0x11], ycc(2, 1)),
        ([0x12, 0x11, 0x11], ycc(1, 2)),
        ([0x11, 0x11, 0x11], ycc(1, 1)),
        ([0x21, 0x21, 0x21], ycc(1, 1)),
        ([0x41, 0x21, 0x21], ycc(2, 1)),
        // A quarter; halves that differ; luma that is the smaller one; no whole number of pixels.
        ([0x41, 0x11, 0x11], Layout::Rgba),
        ([0x22, 0x21, 0x12], Layout::Rgba),
        ([0x11, 0x21, 0x21], Layout::Rgba),
        ([0x31, 0x21, 0x21], Layout::Rgba),
    ] {
        let probed = probe(&with_sampling(&halved, factors)).unwrap();
        assert_eq!((probed.layout, probed.is_reducible), (layout, !layout.is_rgba()), "{factors:x?}");
    }
}

#[test]
fn reader_of_jpeg_is_told_of_colours_that_are_no_planes() {
    let plain = encoded(&gradient(64, 48), EncodeFormat::Jpeg, 80);
    let without_jfif = [&plain[..2], &plain[20..]].concat();
    let adobe =
        |transform| with_jpeg_segment(&without_jfif, 0xee, &[&b"Adobe"[..], &[0, 100, 0, 0, 0, 0, transform]].concat());
    assert!(!probe(&adobe(1)).unwrap().layout.is_rgba());
    assert!(probe(&adobe(0)).unwrap().layout.is_rgba(), "red, green and blue");
    assert!(probe(&fixture("cmyk-adobe.jpg")).unwrap().layout.is_rgba());
    let with_icc = |profile: moxcms::ColorProfile| with_jpeg_icc(&plain, &profile.encode().unwrap(), 3000);
    assert!(!probe(&with_icc(moxcms::ColorProfile::new_srgb())).unwrap().layout.is_rgba());
    assert!(probe(&with_icc(moxcms::ColorProfile::new_display_p3())).unwrap().layout.is_rgba());
}
