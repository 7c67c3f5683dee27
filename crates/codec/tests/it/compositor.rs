//! Frames as plain parts: put into files, and composed slowly, to compare with.

use palmette_codec::{EncodeFormat, Frame};
use palmette_core::Pixmap;
use proptest::prelude::*;

use crate::draw::picture;
use crate::files::{encoded, webp, webp_canvas, webp_chunk, webp_frame_with};

/// The flag of a WebP that holds an animation.
const FLAG_ANIMATION: u8 = 0x02;

/// A frame of a file: its box (left, top, width, height), its pixels, and what is done with it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) area: [u32; 4],
    pub(crate) pixels: Vec<[u8; 4]>,
    pub(crate) blends: bool,
    /// As in GIF: 0 and 1 keep the frame, 2 clears its place, 3 brings back what was before.
    pub(crate) disposal: u8,
    pub(crate) is_interlaced: bool,
}

/// Composes frames slowly and plainly: the whole canvas is copied for each, and every pixel is asked where it lies.
pub(crate) fn composed(width: u32, height: u32, parts: &[Part]) -> Vec<Pixmap> {
    let mut canvas = picture(width, height, |_, _| [0; 4]);
    let mut shown = Vec::new();
    for part in parts {
        let before = canvas.clone();
        let [left, top, part_width, part_height] = part.area;
        let inside = |x: u32, y: u32| (left..left + part_width).contains(&x) && (top..top + part_height).contains(&y);
        canvas = picture(width, height, |x, y| {
            let backdrop = before.pixel(x, y);
            if !inside(x, y) {
                return backdrop;
            }
            let pixel = part.pixels[((y - top) * part_width + x - left) as usize];
            if part.blends { over(pixel, backdrop) } else { pixel }
        });
        shown.push(canvas.clone());
        canvas = match part.disposal {
            2 => picture(width, height, |x, y| if inside(x, y) { [0; 4] } else { canvas.pixel(x, y) }),
            3 => before,
            _ => canvas,
        };
    }
    shown
}

/// Draws one straight colour over another, in real numbers.
fn over(pixel: [u8; 4], backdrop: [u8; 4]) -> [u8; 4] {
    let [alpha, under] = [pixel[3], backdrop[3]].map(|alpha| f64::from(alpha) / 255.0);
    let sum = alpha + under * (1.0 - alpha);
    if sum == 0.0 {
        return [0; 4];
    }
    let mix = |channel: usize| {
        let mixed = f64::from(pixel[channel]) * alpha + f64::from(backdrop[channel]) * under * (1.0 - alpha);
        (mixed / sum + 0.5).floor() as u8
    };
    [mix(0), mix(1), mix(2), (sum * 255.0 + 0.5).floor() as u8]
}

/// Asserts that pictures are alike within a level, and so is what cannot be seen of them.
#[track_caller]
pub(crate) fn assert_shown(frames: &[Frame], expected: &[Pixmap]) {
    assert_eq!(frames.len(), expected.len());
    for (number, (frame, expected)) in frames.iter().zip(expected).enumerate() {
        let pairs = frame.pixmap.data().as_chunks::<4>().0.iter().zip(expected.data().as_chunks::<4>().0);
        for (at, (actual, expected)) in pairs.enumerate() {
            let is_clear = actual[3] == 0 && expected[3] == 0;
            let is_near = actual.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 1);
            assert!(is_clear || is_near, "frame {number}, pixel {at}: {actual:?} instead of {expected:?}");
        }
    }
}

/// Writes parts of clear and opaque pixels as a GIF, each second one with a palette of its own.
pub(crate) fn gif_of(width: u16, height: u16, parts: &[Part]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &palette(false)).unwrap();
    for (number, part) in parts.iter().enumerate() {
        let is_local = number % 2 == 1;
        let palette = palette(is_local);
        let index = |pixel: &[u8; 4]| match pixel {
            [.., 0] => 7,
            pixel => palette.chunks(3).position(|color| color == &pixel[..3]).unwrap() as u8,
        };
        let [left, top, width, height] = part.area.map(|px| px as u16);
        let rows: Vec<Vec<u8>> =
            part.pixels.chunks(usize::from(width).max(1)).map(|row| row.iter().map(index).collect()).collect();
        let order: Vec<usize> = match part.is_interlaced {
            false => (0..rows.len()).collect(),
            true => [(0, 8), (4, 8), (2, 4), (1, 2)]
                .into_iter()
                .flat_map(|(start, step)| (start..rows.len()).step_by(step))
                .collect(),
        };
        encoder
            .write_frame(&gif::Frame {
                left,
                top,
                width,
                height,
                delay: number as u16,
                interlaced: part.is_interlaced,
                transparent: Some(7),
                dispose: gif::DisposalMethod::from_u8(part.disposal).unwrap(),
                palette: is_local.then_some(palette),
                buffer: order.iter().flat_map(|&row| rows[row].clone()).collect::<Vec<_>>().into(),
                ..gif::Frame::default()
            })
            .unwrap();
    }
    drop(encoder);
    file
}

/// Seven colours, in one order or the other, and one that is never shown.
fn palette(is_local: bool) -> Vec<u8> {
    let mut colors = COLORS;
    if is_local {
        colors.reverse();
    }
    [colors.as_flattened(), &[9, 9, 9]].concat()
}

const COLORS: [[u8; 3]; 7] =
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255], [17, 34, 51]];

/// Parts of a GIF of 12×10: anywhere, also over the edges, of any size, none included.
pub(crate) fn gif_parts() -> impl Strategy<Value = Vec<Part>> {
    let color = prop_oneof![2 => Just([0; 4]), 5 => (0..7_usize).prop_map(|at| {
        let [red, green, blue] = COLORS[at];
        [red, green, blue, 255]
    })];
    let part = ([0..14_u32, 0..12_u32, 0..14_u32, 0..12_u32], 0..4_u8, any::<bool>()).prop_flat_map(
        move |(area, disposal, is_interlaced)| {
            proptest::collection::vec(color.clone(), (area[2] * area[3]) as usize).prop_map(move |pixels| Part {
                area,
                pixels,
                blends: true,
                disposal,
                is_interlaced,
            })
        },
    );
    proptest::collection::vec(part, 1..7)
}

/// Parts of a WebP of 12×10: inside, at even places, with any alpha.
pub(crate) fn webp_parts() -> impl Strategy<Value = Vec<Part>> {
    let alpha = prop_oneof![Just(0), Just(255), any::<u8>()];
    let pixel = (any::<[u8; 3]>(), alpha).prop_map(|([red, green, blue], alpha)| [red, green, blue, alpha]);
    let part = (0..6_u32, 0..5_u32, any::<[u16; 2]>(), any::<bool>(), 1..3_u8).prop_flat_map(
        move |(left, top, [width, height], blends, disposal)| {
            let (left, top) = (2 * left, 2 * top);
            let (width, height) = (1 + u32::from(width) % (12 - left), 1 + u32::from(height) % (10 - top));
            proptest::collection::vec(pixel.clone(), (width * height) as usize).prop_map(move |pixels| Part {
                area: [left, top, width, height],
                pixels,
                blends,
                disposal,
                is_interlaced: false,
            })
        },
    );
    proptest::collection::vec(part, 1..7)
}

/// Writes parts as a WebP.
pub(crate) fn webp_of(width: u32, height: u32, parts: &[Part]) -> Vec<u8> {
    let frames = parts.iter().zip(1..).map(|(part, number)| {
        let still = encoded(
            &picture(part.area[2], part.area[3], |x, y| part.pixels[(y * part.area[2] + x) as usize]),
            EncodeFormat::Webp,
            100,
        );
        let flags = if part.blends { 0 } else { 2 } | if part.disposal == 2 { 1 } else { 0 };
        webp_frame_with(&still, part.area, number, flags)
    });
    let head = [webp_canvas(FLAG_ANIMATION, width, height), webp_chunk(b"ANIM", &[0, 255, 0, 255, 5, 0])];
    webp(&head.into_iter().chain(frames).collect::<Vec<_>>())
}
