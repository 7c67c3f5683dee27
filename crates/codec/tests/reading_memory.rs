//! What reading a picture by rows holds is what it is estimated to hold, as far as Rust code allocates it.
#![expect(unsafe_code, reason = "an allocator that counts")]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, in its helpers too")]

use std::alloc::{GlobalAlloc, Layout as AllocLayout, System};
use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::{ImageFormat, RgbaImage};
use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, encode, probe, reader, reading_memory};
use palmette_core::{Layout, Pixmap, Reading, Rectangle, Size, Spacing};
use palmette_jpeg::encode::{Coding, Encoder, Options, Sampling};

/// Counts the bytes that are allocated.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is done by the system's allocator; what is counted beside it allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: AllocLayout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: AllocLayout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What an estimate may be too high by, beside its double.
const SPARE_BYTES: usize = 2 << 20;

/// Draws noise over slopes.
fn noise(size: Size) -> Pixmap {
    let mut state = 1_u32;
    let mut data = Vec::new();
    for y in 0..size.height {
        for x in 0..size.width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let level = |value: u32| u8::try_from((value + (state >> 28)) % 256).unwrap();
            data.extend([level(x / 16), level(y / 16), level(x + y), level(x)]);
        }
    }
    Pixmap::from_vec(size, data).unwrap()
}

/// Writes a JPEG.
fn jpeg(pixmap: &Pixmap, sampling: Sampling, coding: Coding) -> Vec<u8> {
    let options = Options { sampling, coding, ..Options::default() };
    let mut encoder = Encoder::new(Vec::new(), pixmap.width(), pixmap.height(), &options).unwrap();
    let band_bytes = encoder.band_rows() * pixmap.row_bytes();
    pixmap.data().chunks(band_bytes).for_each(|band| encoder.write_rgba_band(band).unwrap());
    encoder.finish().unwrap()
}

/// Reads rows, and compares what was held with the estimate.
#[track_caller]
fn check(what: &str, file: &[u8], reading: &Reading) {
    let probed = probe(file).unwrap();
    let estimate = usize::try_from(reading_memory(&probed, reading).own_bytes).unwrap();
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut rows = reader(file, reading, &DecodeOptions::default()).unwrap();
    while rows.next_band().unwrap().is_some() {}
    drop(rows);
    let peak = PEAK.load(Ordering::Relaxed) - before;
    eprintln!("{what}, {:?}: {peak} bytes, estimate {estimate}", reading.layout);
    assert!(peak <= estimate, "{what}, {reading:?}: {peak} bytes, estimate {estimate}");
    assert!(estimate <= 2 * peak + SPARE_BYTES, "{what}, {reading:?}: {peak} bytes, estimate {estimate}");
}

#[test]
fn reading_memory_is_what_is_held() {
    for size in [Size::new(2500, 1500), Size::new(10_000, 200), Size::new(200, 10_000)] {
        let pixmap = noise(size);
        let part = Rectangle { left: 16, top: 48, size: Size::new(100, 100) };
        let pixels = [None, Some(part)].map(|window| Reading { layout: Layout::Rgba, window });
        for sampling in [Sampling::Gray, Sampling::S444, Sampling::S420] {
            for coding in [Coding::Baseline, Coding::Progressive] {
                let file = jpeg(&pixmap, sampling, coding);
                let what = format!("{size} JPEG {sampling:?} {coding:?}");
                let layout = probe(&file).unwrap().layout;
                let reduced = |factor| match layout {
                    Layout::Rgba => layout,
                    Layout::Planes { luma, chroma } => {
                        let by = |spacing: Spacing| Spacing::new(spacing.x * factor, spacing.y * factor);
                        Layout::Planes { luma: by(luma), chroma: chroma.map(by) }
                    }
                };
                for layout in [1, 2, 4, 8].map(reduced).into_iter().chain([Layout::Rgba]) {
                    check(&what, &file, &Reading::whole(layout));
                    check(&what, &file, &Reading { layout, window: Some(part) });
                }
            }
        }
        for (format, quality) in [
            (EncodeFormat::Png, 100),
            (EncodeFormat::Png, 80),
            (EncodeFormat::Gif, 100),
            (EncodeFormat::Webp, 100),
            (EncodeFormat::Webp, 80),
            (EncodeFormat::Avif, 80),
        ] {
            let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) };
            let file = encode(pixmap.clone(), &options).unwrap().bytes;
            pixels.iter().for_each(|reading| check(&format!("{size} {format:?} {quality}"), &file, reading));
        }
        for format in [ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Qoi] {
            let image = RgbaImage::from_raw(size.width, size.height, pixmap.data().to_vec()).unwrap();
            let mut file = Cursor::new(Vec::new());
            image.write_to(&mut file, format).unwrap();
            pixels.iter().for_each(|reading| check(&format!("{size} {format:?}"), file.get_ref(), reading));
        }
    }
}
