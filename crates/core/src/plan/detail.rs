//! What a step tells of itself to people: its numbers, each under a name.

use palmette_ops::{Color, Composite, Flip};

use super::blur::BlurStep;
use super::resample::{Axis, AxisOrder, ResizeStep};
use super::step::{DrawStep, ReadStep, Tiling};
use super::tone::LookupTable;
use crate::measure::{BorderMeasure, FaceMeasure, MeasureStep, Measurement, WindowMeasure, WindowMethod};
use crate::model::ModelStep;
use crate::{Ability, Layout, Reading, Rectangle, Size, Spacing};

/// A name, and what a step says under it.
pub type Named = (&'static str, Detail);

/// A number of a step, or whatever else it says of itself, before anybody has chosen how to write it.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A count of something, such as pixels.
    Count(u64),
    /// A position, which may be outside.
    Position(i64),
    /// A real number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// Words.
    Text(String),
    /// A colour.
    Color(Color),
    /// A mirror.
    Flip(Flip),
    /// A rule of blending.
    Composite(Composite),
    /// A size.
    Size(Size),
    /// Two counts, along x and y.
    Pair([u32; 2]),
    /// Something that is not there.
    Absent,
}

impl From<u32> for Detail {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl ReadStep {
    /// Tells which part of a source is read, in pixels as they are stored, and what a sample of each plane stands for.
    pub(super) fn details(&self) -> Vec<Named> {
        let Reading { layout, window } = self.reading;
        let mut details = vec![("layout", if layout.is_rgba() { "rgba" } else { "planes" }.into())];
        if let Layout::Planes { luma, chroma } = layout {
            let pair = |spacing: Spacing| Detail::Pair([spacing.x, spacing.y]);
            details.extend([("luma", pair(luma)), ("chroma", chroma.map_or(Detail::Absent, pair))]);
        }
        if let Some(Rectangle { left, top, size }) = window {
            details.extend([("left", left.into()), ("top", top.into()), ("part", Detail::Size(size))]);
        }
        details
    }
}

impl ResizeStep {
    /// Tells of both axes, and of the window of the scaled picture that is computed.
    pub(super) fn details(&self) -> Vec<Named> {
        let [x, y] = [&self.first.horizontal, &self.first.vertical].map(|axis| match axis {
            Axis::Copy { .. } => ("copy", 1),
            Axis::Filter(table) => (table.kernel().name(), table.taps()),
        });
        let first = match self.first.order {
            AxisOrder::HorizontalFirst => "x",
            AxisOrder::VerticalFirst => "y",
        };
        let mut details = vec![
            ("kernel_x", x.0.into()),
            ("taps_x", Detail::Count(x.1 as u64)),
            ("kernel_y", y.0.into()),
            ("taps_y", Detail::Count(y.1 as u64)),
            ("first", first.into()),
        ];
        if self.scaled != self.window.size {
            let Rectangle { left, top, .. } = self.window;
            details.extend([("scaled", Detail::Size(self.scaled)), ("left", left.into()), ("top", top.into())]);
        }
        details
    }
}

impl ModelStep {
    /// Tells the model, and the size in which it tells foreground from background.
    pub(super) fn details(&self) -> Vec<Named> {
        let mut details = vec![("model", self.model().name(self.ability()).into())];
        if let Self::Segment(model) = self {
            details.extend(model.mask_size().map(|size| ("mask", Detail::Size(size))));
        }
        details
    }
}

impl MeasureStep {
    /// Tells what counts as a border; or which windows are compared, and by what.
    pub(super) fn details(&self) -> Vec<Named> {
        match self {
            Self::Border(BorderMeasure { color, tolerance, keep }) => vec![
                ("measures", "border".into()),
                ("color", color.map_or_else(|| "of the top left pixel".into(), Detail::Color)),
                // Units of 1/255 level.
                ("tolerance", Detail::Real(f64::from(*tolerance) / 255.0)),
                ("keep", (*keep).into()),
            ],
            Self::Window(WindowMeasure { method, copy_size, scaled, window }) => {
                let measures = match method {
                    WindowMethod::Saliency => "saliency",
                    WindowMethod::Entropy => "entropy",
                };
                vec![
                    ("measures", measures.into()),
                    ("copy", Detail::Size(*copy_size)),
                    ("scaled", Detail::Size(*scaled)),
                    ("window", Detail::Size(*window)),
                ]
            }
            Self::Faces(FaceMeasure { model, copy_size, .. }) => {
                vec![
                    ("measures", "faces".into()),
                    ("copy", Detail::Size(*copy_size)),
                    ("model", model.name(Ability::Faces).into()),
                ]
            }
        }
    }
}

impl Measurement {
    /// Tells of faces where they are; what else was found is told by the step that follows from it.
    pub(super) fn details(&self) -> Vec<Named> {
        match self {
            Self::Rectangle { .. } | Self::Offset { .. } => Vec::new(),
            Self::Faces(None) => vec![("faces", Detail::Absent)],
            Self::Faces(Some(Rectangle { left, top, size })) => {
                vec![("left", (*left).into()), ("top", (*top).into()), ("faces", Detail::Size(*size))]
            }
        }
    }
}

impl LookupTable {
    /// Tells the levels to which the quarters of the scale change.
    pub(super) fn details(&self) -> Vec<Named> {
        [("level_64", 64), ("level_128", 128), ("level_192", 192)]
            .map(|(name, level)| (name, Detail::Count(self.levels()[level].into())))
            .to_vec()
    }
}

impl BlurStep {
    /// Tells the radius, and the widths of the two means.
    pub(super) fn details(&self) -> Vec<Named> {
        let widths = Detail::Pair([self.narrow_width, self.wide_width]);
        vec![("radius", self.radius.into()), ("widths", widths)]
    }
}

impl DrawStep {
    /// Tells of an overlay: `left` and `top` where it lies once, `phase_x` and `phase_y` where it repeats.
    pub(super) fn details(&self) -> Vec<Named> {
        let along = |tiling: Tiling, once: &'static str, repeat: &'static str| match tiling {
            Tiling::Once(start) => (once, Detail::Position(start)),
            Tiling::Repeat(phase) => (repeat, phase.into()),
        };
        vec![
            ("foreground", self.foreground.0.into()),
            ("foreground_size", Detail::Size(self.foreground_size)),
            ("composite", Detail::Composite(self.composite)),
            ("opacity", Detail::Real(f64::from(self.opacity) / f64::from(Self::OPACITY_ONE))),
            along(self.horizontal, "left", "phase_x"),
            along(self.vertical, "top", "phase_y"),
        ]
    }
}
