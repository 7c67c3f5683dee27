//! A text is laid out: every glyph has its place, and the picture its size. Drawing comes after, when the size was agreed to.

use palmette_core::{Pixmap, Size};
use palmette_ops::Text;
use read_fonts::types::GlyphId;

use crate::budget::Budget;
use crate::color::{ColorGlyph, Painter};
use crate::font::Font;
use crate::fonts::Fonts;
use crate::outline::{Affine, Frame, MAX_REACH, Outline, Outlines, UNIT};
use crate::raster::Edges;
use crate::shape::{Glyph, Line, Spacing};
use crate::{Error, FontFolder, lines};

/// Characters that a text may have.
pub const MAX_CHARACTERS: usize = palmette_ops::text::MAX_CHARS;

/// Pixels that a side of the picture may have.
pub const MAX_SIDE_PX: u32 = palmette_ops::text::MAX_SIDE_PX as u32;

/// A text whose glyphs have their places.
#[derive(Debug)]
pub struct LaidText {
    /// The size of the picture.
    size: Size,
    /// The fonts of the glyphs, that of the text first.
    fonts: Vec<Font>,
    /// The glyphs, line by line.
    glyphs: Vec<Placed>,
    /// Pixels per em.
    em: f64,
    /// The colour of the glyphs, as red, green, blue, alpha.
    color: [u8; 4],
    /// How many lines there are.
    line_count: usize,
    /// How many glyphs stand for characters that no font has.
    missing_count: usize,
    /// Whether ink stuck out of the lines.
    has_grown: bool,
}

/// A glyph in the picture.
#[derive(Clone, Copy, Debug)]
struct Placed {
    /// The number of its font.
    font: usize,
    /// Its number in the font.
    id: GlyphId,
    /// Its origin: pixels from the left and from the top.
    origin: (f64, f64),
    /// Whether it has colours of its own.
    is_in_color: bool,
}

/// Lays a text out: shapes it, breaks it into lines, and finds out how large the picture is.
///
/// A line is as high as its font says, or `lineHeight` times the size; the rest beyond ascent and descent is half above
/// and half below. Baselines are at whole pixels, which keeps all lines alike. The picture is as wide as the widest line and as high
/// as all lines, rounded up, at least 1×1, and grows on each side where ink sticks out. Lines meet at the side where
/// their paragraph begins, unless `align` says another.
///
/// # Errors
///
/// [`Error::TooManyCharacters`] above [`MAX_CHARACTERS`], [`Error::TooLarge`] if a side would have more than [`MAX_SIDE_PX`]
/// pixels, [`Error::BadNumber`] for a layout that cannot be meant.
pub fn lay_out(text: &Text, font: &Font, fallback: &FontFolder) -> Result<LaidText, Error> {
    check(text)?;
    let mut fonts = Fonts::new(font, &text.layout.variations, fallback);
    let line_box = fonts.get(0).line_box();
    let scale = text.size / f64::from(font.model().units_per_em());
    let (ascent, descent) = (line_box.ascent * scale, line_box.descent * scale);
    let natural = ascent + descent + line_box.gap * scale;
    let line_height = text.layout.line_height.map_or(natural, |times| times * text.size);
    // Of a text that is too large by its lines alone nothing is shaped.
    let paragraphs = lines::paragraphs(&text.content);
    let too_high = |count: usize| fits(1.0, line_height * count as f64);
    too_high(paragraphs.len())?;

    let spacing = Spacing { size: text.size, letter: text.layout.letter_spacing };
    let mut set: Vec<Line> = Vec::new();
    for paragraph in &paragraphs {
        set.extend(lines::set(paragraph, text.layout.max_width, &mut fonts, spacing));
        too_high(set.len())?;
    }
    let width = set.iter().map(|line| line.advance).fold(0.0, f64::max);
    let height = line_height * set.len() as f64;
    fits(width, height)?;
    let mut glyphs = Vec::new();
    for (number, line) in set.iter().enumerate() {
        let baseline = (line_height * number as f64 + (line_height - ascent - descent) / 2.0 + ascent).round();
        let left = (width - line.advance) * share_left(text, line);
        let place = |it: &Glyph| {
            let origin = (left + it.x, baseline - it.rise);
            Placed { font: it.font, id: it.id, origin, is_in_color: false }
        };
        glyphs.extend(line.glyphs.iter().map(place));
    }
    let mut laid = LaidText {
        size: Size::new(1, 1),
        fonts: fonts.into_used(),
        missing_count: glyphs.iter().filter(|glyph| glyph.id == GlyphId::NOTDEF).count(),
        glyphs,
        em: text.size,
        color: text.color.to_rgba(),
        line_count: set.len(),
        has_grown: false,
    };
    laid.frame(width, height)?;
    Ok(laid)
}

impl LaidText {
    /// Returns the size of the picture.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Estimates the bytes that drawing takes at its height, the picture itself included, the fonts left out.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        /// An outline of a hundred chords is a rich one, and an edge takes 20 bytes.
        const GLYPH_BYTES: u64 = 100 * 20 * 2;
        self.size.area() * Pixmap::PIXEL_BYTES as u64 + self.glyphs.len() as u64 * GLYPH_BYTES
    }

    /// Returns the number of lines.
    #[must_use]
    pub const fn line_count(&self) -> usize {
        self.line_count
    }

    /// Returns the number of glyphs.
    #[must_use]
    pub const fn glyph_count(&self) -> usize {
        self.glyphs.len()
    }

    /// Returns how many glyphs stand for characters that no font has.
    #[must_use]
    pub const fn missing_count(&self) -> usize {
        self.missing_count
    }

    /// Returns the names of the fonts in use, that of the text first.
    pub fn font_names(&self) -> impl Iterator<Item = &str> {
        self.fonts.iter().map(Font::name)
    }

    /// Draws the text on nothing.
    ///
    /// Coverage is the exact area of the outlines in each pixel, to one level, and becomes alpha; the colour is the one asked for. Glyphs
    /// that touch or overlap are one shape. Glyphs in colour lie above it, and keep their colours.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`] for outlines that would take too long, [`Error::Picture`] if there is no memory.
    pub fn draw(&self) -> Result<Pixmap, Error> {
        let mut pixmap = Pixmap::filled(self.size, [0; 4])?;
        let mut edges = Edges::default();
        let mut budget = Budget::new();
        self.each_outline(&mut budget, |outline, map, budget| {
            outline.walk(map, budget, |from, to| edges.push(from, to))
        })?;
        let [red, green, blue, alpha] = self.color;
        edges.cover(self.size.width, 0..self.size.height, &mut budget, |y, first, coverages| {
            let row = &mut pixmap.row_mut(y)[first * Pixmap::PIXEL_BYTES..];
            for (pixel, coverage) in row.as_chunks_mut::<4>().0.iter_mut().zip(coverages) {
                let alpha = level(coverage * f64::from(alpha));
                if alpha > 0 {
                    *pixel = [red, green, blue, alpha];
                }
            }
        })?;
        for glyph in self.glyphs.iter().filter(|glyph| glyph.is_in_color) {
            if let Some(mut glyph) = self.in_color(glyph, &mut budget) {
                Painter { budget: &mut budget }.paint(&mut glyph, &mut pixmap)?;
            }
        }
        Ok(pixmap)
    }

    /// Returns a glyph in colour, in its place, if it is one.
    fn in_color(&self, glyph: &Placed, budget: &mut Budget) -> Option<ColorGlyph> {
        ColorGlyph::read(&self.fonts[glyph.font], glyph.id, self.map(glyph), self.color, budget)
    }

    /// Visits the outlines of all glyphs that have no colours of their own, each with its way to its place.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`].
    pub(crate) fn each_outline(
        &self,
        budget: &mut Budget,
        mut visit: impl FnMut(&Outline, &Affine, &mut Budget) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut outlines = Outlines::default();
        for glyph in self.glyphs.iter().filter(|glyph| !glyph.is_in_color) {
            let outline = outlines.get(glyph.font, &self.fonts[glyph.font], glyph.id, budget)?;
            visit(outline, &self.map(glyph), budget)?;
        }
        Ok(())
    }

    /// Tells whether ink stuck out of the lines, so that the picture grew.
    #[must_use]
    pub const fn has_grown(&self) -> bool {
        self.has_grown
    }

    /// Returns how the outline of a glyph comes to its place.
    fn map(&self, glyph: &Placed) -> Affine {
        let scale = self.em / f64::from(self.fonts[glyph.font].model().units_per_em());
        Affine::glyph(scale, glyph.origin.0, glyph.origin.1)
    }

    /// Sets the size to that of lines and ink, and moves the glyphs by as many pixels as ink sticks out at the left and above.
    fn frame(&mut self, width: f64, height: f64) -> Result<(), Error> {
        let lines = Frame { left: 0.0, top: 0.0, right: width, bottom: height };
        let mut frame = lines;
        let (mut outlines, mut budget) = (Outlines::default(), Budget::new());
        for number in 0..self.glyphs.len() {
            let glyph = self.glyphs[number];
            if let Some(in_color) = self.in_color(&glyph, &mut budget) {
                self.glyphs[number].is_in_color = true;
                frame = in_color.frame.map_or(frame, |around| frame.joined(around));
                if in_color.is_too_complex {
                    return Err(Error::TooComplex);
                }
                continue;
            }
            let outline = outlines.get(glyph.font, &self.fonts[glyph.font], glyph.id, &mut budget)?;
            let map = self.map(&glyph);
            let Some(around) = outline.control_box(&map) else { continue };
            if frame.holds(&around) {
                continue;
            }
            let reach = Frame { left: -MAX_REACH, top: -MAX_REACH, right: MAX_REACH, bottom: MAX_REACH };
            if !reach.holds(&around) {
                return Err(too_large(around.right - around.left, around.bottom - around.top));
            }
            // Points off the curve may lie outside where no ink does.
            outline.walk(&map, &mut budget, |from, to| {
                for point in [from, to] {
                    let unit = f64::from(UNIT);
                    frame = frame.with((f64::from(point.x) / unit, f64::from(point.y) / unit));
                }
            })?;
        }
        let (left, top) = (frame.left.floor(), frame.top.floor());
        self.has_grown = frame != lines;
        self.size = fits((frame.right - left).ceil(), (frame.bottom - top).ceil())?;
        for glyph in &mut self.glyphs {
            glyph.origin.0 -= left;
            glyph.origin.1 -= top;
        }
        Ok(())
    }
}

/// Returns the share of the space beside a line that is on its left.
fn share_left(text: &Text, line: &Line) -> f64 {
    use palmette_ops::text::Align;
    match text.layout.align {
        Some(Align::Left) => 0.0,
        Some(Align::Center) => 0.5,
        Some(Align::Right) => 1.0,
        None => f64::from(u8::from(line.is_rtl)),
    }
}

/// Checks the numbers of a text and its length.
fn check(text: &Text) -> Result<(), Error> {
    let count = text.content.chars().count();
    if count > MAX_CHARACTERS {
        return Err(Error::TooManyCharacters { count, max_count: MAX_CHARACTERS });
    }
    let layout = &text.layout;
    let above_0 = [("size", Some(text.size)), ("maxWidth", layout.max_width), ("lineHeight", layout.line_height)];
    for (option, value) in above_0 {
        if let Some(value) = value.filter(|value| !value.is_finite() || *value <= 0.0) {
            return Err(Error::BadNumber { option, value, expected: "a number above 0" });
        }
    }
    let places = layout.variations.iter().map(|it| ("an axis", it.value));
    for (option, value) in places.chain([("letterSpacing", layout.letter_spacing)]) {
        if !value.is_finite() {
            return Err(Error::BadNumber { option, value, expected: "a finite number" });
        }
    }
    Ok(())
}

/// Returns the size of a picture of some pixels, rounded up, which has to be within the limit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are between 1 and the limit")]
fn fits(width: f64, height: f64) -> Result<Size, Error> {
    let (wide, high) = (width.ceil().max(1.0), height.ceil().max(1.0));
    let limit = f64::from(MAX_SIDE_PX);
    if wide > limit || high > limit { Err(too_large(wide, high)) } else { Ok(Size::new(wide as u32, high as u32)) }
}

/// Says how large a picture would be.
const fn too_large(width: f64, height: f64) -> Error {
    Error::TooLarge { width: width.round(), height: height.round(), max_side_px: MAX_SIDE_PX }
}

/// Rounds to a level.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 255")]
const fn level(value: f64) -> u8 {
    (value + 0.5) as u8
}
