//! The URLs that Next's `<Image>` writes: `/_next/image?url=SOURCE&w=WIDTH&q=QUALITY`.
//!
//! Next answers them in the format that the browser takes, never larger than the source. So does this.

use form_urlencoded::parse as pairs;
use serde_json::Value;

use super::{ImageOptions, ImageUrl, UrlSource};
use crate::json::excerpt_text;
use crate::{Error, Hint, Options};

/// The path of these URLs.
pub const PATH: &str = "/_next/image";

/// A URL as it has to be.
const FORM: &str = "/_next/image?url=SOURCE&w=WIDTH&q=QUALITY, with a path or a URL as SOURCE";

/// The quality where none is asked for, as Next has it.
const QUALITY: u8 = 75;

/// A parameter of these URLs.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is, for people.
    pub summary: &'static str,
    /// Whether it has to be there.
    pub is_required: bool,
    /// The greatest whole number that it may be, from 1 on; nothing if it is a text.
    pub most: Option<u32>,
}

/// Every parameter.
pub const PARAMETERS: [Parameter; 4] = [
    Parameter { name: "url", summary: "the source: a path, or a URL of its own", is_required: true, most: None },
    W,
    Q,
    Parameter {
        name: "dpl",
        summary: "a deployment, by which Next tells its own apart; changes nothing",
        is_required: false,
        most: None,
    },
];

const W: Parameter =
    Parameter { name: "w", summary: "the width in pixels at most", is_required: true, most: Some(u32::MAX) };

const Q: Parameter =
    Parameter { name: "q", summary: "how good a lossy picture is; default 75", is_required: false, most: Some(100) };

/// Reads the query of such a URL.
///
/// ```
/// use palmette_protocol::url::{UrlSource, next};
///
/// let url = next::parse("url=%2Fphotos%2Fcat.jpg&w=640&q=75")?;
/// assert_eq!(url.source, UrlSource::Path("/photos/cat.jpg".to_owned()));
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
///
/// # Errors
///
/// 9401 if the source or the width is missing, a parameter is unknown or given twice, or a value is not allowed.
pub fn parse(query: &str) -> Result<ImageUrl, Error> {
    let mut given: Vec<(&'static str, String)> = Vec::new();
    for (name, value) in pairs(query.as_bytes()) {
        let names = PARAMETERS.map(|parameter| parameter.name);
        let Some(known) = names.into_iter().find(|known| *known == name) else {
            return Err(Error::UnknownOption {
                option: excerpt_text(&name),
                known: names.to_vec(),
                hint: Hint::of_name(&name, names),
            });
        };
        if given.iter().any(|(name, _)| *name == known) {
            return Err(Error::GivenTwice { option: known.to_owned() });
        }
        given.push((known, value.into_owned()));
    }
    let get = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let not_one = || Error::NotAnImageUrl { form: FORM };
    // It was decoded already, so its own query is in it.
    let source = get("url").and_then(|url| UrlSource::parse(url, None)).ok_or_else(not_one)?;
    let width = whole(W, get("w").ok_or_else(not_one)?, "a whole number above 0")?;
    let quality = get("q").map(|quality| whole(Q, quality, "a whole number from 1 to 100")).transpose()?;
    let object: Options = [
        ("width", Value::from(width)),
        ("fit", "scale-down".into()),
        ("quality", quality.unwrap_or(QUALITY.into()).into()),
        ("format", "auto".into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    Ok(ImageUrl { options: ImageOptions::from_object(&object)?, source, warnings: Vec::new() })
}

/// Reads a whole number from 1 on.
fn whole(Parameter { name, most, .. }: Parameter, text: &str, allowed: &'static str) -> Result<u32, Error> {
    let is_allowed = |number: &u32| *number > 0 && most.is_none_or(|most| *number <= most);
    text.parse().ok().filter(is_allowed).ok_or_else(|| Error::BadValue {
        option: name.to_owned(),
        allowed,
        actual: excerpt_text(text),
        hint: Hint::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn next_urls_are_read() {
        for (query, source, options) in [
            (
                "url=%2Fa%20b.jpg&w=640&q=75",
                UrlSource::Path("/a b.jpg".to_owned()),
                r#"{"width":640,"fit":"scale-down","format":"auto","quality":75}"#,
            ),
            (
                "q=1&w=1&url=https%3A%2F%2Fa.example%2Fb.jpg%3Fc%3Dd%26e&dpl=abc",
                UrlSource::Remote("https://a.example/b.jpg?c=d&e".to_owned()),
                r#"{"width":1,"fit":"scale-down","format":"auto","quality":1}"#,
            ),
            (
                "url=/a+b.jpg&w=3840",
                UrlSource::Path("/a b.jpg".to_owned()),
                r#"{"width":3840,"fit":"scale-down","format":"auto","quality":75}"#,
            ),
        ] {
            let url = parse(query).unwrap();
            assert_eq!(
                (&url.source, json::to_string(&url.options.to_object()).as_str()),
                (&source, options),
                "{query}"
            );
        }
    }

    #[test]
    fn next_urls_that_are_none_are_refused() {
        let form = format!("the URL must be {FORM}");
        for (query, message) in [
            ("", form.as_str()),
            ("w=1", &form),
            ("url=&w=1", &form),
            ("url=/a.jpg", &form),
            ("url=/a.jpg&w=0", r#"w must be a whole number above 0, got "0""#),
            ("url=/a.jpg&w=1.5", r#"w must be a whole number above 0, got "1.5""#),
            ("url=/a.jpg&w=1&q=101", r#"q must be a whole number from 1 to 100, got "101""#),
            ("url=/a.jpg&w=1&w=2", "w is given twice"),
            ("url=/a.jpg&w=1&h=2", r#"unknown option "h"; known options are url, w, q, dpl"#),
        ] {
            assert_eq!(parse(query).unwrap_err().to_string(), message, "{query}");
        }
    }
}
