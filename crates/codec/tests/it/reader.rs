//! Pictures by rows: what the probe says of them, and that the rows are those of the whole picture.

use std::time::{Duration, Instant};

use palmette_codec::{DecodeOptions, EncodeFormat, Error, OnDamage, Reader, probe, reader};
use palmette_core::{
    Deadline, Error as CoreError, Layout, Limits, Orientation, Picture, Pixmap, Reading, Rectangle, Size, Spacing,
};
use palmette_jpeg::encode::{Coding, Encoder, Options, Sampling};
use palmette_jpeg::{Decoder, Request, Scale};
use palmette_ops::{Flip, Rotate};

use crate::draw::{gradient, noise, picture};
use crate::files::{decode, decode_damaged, encoded, fixture, with_jpeg_icc, with_jpeg_segment};
use crate::hostile::victims;

const PIXELS: Reading = Reading::whole(Layout::Rgba);
const SHOW: DecodeOptions = DecodeOptions {
    on_damage: OnDamage::Show,
    ..DecodeOptions::new(Limits { max_side_px: 12_000, max_area_px: 100_000_000, max_animation_area_px: 50_000_000 })
};

/// Joins the rows that are left; returns why some are missing, too.
fn join(mut reader: Reader<'_>) -> Result<(Picture, Option<String>), Error> {
    let mut picture = Picture::with_capacity(reader.size(), reader.layout()).unwrap();
    while let Some(band) = reader.next_band()? {
        assert!(band.planes.iter().any(|rows| !rows.is_empty()), "a band holds rows");
        picture.append(&band).unwrap();
    }
    picture.check_whole().unwrap();
    assert!(reader.next_band()?.is_none(), "the end stays the end");
    Ok((picture, reader.damage().map(ToString::to_string)))
}

/// Reads rows, and the same all at once.
pub(crate) fn read(
    bytes: &[u8],
    reading: &Reading,
    options: &DecodeOptions,
) -> Result<(Picture, Option<String>), Error> {
    let open = || reader(bytes, reading, options);
    let at_once = open().and_then(Reader::into_picture);
    let by_rows = open().and_then(join);
    match (&by_rows, at_once) {
        (Ok((picture, damage)), Ok((same, same_damage))) => {
            assert!(*picture == same, "rows of {picture:?}");
            assert_eq!(*damage, same_damage.map(|cause| cause.to_string()));
        }
        (Err(error), Err(same)) => assert_eq!(error.to_string(), same.to_string()),
        (by_rows, at_once) => panic!("{by_rows:?}, but {at_once:?}"),
    }
    by_rows
}

/// Turns a picture upright, pixel by pixel.
fn upright(stored: &Pixmap, orientation: Orientation) -> Pixmap {
    let Size { width, height } = stored.size();
    let Size { width: turned_width, height: turned_height } = orientation.turned(stored.size());
    picture(turned_width, turned_height, |x, y| {
        let (x, y) = match orientation.rotate {
            Rotate::None => (x, y),
            Rotate::Quarter => (y, height - 1 - x),
            Rotate::Half => (width - 1 - x, height - 1 - y),
            Rotate::ThreeQuarters => (width - 1 - y, x),
        };
        let (is_left_right, is_top_bottom) = match orientation.flip {
            None => (false, false),
            Some(Flip::Horizontal) => (true, false),
            Some(Flip::Vertical) => (false, true),
            Some(Flip::Both) => (true, true),
        };
        stored.pixel(if is_left_right { width - 1 - x } else { x }, if is_top_bottom { height - 1 - y } else { y })
    })
}

/// Cuts a part out of planes, whose samples it starts with.
pub(crate) fn cut(whole: &Picture, window: Rectangle) -> Picture {
    let layout = whole.layout();
    let planes = std::array::from_fn(|plane| {
        if plane >= layout.planes() {
            return Vec::new();
        }
        let (spacing, samples) = (layout.spacing(plane), layout.samples(plane, window.size));
        let (left, top) = ((window.left / spacing.x) as usize, (window.top / spacing.y) as usize);
        let bytes = layout.sample_bytes();
        let rows = whole.plane(plane).chunks(whole.row_bytes(plane)).skip(top).take(samples.height as usize);
        rows.flat_map(|row| &row[left * bytes..][..samples.width as usize * bytes]).copied().collect()
    });
    Picture::from_planes(window.size, layout, planes).unwrap()
}

/// Every kind of file that is a picture.
fn pictures() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/fixtures", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let fixtures = names.filter(|name| decode(&fixture(name)).is_ok()).map(|name| (name.clone(), fixture(&name)));
    let victims = victims().into_iter().map(|(name, bytes)| (name.to_owned(), bytes));
    let pictures: Vec<_> = victims.chain(fixtures).collect();
    assert!(pictures.len() > 40, "{}", pictures.len());
    pictures
}

/// Writes a JPEG.
fn jpeg(pixmap: &Pixmap, sampling: Sampling, coding: Coding) -> Vec<u8> {
    let options = Options { quality: 85, sampling, coding, ..Options::default() };
    let mut encoder = Encoder::new(Vec::new(), pixmap.width(), pixmap.height(), &options).unwrap();
    let band_bytes = encoder.band_rows() * pixmap.row_bytes();
    pixmap.data().chunks(band_bytes).for_each(|band| encoder.write_rgba_band(band).unwrap());
    encoder.finish().unwrap()
}

/// Decodes one plane by the decoder itself.
fn plane(file: &[u8], index: usize, scale: Scale) -> Vec<u8> {
    let mut bands = Decoder::new(file).unwrap().bands(&Request::at(scale)).unwrap();
    let mut samples = Vec::new();
    while let Some(planes) = bands.next_band() {
        planes[index].rows().for_each(|row| samples.extend_from_slice(row));
    }
    samples
}

pub(crate) const WINDOWS: [Rectangle; 6] = [
    Rectangle { left: 0, top: 0, size: Size::new(1, 1) },
    Rectangle { left: 13, top: 17, size: Size::new(40, 9) },
    Rectangle { left: 16, top: 16, size: Size::new(32, 32) },
    Rectangle { left: 31, top: 0, size: Size::new(500, 33) },
    Rectangle { left: 0, top: 63, size: Size::new(7, 500) },
    Rectangle { left: 76, top: 80, size: Size::new(1, 1) },
];

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

#[test]
fn reader_rows_joined_are_the_picture() {
    for (name, bytes) in pictures() {
        let probed = probe(&bytes).unwrap();
        let (stored, damage) = read(&bytes, &PIXELS, &DecodeOptions::default()).unwrap();
        assert_eq!((stored.size(), damage), (probed.rows_size(), None), "{name}");
        let stored = stored.into_pixmap().unwrap();
        assert!(upright(&stored, probed.orientation) == decode(&bytes).unwrap(), "{name}");
    }
}

#[test]
fn reader_cuts_windows_out() {
    for (name, bytes) in pictures() {
        let (whole, _) = read(&bytes, &PIXELS, &DecodeOptions::default()).unwrap();
        for (left, top, width, height) in [(0, 0, 3, 2), (1, 2, 5, 99), (4, 0, 99, 3), (2, 3, 1, 1)] {
            let asked = Rectangle { left, top, size: Size::new(width, height) };
            let reading = Reading { window: Some(asked), ..PIXELS };
            let window = reading.window_of(whole.size());
            if window.size.area() == 0 {
                let error = reader(&bytes, &reading, &DecodeOptions::default()).unwrap_err();
                assert!(matches!(error, Error::Core(CoreError::EmptyPixmap { .. })), "{name}: {error}");
                continue;
            }
            let part = reader(&bytes, &reading, &DecodeOptions::default()).unwrap();
            assert_eq!((part.window(), part.size()), (window, window.size), "{name}");
            let (part, _) = read(&bytes, &reading, &DecodeOptions::default()).unwrap();
            assert!(part == cut(&whole, window), "{name}: {window:?}");
        }
    }
}

#[test]
fn reader_gives_planes_at_every_scale() {
    let pixmap = gradient(77, 81);
    for (sampling, stored) in [
        (Sampling::Gray, None),
        (Sampling::S444, Some(Spacing::new(1, 1))),
        (Sampling::S422, Some(Spacing::new(2, 1))),
        (Sampling::S440, Some(Spacing::new(1, 2))),
        (Sampling::S420, Some(Spacing::new(2, 2))),
    ] {
        for coding in [Coding::Baseline, Coding::Progressive] {
            let file = jpeg(&pixmap, sampling, coding);
            assert_eq!(probe(&file).unwrap().layout, Layout::Planes { luma: Spacing::ONE, chroma: stored });
            for luma in Scale::ALL {
                for chroma in Scale::ALL {
                    let spacing = |of: Spacing, scale: Scale| {
                        Spacing::new(of.x * scale.denominator(), of.y * scale.denominator())
                    };
                    let layout = Layout::Planes {
                        luma: spacing(Spacing::ONE, luma),
                        chroma: stored.map(|stored| spacing(stored, chroma)),
                    };
                    let planes = [luma, chroma, chroma].into_iter().enumerate().map(|(index, scale)| {
                        if index < layout.planes() { plane(&file, index, scale) } else { Vec::new() }
                    });
                    let planes = planes.collect::<Vec<_>>().try_into().unwrap();
                    let whole = Picture::from_planes(pixmap.size(), layout, planes).unwrap();
                    let reading = Reading::whole(layout);
                    let (actual, damage) = read(&file, &reading, &DecodeOptions::default()).unwrap();
                    assert!(actual == whole && damage.is_none(), "{sampling:?} {coding:?} {layout:?}");
                    for window in WINDOWS {
                        let reading = Reading { window: Some(window), layout };
                        let part = reader(&file, &reading, &DecodeOptions::default()).unwrap();
                        let window = part.window();
                        assert_eq!(window, reading.window_of(pixmap.size()));
                        let (part, _) = read(&file, &reading, &DecodeOptions::default()).unwrap();
                        assert!(part == cut(&whole, window), "{sampling:?} {coding:?} {layout:?} {window:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn reader_refuses_layouts_that_a_file_has_not() {
    let file = jpeg(&gradient(40, 40), Sampling::S420, Coding::Baseline);
    let spaced = |luma, x, y| Layout::Planes { luma: Spacing::new(luma, luma), chroma: Some(Spacing::new(x, y)) };
    let wrong = [Layout::GRAY, spaced(1, 1, 1), spaced(1, 4, 2), spaced(16, 16, 16), spaced(2, 1, 1), spaced(3, 2, 2)];
    for layout in wrong {
        let error = reader(&file, &Reading::whole(layout), &DecodeOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Core(CoreError::WrongLayout { .. })), "{layout:?}: {error}");
    }
    for file in [fixture("cmyk-adobe.jpg"), encoded(&gradient(9, 9), EncodeFormat::Png, 100)] {
        let error = reader(&file, &Reading::whole(spaced(1, 2, 2)), &DecodeOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Core(CoreError::WrongLayout { .. })), "{error}");
    }
}

#[test]
fn reader_of_damage_refuses_or_shows() {
    for (name, whole) in pictures() {
        let probed = probe(&whole).unwrap();
        for part in 1..8 {
            let cut_off = &whole[..whole.len() * part / 8];
            let readings = [probed.layout, Layout::Rgba].map(Reading::whole);
            match (decode(cut_off), read(cut_off, &PIXELS, &DecodeOptions::default())) {
                (Ok(pixmap), Ok((stored, None))) => {
                    // The EXIF may be lost, too.
                    let orientation = probe(cut_off).unwrap().orientation;
                    assert!(upright(&stored.into_pixmap().unwrap(), orientation) == pixmap, "{name}, {part}/8");
                }
                (Err(error), Err(same)) => assert_eq!(error.to_string(), same.to_string(), "{name}, {part}/8"),
                (decoded, stored) => panic!("{name}, {part}/8: {decoded:?}, but {stored:?}"),
            }
            for reading in readings {
                match (decode_damaged(cut_off), read(cut_off, &reading, &SHOW)) {
                    (Ok((_, damage)), Ok((_, same))) => assert_eq!(damage, same, "{name}, {part}/8"),
                    (Err(error), Err(same)) => assert_eq!(error.to_string(), same.to_string(), "{name}, {part}/8"),
                    (decoded, stored) => panic!("{name}, {part}/8, {reading:?}: {decoded:?}, but {stored:?}"),
                }
            }
        }
    }
}

#[test]
fn reader_of_damaged_planes_is_over_after_the_error() {
    let whole = jpeg(&noise(64, 128), Sampling::S420, Coding::Baseline);
    let file = &whole[..whole.len() / 2];
    let reading = Reading::whole(probe(file).unwrap().layout);
    let mut planes = reader(file, &reading, &DecodeOptions::default()).unwrap();
    let mut bands = 0;
    let error = loop {
        match planes.next_band() {
            Ok(band) => bands += u32::from(band.is_some()),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Damaged { .. }) && (1..8).contains(&bands), "{bands} bands: {error}");
    assert!(planes.next_band().unwrap().is_none());
    // What the upper part depends on is there.
    let upper = Rectangle { left: 0, top: 0, size: Size::new(64, 16) };
    assert!(read(file, &Reading { window: Some(upper), ..reading }, &DecodeOptions::default()).is_ok());
}

#[test]
fn reader_keeps_to_limits() {
    for (name, bytes) in pictures() {
        let Size { width, height } = probe(&bytes).unwrap().stored_size;
        let limits = Limits { max_side_px: width.max(height) - 1, ..Limits::default() };
        let error = reader(&bytes, &PIXELS, &DecodeOptions::new(limits)).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Core(CoreError::TooLarge { .. })), "{name}: {error}");
    }
}

#[test]
fn reader_stops_when_its_time_is_over() {
    for (name, bytes) in pictures() {
        let deadline = Deadline::at(Instant::now() + Duration::from_millis(20));
        let options = DecodeOptions { deadline, ..DecodeOptions::default() };
        let Ok(mut open) = reader(&bytes, &PIXELS, &options) else { continue };
        std::thread::sleep(Duration::from_millis(25));
        let error = open.next_band().map(|band| band.is_some()).unwrap_err();
        assert!(matches!(error, Error::Core(CoreError::DeadlineExceeded)), "{name}: {error}");
        assert!(open.next_band().unwrap().is_none(), "{name}");
        let late = Deadline::at(Instant::now() + Duration::from_millis(20));
        let open = reader(&bytes, &PIXELS, &DecodeOptions { deadline: late, ..options });
        std::thread::sleep(Duration::from_millis(25));
        assert!(open.and_then(Reader::into_picture).is_err(), "{name}");
    }
}

#[test]
fn reader_collects_all_rows_or_none() {
    let file = jpeg(&gradient(40, 40), Sampling::S420, Coding::Baseline);
    let mut begun = reader(&file, &PIXELS, &DecodeOptions::default()).unwrap();
    begun.next_band().unwrap();
    assert!(matches!(begun.into_picture(), Err(Error::Core(CoreError::RowsMissing { .. }))));
}
