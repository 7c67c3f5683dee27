//! A picture that is written by rows is never whole in memory. In a process of its own, whose peak nothing else moves.
#![cfg(all(target_os = "linux", feature = "jpeg"))]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, in its helpers too")]

use palmette_codec::{EncodeFormat, EncodeOptions, encode_rows, encoding_memory};
use palmette_core::rows::collect;
use palmette_core::{Band, Error, Layout, Picture, Rows, Size};

/// Too large to be progressive.
const SIZE: Size = Size::new(4000, 3000);

/// Rows of noise, which is hard to encode.
struct Noise {
    row: Vec<u8>,
    left: u32,
    state: u32,
}

impl Rows for Noise {
    fn size(&self) -> Size {
        SIZE
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        for pixel in self.row.as_chunks_mut::<4>().0 {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 17;
            self.state ^= self.state << 5;
            *pixel = self.state.to_le_bytes();
        }
        Ok(Some(Band::of_one(&mut self.row)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

/// Returns the most memory that this process ever held, in bytes.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
fn memory_of_a_jpeg_by_rows_is_a_band_and_the_file() {
    let options = EncodeOptions::new(EncodeFormat::Jpeg);
    let before = peak_bytes();
    let rows = Noise { row: vec![0; 4 * SIZE.width as usize], left: SIZE.height, state: 1 };
    let file = encode_rows(Box::new(rows), &options).unwrap().bytes;
    let (grown, expected) = (peak_bytes() - before, encoding_memory(&options, SIZE, true).own_bytes);
    assert!(grown < expected && expected < SIZE.bytes() / 3, "{grown} bytes, {expected} were estimated");
    assert!(grown < file.len() as u64 + (2 << 20), "{grown} bytes for a file of {}", file.len());
}
