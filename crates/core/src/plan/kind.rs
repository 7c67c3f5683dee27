//! The kinds of steps, and what each says about itself.
//!
//! Every question about a step is answered here: the layouts that it takes (for the layout pass), its arithmetic (for the memory
//! estimate and the cost model), its origin and its numbers (for explanations). So a new kind is described in this file, which does
//! not compile until it is; `memory.rs` says what it holds, and the engines run it. Nothing else has to know it.

use palmette_ops::{Color, Composite, Flip, Rotate};

use super::arithmetic::Arithmetic;
use super::blur::BlurStep;
use super::detail::{Detail, Named};
use super::graph::Value;
use super::resample::ResizeStep;
use super::step::{DrawStep, ReadStep, SharpenStep};
use super::tone::{LookupTable, SaturationMatrix};
use super::turn::Turn;
use crate::measure::{MeasureStep, Measurement};
use crate::model::ModelStep;
use crate::{Layout, Size, Spacing};

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Reads a source.
    Read(ReadStep),
    /// Keeps the rectangle of the output size whose top left pixel is this one.
    Crop {
        /// Columns cut off at the left.
        left: u32,
        /// Rows cut off at the top.
        top: u32,
    },
    /// Mirrors.
    Flip(Flip),
    /// Turns clockwise; never [`Rotate::None`].
    Rotate(Rotate),
    /// Resamples.
    Resize(ResizeStep),
    /// Finds out what the plan cannot know; makes no value.
    Measure {
        /// What is measured.
        measure: MeasureStep,
        /// The size of the picture that is asked about. What is measured may be a smaller copy of it.
        picture: Size,
        /// The finding, if it is known: then nothing is left to do.
        answer: Option<Measurement>,
    },
    /// Places the picture, unscaled, on a canvas of the output size.
    Pad {
        /// Columns of canvas left of the picture.
        left: u32,
        /// Rows of canvas above the picture.
        top: u32,
        /// What surrounds the picture.
        surround: Color,
        /// Whether the surround lies under the picture as well.
        under: bool,
    },
    /// Replaces the levels of red, green and blue.
    Lookup(LookupTable),
    /// Moves colours away from grey, or towards it.
    Saturation(SaturationMatrix),
    /// Blurs.
    Blur(BlurStep),
    /// Sharpens.
    Sharpen(SharpenStep),
    /// Draws the picture over one colour.
    Background(Color),
    /// Draws the second input over the first.
    Draw(DrawStep),
    /// Has a model change the picture.
    Model(ModelStep),
}

impl StepKind {
    /// Names the kind in explanations, logs and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Crop { .. } => "crop",
            Self::Flip(_) => "flip",
            Self::Rotate(_) => "rotate",
            Self::Resize(_) => "resize",
            Self::Measure { .. } => "measure",
            Self::Pad { .. } => "pad",
            Self::Lookup(_) => "lookup",
            Self::Saturation(_) => "saturation",
            Self::Blur(_) => "blur",
            Self::Sharpen(_) => "sharpen",
            Self::Background(_) => "background",
            Self::Draw(_) => "draw",
            Self::Model(step) => step.name(),
        }
    }

    /// Tells whether an option of the entry that asked for this step has a part in it.
    ///
    /// A step names the option that asked for it (`asked`), but a size is made by several together, and a draw by all of its
    /// options. `input` is the size before.
    #[must_use]
    pub fn comes_of(&self, asked: &str, option: &str, input: Size) -> bool {
        let makes_size = matches!(option, "width" | "height" | "fit");
        match self {
            Self::Draw(_) => true,
            Self::Resize(resize) => match option {
                "gravity" => resize.scaled != resize.window.size,
                "upscale" => resize.scaled.area() > input.area(),
                _ => makes_size,
            },
            // Several turns may have become one.
            Self::Flip(_) | Self::Rotate(_) => matches!(option, "flip" | "rotate"),
            Self::Model(_) => option == asked || (asked == "upscale" && makes_size),
            // A crop may have become a part of the reading.
            Self::Crop { .. } | Self::Read(_) if asked == "fit" => makes_size || option == "gravity",
            Self::Crop { .. } | Self::Read(_) if asked == "zoom" => matches!(option, "zoom" | "gravity"),
            Self::Pad { under, .. } if asked == "fit" => makes_size || (*under && option == "background"),
            Self::Crop { .. }
            | Self::Read(_)
            | Self::Pad { .. }
            | Self::Measure { .. }
            | Self::Lookup(_)
            | Self::Saturation(_)
            | Self::Blur(_)
            | Self::Sharpen(_)
            | Self::Background(_) => option == asked,
        }
    }

    /// Tells whether the step takes its first input in a layout, and makes its output in the same one, turned if it turns. All
    /// steps take RGBA; of planes, none takes those whose samples of chroma would no longer lie in the middle of those of luma.
    pub(super) fn takes(&self, layout: Layout, input: Size, output: Size) -> bool {
        let Layout::Planes { chroma, .. } = layout else { return true };
        let Spacing { x, y } = chroma.unwrap_or(Spacing::ONE);
        match self {
            Self::Read(_) | Self::Resize(_) => true,
            Self::Crop { left, top } => left.is_multiple_of(x) && top.is_multiple_of(y),
            Self::Flip(_) | Self::Rotate(_) => self.turn().is_none_or(|turn| {
                // The last sample of a side that is mirrored becomes the first one.
                let keeps_x = !turn.mirrors_x || output.width.is_multiple_of(x);
                let keeps_y = !turn.mirrors_y || output.height.is_multiple_of(y);
                keeps_x && keeps_y && (x == y || !turn.swaps)
            }),
            Self::Pad { left, top, surround, .. } => {
                // Where the picture ends with the canvas, nothing lies beside its last sample.
                let ends = |start: u32, len: u32, canvas: u32, step: u32| {
                    start.is_multiple_of(step) && ((start + len).is_multiple_of(step) || start + len == canvas)
                };
                surround.alpha == u8::MAX
                    && (chroma.is_some() || is_gray(*surround))
                    && ends(*left, input.width, output.width, x)
                    && ends(*top, input.height, output.height, y)
            }
            Self::Draw(draw) => chroma.is_some() && draw.composite == Composite::Over,
            Self::Measure { .. }
            | Self::Lookup(_)
            | Self::Saturation(_)
            | Self::Blur(_)
            | Self::Sharpen(_)
            | Self::Background(_)
            | Self::Model(_) => false,
        }
    }

    /// Returns the turn that the step is, if it is one.
    pub(super) fn turn(&self) -> Option<Turn> {
        match self {
            Self::Flip(flip) => Some(Turn::default().flipped(*flip)),
            Self::Rotate(rotate) => Some(Turn::default().rotated(*rotate)),
            _ => None,
        }
    }

    /// Tells whether an opaque picture is opaque afterwards, whatever is drawn on it.
    pub(super) const fn keeps_opaque(&self) -> bool {
        match self {
            Self::Pad { surround, .. } => surround.alpha == u8::MAX,
            Self::Draw(draw) => match draw.composite {
                Composite::Over | Composite::Atop | Composite::Lighter => true,
                Composite::In | Composite::Out | Composite::Xor => false,
            },
            Self::Model(_) => false,
            Self::Read(_)
            | Self::Crop { .. }
            | Self::Flip(_)
            | Self::Rotate(_)
            | Self::Resize(_)
            | Self::Measure { .. }
            | Self::Lookup(_)
            | Self::Saturation(_)
            | Self::Blur(_)
            | Self::Sharpen(_)
            | Self::Background(_) => true,
        }
    }

    /// Counts what the step computes; `output` is the input again for one that measures. What a decoder does is not counted, nor what a
    /// model does that does not tell.
    #[must_use]
    pub fn arithmetic(&self, input: Value, output: Value) -> Arithmetic {
        let moving = Arithmetic::moving(input, output);
        let (pixels, samples) = (output.size.area(), output.bytes());
        match self {
            Self::Read(_) | Self::Measure { answer: Some(_), .. } => Arithmetic::NONE,
            Self::Model(step) => Arithmetic { nets: step.arithmetic(input.size, output.size), ..moving },
            Self::Measure { measure: MeasureStep::Faces(step), .. } => {
                Arithmetic { nets: step.arithmetic(), ..Arithmetic::NONE }
            }
            Self::Crop { .. } => Arithmetic::moving(output, output),
            Self::Flip(_) | Self::Rotate(Rotate::None | Rotate::Half) => moving,
            // Rows of the canvas are put together first, and the next step reads them again.
            Self::Pad { .. } => Arithmetic { traffic_bytes: 2 * moving.traffic_bytes, ..moving },
            Self::Rotate(Rotate::Quarter | Rotate::ThreeQuarters) => Arithmetic { transposed: samples, ..moving },
            Self::Lookup(_) => Arithmetic { looked_up: 3 * pixels, ..moving },
            Self::Saturation(_) => Arithmetic { products: 9 * pixels, ..moving },
            Self::Background(_) => Arithmetic { blends: samples, ..moving },
            // One mean of three along each axis, and nothing between that is not in a row.
            Self::Sharpen(_) => Arithmetic::averaging(input, output, 2, 0),
            // Two running means along each axis.
            Self::Blur(_) => Arithmetic::averaging(input, output, 4, 1),
            Self::Resize(resize) => resize.arithmetic(input, output),
            Self::Draw(draw) => {
                let covered = output.layout.bytes(draw.covered(output.size));
                // The target is read and written, the overlay read.
                Arithmetic { traffic_bytes: 3 * covered, blends: covered, ..Arithmetic::NONE }
            }
            Self::Measure { .. } => {
                Arithmetic { traffic_bytes: input.bytes(), looked_up: input.bytes(), ..Arithmetic::NONE }
            }
        }
    }

    /// Tells people the numbers that an engine works with, apart from sizes of values.
    #[must_use]
    pub fn details(&self) -> Vec<Named> {
        match self {
            Self::Read(read) => read.details(),
            Self::Crop { left, top } => vec![("left", (*left).into()), ("top", (*top).into())],
            Self::Flip(flip) => vec![("direction", Detail::Flip(*flip))],
            Self::Rotate(rotate) => vec![("degrees", degrees(*rotate).into())],
            Self::Resize(resize) => resize.details(),
            Self::Measure { measure, answer, .. } => {
                let found = answer.map_or_else(Vec::new, |answer| answer.details());
                [measure.details(), found].concat()
            }
            Self::Pad { left, top, surround, under } => vec![
                ("left", (*left).into()),
                ("top", (*top).into()),
                ("color", Detail::Color(*surround)),
                ("under", Detail::Flag(*under)),
            ],
            Self::Lookup(table) => table.details(),
            Self::Saturation(matrix) => vec![("factor", Detail::Real(matrix.factor()))],
            Self::Blur(blur) => blur.details(),
            Self::Sharpen(sharpen) => vec![("strength", Detail::Real(sharpen.real_strength()))],
            Self::Background(color) => vec![("color", Detail::Color(*color))],
            Self::Draw(draw) => draw.details(),
            Self::Model(step) => step.details(),
        }
    }
}

/// Tells whether a colour has no chroma.
const fn is_gray(color: Color) -> bool {
    color.red == color.green && color.green == color.blue
}

/// Returns the degrees of a turn.
const fn degrees(rotate: Rotate) -> u32 {
    match rotate {
        Rotate::None => 0,
        Rotate::Quarter => 90,
        Rotate::Half => 180,
        Rotate::ThreeQuarters => 270,
    }
}
