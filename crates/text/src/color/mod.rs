//! Glyphs in colour: the table COLR, in both its versions.
//!
//! Version 0 is outlines on top of each other, each in one colour; version 1 is a graph of outlines that cut, gradients, maps of the plane and
//! ways to mix. A [`ColorGlyph`] is the list of what such a graph says, in the order of drawing, its outlines already in
//! their places. `paint` works the list off, in bands of rows, so that a large glyph with many layers takes little memory.
//!
//! Colours are mixed in gamma-encoded sRGB, premultiplied by alpha, as browsers do. It is `f32` and `f64` in a fixed order.

mod blend;
mod brush;
mod paint;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use paint::Painter;
pub(crate) use record::ColorGlyph;

/// Red, green, blue, alpha, each from 0 to 1, the first three premultiplied by the last.
type Premultiplied = [f32; 4];
