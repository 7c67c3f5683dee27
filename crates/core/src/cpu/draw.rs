//! Drawing one picture on another: which samples of the overlay meet which samples of the target.

use std::ops::Range;

use super::kernels::blend::blend;
use crate::Pixmap;
use crate::plan::{DrawStep, Tiling};

/// What of an overlay meets the rows of a target.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    step: &'a DrawStep,
    foreground: Pixmap,
    columns: Vec<Span>,
}

impl<'a> Overlay<'a> {
    /// Prepares an overlay for a target of a width.
    pub(super) fn new(step: &'a DrawStep, foreground: Pixmap, target_width: u32) -> Self {
        let columns = spans(step.horizontal, target_width, foreground.width()).collect();
        Self { step, foreground, columns }
    }

    /// Draws it on row `y` of the target, in place; what lies outside the overlay stays untouched.
    pub(super) fn draw(&self, y: u32, row: &mut [u8]) {
        let Some(foreground_y) = covered(self.step.vertical, y, self.foreground.height()) else { return };
        let source = self.foreground.row(foreground_y).as_chunks::<{ Pixmap::PIXEL_BYTES }>().0;
        let target = row.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0;
        for span in &self.columns {
            let target = &mut target[span.target.start as usize..span.target.end as usize];
            for (pixel, &over) in target.iter_mut().zip(&source[span.overlay as usize..]) {
                *pixel = blend(self.step.composite, self.step.opacity, over, *pixel);
            }
        }
    }
}

/// Returns the sample of the overlay that a sample of the target meets, if one does.
fn covered(tiling: Tiling, sample: u32, overlay_len: u32) -> Option<u32> {
    let sample = i64::from(sample);
    let place = match tiling {
        Tiling::Once(start) => sample - start,
        Tiling::Repeat(phase) => (sample + i64::from(phase)) % i64::from(overlay_len),
    };
    u32::try_from(place).ok().filter(|&place| place < overlay_len)
}

/// A stretch of the target that one copy of the overlay covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The samples of the target.
    pub(super) target: Range<u32>,
    /// The sample of the overlay that the first of them meets.
    pub(super) overlay: u32,
}

/// Returns the stretches of a target that an overlay covers along one axis, in ascending order.
pub(super) fn spans(tiling: Tiling, target_len: u32, overlay_len: u32) -> impl Iterator<Item = Span> {
    let (first, period) = match tiling {
        Tiling::Once(start) => (start, None),
        Tiling::Repeat(phase) => (-i64::from(phase), Some(overlay_len as usize)),
    };
    let starts = (first..i64::from(target_len)).step_by(period.unwrap_or(usize::MAX));
    starts.filter_map(move |start| {
        let visible = start.max(0)..(start + i64::from(overlay_len)).min(i64::from(target_len));
        let clipped = |sample: i64| u32::try_from(sample).expect("clipped to an axis of 32-bit length");
        (!visible.is_empty()).then(|| Span {
            target: clipped(visible.start)..clipped(visible.end),
            overlay: clipped(visible.start - start),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(tiling: Tiling, target_len: u32, overlay_len: u32) -> Vec<(u32, u32, u32)> {
        spans(tiling, target_len, overlay_len).map(|s| (s.target.start, s.target.end, s.overlay)).collect()
    }

    #[test]
    fn covered_sample_by_sample_is_covered_by_spans() {
        for (tiling, overlay) in [(-4, 3), (-2, 3), (2, 3), (8, 9), (10, 3)]
            .map(|(start, len)| (Tiling::Once(start), len))
            .into_iter()
            .chain([(0, 2), (1, 2), (3, 9)].map(|(phase, len)| (Tiling::Repeat(phase), len)))
        {
            let by_sample: Vec<_> = (0..10).filter_map(|x| Some((x, super::covered(tiling, x, overlay)?))).collect();
            let by_span: Vec<_> = spans(tiling, 10, overlay).flat_map(|span| span.target.zip(span.overlay..)).collect();
            assert_eq!(by_sample, by_span, "{tiling:?}");
        }
    }

    #[test]
    fn spans_clip_at_both_ends() {
        assert_eq!(covered(Tiling::Once(2), 10, 3), [(2, 5, 0)]);
        assert_eq!(covered(Tiling::Once(-2), 10, 3), [(0, 1, 2)]);
        assert_eq!(covered(Tiling::Once(8), 10, 3), [(8, 10, 0)]);
        assert_eq!(covered(Tiling::Once(-1), 2, 9), [(0, 2, 1)]);
        assert_eq!(covered(Tiling::Once(-3), 10, 3), []);
        assert_eq!(covered(Tiling::Once(10), 10, 3), []);
        assert_eq!(covered(Tiling::Once(i64::from(i32::MIN)), 10, 3), []);
    }

    #[test]
    fn spans_tile_from_a_phase() {
        assert_eq!(covered(Tiling::Repeat(0), 5, 2), [(0, 2, 0), (2, 4, 0), (4, 5, 0)]);
        assert_eq!(covered(Tiling::Repeat(1), 5, 2), [(0, 1, 1), (1, 3, 0), (3, 5, 0)]);
        assert_eq!(covered(Tiling::Repeat(3), 2, 9), [(0, 2, 3)]);
    }
}
