//! Compositing and the place of an overlay.

use palmette_core::{Pixmap, Size};
use palmette_ops::{AxisPosition, Composite, Draw, Repeat};

use super::RealPixmap;
use super::real::{Pixel, premultiplied};

/// Draws an overlay on a target: only inside the overlay's box, or the tiled area, does a pixel change.
#[must_use]
pub fn draw(target: &Pixmap, overlay: &Pixmap, options: &Draw) -> RealPixmap {
    let columns = Placement::of_columns(target.size(), overlay.size(), options);
    let rows = Placement::of_rows(target.size(), overlay.size(), options);

    let mut real = RealPixmap::from_pixmap(target);
    let width = target.width();
    for (index, pixel) in (0..).zip(real.pixels_mut()) {
        if let (Some(x), Some(y)) = (columns.source_of(index % width), rows.source_of(index / width)) {
            let foreground = premultiplied(overlay.pixel(x, y)).map(|level| level * options.opacity);
            *pixel = Pixel::Computed(composite(options.composite, foreground, pixel.premultiplied()));
        }
    }
    real
}

/// Combines two premultiplied pixels, in levels.
#[must_use]
pub fn composite(composite: Composite, foreground: [f64; 4], backdrop: [f64; 4]) -> [f64; 4] {
    let full = 255.0;
    let (foreground_alpha, backdrop_alpha) = (foreground[3], backdrop[3]);
    std::array::from_fn(|channel| {
        let (s, d) = (foreground[channel], backdrop[channel]);
        match composite {
            Composite::Over => s + d * (full - foreground_alpha) / full,
            Composite::In => s * backdrop_alpha / full,
            Composite::Atop => s * backdrop_alpha / full + d * (full - foreground_alpha) / full,
            Composite::Out => s * (full - backdrop_alpha) / full,
            Composite::Xor => s * (full - backdrop_alpha) / full + d * (full - foreground_alpha) / full,
            Composite::Lighter => (s + d).min(full),
        }
    })
}

/// Where an overlay lies along one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    start: i64,
    length: i64,
    repeats: bool,
}

impl Placement {
    /// Places an overlay from left to right.
    pub(super) fn of_columns(target: Size, overlay: Size, options: &Draw) -> Self {
        let repeats = matches!(options.repeat, Repeat::X | Repeat::Both);
        Self::new(target.width, overlay.width, options.horizontal, repeats)
    }

    /// Places an overlay from top to bottom.
    pub(super) fn of_rows(target: Size, overlay: Size, options: &Draw) -> Self {
        let repeats = matches!(options.repeat, Repeat::Y | Repeat::Both);
        Self::new(target.height, overlay.height, options.vertical, repeats)
    }

    fn new(target: u32, overlay: u32, position: AxisPosition, repeats: bool) -> Self {
        let (target, length) = (i64::from(target), i64::from(overlay));
        let start = match position {
            AxisPosition::FromStart(distance) => i64::from(distance),
            AxisPosition::FromEnd(distance) => target - length - i64::from(distance),
            AxisPosition::Unset if repeats => 0,
            AxisPosition::Unset => (target - length).div_euclid(2),
        };
        Self { start, length, repeats }
    }

    /// Returns the overlay's sample that lies on a sample of the target.
    pub(super) fn source_of(self, position: u32) -> Option<u32> {
        let distance = i64::from(position) - self.start;
        let source = if self.repeats { distance.rem_euclid(self.length) } else { distance };
        if source < self.length { u32::try_from(source).ok() } else { None }
    }
}
