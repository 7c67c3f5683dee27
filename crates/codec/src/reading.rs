//! How files are read: within which limits and what time, and what becomes of damaged ones.

use palmette_core::{Deadline, Limits, Pixmap};

use crate::Cause;

/// What becomes of a picture that lacks pixels.
///
/// A picture whose every pixel is there is shown either way, whatever is wrong around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDamage {
    /// It is refused: [`Error::Damaged`](crate::Error::Damaged).
    #[default]
    Refuse,
    /// What could be decoded is shown, and [`Decoded::damage`] says what is wrong. An animation ends with its last whole frame.
    Show,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Sizes over these are refused before a pixel is allocated.
    pub limits: Limits,
    /// After this moment decoders stop, as soon as they can: between rows, frames or tiles. Default: never.
    pub deadline: Deadline,
    /// What becomes of a picture that lacks pixels. Default: it is refused.
    pub on_damage: OnDamage,
}

impl DecodeOptions {
    /// Makes options of limits alone.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, deadline: Deadline::NONE, on_damage: OnDamage::Refuse }
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

/// A decoded picture.
#[derive(Debug)]
pub struct Decoded {
    /// The pixels: upright, in sRGB, straight alpha.
    pub pixmap: Pixmap,
    /// Why some of them are missing; only with [`OnDamage::Show`].
    pub damage: Option<Cause>,
}
