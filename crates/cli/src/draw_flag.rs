//! `--draw FILE:key=value,…`: a picture that is drawn, with the options of its transform and of the draw.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use palmette::ops::Draw;
use palmette::protocol::{OptionObject, Options};

use crate::option_flags::to_json;

/// One picture to draw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DrawFlag {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// How it is transformed before it is drawn.
    pub(crate) transform: Options,
    /// How it is drawn.
    pub(crate) draw: Options,
}

impl FromStr for DrawFlag {
    type Err = Infallible;

    /// Splits the text. No option of a draw has the name of one of a transform, so names alone tell which is which; a name
    /// that is neither counts as one of the transform, and the protocol refuses it.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (file, options) = split_source(text);
        let (draw, transform) = split_options(options)
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .map(|(name, value)| (name.trim().to_owned(), to_json(value.trim())))
            .partition(|(name, _)| Draw::OPTIONS.iter().any(|option| option.name == name));
        Ok(Self { file: file.into(), transform, draw })
    }
}

/// Cuts the name of the file off, or a text, which ends at the first `:` that is followed by a word and `=`.
pub(crate) fn split_source(text: &str) -> (&str, &str) {
    let is_list = |rest: &str| {
        rest.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    text.match_indices(':')
        .map(|(position, _)| (&text[..position], &text[position + 1..]))
        .find(|(_, rest)| is_list(rest))
        .unwrap_or((text, ""))
}

/// Splits a list at the commas that are not inside brackets or quotes.
pub(crate) fn split_options(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let mut depth = 0_usize;
        let mut is_quoted = false;
        let end = text.bytes().position(|byte| {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'{' | b'[' | b'(' if !is_quoted => depth += 1,
                b'}' | b']' | b')' if !is_quoted => depth = depth.saturating_sub(1),
                b',' => return depth == 0 && !is_quoted,
                _ => {}
            }
            false
        });
        let option = &text[..end.unwrap_or(text.len())];
        text = end.map_or("", |end| &text[end + 1..]);
        Some(option)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(text: &str) -> (String, Value, Value) {
        let Ok(DrawFlag { file, transform, draw }) = text.parse();
        (file.display().to_string(), transform.into(), draw.into())
    }

    #[test]
    fn draw_flag_splits_options_by_name() {
        let parsed = parse("watermark.png:width=100,height=100,bottom=10,right=10,opacity=0.75");
        let expected = (
            "watermark.png".to_owned(),
            json!({"width": 100, "height": 100}),
            json!({"bottom": 10, "right": 10, "opacity": 0.75}),
        );
        assert_eq!(parsed, expected);
    }

    #[test]
    fn draw_flag_keeps_colons_of_the_file() {
        assert_eq!(parse("a:b.png").0, "a:b.png");
        assert_eq!(parse(r"C:\a.png:top=1"), (r"C:\a.png".to_owned(), json!({}), json!({"top": 1})));
        assert_eq!(parse("10:30.png:gravity={\"x\":0,\"y\":1}").0, "10:30.png");
    }

    #[test]
    fn draw_flag_keeps_commas_of_values() {
        let (_, transform, draw) = parse(r#"a.png:gravity={"x":0.5,"y":1},background=rgb(1,2,3),repeat=x"#);
        assert_eq!(transform, json!({"gravity": {"x": 0.5, "y": 1}, "background": "rgb(1,2,3)"}));
        assert_eq!(draw, json!({"repeat": "x"}));
    }

    #[test]
    fn draw_flag_leaves_mistakes_to_the_protocol() {
        assert_eq!(parse("a.png:widht=1,,top"), ("a.png".to_owned(), json!({"widht": 1, "": ""}), json!({"top": ""})));
    }
}
