//! What the benches share: pictures drawn by code, of any size, lists of one operation, and what is left of many times.

mod quartiles;

pub use quartiles::Quartiles;

use palmette_core::plan::{Plan, Planner};
use palmette_core::{Layout, Limits, Picture, Pixmap, Size, Spacing};
use palmette_ops::{ImageIndex, Op, Transform};

/// The size that most benches use: 12 megapixels.
pub const PHOTO: Size = Size::new(4000, 3000);

/// The megapixels of the pictures that both engines are measured on.
pub const GRID: [f64; 7] = [0.1, 0.3, 1.0, 3.0, 12.0, 36.0, 100.0];

/// Returns the size of a picture of so many megapixels, four to three, rounded down to whole pixels.
///
/// # Panics
///
/// If that is none, or more than 2^32 pixels along a side.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float becomes the nearest integer")]
pub fn size_of(megapixels: f64) -> Size {
    let height = (megapixels * 1e6 * 3.0 / 4.0).sqrt() as u32;
    let width = (megapixels * 1e6 / f64::from(height)) as u32;
    assert!(width > 0 && height > 0, "{megapixels} megapixels are no picture");
    Size::new(width, height)
}

/// Draws a picture with gradients and fine detail; `soft` gives it alpha from 0 to 255.
///
/// # Panics
///
/// If a side is 0 or memory runs out.
#[must_use]
pub fn picture(size: Size, soft: bool) -> Pixmap {
    let mut state = 0x9e37_79b9_u32;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let level = |value: u32| value.to_le_bytes()[0];
    let data = (0..size.height)
        .flat_map(|y| (0..size.width).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let noise = noise();
            let alpha = if soft { level(x ^ y) } else { 255 };
            [level(x / 8 + noise % 16), level(y / 8 + noise % 32), level((x + y) / 16), alpha]
        })
        .collect();
    Pixmap::from_vec(size, data).expect("four bytes a pixel")
}

/// Draws the same picture in planes, opaque, with so much chroma.
///
/// # Panics
///
/// If a side is 0 or memory runs out.
#[must_use]
pub fn planes(size: Size, chroma: Spacing) -> Picture {
    let layout = Layout::ycc(chroma);
    let pixels = picture(size, false);
    let planes = [0, 1, 2].map(|plane| {
        let Size { width, height } = layout.samples(plane, size);
        let step = layout.spacing(plane);
        // Red, green and blue are as good as any for planes that nobody looks at.
        (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| pixels.pixel(x * step.x, y * step.y)[plane])
            .collect()
    });
    Picture::from_planes(size, layout, planes).expect("a sample for each")
}

/// Plans one `transform` of a picture; up to its measurement, if it makes one.
///
/// # Panics
///
/// If the options cannot be planned for that size.
#[must_use]
pub fn plan_of(options: Transform, size: Size) -> Plan {
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    let mut planner = Planner::new(&ops, &[size], &Limits::default()).expect("a size of a bench");
    planner.plan().expect("options of a bench").plan().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_reaches_the_limit_and_does_not_pass_it() {
        for megapixels in GRID {
            let size = size_of(megapixels);
            let missing = 1.0 - f64::from(size.width) * f64::from(size.height) / (megapixels * 1e6);
            assert!((0.0..0.01).contains(&missing), "{size} is not {megapixels} megapixels");
            assert!(Limits::default().check(size).is_ok(), "{size}");
        }
        assert_eq!(size_of(12.0), PHOTO);
    }
}
