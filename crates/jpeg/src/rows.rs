//! Rows of pixels: what libjpeg-turbo makes of a picture by default, to the bit, a row at a time.
//!
//! Chroma is enlarged and converted as the bands come; beside a band, only the few rows of it are kept that the first rows
//! of the next one need. Of an area no more is decoded than the MCUs that it touches, and those beside them that its edge
//! is interpolated with.

mod plane;

use std::ops::Range;

use self::plane::Plane;
use crate::color;
use crate::decode::{Scale, Window};
use crate::upsample::{self, Method};
use crate::{Bands, Component, Damage, Decoder, Error, Model, Request};

/// Which pixels are wanted; by default all, at full size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PixelRequest {
    /// The size of the whole picture beside its full size.
    pub scale: Scale,
    /// Which pixels of the picture at that scale are wanted; absent: all.
    pub area: Option<Area>,
}

/// A part of a picture, in pixels; what reaches beyond the picture is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Columns of pixels.
    pub columns: Range<u32>,
    /// Rows of pixels.
    pub rows: Range<u32>,
}

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
        Rows::new(self, &PixelRequest::default())
    }

    /// Starts to decode a reduced picture, or an area: rows of pixels.
    ///
    /// A reduced picture is libjpeg-turbo's: chroma is reduced no further than luma, if it can be helped. An area is what
    /// the whole picture has there, to the bit.
    ///
    /// # Errors
    ///
    /// As [`rows`](Self::rows).
    ///
    /// # Examples
    ///
    /// The middle of a picture at half its size:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use palmette_jpeg::{Area, Decoder, PixelRequest, Scale};
    ///
    /// let file = std::fs::read("photo.jpg")?;
    /// let decoder = Decoder::new(&file)?;
    /// let scale = Scale::Half;
    /// let (width, height) = decoder.size_at(scale);
    /// let area = Area { columns: width / 4..width * 3 / 4, rows: height / 4..height * 3 / 4 };
    /// let mut rows = decoder.pixels(&PixelRequest { scale, area: Some(area) })?;
    /// let mut pixels = vec![0; 4 * rows.width() * rows.height()];
    /// for row in pixels.chunks_mut(4 * rows.width()) {
    ///     assert!(rows.read_row(row));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pixels(&self, request: &PixelRequest) -> Result<Rows<'a>, Error> {
        Rows::new(self, request)
    }

    /// Returns width and height in pixels at a scale.
    #[must_use]
    pub const fn size_at(&self, scale: Scale) -> (u32, u32) {
        let (width, height) = self.size();
        (width.div_ceil(scale.denominator()), height.div_ceil(scale.denominator()))
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
    /// The wanted columns, counted from the first that is decoded.
    columns: Range<usize>,
    /// The wanted rows of the picture.
    rows: Range<u32>,
    /// The row that comes next.
    row: u32,
    /// A row for those who bring none.
    pixels: Vec<u8>,
}

impl<'a> Rows<'a> {
    /// Prepares for decoding.
    fn new(decoder: &Decoder<'a>, request: &PixelRequest) -> Result<Self, Error> {
        let model = decoder.model();
        let components = decoder.components();
        if model == Model::Unknown {
            return Err(Error::UnsupportedComponents { count: u8::try_from(components.len()).unwrap_or(u8::MAX) });
        }
        let grid = Grid::new(decoder, request.scale);
        let area = grid.cut(request.area.as_ref());
        let window = grid.window(&area);
        let scales = grid.scales(components);
        let bands = decoder.bands(&Request { scales, window: Some(window.clone()) })?;
        let first = window.columns.start * grid.mcu.0;
        let decoded = (window.columns.end * grid.mcu.0).min(grid.size.0).saturating_sub(first) as usize;
        let mut planes = Vec::new();
        for ((component, scale), band) in components.iter().zip(scales).zip(bands.planes()) {
            let (plane_width, plane_height) = component.plane_size(scale);
            let method = Method::new(
                grid.samples(component, scale),
                grid.samples_of_mcu(),
                plane_width as usize,
                request.scale != Scale::Eighth,
            );
            planes.push(Plane::new(method.ok_or(Error::UnsupportedSampling)?, band.width(), plane_height, decoded)?);
        }
        Ok(Self {
            bands,
            model,
            planes,
            upsample: upsample::Kernels::fastest(),
            color: color::Kernels::fastest(),
            columns: (area.columns.start - first) as usize..(area.columns.end - first) as usize,
            row: area.rows.start,
            rows: area.rows,
            pixels: Vec::new(),
        })
    }

    /// Returns the meaning of the file's components, which decides that of the pixels.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// Returns how many pixels a row has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.columns.end - self.columns.start
    }

    /// Returns how many rows there are in all.
    #[must_use]
    pub const fn height(&self) -> usize {
        (self.rows.end - self.rows.start) as usize
    }

    /// Returns the damage that was found so far; all is known behind the last row.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.bands.damage()
    }

    /// Returns the next row; absent behind the last one.
    pub fn next_row(&mut self) -> Option<&[u8]> {
        let mut pixels = std::mem::take(&mut self.pixels);
        pixels.resize(4 * self.width(), 0);
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
        assert_eq!(out.len(), 4 * self.width(), "four bytes a pixel");
        if self.row >= self.rows.end {
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
            &plane.enlarged(self.row, band)[self.columns.clone()]
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

/// A picture at a scale.
struct Grid {
    scale: Scale,
    /// Width and height in pixels.
    size: (u32, u32),
    /// Width and height of an MCU in pixels.
    mcu: (u32, u32),
    /// The largest sampling factors.
    factors: (u8, u8),
}

impl Grid {
    /// Lays out a picture.
    fn new(decoder: &Decoder<'_>, scale: Scale) -> Self {
        let (width, height) = decoder.mcu_size();
        let factors = decoder.components().iter().map(Component::sampling);
        Self {
            scale,
            size: decoder.size_at(scale),
            mcu: (width / scale.denominator(), height / scale.denominator()),
            factors: factors.fold((1, 1), |(h, v), (h2, v2)| (h.max(h2), v.max(v2))),
        }
    }

    /// Cuts an area to the picture.
    fn cut(&self, area: Option<&Area>) -> Area {
        let clip = |range: Range<u32>, end: u32| range.start.min(range.end).min(end)..range.end.min(end);
        let area = area.cloned().unwrap_or(Area { columns: 0..u32::MAX, rows: 0..u32::MAX });
        Area { columns: clip(area.columns, self.size.0), rows: clip(area.rows, self.size.1) }
    }

    /// Returns the MCUs that an area is made of: with a column on either side, and the rows of the pixels above and below.
    fn window(&self, area: &Area) -> Window {
        let (width, height) = self.mcu;
        let columns = (area.columns.start / width).saturating_sub(1)..area.columns.end.div_ceil(width) + 1;
        let rows = area.rows.start.saturating_sub(1) / height..(area.rows.end + 1).div_ceil(height);
        let end = self.size.0.div_ceil(width);
        Window { columns: columns.start..columns.end.min(end), rows }
    }

    /// Chooses the scale of each plane: that of the picture, or the largest at which the plane is still no larger than it.
    fn scales(&self, components: &[Component]) -> [Scale; 4] {
        let mut scales = [self.scale; 4];
        for (scale, component) in scales.iter_mut().zip(components) {
            // From the next larger on, each twice the one before; libjpeg stops where a plane would be too large.
            for larger in Scale::ALL.into_iter().rev().filter(|it| it.denominator() < self.scale.denominator()) {
                let ((h, v), (h_max, v_max)) = (self.samples(component, larger), self.samples_of_mcu());
                if !(h_max.is_multiple_of(h) && v_max.is_multiple_of(v)) {
                    break;
                }
                *scale = larger;
            }
        }
        scales
    }

    /// Returns the samples that a component has of an MCU at a scale, across and down.
    const fn samples(&self, component: &Component, scale: Scale) -> (u8, u8) {
        let (h, v) = component.sampling();
        let side = Self::side(scale);
        (h * side, v * side)
    }

    /// Returns the pixels of an MCU, across and down.
    const fn samples_of_mcu(&self) -> (u8, u8) {
        let side = Self::side(self.scale);
        (self.factors.0 * side, self.factors.1 * side)
    }

    /// Returns the samples of a block, along each axis.
    const fn side(scale: Scale) -> u8 {
        match scale {
            Scale::Full => 8,
            Scale::Half => 4,
            Scale::Quarter => 2,
            Scale::Eighth => 1,
        }
    }
}
