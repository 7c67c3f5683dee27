//! Drawing a picture over planes: which pixels of the overlay meet which samples of the target.

use super::draw::{Span, met, spans};
use super::kernels::blend_planes::Cover;
use crate::plan::DrawStep;
use crate::{Error, Layout, Pixmap, Size, alloc};

/// An overlay, drawn over opaque planes row by row.
#[derive(Debug)]
pub(super) struct PlanesOverlay<'a> {
    step: &'a DrawStep,
    foreground: Pixmap,
    target: Size,
    layout: Layout,
    columns: Vec<Span>,
    rows: Vec<Span>,
    /// What covers each sample of a row.
    covers: Vec<Cover>,
}

impl<'a> PlanesOverlay<'a> {
    /// Prepares to draw `foreground` over planes of a size and a layout; `step` says `over`.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn new(step: &'a DrawStep, foreground: Pixmap, (target, layout): (Size, Layout)) -> Result<Self, Error> {
        let columns = spans(step.horizontal, target.width, foreground.width()).collect();
        let rows = spans(step.vertical, target.height, foreground.height()).collect();
        let covers = alloc::try_filled(target.width as usize, Cover::default())?;
        Ok(Self { step, foreground, target, layout, columns, rows, covers })
    }

    /// Draws on rows of a plane, the first of which is row `first`, in place.
    ///
    /// # Panics
    ///
    /// If there is no such plane, or it has fewer rows.
    pub(super) fn draw(&mut self, plane: usize, first: u32, rows: &mut [u8]) {
        let row_bytes = self.layout.row_bytes(plane, self.target);
        for (y, row) in (first..).zip(rows.chunks_exact_mut(row_bytes)) {
            self.draw_row(plane, y, row);
        }
    }

    /// Draws on one row of samples.
    fn draw_row(&mut self, plane: usize, y: u32, row: &mut [u8]) {
        let Self { step, foreground, target, layout, columns, rows, covers } = self;
        let spacing = layout.spacing(plane);
        let pixel_rows = y * spacing.y..target.height.min((y + 1).saturating_mul(spacing.y));
        let height = pixel_rows.len();
        let overlay_rows = pixel_rows.filter_map(|y| met(rows, y));
        let covers = &mut covers[..row.len()];
        let mut is_met = false;
        for overlay_y in overlay_rows {
            is_met = true;
            let overlay = foreground.row(overlay_y).as_chunks::<{ Pixmap::PIXEL_BYTES }>().0;
            for span in columns.iter() {
                for (x, &pixel) in span.target.clone().zip(&overlay[span.overlay as usize..]) {
                    covers[(x / spacing.x) as usize].add(plane, step.opacity, pixel);
                }
            }
        }
        if !is_met {
            return;
        }
        for (x, (cover, sample)) in (0..target.width).step_by(spacing.x as usize).zip(covers.iter_mut().zip(row)) {
            let cover = std::mem::take(cover);
            if !cover.is_clear() {
                let width = spacing.x.min(target.width - x);
                let pixels = width * u32::try_from(height).expect("a row stands for few pixels");
                *sample = cover.over(plane, pixels, *sample);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Spacing;
    use crate::plan::Tiling;

    fn step(horizontal: Tiling, vertical: Tiling, opacity: u32, size: Size) -> DrawStep {
        DrawStep {
            foreground: palmette_ops::ImageIndex(1),
            foreground_size: size,
            composite: palmette_ops::Composite::Over,
            opacity,
            horizontal,
            vertical,
        }
    }

    /// Draws on planes of grey 100, Cb 50 and Cr 200.
    fn drawn(step: &DrawStep, overlay: &Pixmap, (size, layout): (Size, Layout)) -> Vec<Vec<u8>> {
        let mut draw = PlanesOverlay::new(step, overlay.clone(), (size, layout)).unwrap();
        let planes = [100, 50, 200].into_iter().enumerate().take(layout.planes());
        let drawn = planes.map(|(plane, level)| {
            let samples = layout.samples(plane, size);
            let mut rows = vec![level; usize::try_from(samples.area()).unwrap()];
            // In two bands.
            let (upper, lower) = rows.split_at_mut((samples.height / 2 * samples.width) as usize);
            draw.draw(plane, 0, upper);
            draw.draw(plane, samples.height / 2, lower);
            rows
        });
        drawn.collect()
    }

    #[test]
    fn draw_on_planes_weighs_chroma_by_the_pixels_it_stands_for() {
        let white = Pixmap::filled(Size::new(2, 1), [255; 4]).unwrap();
        let target = (Size::new(5, 3), Layout::ycc(Spacing::new(2, 2)));
        let step = step(Tiling::Once(1), Tiling::Once(1), DrawStep::OPACITY_ONE, white.size());
        let [y, cb, cr]: [Vec<u8>; 3] = drawn(&step, &white, target).try_into().unwrap();
        assert_eq!(y, [[100; 5], [100, 255, 255, 100, 100], [100; 5]].concat());
        // One pixel of four is white: (3·50 + 128) / 4 = 69.5, (3·200 + 128) / 4 = 182.
        assert_eq!([cb, cr], [vec![70, 70, 50, 50, 50, 50], vec![182, 182, 200, 200, 200, 200]]);
    }

    #[test]
    fn draw_on_planes_counts_only_pixels_of_the_picture() {
        let white = Pixmap::filled(Size::new(1, 1), [255; 4]).unwrap();
        let target = (Size::new(5, 3), Layout::ycc(Spacing::new(2, 2)));
        let step = step(Tiling::Once(4), Tiling::Once(2), DrawStep::OPACITY_ONE, white.size());
        let [y, cb, cr]: [Vec<u8>; 3] = drawn(&step, &white, target).try_into().unwrap();
        assert_eq!((y[14], y[13]), (255, 100));
        assert_eq!((cb[5], cr[5], cb[4]), (128, 128, 50), "the last sample of chroma stands for one pixel");
    }

    #[test]
    fn draw_on_planes_tiles_and_misses() {
        let red = Pixmap::filled(Size::new(3, 3), [255, 0, 0, 255]).unwrap();
        let target = (Size::new(8, 7), Layout::ycc(Spacing::new(2, 1)));
        let everywhere = step(Tiling::Repeat(1), Tiling::Repeat(2), DrawStep::OPACITY_ONE, red.size());
        let [y, cb, cr]: [Vec<u8>; 3] = drawn(&everywhere, &red, target).try_into().unwrap();
        assert!(y.iter().all(|&y| y == 76) && cb.iter().all(|&cb| cb == 85) && cr.iter().all(|&cr| cr == 255));
        let outside = step(Tiling::Once(8), Tiling::Once(0), DrawStep::OPACITY_ONE, red.size());
        let [y, cb, _]: [Vec<u8>; 3] = drawn(&outside, &red, target).try_into().unwrap();
        assert!(y.iter().all(|&y| y == 100) && cb.iter().all(|&cb| cb == 50));
        let half = step(Tiling::Repeat(0), Tiling::Repeat(0), DrawStep::OPACITY_ONE / 2, red.size());
        // (76.245 + 100) / 2 = 88.1
        assert!(drawn(&half, &red, (Size::new(8, 7), Layout::GRAY))[0].iter().all(|&y| y == 88));
    }
}
