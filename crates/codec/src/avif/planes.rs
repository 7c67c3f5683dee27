//! AVIF by planes: luma and chroma as they are coded, where they mean what planes of a picture mean.
//!
//! That is 8 bits, full range, the matrix of BT.601, no alpha, no colours to convert and nothing cut off: what cameras and this
//! crate write. Planes need no conversion, and a resize has 1.5 samples a pixel to do instead of 4: a request that makes 800 pixels
//! of 12 megapixels, decoder and encoder included, takes 0.52 of the instructions.

use palmette_core::{Band, Deadline, Layout, Picture as Whole, Reading, Rectangle, Spacing};

use super::tiles::DecodedLayer;
use super::{damaged, dav1d};
use crate::area::Area;
use crate::heif::Picture;
use crate::planar::{AnyPlanes, Chroma, Planes};
use crate::reader::{BAND_ROWS, Bands};
use crate::{Cause, DecodeOptions, Error};

/// Matrices that are BT.601: by the lines of PAL and of NTSC, and what is not named.
const BT_601: [u8; 3] = [5, 6, 2];

/// Returns how a picture is read by rows: in its planes, if they are such as pictures have, and mean sRGB.
pub(super) fn layout(picture: &Picture<'_>) -> Layout {
    planes_of(picture).unwrap_or(Layout::Rgba)
}

/// Returns the layout of the planes of a picture, as its headers tell it; nothing if pictures have no such planes.
fn planes_of(picture: &Picture<'_>) -> Option<Layout> {
    if picture.alpha.is_some() || picture.view.area != Area::whole(picture.color.size) {
        return None;
    }
    let header = dav1d::peek(&picture.color.first_bytes().ok()?)?;
    let colors = picture.nclx.unwrap_or(header.colors);
    let means_planes = header.format.bits == 8 && colors.is_full_range && BT_601.contains(&colors.matrix);
    let layout = layout_of(header.format.chroma);
    let is_srgb = || picture.to_srgb(colors, layout == Layout::GRAY).is_identity();
    (means_planes && is_srgb()).then_some(layout)
}

/// Returns the layout of planes.
const fn layout_of(chroma: Chroma) -> Layout {
    match chroma {
        Chroma::None => Layout::GRAY,
        Chroma::Full => Layout::ycc(Spacing::ONE),
        Chroma::HalfWidth => Layout::ycc(Spacing::new(2, 1)),
        Chroma::Half => Layout::ycc(Spacing::new(2, 2)),
    }
}

/// The planes of a part of a picture. It is decoded when the first rows are asked for, and lent some rows at a time.
pub(super) struct PlaneBands<'a> {
    picture: Picture<'a>,
    options: DecodeOptions,
    layout: Layout,
    window: Rectangle,
    /// Absent until it is decoded.
    layer: Option<DecodedLayer<'a>>,
    /// The row of the window, in pixels, that comes next.
    row: u32,
    band: [Vec<u8>; Layout::MAX_PLANES],
    damage: Option<Cause>,
}

impl<'a> PlaneBands<'a> {
    /// Prepares for the window of a picture.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if the picture has no such planes.
    pub(super) fn new(
        picture: Picture<'a>,
        reading: &Reading,
        window: Rectangle,
        options: &DecodeOptions,
    ) -> Result<Self, Error> {
        let actual = layout(&picture);
        if reading.layout != actual {
            return Err(palmette_core::Error::WrongLayout { expected: reading.layout, actual }.into());
        }
        let (options, band) = (*options, Default::default());
        Ok(Self { picture, options, layout: actual, window, layer: None, row: 0, band, damage: None })
    }

    /// Decodes the picture, unless that was done.
    fn decode(&mut self) -> Result<(), Error> {
        if self.layer.is_some() {
            return Ok(());
        }
        let mut layer = DecodedLayer::decode(&self.picture.color, &self.options)?;
        let format = layer.planes().format();
        if (format.bits, layout_of(format.chroma)) != (8, self.layout) {
            return Err(damaged(Cause::new("its planes are others than its header says")));
        }
        self.damage = layer.damage.take();
        self.layer = Some(layer);
        Ok(())
    }
}

impl Bands for PlaneBands<'_> {
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        self.decode()?;
        let Self { layer: Some(layer), layout, window, row, band, .. } = self else { return Ok(None) };
        let AnyPlanes::Bytes(planes) = layer.planes() else { return Ok(None) };
        let end = window.size.height.min(*row + BAND_ROWS);
        if *row == end {
            return Ok(None);
        }
        for (index, band) in band.iter_mut().enumerate().take(layout.planes()) {
            copy_rows(&planes, index, layout.spacing(index), *window, *row..end, band)?;
        }
        self.row = end;
        Ok(Some(Band { planes: self.band.each_mut().map(Vec::as_mut_slice) }))
    }

    fn damage(&self) -> Option<&Cause> {
        self.damage.as_ref()
    }

    fn into_picture(mut self: Box<Self>, deadline: Deadline) -> Result<(Whole, Option<Cause>), Error> {
        let mut whole = Whole::with_capacity(self.window.size, self.layout)?;
        while let Some(band) = self.next_band()? {
            whole.append(&band)?;
            deadline.check()?;
        }
        whole.check_whole()?;
        Ok((whole, self.damage))
    }
}

/// Copies what a plane has of some rows of a window, whose left and upper edge are those of whole samples.
fn copy_rows(
    planes: &Planes<'_, u8>,
    index: usize,
    spacing: Spacing,
    window: Rectangle,
    rows: std::ops::Range<u32>,
    band: &mut Vec<u8>,
) -> Result<(), Error> {
    let (left, top) = ((window.left / spacing.x) as usize, window.top / spacing.y);
    let width = spacing.samples(window.size).width as usize;
    let rows = top + rows.start.div_ceil(spacing.y)..top + rows.end.div_ceil(spacing.y);
    let bytes = width * rows.len();
    band.clear();
    band.try_reserve_exact(bytes).map_err(|_| palmette_core::Error::OutOfMemory { bytes: bytes as u64 })?;
    rows.for_each(|y| band.extend_from_slice(&planes.planes[index].row(y)[left..left + width]));
    Ok(())
}
