//! [`ImageEncoder`] for JPEG.

use std::io::Write;

use image::error::{UnsupportedError, UnsupportedErrorKind};
use image::{ExtendedColorType, ImageEncoder, ImageError, ImageResult};

use super::FORMAT;
use crate::encode::{Encoder, Options, PlaneRows, Sampling};

/// Writes a JPEG file as the crate `image` wants it.
#[derive(Debug)]
pub struct JpegEncoder<'o, W> {
    writer: W,
    options: Options<'o>,
    exif: Option<Vec<u8>>,
    icc_profile: Option<Vec<u8>>,
}

impl<'o, W: Write> JpegEncoder<'o, W> {
    /// Makes an encoder. Whatever the options say of chroma, `L8` is written as grey.
    pub const fn new(writer: W, options: Options<'o>) -> Self {
        Self { writer, options, exif: None, icc_profile: None }
    }
}

impl<W: Write> ImageEncoder for JpegEncoder<'_, W> {
    fn write_image(self, buf: &[u8], width: u32, height: u32, color_type: ExtendedColorType) -> ImageResult<()> {
        let sampling = match color_type {
            ExtendedColorType::L8 => Sampling::Gray,
            ExtendedColorType::Rgb8 => self.options.sampling,
            other => {
                let kind = UnsupportedErrorKind::Color(other);
                return Err(ImageError::Unsupported(UnsupportedError::from_format_and_kind(FORMAT, kind)));
            }
        };
        let bytes = u64::from(color_type.bits_per_pixel() / 8);
        let expected = u64::from(width) * u64::from(height) * bytes;
        assert_eq!(u64::try_from(buf.len()).ok(), Some(expected), "the bytes of the picture");
        let exif = self.exif.as_deref().or(self.options.exif);
        let icc_profile = self.icc_profile.as_deref().or(self.options.icc_profile);
        let options = Options { sampling, exif, icc_profile, ..self.options };
        let mut encoder = Encoder::new(self.writer, width, height, &options)?;
        let width = width as usize;
        if color_type == ExtendedColorType::L8 {
            for samples in buf.chunks(width * encoder.band_rows()) {
                encoder.write_band(&[PlaneRows { samples, stride: width }])?;
            }
        } else {
            let mut rgba = Vec::new();
            for band in buf.chunks(3 * width * encoder.band_rows()) {
                rgba.clear();
                rgba.extend(band.as_chunks::<3>().0.iter().flat_map(|&[red, green, blue]| [red, green, blue, 255]));
                encoder.write_rgba_band(&rgba)?;
            }
        }
        encoder.finish()?.flush().map_err(ImageError::IoError)
    }

    fn set_icc_profile(&mut self, icc_profile: Vec<u8>) -> Result<(), UnsupportedError> {
        self.icc_profile = Some(icc_profile);
        Ok(())
    }

    fn set_exif_metadata(&mut self, exif: Vec<u8>) -> Result<(), UnsupportedError> {
        self.exif = Some(exif);
        Ok(())
    }
}
