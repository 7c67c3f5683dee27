//! Text that is set and used as a picture: the JSON of `text_input` and `draw_text` parts.
//!
//! `text`, `font.url`, `size` and `color` are in the binding. All other fields of `font` are ours; it gets here because the
//! client copies that object as it is.

use palmette_ops::text::{Align, MAX_CHARS, MAX_SIDE_PX, Text, TextLayout, Variation};
use serde_json::Value;

use crate::object::{IntoOptions, Named, OptionObject};
use crate::options::{
    OptionSpec, Refusal, color, color_value, infos, name, name_value, number, number_value, read_options, write_options,
};
use crate::values::{Values, words};
use crate::{Error, Options, color};

/// The largest size, in pixels per em: no picture of a text may be higher.
const MAX_SIZE: f64 = MAX_SIDE_PX as f64;

/// The axes that have an option of their own.
const WEIGHT: [u8; 4] = *b"wght";
const WIDTH: [u8; 4] = *b"wdth";
const SLANT: [u8; 4] = *b"slnt";
const ITALIC: [u8; 4] = *b"ital";
const OPTICAL_SIZE: [u8; 4] = *b"opsz";
const NAMED_AXES: [([u8; 4], &str); 5] = [
    (WEIGHT, "font.weight"),
    (WIDTH, "font.width"),
    (SLANT, "font.slant"),
    (ITALIC, "font.italic"),
    (OPTICAL_SIZE, "font.opticalSize"),
];

/// Returns the option that an axis has of its own.
fn option_of(tag: [u8; 4]) -> Option<&'static str> {
    NAMED_AXES.iter().find(|(named, _)| *named == tag).map(|(_, option)| *option)
}

impl Named for Align {
    const NAMES: &'static [(&'static str, Self)] =
        &[("left", Self::Left), ("center", Self::Center), ("right", Self::Right)];
}

impl OptionObject for Text {
    const OPTIONS: &'static [OptionSpec<Self>] = &[
        OptionSpec {
            name: "text",
            allowed: "a string",
            summary: "the text, at most 1,000 characters; line feeds break lines",
            values: Values::Text,
            examples: &[],
            read: |value, text| {
                text.content = string(value)?;
                let count = text.content.chars().count();
                if count > MAX_CHARS { Err(Error::TooManyChars { count, max: MAX_CHARS }.into()) } else { Ok(()) }
            },
            write: |text| Some(text.content.as_str().into()),
        },
        OptionSpec {
            name: "font",
            allowed: "an object of url and, if wanted, of layout and axes",
            summary: "the font, and how lines are laid out",
            values: Values::Object { fields: || infos(FONT) },
            examples: &[],
            read: |value, text| {
                let Value::Object(options) = value else { return Err(Refusal::Value) };
                let Font { url, layout } = read_options("font.", FONT, options)?;
                (text.font_url, text.layout) = (url, layout);
                Ok(())
            },
            write: |text| {
                let font = Font { url: text.font_url.clone(), layout: text.layout.clone() };
                Some(write_options(FONT, &font).into())
            },
        },
        OptionSpec {
            name: "size",
            allowed: "a number above 0, at most 4096",
            summary: "the size of the font in pixels per em; default 12",
            values: Values::positive_to(MAX_SIZE),
            examples: &[],
            read: |value, text| number(value, f64::MIN_POSITIVE..=MAX_SIZE).map(|size| text.size = size),
            write: |text| Some(text.size).filter(|size| *size != Self::default().size).map(number_value),
        },
        OptionSpec {
            name: "color",
            allowed: color::ALLOWED,
            summary: "the colour of the glyphs; default black",
            values: Values::Color,
            examples: &[],
            read: |value, text| color(value).map(|color| text.color = color),
            write: |text| Some(text.color).filter(|color| *color != Self::default().color).map(color_value),
        },
    ];

    /// Resolves the fields of a text source.
    ///
    /// # Errors
    ///
    /// 9401 if a field is unknown, missing or not allowed.
    fn from_options(options: &Options) -> Result<Self, Error> {
        let text = read_options("", Self::OPTIONS, options)?;
        if options.get("text").is_none_or(Value::is_null) {
            return Err(Error::MissingOption { option: "text" });
        }
        if text.font_url.is_empty() {
            return Err(Error::MissingOption { option: "font.url" });
        }
        Ok(text)
    }
}

impl IntoOptions for Text {
    fn into_options(self) -> Options {
        self.to_options()
    }
}

/// A font as it is written, with the layout that rides in it.
#[derive(Debug, Default)]
struct Font {
    url: String,
    layout: TextLayout,
}

const FONT: &[OptionSpec<Font>] = &[
    OptionSpec {
        name: "url",
        allowed: "a string that is not empty",
        summary: "where the font is: a URL, or font: and the name of one that the server has",
        values: Values::Text,
        examples: &[],
        read: |value, font| {
            font.url = string(value)?;
            if font.url.is_empty() { Err(Refusal::Value) } else { Ok(()) }
        },
        write: |font| Some(font.url.as_str().into()),
    },
    OptionSpec {
        name: "maxWidth",
        allowed: "a number above 0",
        summary: "pixels that a line may take, longer ones break; default none",
        values: Values::POSITIVE,
        examples: &[],
        read: |value, font| positive(value).map(|width| font.layout.max_width = Some(width)),
        write: |font| font.layout.max_width.map(number_value),
    },
    OptionSpec {
        name: "align",
        allowed: "left, center or right",
        summary: "on which side lines meet; default where the text begins",
        values: Values::Words { words: &words::<_, { Align::NAMES.len() }>(Align::NAMES) },
        examples: &[],
        read: |value, font| name(value, Align::NAMES).map(|align| font.layout.align = Some(align)),
        write: |font| font.layout.align.and_then(|align| name_value(align, Align::NAMES)),
    },
    OptionSpec {
        name: "lineHeight",
        allowed: "0.1 to 10",
        summary: "from one baseline to the next, times the size; default as the font says",
        values: Values::between(0.1, 10.0),
        examples: &[],
        read: |value, font| number(value, 0.1..=10.0).map(|height| font.layout.line_height = Some(height)),
        write: |font| font.layout.line_height.map(number_value),
    },
    OptionSpec {
        name: "letterSpacing",
        allowed: "-1000 to 1000",
        summary: "pixels added after each letter; default 0",
        values: Values::between(-1000.0, 1000.0),
        examples: &[],
        read: |value, font| number(value, -1000.0..=1000.0).map(|spacing| font.layout.letter_spacing = spacing),
        write: |font| Some(font.layout.letter_spacing).filter(|spacing| *spacing != 0.0).map(number_value),
    },
    OptionSpec {
        name: "weight",
        allowed: "1 to 1000",
        summary: "the weight of a variable font (wght), 400 for regular, 700 for bold",
        values: Values::between(1.0, 1000.0),
        examples: &[],
        read: |value, font| font.set_axis(WEIGHT, number(value, 1.0..=1000.0)?),
        write: |font| font.axis(WEIGHT),
    },
    OptionSpec {
        name: "width",
        allowed: "a number above 0, at most 1000",
        summary: "the width of the glyphs of a variable font (wdth) in percent",
        values: Values::positive_to(1000.0),
        examples: &[],
        read: |value, font| font.set_axis(WIDTH, number(value, f64::MIN_POSITIVE..=1000.0)?),
        write: |font| font.axis(WIDTH),
    },
    OptionSpec {
        name: "slant",
        allowed: "-90 to 90",
        summary: "the slant of a variable font (slnt) in degrees, below 0 to the right",
        values: Values::between(-90.0, 90.0),
        examples: &[],
        read: |value, font| font.set_axis(SLANT, number(value, -90.0..=90.0)?),
        write: |font| font.axis(SLANT),
    },
    OptionSpec {
        name: "italic",
        allowed: "0 to 1",
        summary: "how italic a variable font is (ital)",
        values: Values::between(0.0, 1.0),
        examples: &[],
        read: |value, font| font.set_axis(ITALIC, number(value, 0.0..=1.0)?),
        write: |font| font.axis(ITALIC),
    },
    OptionSpec {
        name: "opticalSize",
        allowed: "a number above 0, at most 4096",
        summary: "the size that a variable font is designed for (opsz)",
        values: Values::positive_to(MAX_SIZE),
        examples: &[],
        read: |value, font| font.set_axis(OPTICAL_SIZE, number(value, f64::MIN_POSITIVE..=MAX_SIZE)?),
        write: |font| font.axis(OPTICAL_SIZE),
    },
    OptionSpec {
        name: "axes",
        allowed: "an object of numbers from -32768 to 32767 under tags of four characters",
        summary: "any other axes of a variable font, by their tags",
        values: Values::Axes,
        examples: &[],
        read: |value, font| {
            let Value::Object(axes) = value else { return Err(Refusal::Value) };
            axes.iter().filter(|(_, value)| !value.is_null()).try_for_each(|(tag, value)| font.read_axis(tag, value))
        },
        write: |font| {
            let others = font.layout.variations.iter().filter(|axis| option_of(axis.tag).is_none());
            let axes = others.map(|axis| (String::from_utf8_lossy(&axis.tag).into_owned(), number_value(axis.value)));
            Some(axes.collect::<Options>()).filter(|axes| !axes.is_empty()).map(Value::from)
        },
    },
];

impl Font {
    /// Returns the place on an axis as it is written.
    fn axis(&self, tag: [u8; 4]) -> Option<Value> {
        self.layout.variations.iter().find(|axis| axis.tag == tag).map(|axis| number_value(axis.value))
    }

    /// Reads one of the axes that go by their tags.
    fn read_axis(&mut self, tag: &str, value: &Value) -> Result<(), Refusal> {
        let is_tag = |bytes: &[u8; 4]| bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
        let Some(tag) = <[u8; 4]>::try_from(tag.as_bytes()).ok().filter(is_tag) else { return Err(Refusal::Value) };
        let place = number(value, -32_768.0..=32_767.0)?;
        self.set_axis(tag, place)
    }

    /// Sets an axis that was not set yet.
    fn set_axis(&mut self, tag: [u8; 4], value: f64) -> Result<(), Refusal> {
        if self.layout.variations.iter().any(|axis| axis.tag == tag) {
            const AXES: &str = "font.axes";
            return Err(Error::Conflict { first: option_of(tag).unwrap_or(AXES), second: AXES }.into());
        }
        self.layout.variations.push(Variation { tag, value });
        Ok(())
    }
}

fn string(value: &Value) -> Result<String, Refusal> {
    value.as_str().map(str::to_owned).ok_or(Refusal::Value)
}

fn positive(value: &Value) -> Result<f64, Refusal> {
    number(value, f64::MIN_POSITIVE..=f64::MAX)
}

#[cfg(test)]
mod tests {
    use palmette_ops::Color;

    use super::*;
    use crate::json;

    fn text(json: &str) -> Result<Text, String> {
        Text::from_options(json::parse(json).unwrap().as_object().unwrap()).map_err(|error| error.to_string())
    }

    /// A text with these fields in its font.
    fn with_font(fields: &str) -> Result<Text, String> {
        text(&format!(r#"{{"text":"a","font":{{"url":"x",{fields}}}}}"#))
    }

    #[test]
    fn text_needs_text_and_font() {
        let plain = Text::new("Min\n", "https://x");
        assert_eq!(text(r#"{"text":"Min\n","font":{"url":"https://x"},"size":null}"#), Ok(plain.clone()));
        let whole = Text { size: 48.5, color: Color::opaque(255, 0, 0), ..plain };
        assert_eq!(text(r#"{"text":"Min\n","font":{"url":"https://x"},"size":48.5,"color":"RED"}"#), Ok(whole));
        assert_eq!(text(r#"{"text":"","font":{"url":"x"}}"#), Ok(Text::new("", "x")));
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
        let known_fonts = FONT.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ");
        for (json, message) in [
            (r#"{"text":5}"#, "text must be a string, got 5"),
            (r#"{"font":"x"}"#, r#"font must be an object of url and, if wanted, of layout and axes, got "x""#),
            (r#"{"font":{"url":5}}"#, "font.url must be a string that is not empty, got 5"),
            (r#"{"font":{"url":""}}"#, r#"font.url must be a string that is not empty, got """#),
            (r#"{"font":{"file":"x"}}"#, &format!(r#"unknown option "font.file"; known options are {known_fonts}"#)),
            (r#"{"size":0}"#, "size must be a number above 0, at most 4096, got 0"),
            (r#"{"size":4097}"#, "size must be a number above 0, at most 4096, got 4097"),
            (r#"{"bold":true}"#, r#"unknown option "bold"; known options are text, font, size, color"#),
        ] {
            assert_eq!(text(json), Err(message.to_owned()));
        }
        assert!(text(r#"{"color":5}"#).unwrap_err().starts_with("color must be a CSS colour"));
    }

    #[test]
    fn text_has_at_most_1000_characters_whatever_their_bytes() {
        let of = |count| text(&format!(r#"{{"text":"{}","font":{{"url":"x"}}}}"#, "é".repeat(count)));
        assert!(of(1000).is_ok());
        assert_eq!(of(1001), Err("text must have at most 1000 characters, got 1001".to_owned()));
    }

    #[test]
    fn text_takes_its_layout_from_the_font() {
        let json = r#""maxWidth":300.5,"align":"center","lineHeight":1.25,"letterSpacing":-2"#;
        let layout = TextLayout {
            max_width: Some(300.5),
            align: Some(Align::Center),
            line_height: Some(1.25),
            letter_spacing: -2.0,
            variations: Vec::new(),
        };
        assert_eq!(with_font(json), Ok(Text { layout, ..Text::new("a", "x") }));
        for (json, message) in [
            (r#""maxWidth":0"#, "font.maxWidth must be a number above 0, got 0"),
            (r#""align":"justify""#, r#"font.align must be left, center or right, got "justify""#),
            (r#""lineHeight":11"#, "font.lineHeight must be 0.1 to 10, got 11"),
            (r#""letterSpacing":true"#, "font.letterSpacing must be -1000 to 1000, got true"),
        ] {
            assert_eq!(with_font(json), Err(message.to_owned()));
        }
    }

    #[test]
    fn text_names_axes_by_option_or_by_tag() {
        let axes = |json: &str| with_font(json).map(|text| text.layout.variations);
        let at = |tag: &[u8; 4], value| Variation { tag: *tag, value };
        let all = r#""weight":700,"width":75,"slant":-12,"italic":1,"opticalSize":14,"axes":{"GRAD":-20,"XTRA":400}"#;
        let places = [
            at(b"wght", 700.0),
            at(b"wdth", 75.0),
            at(b"slnt", -12.0),
            at(b"ital", 1.0),
            at(b"opsz", 14.0),
            at(b"GRAD", -20.0),
            at(b"XTRA", 400.0),
        ];
        assert_eq!(axes(all).as_deref(), Ok(&places[..]));
        assert_eq!(axes(r#""axes":{"wght":700,"wdth":null}"#), Ok(vec![at(b"wght", 700.0)]));
        for (json, message) in [
            (r#""weight":0"#, "font.weight must be 1 to 1000, got 0"),
            (r#""weight":"bold""#, r#"font.weight must be 1 to 1000, got "bold""#),
            (
                r#""axes":{"weight":5}"#,
                r#"font.axes must be an object of numbers from -32768 to 32767 under tags of four characters, got {"weight":5}"#,
            ),
            (
                r#""axes":{"wght":40000}"#,
                r#"font.axes must be an object of numbers from -32768 to 32767 under tags of four characters, got {"wght":40000}"#,
            ),
            (r#""weight":700,"axes":{"wght":700}"#, "font.weight and font.axes cannot be used together"),
        ] {
            assert_eq!(axes(json), Err(message.to_owned()));
        }
    }

    #[test]
    fn text_is_written_as_the_client_does() {
        for json in [
            r##"{"text":"\"é\"","font":{"url":"https://x"},"size":48,"color":"#ff0000"}"##,
            r#"{"text":"a","font":{"url":"b"}}"#,
            concat!(
                r#"{"text":"a","font":{"url":"b","maxWidth":300.5,"align":"right","lineHeight":1.25,"letterSpacing":-2,"#,
                r#""weight":700,"width":75,"slant":-12,"italic":1,"opticalSize":14,"axes":{"GRAD":-20,"XTRA":400}}}"#
            ),
        ] {
            assert_eq!(json::to_string(&text(json).unwrap().to_options()), json);
        }
    }
}
