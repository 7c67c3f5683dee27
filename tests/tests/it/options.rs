//! Short ways to write the options that most cases have.

use std::num::NonZeroU32;

use palmette_ops::{Composite, Fit, Rotate, Transform};

/// Every fit, in the order of the specification.
pub(crate) const FITS: [Fit; 8] =
    [Fit::ScaleDown, Fit::Contain, Fit::Cover, Fit::Crop, Fit::AspectCrop, Fit::Pad, Fit::Squeeze, Fit::ScaleUp];

/// Every compositing operator, in the order of the specification.
pub(crate) const COMPOSITES: [Composite; 6] =
    [Composite::Over, Composite::In, Composite::Atop, Composite::Out, Composite::Xor, Composite::Lighter];

/// Asks for a width and a height.
pub(crate) fn into(width: u32, height: u32) -> Transform {
    Transform { width: NonZeroU32::new(width), height: NonZeroU32::new(height), ..Transform::default() }
}

/// Asks for exactly this size.
pub(crate) fn squeezed(width: u32, height: u32) -> Transform {
    Transform { fit: Some(Fit::Squeeze), ..into(width, height) }
}

/// Asks for a turn.
pub(crate) fn turned(rotate: Rotate) -> Transform {
    Transform { rotate: Some(rotate), ..Transform::default() }
}
