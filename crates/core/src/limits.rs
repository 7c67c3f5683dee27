//! How large a picture may be, checked from sizes alone before a pixel is allocated.

use crate::{Error, Size};

/// Limits on every source and every intermediate picture.
///
/// A breach is reported as [`Error::TooLarge`] or [`Error::AnimationTooLarge`], code 9413.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels along a side; default 12,000.
    pub max_side_px: u32,
    /// Pixels of a picture; default 100,000,000.
    pub max_area_px: u64,
    /// Pixels of all frames of an animation together; default 50,000,000.
    pub max_animation_area_px: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_side_px: 12_000, max_area_px: 100_000_000, max_animation_area_px: 50_000_000 }
    }
}

impl Limits {
    /// Checks the size of one picture.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if a side is 0 or over a limit, or if the area is.
    pub fn check(&self, size: Size) -> Result<(), Error> {
        let side = size.width.max(size.height);
        if size.width == 0 || size.height == 0 || side > self.max_side_px || size.area() > self.max_area_px {
            return Err(Error::TooLarge { size, max_side_px: self.max_side_px, max_area_px: self.max_area_px });
        }
        Ok(())
    }

    /// Checks the frames of an animation, all of the same size.
    ///
    /// One frame is a picture, whose limit is that of [`Limits::check`] alone.
    ///
    /// # Errors
    ///
    /// Those of [`Limits::check`], and [`Error::AnimationTooLarge`] if there are several frames and the area of all together
    /// is over the limit.
    pub fn check_animation(&self, size: Size, frame_count: u32) -> Result<(), Error> {
        self.check(size)?;
        let max_area_px = self.max_animation_area_px;
        if frame_count > 1 && size.area().saturating_mul(frame_count.into()) > max_area_px {
            return Err(Error::AnimationTooLarge { frame_count, size, max_area_px });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_sides_and_areas() {
        let limits = Limits::default();
        assert!(limits.check(Size::new(12_000, 8_333)).is_ok());
        assert!(limits.check(Size::new(12_000, 8_334)).is_err());
        assert!(limits.check(Size::new(12_001, 1)).is_err());
        assert!(limits.check(Size::new(0, 1)).is_err());
    }

    #[test]
    fn limits_all_frames_together() {
        let limits = Limits::default();
        assert!(limits.check_animation(Size::new(1000, 1000), 50).is_ok());
        let error = limits.check_animation(Size::new(1000, 1000), 51).unwrap_err();
        assert_eq!(error.to_string(), "51 frames of 1000×1000 pixels are over the limit of 50000000 pixels in all");
        assert!(limits.check_animation(Size::new(10_000, 10_000), 1).is_ok(), "one frame is a picture");
        assert!(limits.check_animation(Size::new(12_001, 1), 2).is_err());
    }
}
