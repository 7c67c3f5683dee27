//! The output: format, quality, background and animation.

use palmette_ops::Color;

use crate::json::excerpt_text;
use crate::options::{round, to_u8};
use crate::values::{OptionInfo, Values, words};
use crate::{Error, Hint, color};

/// The output fields of a form as sent: text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RawOutput {
    /// `output_format`; the client writes `undefined` when its user gave none.
    pub format: String,
    /// `output_quality`
    pub quality: Option<String>,
    /// `background`
    pub background: Option<String>,
    /// `anim`
    pub anim: Option<String>,
}

impl RawOutput {
    /// Reads the fields.
    ///
    /// # Errors
    ///
    /// 9432 for an unknown format, 9401 for anything else that is not allowed.
    pub fn resolve(&self) -> Result<Output, Error> {
        Ok(Output {
            format: OutputFormat::parse(&self.format)?,
            quality: self.quality.as_deref().map(Quality::parse).transpose()?,
            background: self.background.as_deref().map(parse_background).transpose()?,
            anim: self.anim.as_deref().map(|text| parse_switch("anim", text)).transpose()?,
            metadata: Metadata::default(),
            is_baseline: false,
        })
    }
}

/// What the answer is: the output fields of a form, and what only a URL can say.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The format of the answer.
    pub format: OutputFormat,
    /// How good a lossy picture is; absent means [`Quality::DEFAULT`], and lossless where the format is.
    pub quality: Option<Quality>,
    /// A colour to flatten the result on, whatever the format.
    pub background: Option<Color>,
    /// Whether animations stay animated; absent means yes.
    pub anim: Option<bool>,
    /// What a JPEG keeps of the metadata of a JPEG. No form says it.
    pub metadata: Metadata,
    /// Whether a JPEG must not be progressive. No form says it.
    pub is_baseline: bool,
}

/// What of the metadata of its source a JPEG keeps; the other formats keep nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Metadata {
    /// The copyright notice of the EXIF.
    #[default]
    Copyright,
    /// EXIF, XMP and IPTC, places included; of a JPEG.
    Keep,
    /// Nothing.
    None,
}

impl Output {
    /// Every field, under its name on the wire. In a form they are text, also where the values are numbers or switches.
    pub const FIELDS: [OptionInfo; 4] = [
        OptionInfo {
            name: "output_format",
            allowed: "one of image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba",
            summary: "what the result is encoded as",
            values: Values::Words { words: &OutputFormat::WORDS },
        },
        OptionInfo {
            name: "output_quality",
            allowed: Quality::ALLOWED,
            summary: "how good a lossy picture is; default 85",
            values: Values::Any {
                of: &[
                    Values::between(1.0, 100.0),
                    Values::Words { words: &words::<_, { Quality::NAMES.len() }>(&Quality::NAMES) },
                ],
            },
        },
        OptionInfo {
            name: "background",
            allowed: color::ALLOWED,
            summary: "what the result is flattened on, in every format",
            values: Values::Color,
        },
        OptionInfo {
            name: "anim",
            allowed: "true or false",
            summary: "whether animations stay animated",
            values: Values::Switch,
        },
    ];

    /// Makes an output of the given format with nothing else said.
    #[must_use]
    pub const fn new(format: OutputFormat) -> Self {
        Self { format, quality: None, background: None, anim: None, metadata: Metadata::Copyright, is_baseline: false }
    }

    /// Returns the fields as they are sent in a form.
    #[must_use]
    pub fn to_raw(&self) -> RawOutput {
        RawOutput {
            format: self.format.as_str().to_owned(),
            quality: self.quality.map(|quality| quality.get().to_string()),
            background: self.background.map(color::to_hex),
            anim: self.anim.map(|anim| anim.to_string()),
        }
    }
}

impl From<OutputFormat> for Output {
    fn from(format: OutputFormat) -> Self {
        Self::new(format)
    }
}

impl From<Output> for RawOutput {
    fn from(output: Output) -> Self {
        output.to_raw()
    }
}

impl From<OutputFormat> for RawOutput {
    fn from(format: OutputFormat) -> Self {
        Output::new(format).to_raw()
    }
}

/// The formats of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/gif`
    Gif,
    /// `image/webp`
    Webp,
    /// `image/avif`
    Avif,
    /// `rgb`: bare bytes, three a pixel, row by row
    Rgb,
    /// `rgba`: bare bytes, four a pixel, straight alpha, row by row
    Rgba,
}

impl OutputFormat {
    /// Every format.
    pub const ALL: [Self; 7] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp, Self::Avif, Self::Rgb, Self::Rgba];

    /// Their names on the wire.
    const WORDS: [&'static str; Self::ALL.len()] = {
        let mut words = [""; Self::ALL.len()];
        let mut index = 0;
        while index < words.len() {
            words[index] = Self::ALL[index].as_str();
            index += 1;
        }
        words
    };

    /// Makes an output of this format and a quality; one outside of 1 to 100 is the nearest of these.
    ///
    /// ```
    /// use palmette_protocol::{OutputFormat, Quality};
    ///
    /// assert_eq!(OutputFormat::Jpeg.quality(70).quality, Quality::new(70));
    /// assert_eq!(OutputFormat::Jpeg.quality(200).quality, Quality::new(100));
    /// ```
    #[must_use]
    pub fn quality(self, quality: u8) -> Output {
        Output { quality: Quality::new(quality.clamp(1, 100)), ..Output::new(self) }
    }

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Rgb => "rgb",
            Self::Rgba => "rgba",
        }
    }

    /// Returns the media type of an answer.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Rgb | Self::Rgba => "application/octet-stream",
            Self::Jpeg | Self::Png | Self::Gif | Self::Webp | Self::Avif => self.as_str(),
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// 9432 if it is none, as the real service has it; names those there are.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| Error::UnknownOutput { actual: excerpt_text(text) })
    }
}

/// Quality of a lossy encoder, 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u8);

impl Quality {
    /// The default.
    pub const DEFAULT: Self = Self(85);

    /// The qualities that have a name on the wire.
    pub const NAMES: [(&str, Self); 4] =
        [("high", Self(90)), ("medium-high", Self(70)), ("medium-low", Self(50)), ("low", Self(35))];

    /// The allowed texts, as they read after "must be".
    pub(crate) const ALLOWED: &str = "1 to 100, high, medium-high, medium-low or low";

    /// Makes a quality from a number; `None` outside 1 to 100.
    #[must_use]
    pub const fn new(quality: u8) -> Option<Self> {
        if quality >= 1 && quality <= 100 { Some(Self(quality)) } else { None }
    }

    /// Returns the number, 1 to 100.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Reads a number from 1 to 100, which is rounded, or a name.
    ///
    /// # Errors
    ///
    /// 9401 if it is neither.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let named = Self::NAMES.iter().find(|(name, _)| *name == text).map(|&(_, quality)| quality);
        let number =
            || text.parse().ok().filter(|number| (1.0..=100.0).contains(number)).map(|n| Self(to_u8(round(n))));
        named.or_else(number).ok_or_else(|| Error::BadValue {
            option: "output_quality".to_owned(),
            allowed: Self::ALLOWED,
            actual: excerpt_text(text),
            hint: Hint::None,
        })
    }
}

fn parse_background(text: &str) -> Result<Color, Error> {
    color::parse(text).map_err(|_| Error::BadValue {
        option: "background".to_owned(),
        allowed: color::ALLOWED,
        actual: excerpt_text(text),
        hint: Hint::None,
    })
}

/// Reads a field that is `true` or `false`.
///
/// # Errors
///
/// 9401 if it is neither.
pub fn parse_switch(field: &'static str, text: &str) -> Result<bool, Error> {
    text.parse().map_err(|_| Error::BadValue {
        option: field.to_owned(),
        allowed: "true or false",
        actual: excerpt_text(text),
        hint: Hint::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn formats_go_by_name() {
        for format in OutputFormat::ALL {
            assert_eq!(OutputFormat::parse(format.as_str()).unwrap(), format);
        }
        for text in ["undefined", "", "image/jpg", "IMAGE/PNG", "image/svg+xml", "auto"] {
            let error = OutputFormat::parse(text).unwrap_err();
            assert_eq!(error.code(), Code::BadForm);
            let allowed = "image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba";
            assert_eq!(error.to_string(), format!("output_format must be one of {allowed}, got \"{text}\""));
        }
    }

    #[test]
    fn bare_bytes_have_no_media_type_of_their_own() {
        assert_eq!(OutputFormat::Rgb.content_type(), "application/octet-stream");
        assert_eq!(OutputFormat::Avif.content_type(), "image/avif");
    }

    #[test]
    fn quality_is_a_number_or_a_name() {
        for (text, quality) in [
            ("1", 1),
            ("80", 80),
            ("33.5", 34),
            ("99.6", 100),
            ("100", 100),
            ("high", 90),
            ("medium-high", 70),
            ("medium-low", 50),
            ("low", 35),
        ] {
            assert_eq!(Quality::parse(text).unwrap().get(), quality, "{text}");
        }
        for text in ["0", "0.9", "100.1", "101", "-5", "NaN", "inf", "", "best", "High", "null"] {
            let message =
                format!("output_quality must be 1 to 100, high, medium-high, medium-low or low, got \"{text}\"");
            assert_eq!(Quality::parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn background_and_anim_name_themselves() {
        let output = RawOutput { format: "rgb".to_owned(), ..RawOutput::default() };
        let background = RawOutput { background: Some("5".to_owned()), ..output.clone() };
        let message = background.resolve().unwrap_err().to_string();
        assert_eq!(message, format!("background must be {}, got \"5\"", color::ALLOWED));
        let anim = RawOutput { anim: Some("1".to_owned()), ..output };
        assert_eq!(anim.resolve().unwrap_err().to_string(), "anim must be true or false, got \"1\"");
    }

    #[test]
    fn outputs_survive_the_wire() {
        let output = Output {
            quality: Quality::new(34),
            background: Some(Color { red: 1, green: 2, blue: 3, alpha: 4 }),
            anim: Some(false),
            ..Output::new(OutputFormat::Avif)
        };
        assert_eq!(output.to_raw().resolve().unwrap(), output);
        let plain = Output::new(OutputFormat::Gif);
        assert_eq!(plain.to_raw().resolve().unwrap(), plain);
    }

    #[test]
    fn outputs_are_written() {
        let raw = RawOutput::from(Output { anim: Some(false), ..OutputFormat::Webp.into() });
        let expected = RawOutput { anim: Some("false".to_owned()), ..RawOutput::from(OutputFormat::Webp) };
        assert_eq!((raw.format.as_str(), &raw), ("image/webp", &expected));
    }
}
