//! What the benches share: pictures drawn by code, of any size, and lists of one operation.

use palmette_core::plan::{Plan, lower};
use palmette_core::{Limits, Pixmap, Size};
use palmette_protocol::{ImageIndex, Op, Transform};

/// The size that most benches use: 12 megapixels.
pub const PHOTO: Size = Size::new(4000, 3000);

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

/// Plans one `transform` of a picture.
///
/// # Panics
///
/// If the options cannot be planned for that size.
#[must_use]
pub fn plan_of(options: Transform, size: Size) -> Plan {
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    lower(&ops, &[size], &Limits::default()).expect("options of a bench")
}
