//! Compositing and the place of an overlay.

use palmette_core::Pixmap;
use palmette_ops::{AxisPosition, Composite, Draw, Repeat};

use super::RealPixmap;
use super::real::{Pixel, premultiplied};

/// Draws an overlay on a target: only inside the overlay's box, or the tiled area, does a pixel change.
#[must_use]
pub fn draw(target: &Pixmap, overlay: &Pixmap, options: &Draw) -> RealPixmap {
    let repeat_x = matches!(options.repeat, Repeat::X | Repeat::Both);
    let repeat_y = matches!(options.repeat, Repeat::Y | Repeat::Both);
    let columns = Placement::new(target.width(), overlay.width(), options.horizontal, repeat_x);
    let rows = Placement::new(target.height(), overlay.height(), options.vertical, repeat_y);

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
struct Placement {
    start: i64,
    length: i64,
    repeats: bool,
}

impl Placement {
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
    fn source_of(self, position: u32) -> Option<u32> {
        let distance = i64::from(position) - self.start;
        let source = if self.repeats { distance.rem_euclid(self.length) } else { distance };
        if source < self.length { u32::try_from(source).ok() } else { None }
    }
}
