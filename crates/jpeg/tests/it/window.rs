//! Windows: the MCUs that are asked for, equal to those cut out of the whole picture.

use std::ops::Range;

use palmette_jpeg::{Decoder, Request, Scale, Window};

use crate::decode::{picture, planes};
use crate::turbo::{Encode, Plane, SAMPLINGS, Sampling};
use crate::writer::{Layout, Picture, Process, scripts, sequential_scripts};

/// Decodes a window of each plane, as it stands there; and where it stands.
fn window(file: &[u8], request: &Request, what: &str) -> Vec<((usize, usize), Plane)> {
    let decoder = Decoder::new(file).expect("a header");
    let mut bands = decoder.bands(request).expect("scans");
    let mut planes: Vec<((usize, usize), Plane)> = Vec::new();
    while let Some(band) = bands.next_band() {
        if planes.is_empty() {
            let empty = Plane { width: 0, height: 0, samples: Vec::new() };
            planes = band.iter().map(|band| ((band.x() as usize, band.y() as usize), empty.clone())).collect();
        }
        for (((x, y), plane), band) in planes.iter_mut().zip(band) {
            assert_eq!(
                (band.x() as usize, band.y() as usize),
                (*x, *y + plane.height),
                "{what}: bands follow each other"
            );
            plane.width = band.width();
            plane.height += band.rows().len();
            band.rows().for_each(|row| plane.samples.extend_from_slice(row));
        }
    }
    assert_eq!(bands.damage(), None, "{what}");
    planes
}

/// Cuts out of a plane what a range of MCUs holds: so many samples wide and high each.
fn cut(plane: &Plane, window: &Window, mcu: (usize, usize)) -> ((usize, usize), Plane) {
    let clip = |range: &Range<u32>, side: usize, end: usize| {
        (range.start as usize * side).min(end)..(range.end as usize).saturating_mul(side).min(end)
    };
    let (columns, rows) = (clip(&window.columns, mcu.0, plane.width), clip(&window.rows, mcu.1, plane.height));
    let samples = rows.clone().flat_map(|y| &plane.samples[y * plane.width..][columns.clone()]).copied().collect();
    ((columns.start, rows.start), Plane { width: columns.len(), height: rows.len(), samples })
}

/// Compares some windows of a file at a scale of each plane.
fn check(file: &[u8], scales: [Scale; 4], windows: &[Window], what: &str) {
    let decoder = Decoder::new(file).expect("a header");
    let request = Request { scales, window: None };
    let whole = planes(file, &request).0;
    for window_of_mcus in windows {
        let what = format!("{what}, {scales:?}, {window_of_mcus:?}");
        let request = Request { window: Some(window_of_mcus.clone()), ..request.clone() };
        let parts = window(file, &request, &what);
        assert_eq!(parts.len(), whole.len(), "{what}");
        for (i, (part, component)) in parts.iter().zip(decoder.components()).enumerate() {
            let (h, v) = component.sampling();
            let side = 8 / scales[i].denominator() as usize;
            let (h, v) = if whole.len() == 1 { (1, 1) } else { (usize::from(h), usize::from(v)) };
            let expected = cut(&whole[i], window_of_mcus, (h * side, v * side));
            assert!(*part == expected, "{what}: plane {i}: {part:?} instead of {expected:?}");
        }
    }
}

/// Windows of a picture of so many MCUs: corners, edges, single MCUs, most of it, more than it.
fn windows(columns: u32, rows: u32) -> Vec<Window> {
    let ranges = |count: u32| {
        let middle = count / 2;
        [0..1, count - 1..count, middle..count + 9, count / 3..count.div_ceil(2).max(count / 3 + 1), 0..u32::MAX]
    };
    let mut windows = Vec::new();
    for (i, columns) in ranges(columns).into_iter().enumerate() {
        // Each with each of the corners, and with one of the others.
        let [first, last, others @ ..] = ranges(rows);
        for rows in [first, last, others[i % 3].clone()] {
            windows.push(Window { columns: columns.clone(), rows });
        }
    }
    windows
}

/// Compares all windows at all scales.
fn check_all(file: &[u8], what: &str) {
    let decoder = Decoder::new(file).expect("a header");
    let ((width, height), (mcu_width, mcu_height)) = (decoder.size(), decoder.mcu_size());
    let windows = windows(width.div_ceil(mcu_width), height.div_ceil(mcu_height));
    for scale in Scale::ALL {
        check(file, [scale; 4], &windows, what);
    }
    check(file, [Scale::Half, Scale::Full, Scale::Eighth, Scale::Quarter], &windows, what);
}

#[test]
fn window_of_every_sampling_process_and_restart() {
    for (sampling, _) in SAMPLINGS {
        // Whole MCUs, and what is left of them; more than a stretch of MCUs side by side.
        for (width, height) in [(1, 1), (128, 64), (131, 47), (311, 33)] {
            let pixels = picture(width, height, 60);
            for progressive in [false, true] {
                for (restart_blocks, restart_rows) in [(0, 0), (1, 0), (5, 0), (0, 1)] {
                    let encode = Encode { progressive, restart_blocks, restart_rows, ..Encode::new(85, sampling) };
                    check_all(&encode.rgba(&pixels, width, height), &format!("{encode:?} {width}×{height}"));
                }
            }
        }
    }
}

#[test]
fn window_of_scans_of_every_order() {
    for factors in [&[(2, 2), (1, 1), (1, 1)][..], &[(2, 1), (1, 2), (1, 1), (2, 2)], &[(3, 1), (1, 1)], &[(1, 1)]] {
        let components = u8::try_from(factors.len()).expect("at most four");
        let picture = Picture::random(101, 75, factors, 5);
        let sequential = sequential_scripts(components).into_iter().map(|it| (Process::Extended, it));
        let progressive = scripts(components).into_iter().map(|it| (Process::Progressive, it));
        for (process, (name, scans)) in sequential.chain(progressive) {
            for restarts in [[0, 0], [4, 1]] {
                let file = Layout { restarts, ..Layout::new(process, scans.clone()) }.write(&picture);
                check_all(&file, &format!("{factors:?}, {process:?}, {name}, restarts {restarts:?}"));
            }
        }
    }
}

#[test]
fn window_of_nothing() {
    let file = Encode::new(80, Sampling::S420).rgba(&picture(100, 70, 60), 100, 70);
    for (columns, rows) in [(0..7, 5..5), (0..7, 5..9), (0..7, 3..3), (0..7, 9..12), (7..7, 4..4)] {
        let request = Request { window: Some(Window { columns, rows }), ..Request::default() };
        assert_eq!(window(&file, &request, "no rows"), []);
    }
    for columns in [0..0, 3..3, 7..9, 60..90] {
        let request = Request { window: Some(Window { columns, rows: 1..4 }), ..Request::default() };
        let mut bands = Decoder::new(&file).unwrap().bands(&request).unwrap();
        for _ in 1..4 {
            let band = bands.next_band().expect("a row of MCUs");
            assert!(band.len() == 3 && band.iter().all(|plane| plane.width() == 0 && plane.rows().len() == 0));
        }
        assert!(bands.next_band().is_none() && bands.damage().is_none());
    }
}
