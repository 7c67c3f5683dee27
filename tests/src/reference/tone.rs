//! Colour options: straight colour in levels, alpha untouched.

use palmette_core::Pixmap;

use super::RealPixmap;
use super::real::Pixel;

/// `v·b`
#[must_use]
pub fn brightness(level: f64, factor: f64) -> f64 {
    level * factor
}

/// `(v - 127.5)·c + 127.5`
#[must_use]
pub fn contrast(level: f64, factor: f64) -> f64 {
    (level - 127.5) * factor + 127.5
}

/// `255·(v/255)^(1/g)`
#[must_use]
pub fn gamma(level: f64, gamma: f64) -> f64 {
    255.0 * (level / 255.0).powf(1.0 / gamma)
}

/// Bends every channel by itself.
#[must_use]
pub fn each_channel(picture: &Pixmap, curve: impl Fn(f64) -> f64) -> RealPixmap {
    straight(picture, |color| color.map(&curve))
}

/// `y + (v - y)·s`, with `y = 0.2126 R + 0.7152 G + 0.0722 B`
#[must_use]
pub fn saturation(picture: &Pixmap, factor: f64) -> RealPixmap {
    straight(picture, |[red, green, blue]| {
        let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        [red, green, blue].map(|channel| luma + (channel - luma) * factor)
    })
}

/// Computes the straight colour of every pixel.
fn straight(picture: &Pixmap, compute: impl Fn([f64; 3]) -> [f64; 3]) -> RealPixmap {
    RealPixmap::from_pixmap(picture).map(|pixel| {
        let [red, green, blue, alpha] = pixel.rounded().map(f64::from);
        let [red, green, blue] = compute([red, green, blue]).map(|channel| channel * alpha / 255.0);
        Pixel::Computed([red, green, blue, alpha])
    })
}
