//! AVIF by planes: where they mean what planes of a picture mean, the samples are those that the pixels are made of.

use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, Error, encode_rows, probe, reader};
use palmette_core::{Error as CoreError, Layout, Picture, PictureRows, Reading, Size, Spacing};

use crate::draw::{gradient, soft};
use crate::files::{decode, encoded, fixture};
use crate::reader::{WINDOWS, cut, read};

const HALF: Layout = Layout::ycc(Spacing::new(2, 2));
const FULL: Layout = Layout::ycc(Spacing::ONE);

/// Writes an AVIF of planes that change from sample to sample.
fn file(size: Size, layout: Layout) -> Vec<u8> {
    let mut planes: [Vec<u8>; 3] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let samples = layout.samples(index, size);
        let sample = |x: u32, y: u32| (90 + x % 40 + (y * (1 + index as u32)) % 40) as u8;
        *plane = (0..samples.height).flat_map(|y| (0..samples.width).map(move |x| sample(x, y))).collect();
    }
    let picture = Picture::from_planes(size, layout, planes).unwrap();
    let options = EncodeOptions { quality: Some(95), ..EncodeOptions::new(EncodeFormat::Avif) };
    encode_rows(Box::new(PictureRows::new(picture)), &options).unwrap().bytes
}

/// Reads all planes.
fn whole(file: &[u8], layout: Layout) -> Picture {
    read(file, &Reading::whole(layout), &DecodeOptions::default()).unwrap().0
}

#[test]
fn avif_planes_are_what_pixels_are_made_of() {
    for size in [Size::new(120, 90), Size::new(77, 51), Size::new(1, 3)] {
        let file = file(size, FULL);
        assert_eq!(probe(&file).unwrap().layout, FULL);
        let (planes, pixels) = (whole(&file, FULL), decode(&file).unwrap());
        let [y, cb, cr] = [0, 1, 2].map(|plane| planes.plane(plane));
        let samples = y.iter().zip(cb).zip(cr).map(|((y, cb), cr)| [y, cb, cr].map(|&sample| f64::from(sample)));
        for (pixel, [y, cb, cr]) in pixels.data().as_chunks::<4>().0.iter().zip(samples) {
            let (cb, cr) = (cb - 128.0, cr - 128.0);
            let exact = [y + 1.402 * cr, y - 0.344_136_3 * cb - 0.714_136_3 * cr, y + 1.772 * cb];
            for (is, exact) in pixel.iter().zip(exact) {
                assert!((f64::from(*is) - exact.clamp(0.0, 255.0)).abs() <= 0.55, "{pixel:?}: {exact}");
            }
        }
        let gray = self::file(size, Layout::GRAY);
        assert_eq!(probe(&gray).unwrap().layout, Layout::GRAY);
        let levels: Vec<u8> = decode(&gray).unwrap().data().iter().step_by(4).copied().collect();
        assert!(whole(&gray, Layout::GRAY).plane(0) == levels);
    }
}

#[test]
fn avif_planes_of_a_part_are_those_of_the_whole() {
    for layout in [Layout::GRAY, FULL, HALF, Layout::ycc(Spacing::new(2, 1))] {
        let size = Size::new(77, 81);
        let file = file(size, layout);
        assert_eq!(probe(&file).unwrap().layout, layout);
        let all = whole(&file, layout);
        for window in WINDOWS {
            let reading = Reading { layout, window: Some(window) };
            let part = read(&file, &reading, &DecodeOptions::default()).unwrap().0;
            assert!(part == cut(&all, reading.window_of(size)), "{layout:?}, {window:?}");
        }
    }
}

#[test]
fn avif_planes_that_mean_something_else_are_read_as_pixels() {
    assert_eq!(probe(&encoded(&gradient(40, 30), EncodeFormat::Avif, 60)).unwrap().layout, HALF);
    let with_alpha = encoded(&soft(40, 30), EncodeFormat::Avif, 60);
    let others = ["depth10.avif", "depth12-420.avif", "display-p3.avif", "premultiplied.avif", "clap.avif"];
    for file in others.map(fixture).iter().chain([&with_alpha]) {
        assert_eq!(probe(file).unwrap().layout, Layout::Rgba);
        let refused = reader(file, &Reading::whole(HALF), &DecodeOptions::default());
        let Err(Error::Core(CoreError::WrongLayout { expected: HALF, actual: Layout::Rgba })) = refused else {
            panic!("{refused:?}");
        };
    }
}
