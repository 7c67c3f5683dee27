//! Rows of pixels of reduced pictures, compared with libjpeg-turbo; and of areas, compared with the whole picture.

use palmette_jpeg::{Area, Decoder, PixelRequest, Scale};

use crate::decode::picture;
use crate::turbo::{self, Encode, SAMPLINGS, Sampling, Space};
use crate::writer::{Layout, Picture};

/// Decodes to pixels, four bytes each; tells their width as well.
fn pixels(file: &[u8], request: &PixelRequest) -> (Vec<u8>, usize) {
    let mut rows = Decoder::new(file).expect("a header").pixels(request).expect("a model");
    let mut pixels = vec![0; 4 * rows.width() * rows.height()];
    if rows.width() > 0 {
        pixels.chunks_mut(4 * rows.width()).for_each(|row| assert!(rows.read_row(row)));
    }
    assert!(rows.width() == 0 || rows.next_row().is_none());
    assert_eq!(rows.damage(), None);
    (pixels, rows.width())
}

/// Compares the whole picture at every scale, and areas of it.
#[track_caller]
fn check(file: &[u8], what: &str) {
    for scale in Scale::ALL {
        let denominator = u8::try_from(scale.denominator()).expect("at most 8");
        let (whole, width) = pixels(file, &PixelRequest { scale, area: None });
        let theirs = turbo::decode_pixels_at(file, denominator).expect("a picture");
        assert_eq!(theirs.warning, None, "{what}");
        assert_eq!(whole.len(), theirs.result.len(), "{what}, {scale:?}");
        if let Some(i) = (0..whole.len()).find(|&i| whole[i] != theirs.result[i]) {
            let (x, y) = (i / 4 % width, i / 4 / width);
            panic!("{what}, {scale:?}: ({x}, {y}), channel {}: {} instead of {}", i % 4, whole[i], theirs.result[i]);
        }
        check_areas(file, scale, (&whole, width), what);
    }
}

/// Compares areas with what the whole picture has there.
#[track_caller]
fn check_areas(file: &[u8], scale: Scale, (whole, width): (&[u8], usize), what: &str) {
    let height = whole.len() / 4 / width;
    let ranges = |side: usize| {
        let side = u32::try_from(side).expect("a small picture");
        [0..1, side - 1..side, side / 3..side / 2 + 1, side / 2..u32::MAX, side / 4..side / 4, 1..2, 7..9, 15..33]
    };
    for (i, columns) in ranges(width).into_iter().enumerate() {
        for rows in ranges(height).into_iter().skip(i % 2).step_by(2) {
            let area = Area { columns: columns.clone(), rows: rows.clone() };
            let (part, part_width) = pixels(file, &PixelRequest { scale, area: Some(area) });
            let clip = |range: std::ops::Range<u32>, end: usize| {
                (range.start as usize).min(end)..(range.end as usize).min(end)
            };
            let (columns, rows) = (clip(columns.clone(), width), clip(rows, height));
            assert_eq!(part_width, columns.len(), "{what}, {scale:?}, {columns:?} of {width}");
            let row = |y: usize| &whole[4 * y * width..][4 * columns.start..4 * columns.end];
            let same: Vec<u8> = rows.clone().flat_map(row).copied().collect();
            assert!(part == same, "{what}, {scale:?}, columns {columns:?}, rows {rows:?}");
        }
    }
}

#[test]
fn areas_of_every_sampling_and_scale() {
    for (sampling, _) in SAMPLINGS {
        for (width, height) in [(1, 1), (5, 40), (33, 17), (131, 47), (48, 129)] {
            for progressive in [false, true] {
                let encode = Encode { progressive, ..Encode::new(85, sampling) };
                let file = encode.rgba(&picture(width, height, 60), width, height);
                check(&file, &format!("{sampling:?}, progressive {progressive}, {width}×{height}"));
            }
        }
    }
}

#[test]
fn areas_of_all_models() {
    let (width, height) = (61, 47);
    let pixels = picture(width, height, 100);
    let rgb = Encode { space: Some(Space::Rgb), ..Encode::new(95, Sampling::S444) };
    check(&rgb.rgba(&pixels, width, height), "RGB");
    for space in [Space::Cmyk, Space::Ycck] {
        for sampling in [Sampling::S444, Sampling::S420, Sampling::S422] {
            let encode = Encode { space: Some(space), ..Encode::new(80, sampling) };
            check(&encode.cmyk(&pixels, width, height), &format!("{space:?}, {sampling:?}"));
        }
    }
}

#[test]
fn areas_of_rare_samplings() {
    let factors: [&[(usize, usize)]; 6] = [
        &[(4, 2), (1, 1), (1, 1)],
        &[(2, 2), (2, 1), (1, 2)],
        &[(2, 2), (1, 2), (1, 2)],
        &[(1, 2), (1, 1), (1, 2)],
        &[(3, 1), (1, 1), (3, 1)],
        &[(2, 2), (1, 1), (1, 1), (2, 2)],
    ];
    for factors in factors {
        let picture = Picture::random(101, 75, factors, 9);
        check(&Layout::plain(factors.len()).write(&picture), &format!("{factors:?}"));
    }
}
