//! Makes a picture of a text and a font.
//!
//! [`Font`] reads a font, [`FontFolder`] holds those that the operator has, [`lay_out`] finds out where every glyph goes and how large
//! the picture is, and [`LaidText::draw`] draws it. The same text and font give the same bytes on every machine.
//!
//! The path of a text: `lines` cuts it into paragraphs and lines, `shape` into runs of one direction, script and font, and these
//! into glyphs; `laid` places them; `outline` turns their outlines into edges on a fine grid, and `raster` those into coverage. `color` paints
//! glyphs that have colours of their own.
//!
//! Other crates decide where a font comes from, and which code a failure has. Bitmaps in fonts (CBDT, sbix, EBDT)
//! and glyphs in SVG are not drawn.

mod budget;
mod color;
mod error;
mod folder;
mod font;
mod fonts;
mod laid;
mod lines;
mod outline;
mod raster;
mod shape;
#[cfg(test)]
mod twin;
mod unpack;

// The fonts of the tests name this crate as tests outside of it do.
#[cfg(test)]
extern crate self as palmette_text;
#[cfg(test)]
#[path = "../tests/it/fonts.rs"]
mod test_fonts;

pub use error::Error;
pub use folder::{FontFolder, MAX_FOLDER_FONT_BYTES, Problem};
pub use font::{Font, MAX_FONT_BYTES};
pub use laid::{LaidText, MAX_CHARACTERS, MAX_SIDE_PX, lay_out};
pub use unpack::MAX_UNPACKED_BYTES;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
