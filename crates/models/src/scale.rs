//! Pictures of other sizes, by the resize of requests: integers in, the same bytes everywhere.

use palmette_core::plan::{Plan, lower};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Rectangle, Size, engine};
use palmette_ops::{Fit, ImageIndex, Op, Transform};

use crate::Error;

/// Makes a picture in exactly this size, whatever its shape was.
pub(crate) fn to_size(picture: &Pixmap, size: Size) -> Result<Pixmap, Error> {
    let plan = plan(picture.size(), size)?;
    Ok(engine::picture(&CpuEngine::new(), &plan, &std::slice::from_ref(picture), Deadline::NONE)?)
}

/// Plans that.
pub(crate) fn plan(from: Size, to: Size) -> Result<Plan, palmette_core::Error> {
    let options = Transform { fit: Some(Fit::Squeeze), ..Transform::resize(to.width, to.height) };
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    // The planner says how large a request may be.
    let limits = Limits { max_side_px: u32::MAX, max_area_px: u64::MAX, ..Limits::default() };
    lower(&ops, &[from], &limits)
}

/// Returns the size whose longer side has this many pixels, in the same proportions.
pub(crate) fn fitted(size: Size, side: u32) -> Size {
    let long = size.width.max(size.height);
    let scaled = |px: u32| {
        let rounded = (2 * u64::from(px) * u64::from(side) + u64::from(long)) / (2 * u64::from(long));
        u32::try_from(rounded).unwrap_or(side).clamp(1, side)
    };
    Size::new(scaled(size.width), scaled(size.height))
}

/// Copies a part of a picture, which lies inside of it.
pub(crate) fn part(picture: &Pixmap, part: Rectangle) -> Result<Pixmap, Error> {
    let mut copy = Pixmap::filled(part.size, [0; 4])?;
    let start = part.left as usize * Pixmap::PIXEL_BYTES;
    for y in 0..part.size.height {
        let row = &picture.row(part.top + y)[start..];
        let target = copy.row_mut(y);
        target.copy_from_slice(&row[..target.len()]);
    }
    Ok(copy)
}

/// Lays a pixel on white and forgets its alpha.
pub(crate) fn on_white(pixel: &[u8]) -> [u8; 3] {
    let alpha = u32::from(pixel[3]);
    [pixel[0], pixel[1], pixel[2]].map(|level| {
        let level = (u32::from(level) * alpha + 255 * (255 - alpha) + 127) / 255;
        u8::try_from(level).unwrap_or(u8::MAX)
    })
}
