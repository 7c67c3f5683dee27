//! Finds faces, on a copy of the picture.

use super::{Measurement, copy_size};
use crate::model::{Ability, Rectangle, SharedModel};
use crate::plan::NetArithmetic;
use crate::plan::geometry::scale_offset;
use crate::{Error, Pixmap, Size};

/// The longer side of the copy that faces are looked for in, in pixels. Cloudflare has published that it does so.
const COPY_LONG_SIDE_PX: u32 = 1024;

/// Who finds the faces of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FaceMeasure {
    /// The model.
    pub model: SharedModel,
    /// The size of the picture.
    pub picture: Size,
    /// The size of what is measured.
    pub copy_size: Size,
}

impl FaceMeasure {
    /// Has a model find the faces of a picture of this size.
    #[must_use]
    pub fn new(model: SharedModel, picture: Size) -> Self {
        Self { model, picture, copy_size: copy_size(picture, COPY_LONG_SIDE_PX) }
    }

    /// Finds the smallest box around all faces of the copy, in pixels of the picture.
    ///
    /// # Errors
    ///
    /// [`Error::ModelFailed`] if the model gives no answer.
    ///
    /// # Panics
    ///
    /// If `copy` is not of the size that the step says.
    pub fn find(&self, copy: &Pixmap) -> Result<Measurement, Error> {
        assert_eq!(copy.size(), self.copy_size, "the copy that the step asks for");
        let faces = self.model.faces(copy).map_err(|source| Error::ModelFailed { ability: Ability::Faces, source })?;
        let boxes = faces.iter().filter_map(|face| clip(face, copy.size()));
        let outer = boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        Ok(Measurement::Faces(outer.map(|edges| self.on_picture(edges))))
    }

    /// Counts what the nets compute.
    pub(crate) fn arithmetic(&self) -> NetArithmetic {
        self.model.arithmetic(Ability::Faces, self.copy_size, self.copy_size)
    }

    /// Returns a box of the copy, told by its edges, as one of the picture.
    fn on_picture(&self, [left, top, right, bottom]: [u32; 4]) -> Rectangle {
        let x = |edge: u32| scale_offset(edge, self.picture.width, self.copy_size.width);
        let y = |edge: u32| scale_offset(edge, self.picture.height, self.copy_size.height);
        let size = Size::new((x(right) - x(left)).max(1), (y(bottom) - y(top)).max(1));
        Rectangle { left: x(left), top: y(top), size }
    }
}

/// Returns the left, top, right and bottom edge of what lies inside the picture.
fn clip(face: &Rectangle, picture: Size) -> Option<[u32; 4]> {
    let right = face.left.saturating_add(face.size.width).min(picture.width);
    let bottom = face.top.saturating_add(face.size.height).min(picture.height);
    (face.left < right && face.top < bottom).then_some([face.left, face.top, right, bottom])
}
