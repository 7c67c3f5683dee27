//! JPEG by planes: luma and chroma as they are stored, or reduced.

use palmette_core::{Layout, Spacing};
use palmette_jpeg::{Component, Decoder, Model};

use super::markers::Header;
use crate::Error;
use crate::icc::ToSrgb;

/// Returns how a file is read by rows: in its planes, if they are such as pictures have, and mean sRGB.
///
/// # Errors
///
/// [`Error::Core`] if memory for the profile cannot be had.
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
