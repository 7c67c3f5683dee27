//! Puts a window around faces.

use palmette_ops::{Gravity, GravityMode};

use super::{Measurement, WindowMeasure};
use crate::model::{Ability, Rectangle, SharedModel};
use crate::plan::geometry;
use crate::{Error, Pixmap, Size};

/// Puts the middle of the window over the middle of all faces, as far as the picture reaches; without a face, over the
/// middle of the picture.
pub(super) fn measure_window(
    model: &SharedModel,
    measure: &WindowMeasure,
    picture: &Pixmap,
) -> Result<Measurement, Error> {
    let faces = model.faces(picture).map_err(|source| Error::ModelFailed { ability: Ability::Faces, source })?;
    let gravity = match middle(&faces, picture.size()) {
        Some([x, y]) => Gravity::Point { x, y, mode: GravityMode::BoxCenter },
        None => Gravity::Center,
    };
    let offset = geometry::window_offset(measure.scaled, measure.window, gravity);
    let (left, top) = offset.expect("a point and the middle are not measured");
    Ok(Measurement::Offset { left, top })
}

/// Returns the middle of the smallest box around all faces, as fractions of the picture's sides.
fn middle(faces: &[Rectangle], picture: Size) -> Option<[f64; 2]> {
    let boxes = faces.iter().filter_map(|face| clip(face, picture));
    let [left, top, right, bottom] =
        boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
    let along = |start: u32, end: u32, len: u32| (f64::from(start) + f64::from(end)) / (2.0 * f64::from(len));
    Some([along(left, right, picture.width), along(top, bottom, picture.height)])
}

/// Returns the left, top, right and bottom edge of what lies inside the picture.
fn clip(face: &Rectangle, picture: Size) -> Option<[u32; 4]> {
    let right = face.left.saturating_add(face.size.width).min(picture.width);
    let bottom = face.top.saturating_add(face.size.height).min(picture.height);
    (face.left < right && face.top < bottom).then_some([face.left, face.top, right, bottom])
}
