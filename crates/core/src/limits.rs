//! How large a picture may be, checked from sizes alone before a pixel is allocated.

use crate::{Error, Size};

/// Limits on every source and every intermediate picture.
///
/// A breach is reported as [`Error::TooLarge`], code 9413.
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
}
