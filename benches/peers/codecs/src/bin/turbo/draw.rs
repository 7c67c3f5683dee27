//! Twelve pictures drawn by code, 1600×1200 pixels, where nobody has a photo at hand.

use std::io;
use std::path::Path;

use self::drawn::{clouds, hash};
use crate::turbo::{Encode, Sampling};

#[path = "../../../../../../crates/jpeg/examples/drawn/mod.rs"]
mod drawn;

/// Sides of the pictures.
const SIZE: (usize, usize) = (1600, 1200);

/// Draws the pictures into a folder, numbered in the order that a table shows them in.
///
/// # Errors
///
/// Those of writing files.
pub(crate) fn draw(folder: &Path) -> io::Result<()> {
    let (width, height) = SIZE;
    for (number, (name, encode, pixels)) in drawn().into_iter().enumerate() {
        let file = encode.rgba(&pixels, width, height);
        std::fs::write(folder.join(format!("{:02} {name}.jpg", number + 1)), file)?;
    }
    Ok(())
}

/// The pictures: a name, how they are encoded, and their RGBA.
fn drawn() -> Vec<(&'static str, Encode, Vec<u8>)> {
    let at = |quality| Encode::new(quality, Sampling::S420);
    let cloudy = |roughness| picture(move |x, y, c| clouds(x, y, c, roughness));
    let progressive = Encode { progressive: true, ..at(85) };
    // Fractal noise is much like a photo: the finer, the weaker. Its roughness is what photos differ in.
    vec![
        ("haze", at(85), cloudy(30)),
        ("hills", at(85), cloudy(50)),
        ("leaves", at(85), cloudy(65)),
        ("gravel", at(85), cloudy(80)),
        ("hills, 95", at(95), cloudy(50)),
        ("leaves, 60", at(60), cloudy(65)),
        ("screenshot", at(80), picture(screen)),
        ("drawing", at(80), picture(drawing)),
        ("noise", at(80), picture(|x, y, c| level(hash(x, y, c)))),
        ("slope", at(80), picture(|x, y, c| level(x / 8 + y / (6 + c as usize)))),
        ("4 4 4", Encode::new(85, Sampling::S444), cloudy(55)),
        ("progressive", progressive, cloudy(55)),
    ]
}

/// Lines of something like letters on a light ground.
fn screen(x: usize, y: usize, channel: u32) -> u8 {
    let is_text = y % 24 < 14 && !(x / 120 + y / 24).is_multiple_of(3) && hash(x / 2, y / 2, 7) % 5 < 2;
    if is_text { 40 } else { [250, 248, 240][channel as usize % 3] }
}

/// Flat areas of random colours.
fn drawing(x: usize, y: usize, channel: u32) -> u8 {
    let (x, y) = (x / 40, y / 30);
    level(hash(x / 3 + y / 5, y / 4, channel))
}

/// Draws RGBA by a function of place and channel.
fn picture(level: impl Fn(usize, usize, u32) -> u8) -> Vec<u8> {
    drawn::picture(SIZE, level)
}

/// The lowest eight bits.
const fn level(value: usize) -> u8 {
    value.to_le_bytes()[0]
}
