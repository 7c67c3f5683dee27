//! Colours of options: CSS Color 4 text in, straight 8-bit sRGB out.
//!
//! Names and hex digits are left to `csscolorparser`. The functions `rgb()` and `hsl()` are read here, because that crate
//! is laxer than CSS (it mixes the separators of both syntaxes and takes `hsv()`, relative colours and `inf`) and computes
//! in single precision, which rounds some exact halves down: 2,655 of the 11 million channels of `hsl()` in whole degrees
//! and percents.

mod function;

use palmette_ops::Color;

use crate::Error;
use crate::json::excerpt_text;
use crate::options::{round, to_u8};

/// The allowed texts, as they read after "must be".
pub(crate) const ALLOWED: &str = "a CSS colour (a name, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb() or hsl())";

/// Reads a CSS colour: a name, `transparent`, `#` with 3, 4, 6 or 8 hex digits, `rgb()`, `rgba()`, `hsl()` or `hsla()`, the
/// functions with commas or with spaces and `/ alpha`. Case and surrounding spaces do not matter.
///
/// Components that CSS gives as real numbers are rounded to the nearest of 256 levels, halves up; that includes alpha, as
/// browsers do when they serialise a colour.
///
/// ```
/// use palmette_protocol::color::parse;
///
/// assert_eq!(parse("rgb(100% 0 0 / 50%)")?.to_rgba(), [255, 0, 0, 128]);
/// assert!(parse("ff0000").is_err());
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
///
/// # Errors
///
/// 9401 if it is none of these.
pub fn parse(text: &str) -> Result<Color, Error> {
    let color = text.trim_matches(is_space);
    let parsed = match color.split_once('(') {
        Some((function, arguments)) => function::parse(function, arguments),
        // The crate takes hex digits without a `#` as well; no name is made of hex digits alone.
        None if color.bytes().all(|byte| byte.is_ascii_hexdigit()) => None,
        None if color.contains(is_space) => None,
        None => csscolorparser::parse(color).ok().map(|parsed| {
            let [red, green, blue, alpha] = parsed.to_rgba8();
            Color { red, green, blue, alpha }
        }),
    };
    parsed.ok_or_else(|| Error::NotAColor { actual: excerpt_text(text) })
}

/// Writes a colour as `#rrggbb`, or `#rrggbbaa` unless it is opaque.
#[must_use]
pub fn to_hex(color: Color) -> String {
    let Color { red, green, blue, alpha } = color;
    if alpha == 255 {
        format!("#{red:02x}{green:02x}{blue:02x}")
    } else {
        format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
    }
}

/// Makes a colour of components from 0 to 1; others are clamped.
fn from_fractions(components: [f64; 4]) -> Color {
    // A half that decimals cannot hold exactly (0.3·255) may come out a little low; the slack is far below the
    // distance of any other number with up to 6 decimals.
    let [red, green, blue, alpha] = components.map(|component| to_u8(round(component * 255.0 + 1e-9)));
    Color { red, green, blue, alpha }
}

/// Says whether a character is white space in CSS.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgba(text: &str) -> Option<[u8; 4]> {
        parse(text).ok().map(Color::to_rgba)
    }

    #[test]
    fn colors_by_name() {
        for (name, color) in [
            ("red", [255, 0, 0, 255]),
            ("RebeccaPurple", [102, 51, 153, 255]),
            ("LIGHTGOLDENRODYELLOW", [250, 250, 210, 255]),
            ("grey", [128, 128, 128, 255]),
            ("tan", [210, 180, 140, 255]),
            ("transparent", [0, 0, 0, 0]),
            ("Transparent", [0, 0, 0, 0]),
            (" \t\r\n\x0cblack ", [0, 0, 0, 255]),
        ] {
            assert_eq!(rgba(name), Some(color), "{name}");
        }
    }

    #[test]
    fn colors_by_hex_digits() {
        for (hex, color) in [
            ("#f80", [255, 136, 0, 255]),
            ("#F80c", [255, 136, 0, 204]),
            ("#ff8000", [255, 128, 0, 255]),
            ("#Ff800080", [255, 128, 0, 128]),
            (" #000 ", [0, 0, 0, 255]),
        ] {
            assert_eq!(rgba(hex), Some(color), "{hex}");
        }
    }

    #[test]
    fn colors_that_css_refuses() {
        for text in [
            "",
            " ",
            "#",
            "5",
            "abc",
            "ff0000",
            "facade",
            "#f",
            "#ff",
            "#fffff",
            "#fffffff",
            "#ggg",
            "# fff",
            "#ff ff",
            "#+12",
            "#é1",
            "#ééé",
            "#é12345",
            "reddish",
            "re d",
            "currentcolor",
            "inherit",
            "none",
            "#fff;",
            "red;",
            "red blue",
            "rеd",
            "红",
            "url(x)",
            "var(--x)",
        ] {
            assert_eq!(rgba(text), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_quotes_the_text() {
        let error = parse("re\nd").unwrap_err();
        assert_eq!(error.to_string(), format!("a colour must be {}, got \"re\\nd\"", ALLOWED));
        assert_eq!(error.code(), crate::Code::InvalidOption);
    }

    #[test]
    fn colors_are_written_as_hex() {
        for text in ["#010203", "#01020304", "#00000000"] {
            assert_eq!(to_hex(parse(text).unwrap()), text);
        }
    }
}
