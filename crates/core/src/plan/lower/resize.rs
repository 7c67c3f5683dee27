//! `width`, `height`, `fit`, `gravity` and `zoom`: how a picture is scaled, and what is kept of it.

use palmette_ops::transform::Upscale;
use palmette_ops::{Color, Fit, Gravity, Transform};

use super::need::{FACE, GENERATE};
use super::{NodeLowering, Stop};
use crate::measure::{FaceMeasure, MeasureStep, Measurement, WindowMeasure, WindowMethod};
use crate::model::ModelStep;
use crate::plan::draft::DraftKind;
use crate::plan::geometry::{self, Fitted};
use crate::plan::kind::StepKind;
use crate::{Error, Rectangle, Size};

impl NodeLowering<'_, '_> {
    /// Lowers width, height, fit and gravity; says whether `fit: pad` has taken the background.
    pub(super) fn resize(&mut self, options: &Transform) -> Result<bool, Stop> {
        let fit = options.fit.unwrap_or_default();
        let (width, height) = (options.width.map(u32::from), options.height.map(u32::from));
        let Some(fitted) = geometry::resolve_fit(self.size, width, height, fit) else { return Ok(false) };
        let (fitted, gravity) = match options.gravity.unwrap_or(Gravity::Center) {
            Gravity::Face => self.around_faces(fitted, fit, options.zoom.unwrap_or(0.0))?,
            gravity => (fitted, gravity),
        };
        self.scale(fitted, gravity, options.upscale.unwrap_or_default())?;
        let Some(canvas) = fitted.canvas else { return Ok(false) };
        let surround = options.background;
        if canvas != self.size || surround.is_some() {
            let kind = StepKind::Pad {
                left: (canvas.width - self.size.width) / 2,
                top: (canvas.height - self.size.height) / 2,
                surround: surround.unwrap_or(Color::WHITE),
                under: surround.is_some(),
            };
            self.push("fit", canvas, kind)?;
        }
        Ok(fit == Fit::Pad)
    }

    /// Finds the faces, cuts what `zoom` leaves around them, and returns how that is scaled, with the gravity that has the middle
    /// of all faces in the middle; without a face, nothing is cut and the centre is kept.
    fn around_faces(&mut self, fitted: Fitted, fit: Fit, zoom: f64) -> Result<(Fitted, Gravity), Stop> {
        // The other fits show the whole picture.
        let zooms = zoom > 0.0 && matches!(fit, Fit::Cover | Fit::Crop | Fit::AspectCrop);
        if fitted.window == fitted.scaled && !zooms {
            return Ok((fitted, Gravity::Center));
        }
        let measure = MeasureStep::Faces(FaceMeasure::new(self.model(FACE)?, self.size));
        let Measurement::Faces(faces) = self.measure("gravity", measure)? else {
            return Err(Error::WrongMeasurement.into());
        };
        let Some(faces) = faces else { return Ok((fitted, Gravity::Center)) };
        if !zooms {
            return Ok((fitted, geometry::towards(faces, Rectangle::whole(self.size))));
        }
        let area = geometry::zoomed(faces, zoom, self.size, fitted.requested);
        if area.size != self.size {
            self.push("zoom", area.size, StepKind::Crop { left: area.left, top: area.top })?;
        }
        Ok((geometry::resolve_requested(area.size, fitted.requested, fit), geometry::towards(faces, area)))
    }

    /// Scales and cuts in one step, or does as little of it as is needed.
    fn scale(&mut self, fitted: Fitted, gravity: Gravity, upscale: Upscale) -> Result<(), Stop> {
        let (input, scaled, window) = (self.size, fitted.scaled, fitted.window);
        // Before a table is made: its size follows from the window's.
        self.walk.limits.check(window)?;
        let (left, top) = self.window_offset(scaled, window, gravity)?;
        // Our choice: a picture that shrinks along one axis is resampled, even if it grows along the other.
        let grows = scaled.width >= input.width && scaled.height >= input.height && scaled != input;
        if grows && upscale == Upscale::Generate {
            let model = self.model(GENERATE)?;
            self.push("upscale", scaled, StepKind::Model(ModelStep::Enlarge(model)))?;
        }
        if scaled == self.size {
            if window == scaled {
                return Ok(());
            }
            return Ok(self.push("fit", window, StepKind::Crop { left, top })?);
        }
        let kept = Rectangle { left, top, size: window };
        self.push_with("width, height", window, DraftKind::Scale { scaled, window: kept }, vec![self.picture])?;
        Ok(())
    }

    /// Finds the window of the scaled picture that is kept; by measuring only where there is a choice.
    fn window_offset(&mut self, scaled: Size, window: Size, gravity: Gravity) -> Result<(u32, u32), Stop> {
        let method = match gravity {
            _ if window == scaled => return Ok((0, 0)),
            Gravity::Auto => WindowMethod::Saliency,
            Gravity::Entropy => WindowMethod::Entropy,
            _ => {
                let offset = geometry::window_offset(scaled, window, gravity);
                return Ok(offset.expect("the others are measured, and faces have become a point"));
            }
        };
        let measure = WindowMeasure::new(method, self.size, scaled, window);
        match self.measure("gravity", MeasureStep::Window(measure))? {
            Measurement::Offset { left, top } => Ok((left, top)),
            Measurement::Rectangle { .. } | Measurement::Faces(_) => Err(Error::WrongMeasurement.into()),
        }
    }
}
