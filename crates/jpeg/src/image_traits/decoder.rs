//! [`ImageDecoder`] for JPEG.

use std::borrow::Cow;
use std::io::Read;

use image::error::DecodingError;
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageError, ImageResult};

use super::FORMAT;
use crate::{Decoder, Model};

/// Reads a JPEG file as the crate `image` wants it.
///
/// A picture of which a part lacks is an error, unless [damage may be shown](Self::with_damage_shown).
#[derive(Clone, Debug)]
pub struct JpegDecoder<'a> {
    file: Cow<'a, [u8]>,
    size: (u32, u32),
    model: Model,
    shows_damage: bool,
}

impl<'a> JpegDecoder<'a> {
    /// Reads the header of a file, which is lent or given.
    ///
    /// # Errors
    ///
    /// [`ImageError::Decoding`] if it is no JPEG file, or broken before its first scan; [`ImageError::Unsupported`].
    pub fn new(file: impl Into<Cow<'a, [u8]>>) -> ImageResult<Self> {
        let file = file.into();
        let decoder = Decoder::new(&file)?;
        let (size, model) = (decoder.size(), decoder.model());
        if model == Model::Unknown {
            return Err(super::unsupported("JPEG of two components".to_owned()));
        }
        Ok(Self { file, size, model, shows_damage: false })
    }

    /// Reads a file to its end, and its header.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`ImageError::IoError`].
    pub fn from_reader(mut reader: impl Read) -> ImageResult<Self> {
        let mut file = Vec::new();
        reader.read_to_end(&mut file)?;
        Self::new(file)
    }

    /// Says that of a picture that lacks a part the rest is wanted. By default that is an error.
    #[must_use]
    pub fn with_damage_shown(mut self) -> Self {
        self.shows_damage = true;
        self
    }

    /// Reads something of the header, which was read once already.
    fn read<T>(&self, read: impl FnOnce(Decoder<'_>) -> T) -> ImageResult<T> {
        Ok(read(Decoder::new(&self.file)?))
    }
}

impl ImageDecoder for JpegDecoder<'_> {
    fn dimensions(&self) -> (u32, u32) {
        self.size
    }

    fn color_type(&self) -> ColorType {
        if self.model == Model::Gray { ColorType::L8 } else { ColorType::Rgb8 }
    }

    fn original_color_type(&self) -> ExtendedColorType {
        match self.model {
            Model::Cmyk | Model::Ycck => ExtendedColorType::Cmyk8,
            _ => self.color_type().into(),
        }
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.read(|decoder| decoder.icc_profile())
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.read(|decoder| decoder.exif().map(<[u8]>::to_vec))
    }

    fn xmp_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        self.read(|decoder| decoder.xmp().map(<[u8]>::to_vec))
    }

    fn read_image(self, buf: &mut [u8]) -> ImageResult<()> {
        assert_eq!(u64::try_from(buf.len()).ok(), Some(self.total_bytes()), "the bytes of the picture");
        let decoder = Decoder::new(&self.file)?;
        let mut rows = decoder.rows()?;
        let bytes = usize::from(self.color_type().bytes_per_pixel());
        for out in buf.chunks_mut(bytes * self.size.0 as usize) {
            let Some(row) = rows.next_row() else { break };
            let pixels = row.as_chunks::<4>().0;
            match self.model {
                Model::Gray => out.iter_mut().zip(pixels).for_each(|(out, &[gray, ..])| *out = gray),
                Model::Cmyk | Model::Ycck => {
                    let out = out.as_chunks_mut::<3>().0.iter_mut().zip(pixels);
                    out.for_each(|(out, &[cyan, magenta, yellow, black])| {
                        *out = [cyan, magenta, yellow].map(|light| product(light, black));
                    });
                }
                _ => {
                    let out = out.as_chunks_mut::<3>().0.iter_mut().zip(pixels);
                    out.for_each(|(out, &[red, green, blue, _])| *out = [red, green, blue]);
                }
            }
        }
        match rows.damage() {
            Some(&damage) if !self.shows_damage => Err(ImageError::Decoding(DecodingError::new(FORMAT, damage))),
            _ => Ok(()),
        }
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}

/// Multiplies two shares of 255, rounded.
fn product(a: u8, b: u8) -> u8 {
    let product = u16::from(a) * u16::from(b);
    u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
}
