//! Streams against a resize of whole planes, and that against real numbers.

use super::*;
use crate::cpu::kernels::double_h::Doubling;
use crate::cpu::kernels::premultiply::widen;
use crate::cpu::kernels::resize_h::resize_h;
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v};
use crate::plan::weights::WeightTable;
use crate::plan::{Axis, AxisOrder, Passes, Placed, Value};
use crate::{Rectangle, rows};

const HALF: Layout = Layout::ycc(Spacing::new(2, 2));
const FULL: Layout = Layout::ycc(Spacing::ONE);
/// 4:2:2
const HALF_X: Layout = Layout::ycc(Spacing::new(2, 1));

/// Layouts before and after a resize.
const LAYOUTS: [(Layout, Layout); 12] = [
    (Layout::Rgba, Layout::Rgba),
    (Layout::GRAY, Layout::GRAY),
    (Layout::GRAY, Layout::Rgba),
    (HALF, HALF),
    (HALF, FULL),
    (HALF, HALF_X),
    (HALF, Layout::Rgba),
    (FULL, HALF),
    (FULL, Layout::Rgba),
    (HALF_X, Layout::Rgba),
    (Layout::ycc(Spacing::new(4, 1)), HALF),
    (Layout::Planes { luma: Spacing::new(4, 4), chroma: Some(Spacing::new(8, 4)) }, HALF),
];

/// Numbers that look random and are the same every time.
struct Dice(u32);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn to(&mut self, max: u32) -> u32 {
        1 + (self.next() >> 4) % max
    }

    /// A picture of noise; half of those with alpha are opaque.
    fn picture(&mut self, size: Size, layout: Layout) -> Picture {
        let is_opaque = self.to(2) == 1;
        let planes = std::array::from_fn(|plane| {
            let len = if plane < layout.planes() { layout.row_bytes(plane, size) } else { 0 };
            let rows = if len > 0 { layout.samples(plane, size).height as usize } else { 0 };
            let byte =
                |i: usize| if layout.is_rgba() && is_opaque && i % 4 == 3 { 255 } else { self.next().to_le_bytes()[1] };
            (0..len * rows).map(byte).collect()
        });
        Picture::from_planes(size, layout, planes).unwrap()
    }
}

/// A picture that lends so many rows of each plane at once, one after the other.
struct Cut {
    picture: Picture,
    rows: [usize; 3],
    done: [usize; 3],
}

impl Rows for Cut {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        self.picture.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Self { picture, rows, done } = self;
        let (size, layout) = (picture.size(), picture.layout());
        let mut is_over = true;
        let mut planes = picture.band_mut().planes.into_iter();
        let planes = std::array::from_fn(|plane| {
            let all = planes.next().unwrap();
            if plane >= layout.planes() {
                return all;
            }
            let from = done[plane];
            done[plane] = all.len().min(from + rows[plane] * layout.row_bytes(plane, size));
            is_over &= from == all.len();
            &mut all[from..done[plane]]
        });
        Ok((!is_over).then_some(Band { planes }))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        rows::collect(&mut *self)
    }
}

/// A resize, and what it is made of.
struct Case {
    source: Picture,
    step: ResizeStep,
    output: (Size, Layout),
}

impl Case {
    fn new(source: Picture, scaled: Size, window: Rectangle, layout: Layout) -> Self {
        let step = ResizeStep::new(
            &Placed::from(Value { size: source.size(), layout: source.layout() }),
            scaled,
            window,
            layout,
        )
        .unwrap();
        Self { source, step, output: (window.size, layout) }
    }

    fn whole(source: Picture, scaled: Size, layout: Layout) -> Self {
        Self::new(source, scaled, Rectangle { left: 0, top: 0, size: scaled }, layout)
    }

    /// Streams with so many rows at once, and collects bands.
    fn streamed(&self, kernels: &Kernels, rows: [usize; 3]) -> Picture {
        let input = Box::new(Cut { picture: self.source.clone(), rows, done: [0; 3] });
        rows::collect(&mut ResizeRows::new(kernels, &self.step, input, self.output).unwrap()).unwrap()
    }

    /// Resamples whole planes, pass by pass, to units.
    fn units(&self, plane: usize) -> Vec<i16> {
        let (size, layout) = (self.source.size(), self.source.layout());
        let samples = layout.samples(plane, size);
        let mut wide = vec![0; self.source.plane(plane).len()];
        let target = if self.output.1.is_rgba() { Spacing::ONE } else { self.output.1.spacing(plane) };
        let target = target.samples(self.output.0);
        if layout.is_rgba() {
            (Kernels::SCALAR.premultiply)(self.source.plane(plane), &mut wide);
            passes::<4>(self.step.passes(plane), &wide, samples, target)
        } else {
            widen(self.source.plane(plane), &mut wide);
            passes::<1>(self.step.passes(plane), &wide, samples, target)
        }
    }

    fn expected(&self) -> Picture {
        let (size, layout) = self.output;
        let planes = std::array::from_fn(|plane| {
            if plane >= layout.planes() {
                return Vec::new();
            }
            let units = self.units(plane);
            let mut bytes =
                vec![0; units.len() * if layout.is_rgba() && !self.source.layout().is_rgba() { 4 } else { 1 }];
            match (self.source.layout(), layout) {
                (Layout::Rgba, _) => (Kernels::SCALAR.unpremultiply)(&units, &mut bytes),
                (Layout::Planes { chroma: None, .. }, Layout::Rgba) => gray_to_rgba(&units, &mut bytes),
                (_, Layout::Rgba) => {
                    (Kernels::SCALAR.ycc_to_rgba)([&units, &self.units(1), &self.units(2)], &mut bytes);
                }
                _ => (Kernels::SCALAR.narrow)(&units, &mut bytes),
            }
            bytes
        });
        Picture::from_planes(size, layout, planes).unwrap()
    }
}

fn passes<const C: usize>(passes: &Passes, source: &[i16], size: Size, target: Size) -> Vec<i16> {
    let (width, height) = (target.width as usize * C, target.height as usize);
    let rows: Vec<&[i16]> = source.chunks_exact(size.width as usize * C).collect();
    match passes.order {
        AxisOrder::HorizontalFirst => {
            let between = horizontally::<C>(&passes.horizontal, &rows, width);
            vertically(&passes.vertical, &between.iter().map(Vec::as_slice).collect::<Vec<_>>(), height).concat()
        }
        AxisOrder::VerticalFirst => {
            let between = vertically(&passes.vertical, &rows, height);
            horizontally::<C>(&passes.horizontal, &between.iter().map(Vec::as_slice).collect::<Vec<_>>(), width)
                .concat()
        }
    }
}

fn horizontally<const C: usize>(axis: &Axis, rows: &[&[i16]], width: usize) -> Vec<Vec<i16>> {
    let resized = |row: &&[i16]| match axis {
        Axis::Copy { offset } => row[*offset as usize * C..][..width].to_vec(),
        Axis::Filter(table) => {
            let mut output = vec![0; width];
            resize_h::<C>(table, row, &mut output);
            output
        }
    };
    rows.iter().map(resized).collect()
}

fn vertically(axis: &Axis, rows: &[&[i16]], height: usize) -> Vec<Vec<i16>> {
    match axis {
        Axis::Copy { offset } => rows[*offset as usize..][..height].iter().map(|row| row.to_vec()).collect(),
        Axis::Filter(table) => table
            .iter()
            .map(|(start, weights)| {
                let mut output = vec![0; rows[0].len()];
                let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
                resize_v(taps, &rows[start..start + weights.len()], &mut output);
                output
            })
            .collect(),
    }
}

#[track_caller]
fn assert_same(actual: &Picture, expected: &Picture, what: &str) {
    for plane in 0..3 {
        let (actual, expected) = (actual.plane(plane), expected.plane(plane));
        let first = actual.iter().zip(expected).position(|(a, b)| a != b);
        assert!(actual.len() == expected.len() && first.is_none(), "{what}: plane {plane} differs at {first:?}");
    }
}

#[test]
fn resize_in_bands_is_resize_of_whole_planes() {
    let mut dice = Dice(0x2545_f491);
    for round in 0..60 {
        for (input, layout) in LAYOUTS {
            let size = Size::new(dice.to(70), dice.to(70));
            let scaled = match round % 4 {
                0 => size,
                1 => Size::new(size.width, dice.to(70)),
                2 => Size::new(dice.to(70), size.height),
                _ => Size::new(dice.to(70), dice.to(70)),
            };
            let kept = Size::new(dice.to(scaled.width), dice.to(scaled.height));
            let (left, top) =
                (dice.to(scaled.width - kept.width + 1) - 1, dice.to(scaled.height - kept.height + 1) - 1);
            let case = Case::new(dice.picture(size, input), scaled, Rectangle { left, top, size: kept }, layout);
            let expected = case.expected();
            for kernels in [Kernels::SCALAR, Kernels::fastest()] {
                for rows in [[1; 3], [16, 8, 8], [3, 5, 1], [70, 1, 2], [70; 3]] {
                    let what = format!("{size} {input:?} to {scaled} {layout:?}, bands of {rows:?}");
                    assert_same(&case.streamed(&kernels, rows), &expected, &what);
                }
                let rows = Box::new(crate::PictureRows::new(case.source.clone()));
                let all = Box::new(ResizeRows::new(&kernels, &case.step, rows, case.output).unwrap()).into_picture();
                assert_same(&all.unwrap(), &expected, "collected");
            }
        }
    }
}

#[test]
fn resize_at_full_size_doubles_chroma() {
    let doubling = |case: &Case| match &case.step.passes(1).horizontal {
        Axis::Copy { .. } => None,
        Axis::Filter(table) => Doubling::of(table),
    };
    let mut dice = Dice(4);
    for width in [5, 6, 63, 300, 301] {
        let size = Size::new(width, 20);
        let case = Case::whole(dice.picture(size, HALF), size, Layout::Rgba);
        assert!(doubling(&case).is_some(), "{width}");
        for kernels in [Kernels::SCALAR, Kernels::fastest()] {
            assert_same(&case.streamed(&kernels, [16, 8, 8]), &case.expected(), &width.to_string());
        }
    }
    let size = Size::new(64, 64);
    for (input, scaled) in [(HALF, Size::new(128, 64)), (HALF, Size::new(60, 64)), (FULL, size)] {
        assert_eq!(doubling(&Case::whole(dice.picture(size, input), scaled, Layout::Rgba)), None);
    }
    let quarter = dice.picture(size, Layout::ycc(Spacing::new(4, 1)));
    assert_eq!(doubling(&Case::whole(quarter, size, Layout::Rgba)), None);
}

#[test]
fn resize_by_far_is_resize_of_whole_planes() {
    let mut dice = Dice(77);
    for (size, scaled) in [
        ((150, 900), (150, 3)),
        ((150, 900), (20, 7)),
        ((9, 2000), (9, 1)),
        ((2000, 9), (1, 9)),
        ((700, 800), (3, 5)),
        ((3, 2), (300, 700)),
    ] {
        let (size, scaled) = (Size::new(size.0, size.1), Size::new(scaled.0, scaled.1));
        for (input, layout) in LAYOUTS {
            let case = Case::whole(dice.picture(size, input), scaled, layout);
            let expected = case.expected();
            for kernels in [Kernels::SCALAR, Kernels::fastest()] {
                for rows in [[1; 3], [16, 8, 8], [2000; 3]] {
                    let what = format!("{size} {input:?} to {scaled} {layout:?}, bands of {rows:?}");
                    assert_same(&case.streamed(&kernels, rows), &expected, &what);
                }
            }
        }
    }
}

#[test]
fn resize_of_a_part_is_resize_of_the_whole() {
    let mut dice = Dice(5);
    let (size, scaled) = (Size::new(161, 143), Size::new(50, 61));
    for (input, layout) in LAYOUTS {
        let window = Rectangle { left: 13, top: 30, size: Size::new(20, 9) };
        let case = Case::new(dice.picture(size, input), scaled, window, layout);
        let part = case.step.source_part((size, input), case.output);
        let planes = std::array::from_fn(|plane| {
            if plane >= input.planes() {
                return Vec::new();
            }
            let (spacing, samples) = (input.spacing(plane), input.samples(plane, part.size));
            let left = (part.left / spacing.x) as usize * input.sample_bytes();
            let rows = case.source.plane(plane).chunks_exact(case.source.row_bytes(plane));
            let rows = rows.skip((part.top / spacing.y) as usize).take(samples.height as usize);
            rows.flat_map(|row| row[left..][..samples.width as usize * input.sample_bytes()].to_vec()).collect()
        });
        let source = Picture::from_planes(part.size, input, planes).unwrap();
        let step = case.step.on_part(input, part).unwrap();
        let of_part = Case { source, step, output: case.output };
        let rows = [7, 3, 4];
        assert_same(
            &of_part.streamed(&Kernels::SCALAR, rows),
            &case.streamed(&Kernels::SCALAR, rows),
            &format!("{input:?} to {layout:?}"),
        );
    }
}

#[test]
fn resize_says_which_rows_are_missing() {
    let mut dice = Dice(9);
    let case = Case::whole(dice.picture(Size::new(8, 40), HALF), Size::new(4, 10), Layout::Rgba);
    let mut picture = dice.picture(Size::new(8, 40), HALF).into_planes();
    picture[2].truncate(4 * 7);
    let mut cut = Some(picture);
    struct Short([Vec<u8>; 3], bool);
    impl Rows for Short {
        fn size(&self) -> Size {
            Size::new(8, 40)
        }
        fn layout(&self) -> Layout {
            HALF
        }
        fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
            let is_first = std::mem::replace(&mut self.1, false);
            Ok(is_first.then(|| Band { planes: self.0.each_mut().map(Vec::as_mut_slice) }))
        }
        fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
            rows::collect(&mut *self)
        }
    }
    let input = Box::new(Short(cut.take().unwrap(), true));
    let mut rows = ResizeRows::new(&Kernels::SCALAR, &case.step, input, case.output).unwrap();
    let error = rows::collect(&mut rows).unwrap_err();
    assert!(matches!(error, Error::RowsMissing { plane: 2, expected: 20, .. }), "{error}");
}

#[test]
fn resize_enlarges_in_bands_that_stay_small() {
    let case = Case::whole(Dice(3).picture(Size::new(2, 3), HALF), Size::new(1000, 3000), HALF);
    let input = Box::new(crate::PictureRows::new(case.source.clone()));
    let mut rows = ResizeRows::new(&Kernels::SCALAR, &case.step, input, case.output).unwrap();
    let mut bands = 0;
    while let Some(band) = rows.next_band().unwrap() {
        let len: usize = band.planes.iter().map(|plane| plane.len()).sum();
        assert!(len < BAND_BYTES + 50_000, "{len} bytes at once");
        bands += 1;
    }
    assert!(bands > 10, "{bands} bands");
}

/// Real weights by the rule of the specification: samples of `source` and what they weigh.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn real_weights(source: (u32, u32), scaled: (u32, u32), offset: u32, i: u32) -> Vec<(usize, f64)> {
    let ((len, spacing), (scaled_len, scaled_spacing)) = (source, scaled);
    let [w, s, sw, ss, o, i] = [len, spacing, scaled_len, scaled_spacing, offset, i].map(f64::from);
    let (centre, ratio) = ((o + (i + 0.5) * ss) * w / sw / s, ss * w / sw / s);
    let stretch = ratio.max(1.0);
    let kernel = |x: f64| {
        let x = x.abs();
        if ratio == 1.0 && (centre - 0.5).fract() == 0.0 {
            f64::from(x < 0.25)
        } else if ratio < 1.0 && len == scaled_len {
            (1.0 - x).max(0.0)
        } else if ratio > 1.0 {
            let sinc =
                |x: f64| if x == 0.0 { 1.0 } else { libm::sin(x * std::f64::consts::PI) / (x * std::f64::consts::PI) };
            if x < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
        } else if x < 1.0 {
            (1.5 * x - 2.5) * x * x + 1.0
        } else if x < 2.0 {
            ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
        } else {
            0.0
        }
    };
    let samples = len.div_ceil(spacing) as usize;
    let all: Vec<f64> = (0..samples).map(|j| kernel((j as f64 + 0.5 - centre) / stretch)).collect();
    let sum: f64 = all.iter().sum();
    all.into_iter().enumerate().filter(|(_, weight)| *weight != 0.0).map(|(j, weight)| (j, weight / sum)).collect()
}

#[test]
fn resize_of_planes_is_within_a_level_of_real_numbers() {
    let mut dice = Dice(0x00c0_ffee);
    for round in 0..40 {
        for (input, layout) in LAYOUTS.into_iter().filter(|(input, _)| !input.is_rgba()) {
            let size = Size::new(dice.to(60), dice.to(60));
            let scaled = if round % 5 == 0 { size } else { Size::new(dice.to(60), dice.to(60)) };
            let (left, top) = (dice.to(scaled.width) - 1, dice.to(scaled.height) - 1);
            let kept = Size::new(scaled.width - left, scaled.height - top);
            let case = Case::new(dice.picture(size, input), scaled, Rectangle { left, top, size: kept }, layout);
            let actual = case.streamed(&Kernels::fastest(), [16, 8, 8]);
            let real = |plane: usize, x: u32, y: u32| -> f64 {
                let (from, to) =
                    (input.spacing(plane), if layout.is_rgba() { Spacing::ONE } else { layout.spacing(plane) });
                let columns = real_weights((size.width, from.x), (scaled.width, to.x), left, x);
                let rows = real_weights((size.height, from.y), (scaled.height, to.y), top, y);
                let row_bytes = case.source.row_bytes(plane);
                let sample = |x: usize, y: usize| f64::from(case.source.plane(plane)[y * row_bytes + x]);
                let row = |y: usize| columns.iter().map(|&(x, weight)| weight * sample(x, y)).sum::<f64>();
                rows.iter().map(|&(y, weight)| weight * row(y)).sum()
            };
            let planes = layout.planes();
            for plane in 0..planes {
                let samples = layout.samples(plane, kept);
                for (x, y) in
                    (0..samples.width).flat_map(|x| [0, samples.height / 2, samples.height - 1].map(|y| (x, y)))
                {
                    let expected = match (layout, input) {
                        (Layout::Rgba, Layout::Planes { chroma: None, .. }) => vec![real(0, x, y); 3],
                        (Layout::Rgba, _) => {
                            let (luma, blue, red) = (real(0, x, y), real(1, x, y) - 128.0, real(2, x, y) - 128.0);
                            let green = luma - (0.114 * 1.772 * blue + 0.299 * 1.402 * red) / 0.587;
                            vec![luma + 1.402 * red, green, luma + 1.772 * blue]
                        }
                        _ => vec![real(plane, x, y)],
                    };
                    let start = y as usize * actual.row_bytes(plane) + x as usize * layout.sample_bytes();
                    for (c, expected) in expected.into_iter().enumerate() {
                        let level = f64::from(actual.plane(plane)[start + c]);
                        let off = (level - expected.clamp(0.0, 255.0)).abs();
                        assert!(off <= 1.0, "{size} {input:?} to {scaled} {layout:?}: {off} at {x}, {y}");
                    }
                }
            }
        }
    }
}

#[test]
fn resize_order_changes_at_most_the_last_bit() {
    let axis = |input: u32, output: u32| Axis::Filter(WeightTable::new(input, output, 0, output).unwrap());
    let (input, output) = (Size::new(61, 47), Size::new(23, 90));
    let source = Dice(1).picture(input, Layout::GRAY);
    let resized = |order| {
        let first = Passes { horizontal: axis(61, 23), vertical: axis(47, 90), order };
        let window = Rectangle { left: 0, top: 0, size: output };
        let step = ResizeStep { scaled: output, window, first, chroma: None };
        Case { source: source.clone(), step, output: (output, Layout::GRAY) }.streamed(&Kernels::SCALAR, [5; 3])
    };
    let (first, second) = (resized(AxisOrder::HorizontalFirst), resized(AxisOrder::VerticalFirst));
    assert!(first.plane(0).iter().zip(second.plane(0)).all(|(&a, &b)| a.abs_diff(b) <= 1));
}
