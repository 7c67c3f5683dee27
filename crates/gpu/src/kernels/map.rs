//! Moves pixels and changes each by itself: runs of steps that touch each pixel once become one dispatch.
//!
//! Crop, flip, rotate and pad only say which pixel of the source a pixel of the result shows; a run of them is one such map.
//! Look-up, saturation and background do not care where a pixel is; a run of them is a program. A pixel on the surround of
//! a pad enters the program where the pad was. So any run with at most one pad is one pass over the result, whatever its
//! length, and each pixel still goes through the very arithmetic of its steps, one by one.

use palmette_core::Size;
use palmette_core::plan::tone::{LookupTable, SaturationMatrix};
use palmette_ops::{Color, Flip, Rotate};

use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::Image;
use crate::job::{Job, Source, Target};

parameters! {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    source_width: u32,
    xx: i32,
    xy: i32,
    x0: i32,
    yx: i32,
    yy: i32,
    y0: i32,
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    surround: u32,
    surround_start: u32,
    program_len: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "map",
    source: palmette_shaders::MAP,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// The words that begin the entries of a program.
const LOOKUP: u32 = 0;
const SATURATION: u32 = 1;
const BACKGROUND: u32 = 2;

/// A run of steps on one picture that is still to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MapRun {
    /// The size that the run began with.
    source: Size,
    /// The size of the result so far.
    pub(super) size: Size,
    pub(super) view: View,
    /// The part of the source that shows.
    pub(super) visible: Rectangle,
    /// The colour around that, and where in the program it enters.
    pub(super) surround: Option<(Color, usize)>,
    program: Vec<u32>,
}

/// Which pixel of the source a pixel (x, y) of the result shows: (xx·x + xy·y + x0, yx·x + yy·y + y0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) xx: i32,
    pub(super) xy: i32,
    pub(super) x0: i32,
    pub(super) yx: i32,
    pub(super) yy: i32,
    pub(super) y0: i32,
}

/// Columns `left` to `right` and rows `top` to `bottom`, each without the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl View {
    const IDENTITY: Self = Self { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

    const fn moved(x0: i32, y0: i32) -> Self {
        Self { x0, y0, ..Self::IDENTITY }
    }

    const fn of(self, x: i32, y: i32) -> (i32, i32) {
        (self.xx * x + self.xy * y + self.x0, self.yx * x + self.yy * y + self.y0)
    }

    /// Returns the view of a result that itself is shown by `next`.
    const fn then(self, next: Self) -> Self {
        let (x0, y0) = self.of(next.x0, next.y0);
        Self {
            xx: self.xx * next.xx + self.xy * next.yx,
            xy: self.xx * next.xy + self.xy * next.yy,
            x0,
            yx: self.yx * next.xx + self.yy * next.yx,
            yy: self.yx * next.xy + self.yy * next.yy,
            y0,
        }
    }
}

impl MapRun {
    /// Begins a run on a picture, or on a plane of so many samples.
    pub(crate) fn new(size: Size) -> Self {
        let (right, bottom) = (signed(size.width), signed(size.height));
        let visible = Rectangle { left: 0, top: 0, right, bottom };
        Self { source: size, size, view: View::IDENTITY, visible, surround: None, program: Vec::new() }
    }

    /// Says whether nothing is to be done.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::new(self.source)
    }

    /// Says whether the run has room for a pad: the source has one surround.
    pub(crate) const fn can_pad(&self) -> bool {
        self.surround.is_none()
    }

    /// Keeps a rectangle.
    pub(crate) fn crop(&mut self, left: u32, top: u32, output: Size) {
        self.look(View::moved(signed(left), signed(top)), output);
    }

    /// Mirrors.
    pub(crate) fn flip(&mut self, flip: Flip) {
        let (right, bottom) = (signed(self.size.width) - 1, signed(self.size.height) - 1);
        let horizontal = View { xx: -1, x0: right, ..View::IDENTITY };
        let vertical = View { yy: -1, y0: bottom, ..View::IDENTITY };
        let view = match flip {
            Flip::Horizontal => horizontal,
            Flip::Vertical => vertical,
            Flip::Both => horizontal.then(vertical),
        };
        self.look(view, self.size);
    }

    /// Turns clockwise.
    pub(crate) fn rotate(&mut self, rotate: Rotate) {
        let (right, bottom) = (signed(self.size.width) - 1, signed(self.size.height) - 1);
        match rotate {
            Rotate::None => {}
            Rotate::Quarter => {
                self.look(View { xx: 0, xy: 1, x0: 0, yx: -1, yy: 0, y0: bottom }, self.size.transposed());
            }
            Rotate::Half => self.flip(Flip::Both),
            Rotate::ThreeQuarters => {
                self.look(View { xx: 0, xy: -1, x0: right, yx: 1, yy: 0, y0: 0 }, self.size.transposed());
            }
        }
    }

    /// Places the picture on a larger canvas.
    ///
    /// # Panics
    ///
    /// If the run has a pad already.
    pub(crate) fn pad(&mut self, left: u32, top: u32, canvas: Size, surround: Color) {
        assert!(self.can_pad(), "one surround for each run");
        // Pixels that a crop took away must not come back.
        let (ax, ay) = self.view.of(0, 0);
        let (bx, by) = self.view.of(signed(self.size.width) - 1, signed(self.size.height) - 1);
        self.visible = Rectangle { left: ax.min(bx), top: ay.min(by), right: ax.max(bx) + 1, bottom: ay.max(by) + 1 };
        self.surround = Some((surround, self.program.len()));
        self.look(View::moved(-signed(left), -signed(top)), canvas);
    }

    /// Replaces levels.
    pub(crate) fn lookup(&mut self, table: &LookupTable) {
        self.program.push(LOOKUP);
        self.program.extend(table.levels().as_chunks::<4>().0.iter().map(|levels| u32::from_le_bytes(*levels)));
    }

    /// Moves colours away from grey, or towards it.
    pub(crate) fn saturation(&mut self, matrix: &SaturationMatrix) {
        self.program.extend([SATURATION, matrix.shift]);
        self.program.extend(matrix.coefficients.as_flattened().iter().map(|coefficient| coefficient.cast_unsigned()));
    }

    /// Puts a colour under the picture.
    pub(crate) fn background(&mut self, color: Color) {
        self.program.extend([BACKGROUND, u32::from_le_bytes(color.to_rgba())]);
    }

    fn look(&mut self, next: View, output: Size) {
        self.view = self.view.then(next);
        self.size = output;
    }

    /// Does everything that is still to be done to pixels.
    pub(crate) fn run(&self, job: &mut Job<'_>, image: Image) -> Result<Image, Error> {
        if self.is_nothing() {
            return Ok(image);
        }
        let output = job.image(self.size)?;
        let table = if self.program.is_empty() { None } else { Some(job.table(&self.program)?) };
        let len = |words: usize| u32::try_from(words).expect("a list has at most some hundred entries");
        let (surround, surround_start) = self.surround.unwrap_or((Color::TRANSPARENT, 0));
        for band in job.tiling().bands(self.size)? {
            let parameters = KernelParameters {
                width: self.size.width,
                rows: band.rows,
                first_row: band.first_row,
                output_base: band.base,
                source_width: image.size.width,
                xx: self.view.xx,
                xy: self.view.xy,
                x0: self.view.x0,
                yx: self.view.yx,
                yy: self.view.yy,
                y0: self.view.y0,
                left: self.visible.left,
                top: self.visible.top,
                right: self.visible.right,
                bottom: self.visible.bottom,
                surround: u32::from_le_bytes(surround.to_rgba()),
                surround_start: len(surround_start),
                program_len: len(self.program.len()),
            };
            let (source, target) = (Source::Pixels(&image), Target::Pixels(&output, band));
            job.dispatch(&KERNEL, source, target, table, &parameters, (self.size.width, band.rows));
        }
        job.recycle(image.lease);
        Ok(output)
    }
}

/// Returns a length as a signed number.
fn signed(len: u32) -> i32 {
    i32::try_from(len).expect("a picture that a device can hold has fewer pixels than that")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_of_four_quarter_turns_is_nothing() {
        let mut run = MapRun::new(Size::new(7, 5));
        (0..4).for_each(|_| run.rotate(Rotate::Quarter));
        assert_eq!(run, MapRun::new(Size::new(7, 5)));
        run.rotate(Rotate::ThreeQuarters);
        run.rotate(Rotate::Quarter);
        run.flip(Flip::Both);
        run.rotate(Rotate::Half);
        assert_eq!(run, MapRun::new(Size::new(7, 5)));
    }

    #[test]
    fn map_of_a_crop_and_a_turn_shows_the_right_corner() {
        let mut run = MapRun::new(Size::new(10, 8));
        run.crop(2, 3, Size::new(4, 5));
        run.rotate(Rotate::Quarter);
        // The lower left pixel of the crop comes to the upper left.
        assert_eq!((run.size, run.view.of(0, 0)), (Size::new(5, 4), (2, 7)));
    }

    #[test]
    fn map_pads_only_what_a_crop_left() {
        let mut run = MapRun::new(Size::new(10, 8));
        run.crop(2, 3, Size::new(4, 5));
        run.pad(1, 1, Size::new(6, 7), Color::WHITE);
        assert_eq!(run.visible, Rectangle { left: 2, top: 3, right: 6, bottom: 8 });
        assert!(!run.can_pad());
    }
}
