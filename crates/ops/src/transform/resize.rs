//! How a picture gets the size of the result.

/// How requested width and height become a scaled size and a crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Fit {
    /// Fits inside the box, never enlarges.
    #[default]
    ScaleDown,
    /// Fits inside the box.
    Contain,
    /// Fills the box, then crops to it.
    Cover,
    /// As `cover`, but never enlarges.
    Crop,
    /// As `cover` where that shrinks; else only crops to the aspect ratio of the box.
    AspectCrop,
    /// Fits inside the box, then fills up the box around it.
    Pad,
    /// Exactly the box, whatever the aspect ratio.
    Squeeze,
    /// Fits inside the box, never shrinks.
    ScaleUp,
    /// Fills the box, and is not cropped: neither side is smaller than it was asked to be.
    Outside,
}

/// How a picture is enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Upscale {
    /// By resampling.
    #[default]
    Interpolate,
    /// By a model.
    Generate,
}
