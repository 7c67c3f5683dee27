//! Text that is set and used as a picture: the JSON of `text_input` and `draw_text` parts.

use palmette_ops::Color;
use serde_json::Value;

use crate::object::IntoOptions;
use crate::options::{
    OptionSpec, Refusal, color, color_value, infos, number, number_value, read_options, write_options,
};
use crate::values::Values;
use crate::{Error, Options, color};

/// A source that is text to set instead of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What is set; may hold line breaks.
    pub text: String,
    /// Where the font is, as it was written.
    pub font_url: String,
    /// Size of the font in points, more than 0; absent leaves it to the server.
    pub size: Option<f64>,
    /// Colour of the glyphs; absent leaves it to the server.
    pub color: Option<Color>,
}

impl Text {
    /// Resolves the fields of a text source.
    ///
    /// # Errors
    ///
    /// 9401 if a field is unknown, missing or not allowed.
    pub fn from_options(options: &Options) -> Result<Self, Error> {
        let Fields { text, font_url, size, color } = read_options("", FIELDS, options)?;
        Ok(Self {
            text: text.ok_or(Error::MissingOption { option: "text" })?,
            font_url: font_url.ok_or(Error::MissingOption { option: "font.url" })?,
            size,
            color,
        })
    }

    /// Returns the fields as they are sent.
    #[must_use]
    pub fn to_options(&self) -> Options {
        let Self { text, font_url, size, color } = self.clone();
        write_options(FIELDS, &Fields { text: Some(text), font_url: Some(font_url), size, color })
    }
}

impl IntoOptions for Text {
    fn into_options(self) -> Options {
        self.to_options()
    }
}

/// A text source as it is written.
#[derive(Debug, Default)]
struct Fields {
    text: Option<String>,
    font_url: Option<String>,
    size: Option<f64>,
    color: Option<Color>,
}

const FIELDS: &[OptionSpec<Fields>] = &[
    OptionSpec {
        name: "text",
        allowed: "a string",
        summary: "what is set",
        values: Values::Text,
        examples: &[],
        read: |value, fields| string(value).map(|text| fields.text = Some(text)),
        write: |fields| fields.text.as_deref().map(Value::from),
    },
    OptionSpec {
        name: "font",
        allowed: "an object of url",
        summary: "the font",
        values: Values::Object { fields: || infos(FONT) },
        examples: &[],
        read: |value, fields| {
            let Value::Object(options) = value else { return Err(Refusal::Value) };
            fields.font_url = read_options("font.", FONT, options)?.url;
            Ok(())
        },
        write: |fields| Some(write_options(FONT, &Font { url: Some(fields.font_url.clone()?) }).into()),
    },
    OptionSpec {
        name: "size",
        allowed: "a number above 0",
        summary: "the size of the font in points",
        values: Values::Positive,
        examples: &[],
        read: |value, fields| number(value, f64::MIN_POSITIVE..=f64::MAX).map(|size| fields.size = Some(size)),
        write: |fields| fields.size.map(number_value),
    },
    OptionSpec {
        name: "color",
        allowed: color::ALLOWED,
        summary: "the colour of the glyphs",
        values: Values::Color,
        examples: &[],
        read: |value, fields| color(value).map(|color| fields.color = Some(color)),
        write: |fields| fields.color.map(color_value),
    },
];

/// A font as it is written.
#[derive(Debug, Default)]
struct Font {
    url: Option<String>,
}

const FONT: &[OptionSpec<Font>] = &[OptionSpec {
    name: "url",
    allowed: "a string",
    summary: "where the font is",
    values: Values::Text,
    examples: &[],
    read: |value, font| string(value).map(|url| font.url = Some(url)),
    write: |font| font.url.as_deref().map(Value::from),
}];

fn string(value: &Value) -> Result<String, Refusal> {
    value.as_str().map(str::to_owned).ok_or(Refusal::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn text(json: &str) -> Result<Text, String> {
        Text::from_options(json::parse(json).unwrap().as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn text_needs_text_and_font() {
        let plain = Text { text: "Min\n".into(), font_url: "https://x".into(), size: None, color: None };
        assert_eq!(text(r#"{"text":"Min\n","font":{"url":"https://x"},"size":null}"#), Ok(plain.clone()));
        let whole = Text { size: Some(48.5), color: Some(Color::opaque(255, 0, 0)), ..plain };
        assert_eq!(text(r#"{"text":"Min\n","font":{"url":"https://x"},"size":48.5,"color":"RED"}"#), Ok(whole));
        for (json, message) in [
            ("{}", "text is missing"),
            (r#"{"text":null}"#, "text is missing"),
            (r#"{"text":"a"}"#, "font.url is missing"),
            (r#"{"text":"a","font":{}}"#, "font.url is missing"),
        ] {
            assert_eq!(text(json), Err(message.to_owned()));
        }
    }

    #[test]
    fn text_checks_its_fields() {
        for (json, message) in [
            (r#"{"text":5}"#, "text must be a string, got 5"),
            (r#"{"font":"x"}"#, r#"font must be an object of url, got "x""#),
            (r#"{"font":{"url":5}}"#, "font.url must be a string, got 5"),
            (r#"{"font":{"file":"x"}}"#, r#"unknown option "font.file"; known are url"#),
            (r#"{"size":0}"#, "size must be a number above 0, got 0"),
            (r#"{"size":"48"}"#, r#"size must be a number above 0, got "48""#),
            (r#"{"bold":true}"#, r#"unknown option "bold"; known are text, font, size, color"#),
        ] {
            assert_eq!(text(json), Err(message.to_owned()));
        }
        assert!(text(r#"{"color":5}"#).unwrap_err().starts_with("color must be a CSS colour"));
    }

    #[test]
    fn text_is_written_as_the_client_does() {
        let json = r##"{"text":"\"é\"","font":{"url":"https://x"},"size":48,"color":"#ff0000"}"##;
        assert_eq!(json::to_string(&text(json).unwrap().to_options()), json);
        let json = r#"{"text":"a","font":{"url":"b"}}"#;
        assert_eq!(json::to_string(&text(json).unwrap().to_options()), json);
    }
}
