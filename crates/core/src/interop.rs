//! The way from and to the crate `image`, behind the feature `image`.
//!
//! A [`DynamicImage`] may be empty and may be in another colour space than sRGB, so the way in can fail; the way out cannot.

use image::metadata::Cicp;
use image::{ConvertColorOptions, DynamicImage, RgbaImage};

use crate::{Error, Pixmap, Size};

/// Converts to 8-bit RGBA in sRGB. Pixels of that kind are taken as they are, without a copy.
///
/// ```
/// use image::{DynamicImage, Luma};
/// use palmette_core::Pixmap;
///
/// let mut gray = image::ImageBuffer::new(3, 2);
/// gray.put_pixel(2, 1, Luma([65_535_u16]));
/// let pixmap = Pixmap::try_from(DynamicImage::from(gray))?;
/// assert_eq!((pixmap.pixel(0, 0), pixmap.pixel(2, 1)), ([0, 0, 0, 255], [255; 4]));
/// # Ok::<(), palmette_core::Error>(())
/// ```
impl TryFrom<DynamicImage> for Pixmap {
    type Error = Error;

    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::ColorSpace`] if the colours cannot be converted to sRGB.
    fn try_from(mut image: DynamicImage) -> Result<Self, Error> {
        image.apply_color_space(Cicp::SRGB, ConvertColorOptions::default()).map_err(|_| Error::ColorSpace)?;
        let image = image.into_rgba8();
        Self::from_vec(Size::new(image.width(), image.height()), image.into_raw())
    }
}

/// Takes the pixels as they are, without a copy, if they are in sRGB.
impl TryFrom<RgbaImage> for Pixmap {
    type Error = Error;

    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::ColorSpace`] if the colours cannot be converted to sRGB.
    fn try_from(image: RgbaImage) -> Result<Self, Error> {
        DynamicImage::from(image).try_into()
    }
}

/// Takes the pixels as they are, without a copy.
///
/// ```
/// use image::{Rgba, RgbaImage};
/// use palmette_core::{Pixmap, Size};
///
/// let image = RgbaImage::from(Pixmap::filled(Size::new(3, 2), [9, 8, 7, 128])?);
/// assert_eq!((image.dimensions(), image.get_pixel(2, 1)), ((3, 2), &Rgba([9, 8, 7, 128])));
/// # Ok::<(), palmette_core::Error>(())
/// ```
impl From<Pixmap> for RgbaImage {
    fn from(pixmap: Pixmap) -> Self {
        let Size { width, height } = pixmap.size();
        Self::from_raw(width, height, pixmap.into_vec()).expect("a pixmap has the bytes of its size")
    }
}

/// Takes the pixels as they are, without a copy.
impl From<Pixmap> for DynamicImage {
    fn from(pixmap: Pixmap) -> Self {
        RgbaImage::from(pixmap).into()
    }
}

#[cfg(test)]
mod tests {
    use image::metadata::{CicpColorPrimaries, CicpTransferCharacteristics};

    use super::*;

    /// Eight pixels that all differ, clear ones among them.
    fn pixmap() -> Pixmap {
        Pixmap::from_vec(Size::new(4, 2), (0..32).map(|sample| sample * 8).collect()).unwrap()
    }

    #[test]
    fn interop_there_and_back_is_the_same_memory() {
        let pixmap = pixmap();
        let (expected, memory) = (pixmap.clone(), pixmap.data().as_ptr());
        let back = Pixmap::try_from(DynamicImage::from(pixmap)).unwrap();
        assert_eq!(back, expected);
        assert_eq!(back.data().as_ptr(), memory);
        assert_eq!(Pixmap::try_from(RgbaImage::from(back)).unwrap(), expected);
    }

    #[test]
    fn interop_refuses_what_has_no_pixels() {
        let error = Pixmap::try_from(DynamicImage::new_rgb8(0, 5)).unwrap_err();
        assert!(matches!(error, Error::EmptyPixmap { size: Size { width: 0, height: 5 } }), "{error}");
    }

    #[test]
    fn interop_converts_colours_or_says_that_it_cannot() {
        let with = |primaries| {
            let mut image = DynamicImage::from(RgbaImage::from_pixel(1, 1, image::Rgba([0, 255, 0, 255])));
            image.set_rgb_primaries(primaries);
            Pixmap::try_from(image)
        };
        assert_eq!(with(CicpColorPrimaries::SRgb).unwrap().pixel(0, 0), [0, 255, 0, 255]);
        let mut wide = DynamicImage::from(RgbaImage::from_pixel(1, 1, image::Rgba([200, 100, 100, 255])));
        wide.set_rgb_primaries(CicpColorPrimaries::SmpteRp432);
        let [red, green, ..] = Pixmap::try_from(wide).unwrap().pixel(0, 0);
        assert!(red > 200 && green < 100, "Display P3 is wider than sRGB: {red}, {green}");
        let mut unknown = DynamicImage::from(RgbaImage::new(1, 1));
        unknown.set_transfer_function(CicpTransferCharacteristics::Unspecified);
        assert!(matches!(Pixmap::try_from(unknown), Err(Error::ColorSpace)));
    }
}
