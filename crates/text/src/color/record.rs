//! The graph of a glyph in colour becomes a list.

use read_fonts::model::glyph::color::{Brush as FontBrush, ColorStop, CompositeMode, PaintSink};
use read_fonts::types::{BoundingBox, GlyphId, Matrix};

use super::Premultiplied;
use super::brush::{Brush, Kind, Ramp};
use crate::Error;
use crate::budget::Budget;
use crate::font::Font;
use crate::outline::{Affine, Frame, GridPoint, MAX_REACH, Outline, Outlines, UNIT};
use crate::raster::Edges;

/// Cuts inside of cuts, and layers inside of layers; real glyphs have three or four.
const MAX_DEPTH: usize = 24;

/// Edges that one glyph in colour may have, in all its outlines together.
const MAX_EDGES: usize = 1_000_000;

/// The number of a colour that stands for the one of the text.
const COLOR_OF_TEXT: u16 = 0xffff;

/// The drawing of a glyph in colour, step by step.
#[derive(Debug)]
pub(crate) struct ColorGlyph {
    /// The steps.
    pub(super) commands: Vec<Command>,
    /// The box of all its ink; none if there is none.
    pub(crate) frame: Option<Frame>,
    /// Whether it was too deep or had too many edges.
    pub(crate) is_too_complex: bool,
}

/// A step of a glyph in colour.
#[derive(Debug)]
pub(super) enum Command {
    /// Draws inside a shape only.
    Cut(Edges, Frame),
    /// Takes back the last cut.
    Uncut,
    /// Fills the area that the cuts leave.
    Fill(Brush),
    /// Begins a layer.
    Layer,
    /// Mixes the last layer into the one below.
    Merge(CompositeMode),
}

/// Writes the list.
struct Recorder<'a> {
    /// The font of the glyph.
    font: &'a Font,
    /// The colour of the text.
    color: [u8; 4],
    /// The outlines that were read.
    outlines: Outlines,
    /// The work that may be done.
    budget: &'a mut Budget,
    /// The map from the units of the font to pixels, with all maps that were pushed since.
    maps: Vec<Affine>,
    /// The area that each cut leaves of those before it; none if nothing is left.
    cuts: Vec<Option<Frame>>,
    /// The depth of layers.
    depth: usize,
    /// Edges so far.
    edge_count: usize,
    /// The list.
    glyph: ColorGlyph,
}

impl ColorGlyph {
    /// Reads a glyph in colour, placed by a map from the units of its font to pixels; none if the glyph has no colours, or if what the
    /// font says about them is damaged.
    pub(crate) fn read(font: &Font, glyph: GlyphId, map: Affine, color: [u8; 4], budget: &mut Budget) -> Option<Self> {
        let in_color = font.model().color_glyphs().get(glyph)?;
        let mut recorder = Recorder {
            font,
            color,
            outlines: Outlines::default(),
            budget,
            maps: vec![map],
            cuts: Vec::new(),
            depth: 0,
            edge_count: 0,
            glyph: Self { commands: Vec::new(), frame: None, is_too_complex: false },
        };
        in_color.paint(&mut recorder).ok()?;
        Some(recorder.glyph)
    }
}

impl Recorder<'_> {
    /// Returns the map that holds now.
    fn map(&self) -> Affine {
        self.maps.last().copied().unwrap_or(Affine::glyph(1.0, 0.0, 0.0))
    }

    /// Cuts to a shape, given the box around it, and a way to walk along it.
    fn cut(
        &mut self,
        around: Option<Frame>,
        walk: impl FnOnce(&mut Budget, &mut dyn FnMut(GridPoint, GridPoint)) -> Result<(), Error>,
    ) {
        let reach = Frame { left: -MAX_REACH, top: -MAX_REACH, right: MAX_REACH, bottom: MAX_REACH };
        let is_near = around.is_none_or(|around| reach.holds(&around));
        let mut edges = Edges::default();
        let mut frame: Option<Frame> = None;
        if !is_near || self.cuts.len() == MAX_DEPTH || self.edge_count > MAX_EDGES {
            self.glyph.is_too_complex = true;
        } else {
            let walked = walk(self.budget, &mut |from, to| {
                edges.push(from, to);
                for point in [from, to] {
                    let point = (f64::from(point.x) / f64::from(UNIT), f64::from(point.y) / f64::from(UNIT));
                    frame = Some(frame.map_or(Frame::of(point), |frame| frame.with(point)));
                }
            });
            self.glyph.is_too_complex |= walked.is_err();
        }
        self.edge_count += edges.len();
        let before = self.cuts.last().copied();
        let left = frame.and_then(|frame| before.map_or(Some(frame), |before| before?.shared(frame)));
        self.cuts.push(left);
        self.glyph.commands.push(Command::Cut(edges, left.unwrap_or(Frame::of((0.0, 0.0)))));
    }

    /// Returns a colour of the palette; nothing where it has none.
    fn color(&self, index: u16, alpha: f32) -> Premultiplied {
        let palettes = self.font.model().palettes();
        let [red, green, blue, own] = if index == COLOR_OF_TEXT {
            self.color
        } else {
            let color = palettes.get(0).and_then(|palette| palette.colors().get(usize::from(index)));
            color.map_or([0; 4], |it| [it.red, it.green, it.blue, it.alpha])
        };
        let alpha = f32::from(own) / 255.0 * alpha.clamp(0.0, 1.0);
        let channel = |level: u8| f32::from(level) / 255.0 * alpha;
        [channel(red), channel(green), channel(blue), alpha]
    }

    /// Returns the colours along a gradient.
    fn ramp(&self, stops: &[ColorStop], extend: read_fonts::model::glyph::color::Extend) -> Ramp {
        let stop = |it: &ColorStop| (f64::from(it.offset), self.color(it.palette_index, it.alpha));
        Ramp::new(stops.iter().map(stop).collect(), extend)
    }
}

impl PaintSink for Recorder<'_> {
    fn push_transform(&mut self, transform: Matrix<f32>) {
        let [xx, yx, xy, yy, dx, dy] =
            [transform.xx, transform.yx, transform.xy, transform.yy, transform.dx, transform.dy].map(f64::from);
        self.maps.push(self.map().after(&Affine { xx, yx, xy, yy, dx, dy }));
    }

    fn pop_transform(&mut self) {
        self.maps.pop();
    }

    fn push_clip_glyph(&mut self, glyph: GlyphId) {
        let map = self.map();
        let mut outlines = std::mem::take(&mut self.outlines);
        match outlines.get(0, self.font, glyph, self.budget) {
            Ok(outline) => self.cut(outline.control_box(&map), |budget, step| outline.walk(&map, budget, step)),
            Err(_) => {
                self.glyph.is_too_complex = true;
                self.cut(None, |_, _| Ok(()));
            }
        }
        self.outlines = outlines;
    }

    fn push_clip_box(&mut self, clip_box: BoundingBox<f32>) {
        let BoundingBox { x_min: left, y_min: bottom, x_max: right, y_max: top } = clip_box;
        let map = self.map();
        let outline = Outline::polygon(&[(left, bottom), (right, bottom), (right, top), (left, top)]);
        self.cut(outline.control_box(&map), |budget, step| outline.walk(&map, budget, step));
    }

    fn pop_clip(&mut self) {
        self.cuts.pop();
        self.glyph.commands.push(Command::Uncut);
    }

    fn fill(&mut self, brush: FontBrush<'_>) {
        let point = |it: read_fonts::types::Point<f32>| (f64::from(it.x), f64::from(it.y));
        let kind = match brush {
            FontBrush::Solid { palette_index, alpha } => Kind::Solid(self.color(palette_index, alpha)),
            FontBrush::LinearGradient { p0, p1, color_stops, extend } => {
                Kind::Linear { from: point(p0), to: point(p1), ramp: self.ramp(color_stops, extend) }
            }
            FontBrush::RadialGradient { c0, r0, c1, r1, color_stops, extend } => Kind::Radial {
                from: (point(c0), f64::from(r0)),
                to: (point(c1), f64::from(r1)),
                ramp: self.ramp(color_stops, extend),
            },
            FontBrush::SweepGradient { c0, start_angle, end_angle, color_stops, extend } => Kind::Sweep {
                center: point(c0),
                angles: (f64::from(start_angle), f64::from(end_angle)),
                ramp: self.ramp(color_stops, extend),
            },
        };
        // Ink that nothing bounds would fill the plane: it counts only inside what others bound.
        if let Some(left) = self.cuts.last().copied().flatten() {
            self.glyph.frame = Some(self.glyph.frame.map_or(left, |frame| frame.joined(left)));
        }
        if let Some(back) = self.map().inverse() {
            self.glyph.commands.push(Command::Fill(Brush { back, kind }));
        }
    }

    fn push_layer(&mut self, _: CompositeMode) {
        self.depth += 1;
        self.glyph.is_too_complex |= self.depth > MAX_DEPTH;
        self.glyph.commands.push(Command::Layer);
    }

    fn pop_layer_with_mode(&mut self, mode: CompositeMode) {
        self.depth -= 1;
        self.glyph.commands.push(Command::Merge(mode));
    }
}
