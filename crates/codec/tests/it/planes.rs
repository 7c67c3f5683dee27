//! Planes to WebP and AVIF: the colours that come out are those of the pixels that the planes mean.

use palmette_codec::{EncodeFormat, EncodeOptions, Error, encode, encode_rows};
use palmette_core::{Error as CoreError, Layout, Picture, PictureRows, Pixmap, Size, Spacing};

use crate::draw::gradient;
use crate::files::decode;

/// Chroma of half the size along both axes.
const HALF: Layout = Layout::ycc(Spacing::new(2, 2));

fn options(format: EncodeFormat, quality: u8) -> EncodeOptions {
    EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) }
}

/// Makes planes of pixels by the formula of JFIF; chroma is the mean of what it stands for.
fn planes_of(pixmap: &Pixmap, layout: Layout) -> Picture {
    const WEIGHTS: [[f64; 3]; 3] =
        [[0.299, 0.587, 0.114], [-0.168_735_9, -0.331_264_1, 0.5], [0.5, -0.418_687_6, -0.081_312_4]];
    let size = pixmap.size();
    let mut planes: [Vec<u8>; 3] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let (samples, Spacing { x: step_x, y: step_y }) = (layout.samples(index, size), layout.spacing(index));
        for y in 0..samples.height {
            for x in 0..samples.width {
                let (mut sum, mut count) = (0.0, 0.0);
                for py in (y * step_y..(y + 1) * step_y).take_while(|&py| py < size.height) {
                    for px in (x * step_x..(x + 1) * step_x).take_while(|&px| px < size.width) {
                        let [red, green, blue, _] = pixmap.pixel(px, py).map(f64::from);
                        let [r, g, b] = WEIGHTS[index];
                        sum += r * red + g * green + b * blue;
                        count += 1.0;
                    }
                }
                let offset = if index == 0 { 0.0 } else { 128.0 };
                plane.push((sum / count + offset + 0.5).floor().clamp(0.0, 255.0) as u8);
            }
        }
    }
    Picture::from_planes(size, layout, planes).unwrap()
}

/// Encodes planes, and decodes them again.
fn through_planes(pixmap: &Pixmap, layout: Layout, options: &EncodeOptions) -> Pixmap {
    let rows = Box::new(PictureRows::new(planes_of(pixmap, layout)));
    let encoded = encode_rows(rows, options).unwrap();
    assert_eq!(encoded.content_type, options.format.content_type());
    decode(&encoded.bytes).unwrap()
}

fn max_error(left: &Pixmap, right: &Pixmap) -> u8 {
    left.data().iter().zip(right.data()).map(|(left, right)| left.abs_diff(*right)).max().unwrap()
}

/// The signal over the noise, in decibels.
fn psnr(left: &Pixmap, right: &Pixmap) -> f64 {
    let squares = left.data().iter().zip(right.data()).map(|(left, right)| f64::from(left.abs_diff(*right)).powi(2));
    10.0 * (255.0 * 255.0 * left.data().len() as f64 / squares.sum::<f64>()).log10()
}

/// Fields of 32×32 of one colour each, side by side.
fn fields(colors: &[[u8; 3]]) -> Pixmap {
    let row = colors.iter().flat_map(|&[red, green, blue]| [[red, green, blue, 255]; 32]).flatten();
    let row: Vec<u8> = row.collect();
    Pixmap::from_vec(Size::new(32 * colors.len() as u32, 32), row.repeat(32)).unwrap()
}

/// What the range of a studio takes from the levels, and the encoder: the middle of a field of one colour is off by so much.
const FLAT_ERROR: u8 = 3;

#[test]
fn planes_of_grey_stay_grey() {
    let levels: Vec<_> = (0..=15).map(|step| [step * 17; 3]).collect();
    let ramp = fields(&levels);
    for format in [EncodeFormat::Webp, EncodeFormat::Avif] {
        for layout in [Layout::GRAY, HALF] {
            let decoded = through_planes(&ramp, layout, &options(format, 95));
            assert!(decoded.data().as_chunks::<4>().0.iter().all(|[r, g, b, a]| r == g && g == b && *a == 255));
            let worst = max_error(&decoded, &ramp);
            assert!(worst <= FLAT_ERROR, "{format:?}, {layout:?}: {worst}");
        }
    }
}

#[test]
fn planes_of_saturated_colours_keep_them() {
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255], [255; 3], [0; 3]];
    let fields = fields(&colors);
    for format in [EncodeFormat::Webp, EncodeFormat::Avif] {
        let decoded = through_planes(&fields, HALF, &options(format, 95));
        let of_pixels = decode(&encode(fields.clone(), &options(format, 95)).unwrap().bytes).unwrap();
        for (color, x) in colors.into_iter().zip((16..).step_by(32)) {
            for (what, picture) in [("planes", &decoded), ("pixels", &of_pixels)] {
                let [red, green, blue, _] = picture.pixel(x, 16);
                let worst = [red, green, blue].iter().zip(color).map(|(is, was)| is.abs_diff(was)).max().unwrap();
                assert!(worst <= FLAT_ERROR, "{format:?} of {what}: {color:?} is {red}, {green}, {blue}");
            }
        }
    }
}

#[test]
fn planes_lose_no_more_than_pixels_do() {
    for size in [Size::new(160, 120), Size::new(161, 77), Size::new(1, 1), Size::new(3, 50)] {
        let picture = gradient(size.width, size.height);
        for (format, settings) in [(EncodeFormat::Webp, [50, 85]), (EncodeFormat::Avif, [32, 9])] {
            for setting in settings {
                let options = EncodeOptions { setting: Some(setting), ..options(format, 80) };
                let of_planes = psnr(&through_planes(&picture, HALF, &options), &picture);
                let of_pixels = psnr(&decode(&encode(picture.clone(), &options).unwrap().bytes).unwrap(), &picture);
                // Planes were rounded once before: that shows where nothing else is lost, above 40 decibels.
                assert!(of_planes >= of_pixels - 1.0, "{format:?}, {size}, {setting}: {of_planes}, {of_pixels}");
            }
        }
    }
}

#[test]
fn planes_of_every_spacing_that_av1_has_are_written() {
    let picture = gradient(65, 43);
    for spacing in [Spacing::ONE, Spacing::new(2, 1), Spacing::new(2, 2)] {
        let decoded = through_planes(&picture, Layout::ycc(spacing), &options(EncodeFormat::Avif, 95));
        assert!(psnr(&decoded, &picture) > 35.0, "{spacing:?}: {}", psnr(&decoded, &picture));
    }
}

#[test]
fn planes_that_a_format_does_not_have_are_refused() {
    let picture = gradient(20, 20);
    for (format, quality, spacing) in [
        (EncodeFormat::Webp, 80, Spacing::ONE),
        (EncodeFormat::Webp, 80, Spacing::new(2, 1)),
        (EncodeFormat::Webp, 100, Spacing::new(2, 2)),
        (EncodeFormat::Avif, 80, Spacing::new(1, 2)),
        (EncodeFormat::Avif, 80, Spacing::new(4, 4)),
        (EncodeFormat::Png, 80, Spacing::ONE),
    ] {
        let rows = Box::new(PictureRows::new(planes_of(&picture, Layout::ycc(spacing))));
        let refused = encode_rows(rows, &options(format, quality));
        assert!(
            matches!(refused, Err(Error::Core(CoreError::WrongLayout { .. }))),
            "{format:?} {spacing:?}: {refused:?}"
        );
    }
}
