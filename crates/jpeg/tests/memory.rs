//! What decoding holds beside the file and what was asked for: less than a megabyte, however large the picture is.
#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use palmette_jpeg::encode::{Coding, Encoder, Options, PlaneRows, Sampling};
use palmette_jpeg::{Decoder, Request, Scale};

/// Counts the bytes that are allocated.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is done by the system's allocator; what is counted beside it allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What may be held beside the file and a band.
const ALLOWED: usize = 1 << 20;

/// Returns the most bytes that are held at once while something is done, beside those held before.
fn peak_of(work: impl FnOnce()) -> usize {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    work();
    PEAK.load(Ordering::Relaxed) - before
}

/// Encodes a picture of noise.
fn noise(width: usize, height: usize, sampling: Sampling, coding: Coding) -> Vec<u8> {
    let options = Options { sampling, coding, ..Options::default() };
    let side = |side: usize| u32::try_from(side).expect("a size of a JPEG");
    let mut encoder = Encoder::new(Vec::new(), side(width), side(height), &options).expect("options");
    let mut state = 1_u32;
    let mut samples = vec![0; width * encoder.band_rows()];
    for y in (0..height).step_by(encoder.band_rows()) {
        samples.truncate(width * (height - y));
        for sample in &mut samples {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = 100 + (state >> 26).to_le_bytes()[0];
        }
        // Chroma is the beginning of luma.
        let planes = vec![PlaneRows { samples: &samples, stride: width }; sampling.planes()];
        encoder.write_band(&planes).expect("a band");
    }
    encoder.finish().expect("a file")
}

/// Returns the bytes of a band's planes at a scale, in whole MCUs.
fn band_bytes(decoder: &Decoder<'_>, scale: Scale) -> usize {
    let ((width, _), (mcu_width, _)) = (decoder.size(), decoder.mcu_size());
    let blocks = |(h, v): (u8, u8)| usize::from(h) * usize::from(v);
    let blocks: usize = decoder.components().iter().map(|it| blocks(it.sampling())).sum();
    let side = 8 / scale.denominator() as usize;
    width.div_ceil(mcu_width) as usize * blocks * side * side
}

#[test]
fn memory_of_any_size() {
    for (width, height) in [(65_500, 40), (40, 65_500), (3000, 400)] {
        for sampling in [Sampling::Gray, Sampling::S444, Sampling::S420] {
            for coding in [Coding::Baseline, Coding::Progressive] {
                let file = noise(width, height, sampling, coding);
                let what = format!("{width}×{height}, {sampling:?}, {coding:?}");
                for scale in Scale::ALL {
                    let asked = band_bytes(&Decoder::new(&file).expect("a header"), scale);
                    let peak = peak_of(|| {
                        let decoder = Decoder::new(&file).expect("a header");
                        let mut bands = decoder.bands(&Request::at(scale)).expect("scans");
                        while bands.next_band().is_some() {}
                        assert_eq!(bands.damage(), None, "{what}");
                    });
                    println!("{what}, {scale:?}: {} bytes beside {asked}", peak - asked);
                    assert!(peak - asked < ALLOWED, "{what}, {scale:?}: {} bytes beside a band", peak - asked);
                }
                let mut row = vec![0; 4 * width];
                let asked = band_bytes(&Decoder::new(&file).expect("a header"), Scale::Full);
                let peak = peak_of(|| {
                    let mut rows = Decoder::new(&file).expect("a header").rows().expect("scans");
                    while rows.read_row(&mut row) {}
                });
                println!("{what}, rows: {} bytes beside {asked}", peak - asked);
                assert!(peak - asked < ALLOWED, "{what}, rows: {} bytes beside a band", peak - asked);
            }
        }
    }
}
