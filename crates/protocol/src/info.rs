//! The answer of `/info`.

use std::borrow::Cow;

/// What `/info` says about a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Info {
    /// A picture of pixels.
    Raster {
        /// Its media type, such as `image/png`.
        format: Cow<'static, str>,
        /// Bytes of the file.
        file_size: u64,
        /// Width as displayed (after EXIF orientation), in pixels.
        width: u32,
        /// Height as displayed, in pixels.
        height: u32,
    },
    /// An SVG, which has no size in pixels.
    Svg,
}

impl Info {
    /// Writes the body of the answer.
    #[must_use]
    pub fn to_json(&self) -> String {
        todo!()
    }
}
