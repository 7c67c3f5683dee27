//! The answer of `/info`.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Options, json};

/// The media type that stands for pictures without pixels.
const SVG: &str = "image/svg+xml";

/// The answer of `/info`.
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
    ///
    /// ```
    /// use palmette_protocol::Info;
    ///
    /// let info = Info::Raster { format: "image/png".into(), file_size: 95, width: 4, height: 2 };
    /// assert_eq!(info.to_json(), r#"{"format":"image/png","file_size":95,"width":4,"height":2}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut fields = Options::new();
        match self {
            Self::Raster { format, file_size, width, height } => {
                fields.insert("format".to_owned(), format.as_ref().into());
                fields.insert("file_size".to_owned(), (*file_size).into());
                fields.insert("width".to_owned(), (*width).into());
                fields.insert("height".to_owned(), (*height).into());
            }
            Self::Svg => {
                fields.insert("format".to_owned(), SVG.into());
            }
        }
        json::to_string(&fields)
    }

    /// Reads the body of an answer; `None` if it is not one.
    #[must_use]
    pub fn parse(body: &str) -> Option<Self> {
        let fields: Value = json::parse(body).ok()?;
        let format = fields.get("format")?.as_str()?;
        if format == SVG {
            return Some(Self::Svg);
        }
        let side = |key: &str| u32::try_from(fields.get(key)?.as_u64()?).ok();
        Some(Self::Raster {
            format: format.to_owned().into(),
            file_size: fields.get("file_size")?.as_u64()?,
            width: side("width")?,
            height: side("height")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_survives_the_wire() {
        let raster = Info::Raster { format: "image/avif".into(), file_size: u64::from(u32::MAX), width: 1, height: 2 };
        assert_eq!(Info::parse(&raster.to_json()), Some(raster));
        assert_eq!(Info::Svg.to_json(), r#"{"format":"image/svg+xml"}"#);
        assert_eq!(Info::parse(r#"{"format":"image/svg+xml"}"#), Some(Info::Svg));
    }

    #[test]
    fn info_that_is_none_is_refused() {
        for body in ["", "[]", "{}", r#"{"format":"image/png"}"#, r#"{"format":1}"#] {
            assert_eq!(Info::parse(body), None, "{body}");
        }
        assert_eq!(Info::parse(r#"{"format":"a","file_size":1,"width":-1,"height":4294967296}"#), None);
    }
}
