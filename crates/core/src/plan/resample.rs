//! What a resize does to each plane of a picture.
//!
//! Planes are resampled by themselves, each from where its samples lie to where those of the result lie. So one step reads
//! chroma of half size, or a picture that a decoder has reduced, without making a picture of the full size first; and where
//! the result is RGBA, all planes are resampled to its size, converted, and rounded once.

use std::ops::Range;

use super::graph::Value;
use super::recent;
use super::turn::Turn;
use super::weights::{Sampling, WeightTable};
use crate::{Error, Layout, Reading, Rectangle, Size, Spacing};

/// Bytes of a 16-bit sample, as rows between two passes hold them.
const WIDE_SAMPLE_BYTES: u64 = 2;

/// Resampling of a picture along both axes, with one rounding at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct ResizeStep {
    /// The size that the whole picture is scaled to.
    pub scaled: Size,
    /// What is kept of it.
    pub window: Rectangle,
    /// What is done to RGBA, or to luma.
    pub first: Passes,
    /// What is done to Cb and to Cr, if the source has them.
    pub chroma: Option<Passes>,
}

/// A picture, and where the samples of it lie that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The size of the picture.
    pub size: Size,
    /// How its samples lie.
    pub layout: Layout,
    /// By plane, how many pixels left of the picture and above it the first sample begins.
    leads: [(u32, u32); Layout::MAX_PLANES],
    /// By plane, the samples that were read.
    samples: [Size; Layout::MAX_PLANES],
}

impl From<Value> for Placed {
    /// A picture of which all was read, and nothing else.
    fn from(Value { size, layout }: Value) -> Self {
        let samples = |plane: usize| if plane < layout.planes() { layout.samples(plane, size) } else { size };
        Self { size, layout, leads: [(0, 0); Layout::MAX_PLANES], samples: std::array::from_fn(samples) }
    }
}

impl Placed {
    /// Returns the samples of a plane that were read.
    pub(super) const fn samples(&self, plane: usize) -> Size {
        self.samples[plane]
    }

    /// Says where the samples of a reading lie in the part that is wanted, after a turn.
    pub(super) fn of_reading(reading: &Reading, stored: Size, turn: Turn) -> Self {
        let whole = Rectangle::whole(stored);
        let (part, read) = (reading.window.unwrap_or(whole), reading.window_of(stored));
        let mut placed = Self::from(Value { size: part.size, layout: reading.layout });
        for plane in 0..reading.layout.planes() {
            let Spacing { x, y } = reading.layout.spacing(plane);
            let samples = reading.layout.samples(plane, read.size);
            let before = (part.left - read.left, part.top - read.top);
            // The last sample may reach over the end of the part.
            let behind = (samples.width * x - read.size.width, samples.height * y - read.size.height);
            let (along_x, along_y) = if turn.swaps { (1, 0) } else { (0, 1) };
            let [before, behind] = [before, behind].map(|(x, y)| [x, y]);
            let lead = |is_mirrored: bool, axis: usize| if is_mirrored { behind[axis] } else { before[axis] };
            placed.leads[plane] = (lead(turn.mirrors_x, along_x), lead(turn.mirrors_y, along_y));
            placed.samples[plane] = turn.size(samples);
        }
        Self { size: turn.size(placed.size), layout: turn.layout(placed.layout), ..placed }
    }
}

/// Resampling of a plane along both axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Passes {
    /// From left to right.
    pub horizontal: Axis,
    /// From top to bottom.
    pub vertical: Axis,
    /// Which axis goes first. Results depend on it in the last bit, so it is part of the plan.
    pub order: AxisOrder,
}

/// Resampling along one axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Output sample `i` is source sample `offset + i`.
    Copy {
        /// The first source sample that is kept.
        offset: u32,
    },
    /// Output samples are weighted sums of source samples.
    Filter(WeightTable),
}

/// The order of the two passes of a resize: the one with the smaller picture between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisOrder {
    /// Rows are resampled first.
    HorizontalFirst,
    /// Columns are resampled first.
    VerticalFirst,
}

impl ResizeStep {
    /// Makes the tables that scale a whole picture to `scaled` and keep `window` of it.
    ///
    /// `output` has the planes of the input; or it is RGBA, which planes become on the way.
    ///
    /// # Errors
    ///
    /// [`Error::WrongLayout`] if the input cannot become the output: pixels are no planes, and chroma neither appears nor goes;
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If a side is 0, the window is not inside the scaled picture, or a sample of the output stands for more than two pixels
    /// along an axis.
    pub fn new(source: &Placed, scaled: Size, window: Rectangle, output: Layout) -> Result<Self, Error> {
        let input = source.layout;
        if !output.is_rgba() && (input.is_rgba() || input.planes() != output.planes()) {
            return Err(Error::WrongLayout { expected: output, actual: input });
        }
        let passes = |plane: usize| {
            let spacing = if output.is_rgba() { Spacing::ONE } else { output.spacing(plane) };
            Passes::new(source, plane, scaled, window, spacing)
        };
        let chroma = (input.planes() > 1).then(|| passes(1)).transpose()?;
        Ok(Self { scaled, window, first: passes(0)?, chroma })
    }

    /// Returns the rows of each plane of the input that the result needs, from the first one; none of a plane that is not there.
    #[must_use]
    pub fn rows_needed(&self, output: Value) -> [usize; Layout::MAX_PLANES] {
        std::array::from_fn(|plane| {
            let spacing = if plane < output.layout.planes() { output.layout.spacing(plane) } else { Spacing::ONE };
            let rows = spacing.samples(output.size).height as usize;
            let passes = if plane == 0 { Some(&self.first) } else { self.chroma.as_ref() };
            match passes.map(|passes| &passes.vertical) {
                None => 0,
                Some(Axis::Copy { offset }) => *offset as usize + rows,
                Some(Axis::Filter(table)) => table.starts().last().map_or(0, |&start| start as usize + table.taps()),
            }
        })
    }

    /// Tells whether every sample is copied from its own place, so that only the end may be cut off.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        [Some(&self.first), self.chroma.as_ref()].into_iter().flatten().all(Passes::is_copy)
    }

    /// Returns what is done to a plane.
    ///
    /// # Panics
    ///
    /// If the source has no such plane.
    #[must_use]
    pub fn passes(&self, plane: usize) -> &Passes {
        match plane {
            0 => &self.first,
            _ => self.chroma.as_ref().expect("chroma of a source that has it"),
        }
    }

    /// Returns the part of the source, in pixels, that a result of this size is made of: reading that much gives the same bytes
    /// as reading all. Its left and upper edge lie between samples of every plane.
    #[must_use]
    pub fn source_part(&self, (size, input): (Size, Layout), output: (Size, Layout)) -> Rectangle {
        let along = |spacing: fn(Spacing) -> u32, len: fn(Size) -> u32, axis: fn(&Passes) -> &Axis| {
            let planes = 0..input.planes().min(2);
            let ranges = planes.map(|plane| {
                let target = if output.1.is_rgba() { Spacing::ONE } else { output.1.spacing(plane) };
                let samples = axis(self.passes(plane)).source_range(len(target.samples(output.0)));
                (samples, spacing(input.spacing(plane)))
            });
            let (mut start, mut end, mut coarsest) = (u32::MAX, 0, 1);
            for (samples, spacing) in ranges {
                start = start.min(samples.start * spacing);
                end = end.max(samples.end.saturating_mul(spacing));
                coarsest = coarsest.max(spacing);
            }
            start - start % coarsest..end.min(len(size))
        };
        let columns = along(|spacing| spacing.x, |size| size.width, |passes| &passes.horizontal);
        let rows = along(|spacing| spacing.y, |size| size.height, |passes| &passes.vertical);
        let size = Size::new(columns.end - columns.start, rows.end - rows.start);
        Rectangle { left: columns.start, top: rows.start, size }
    }

    /// Makes the same step for a source of which only a part was read.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If the part lacks something of [`ResizeStep::source_part`], or begins within a sample.
    pub fn on_part(&self, input: Layout, part: Rectangle) -> Result<Self, Error> {
        let passes = |plane: usize| {
            let spacing = input.spacing(plane);
            assert!(
                part.left.is_multiple_of(spacing.x) && part.top.is_multiple_of(spacing.y),
                "a part begins between samples"
            );
            let (first_column, first_row) = (part.left / spacing.x, part.top / spacing.y);
            let Size { width, height } = spacing.samples(part.size);
            let Passes { horizontal, vertical, order } = self.passes(plane);
            let horizontal = horizontal.on_part(first_column..first_column + width)?;
            Ok::<_, Error>(Passes {
                horizontal,
                vertical: vertical.on_part(first_row..first_row + height)?,
                order: *order,
            })
        };
        let chroma = self.chroma.is_some().then(|| passes(1)).transpose()?;
        Ok(Self { first: passes(0)?, chroma, ..*self })
    }

    /// Returns the bytes of all tables.
    #[must_use]
    pub fn table_bytes(&self) -> u64 {
        let passes = [Some(&self.first), self.chroma.as_ref()].into_iter().flatten();
        passes.flat_map(|passes| [&passes.horizontal, &passes.vertical]).map(Axis::table_bytes).sum()
    }

    /// Returns the bytes that the CPU engine holds while it resamples, beside bands of the input and of the output.
    #[must_use]
    pub fn between_bytes(&self, (size, input): (Size, Layout), output: (Size, Layout)) -> u64 {
        let channels = input.sample_bytes() as u64;
        let of_plane = |plane: usize| {
            let target = if output.1.is_rgba() { Spacing::ONE } else { output.1.spacing(plane) };
            let (source, target) = (input.samples(plane, size).width, target.samples(output.0).width);
            self.passes(plane).between_bytes(source, target, channels)
        };
        // Rows of all planes meet where they become pixels.
        let meeting =
            if output.1.is_rgba() && !input.is_rgba() { input.planes() as u64 * WIDE_SAMPLE_BYTES } else { 0 };
        (0..input.planes()).map(of_plane).sum::<u64>() + meeting * u64::from(output.0.width)
    }
}

impl Passes {
    /// Tells whether every sample is copied from its own place.
    const fn is_copy(&self) -> bool {
        matches!(self, Self { horizontal: Axis::Copy { offset: 0 }, vertical: Axis::Copy { offset: 0 }, .. })
    }

    /// Makes the tables of a plane.
    fn new(
        source: &Placed,
        plane: usize,
        scaled: Size,
        window: Rectangle,
        scaled_spacing: Spacing,
    ) -> Result<Self, Error> {
        let (size, spacing) = (source.size, source.layout.spacing(plane));
        let (lead, samples) = (source.leads[plane], source.samples[plane]);
        let x = Sampling {
            picture_len: size.width,
            spacing: spacing.x,
            lead: lead.0,
            source_len: samples.width,
            scaled_len: scaled.width,
            scaled_spacing: scaled_spacing.x,
            window: (window.left, window.size.width),
        };
        let y = Sampling {
            picture_len: size.height,
            spacing: spacing.y,
            lead: lead.1,
            source_len: samples.height,
            scaled_len: scaled.height,
            scaled_spacing: scaled_spacing.y,
            window: (window.top, window.size.height),
        };
        let order = pass_order(spacing.samples(size), scaled_spacing.samples(scaled));
        Ok(Self { horizontal: Axis::new(x)?, vertical: Axis::new(y)?, order })
    }

    /// Returns the bytes of the rows between the two passes, and of single rows around them.
    fn between_bytes(&self, source_len: u32, target_len: u32, channels: u64) -> u64 {
        /// Source rows that are loaded at once.
        const GROUP_ROWS: usize = 4;
        let wide_row_bytes = |len: u32| u64::from(len) * channels * WIDE_SAMPLE_BYTES;
        let ring = |taps: usize| (taps + GROUP_ROWS - 1).next_multiple_of(GROUP_ROWS);
        let rows = match &self.vertical {
            Axis::Copy { .. } => ring(1),
            Axis::Filter(table) if table.chunk_shift() == 0 => ring(table.taps()),
            // A sum has twice as many bytes as a sample.
            Axis::Filter(table) => ring(WeightTable::CHUNK_TAPS) + 2 * table.overlap(GROUP_ROWS),
        };
        let between_len = if self.order == AxisOrder::HorizontalFirst { target_len } else { source_len };
        // And a row before the passes, one between them, and one or two of the result.
        rows as u64 * wide_row_bytes(between_len) + 4 * wide_row_bytes(source_len.max(target_len))
    }
}

impl Axis {
    /// Makes the resampling of one axis of a plane.
    fn new(sampling: Sampling) -> Result<Self, Error> {
        Ok(match recent::table(sampling)? {
            Some(table) => Self::Filter(table),
            None => Self::Copy { offset: sampling.first_copied() },
        })
    }

    /// Returns the source samples that `len` output samples are made of.
    #[must_use]
    pub fn source_range(&self, len: u32) -> Range<u32> {
        match self {
            Self::Copy { offset } => *offset..offset + len,
            Self::Filter(table) => table.source_range(),
        }
    }

    /// Makes the same axis for a source of which only some samples are there.
    fn on_part(&self, part: Range<u32>) -> Result<Self, Error> {
        Ok(match self {
            Self::Copy { offset } => {
                assert!(part.contains(offset), "what is needed was read");
                Self::Copy { offset: offset - part.start }
            }
            Self::Filter(table) => Self::Filter(table.on_part(part)?),
        })
    }

    /// Returns the bytes of the table.
    fn table_bytes(&self) -> u64 {
        match self {
            Self::Copy { .. } => 0,
            Self::Filter(table) => table.bytes(),
        }
    }
}

/// Chooses the order of the passes: the one with fewer samples between them, rows first where both have the same. The whole
/// scaled plane decides, so that a window of it is cut from the very same samples.
fn pass_order(source: Size, scaled: Size) -> AxisOrder {
    let between = |width: u32, height: u32| Size::new(width, height).area();
    if between(scaled.width, source.height) <= between(source.width, scaled.height) {
        AxisOrder::HorizontalFirst
    } else {
        AxisOrder::VerticalFirst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Layout = Layout::ycc(Spacing::new(2, 2));

    fn whole(size: Size) -> Rectangle {
        Rectangle { left: 0, top: 0, size }
    }

    fn step(size: Size, input: Layout, scaled: Size, output: Layout) -> ResizeStep {
        ResizeStep::new(&Placed::from(Value { size, layout: input }), scaled, whole(scaled), output).unwrap()
    }

    fn kernels(passes: &Passes) -> [&'static str; 2] {
        [&passes.horizontal, &passes.vertical].map(|axis| match axis {
            Axis::Copy { .. } => "copy",
            Axis::Filter(table) => table.kernel().name(),
        })
    }

    #[test]
    fn planes_that_shrink_alike_have_the_tables_of_pixels() {
        let (size, scaled) = (Size::new(400, 300), Size::new(100, 75));
        let planes = step(size, HALF, scaled, HALF);
        assert_eq!(planes.first, step(size, Layout::Rgba, scaled, Layout::Rgba).first);
        let (size, scaled) = (Size::new(200, 150), Size::new(50, 38));
        let Axis::Filter(table) = &planes.chroma.as_ref().unwrap().horizontal else { panic!("chroma shrinks") };
        let Axis::Filter(half) = &step(size, Layout::Rgba, scaled, Layout::Rgba).first.horizontal else {
            panic!("a half shrinks")
        };
        assert_eq!(table, half);
    }

    #[test]
    fn kernels_follow_from_what_samples_stand_for() {
        let size = Size::new(400, 300);
        let of = |input: Layout, scaled: Size, output: Layout| {
            let step = step(size, input, scaled, output);
            (kernels(&step.first), step.chroma.as_ref().map(kernels))
        };
        assert_eq!(of(HALF, size, Layout::Rgba), (["copy"; 2], Some(["triangle"; 2])));
        assert_eq!(of(HALF, size, HALF), (["copy"; 2], Some(["copy"; 2])));
        assert_eq!(of(HALF, Size::new(200, 150), Layout::Rgba), (["lanczos3"; 2], Some(["copy"; 2])));
        assert_eq!(of(HALF, Size::new(300, 225), Layout::Rgba), (["lanczos3"; 2], Some(["catmull-rom"; 2])));
        assert_eq!(of(HALF, Size::new(100, 75), Layout::Rgba), (["lanczos3"; 2], Some(["lanczos3"; 2])));
        assert_eq!(of(HALF, Size::new(800, 300), HALF), (["catmull-rom", "copy"], Some(["catmull-rom", "copy"])));
        let eighth = Layout::Planes { luma: Spacing::new(8, 8), chroma: Some(Spacing::new(8, 8)) };
        assert_eq!(of(eighth, Size::new(50, 38), Layout::Rgba).0[0], "copy");
        assert_eq!(of(Layout::GRAY, size, Layout::GRAY), (["copy"; 2], None));
        let converted = step(size, HALF, size, Layout::Rgba);
        assert!(converted.first.is_copy() && !converted.is_copy());
    }

    #[test]
    fn layouts_that_cannot_become_each_other_are_refused() {
        let size = Size::new(4, 4);
        for (input, output) in [(Layout::Rgba, HALF), (Layout::GRAY, HALF), (HALF, Layout::GRAY)] {
            let result = ResizeStep::new(&Placed::from(Value { size, layout: input }), size, whole(size), output);
            assert!(matches!(result, Err(Error::WrongLayout { .. })), "{input:?} to {output:?}");
        }
    }

    #[test]
    fn parts_are_what_a_window_is_made_of() {
        let size = Size::new(401, 300);
        let scaled = Size::new(100, 75);
        for (left, top) in [(0, 0), (41, 30), (89, 66)] {
            let window = Rectangle { left, top, size: Size::new(11, 9) };
            for (input, output) in [(HALF, HALF), (HALF, Layout::Rgba), (Layout::Rgba, Layout::Rgba)] {
                let step =
                    ResizeStep::new(&Placed::from(Value { size, layout: input }), scaled, window, output).unwrap();
                let part = step.source_part((size, input), (window.size, output));
                assert!(part.size.width < 120 && part.size.height < 110, "{part:?}");
                let on_part = step.on_part(input, part).unwrap();
                for plane in 0..input.planes() {
                    let (Axis::Filter(all), Axis::Filter(table)) =
                        (&step.passes(plane).horizontal, &on_part.passes(plane).horizontal)
                    else {
                        panic!("everything shrinks")
                    };
                    assert_eq!(table.weights(), all.weights());
                    let first = part.left / input.spacing(plane).x;
                    assert!(table.starts().iter().zip(all.starts()).all(|(part, all)| part + first == *all));
                    assert_eq!(table.source_len(), input.samples(plane, part.size).width);
                }
            }
        }
    }
}
