//! `--text TEXT:key=value,…` and `--draw-text TEXT:key=value,…`: a text as a source, what is done to it, and how it is drawn.

use std::convert::Infallible;
use std::str::FromStr;

use clap::Args;
use palmette::ops::{Draw, Transform};
use palmette::protocol::{OptionObject, Options};
use serde_json::Value;

use crate::draw_flag::{split_options, split_source};
use crate::option_flags::to_json;

/// One text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextFlag {
    /// The text.
    content: String,
    /// How it is set, by the names on the wire.
    text: Options,
    /// The other fields of its font.
    font: Options,
    /// How it is transformed before it is drawn.
    pub(crate) transform: Options,
    /// How it is drawn.
    pub(crate) draw: Options,
}

/// The defaults of all texts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Text")]
pub(crate) struct TextDefaults {
    /// Font of texts: a file, a URL, or font:NAME for a font in the folder of --fonts
    #[arg(long, value_name = "FONT", conflicts_with = "request")]
    font: Option<String>,
    /// Size of texts, in pixels per em [default: 12]
    #[arg(long, value_name = "PIXELS", conflicts_with = "request")]
    size: Option<String>,
    /// Colour of texts [default: black]
    #[arg(long, value_name = "COLOUR", conflicts_with = "request")]
    color: Option<String>,
}

impl FromStr for TextFlag {
    type Err = Infallible;

    /// Splits the text at the first `:` that is followed by a word and `=`. Names alone tell what an option is for: `font`, `size` and
    /// `color` say how the text is set, those of a draw and of a transform are those, and any other is in the font, where the
    /// protocol refuses it if there is none.
    fn from_str(flag: &str) -> Result<Self, Infallible> {
        let (content, options) = split_source(flag);
        let mut parsed = Self {
            content: content.to_owned(),
            text: Options::new(),
            font: Options::new(),
            transform: Options::new(),
            draw: Options::new(),
        };
        for option in split_options(options) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let (name, value) = (name.trim(), to_json(value.trim()));
            let place = match name {
                "font" => {
                    parsed.font.insert("url".to_owned(), value);
                    continue;
                }
                "size" | "color" => &mut parsed.text,
                _ if Draw::OPTIONS.iter().any(|option| option.name == name) => &mut parsed.draw,
                _ if Transform::OPTIONS.iter().any(|option| option.name == name) => &mut parsed.transform,
                _ => &mut parsed.font,
            };
            place.insert(name.to_owned(), value);
        }
        Ok(parsed)
    }
}

impl TextFlag {
    /// Returns the text source as it is sent.
    pub(crate) fn to_source(&self, defaults: &TextDefaults) -> Options {
        let or = |own: &Options, name: &str, default: &Option<String>| {
            own.get(name).cloned().or_else(|| default.as_deref().map(to_json))
        };
        let mut font = Options::new();
        // A name is never a number.
        let url = self.font.get("url").cloned().or_else(|| defaults.font.clone().map(Value::String));
        font.extend(url.map(|url| ("url".to_owned(), url)));
        font.extend(
            self.font.iter().filter(|(name, _)| *name != "url").map(|(name, value)| (name.clone(), value.clone())),
        );
        let mut source = Options::new();
        source.insert("text".to_owned(), self.content.clone().into());
        source.insert("font".to_owned(), font.into());
        for (name, default) in [("size", &defaults.size), ("color", &defaults.color)] {
            source.extend(or(&self.text, name, default).map(|value| (name.to_owned(), value)));
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(flag: &str, defaults: &TextDefaults) -> Value {
        let Ok(flag) = flag.parse::<TextFlag>();
        flag.to_source(defaults).into()
    }

    const NONE: TextDefaults = TextDefaults { font: None, size: None, color: None };

    #[test]
    fn text_flag_sorts_options_by_name() {
        let flag = "© 2026: all rights:font=a.ttf,size=32,color=rgb(1,2,3),align=center,weight=700,width=90,bottom=5";
        let Ok(parsed) = flag.parse::<TextFlag>();
        let expected = json!({
            "text": "© 2026: all rights",
            "font": {"url": "a.ttf", "align": "center", "weight": 700},
            "size": 32,
            "color": "rgb(1,2,3)",
        });
        assert_eq!(Value::from(parsed.to_source(&NONE)), expected);
        assert_eq!(Value::from(parsed.transform), json!({"width": 90}));
        assert_eq!(Value::from(parsed.draw), json!({"bottom": 5}));
    }

    #[test]
    fn text_flag_falls_back_on_defaults() {
        let defaults = TextDefaults {
            font: Some("font:7".to_owned()),
            size: Some("20".to_owned()),
            color: Some("red".to_owned()),
        };
        let plain = json!({"text": "a", "font": {"url": "font:7"}, "size": 20, "color": "red"});
        assert_eq!(source("a", &defaults), plain);
        let own = json!({"text": "a", "font": {"url": "b"}, "size": 5, "color": "red"});
        assert_eq!(source("a:font=b,size=5", &defaults), own);
        assert_eq!(source("", &NONE), json!({"text": "", "font": {}}), "what is missing is for the protocol to say");
    }
}
