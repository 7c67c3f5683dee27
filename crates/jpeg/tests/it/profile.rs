//! Colour profiles: those that are written are read, in as many segments as they take, and nothing else changes.

use palmette_jpeg::Decoder;
use palmette_jpeg::encode::{Encoder, Error, Options};

/// Encodes a small grey square with a profile.
fn encode(icc_profile: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(Vec::new(), 8, 8, &Options { icc_profile, ..Options::default() })?;
    encoder.write_rgba_band(&[90; 256])?;
    encoder.finish()
}

#[test]
fn profile_of_any_length() {
    let plain = encode(None).unwrap();
    assert_eq!(Decoder::new(&plain).unwrap().icc_profile(), None);
    for (len, segments) in [(1, 1), (65_519, 1), (65_520, 2), (200_000, 4), (255 * 65_519, 255)] {
        let profile: Vec<u8> = (0..=250).cycle().take(len).collect();
        let file = encode(Some(&profile)).unwrap();
        let decoder = Decoder::new(&file).unwrap();
        assert!(decoder.icc_profile() == Some(profile), "{len} bytes");
        assert_eq!(decoder.segments().filter(|segment| segment.marker == 0xe2).count(), segments);
        // Behind SOI and JFIF, 18 bytes of head for each.
        let end = 20 + len + 18 * segments;
        assert!(file[..20] == plain[..20] && file[end..] == plain[20..], "{len} bytes");
    }
    let long = vec![0; 255 * 65_519 + 1];
    assert!(matches!(encode(Some(&long)), Err(Error::IccProfile { bytes: 16_707_346, max: 16_707_345 })));
}
