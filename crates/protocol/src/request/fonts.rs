//! Which fonts the texts of a request need, and the files of those that are somewhere else.
//!
//! The server that takes a request fetches its fonts before the picture is made: the pipeline has no network.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;

use super::{Source, TransformRequest};
use crate::json::excerpt_text;

/// Where a font is, by its URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontUrl<'a> {
    /// `font:NAME`: one of those that the operator has.
    Named(&'a str),
    /// `data:…`: in the URL itself, which is whole here.
    Data(&'a str),
    /// Anything else: somewhere that has to be asked.
    Remote(&'a str),
}

impl<'a> FontUrl<'a> {
    /// Reads a URL. Schemes have no case; a text that is not a URL counts as one to be fetched, which fails.
    ///
    /// ```
    /// use palmette_protocol::request::FontUrl;
    ///
    /// assert_eq!(FontUrl::parse("font:Noto Sans"), FontUrl::Named("Noto Sans"));
    /// assert_eq!(FontUrl::parse("https://example.com/a.ttf"), FontUrl::Remote("https://example.com/a.ttf"));
    /// ```
    #[must_use]
    pub fn parse(url: &'a str) -> Self {
        match url.split_once(':') {
            Some((scheme, name)) if scheme.eq_ignore_ascii_case("font") => Self::Named(name.trim()),
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("data") => Self::Data(url),
            _ => Self::Remote(url),
        }
    }
}

impl fmt::Display for FontUrl<'_> {
    /// Names the font in a message: quoted, shortened, and without the bytes of a `data:` URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(&excerpt_text(name)),
            Self::Data(_) => f.write_str("in a data URL"),
            Self::Remote(url) => f.write_str(&excerpt_text(url)),
        }
    }
}

/// The files of the fonts of a request, by the URL as it was written; of one that could not be fetched, the reason.
///
/// ```
/// use palmette_protocol::request::FontFiles;
///
/// let mut fonts = FontFiles::default();
/// fonts.insert("https://example.com/a.ttf", &b"\0\x01\0\0"[..]);
/// fonts.fail("https://example.com/b.ttf", "the server answered 404");
/// assert!(fonts.get("https://example.com/a.ttf").is_some_and(|file| file.is_ok()));
/// assert_eq!(fonts.get("https://example.com/b.ttf"), Some(Err("the server answered 404")));
/// assert_eq!(fonts.get("https://example.com/c.ttf"), None);
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct FontFiles(BTreeMap<String, Result<Bytes, String>>);

impl FontFiles {
    /// Adds the file of a font.
    pub fn insert(&mut self, url: impl Into<String>, bytes: impl Into<Bytes>) {
        self.0.insert(url.into(), Ok(bytes.into()));
    }

    /// Says why a font could not be fetched. The author of the request reads it.
    pub fn fail(&mut self, url: impl Into<String>, reason: impl Into<String>) {
        self.0.insert(url.into(), Err(reason.into()));
    }

    /// Returns the file of a font, or why it could not be fetched; nothing if nobody tried.
    #[must_use]
    pub fn get(&self, url: &str) -> Option<Result<&Bytes, &str>> {
        self.0.get(url).map(|file| file.as_ref().map_err(String::as_str))
    }

    /// Returns the bytes of all files together.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.0.values().flatten().map(Bytes::len).sum()
    }
}

impl fmt::Debug for FontFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FontFiles({}, {} bytes)", self.0.len(), self.held_bytes())
    }
}

impl TransformRequest {
    /// Returns the URLs of fonts that have to be fetched, each once, in the order of the sources.
    ///
    /// Fonts [by name](FontUrl::Named) and [in the URL](FontUrl::Data) are not among them, nor those whose
    /// [files](Self::fonts) are here already, or could not be fetched.
    #[must_use]
    pub fn font_urls(&self) -> Vec<String> {
        let mut urls: Vec<String> = Vec::new();
        for source in &self.sources {
            let Source::Text(text) = source else { continue };
            if let FontUrl::Remote(url) = FontUrl::parse(&text.font_url)
                && self.fonts.get(url).is_none()
                && !urls.iter().any(|known| known == url)
            {
                urls.push(url.to_owned());
            }
        }
        urls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn font_urls_are_told_apart_by_their_scheme() {
        for (url, font) in [
            ("font:Noto Sans", FontUrl::Named("Noto Sans")),
            ("FONT: Noto Sans ", FontUrl::Named("Noto Sans")),
            ("DATA:font/ttf;base64,AAEAAA==", FontUrl::Data("DATA:font/ttf;base64,AAEAAA==")),
            ("http://a/b.ttf", FontUrl::Remote("http://a/b.ttf")),
            ("fonts/a.ttf", FontUrl::Remote("fonts/a.ttf")),
            ("fonts:a", FontUrl::Remote("fonts:a")),
            ("", FontUrl::Remote("")),
        ] {
            assert_eq!(FontUrl::parse(url), font, "{url}");
        }
    }

    #[test]
    fn font_urls_are_named_shortly() {
        assert_eq!(FontUrl::Named("No\"to").to_string(), r#""No\"to""#);
        assert_eq!(FontUrl::parse(&format!("data:,{}", "a".repeat(9999))).to_string(), "in a data URL");
        assert!(FontUrl::parse(&format!("http://{}", "a".repeat(9999))).to_string().len() < 100);
    }
}
