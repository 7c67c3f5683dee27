//! Pictures in planes as real numbers, each sample with the place where it lies.
//!
//! Nothing is kept aligned here: a mirrored plane of half the size may begin half a sample before its picture, and a cut one
//! within a sample. Samples at other places, and pixels, are resampled from where these lie.

use palmette_core::{Layout, Picture, Size, Spacing};
use palmette_ops::{Color, Draw, Flip, Rotate};

use super::RealPixmap;
use super::blend::Placement;
use super::geometry::Fitted;
use super::real::level;
use super::resample::{Line, Taps, Target, filter, line};

/// One plane of a picture.
#[derive(Clone, Debug)]
pub struct RealPlane {
    /// Where samples lie from left to right.
    pub columns: Line,
    /// Where they lie from top to bottom.
    pub rows: Line,
    /// The samples in levels, row by row.
    pub samples: Vec<f64>,
}

/// A picture in planes: Y, and Cb and Cr unless it is grey.
#[derive(Clone, Debug)]
pub struct RealPlanes {
    /// The size in pixels.
    pub size: Size,
    /// The planes, one or three.
    pub planes: Vec<RealPlane>,
}

/// What a picture in planes becomes, before rounding.
#[derive(Clone, Debug)]
pub enum Made {
    /// Opaque pixels.
    Pixels(RealPixmap),
    /// Planes.
    Planes(RealPlanes),
}

impl RealPlane {
    /// Takes the samples of a plane.
    ///
    /// # Panics
    ///
    /// If there are not as many as the lines say.
    #[must_use]
    pub fn new(columns: Line, rows: Line, samples: impl IntoIterator<Item = u8>) -> Self {
        let samples: Vec<f64> = samples.into_iter().map(f64::from).collect();
        assert_eq!(samples.len(), columns.count as usize * rows.count as usize, "a plane has all its samples");
        Self { columns, rows, samples }
    }

    fn at(&self, x: u32, y: u32) -> f64 {
        self.samples[y as usize * self.columns.count as usize + x as usize]
    }

    /// Makes a plane whose every sample is one of this plane.
    fn rearranged(&self, columns: Line, rows: Line, source: impl Fn(u32, u32) -> (u32, u32)) -> Self {
        let points = (0..rows.count).flat_map(|y| (0..columns.count).map(move |x| (x, y)));
        let samples = points.map(|(x, y)| {
            let (x, y) = source(x, y);
            self.at(x, y)
        });
        Self { columns, rows, samples: samples.collect() }
    }

    fn mirrored_x(&self) -> Self {
        self.rearranged(self.columns.mirrored(), self.rows, |x, y| (self.columns.count - 1 - x, y))
    }

    fn mirrored_y(&self) -> Self {
        self.rearranged(self.columns, self.rows.mirrored(), |x, y| (x, self.rows.count - 1 - y))
    }

    fn transposed(&self) -> Self {
        self.rearranged(self.rows, self.columns, |x, y| (y, x))
    }

    /// Resamples to a window of the scaled picture; says whether that only copies.
    fn resampled(&self, fitted: &Fitted, spacing: Spacing) -> (Self, bool) {
        let Fitted { scaled, window, left, top } = *fitted;
        let columns = Target { scaled: scaled.width, window: left..left + window.width, spacing: spacing.x };
        let rows = Target { scaled: scaled.height, window: top..top + window.height, spacing: spacing.y };
        let (across, down) = (line(self.columns, &columns), line(self.rows, &rows));
        let samples: Vec<[f64; 1]> = self.samples.iter().map(|&sample| [sample]).collect();
        let samples = filter(&samples, self.columns.count as usize, &across, &down).into_iter().map(|[sample]| sample);
        let is_copy = across.iter().chain(&down).all(|Taps { weights, .. }| weights[..] == [1.0]);
        let made = Self {
            columns: Line::whole(window.width, spacing.x),
            rows: Line::whole(window.height, spacing.y),
            samples: samples.collect(),
        };
        (made, is_copy)
    }
}

impl RealPlanes {
    /// Takes a picture in planes as it is.
    #[must_use]
    pub fn of_picture(picture: &Picture) -> Self {
        let (size, layout) = (picture.size(), picture.layout());
        let planes = (0..layout.planes()).map(|plane| {
            let Spacing { x, y } = layout.spacing(plane);
            let (columns, rows) = (Line::whole(size.width, x), Line::whole(size.height, y));
            RealPlane::new(columns, rows, picture.plane(plane).iter().copied())
        });
        Self { size, planes: planes.collect() }
    }

    fn map(&self, size: Size, plane: impl FnMut(&RealPlane) -> RealPlane) -> Self {
        Self { size, planes: self.planes.iter().map(plane).collect() }
    }

    /// Mirrors.
    #[must_use]
    pub fn flipped(&self, flip: Flip) -> Self {
        self.map(self.size, |plane| match flip {
            Flip::Horizontal => plane.mirrored_x(),
            Flip::Vertical => plane.mirrored_y(),
            Flip::Both => plane.mirrored_x().mirrored_y(),
        })
    }

    /// Turns clockwise.
    #[must_use]
    pub fn rotated(&self, rotate: Rotate) -> Self {
        match rotate {
            Rotate::None => self.clone(),
            Rotate::Half => self.flipped(Flip::Both),
            Rotate::Quarter => self.map(self.size.transposed(), |plane| plane.transposed().mirrored_x()),
            Rotate::ThreeQuarters => self.map(self.size.transposed(), |plane| plane.transposed().mirrored_y()),
        }
    }

    /// Keeps a part of the picture, with the samples that lie in it, at least in part.
    #[must_use]
    pub fn cropped(&self, left: u32, top: u32, size: Size) -> Self {
        self.map(size, |plane| {
            let (columns, x) = plane.columns.cropped(left, size.width);
            let (rows, y) = plane.rows.cropped(top, size.height);
            plane.rearranged(columns, rows, |column, row| (x + column, y + row))
        })
    }

    /// Scales, and keeps a window, in planes with this spacing of chroma; says whether that only copies.
    #[must_use]
    pub fn resampled(&self, fitted: &Fitted, chroma: Spacing) -> (Self, bool) {
        let mut is_copy = true;
        let mut spacing = Spacing::ONE;
        let made = self.map(fitted.window, |plane| {
            let (made, copies) = plane.resampled(fitted, spacing);
            (is_copy, spacing) = (is_copy && copies, chroma);
            made
        });
        (made, is_copy)
    }

    /// Converts planes of full size to pixels.
    #[must_use]
    pub fn to_pixels(&self) -> RealPixmap {
        let pixels = (0..self.planes[0].samples.len()).map(|index| match &self.planes[..] {
            [luma] => [luma.samples[index]; 3],
            planes => to_rgb([0, 1, 2].map(|plane| planes[plane].samples[index])),
        });
        let pixels = pixels.map(|[red, green, blue]| [red, green, blue, 255.0]).collect();
        RealPixmap::from_premultiplied(self.size, pixels)
    }

    /// Places the picture on a canvas of an opaque colour.
    ///
    /// # Panics
    ///
    /// If a sample would have to move.
    #[must_use]
    pub fn padded(&self, canvas: Size, (left, top): (u32, u32), surround: Color) -> Self {
        let colors = to_ycc([surround.red, surround.green, surround.blue]).map(|value| f64::from(level(value)));
        let mut colors = colors.into_iter();
        self.map(canvas, |plane| {
            let color = colors.next().expect("at most three planes");
            let (x, y) = (plane.columns.spacing, plane.rows.spacing);
            assert!(left.is_multiple_of(x) && top.is_multiple_of(y), "samples keep their places");
            let (columns, rows) = (Line::whole(canvas.width, x), Line::whole(canvas.height, y));
            let mut samples = Vec::new();
            for (row, column) in (0..rows.count).flat_map(|row| (0..columns.count).map(move |column| (row, column))) {
                let place = (column.checked_sub(left / x), row.checked_sub(top / y));
                samples.push(match place {
                    (Some(x), Some(y)) if x < plane.columns.count && y < plane.rows.count => plane.at(x, y),
                    _ => color,
                });
            }
            RealPlane { columns, rows, samples }
        })
    }

    /// Draws an overlay with `over`: every sample becomes the mean of what the pixels that it stands for would become.
    #[must_use]
    pub fn drawn(&self, overlay: &palmette_core::Pixmap, options: &Draw) -> Self {
        let columns = Placement::of_columns(self.size, overlay.size(), options);
        let rows = Placement::of_rows(self.size, overlay.size(), options);
        let mut index = 0..;
        self.map(self.size, |plane| {
            let component = index.next().expect("without end");
            let mut made = plane.clone();
            let steps = [plane.columns.spacing, plane.rows.spacing].map(|step| step as usize);
            let width = plane.columns.count as usize;
            for (at, sample) in made.samples.iter_mut().enumerate() {
                let left = u32::try_from(at % width * steps[0]).expect("a column");
                let top = u32::try_from(at / width * steps[1]).expect("a row");
                let (mut sum, mut count, below) = (0.0, 0.0, *sample);
                for y in (top..self.size.height).take(steps[1]) {
                    for x in (left..self.size.width).take(steps[0]) {
                        count += 1.0;
                        sum += match (columns.source_of(x), rows.source_of(y)) {
                            (Some(x), Some(y)) => {
                                let [red, green, blue, alpha] = overlay.pixel(x, y);
                                let weight = f64::from(alpha) / 255.0 * options.opacity;
                                weight * to_ycc([red, green, blue])[component] + (1.0 - weight) * below
                            }
                            _ => below,
                        };
                    }
                }
                *sample = sum / count;
            }
            made
        })
    }

    /// Tells whether every sample lies in the middle of the pixels that it stands for.
    #[must_use]
    pub fn are_in_place(&self) -> bool {
        self.planes.iter().all(|plane| plane.columns.is_whole() && plane.rows.is_whole())
    }

    /// Rounds every sample.
    ///
    /// # Panics
    ///
    /// If samples are not in their places.
    #[must_use]
    pub fn rounded(&self) -> Picture {
        assert!(self.are_in_place(), "a picture of samples at other places has no name");
        let spacing = |plane: &RealPlane| Spacing::new(plane.columns.spacing, plane.rows.spacing);
        let layout = Layout::Planes { luma: spacing(&self.planes[0]), chroma: self.planes.get(1).map(spacing) };
        let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
        for (bytes, plane) in planes.iter_mut().zip(&self.planes) {
            *bytes = plane.samples.iter().map(|&sample| level(sample)).collect();
        }
        Picture::from_planes(self.size, layout, planes).expect("all samples are there")
    }
}

/// The matrix of JFIF, solved for red, green and blue.
fn to_rgb([luma, blue, red]: [f64; 3]) -> [f64; 3] {
    let (blue, red) = (1.772 * (blue - 128.0), 1.402 * (red - 128.0));
    [luma + red, luma - (0.114 * blue + 0.299 * red) / 0.587, luma + blue]
}

/// The matrix of JFIF.
#[must_use]
pub fn to_ycc(color: [u8; 3]) -> [f64; 3] {
    let [red, green, blue] = color.map(f64::from);
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [luma, (blue - luma) / 1.772 + 128.0, (red - luma) / 1.402 + 128.0]
}
