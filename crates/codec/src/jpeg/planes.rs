//! JPEG by planes: luma and chroma as they are stored, or reduced, each by itself.
//!
//! Samples are lent out of the memory that the decoder puts them into, a row of MCUs at a time. What an MCU reaches over the
//! edges of the part that is asked for is cut off there. A profile is not followed: the probe names no planes of a file whose
//! profile changes colours.

use std::ops::Range;

use palmette_core::{Band, Deadline, Layout, Picture, Reading, Rectangle, Spacing};
use palmette_jpeg as jpeg;
use palmette_jpeg::{Component, Decoder, Model, PlaneBand, Request, Scale};

use super::markers::Header;
use super::{damaged, refused};
use crate::icc::ToSrgb;
use crate::reader::Bands;
use crate::{Cause, DecodeOptions, Error, OnDamage};

/// Returns how a file is read by rows: in its planes, if they are such as pictures have, and mean sRGB.
///
/// # Errors
///
/// [`Error::Core`] if memory for the profile runs out.
pub(super) fn layout(bytes: &[u8], header: &Header<'_>) -> Result<Layout, Error> {
    let Some(layout) = Decoder::new(bytes).ok().as_ref().and_then(stored_layout) else { return Ok(Layout::Rgba) };
    let icc = header.icc()?;
    let to_srgb =
        if layout == Layout::GRAY { ToSrgb::from_gray(icc.as_deref()) } else { ToSrgb::from_rgb(icc.as_deref()) };
    Ok(if to_srgb.is_identity() { layout } else { Layout::Rgba })
}

/// Returns the layout of the planes that a file stores; nothing if pictures have no such planes.
fn stored_layout(decoder: &Decoder<'_>) -> Option<Layout> {
    match (decoder.model(), decoder.components()) {
        (Model::Gray, [_]) => Some(Layout::GRAY),
        (Model::YCbCr, [luma, blue, red]) => {
            let [luma, blue, red] = [luma, blue, red].map(|component| spacing(component, decoder));
            let is_common = luma? == Spacing::ONE && blue? == red? && blue?.x <= 2 && blue?.y <= 2;
            is_common.then_some(Layout::ycc(blue?))
        }
        _ => None,
    }
}

/// Returns what a sample of a component stands for; nothing if that is no number of whole pixels.
fn spacing(component: &Component, decoder: &Decoder<'_>) -> Option<Spacing> {
    let (width, height) = decoder.mcu_size();
    let (horizontal, vertical) = component.sampling();
    // Pixels of an MCU, and samples of this component.
    let (samples_x, samples_y) = (8 * u32::from(horizontal), 8 * u32::from(vertical));
    let is_whole = width.is_multiple_of(samples_x) && height.is_multiple_of(samples_y);
    is_whole.then(|| Spacing::new(width / samples_x, height / samples_y))
}

/// Returns the scales that make planes of one layout out of those of another; nothing if none do.
fn scales(stored: Layout, wanted: Layout) -> Option<[Scale; 4]> {
    let mut scales = [Scale::Full; 4];
    if stored.is_rgba() || wanted.is_rgba() || stored.planes() != wanted.planes() {
        return None;
    }
    for (plane, scale) in scales.iter_mut().enumerate().take(stored.planes()) {
        let (stored, wanted) = (stored.spacing(plane), wanted.spacing(plane));
        let is_reached =
            |scale: Scale| (stored.x * scale.denominator(), stored.y * scale.denominator()) == (wanted.x, wanted.y);
        *scale = Scale::ALL.into_iter().find(|&scale| is_reached(scale))?;
    }
    Some(scales)
}

/// Returns the scales that make planes of such a layout.
fn scales_of(decoder: &Decoder<'_>, wanted: Layout) -> Result<[Scale; 4], Error> {
    let stored = stored_layout(decoder).unwrap_or(Layout::Rgba);
    Ok(scales(stored, wanted).ok_or(palmette_core::Error::WrongLayout { expected: wanted, actual: stored })?)
}

/// Returns the MCUs that a part of a picture is made of.
fn mcus(decoder: &Decoder<'_>, part: Rectangle) -> jpeg::Window {
    let (mcu_width, mcu_height) = decoder.mcu_size();
    let (right, bottom) = (part.left + part.size.width, part.top + part.size.height);
    jpeg::Window {
        columns: part.left / mcu_width..right.div_ceil(mcu_width),
        rows: part.top / mcu_height..bottom.div_ceil(mcu_height),
    }
}

/// Decodes several readings of a picture in one pass, each with its window.
///
/// # Errors
///
/// Those of [`Planes::new`], and [`Error::Damaged`] for damage anywhere.
pub(super) fn together(
    decoder: &Decoder<'_>,
    readings: &[(Reading, Rectangle)],
    deadline: Deadline,
) -> Result<Vec<Picture>, Error> {
    let scales = readings.iter().map(|(reading, _)| scales_of(decoder, reading.layout));
    let scales = scales.collect::<Result<Vec<_>, _>>()?;
    let windows = readings.iter().map(|&(_, window)| mcus(decoder, window));
    let around =
        windows.reduce(|a, b| jpeg::Window { columns: around(a.columns, b.columns), rows: around(a.rows, b.rows) });
    let mut bands = decoder.bands_at(&scales, around.as_ref()).map_err(refused)?;
    let picture = |(reading, window): &(Reading, Rectangle)| Picture::with_capacity(window.size, reading.layout);
    let mut pictures = readings.iter().map(picture).collect::<Result<Vec<_>, _>>()?;
    while bands.next_band() {
        deadline.check()?;
        for ((planes, picture), (reading, window)) in bands.planes_mut().zip(&mut pictures).zip(readings) {
            picture.append(&Band { planes: lent(planes, reading.layout, *window) })?;
        }
    }
    if let Some(&damage) = bands.damage() {
        return Err(damaged(damage.into()));
    }
    pictures.iter().try_for_each(Picture::check_whole)?;
    Ok(pictures)
}

/// Returns the range that holds two.
fn around(a: Range<u32>, b: Range<u32>) -> Range<u32> {
    a.start.min(b.start)..a.end.max(b.end)
}

/// The planes of a part of a picture.
pub(super) struct Planes<'a> {
    bands: jpeg::Bands<'a>,
    layout: Layout,
    window: Rectangle,
    is_damage_refused: bool,
    damage: Option<Cause>,
}

impl<'a> Planes<'a> {
    /// Starts to decode the window of a picture, which `reading` leads to.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if the file has no such planes or memory runs out, [`Error::Damaged`].
    pub(super) fn new(
        decoder: &Decoder<'a>,
        reading: &Reading,
        window: Rectangle,
        options: &DecodeOptions,
    ) -> Result<Self, Error> {
        let scales = scales_of(decoder, reading.layout)?;
        let bands = decoder.bands(&Request { scales, window: Some(mcus(decoder, window)) }).map_err(refused)?;
        let is_damage_refused = options.on_damage == OnDamage::Refuse;
        Ok(Self { bands, layout: reading.layout, window, is_damage_refused, damage: None })
    }
}

impl Bands for Planes<'_> {
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let is_there = self.bands.next_band().is_some();
        if let Some(damage) = self.bands.damage().copied().map(Cause::from) {
            if self.is_damage_refused {
                return Err(damaged(damage));
            }
            self.damage = Some(damage);
        }
        if !is_there {
            return Ok(None);
        }
        Ok(Some(Band { planes: lent(self.bands.planes_mut(), self.layout, self.window) }))
    }

    fn damage(&self) -> Option<&Cause> {
        self.damage.as_ref()
    }

    fn into_picture(mut self: Box<Self>, deadline: Deadline) -> Result<(Picture, Option<Cause>), Error> {
        let mut picture = Picture::with_capacity(self.window.size, self.layout)?;
        while let Some(band) = self.next_band()? {
            picture.append(&band)?;
            deadline.check()?;
        }
        picture.check_whole()?;
        Ok((picture, self.damage))
    }
}

/// Lends the part of a band that is inside of a window.
fn lent(bands: &mut [PlaneBand], layout: Layout, window: Rectangle) -> [&mut [u8]; Layout::MAX_PLANES] {
    let mut planes: [&mut [u8]; Layout::MAX_PLANES] = [&mut [], &mut [], &mut []];
    for (index, (lent, plane)) in planes.iter_mut().zip(bands).enumerate() {
        *lent = cut(plane, layout.spacing(index), window);
    }
    planes
}

/// Cuts out of a band what is inside of a window, whose left and upper edge are those of whole samples.
fn cut(plane: &mut PlaneBand, spacing: Spacing, window: Rectangle) -> &mut [u8] {
    let samples = spacing.samples(window.size);
    let columns = part(window.left / spacing.x, samples.width, plane.x(), plane.width());
    let rows = part(window.top / spacing.y, samples.height, plane.y(), plane.rows().len());
    plane.pack(columns, rows)
}

/// Returns which of the `band_length` samples from `band_start` on are among the `length` samples from `start` on.
fn part(start: u32, length: u32, band_start: u32, band_length: usize) -> Range<usize> {
    let first = (start.saturating_sub(band_start) as usize).min(band_length);
    let end = ((start + length).saturating_sub(band_start) as usize).clamp(first, band_length);
    first..end
}
