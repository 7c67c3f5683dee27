//! Drawing one picture on another: which samples of the overlay meet which samples of the target.

use std::ops::Range;

use super::kernels::blend::blend;
use crate::plan::{DrawStep, Tiling};
use crate::{Pixmap, Size};

/// The part of an overlay that meets the rows of a target.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    step: &'a DrawStep,
    foreground: Pixmap,
    columns: Vec<Span>,
    rows: Vec<Span>,
}

impl<'a> Overlay<'a> {
    /// Prepares an overlay for a target of a size.
    pub(super) fn new(step: &'a DrawStep, foreground: Pixmap, target: Size) -> Self {
        let columns = spans(step.horizontal, target.width, foreground.width()).collect();
        let rows = spans(step.vertical, target.height, foreground.height()).collect();
        Self { step, foreground, columns, rows }
    }

    /// Draws it on row `y` of the target, in place; what lies outside the overlay stays untouched.
    pub(super) fn draw(&self, y: u32, row: &mut [u8]) {
        let Some(foreground_y) = met(&self.rows, y) else { return };
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

/// Returns the sample of the overlay that a sample of the target meets, if one does.
pub(super) fn met(spans: &[Span], sample: u32) -> Option<u32> {
    let span = spans.get(spans.partition_point(|span| span.target.end <= sample))?;
    sample.checked_sub(span.target.start).map(|place| span.overlay + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(tiling: Tiling, target_len: u32, overlay_len: u32) -> Vec<(u32, u32, u32)> {
        spans(tiling, target_len, overlay_len).map(|s| (s.target.start, s.target.end, s.overlay)).collect()
    }

    #[test]
    fn samples_meet_what_spans_cover() {
        let covered: Vec<Span> = spans(Tiling::Once(3), 10, 4).chain([Span { target: 8..9, overlay: 2 }]).collect();
        let expected = [None, None, None, Some(0), Some(1), Some(2), Some(3), None, Some(2), None];
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|sample| met(&covered, sample)), expected);
        let tiled: Vec<Span> = spans(Tiling::Repeat(1), 5, 2).collect();
        assert_eq!([0, 1, 2, 3, 4].map(|sample| met(&tiled, sample)), [Some(1), Some(0), Some(1), Some(0), Some(1)]);
        assert_eq!(met(&[], 0), None);
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
