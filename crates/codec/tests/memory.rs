//! Memory does not grow with the number of frames. In a process of its own, whose peak nothing else moves.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, in its helpers too")]

use palmette_codec::{AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, animation};
use palmette_core::{Pixmap, Size};

const SIZE: Size = Size::new(600, 500);

/// Returns the most memory that this process ever held, in bytes.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Writes frames of one colour each, and decodes them again.
fn there_and_back(format: EncodeFormat, frames: u8) {
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(format), SIZE, None).unwrap();
    for number in 0..frames {
        encoder.push(Pixmap::filled(SIZE, [number, 255 - number, 9, 255]).unwrap(), 40).unwrap();
    }
    let file = encoder.finish().unwrap().bytes;
    let shown = animation(&file, &DecodeOptions::default()).unwrap();
    assert_eq!(shown.map(Result::unwrap).count(), usize::from(frames));
}

#[test]
fn memory_is_flat_over_frames() {
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        there_and_back(format, 5);
        let before = peak_bytes();
        there_and_back(format, 80);
        let grown = peak_bytes() - before;
        let frame = SIZE.area() * 4;
        assert!(grown < 4 * frame, "{format:?}: {grown} bytes more for 75 frames of {frame}");
    }
}
