//! The meaning of samples.

use super::frame::Component;
use super::segments::Segment;
use crate::markers::{APP0, APP14};

/// The meaning of the components of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Model {
    /// Lightness alone.
    Gray,
    /// Luma and two chroma, as JFIF has them.
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Four inks, mostly stored inverted.
    Cmyk,
    /// Luma and chroma of three inks, and the fourth.
    Ycck,
    /// Nobody knows; two components.
    Unknown,
}

/// What segments say about the model.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    /// Whether there is a JFIF segment.
    has_jfif: bool,
    /// The transform that Adobe's segment names, if there is one.
    adobe: Option<u8>,
}

impl Hints {
    /// Takes note of a segment.
    pub(super) fn read(&mut self, segment: &Segment<'_>) {
        match (segment.marker, segment.content) {
            (APP0, [b'J', b'F', b'I', b'F', 0, rest @ ..]) if rest.len() >= 9 => self.has_jfif = true,
            (APP14, &[b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => self.adobe = Some(transform),
            _ => {}
        }
    }

    /// Decides the meaning of the components, by libjpeg's rules.
    pub(super) fn model(self, components: &[Component]) -> Model {
        match (components, self.adobe) {
            ([_], _) => Model::Gray,
            ([_, _, _], _) if self.has_jfif => Model::YCbCr,
            ([_, _, _], Some(0)) => Model::Rgb,
            ([a, b, c], None) if [a.id, b.id, c.id] == *b"RGB" => Model::Rgb,
            ([_, _, _], _) => Model::YCbCr,
            ([_, _, _, _], None | Some(0)) => Model::Cmyk,
            ([_, _, _, _], Some(_)) => Model::Ycck,
            _ => Model::Unknown,
        }
    }
}
