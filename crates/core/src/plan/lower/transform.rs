//! One `transform` object, in the order in which its options apply.

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges};
use palmette_ops::{Rotate, Transform};

use super::need::SEGMENT;
use super::{NodeLowering, Stop, to_units};
use crate::measure::{BorderMeasure, MeasureStep, Measurement};
use crate::model::ModelStep;
use crate::plan::blur::BlurStep;
use crate::plan::geometry;
use crate::plan::kind::StepKind;
use crate::plan::step::SharpenStep;
use crate::plan::tone::{LookupTable, SaturationMatrix};
use crate::{Error, Size};

impl NodeLowering<'_, '_> {
    /// Lowers one `transform` object, in the order in which its options apply.
    pub(super) fn transform(&mut self, options: &Transform) -> Result<(), Stop> {
        self.check_models(options)?;
        // Our choice: first, so that everything else, a trim by border too, sees only what is kept.
        if options.segment == Some(Segment::Foreground) {
            let model = self.model(SEGMENT)?;
            self.push("segment", self.size, StepKind::Model(ModelStep::Segment(model)))?;
        }
        self.trim(options.trim)?;
        if let Some(flip) = options.flip {
            self.push("flip", self.size, StepKind::Flip(flip))?;
        }
        self.rotate(options.rotate.unwrap_or(Rotate::None))?;
        let padded = self.resize(options)?;
        self.tone(options)?;
        if let Some(radius @ 1..) = options.blur {
            self.push("blur", self.size, StepKind::Blur(BlurStep::new(radius)))?;
        }
        let strength = to_units(options.sharpen.unwrap_or(0.0) / 10.0, 10 * u32::from(SharpenStep::STRENGTH_ONE));
        if strength > 0 {
            let strength = u16::try_from(strength).expect("at most 5,000");
            self.push("sharpen", self.size, StepKind::Sharpen(SharpenStep { strength }))?;
        }
        if let Some(color) = options.background
            && !padded
        {
            self.push("background", self.size, StepKind::Background(color))?;
        }
        self.border(options.border)?;
        Ok(())
    }

    fn trim(&mut self, trim: Option<Trim>) -> Result<(), Stop> {
        match trim {
            None => Ok(()),
            Some(Trim::Edges(edges)) => Ok(self.trim_edges(&edges)?),
            Some(Trim::Border(border)) => self.trim_border(&border),
        }
    }

    /// Lowers a trim by what the picture shows.
    fn trim_border(&mut self, border: &TrimBorder) -> Result<(), Stop> {
        let measure =
            BorderMeasure { color: border.color, tolerance: tolerance_units(border.tolerance), keep: border.keep };
        let Measurement::Rectangle { left, top, size } = self.measure("trim", MeasureStep::Border(measure))? else {
            return Err(Error::WrongMeasurement.into());
        };
        if size != self.size {
            self.push("trim", size, StepKind::Crop { left, top })?;
        }
        Ok(())
    }

    /// Lowers a trim by measure. The cuts from left and top come first; a width or height is kept from there on.
    fn trim_edges(&mut self, edges: &TrimEdges) -> Result<(), Error> {
        let size = self.size;
        let along = |len: u32, start: Option<Length>, end: Option<Length>, kept: Option<Length>| {
            let start = start.map_or(0, |start| geometry::length(start, len));
            let left = len.saturating_sub(start).saturating_sub(end.map_or(0, |end| geometry::length(end, len)));
            let kept = kept.map_or(left, |kept| geometry::length(kept, len).min(left));
            if kept == 0 { Err(Error::NothingLeft { option: "trim", size }) } else { Ok((start, kept)) }
        };
        let (left, width) = along(size.width, edges.left, edges.right, edges.width)?;
        let (top, height) = along(size.height, edges.top, edges.bottom, edges.height)?;
        let output = Size::new(width, height);
        if output == size { Ok(()) } else { self.push("trim", output, StepKind::Crop { left, top }) }
    }

    fn rotate(&mut self, rotate: Rotate) -> Result<(), Error> {
        let output = match rotate {
            Rotate::None => return Ok(()),
            Rotate::Half => self.size,
            Rotate::Quarter | Rotate::ThreeQuarters => self.size.transposed(),
        };
        self.push("rotate", output, StepKind::Rotate(rotate))
    }

    /// Lowers brightness, contrast, gamma and saturation, a rounding each.
    fn tone(&mut self, options: &Transform) -> Result<(), Error> {
        type MakeTable = fn(f64) -> LookupTable;
        let tables: [(&'static str, Option<f64>, MakeTable); 3] = [
            ("brightness", options.brightness, LookupTable::brightness),
            ("contrast", options.contrast, LookupTable::contrast),
            ("gamma", options.gamma, LookupTable::gamma),
        ];
        for (option, value, table) in tables {
            // 0 is ignored, 1 does nothing.
            if let Some(value) = value.filter(|&value| value != 0.0 && value != 1.0) {
                self.push(option, self.size, StepKind::Lookup(table(value)))?;
            }
        }
        if let Some(factor) = options.saturation.filter(|&factor| factor != 1.0) {
            self.push("saturation", self.size, StepKind::Saturation(SaturationMatrix::new(factor)))?;
        }
        Ok(())
    }

    /// Lowers a border, which enlarges the canvas.
    fn border(&mut self, border: Option<Border>) -> Result<(), Error> {
        let Some(Border { color, top, right, bottom, left }) = border else { return Ok(()) };
        let sum = |len: u32, before: u32, after: u32| len.saturating_add(before).saturating_add(after);
        let output = Size::new(sum(self.size.width, left, right), sum(self.size.height, top, bottom));
        if output == self.size {
            return Ok(());
        }
        self.push("border", output, StepKind::Pad { left, top, surround: color, under: false })
    }
}

/// Returns the largest difference in units of 1/255 level that is within a tolerance of 0 to 255 levels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255 before it is scaled")]
fn tolerance_units(tolerance: f64) -> u32 {
    (tolerance.clamp(0.0, 255.0) * 255.0).floor() as u32
}
