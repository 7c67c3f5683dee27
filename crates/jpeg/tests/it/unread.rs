//! What of a file is left unread, because a window does not need it.

use palmette_jpeg::{Area, Damage, DamageKind, Decoder, PixelRequest, Request, Scale, Window};

use crate::decode::{picture, planes};
use crate::turbo::{Encode, Sampling};
use crate::writer::Random;

/// A file of rows with restart markers, and where their data starts.
fn with_intervals(progressive: bool) -> (Vec<u8>, Vec<usize>) {
    let encode = Encode { restart_rows: 1, progressive, ..Encode::new(80, Sampling::S420) };
    let file = encode.rgba(&picture(100, 160, 60), 100, 160);
    let starts = (2..file.len()).filter(|&at| file[at - 2] == 0xff && (0xd0..=0xd7).contains(&file[at - 1])).collect();
    (file, starts)
}

#[test]
fn unread_whole_intervals() {
    let request = Request { window: Some(Window { columns: 0..99, rows: 4..6 }), ..Request::default() };
    let (file, starts) = with_intervals(false);
    let right = window(&file, &request);
    // All ones are no code; nor is it seen that they are.
    let mut bent = file.clone();
    for &at in [1, 2, 6, 7].map(|i| &starts[i]) {
        bent[at..at + 32].copy_from_slice(&[0xff, 0].repeat(16));
    }
    assert!(planes(&bent, &Request::default()).1.is_some(), "damage is seen where it is read");
    assert_eq!(window(&bent, &request), right);
    // A marker that lacks is seen, unless it comes behind the window.
    let mut bent = file.clone();
    bent[starts[1] - 1] = 0;
    let (_, damage) = window(&bent, &request);
    assert_eq!(damage.map(|it| it.kind), Some(DamageKind::Restart));
    bent = file;
    bent[starts[7] - 1] = 0;
    assert_eq!(window(&bent, &request), right);
}

#[test]
fn unread_nothing_fails_on_bent_files() {
    let mut random = Random::new(7);
    for progressive in [false, true] {
        for (restart_blocks, restart_rows) in [(0, 0), (5, 0), (0, 1)] {
            let encode = Encode { progressive, restart_blocks, restart_rows, ..Encode::new(80, Sampling::S420) };
            let file = encode.rgba(&picture(100, 80, 60), 100, 80);
            for _ in 0..200 {
                let mut bent = file.clone();
                for _ in 0..=random.below(4) {
                    let at = random.below(u32::try_from(file.len()).expect("a small file")) as usize;
                    bent[at] = [0, 0xff, 0xd1, bent[at] ^ 1 << random.below(8)][random.below(4) as usize];
                }
                let Ok(decoder) = Decoder::new(&bent) else { continue };
                // Bent headers can make it large.
                if u64::from(decoder.size().0) * u64::from(decoder.size().1) > 1 << 20 {
                    continue;
                }
                let start = (random.below(5), random.below(4));
                let (columns, rows) = (start.0..start.0 + 1 + random.below(4), start.1..start.1 + 1 + random.below(3));
                let scale = Scale::ALL[random.below(4) as usize];
                let area =
                    Some(Area { columns: 9 * columns.start..9 * columns.end, rows: 9 * rows.start..9 * rows.end });
                if let Ok(mut bands) =
                    decoder.bands(&Request { window: Some(Window { columns, rows }), ..Request::at(scale) })
                {
                    while bands.next_band().is_some() {}
                }
                if let Ok(mut rows) = decoder.pixels(&PixelRequest { scale, area }) {
                    while rows.next_row().is_some() {}
                }
                if let Ok(mut bands) = decoder.coefficients() {
                    while bands.next_band().is_some() {}
                }
            }
        }
    }
}

/// Decodes what a window has, plane by plane.
fn window(file: &[u8], request: &Request) -> (Vec<Vec<u8>>, Option<Damage>) {
    let mut bands = Decoder::new(file).expect("a header").bands(request).expect("scans");
    let mut samples = vec![Vec::new(); 3];
    while let Some(band) = bands.next_band() {
        for (samples, band) in samples.iter_mut().zip(band) {
            band.rows().for_each(|row| samples.extend_from_slice(row));
        }
    }
    (samples, bands.damage().copied())
}
