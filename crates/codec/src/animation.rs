//! Pictures that move, in both directions: frames come out composed, and go in whole.
//!
//! Both directions hold a fixed number of pictures of the size of the canvas, however many frames there are: on the way in the
//! canvas, one frame as it is stored, what is below it if that is to come back, and the copy that is handed out; on the way
//! out what is on the canvas and up to two frames. The file itself is in memory, of course.

use std::num::NonZeroU32;

use palmette_core::{Pixmap, Size};

use crate::formats::{self, Frames, Writer};
use crate::{Cause, DecodeOptions, EncodeOptions, Encoded, Error, Format, OnDamage, flatten, guard, sniff};

/// One frame of an animation, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The whole canvas with the frame drawn on it: upright, in sRGB, straight alpha, always of the same size.
    pub pixmap: Pixmap,
    /// How long it is shown, in milliseconds, as the file says. Browsers show frames of 10 or less for 100.
    pub delay_ms: u32,
}

/// An animation as described by its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The size of every frame, as displayed.
    pub(crate) size: Size,
    /// The number of frames; at least 1.
    pub(crate) frame_count: u32,
    /// How often it is played; absent means for ever.
    pub(crate) plays: Option<NonZeroU32>,
}

/// The frames of a GIF or an animated WebP, decoded one at a time; every other picture is one frame.
///
/// An iterator of [`Frame`]s, as many as [`Animation::frame_count`] says; after an error, or with [`OnDamage::Show`] before the
/// first frame that is damaged, it ends.
///
/// # Times
///
/// Delays are handed out as they are stored, 0 included; it is left to viewers that browsers show for 100 ms what is to be
/// seen for 10 or less. GIF counts in hundredths of a second: on the way out delays are rounded to nearest, but those above
/// 10 ms become at least 20, or browsers would slow them down. WebP counts in milliseconds, up to 16,777,215.
///
/// # Loops
///
/// The count is of *plays*, the first included, as WebP does, up to 65,535 of them. GIF counts repetitions: a file that
/// says 2 is played 3 times, as in browsers, and one that says nothing is played once. In both files 0 means for ever.
#[derive(Debug)]
pub struct Animation<'a> {
    format: Format,
    layout: Layout,
    /// The frames that were not decoded yet.
    left: u32,
    frames: Frames<'a>,
    options: DecodeOptions,
    damage: Option<Cause>,
}

impl Animation<'_> {
    /// Returns the size of every frame, as displayed.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.layout.size
    }

    /// Returns the number of frames, counted by the blocks of the file; at least 1.
    #[must_use]
    pub const fn frame_count(&self) -> u32 {
        self.layout.frame_count
    }

    /// Returns how often the animation is played, the first time included; absent means for ever.
    #[must_use]
    pub const fn plays(&self) -> Option<NonZeroU32> {
        self.layout.plays
    }

    /// Returns why pixels or frames are missing from those that were handed out so far; only with [`OnDamage::Show`].
    #[must_use]
    pub fn into_damage(self) -> Option<Cause> {
        self.damage
    }

    /// Decodes the next frame; absent if it is damaged, but others that may be shown came before it.
    fn decode_next(&mut self) -> Result<Option<Frame>, Error> {
        self.options.deadline.check()?;
        let is_first = self.left + 1 == self.layout.frame_count;
        match guard::reading(self.format, || self.frames.next_frame()) {
            Ok((decoded, delay_ms)) => {
                self.damage = self.damage.take().or(decoded.damage);
                Ok(Some(Frame { pixmap: decoded.pixmap, delay_ms }))
            }
            Err(Error::Damaged { source, .. }) if self.options.on_damage == OnDamage::Show && !is_first => {
                self.damage = Some(source);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Iterator for Animation<'_> {
    type Item = Result<Frame, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let frame = self.decode_next();
        if !matches!(frame, Ok(Some(_))) {
            self.left = 0;
        }
        frame.transpose()
    }
}

/// Opens a picture to decode its frames one after another; the first equals what [`decode()`](crate::decode()) gives.
///
/// # Errors
///
/// Those of [`decode()`](crate::decode()), and [`Error::Core`] if all frames together have more pixels than the limits allow.
/// Frames are counted before a pixel is decoded. A file that ends before its last frame does is [`Error::Damaged`], unless the
/// frames before may be shown.
pub fn animation<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<Animation<'a>, Error> {
    let format = sniff(bytes)?;
    let (layout, frames) = guard::reading(format, || formats::animation(format, bytes, options))?;
    Ok(Animation { format, layout, left: layout.frame_count, frames, options: *options, damage: None })
}

/// Writes frames as a GIF or an animated WebP.
#[derive(Debug)]
pub struct AnimationEncoder {
    options: EncodeOptions,
    size: Size,
    writer: Writer,
}

impl AnimationEncoder {
    /// Starts a file whose frames all have `size`, to be played `plays` times, or for ever if absent.
    ///
    /// Of `options`, the background and the quality count as in [`encode()`](crate::encode()).
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedOutput`] for a format that cannot move, see
    /// [`EncodeFormat::can_move`](crate::EncodeFormat::can_move); [`Error::Encode`] for a size that the format cannot hold;
    /// [`Error::Core`] if memory runs out.
    pub fn new(options: &EncodeOptions, size: Size, plays: Option<NonZeroU32>) -> Result<Self, Error> {
        let writer = guard::writing(options.format, || Writer::new(options, size, plays))?;
        Ok(Self { options: options.clone(), size, writer })
    }

    /// Adds a frame, which shows the whole canvas for `delay_ms` milliseconds.
    ///
    /// # Errors
    ///
    /// [`Error::FrameSize`] for a frame of another size than the first; [`Error::Encode`] and [`Error::Core`] as for
    /// [`encode()`](crate::encode()), the deadline of the options included.
    pub fn push(&mut self, mut pixmap: Pixmap, delay_ms: u32) -> Result<(), Error> {
        if pixmap.size() != self.size {
            return Err(Error::FrameSize { expected: self.size, actual: pixmap.size() });
        }
        self.options.deadline.check()?;
        if let Some(background) = self.options.background {
            flatten::draw_under(&mut pixmap, background);
        }
        guard::writing(self.options.format, || self.writer.push(pixmap, delay_ms))
    }

    /// Returns the bytes that the file takes in memory by now, spare ones included: no one can tell before how many it will be.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.writer.file_bytes() as u64
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if there is no frame.
    pub fn finish(self) -> Result<Encoded, Error> {
        let format = self.options.format;
        let bytes = guard::writing(format, || self.writer.finish())?;
        Ok(Encoded { bytes, content_type: format.content_type() })
    }
}
