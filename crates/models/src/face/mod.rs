//! Finds faces: two nets of BlazeFace look at the picture, one made for faces that fill it, one for those further away.
//!
//! Both look at a square copy with black bars. What they say are offsets from a grid of anchors in fixed point; from there on it is `f64` in a
//! fixed order, with `libm` where a function is needed, and the boxes are rounded to pixels: the same on every machine.

mod boxes;
mod views;

use palmette_core::plan::NetArithmetic;
use palmette_core::{Deadline, Pixmap, Rectangle, Size};

pub use boxes::{Found, Grid, decode, join};
pub use views::{arithmetic, look};

use crate::net::{self, Net};
use crate::runner::{Runner, Tensor};
use crate::schedule::Schedule;
use crate::{Error, scale};

/// Units of a pixel, and of a score, in what the nets say.
pub const UNITS: f64 = 64.0;

/// Finds faces of one range.
#[derive(Clone, Debug)]
pub struct FaceNet {
    runner: Runner,
    side: u32,
}

/// A square copy of a picture, and where the picture lies in it.
#[derive(Clone, Debug)]
pub struct Letterbox {
    /// What the net takes.
    pub input: Tensor,
    /// Pixels of black left of the picture and above it.
    offset: [u32; 2],
    /// The size of the picture in the copy.
    inner: Size,
    /// The size of the picture.
    outer: Size,
}

impl Letterbox {
    /// Makes the copy: samples are `2·level − 255`, as a net of BlazeFace takes them.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub fn new(picture: &Pixmap, side: u32) -> Result<Self, Error> {
        let outer = picture.size();
        let inner = scale::fitted(outer, side);
        let small = scale::to_size(picture, inner)?;
        let offset = [(side - inner.width) / 2, (side - inner.height) / 2];
        let mut samples = palmette_core::alloc::try_filled((side * side * 3) as usize, -255)?;
        for (y, row) in small.rows().enumerate() {
            let start = ((offset[1] as usize + y) * side as usize + offset[0] as usize) * 3;
            let target = samples[start..].chunks_exact_mut(3);
            for (target, pixel) in target.zip(row.chunks_exact(Pixmap::PIXEL_BYTES)) {
                target.copy_from_slice(&scale::on_white(pixel).map(|level| 2 * i16::from(level) - 255));
            }
        }
        Ok(Self { input: Tensor { size: Size::new(side, side), channels: 3, samples }, offset, inner, outer })
    }

    /// Puts what was found where it is in the picture.
    pub fn place(&self, found: &mut Found) {
        let axes = [
            (self.offset[0], self.inner.width, self.outer.width),
            (self.offset[1], self.inner.height, self.outer.height),
        ];
        for (axis, (offset, inner, outer)) in axes.into_iter().enumerate() {
            for edge in [axis, axis + 2] {
                let inside = found.edges[edge] - f64::from(offset);
                found.edges[edge] = inside * f64::from(outer) / f64::from(inner);
            }
        }
    }
}

impl FaceNet {
    /// Takes a net; `side` is that of the square which it looks at.
    #[must_use]
    pub const fn new(runner: Runner, side: u32) -> Self {
        Self { runner, side }
    }

    /// Returns the net.
    #[must_use]
    pub fn net(&self) -> &Net {
        self.runner.net()
    }

    /// Returns the bytes that looking takes.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let size = Size::new(self.side, self.side);
        let schedule = Schedule::new(self.net(), &[size], usize::MAX);
        // Beside it, the copy and its samples.
        schedule.map_or(0, |schedule| schedule.memory_bytes()) + size.area() * 10
    }

    /// Counts what the net computes for each copy.
    fn arithmetic(&self) -> NetArithmetic {
        net::arithmetic(self.net(), Size::new(self.side, self.side))
    }

    /// Finds faces, in pixels of the picture; the best first, and several times what several anchors see.
    ///
    /// # Errors
    ///
    /// Those of running the net.
    pub fn find(&self, picture: &Pixmap) -> Result<Vec<Found>, Error> {
        let letterbox = Letterbox::new(picture, self.side)?;
        let outputs = self.runner.run_whole(std::slice::from_ref(&letterbox.input), Deadline::NONE)?;
        let grids: Vec<Grid> = outputs.into_iter().map(|output| Grid::of_samples(output, 1.0 / UNITS)).collect();
        let mut found = decode(&grids, self.side);
        found.iter_mut().for_each(|found| letterbox.place(found));
        Ok(found)
    }
}

/// Rounds what was found to pixels of the picture; what lies outside is left out.
#[must_use]
pub fn rectangles(found: &[Found], picture: Size) -> Vec<Rectangle> {
    let rectangle = |found: &Found| {
        let along = |edge: f64, len: u32| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
            let px = edge.round().clamp(0.0, f64::from(len)) as u32;
            px
        };
        let [left, top, right, bottom] = found.edges;
        let [left, right] = [left, right].map(|edge| along(edge, picture.width));
        let [top, bottom] = [top, bottom].map(|edge| along(edge, picture.height));
        let size = Size::new(right.saturating_sub(left), bottom.saturating_sub(top));
        (size.area() > 0).then_some(Rectangle { left, top, size })
    };
    found.iter().filter_map(rectangle).collect()
}
