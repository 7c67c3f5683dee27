//! A picture that can only be decoded at once: one band.

use palmette_core::{Band, Deadline, Picture, Pixmap, Rectangle};

use super::Bands;
use crate::area::Area;
use crate::{Cause, Error};

/// A picture as it is stored.
pub(crate) struct Stored {
    /// The pixels: in sRGB, straight alpha, not yet upright.
    pub(crate) pixmap: Pixmap,
    /// Why some of them are missing, if they may be.
    pub(crate) damage: Option<Cause>,
}

/// Decodes a picture, when it is asked for.
pub(crate) type DecodeWhole<'a> = Box<dyn FnOnce() -> Result<Stored, Error> + 'a>;

/// A part of a picture that is decoded at once.
pub(super) struct Whole<'a> {
    /// Absent once it was called.
    decode: Option<DecodeWhole<'a>>,
    window: Rectangle,
    /// What is lent.
    stored: Option<Stored>,
}

impl<'a> Whole<'a> {
    /// Prepares for decoding.
    pub(super) const fn new(decode: DecodeWhole<'a>, window: Rectangle) -> Self {
        Self { decode: Some(decode), window, stored: None }
    }
}

impl Bands for Whole<'_> {
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Some(decode) = self.decode.take() else { return Ok(None) };
        let stored = self.stored.insert(decode()?.cut(self.window)?);
        Ok(Some(Band::of_one(stored.pixmap.data_mut())))
    }

    fn damage(&self) -> Option<&Cause> {
        self.stored.as_ref()?.damage.as_ref()
    }

    fn into_picture(mut self: Box<Self>, _: Deadline) -> Result<(Picture, Option<Cause>), Error> {
        let stored = match (self.decode.take(), self.stored) {
            (Some(decode), _) => decode()?.cut(self.window)?,
            (None, Some(stored)) => stored,
            (None, None) => return Err(palmette_core::Error::EmptyPixmap { size: self.window.size }.into()),
        };
        Ok((stored.pixmap.into(), stored.damage))
    }
}

impl Stored {
    /// Cuts a part out.
    fn cut(self, window: Rectangle) -> Result<Self, Error> {
        let Rectangle { left, top, size } = window;
        let is_all = size == self.pixmap.size();
        let pixmap = if is_all { self.pixmap } else { Area { left, top, size }.cut_out(&self.pixmap)? };
        Ok(Self { pixmap, ..self })
    }
}
