//! Pictures that are written as their rows come.

use std::time::Instant;

use palmette_codec::{EncodeFormat, EncodeOptions, Error, encode, encode_rows, planes_taken, takes_rows};
use palmette_core::{Band, Deadline, Error as CoreError, Layout, Picture, PictureRows, Pixmap, Rows, Size, Spacing};
use palmette_jpeg::encode::{Coding, Encoder, Options, PlaneRows, Sampling};
use palmette_ops::Color;

use crate::draw::{gradient, noise, soft};

/// A picture whose rows come a few at a time, more of each plane in turn.
struct Uneven {
    picture: Picture,
    /// The bytes of each plane that came.
    done: [usize; 3],
    bands: usize,
    /// The band that cannot be made.
    fails_at: Option<usize>,
}

impl Uneven {
    fn new(picture: Picture) -> Self {
        Self { picture, done: [0; 3], bands: 0, fails_at: None }
    }
}

impl Rows for Uneven {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        self.picture.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, CoreError> {
        if self.fails_at == Some(self.bands) {
            return Err(CoreError::NodeMissing { index: 7 });
        }
        let (layout, size) = (self.picture.layout(), self.picture.size());
        let mut planes = self.picture.band_mut().planes;
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            let rows = if self.bands % layout.planes() == index { 23 } else { 5 };
            let start = self.done[index].min(plane.len());
            let end = plane.len().min(start + rows * layout.row_bytes(index, size));
            self.done[index] = end;
            *plane = &mut std::mem::take(plane)[start..end];
        }
        self.bands += 1;
        Ok(planes.iter().any(|plane| !plane.is_empty()).then_some(Band { planes }))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, CoreError> {
        Ok(self.picture)
    }
}

/// Makes options of JPEG.
fn jpeg(quality: u8) -> EncodeOptions {
    EncodeOptions { quality: Some(quality), ..EncodeOptions::new(EncodeFormat::Jpeg) }
}

/// Makes planes that differ everywhere.
fn planes(size: Size, layout: Layout) -> Picture {
    let mut planes: [Vec<u8>; 3] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let samples = layout.samples(index, size);
        let sample = |x: u32, y: u32| (x * 3 + y * (7 + index as u32) + x * y / 50) as u8;
        *plane = (0..samples.height).flat_map(|y| (0..samples.width).map(move |x| sample(x, y))).collect();
    }
    Picture::from_planes(size, layout, planes).unwrap()
}

/// Encodes planes that are there, by the encoder itself.
fn jpeg_of_planes(picture: &Picture, quality: u8, sampling: Sampling) -> Vec<u8> {
    let Size { width, height } = picture.size();
    let coding = if picture.size().area() >= 2500 { Coding::Progressive } else { Coding::Baseline };
    let options = Options { quality, sampling, coding, ..Options::default() };
    let mut encoder = Encoder::new(Vec::new(), width, height, &options).unwrap();
    let band_rows = encoder.band_rows();
    for top in (0..height as usize).step_by(band_rows) {
        let rows: Vec<_> = (0..picture.layout().planes())
            .map(|plane| {
                let stride = picture.row_bytes(plane);
                let start = top / picture.layout().spacing(plane).y as usize * stride;
                PlaneRows { samples: &picture.plane(plane)[start..], stride }
            })
            .collect();
        encoder.write_band(&rows).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn writer_of_rows_makes_the_same_file() {
    let mut seam = gradient(64, 100);
    // Alpha in the middle of a band.
    seam.row_mut(41).as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[3] = 100);
    for picture in [gradient(33, 20), gradient(131, 77), soft(131, 77), noise(70, 163), seam] {
        for quality in [60, 95] {
            for background in [None, Some(Color::opaque(3, 200, 90)), Some(Color { alpha: 90, ..Color::BLACK })] {
                let options = EncodeOptions { background, copyright: Some("Ada".to_owned()), ..jpeg(quality) };
                let whole = encode(picture.clone(), &options).unwrap();
                let by_rows = encode_rows(Box::new(Uneven::new(picture.clone().into())), &options).unwrap();
                assert!(by_rows == whole, "{picture:?}, {quality}, {background:?}");
                assert_eq!(whole.content_type, "image/jpeg");
            }
        }
    }
}

#[test]
fn writer_of_jpeg_flattens_as_bare_pixels_are_flattened() {
    let background = Some(Color { alpha: 90, ..Color::opaque(3, 200, 90) });
    for picture in [soft(131, 77), noise(20, 16)] {
        let rgb = EncodeOptions { background, ..EncodeOptions::new(EncodeFormat::Rgb) };
        let rgb = encode(picture.clone(), &rgb).unwrap().bytes;
        let flat: Vec<u8> = rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
        let flat = Pixmap::from_vec(picture.size(), flat).unwrap();
        let options = EncodeOptions { background, ..jpeg(80) };
        assert!(encode(picture, &options).unwrap() == encode(flat, &jpeg(80)).unwrap());
    }
}

#[test]
fn writer_of_planes_hands_them_to_the_encoder() {
    let ycc = |x, y| Layout::ycc(Spacing::new(x, y));
    for (layout, sampling) in [
        (Layout::GRAY, Sampling::Gray),
        (ycc(1, 1), Sampling::S444),
        (ycc(2, 1), Sampling::S422),
        (ycc(1, 2), Sampling::S440),
        (ycc(2, 2), Sampling::S420),
    ] {
        for size in [Size::new(1, 1), Size::new(19, 33), Size::new(131, 77), Size::new(64, 96)] {
            for quality in [60, 95] {
                let picture = planes(size, layout);
                let expected = jpeg_of_planes(&picture, quality, sampling);
                let whole = encode_rows(Box::new(PictureRows::new(picture.clone())), &jpeg(quality)).unwrap();
                let by_rows = encode_rows(Box::new(Uneven::new(picture)), &jpeg(quality)).unwrap();
                assert!(whole.bytes == expected && by_rows.bytes == expected, "{sampling:?}, {size:?}, {quality}");
            }
        }
    }
}

#[test]
fn writer_says_which_planes_it_takes() {
    assert_eq!(planes_taken(&jpeg(89)), Some(Spacing::new(2, 2)));
    assert_eq!(planes_taken(&jpeg(90)), Some(Spacing::ONE));
    assert_eq!(planes_taken(&EncodeOptions::new(EncodeFormat::Jpeg)), Some(Spacing::new(2, 2)));
    assert!(takes_rows(&jpeg(50)));
    for format in [EncodeFormat::Webp, EncodeFormat::Avif] {
        let options = |quality| EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) };
        assert_eq!(planes_taken(&options(89)), Some(Spacing::new(2, 2)));
        assert!(!takes_rows(&options(89)));
        let best = if format == EncodeFormat::Webp { None } else { Some(Spacing::ONE) };
        assert_eq!(planes_taken(&options(100)), best);
    }
    for format in [EncodeFormat::Png, EncodeFormat::Gif, EncodeFormat::Rgb] {
        let options = EncodeOptions::new(format);
        assert_eq!((planes_taken(&options), takes_rows(&options)), (None, false));
        let grey = Box::new(Uneven::new(planes(Size::new(20, 20), Layout::GRAY)));
        let refused = encode_rows(grey, &options);
        let Err(Error::Core(CoreError::WrongLayout { expected: Layout::Rgba, actual: Layout::GRAY })) = refused else {
            panic!("{format:?}: {refused:?}");
        };
    }
    let reduced = Layout::Planes { luma: Spacing::new(2, 2), chroma: Some(Spacing::new(2, 2)) };
    for layout in [reduced, Layout::ycc(Spacing::new(4, 1))] {
        let rows = Box::new(Uneven::new(planes(Size::new(20, 20), layout)));
        assert!(matches!(encode_rows(rows, &jpeg(80)), Err(Error::Core(CoreError::WrongLayout { .. }))));
    }
}

#[test]
fn writer_collects_rows_for_the_other_formats() {
    let picture = soft(40, 50);
    for format in [EncodeFormat::Png, EncodeFormat::Gif, EncodeFormat::Webp, EncodeFormat::Avif, EncodeFormat::Rgba] {
        let options = EncodeOptions { background: Some(Color::BLACK), ..EncodeOptions::new(format) };
        let by_rows = encode_rows(Box::new(Uneven::new(picture.clone().into())), &options).unwrap();
        assert!(by_rows == encode(picture.clone(), &options).unwrap(), "{format:?}");
    }
}

#[test]
fn writer_passes_failures_of_rows_on() {
    for fails_at in 0..4 {
        let rows = Uneven { fails_at: Some(fails_at), ..Uneven::new(gradient(60, 80).into()) };
        let failed = encode_rows(Box::new(rows), &jpeg(80));
        assert!(matches!(failed, Err(Error::Core(CoreError::NodeMissing { index: 7 }))), "{failed:?}");
    }
}

#[test]
fn writer_misses_rows() {
    let rows = Uneven { done: [4 * 60 * 7, 0, 0], ..Uneven::new(gradient(60, 80).into()) };
    let missing = encode_rows(Box::new(rows), &jpeg(80));
    let Err(Error::Core(CoreError::RowsMissing { plane: 0, expected: 80, actual: 73 })) = missing else {
        panic!("{missing:?}");
    };
}

#[test]
fn writer_stops_at_its_deadline() {
    let options = EncodeOptions { deadline: Deadline::at(Instant::now()), ..jpeg(80) };
    let stopped = encode_rows(Box::new(Uneven::new(gradient(60, 80).into())), &options);
    assert!(matches!(stopped, Err(Error::Core(CoreError::DeadlineExceeded))));
}
