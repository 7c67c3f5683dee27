//! Rows of pixels: what libjpeg-turbo makes of a picture by default, to the bit, a row at a time.
//!
//! Chroma is enlarged and converted as the bands come; beside a band, only the few rows of it are kept that the first rows
//! of the next one need.

use crate::color;
use crate::decode::try_filled;
use crate::upsample::{self, Method};
use crate::{Bands, Damage, Decoder, Error, Model, PlaneBand, Request, Scale};

impl<'a> Decoder<'a> {
    /// Starts to decode at full size: rows of pixels.
    ///
    /// # Errors
    ///
    /// As [`bands`](Self::bands); [`Error::UnsupportedComponents`] if nobody knows what the components are, and
    /// [`Error::UnsupportedSampling`] if a plane's size and the picture's are in no whole ratio.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = std::fs::read("photo.jpg")?;
    /// let decoder = palmette_jpeg::Decoder::new(&file)?;
    /// let (width, height) = decoder.size();
    /// let mut rows = decoder.rows()?;
    /// while let Some(rgba) = rows.next_row() {
    ///     assert_eq!(rgba.len(), 4 * width as usize);
    /// }
    /// assert!(rows.damage().is_none(), "a whole picture of {height} rows");
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows(&self) -> Result<Rows<'a>, Error> {
        Rows::new(self)
    }
}

/// The pixels of a picture, row by row, four bytes each.
///
/// [`Gray`](Model::Gray), [`Rgb`](Model::Rgb) and [`YCbCr`](Model::YCbCr) become RGBA of alpha 255; [`Cmyk`](Model::Cmyk)
/// and [`Ycck`](Model::Ycck) four inks as they are stored, which mostly is inverted.
#[derive(Debug)]
pub struct Rows<'a> {
    bands: Bands<'a>,
    model: Model,
    planes: Vec<Plane>,
    upsample: upsample::Kernels,
    color: color::Kernels,
    width: usize,
    height: u32,
    /// The row that comes next.
    row: u32,
    /// A row for those who bring none.
    pixels: Vec<u8>,
}

impl<'a> Rows<'a> {
    /// Prepares for decoding.
    fn new(decoder: &Decoder<'a>) -> Result<Self, Error> {
        let model = decoder.model();
        let components = decoder.components();
        if model == Model::Unknown {
            return Err(Error::UnsupportedComponents { count: u8::try_from(components.len()).unwrap_or(u8::MAX) });
        }
        let (width, height) = decoder.size();
        let largest = components.iter().map(|component| component.sampling());
        let largest = largest.fold((1, 1), |(h, v), (h2, v2)| (h.max(h2), v.max(v2)));
        let mut planes = Vec::new();
        for component in components {
            let (plane_width, plane_height) = component.plane_size(Scale::Full);
            let method = Method::new(component.sampling(), largest, plane_width as usize);
            planes.push(Plane::new(
                method.ok_or(Error::UnsupportedSampling)?,
                plane_width as usize,
                plane_height,
                width as usize,
            )?);
        }
        Ok(Self {
            bands: decoder.bands(&Request::default())?,
            model,
            planes,
            upsample: upsample::Kernels::fastest(),
            color: color::Kernels::fastest(),
            width: width as usize,
            height,
            row: 0,
            pixels: Vec::new(),
        })
    }

    /// Returns what the components of the file are, and with it what the pixels are.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// Returns what was found to be lacking so far; all is known behind the last row.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.bands.damage()
    }

    /// Returns the next row; absent behind the last one.
    pub fn next_row(&mut self) -> Option<&[u8]> {
        let mut pixels = std::mem::take(&mut self.pixels);
        pixels.resize(4 * self.width, 0);
        let is_there = self.read_row(&mut pixels);
        self.pixels = pixels;
        is_there.then_some(&self.pixels)
    }

    /// Writes the next row, and tells whether there was one.
    ///
    /// # Panics
    ///
    /// If `out` is not width × 4 bytes long.
    pub fn read_row(&mut self, out: &mut [u8]) -> bool {
        assert_eq!(out.len(), 4 * self.width, "four bytes a pixel");
        if self.row >= self.height {
            return false;
        }
        while self.planes.iter().zip(self.bands.planes()).any(|(plane, band)| plane.lacks(self.row, band)) {
            for (plane, band) in self.planes.iter_mut().zip(self.bands.planes()) {
                plane.keep(self.row, band);
            }
            if self.bands.next_band().is_none() {
                return false;
            }
        }
        for (plane, band) in self.planes.iter_mut().zip(self.bands.planes()) {
            plane.enlarge(self.row, band, &self.upsample);
        }
        let row = |i: usize| -> &[u8] {
            let (Some(plane), Some(band)) = (self.planes.get(i), self.bands.planes().get(i)) else { return &[] };
            plane.enlarged(self.row, band)
        };
        match self.model {
            Model::Gray | Model::Unknown => color::gray_to_rgba(row(0), out),
            Model::YCbCr => (self.color.ycc_to_rgba)([row(0), row(1), row(2)], out),
            Model::Rgb => color::rgb_to_rgba([row(0), row(1), row(2)], out),
            Model::Cmyk => color::inks([row(0), row(1), row(2), row(3)], out),
            Model::Ycck => color::ycck_to_inks([row(0), row(1), row(2), row(3)], out),
        }
        self.row += 1;
        true
    }
}

/// One plane on its way to the size of the picture.
#[derive(Debug)]
struct Plane {
    method: Method,
    width: usize,
    /// Rows of the plane.
    height: u32,
    /// Rows of earlier bands that are still needed.
    kept: Vec<u8>,
    /// The first of them.
    kept_y: u32,
    /// The row that is being made, if it is not one of the plane's.
    enlarged: Vec<u8>,
    /// Pixels of a row.
    pixels: usize,
}

impl Plane {
    /// Prepares for a plane.
    fn new(method: Method, width: usize, height: u32, pixels: usize) -> Result<Self, Error> {
        let len = match method {
            Method::Full | Method::Repeat(1, _) => 0,
            Method::Down => width,
            Method::Across | Method::Both => 2 * width,
            Method::Repeat(..) => pixels,
        };
        Ok(Self { method, width, height, kept: Vec::new(), kept_y: 0, enlarged: try_filled(0, len)?, pixels })
    }

    /// Returns the row of the plane that a row of the picture lies in, and the nearest other one, if it counts.
    fn sources(&self, row: u32) -> [u32; 2] {
        let near = row / self.method.rows();
        let far = match (self.method.mixes_rows(), row.is_multiple_of(2)) {
            (false, _) => near,
            (true, true) => near.saturating_sub(1),
            (true, false) => (near + 1).min(self.height - 1),
        };
        [near, far]
    }

    /// Tells whether a row of the picture needs rows behind those of a band.
    fn lacks(&self, row: u32, band: &PlaneBand) -> bool {
        let [near, far] = self.sources(row);
        near.max(far) >= band.end()
    }

    /// Keeps the rows of a band that a row of the picture, or one behind it, needs.
    fn keep(&mut self, row: u32, band: &PlaneBand) {
        let [near, far] = self.sources(row);
        let first = near.min(far);
        let mut kept = std::mem::take(&mut self.kept);
        let earlier = (band.y().saturating_sub(first) as usize * self.width).min(kept.len());
        kept.drain(..kept.len() - earlier);
        for y in first.max(band.y())..band.end() {
            kept.extend_from_slice(band.row(y));
        }
        self.kept = kept;
        self.kept_y = first;
    }

    /// Returns a row of the plane, of this band or an earlier one.
    fn row<'b>(&'b self, y: u32, band: &'b PlaneBand) -> &'b [u8] {
        if y >= band.y() {
            return band.row(y);
        }
        let start = (y - self.kept_y) as usize * self.width;
        &self.kept[start..start + self.width]
    }

    /// Makes what a row of the picture is to have of the plane.
    fn enlarge(&mut self, row: u32, band: &PlaneBand, kernels: &upsample::Kernels) {
        let mut out = std::mem::take(&mut self.enlarged);
        let [near, far] = self.sources(row).map(|y| self.row(y, band));
        match self.method {
            Method::Full | Method::Repeat(1, _) => {}
            Method::Across => (kernels.across)(near, &mut out),
            Method::Both => (kernels.both)(near, far, &mut out),
            Method::Down if row.is_multiple_of(2) => (kernels.above)(near, far, &mut out),
            Method::Down => (kernels.below)(near, far, &mut out),
            Method::Repeat(times, _) => upsample::repeat(near, times, &mut out),
        }
        self.enlarged = out;
    }

    /// Returns what was made.
    fn enlarged<'b>(&'b self, row: u32, band: &'b PlaneBand) -> &'b [u8] {
        let [near, _] = self.sources(row);
        let enlarged = if self.enlarged.is_empty() { self.row(near, band) } else { &self.enlarged };
        &enlarged[..self.pixels]
    }
}
