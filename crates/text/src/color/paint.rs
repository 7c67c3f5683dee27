//! The list of a glyph in colour is worked off, band by band.

use std::ops::Range;

use palmette_core::{Pixmap, alloc};

use super::record::{ColorGlyph, Command};
use super::{Premultiplied, blend};
use crate::Error;
use crate::budget::Budget;
use crate::outline::Frame;

/// Rows that are worked on at once.
const BAND_ROWS: u32 = 64;

/// Paints glyphs in colour onto a picture.
#[derive(Debug)]
pub(crate) struct Painter<'a> {
    /// The work that may be done.
    pub(crate) budget: &'a mut Budget,
}

/// Some pixels of the picture, row by row.
#[derive(Clone, Debug)]
struct Area {
    /// Columns.
    x: Range<u32>,
    /// Rows.
    y: Range<u32>,
}

/// How much of each pixel of an area the cuts leave.
#[derive(Debug)]
struct Mask {
    /// Where anything is left.
    area: Area,
    /// The shares.
    values: Vec<f32>,
}

/// A layer of a band.
#[derive(Debug)]
struct Layer {
    /// Its pixels.
    pixels: Vec<Premultiplied>,
    /// How many cuts there were before it began: they hold for the layer as a whole.
    cuts_before: usize,
}

impl Area {
    /// Returns the pixels that a box touches, out of some.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both ends are within the picture")]
    fn of(frame: &Frame, within: &Self) -> Self {
        let side = |from: f64, to: f64, within: &Range<u32>| {
            let (low, high) = (f64::from(within.start), f64::from(within.end));
            from.floor().clamp(low, high) as u32..to.ceil().clamp(low, high) as u32
        };
        Self { x: side(frame.left, frame.right, &within.x), y: side(frame.top, frame.bottom, &within.y) }
    }

    /// Returns the number of pixels.
    fn len(&self) -> usize {
        self.x.len() * self.y.len()
    }

    /// Returns the place of a pixel among those of the area.
    const fn index(&self, x: u32, y: u32) -> usize {
        (y - self.y.start) as usize * (self.x.end - self.x.start) as usize + (x - self.x.start) as usize
    }

    /// Returns every pixel.
    fn pixels(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let x = self.x.clone();
        self.y.clone().flat_map(move |y| x.clone().map(move |x| (x, y)))
    }
}

impl Painter<'_> {
    /// Paints a glyph over the picture.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`], or [`Error::Picture`] if there is no memory.
    pub(crate) fn paint(&mut self, glyph: &mut ColorGlyph, picture: &mut Pixmap) -> Result<(), Error> {
        let Some(frame) = glyph.frame else { return Ok(()) };
        if glyph.is_too_complex {
            return Err(Error::TooComplex);
        }
        let all = Area::of(&frame, &Area { x: 0..picture.width(), y: 0..picture.height() });
        let mut top = all.y.start;
        while top < all.y.end && !all.x.is_empty() {
            let bottom = all.y.end.min(top + BAND_ROWS);
            let band = Area { x: all.x.clone(), y: top..bottom };
            let pixels = self.band(&mut glyph.commands, &band)?;
            for ((x, y), over) in band.pixels().zip(&pixels) {
                if over[3] > 0.0 {
                    let at = x as usize * Pixmap::PIXEL_BYTES;
                    lay_over(&mut picture.row_mut(y)[at..at + Pixmap::PIXEL_BYTES], *over);
                }
            }
            top = bottom;
        }
        Ok(())
    }

    /// Works the list off for one band.
    fn band(&mut self, commands: &mut [Command], band: &Area) -> Result<Vec<Premultiplied>, Error> {
        let clear = || alloc::try_filled(band.len(), [0.0; 4]);
        let mut layers = vec![Layer { pixels: clear()?, cuts_before: 0 }];
        let mut cuts: Vec<Mask> = Vec::new();
        for command in commands {
            let cuts_before = layers.last().map_or(0, |layer| layer.cuts_before);
            match command {
                Command::Cut(edges, frame) => {
                    let above = (cuts.len() > cuts_before).then(|| cuts.last()).flatten();
                    let area = Area::of(frame, above.map_or(band, |mask| &mask.area));
                    let mut mask = Mask { values: alloc::try_filled(area.len(), 0.0)?, area };
                    self.budget.take(mask.area.len())?;
                    let area = &mask.area;
                    edges.cover(area.x.end, area.y.clone(), self.budget, |y, first, coverages| {
                        for (number, coverage) in coverages.iter().enumerate() {
                            let Ok(x) = u32::try_from(first + number) else { return };
                            if area.x.contains(&x) {
                                mask.values[area.index(x, y)] = narrow(*coverage);
                            }
                        }
                    })?;
                    if let Some(above) = above {
                        for ((x, y), value) in mask.area.pixels().zip(&mut mask.values) {
                            *value *= above.values[above.area.index(x, y)];
                        }
                    }
                    cuts.push(mask);
                }
                Command::Uncut => drop(cuts.pop()),
                Command::Fill(brush) => {
                    let mask = (cuts.len() > cuts_before).then(|| cuts.last()).flatten();
                    let area = mask.map_or(band, |mask| &mask.area);
                    self.budget.take(area.len())?;
                    let Some(layer) = layers.last_mut() else { continue };
                    for (number, (x, y)) in area.pixels().enumerate() {
                        let share = mask.map_or(1.0, |mask| mask.values[number]);
                        if share > 0.0 {
                            let color = brush.at((f64::from(x) + 0.5, f64::from(y) + 0.5)).map(|it| it * share);
                            let below = &mut layer.pixels[band.index(x, y)];
                            *below = std::array::from_fn(|at| color[at] + below[at] * (1.0 - color[3]));
                        }
                    }
                }
                Command::Layer => layers.push(Layer { pixels: clear()?, cuts_before: cuts.len() }),
                Command::Merge(mode) => {
                    let (Some(over), Some(below)) = (layers.pop(), layers.last_mut()) else { continue };
                    let mask = (cuts.len() > below.cuts_before).then(|| cuts.last()).flatten();
                    let area = mask.map_or(band, |mask| &mask.area);
                    self.budget.take(area.len())?;
                    for (number, (x, y)) in area.pixels().enumerate() {
                        let share = mask.map_or(1.0, |mask| mask.values[number]);
                        let at = band.index(x, y);
                        let mixed = blend::mix(*mode, over.pixels[at], below.pixels[at]);
                        let old = below.pixels[at];
                        below.pixels[at] = std::array::from_fn(|it| old[it] + (mixed[it] - old[it]) * share);
                    }
                }
            }
        }
        Ok(layers.swap_remove(0).pixels)
    }
}

/// Lays a colour over a pixel of straight RGBA.
fn lay_over(pixel: &mut [u8], over: Premultiplied) {
    let below = f32::from(pixel[3]) / 255.0 * (1.0 - over[3]);
    let alpha = over[3] + below;
    for (channel, over) in pixel.iter_mut().zip(&over[..3]) {
        *channel = level((over + f32::from(*channel) / 255.0 * below) / alpha);
    }
    pixel[3] = level(alpha);
    if pixel[3] == 0 {
        pixel.fill(0);
    }
}

/// Rounds to a level.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held between 0 and 255")]
const fn level(value: f32) -> u8 {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

/// Narrows a coverage.
#[expect(clippy::cast_possible_truncation, reason = "a coverage needs no more digits")]
const fn narrow(coverage: f64) -> f32 {
    coverage as f32
}
