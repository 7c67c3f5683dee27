//! Finds the best window of a picture, on a small copy of it.

use super::{Measurement, copy_size, entropy, saliency};
use crate::plan::geometry::scale_offset;
use crate::{Pixmap, Size};

/// The longer side of the copy that is measured, in pixels.
const COPY_LONG_SIDE_PX: u32 = 256;

/// Which windows are compared, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowMeasure {
    /// The measure of a good window.
    pub method: WindowMethod,
    /// The size of what is measured.
    pub copy_size: Size,
    /// The size that the picture will be scaled to.
    pub scaled: Size,
    /// The size of the window of that.
    pub window: Size,
}

/// The measure of a good window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowMethod {
    /// The sum of saliency (`gravity: "auto"`).
    Saliency,
    /// The entropy of the histogram of luma (`gravity: "entropy"`).
    Entropy,
}

impl WindowMeasure {
    /// Compares the windows of a picture of this size, which will be scaled first.
    #[must_use]
    pub fn new(method: WindowMethod, picture: Size, scaled: Size, window: Size) -> Self {
        Self { method, copy_size: copy_size(picture, COPY_LONG_SIDE_PX), scaled, window }
    }

    /// Finds the best window; of several, the one nearest the middle, then the uppermost, then the leftmost.
    ///
    /// # Panics
    ///
    /// If `copy` is not of the size that the step says.
    #[must_use]
    pub fn find(&self, copy: &Pixmap) -> Measurement {
        assert_eq!(copy.size(), self.copy_size, "the copy that the step asks for");
        let Size { width, height } = copy.size();
        let window = Size::new(
            scale_offset(self.window.width, width, self.scaled.width).clamp(1, width),
            scale_offset(self.window.height, height, self.scaled.height).clamp(1, height),
        );
        let scores = match self.method {
            WindowMethod::Saliency => saliency::window_scores(copy, window),
            WindowMethod::Entropy => entropy::window_scores(copy, window),
        };
        let (free_x, free_y) = (width - window.width, height - window.height);
        let positions = (0..=free_y).flat_map(|y| (0..=free_x).map(move |x| (x, y)));
        let off_middle = |(x, y): (u32, u32)| {
            let (dx, dy) = (u64::from((2 * x).abs_diff(free_x)), u64::from((2 * y).abs_diff(free_y)));
            dx * dx + dy * dy
        };
        let mut best = ((0, 0), i64::MIN);
        for (position, score) in positions.zip(scores) {
            if score > best.1 || (score == best.1 && off_middle(position) < off_middle(best.0)) {
                best = (position, score);
            }
        }
        let offset = |position: u32, free: u32, scaled_len: u32, window_len: u32| {
            if free == 0 {
                (scaled_len - window_len) / 2
            } else {
                scale_offset(position, scaled_len - window_len, free)
            }
        };
        Measurement::Offset {
            left: offset(best.0.0, free_x, self.scaled.width, self.window.width),
            top: offset(best.0.1, free_y, self.scaled.height, self.window.height),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(method: WindowMethod, picture: &Pixmap, scaled: Size, window: Size) -> (u32, u32) {
        match WindowMeasure::new(method, picture.size(), scaled, window).find(picture) {
            Measurement::Offset { left, top } => (left, top),
            Measurement::Rectangle { .. } | Measurement::Faces(_) => unreachable!("a window is an offset"),
        }
    }

    /// Grey with a square of detail.
    fn picture_with_detail(size: Size, left: u32, top: u32) -> Pixmap {
        let mut picture = Pixmap::filled(size, [128, 128, 128, 255]).unwrap();
        for y in top..top + 10 {
            for x in left..left + 10 {
                let start = x as usize * 4;
                let level = u8::try_from((x * 37 + y * 91) % 256).unwrap();
                picture.row_mut(y)[start..start + 3].copy_from_slice(&[255, level, 0]);
            }
        }
        picture
    }

    #[test]
    fn window_goes_where_the_detail_is() {
        for method in [WindowMethod::Saliency, WindowMethod::Entropy] {
            let wide = picture_with_detail(Size::new(100, 40), 70, 20);
            let (left, top) = measured(method, &wide, Size::new(100, 40), Size::new(40, 40));
            assert!((40..=60).contains(&left) && top == 0, "{method:?}: {left}");
            let (left, _) = measured(method, &wide, Size::new(1000, 400), Size::new(400, 400));
            assert!((400..=600).contains(&left), "{method:?}: {left}");
            let high = picture_with_detail(Size::new(40, 100), 20, 5);
            let (left, top) = measured(method, &high, Size::new(40, 100), Size::new(40, 40));
            assert!(left == 0 && top <= 5, "{method:?}: {top}");
        }
    }

    #[test]
    fn window_of_nothing_is_in_the_middle() {
        let picture = Pixmap::filled(Size::new(90, 50), [7, 7, 7, 255]).unwrap();
        for method in [WindowMethod::Saliency, WindowMethod::Entropy] {
            assert_eq!(measured(method, &picture, Size::new(90, 50), Size::new(50, 50)), (20, 0));
        }
    }
}
